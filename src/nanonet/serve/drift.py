"""Do the texts that come still look like those the model learned from?

Three signs, counted since the model was loaded: which classes it gives, how sure it is, and (nano)
which share of the n-grams it knows. They stand beside what the model's own facts or a pool say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nanonet.artefact import Artefact
from nanonet.runtime import Classifier, ManyClassifier
from nanonet.text import GramSpec, featurise, unpack_ids

__all__ = ["Drift", "Grams", "Reference"]

_SAMPLED = 32  # texts whose n-grams are counted in a second: more told nothing new and cost CPU
_POOL_NANO, _POOL_MICRO = 5_000, 300  # texts of a pool that make the reference


class Grams:
    """The n-grams a nano student knows."""

    def __init__(self, artefact: Artefact) -> None:
        self._spec = GramSpec.from_dict(artefact.manifest["student"]["featuriser"])
        self._keys = unpack_ids(artefact.weight("keys"))

    def count(self, texts: Sequence[str]) -> tuple[int, int]:
        """(n-grams, known ones) of the texts."""
        ids = featurise(texts, self._spec).ids
        if not len(self._keys):
            return len(ids), 0
        at = np.minimum(np.searchsorted(self._keys, ids), len(self._keys) - 1)
        return len(ids), int((self._keys[at] == ids).sum())


@dataclass(frozen=True)
class Reference:
    """What to compare with; None where nothing is known. shares: by class, they sum to 1."""

    known: float | None = None
    confidence: float | None = None
    shares: dict[str, float] | None = None

    @classmethod
    def of_facts(cls, info: Mapping[str, Any]) -> Reference:
        """From a model's facts: its pool's class mix, and the accuracy to expect.

        A calibrated model is on average as sure as it is right.
        """
        facts = info.get("provenance", {})
        shares = facts.get("derived", {}).get("class mix", {}).get("shares")
        expected = facts.get("expected", {})
        told = expected.get("high", 1.0) - expected.get("low", 0.0) < 1.0
        return cls(None, expected.get("accuracy") if told else None, shares)

    @classmethod
    def of_pool(
        cls,
        classifier: Classifier | ManyClassifier,
        grams: Grams | None,
        pool: Sequence[str],
        seed: int = 0,
    ) -> Reference:
        """From texts like those the model learned from: what it says of a sample of them.

        Where a text may have several labels there are no shares that sum to 1.
        """
        most = _POOL_NANO if classifier.info["student"]["kind"] == "nano" else _POOL_MICRO
        rows = np.random.default_rng(seed).permutation(len(pool))[:most]
        texts = [pool[row] for row in rows.tolist()]
        proba = classifier.predict_proba(texts)
        shares = None
        if isinstance(classifier, Classifier):
            counts = np.bincount(proba.argmax(axis=1), minlength=proba.shape[1])
            shares = dict(zip(classifier.classes_, (counts / len(texts)).tolist(), strict=True))
        met, known = grams.count(texts) if grams else (0, 0)
        return cls(known / met if met else None, float(proba.max(axis=1).mean()), shares)


class Drift:
    """Counters of one loaded model."""

    def __init__(self, classes: Sequence[str], grams: Grams | None, reference: Reference) -> None:
        self.classes, self.reference = list(classes), reference
        self.labels = [0] * len(self.classes)
        self.texts = 0  # answered
        self.sure = 0.0
        self.met = self.known = 0
        self._grams = grams
        self._kept: list[str] = []

    def add(self, texts: Sequence[str], columns: list[int], sure: list[float]) -> None:
        """Note classes of texts and how sure they are; :meth:`count` counts the n-grams later.

        sure: of each text, its likeliest class; columns: all that were given.
        """
        self.texts += len(texts)
        for column in columns:
            self.labels[column] += 1
        self.sure += sum(sure)
        if self._grams is not None and len(self._kept) < _SAMPLED:
            self._kept.extend(texts[: _SAMPLED - len(self._kept)])

    def count(self) -> None:
        """Count the n-grams of the texts kept since the last time, and forget the texts."""
        texts, self._kept = self._kept, []
        if texts and self._grams is not None:
            met, known = self._grams.count(texts)
            self.met, self.known = self.met + met, self.known + known

    def shift(self) -> float | None:
        """How far the class shares are from the reference's, 0 (the same) to 1.

        Total variation distance: the share of the texts that would have to change their class.
        """
        shares = self.reference.shares
        if shares is None or not self.texts or set(shares) != set(self.classes):
            return None
        there = np.array([shares[name] for name in self.classes])
        here = np.array(self.labels) / self.texts
        return float(np.abs(here - there / there.sum()).sum() / 2) if there.sum() > 0 else None
