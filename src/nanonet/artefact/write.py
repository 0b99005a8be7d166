"""Writing an artefact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from nanonet import __version__
from nanonet.artefact._folder import copy_file, new_folder, sha256_of, write_file
from nanonet.artefact.card import model_card
from nanonet.artefact.manifest import (
    CARD,
    FORMAT,
    FORMAT_VERSION,
    MANIFEST,
    WEIGHTS,
    encode_manifest,
)
from nanonet.artefact.read import read_artefact
from nanonet.errors import UserError


def write_artefact(
    path: str | Path,
    *,
    classes: Sequence[str],
    student: Mapping[str, Any],
    weights: Mapping[str, NDArray[Any]],
    calibration: Mapping[str, Any] | None = None,
    thresholds: Mapping[str, Any] | None = None,
    scope: Mapping[str, Any] | None = None,
    provenance: Mapping[str, Any] | None = None,
    task: str = "single-label",
    card: str | None = None,
    extra_files: Mapping[str, Path] | None = None,
    overwrite: bool = False,
) -> Path:
    """Write a model folder and return its path; the same facts give the same bytes.

    student: {"kind": "nano", "featuriser": ...} or {"kind": "micro", ...}. calibration:
    {"kind": "temperature", "temperature": float}, 1.0 when left out, or for the task "multi-label"
    {"kind": "sigmoid", "scale": [C], "shift": [C]} with thresholds {"per_class": {name: float}}.
    provenance: plain values, kept
    as they are (never put a time in it); the model card is made from it when ``card`` is None.
    extra_files: name in the folder to file. The folder is written beside its place, synced and
    renamed, so it is there whole or not at all.

    Raises UserError where ``path`` exists (with ``overwrite``: and is not a nanonet model), or
    cannot be written, or the disk is full.
    """
    path = Path(path).absolute()
    _check_place(path, overwrite=overwrite)
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "nanonet_version": __version__,
        "task": task,
        **({"labels": "many"} if task == "multi-label" else {}),
        "classes": list(classes),
        "student": dict(student),
        "calibration": dict(calibration or {"kind": "temperature", "temperature": 1.0}),
        "thresholds": dict(thresholds or {}),
        **({"scope": dict(scope)} if scope else {}),
        "provenance": dict(provenance or {}),
        "files": {},
    }
    with new_folder(path, overwrite=overwrite) as folder:
        write_file(folder / WEIGHTS, save({k: _dense(v) for k, v in weights.items()}))
        for name, source in sorted((extra_files or {}).items()):
            copy_file(Path(source), folder / name)
        manifest["files"] = _inventory(folder)
        text = model_card(manifest) if card is None else card
        write_file(folder / CARD, text.encode("utf-8", "replace"))
        manifest["files"] = _inventory(folder)
        write_file(folder / MANIFEST, encode_manifest(manifest))
    return path


def copy_artefact(source: str | Path, path: str | Path, *, overwrite: bool = False) -> Path:
    """Write a model folder again elsewhere, byte for byte, after checking every file of it."""
    path = Path(path).absolute()
    artefact = read_artefact(source)
    _check_place(path, overwrite=overwrite)
    with new_folder(path, overwrite=overwrite) as folder:
        for name in sorted({MANIFEST, *artefact.manifest["files"]}):
            copy_file(artefact.path / name, folder / name)
    return path


def _inventory(folder: Path) -> dict[str, dict[str, Any]]:
    return {
        file.name: {"sha256": sha256_of(file), "bytes": file.stat().st_size}
        for file in sorted(folder.iterdir())
    }


def _dense(array: NDArray[Any]) -> NDArray[Any]:
    return np.ascontiguousarray(array)


def _check_place(path: Path, *, overwrite: bool) -> None:
    if not path.exists() and not path.is_symlink():
        return
    if not overwrite:
        raise UserError(f"{path} exists already; choose another place or ask to overwrite it")
    # Overwriting removes the whole folder, so it must be one that this room wrote.
    if path.is_symlink() or not _is_model(path):
        raise UserError(f"{path} exists and is not a nanonet model; it will not be overwritten")


def _is_model(path: Path) -> bool:
    try:
        start = (path / MANIFEST).read_bytes()[:200]
    except OSError:
        return False
    return f'"format": "{FORMAT}"'.encode() in start
