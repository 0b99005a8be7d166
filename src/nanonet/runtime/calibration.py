"""From raw scores to probabilities: a temperature, and what enough labels put on top of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nanonet.decide import odds_of
from nanonet.errors import FormatError
from nanonet.runtime._softmax import shares
from nanonet.runtime.scorer import Floats

CLEARLY = 1.0 + 1e-6  # float32 tells numbers this far apart: the likeliest class stays so


@dataclass(frozen=True)
class Calibration:
    """How a student's logits become probabilities. One of

    - a *temperature*: ``softmax(logits / temperature)`` (Guo et al., ICML 2017);
    - *vector* scaling: ``softmax((logits * weights + biases) / temperature)``, [C] each (ibid.);
    - *isotonic* regression of the largest probability (Zadrozny and Elkan, KDD 2002): ``knots`` are
      pairs of what the temperature says and what it is worth, straight lines between; the other
      classes keep their shares of the rest, and the likeliest class stays the likeliest.

    prior: [C], the class shares that these probabilities hold, empty where nobody knows. odds: [C],
    what every probability is multiplied by before they are made to add up to 1 again (a new class
    mix). Raises FormatError where the numbers do not fit together.
    """

    temperature: float = 1.0
    weights: tuple[float, ...] = ()
    biases: tuple[float, ...] = ()
    knots: tuple[tuple[float, float], ...] = ()
    prior: tuple[float, ...] = ()
    odds: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not (np.isfinite(self.temperature) and self.temperature > 0):
            raise FormatError(
                f"the temperature is {self.temperature!r}; it must be a number above 0"
            )
        if len(self.weights) != len(self.biases):
            raise FormatError("the calibration has not as many weights as biases; fit again")
        if not np.isfinite([*self.weights, *self.biases]).all() or min(self.weights, default=1) < 0:
            raise FormatError("the calibration's weights and biases are off; fit again")
        _check_knots(np.array(self.knots, np.float64))
        prior = np.array(self.prior, np.float64)
        if len(prior) and not (np.isfinite(prior).all() and prior.min() >= 0 and prior.sum() > 0):
            raise FormatError("the calibration's prior is not class shares; fit again")

    @property
    def kind(self) -> str:
        """As in ``model.json``: temperature, vector or isotonic."""
        return "vector" if self.weights else "isotonic" if self.knots else "temperature"

    @property
    def ordered(self) -> bool:
        """Whether the largest logit is always the likeliest class, so that labels need no more."""
        return not (self.weights or self.odds)

    @property
    def plain(self) -> bool:
        """Whether there is a temperature and nothing else."""
        return self.ordered and not self.knots

    def proba(self, logits: Floats) -> Floats:
        """Probabilities, float32 [n, C], of raw scores [n, C]; the same bits on every machine."""
        if not len(logits):
            return logits
        scores = logits.astype(np.float64)
        if self.weights:
            scores = scores * np.array(self.weights) + np.array(self.biases)
        found = shares(scores, self.temperature)
        if self.knots:
            found = _worth(found, scores.argmax(axis=1), np.array(self.knots))
        if self.odds:
            found = found * np.array(self.odds)
            found = found / np.cumsum(found, axis=1)[:, -1:]
        return found.astype(np.float32)

    def with_mix(self, shares: NDArray[np.float64]) -> Calibration:
        """The same for texts of which the classes have these shares, [C]."""
        before = np.array(self.odds or [1.0] * len(shares))
        odds = before * odds_of(np.array(self.prior), shares)
        return replace(self, odds=tuple(odds.tolist()), prior=tuple(shares.tolist()))

    def to_dict(self) -> dict[str, Any]:
        """As ``model.json`` has it."""
        found: dict[str, Any] = {"kind": self.kind, "temperature": self.temperature}
        if self.weights:
            found |= {"weights": list(self.weights), "biases": list(self.biases)}
        if self.knots:
            found["knots"] = [list(pair) for pair in self.knots]
        if self.prior:
            found["prior"] = [round(share, 6) for share in self.prior]
        return found

    @staticmethod
    def from_dict(block: Mapping[str, Any], classes: int) -> Calibration:
        """Out of ``model.json``. Raises FormatError where a number is missing or none, and KeyError
        with the name of a kind that is not known."""
        kind = block.get("kind")
        if kind not in ("temperature", "vector", "isotonic"):
            raise KeyError(kind)
        temperature = block.get("temperature")
        if not isinstance(temperature, (int, float)) or isinstance(temperature, bool):
            raise FormatError(f"the temperature is {temperature!r}; fit again")
        try:
            lists = {
                name: tuple(map(float, block.get(name, ())))
                for name in ("weights", "biases", "prior")
            }
            knots = tuple((float(x), float(y)) for x, y in block.get("knots", ()))
        except (TypeError, ValueError) as error:
            raise FormatError(f"the calibration is damaged ({error}); fit again") from error
        needed = [n for n in lists if lists[n] or (kind == "vector" and n != "prior")]
        if any(len(lists[name]) != classes for name in needed):
            raise FormatError(f"the calibration is not of {classes} classes; fit again")
        if kind == "isotonic" and len(knots) < 2:
            raise FormatError("the calibration has fewer than two knots; fit again")
        if kind != "vector":
            lists |= {"weights": (), "biases": ()}
        return Calibration(float(temperature), **lists, knots=knots if kind == "isotonic" else ())


def _check_knots(knots: NDArray[np.float64]) -> None:
    if not len(knots):
        return
    right = np.isfinite(knots).all() and knots.min() >= 0 and knots.max() <= 1
    if not right or (np.diff(knots[:, 0]) <= 0).any() or (np.diff(knots[:, 1]) < 0).any():
        raise FormatError("the calibration's knots are not rising shares from 0 to 1; fit again")


def _worth(
    found: NDArray[np.float64], top: NDArray[np.intp], knots: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The rows with their largest share, that of ``top``, as the knots have it, the others scaled
    to the rest."""
    row = np.arange(len(found))
    others = found.copy()
    others[row, top] = 0.0
    rest = np.cumsum(others, axis=1)[:, -1]  # above zero: no share is under e to the -700
    worth = between(found[row, top], knots[:, 0], knots[:, 1])
    second = others.max(axis=1) / rest * CLEARLY
    worth = np.maximum(worth, second / (1.0 + second))  # lower, and the second would overtake it
    others *= ((1.0 - worth) / rest)[:, None]
    others[row, top] = worth
    return others


def between(
    x: NDArray[np.float64], at: NDArray[np.float64], height: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Straight lines between the points, level outside of them; each step rounded by itself."""
    right = np.clip(np.searchsorted(at, x, side="right"), 1, len(at) - 1)
    left = right - 1
    part = (np.clip(x, at[0], at[-1]) - at[left]) / (at[right] - at[left])
    rise = (height[right] - height[left]) * part
    return np.asarray(height[left] + rise)
