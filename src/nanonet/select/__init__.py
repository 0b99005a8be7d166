"""What to ask, what to keep, what to doubt: pure functions over vectors and probabilities."""

from nanonet.select.cover import herding, k_centre

__all__ = ["herding", "k_centre"]
