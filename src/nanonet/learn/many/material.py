"""What the learner is given where a text may have several labels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nanonet.learn._softmax import Floats
from nanonet.learn.views import GramView, unit


@dataclass(frozen=True)
class ManyMaterial:
    """Rows of texts, the labelled ones first, as :class:`nanonet.learn.Material` has them.

    flags: float32 [n, C], 1 where a label applies to a labelled row; rows: all of them;
    readout(i, rows): raw matrix of one readout of some rows; readouts: how many there are; usual:
    the one the encoder was trained for; grams: of all rows.
    """

    flags: Floats
    rows: int
    readout: Callable[[int, NDArray[np.int64]], Floats]
    readouts: int
    usual: int
    grams: GramView

    @property
    def labelled(self) -> int:
        """Number of labelled rows."""
        return len(self.flags)

    @property
    def classes(self) -> int:
        """C."""
        return int(self.flags.shape[1])

    @property
    def pool_rows(self) -> NDArray[np.int64]:
        """Row numbers of the pool."""
        return np.arange(self.labelled, self.rows)

    def unit_readout(self, i: int, rows: NDArray[np.int64]) -> Floats:
        """One readout of some rows, each scaled to length one."""
        return unit(self.readout(i, rows))
