"""A folder that is not a whole, unchanged model is refused with one sentence that says why."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from nanonet.artefact import read_artefact, write_artefact
from nanonet.errors import FormatError, UserError

FILES = ["model.json", "weights.safetensors", "README.md", "extra.bin"]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    extra = tmp_path / "extra"
    extra.write_bytes(bytes(range(256)))
    return write_artefact(
        tmp_path / "model",
        classes=["a", "b"],
        student={"kind": "nano"},
        weights={"bias": np.arange(40, dtype=np.float32)},
        provenance={"note": "x" * 64, "zeros": "0" * 64},
        extra_files={"extra.bin": extra},
    )


@pytest.mark.parametrize("name", FILES)
def test_one_changed_byte_anywhere_is_found_and_the_file_named(model: Path, name: str) -> None:
    file = model / name
    whole = file.read_bytes()
    for position in range(0, len(whole), max(1, len(whole) // 60)):
        changed = bytearray(whole)
        changed[position] ^= 1
        file.write_bytes(changed)
        with pytest.raises(FormatError, match=name.replace(".", r"\.")):
            read_artefact(model)
    file.write_bytes(whole)
    read_artefact(model)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_or_cut_file_is_named(model: Path, name: str) -> None:
    file = model / name
    whole = file.read_bytes()
    for damaged in (whole[:-1], whole[: len(whole) // 2], b"", None):
        file.unlink()
        if damaged is not None:
            file.write_bytes(damaged)
        with pytest.raises(FormatError, match=name.replace(".", r"\.")):
            read_artefact(model)
        file.write_bytes(whole)


def edit(model: Path, **changes: object) -> None:
    manifest = json.loads((model / "model.json").read_text())
    manifest.update(changes)
    for key in [key for key, value in changes.items() if value is None]:
        del manifest[key]
    (model / "model.json").write_text(json.dumps(manifest))


def test_a_newer_format_names_both_versions_and_the_way_out(model: Path) -> None:
    edit(model, format_version=7, nanonet_version="9.9", classes=None)
    with pytest.raises(FormatError, match=r"version 7 .*9\.9.* version 1; run: pip install --up"):
        read_artefact(model)


def test_all_missing_keys_are_named_at_once(model: Path) -> None:
    edit(model, classes=None, student=None)
    with pytest.raises(FormatError, match="no classes, student"):
        read_artefact(model)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"format": "other"}, "not written by nanonet"),
        ({"format_version": "1"}, "format_version"),
        ({"format_version": 0}, "format_version"),
        ({"classes": "ab"}, "'classes' is not a list"),
        ({"thresholds": {"a": 1}}, "changed after it was written"),
    ],
)
def test_edited_manifests_are_refused(model: Path, changes: dict[str, object], words: str) -> None:
    edit(model, **changes)
    with pytest.raises(FormatError, match=words):
        read_artefact(model)


def test_places_that_hold_no_model(tmp_path: Path, model: Path) -> None:
    with pytest.raises(UserError, match="no model at"):
        read_artefact(tmp_path / "nowhere")
    with pytest.raises(FormatError, match="is a file"):
        read_artefact(model / "README.md")
    (tmp_path / "empty").mkdir()
    with pytest.raises(FormatError, match=r"not a nanonet model: it has no model\.json"):
        read_artefact(tmp_path / "empty")
    (tmp_path / "empty" / "model.json").write_text("[1, 2]")
    with pytest.raises(FormatError, match="not written by nanonet"):
        read_artefact(tmp_path / "empty")


def test_a_listed_name_cannot_leave_the_folder(model: Path) -> None:
    from nanonet.artefact.manifest import encode_manifest

    manifest = json.loads((model / "model.json").read_text())
    manifest["files"]["../extra"] = manifest["files"]["extra.bin"]
    del manifest["manifest_sha256"]
    (model / "model.json").write_bytes(encode_manifest(manifest))
    with pytest.raises(FormatError, match="bad entry"):
        read_artefact(model)


def test_unlisted_files_do_not_matter_and_cannot_be_asked_for(model: Path) -> None:
    (model / "encoder.onnx").write_bytes(b"foreign")
    artefact = read_artefact(model)
    with pytest.raises(FormatError, match=r"no encoder\.onnx"):
        artefact.file("encoder.onnx")
    with pytest.raises(FormatError, match="no array 'keys'"):
        artefact.weight("keys")


def test_a_moved_folder_is_still_a_model(model: Path, tmp_path: Path) -> None:
    shutil.move(model, tmp_path / "elsewhere")
    assert read_artefact(tmp_path / "elsewhere").manifest["classes"] == ["a", "b"]
