"""Evidence from class names and descriptions: several phrasings of a class, against the others.

Menon & Vondrick (ICLR 2023), "Visual classification via description", average the similarity to
several descriptors of a class; here the class vectors are also set against one another, and the
scores against the pile, because what all classes or all texts share says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nanonet.data import ClassSpec

Floats = NDArray[np.float32]

SHARPNESS = 1.5  # of scores with unit spread over the pile


@dataclass(frozen=True)
class NameEvidence:
    """A linear reading of one embedding: ``logits = unit embedding @ weight + bias``.

    weight: [dim, C]; bias: [C].
    """

    weight: Floats
    bias: Floats

    def logits(self, embeddings: Floats) -> Floats:
        """Log-evidence [n, C] for unit embeddings [n, dim]."""
        return np.asarray(embeddings @ self.weight + self.bias, np.float32)


def readable(name: str) -> str:
    """A class name as a phrase: ``card_arrival`` and ``CardArrival`` become ``card arrival``."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return re.sub(r"[\s_/.\-]+", " ", spaced).strip().lower()


def class_sentences(spec: ClassSpec) -> tuple[str, ...]:
    """The sentences that stand for a class: its phrases, or failing them its description or name.

    Phrases are written in the manner of the texts themselves, so they come alone when there are
    any; keywords add one sentence each.
    """
    if spec.phrases:
        sentences = list(spec.phrases)
        if spec.description:
            sentences.append(spec.description)
    else:
        sentences = [spec.description] if spec.description else []
        sentences.append(f"This text is about {readable(spec.name)}.")
    return tuple(sentences + [f"This text is about {word}." for word in spec.keywords])


def name_evidence(
    sentences: Sequence[Floats], pile: Floats, sharpness: float = SHARPNESS
) -> NameEvidence:
    """Evidence from the embeddings of each class's sentences.

    sentences: one unit matrix [m_c, dim] per class; pile: unit embeddings [n, dim] of the texts
    at hand. Each class vector is the mean of its sentences less the mean of all classes; its
    scores are centred and scaled to unit spread over the pile, so that a class whose name is near
    everything gains nothing by it.
    """
    means = np.stack([block.mean(axis=0) for block in sentences])
    means = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
    against = means - means.mean(axis=0)
    scores = pile @ against.T
    spread = np.maximum(scores.std(axis=0), 1e-6)
    weight = (sharpness / spread) * against.T
    return NameEvidence(
        np.asarray(weight, np.float32),
        np.asarray(-sharpness * scores.mean(axis=0) / spread, np.float32),
    )
