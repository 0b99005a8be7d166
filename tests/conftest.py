"""Shared by all tests. Its presence also lets them import the helpers beside it (``_tiny``)."""
