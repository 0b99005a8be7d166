"""Class shares as a person gives them, checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from nanonet.errors import UserError


def checked_mix(names: Sequence[str], shares: Mapping[str, float]) -> NDArray[np.float64]:
    """Shares (or counts, or weights) by class name as shares [C] that add up to 1.

    Raises UserError where a class is missing or unknown, or a number is none.
    """
    if not isinstance(shares, Mapping):
        raise UserError(f"the class mix is a {type(shares).__name__}; give a share for every class")
    unknown = [name for name in shares if name not in names]
    missing = [name for name in names if name not in shares]
    if unknown or missing:
        what = f"has no class {unknown[0]!r}" if unknown else f"has a class {missing[0]!r} besides"
        raise UserError(
            f"the class mix does not fit: the model {what}; it needs a share for each of "
            f"{', '.join(names[:20])}"
        )
    for name, share in shares.items():
        number = isinstance(share, (int, float, np.number)) and not isinstance(share, bool)
        if not number or not np.isfinite(share) or share < 0:
            raise UserError(f"the share of {name!r} is {share!r}; it must be a number, 0 or more")
    found = np.array([float(shares[name]) for name in names])
    if not found.sum() > 0:
        raise UserError("all shares of the class mix are 0; at least one class must occur")
    return np.asarray(found / found.sum())
