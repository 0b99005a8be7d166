"""One tiny encoder, exported once, for all tests of this room."""

from __future__ import annotations

from pathlib import Path

import pytest

from _counter import Counter
from _tiny import tiny_encoder
from nanonet.encode import Encoder, load_encoder


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("torch", reason="exporting an encoder needs torch")
    return tiny_encoder(tmp_path_factory.mktemp("source") / "tiny")


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder for exports, shared because each export takes seconds."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def encoder(tiny: Path, home: Path) -> Encoder:
    return load_encoder(tiny, cache_dir=home)
