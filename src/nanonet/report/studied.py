"""What a study of the labelled texts found, apart from the study itself, which needs training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nanonet.artefact import Prototype
from nanonet.report.cost import Cost
from nanonet.report.scores import Scores
from nanonet.report.texts import Asked, Doubt

if TYPE_CHECKING:
    from nanonet.report.forecast import Forecast

Floats = NDArray[np.float32]

_NONE = np.zeros((0, 1), np.float32)


@dataclass(frozen=True)
class Studied:
    """What was found; all of it may be missing. known: unit vectors of the labelled texts; read:
    what gives those of other texts."""

    scores: Scores | None = None
    forecast: Forecast | None = None
    doubts: tuple[Doubt, ...] = ()
    doubtful: int = 0
    ask_next: tuple[Asked, ...] = ()
    prototypes: tuple[Prototype, ...] = ()
    peers: tuple[Cost, ...] = ()
    known: Floats = field(default_factory=lambda: _NONE)
    read: Callable[[Sequence[str]], Floats] | None = None
    notes: tuple[str, ...] = ()
    missing: dict[str, str] = field(default_factory=dict)
