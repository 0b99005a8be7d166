"""Labelled texts kept inside a model, one clear and one borderline a class, if somebody asked.

They are the training texts word for word, so a model has them only where its maker said so, its
card says that it has them, and pushing it takes another word.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from nanonet.artefact.read import Artefact
from nanonet.errors import FormatError

PROTOTYPES = "prototypes.json"
_KINDS = ("clear", "borderline")


@dataclass(frozen=True)
class Prototype:
    """One labelled text. kind: 'clear' or 'borderline'; confidence: the model's in the label."""

    label: str
    kind: str
    text: str
    confidence: float


def encode_prototypes(found: Iterable[Prototype]) -> bytes:
    """The bytes of prototypes.json."""
    rows = [asdict(one) for one in found]
    return (json.dumps(rows, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def read_prototypes(artefact: Artefact) -> tuple[Prototype, ...]:
    """Those of a checked model folder, none where it keeps none; FormatError where damaged."""
    if PROTOTYPES not in artefact.manifest["files"]:
        return ()
    try:
        rows = json.loads(artefact.file(PROTOTYPES).read_bytes())
        found = tuple(Prototype(**row) for row in rows)
        right = all(
            isinstance(one.label, str)
            and isinstance(one.text, str)
            and one.kind in _KINDS
            and 0.0 <= one.confidence <= 1.0
            for one in found
        )
    except (ValueError, TypeError) as error:
        raise FormatError(f"{artefact.path / PROTOTYPES} is damaged ({error}); fit again") from None
    if not right:
        raise FormatError(f"{artefact.path / PROTOTYPES} is damaged; fit again")
    return found
