"""The models that are served, by name, and changing one for a newer one under way."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from nanonet.artefact import read_artefact
from nanonet.errors import FormatError, UserError
from nanonet.runtime import Classifier, ManyClassifier, load_any
from nanonet.serve.batching import Engine
from nanonet.serve.drift import Drift, Grams, Reference
from nanonet.serve.limits import Limits, Refused
from nanonet.serve.said import Said, said_by

__all__ = ["Served", "Shelf", "named"]

_Stamp = tuple[tuple[str, int, int, int], ...]


@dataclass(frozen=True)
class Served:
    """One model as it was loaded; a request keeps the one it began with."""

    name: str
    classifier: Classifier | ManyClassifier
    engine: Engine
    drift: Drift
    said: Said

    @property
    def kind(self) -> str:
        """nano, micro or cascade."""
        return str(self.classifier.info["student"]["kind"])

    @property
    def many(self) -> dict[str, str]:
        """What to tell of a model that gives several labels a text."""
        return {"labels": "many"} if isinstance(self.classifier, ManyClassifier) else {}


class Shelf:
    """Model folders by name; the first is the one that requests mean without a name.

    pool: texts like those the models learned from; what a model says of them is then its reference
    for drift. awaited: folders that may come to be later. Raises UserError and its kin where a
    model cannot be loaded.
    """

    def __init__(
        self,
        places: Mapping[str, Path],
        limits: Limits,
        pool: Sequence[str] = (),
        awaited: Mapping[str, Path] | None = None,
    ) -> None:
        self._places, self._limits, self._pool = {**places, **(awaited or {})}, limits, pool
        self._stamps = {name: _stamp(path) for name, path in self._places.items()}
        there = [name for name in self._places if name in places or self._stamps[name]]
        self._served = {name: self._load(name) for name in there}
        self._lock = asyncio.Lock()
        # One thread loads all: with many, each would keep what loading once took in its own heap.
        self._loader = ThreadPoolExecutor(1, "loader")
        self.reloads: Counter[tuple[str, str]] = Counter()

    def all(self) -> list[Served]:
        """In the order they were named."""
        return list(self._served.values())

    def get(self, name: str | None) -> Served:
        """The model of that name; Refused (404) where there is none."""
        if name is None:
            if not self._served:
                raise Refused(404, "there is no model here yet; label a few texts")
            return next(iter(self._served.values()))
        if name not in self._served:
            there = ", ".join(self._served)
            raise Refused(404, f"there is no model {name!r:.60} here; there is {there}")
        return self._served[name]

    async def refresh(self, *, always: bool = False) -> None:
        """Load what changed on the disk (``always``: everything) and put it in place.

        A model is loaded beside the old one, which answers until the new one is whole and keeps
        what it has begun. One that cannot be loaded is told on standard error and the old one
        stays; it is tried again when its folder changes again.
        """
        async with self._lock:
            for name, path in self._places.items():
                stamp = await asyncio.to_thread(_stamp, path)
                if stamp and (always or stamp != self._stamps[name]):
                    await self._replace(name, stamp)

    async def _replace(self, name: str, stamp: _Stamp) -> None:
        self._stamps[name] = stamp
        try:
            loop = asyncio.get_running_loop()
            self._served[name] = await loop.run_in_executor(self._loader, self._load, name)
        except Exception as error:
            self.reloads[name, "failed"] += 1
            print(f"note: {name} was not reloaded, the old one stays: {error}", file=sys.stderr)
        else:
            self.reloads[name, "done"] += 1
            print(f"note: {name} was reloaded", file=sys.stderr)

    def _load(self, name: str) -> Served:
        path = self._places[name]
        classifier = load_any(path)
        grams = None
        if classifier.info["student"]["kind"] == "nano":
            artefact = read_artefact(path)
            if artefact.manifest != classifier.info:
                raise FormatError(f"{path} changed while it was read")
            grams = Grams(artefact)
        if self._pool:
            reference = Reference.of_pool(classifier, grams, self._pool)
        else:
            reference = Reference.of_facts(classifier.info)
        engine = Engine(classifier, self._limits.waiting)
        drift = Drift(classifier.classes_, grams, reference)
        return Served(name, classifier, engine, drift, said_by(classifier))


def named(models: Sequence[str]) -> dict[str, Path]:
    """``FOLDER`` or ``NAME=FOLDER`` each; UserError where two have one name."""
    found: dict[str, Path] = {}
    for model in models:
        name, equals, folder = model.partition("=")
        path = Path(folder if equals else model)
        name = name if equals else path.absolute().name
        if not name or name in found:
            raise UserError(
                f"{model}: {'two models are' if name else 'a model is'} named {name!r}; "
                "name them apart: NAME=FOLDER"
            )
        found[name] = path
    return found


def _stamp(path: Path) -> _Stamp:
    """What changes when a file of the folder does; empty where there is no folder just now."""
    try:
        found = [(file.name, file.stat()) for file in sorted(path.iterdir())]
    except OSError:
        return ()
    return tuple((name, facts.st_mtime_ns, facts.st_size, facts.st_ino) for name, facts in found)
