"""The arrays of a nano student, checked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nanonet.errors import FormatError
from nanonet.runtime.scorer import Floats

_LAST_SCALE = 191  # larger ones would let 256 products outgrow 32 bits


@dataclass(frozen=True)
class NanoWeights:
    """keys: uint32 [R], ascending; rows: int8 [R, C]; scales: uint8 [R]; bias: float32 [C].

    A known n-gram adds ``unit * multiplier * row`` with the whole number ``multipliers()``. Raises
    FormatError where the arrays do not fit together.
    """

    keys: NDArray[np.uint32]
    rows: NDArray[np.int8]
    scales: NDArray[np.uint8]
    unit: float
    bias: Floats

    def __post_init__(self) -> None:
        self._check_shapes()
        if len(self.keys) > 1 and not (self.keys[1:] > self.keys[:-1]).all():
            raise FormatError("the nano student's 'keys' are not ascending and distinct; fit again")
        if len(self.scales) and self.scales.max() > _LAST_SCALE:
            raise FormatError(
                f"the nano student's 'scales' go up to {self.scales.max()}; {_LAST_SCALE} is the "
                "highest; fit again"
            )
        if not (np.isfinite(self.bias).all() and np.isfinite(self.unit)):
            raise FormatError(
                "the nano student's 'bias' or 'unit' is not a finite number; fit again"
            )
        if not self.unit > 0:
            raise FormatError(f"the nano student's 'unit' is {self.unit:g}, not above 0; fit again")

    def multipliers(self) -> NDArray[np.uint16]:
        """What each row is multiplied by, 16 to 63,488: four bits of step, then the octave."""
        codes = self.scales.astype(np.uint16)
        return (((codes & 15) + 16) << (codes >> 4)).astype(np.uint16, copy=False)

    def _check_shapes(self) -> None:
        count, classes = len(self.keys), len(self.bias)
        wanted: dict[str, tuple[type, tuple[int, ...]]] = {
            "keys": (np.uint32, (count,)),
            "rows": (np.int8, (count, classes)),
            "scales": (np.uint8, (count,)),
            "bias": (np.float32, (classes,)),
        }
        for name, (kind, shape) in wanted.items():
            array = getattr(self, name)
            if array.dtype != kind or array.shape != shape:
                raise FormatError(
                    f"the nano student's '{name}' is {array.dtype} {list(array.shape)}; with "
                    f"{count} keys and {classes} classes it must be {np.dtype(kind)} {list(shape)}"
                )
