"""A toy corpus condensed once with a tiny encoder."""

import pytest

from _condensed import corpus
from nanonet.condense import condense


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """(folder of a tiny encoder, cache folder)."""
    pytest.importorskip("onnxscript", reason="exporting an encoder needs the train extra")
    from _tiny import tiny_encoder

    home = tmp_path_factory.mktemp("condense")
    return tiny_encoder(home / "tiny"), home / "cache"


@pytest.fixture(scope="session")
def few(tiny):
    """The toy corpus condensed to three texts a class."""
    texts, labels = corpus()
    return condense(texts, labels, per_class=3, encoder=tiny[0], cache_dir=tiny[1], seed=4)
