"""Where labels come from besides people: so far, what the classes are called and mean."""

from nanonet.votes.names import NameEvidence, class_sentences, name_evidence

__all__ = ["NameEvidence", "class_sentences", "name_evidence"]
