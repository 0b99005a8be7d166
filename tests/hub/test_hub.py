"""Models up to the Hub and down again, against a stand-in for it on this machine."""

from __future__ import annotations

import subprocess
import sys

import pytest

import nanonet
from _hub import TOKEN, StandIn
from _models import TEXTS, write_nano
from nanonet.errors import FormatError, UserError

hub = pytest.importorskip("huggingface_hub", reason="needs the hub extra")


@pytest.fixture(autouse=True)
def _online(monkeypatch, tmp_path):
    """The Hub's own switches as on a fresh machine: online, and no token anywhere."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "token"))
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def there():
    with StandIn() as server:
        yield server


@pytest.fixture
def model(tmp_path):
    return write_nano(tmp_path / "model")


def up(there, model, name="somebody/topics", token=TOKEN, **settings):
    return nanonet.push_to_hub(model, name, token=token, endpoint=there.url, **settings)


def down(there, home, name="somebody/topics", **settings):
    return nanonet.from_pretrained(name, cache_dir=home, endpoint=there.url, **settings)


def test_what_goes_up_comes_down_and_answers_the_same(there, model, tmp_path):
    assert up(there, model).startswith(f"{there.url}/somebody/topics/commit/")
    files = there.repos["somebody/topics"]
    assert {name: raw for name, raw in files.items() if name != ".gitattributes"} == {
        file.name: file.read_bytes() for file in model.iterdir()
    }
    for name in ("somebody/topics", "hf://somebody/topics"):
        found = down(there, tmp_path / "cache", name)
        assert (found.predict_proba(TEXTS) == nanonet.load(model).predict_proba(TEXTS)).all()


def test_a_second_model_replaces_the_first_and_its_files(there, model, tmp_path):
    up(there, model)
    there.repos["somebody/topics"]["encoder.onnx"] = b"of an earlier micro model"
    up(there, write_nano(tmp_path / "other", classes=["x", "y", "z"]), message="again")
    assert "encoder.onnx" not in there.repos["somebody/topics"]
    assert down(there, tmp_path / "cache").classes_ == ["x", "y", "z"]


def test_a_model_fetched_before_is_there_without_the_network(there, model, tmp_path, monkeypatch):
    up(there, model)
    down(there, tmp_path / "cache")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    asked = len(there.asked)
    assert down(there, tmp_path / "cache").classes_ == nanonet.load(model).classes_
    assert len(there.asked) == asked
    with pytest.raises(UserError, match=r"cannot be reached for somebody/other .*HF_HUB_OFFLINE"):
        down(there, tmp_path / "cache", "somebody/other")
    with pytest.raises(UserError, match="cannot be reached for somebody/topics"):
        up(there, model)


def test_a_folder_is_loaded_and_nothing_asked(there, model):
    assert nanonet.from_pretrained(model, endpoint=there.url).predict(TEXTS)
    with pytest.raises(UserError, match="there is no model at"):
        nanonet.from_pretrained("./not-there", endpoint=there.url)
    with pytest.raises(UserError, match=r"load reads folders only; run nanonet.from_pretrained"):
        nanonet.load("hf://somebody/topics")
    assert not there.asked


def test_each_refusal_is_one_sentence(there, model, tmp_path):
    up(there, model, private=True)
    there.repos["somebody/open"] = {"model.json": b""}
    cases = [
        (lambda: up(there, model, "somebody/open", token="hf_wrong"), "without a valid token"),
        (
            lambda: up(there, model, token=None),
            "somebody/topics without a valid token; run `hf auth login`",
        ),
        (lambda: up(there, model, token="hf_wrong"), "without a valid token"),
        (lambda: down(there, tmp_path, token=None), "there is no somebody/topics on the Hub, or"),
        (lambda: down(there, tmp_path, "somebody/none"), "there is no somebody/none on the Hub"),
        (lambda: down(there, tmp_path, token=TOKEN, revision="v9"), "has no such revision"),
        (lambda: down(there, tmp_path, "hf://a/b/c"), "no name of a repository"),
        (lambda: up(there, model, "some body/x"), "no name of a repository"),
        (lambda: up(there, tmp_path / "none"), "there is no model at"),
        (lambda: up(there, object()), "a object has no files to upload"),
    ]
    for call, said in cases:
        with pytest.raises(UserError) as caught:
            call()
        assert said in str(caught.value)
        assert "\n" not in str(caught.value)
    assert down(there, tmp_path, token=TOKEN).classes_


def test_a_hub_that_is_not_there_and_a_repository_without_a_model(there, model, tmp_path):
    there.repos["somebody/else"] = {"config.json": b"{}"}
    with pytest.raises(UserError, match=r"somebody/else on the Hub holds no nanonet model"):
        down(there, tmp_path, "somebody/else")
    up(there, model)
    there.repos["somebody/topics"]["weights.safetensors"] += b"x"
    with pytest.raises(FormatError, match="was changed after the model was written"):
        down(there, tmp_path)
    with pytest.raises(UserError, match="cannot be reached for somebody/new"):
        nanonet.from_pretrained("somebody/new", cache_dir=tmp_path, endpoint="http://127.0.0.1:9")


def test_without_the_package_the_command_is_named():
    code = (
        "import sys; sys.modules['huggingface_hub'] = None\nimport nanonet\n"
        "try: nanonet.from_pretrained('a/b')\nexcept nanonet.UserError as e: print(e)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'nanonet[hub]'" in done.stdout
