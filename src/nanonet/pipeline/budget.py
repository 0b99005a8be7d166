"""A budget of megabytes and microseconds, and the best student within it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from nanonet.pipeline.choose import TOLERATED


@dataclass(frozen=True)
class Budget:
    """max_us: microseconds a text in one thread; max_mb: megabytes, None for no limit."""

    max_us: float
    max_mb: float | None = None

    def allows(self, point: Point) -> bool:
        """Whether the student is small and quick enough."""
        small = self.max_mb is None or point.megabytes <= self.max_mb
        return small and point.us <= self.max_us

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        size = "" if self.max_mb is None else f" and {self.max_mb:g} MB"
        return f"{self.max_us:g} µs a text{size}"


@dataclass(frozen=True)
class Point:
    """One student as it could be shipped: measured size and time, and the accuracy that it is
    estimated to lose against the whole micro student (below zero where it does better)."""

    kind: str
    precision: str
    megabytes: float
    us: float
    loss: float
    why: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        found = asdict(self)
        del found["why"]
        return found

    def __str__(self) -> str:
        return f"{self.kind} ({self.precision}), {self.megabytes:.2f} MB, {self.us:,.1f} µs a text"


def front(points: Sequence[Point]) -> list[Point]:
    """Those that no other one beats in size, time and accuracy at once, quickest first."""

    def beaten(one: Point) -> bool:
        mine = (one.megabytes, one.us, one.loss)
        return any(
            all(a <= b for a, b in zip((o.megabytes, o.us, o.loss), mine, strict=True))
            and (o.megabytes, o.us, o.loss) != mine
            for o in points
        )

    return sorted((one for one in points if not beaten(one)), key=lambda one: one.us)


def pick(points: Sequence[Point], budget: Budget) -> Point | None:
    """Within the budget, the quickest of those within TOLERATED of the most accurate; or None."""
    allowed = [point for point in front(points) if budget.allows(point)]
    if not allowed:
        return None
    best = min(allowed, key=lambda point: point.loss)
    found = min(
        (point for point in allowed if point.loss <= best.loss + TOLERATED),
        key=lambda point: (point.us, point.megabytes),
    )
    why = f"{found.us:,.1f} µs a text here, within {budget}; "
    if found == best:
        why += "the most accurate by the soft labels of the pool of those that fit"
    else:
        why += f"within a point of {best.kind}, the most accurate that fits, and quicker"
    return replace(found, why=why)


def nearest(points: Sequence[Point], budget: Budget) -> str:
    """One sentence for a budget that nothing meets."""

    def excess(point: Point) -> float:
        over = point.us / budget.max_us
        return max(over, point.megabytes / budget.max_mb if budget.max_mb else 0.0)

    near = min(front(points), key=excess)
    return (
        f"no student keeps within {budget} on this machine; the nearest is {near}; raise --max-us"
        + (" or --max-mb" if budget.max_mb is not None else "")
        + ", or give no budget"
    )
