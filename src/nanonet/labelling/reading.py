"""Texts read by the encoder a part at a time, so that labelling can begin before all are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from nanonet.data import ClassSpec
from nanonet.encode import Encoder, Vectors, usual_readout, vectors
from nanonet.labelling.head import Reading
from nanonet.learn import Floats, unit
from nanonet.votes import class_sentences, name_evidence, opinion, opinion_sentences

__all__ = ["Reader"]

_FIRST, _PART = 192, 1024  # texts in the first part, and in later ones


class Reader:
    """The texts of a pool, in random order, and behind them labelled ones."""

    def __init__(
        self, encoder: Encoder, pool: Sequence[str], labelled: Sequence[str], cache_dir: Path | None
    ) -> None:
        self._encoder, self._pool, self._labelled = encoder, pool, labelled
        self._cache = cache_dir
        self._usual = usual_readout(encoder)
        layer = encoder.readouts[self._usual].layer
        self._first = next(
            i for i, r in enumerate(encoder.readouts) if (r.layer, r.pooling) == (layer, "first")
        )
        self._sentences: dict[ClassSpec, Floats] = {}

    def parts(self, advance: Callable[[int], None]) -> Iterator[int]:
        """Read on; after each part, how many pool texts are read. ``advance`` counts texts."""
        self._vectors(self._labelled, advance)
        self._vectors(opinion_sentences(), lambda n: None)
        done = 0
        while done < len(self._pool):
            until = min(len(self._pool), done + (_FIRST if not done else _PART))
            self._vectors(self._pool[done:until], advance)
            done = until
            yield done

    def reading(self, m: int) -> Reading:
        """The first m texts of the pool and, behind them, the labelled ones."""
        read = self._vectors([*self._pool[:m], *self._labelled])
        said = unit(self._vectors(opinion_sentences()).readout(self._usual))
        axis = opinion(said, unit(read.take(np.arange(m)).readout(self._usual)))
        return Reading(
            n=read.n,
            readout=lambda i, rows: read.take(rows).readout(i),
            readouts=len(self._encoder.readouts),
            usual=self._usual,
            opinion=np.append(axis.weight, np.float32(axis.bias)),
        )

    def points(self, reading: Reading) -> Floats:
        """The last layer's mean and first word side by side, centred, of length one each."""
        rows = np.arange(reading.n)
        both = [unit(reading.readout(i, rows)) for i in (self._usual, self._first)]
        side = np.concatenate(both, axis=1)
        return unit(side - side.mean(axis=0))

    def names(self, specs: Sequence[ClassSpec], reading: Reading) -> Floats | None:
        """Evidence [n, C] of the class names; None for fewer than two."""
        if len(specs) < 2:
            return None
        for spec in specs:
            if spec not in self._sentences:
                found = self._vectors(class_sentences(spec))
                self._sentences[spec] = unit(found.readout(self._usual))
        pile = unit(reading.readout(self._usual, np.arange(reading.n)))
        return name_evidence([self._sentences[spec] for spec in specs], pile).logits(pile)

    def _vectors(
        self, texts: Sequence[str], advance: Callable[[int], None] = lambda n: None
    ) -> Vectors:
        return vectors(self._encoder, texts, cache_dir=self._cache, progress=_Counted(advance))


class _Counted:
    def __init__(self, advance: Callable[[int], None]) -> None:
        self._advance = advance

    def start(self, label: str, total: int) -> None:
        """Part of a longer step."""

    def advance(self, n: int = 1) -> None:
        self._advance(n)

    def finish(self) -> None:
        """Part of a longer step."""
