"""A model to serve, made once a module."""

from __future__ import annotations

from typing import Any

import pytest

for _name in ("starlette", "uvicorn"):
    pytest.importorskip(_name, reason="serving needs the serve extra")

from _serving import news_model  # noqa: E402


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The folder of a model with facts of its pool."""
    facts = {
        "derived": {"class mix": {"shares": {"business": 0.5, "sport": 0.25, "world": 0.25}}},
        "expected": {"accuracy": 0.9, "low": 0.8, "high": 0.95},
    }
    return news_model(tmp_path_factory.mktemp("models") / "news", provenance=facts)
