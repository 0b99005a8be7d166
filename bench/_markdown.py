"""Small pieces of Markdown: a table, a mean with its spread, the same text every time."""

from __future__ import annotations

import statistics
from collections.abc import Sequence


def table(header: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> str:
    """A Markdown table; the first ``left`` columns are set left, the others right."""
    rule = ["---" if column < left else "---:" for column in range(len(header))]
    lines = ["| " + " | ".join(cells) + " |" for cells in (header, rule, *rows)]
    return "\n".join(lines) + "\n"


def spread(values: Sequence[float], digits: int = 3) -> str:
    """``.812 ± .010``: mean and sample standard deviation; one value stands alone."""
    if not values:
        return "-"
    mean = plain(statistics.fmean(values), digits)
    if len(values) == 1:
        return mean
    return f"{mean} ± {plain(statistics.stdev(values), digits)}"


def plain(value: float, digits: int = 3) -> str:
    """A number with fixed digits, without the zero before the point when it is below one."""
    text = f"{value:.{digits}f}"
    return text[1:] if text.startswith("0.") else text


def count(value: float) -> str:
    """A whole number with thousands set apart."""
    return f"{round(value):,}"


def megabytes(size: float) -> str:
    """Bytes as megabytes (10^6)."""
    return f"{size / 1e6:.1f} MB"
