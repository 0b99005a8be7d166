"""Texts to the unit vectors that sources of votes compare."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nanonet.encode import load_encoder, unit_vectors
from nanonet.progress import Progress
from nanonet.votes.similarity import Embed, Floats


def unit_embedder(
    encoder: str | Path | None = None,
    cache_dir: str | Path | None = None,
    progress: Progress | None = None,
) -> Embed:
    """A function from texts to unit means of the encoder's last layer [n, dim], cached by content.

    encoder: a name or folder (default: the bundled one), loaded at the first call.
    """
    loaded = None

    def embed(texts: Sequence[str]) -> Floats:
        nonlocal loaded
        if loaded is None:
            loaded = load_encoder(encoder, cache_dir=cache_dir, progress=progress)
        return unit_vectors(loaded, list(texts), cache_dir, progress)

    return embed
