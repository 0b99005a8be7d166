"""Classes that form a tree: who is whose parent, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nanonet.data import ClassSpec
from nanonet.errors import UserError


@dataclass(frozen=True)
class Tree:
    """A forest of classes, numbered as in the class file. parent: [C], -1 for a root.

    >>> tree = Tree.of([ClassSpec("animal"), ClassSpec("cat", parent="animal")])
    >>> tree.levels, tree.path(1)
    (((0,), (1,)), (0, 1))
    """

    parent: tuple[int, ...]

    @classmethod
    def of(cls, classes: Sequence[ClassSpec]) -> Tree:
        """The tree that the classes' ``parent`` names make.

        Raises :class:`UserError` for a parent that is no class of the file and for a circle.
        """
        number = {spec.name: i for i, spec in enumerate(classes)}
        for spec in classes:
            if spec.parent is not None and spec.parent not in number:
                raise UserError(
                    f"the class {spec.name!r} has the parent {spec.parent!r}, which is no class of "
                    "the file; add it as a class of its own, or correct the name"
                )
        parent = tuple(-1 if c.parent is None else number[c.parent] for c in classes)
        for start in range(len(parent)):
            seen, at = [start], parent[start]
            while at >= 0 and at not in seen:
                seen.append(at)
                at = parent[at]
            if at >= 0:
                names = " -> ".join(classes[i].name for i in [*seen[seen.index(at) :], at])
                raise UserError(f"the classes are one another's parents: {names}; cut the circle")
        return cls(parent)

    def path(self, node: int) -> tuple[int, ...]:
        """From the root down to ``node``."""
        found = [node]
        while self.parent[found[0]] >= 0:
            found.insert(0, self.parent[found[0]])
        return tuple(found)

    def children(self, node: int) -> tuple[int, ...]:
        """The classes right under ``node``; -1 for the roots."""
        return tuple(i for i, p in enumerate(self.parent) if p == node)

    @cached_property
    def levels(self) -> tuple[tuple[int, ...], ...]:
        """The classes by depth, roots first."""
        depth = [len(self.path(i)) - 1 for i in range(len(self.parent))]
        return tuple(
            tuple(i for i, d in enumerate(depth) if d == level)
            for level in range(max(depth, default=-1) + 1)
        )

    @cached_property
    def leaves(self) -> tuple[int, ...]:
        """The classes without children."""
        inner = set(self.parent)
        return tuple(i for i in range(len(self.parent)) if i not in inner)

    @cached_property
    def above(self) -> NDArray[np.bool_]:
        """bool [C, C]: whether class j is class i itself or one above it."""
        found = np.zeros((len(self.parent), len(self.parent)), bool)
        for i in range(len(self.parent)):
            found[i, list(self.path(i))] = True
        return found
