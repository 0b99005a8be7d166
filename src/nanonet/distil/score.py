"""What a trained member says of texts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from nanonet.distil.bags import bag
from nanonet.distil.batch import Batch
from nanonet.distil.device import Place
from nanonet.distil.members import MicroStudent, NanoStudent, Teacher
from nanonet.distil.pool import features
from nanonet.text import featurise

_TEXTS = 1024


def score(
    member: Teacher | MicroStudent | NanoStudent,
    texts: Sequence[str],
    *,
    batch: int = 64,
    stride: int | None = None,
    bf16: bool = False,
) -> NDArray[np.float32]:
    """Logits float32 [n, C], in the order of the texts.

    ``stride``: read texts longer than the token limit in windows that advance by so many tokens and
    average their vectors, instead of cutting them; a nano student always reads the whole text.
    """
    place = Place(next(member.module.parameters()).device, bf16)
    parts = [
        _score(member, texts[start : start + _TEXTS], batch, stride, place)
        for start in range(0, len(texts), _TEXTS)
    ]
    classes = member.bias.numel() if isinstance(member, NanoStudent) else member.classes
    return np.concatenate(parts) if parts else np.zeros((0, classes), np.float32)


def _score(
    member: Teacher | MicroStudent | NanoStudent,
    texts: Sequence[str],
    batch: int,
    stride: int | None,
    place: Place,
) -> NDArray[np.float32]:
    with torch.no_grad():
        if isinstance(member, NanoStudent):
            bags = bag(featurise(texts, member.spec), member.keys)
            nothing = torch.zeros(len(texts), 1, dtype=torch.long)
            rows = np.arange(len(texts))
            seen = Batch(nothing, nothing, nothing.bool(), *bags.take(rows))
            logits = member.logits(seen.to(place.device))
        else:
            reader = member.reader
            vectors = reader.encoder.vectors(
                texts, reader.readouts, place, batch=batch, stride=stride
            )
            logits = reader.score(features(torch.from_numpy(vectors).to(place.device)))
    return np.asarray(logits.float().cpu().numpy(), np.float32)
