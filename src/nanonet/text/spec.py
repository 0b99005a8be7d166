"""Which n-grams a text is cut into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from nanonet.errors import FormatError, UserError

FEATURISER_VERSION = 1
_LONGEST = 8


@dataclass(frozen=True)
class GramSpec:
    """Settings of the featuriser; they are written into the artefact and read back from it.

    version: of the tokeniser and the hash; the same version gives the same ids for ever.
    word_ngrams: longest n-gram of words (2 = words and pairs).
    boundaries: count the start and the end of the text as words of the longer n-grams.
    char_ngrams: longest n-gram of characters in scripts written without blanks (Chinese, Thai...).
    max_chars: texts are cut here, before anything else, so that one giant text costs little.
    """

    version: int = FEATURISER_VERSION
    word_ngrams: int = 2
    boundaries: bool = True
    char_ngrams: int = 3
    max_chars: int = 50_000

    def __post_init__(self) -> None:
        if self.version != FEATURISER_VERSION:
            raise FormatError(
                f"featuriser version {self.version!r} is not known here (this nanonet knows "
                f"version {FEATURISER_VERSION}); upgrade nanonet"
            )
        for name in ("word_ngrams", "char_ngrams"):
            value = getattr(self, name)
            if not _is_int(value) or not 1 <= value <= _LONGEST:
                raise UserError(f"{name} is {value!r}; it must be a whole number 1 to {_LONGEST}")
        if not _is_int(self.max_chars) or self.max_chars < 1:
            raise UserError(f"max_chars is {self.max_chars!r}; it must be a whole number >= 1")
        if not isinstance(self.boundaries, bool):
            raise UserError(f"boundaries is {self.boundaries!r}; it must be true or false")

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> GramSpec:
        """The reverse of :meth:`to_dict`; FormatError where keys or version are not ours."""
        known = [field.name for field in fields(cls)]
        if not isinstance(values, Mapping) or "version" not in values:
            raise FormatError("the featuriser settings have no version; the file is damaged")
        if values["version"] == FEATURISER_VERSION and set(values) != set(known):
            raise FormatError(
                f"the featuriser settings hold the keys {sorted(map(str, values))}; "
                f"version {FEATURISER_VERSION} has {sorted(known)}"
            )
        return cls(**{name: values[name] for name in known if name in values})


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
