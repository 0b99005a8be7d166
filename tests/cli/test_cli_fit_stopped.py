"""fit killed or interrupted at any moment: the same command again ends as an unbroken run does."""

from __future__ import annotations

import os
import shutil
import signal
import time

import pytest

from _command import finished, folder_bytes, started, until
from _corpus import CORPUS
from _tiny import tiny_encoder

TEXTS = 40 + 718
pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of this kind are Unix's")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    pytest.importorskip("onnxscript", reason="exporting an encoder needs the train extra")
    return tiny_encoder(tmp_path_factory.mktemp("source") / "tiny")


def command(cache, out, *more):
    tables = (CORPUS / "labelled.csv", "--pool", CORPUS / "pool.csv")
    return ("fit", *tables, "--cache-dir", cache, "--out", out, *more)


@pytest.fixture(scope="module")
def whole(tiny, tmp_path_factory):
    """A folder in which an unbroken run with the tiny encoder has left its cache and its model."""
    home = tmp_path_factory.mktemp("whole")
    more = ("--encoder", tiny, "--student", "micro")
    assert finished(*command(home / "cache", home / "model", *more))[0] == 0
    return home


@pytest.fixture
def cache(whole, tmp_path, request):
    """A new cache, with the encoder exported unless the export is what will be stopped."""
    if request.node.callspec.params["moment"] != "export":
        shutil.copytree(whole / "cache", tmp_path / "c", ignore=shutil.ignore_patterns("vectors"))
    return tmp_path / "c"


def encoded(cache):
    """How many texts are in the cache."""
    return sum(file.stat().st_size for file in cache.rglob("*.keys")) // 16


def learning(cache):
    """All vectors are there, and a moment has passed."""
    if encoded(cache) < TEXTS:
        return False
    time.sleep(0.15)
    return True


MOMENTS = {
    "export": lambda cache: list(cache.rglob("encoder.*.tmp/*")),
    "encoding": encoded,
    "learning": learning,
}


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param("export", marks=pytest.mark.slow),
        "encoding",
        pytest.param("learning", marks=pytest.mark.slow),
    ],
)
def test_killed_and_run_again(tiny, whole, cache, tmp_path, moment):
    again = command(cache, tmp_path / "model", "--encoder", tiny, "--student", "micro")
    process = started(*again)
    until(process, lambda: MOMENTS[moment](cache))
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert (encoded(cache) == TEXTS) == (moment == "learning")
    assert not (tmp_path / "model").exists()
    code, _, err = finished(*again)
    assert (code, err) == (0, "")
    assert folder_bytes(tmp_path / "model") == folder_bytes(whole / "model")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c", "model"]


def test_killed_while_the_model_is_written(encoder_cache, tmp_path):
    """The bundled encoder's 23 MB take long enough to be caught half way."""
    again = command(encoder_cache, tmp_path / "model", "--student", "micro")
    process = started(*again)
    until(process, lambda: list(tmp_path.glob(".model.tmp-*/weights.safetensors")))
    process.kill()
    process.communicate()
    assert not (tmp_path / "model").exists()
    assert list(tmp_path.glob(".model.tmp-*")), "it was not caught half way"
    assert finished(*again)[0] == 0
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
    twin = command(encoder_cache, tmp_path / "twin", "--student", "micro")
    assert finished(*twin)[0] == 0
    assert folder_bytes(tmp_path / "model") == folder_bytes(tmp_path / "twin")


@pytest.mark.parametrize("moment", [pytest.param("export", marks=pytest.mark.slow), "encoding"])
def test_interrupted_by_ctrl_c(tiny, cache, tmp_path, moment):
    process = started(*command(cache, tmp_path / "model", "--encoder", tiny))
    until(process, lambda: MOMENTS[moment](cache))
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err == "stopped; what was cached is kept, so the next run goes on from there\n"
    assert [path.name for path in tmp_path.iterdir()] == ["c"]
    assert list(tmp_path.rglob("*.tmp")) == []  # Ctrl-C, unlike a kill, leaves time to tidy up
