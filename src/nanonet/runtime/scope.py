"""How foreign a text is to a finished model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nanonet.decide import standing_out
from nanonet.errors import FormatError, UserError
from nanonet.runtime.calibration import between
from nanonet.runtime.scorer import Floats

_SCORE = "max-logit"


@dataclass(frozen=True)
class Scope:
    """knots: pairs (how far the largest logit stands above the mean, foreign), straight lines
    between. Foreign is the share of the texts the model learned from, 0 to 1, that are less foreign
    than a text. Raises FormatError where they are not a falling line.
    """

    knots: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        knots = np.array(self.knots, np.float64)
        if knots.ndim != 2 or len(knots) < 2 or not np.isfinite(knots).all():
            raise FormatError("the model's scope is not two knots or more; fit again")
        rising = (np.diff(knots[:, 0]) > 0).all() and (np.diff(knots[:, 1]) <= 0).all()
        if not rising or knots[:, 1].min() < 0 or knots[:, 1].max() > 1:
            raise FormatError("the model's scope does not fall from 1 to 0; fit again")

    def foreign(self, logits: Floats) -> Floats:
        """float32 [n] of raw scores [n, C]."""
        if not len(logits):
            return np.zeros(0, np.float32)
        knots = np.array(self.knots, np.float64)
        return between(standing_out(logits), knots[:, 0], knots[:, 1]).astype(np.float32)

    def to_dict(self) -> dict[str, Any]:
        """As ``model.json`` has it."""
        return {"score": _SCORE, "knots": [list(pair) for pair in self.knots]}

    @staticmethod
    def from_dict(block: Mapping[str, Any] | None) -> Scope | None:
        """Out of ``model.json``; None where a model has none, or one that is not known here."""
        if not block or block.get("score") != _SCORE:
            return None
        try:
            return Scope(tuple((float(x), float(y)) for x, y in block["knots"]))
        except (KeyError, TypeError, ValueError) as error:
            raise FormatError(f"the model's scope is damaged ({error}); fit again") from error


def no_scope() -> UserError:
    """The sentence for a model that cannot tell."""
    return UserError(
        "the model cannot tell how foreign a text is: it was made from fewer than 50 texts, or "
        "before models could; fit again, with a pool"
    )


def checked_share(max_foreign: float) -> float:
    """The largest share, checked."""
    number = isinstance(max_foreign, (int, float)) and not isinstance(max_foreign, bool)
    if not number or not 0 <= max_foreign <= 1:
        raise UserError(
            f"the most foreign is {max_foreign!r}; it must be a share from 0 to 1, such as 0.99, "
            "which leaves out one in a hundred texts like those the model learned from"
        )
    return float(max_foreign)
