"""The benchmark: what nanonet and its peers score on the same draws, on the same machine."""
