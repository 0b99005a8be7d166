"""Real models, small ones, written through the artefact room."""

import numpy as np
import pytest

from nanonet.artefact import write_artefact
from nanonet.cli import run
from nanonet.text import GramSpec, featurise, pack_ids

WORDS = {"parcel": "delivery", "late": "delivery", "money": "refund", "back": "refund"}
CLASSES = ["delivery", "refund"]


@pytest.fixture(scope="session")
def model(tmp_path_factory):
    """A nano model that knows four words; other texts get the bias, which is for delivery."""
    spec = GramSpec()
    only_words = GramSpec(word_ngrams=1, boundaries=False)
    rows = {
        int(featurise([word], only_words).ids[0]): [127 if c == name else -127 for c in CLASSES]
        for word, name in WORDS.items()
    }
    keys = np.array(sorted(rows), np.uint32)
    weights = {
        "keys": pack_ids(keys),
        "rows": np.array([rows[int(key)] for key in keys], np.int8),
        "scales": np.zeros(len(keys), np.uint8),
        "unit": np.array([0.05 / 16], np.float32),
        "bias": np.array([0.1, 0.0], np.float32),
    }
    return _write(tmp_path_factory.mktemp("models") / "nano", CLASSES, spec, weights)


@pytest.fixture(scope="session")
def big_model(tmp_path_factory):
    """A nano model of 4 MB, the largest that ``fit`` makes unless told otherwise."""
    rng = np.random.default_rng(0)
    keys = np.unique(rng.integers(0, 2**32, 510_000, np.uint32))
    weights = {
        "keys": pack_ids(keys),
        "rows": rng.integers(-127, 128, (len(keys), 4), np.int8),
        "scales": rng.integers(0, 192, len(keys), np.uint8),
        "unit": np.array([1e-6], np.float32),
        "bias": np.zeros(4, np.float32),
    }
    return _write(tmp_path_factory.mktemp("models") / "big", list("abcd"), GramSpec(), weights)


def _write(path, classes, spec, weights):
    student = {"kind": "nano", "featuriser": spec.to_dict()}
    write_artefact(path, classes=classes, student=student, weights=weights, provenance={"seed": 7})
    return str(path)


@pytest.fixture
def nanonet(capfd, tmp_path, monkeypatch):
    """Run a command in an empty folder; returns its exit code, standard output and error."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        code = run([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return code, out, err

    return call
