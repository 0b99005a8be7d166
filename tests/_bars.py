"""Progress listeners that do something at a given step: ``from _bars import At, Labels``."""

from __future__ import annotations

from collections.abc import Callable


class Labels:
    """Remembers how many steps were done under each label."""

    def __init__(self) -> None:
        self.steps: dict[str, int] = {}
        self.label = ""

    def start(self, label: str, total: int) -> None:
        self.label = label
        self.steps.setdefault(label, 0)

    def advance(self, n: int = 1) -> None:
        self.steps[self.label] += n

    def finish(self) -> None:
        self.label = ""

    def trained(self) -> int:
        """Steps of training among them."""
        return sum(n for label, n in self.steps.items() if label.startswith(("warming", "distill")))


class At(Labels):
    """Calls ``act`` once, after so many steps under a label that begins so."""

    def __init__(self, label: str, step: int, act: Callable[[], object]) -> None:
        super().__init__()
        self.wanted, self.left, self.act = label, step, act

    def advance(self, n: int = 1) -> None:
        super().advance(n)
        if self.label.startswith(self.wanted) and self.left > 0:
            self.left -= n
            if self.left <= 0:
                self.act()


def press_ctrl_c() -> None:
    raise KeyboardInterrupt


def take_all_memory() -> None:
    raise MemoryError
