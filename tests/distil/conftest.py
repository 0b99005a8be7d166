"""Tiny encoders and batches for this room's tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from _encoders import tiny_folder

TEXTS = [
    "the market was great, what a price",
    "good team",
    "who won the match?",
    "a bad movie and a loss",
    "",
]


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Hugging Face folders of tiny models, by kind."""
    pytest.importorskip("torch", reason="training an encoder needs torch")
    home = tmp_path_factory.mktemp("encoders")

    def folder(kind: str) -> Path:
        path = home / kind
        return path if path.is_dir() else tiny_folder(kind, path)

    return folder


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch = pytest.importorskip("torch", reason="training an encoder needs torch")
    torch.set_num_threads(1)
