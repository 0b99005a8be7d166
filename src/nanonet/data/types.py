"""The four roles a table can play, as four types that never mix.

A function that selects takes :class:`Validation`, never :class:`Test`, and the type checker
holds it to that.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Labelled", "Pool", "Test", "Validation"]


@dataclass(frozen=True)
class Labelled:
    """Texts whose labels may be learned from; ``labels[i]`` belongs to ``texts[i]``."""

    texts: tuple[str, ...]
    labels: tuple[str, ...]

    def __post_init__(self) -> None:
        _same_length(self.texts, self.labels)


@dataclass(frozen=True)
class Pool:
    """Texts without labels."""

    texts: tuple[str, ...]


@dataclass(frozen=True)
class Validation:
    """Labelled texts held out for choosing; never learned from."""

    texts: tuple[str, ...]
    labels: tuple[str, ...]

    def __post_init__(self) -> None:
        _same_length(self.texts, self.labels)


@dataclass(frozen=True)
class Test:
    """Labelled texts for the final score only; nothing is learned from or chosen by them."""

    # pytest collects classes whose name starts with "Test"; this one is no test case.
    __test__ = False

    texts: tuple[str, ...]
    labels: tuple[str, ...]

    def __post_init__(self) -> None:
        _same_length(self.texts, self.labels)


def _same_length(texts: tuple[str, ...], labels: tuple[str, ...]) -> None:
    if len(texts) != len(labels):
        raise ValueError(f"{len(texts)} texts but {len(labels)} labels")
