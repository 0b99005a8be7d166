"""A fitted model as the bytes of its folder: what a pickle of the estimator holds, and no code."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Protocol

from nanonet.artefact import MANIFEST, copy_artefact, read_artefact
from nanonet.errors import FormatError
from nanonet.runtime import Classifier, ManyClassifier, load_any


class _Saves(Protocol):
    def save(self, path: Path) -> Path: ...


def folder_bytes(model: _Saves) -> dict[str, bytes]:
    """Name and content of every file that ``model.save`` writes."""
    with tempfile.TemporaryDirectory() as home:
        return read_folder(model.save(Path(home) / "model"))


def read_folder(folder: str | Path) -> dict[str, bytes]:
    """Name and content of every file of a model folder, all of them checked."""
    artefact = read_artefact(folder)
    names = sorted({MANIFEST, *artefact.manifest["files"]})
    return {name: (artefact.path / name).read_bytes() for name in names}


def load_bytes(files: dict[str, bytes]) -> Classifier | ManyClassifier:
    """The classifier, with every check that ``nanonet.load`` makes."""
    with tempfile.TemporaryDirectory() as home:
        return load_any(_spread(files, Path(home)))


def save_bytes(files: dict[str, bytes], path: str | Path, *, overwrite: bool = False) -> Path:
    """The same folder again, byte for byte, whole or not at all."""
    with tempfile.TemporaryDirectory() as home:
        return copy_artefact(_spread(files, Path(home)), path, overwrite=overwrite)


def _spread(files: dict[str, bytes], folder: Path) -> Path:
    for name, content in files.items():
        if Path(name).name != name:  # a pickle may come from anywhere
            raise FormatError(f"the pickled model names a file {name!r}, which is no plain name")
        (folder / name).write_bytes(content)
    return folder
