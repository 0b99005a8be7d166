"""Reading an artefact, trusting none of its bytes before they are checked."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load

from nanonet.artefact._folder import sha256_of
from nanonet.artefact.manifest import MANIFEST, WEIGHTS, decode_manifest
from nanonet.errors import FormatError, UserError


@dataclass(frozen=True)
class Artefact:
    """A checked model folder: ``manifest`` is model.json, ``weights`` the named arrays."""

    path: Path
    manifest: dict[str, Any]
    weights: dict[str, NDArray[Any]] = field(repr=False)

    @property
    def size_bytes(self) -> int:
        """Bytes of all files but model.json."""
        return sum(int(entry["bytes"]) for entry in self.manifest["files"].values())

    def file(self, name: str) -> Path:
        """The path of a listed (so checked) file; FormatError where the model has none so named."""
        if name not in self.manifest["files"]:
            raise FormatError(f"{self.path} has no {name}, which its kind of student needs")
        return self.path / name

    def weight(self, name: str) -> NDArray[Any]:
        """One named array; FormatError where it is missing."""
        if name not in self.weights:
            raise FormatError(f"{self.path / WEIGHTS} has no array '{name}'; fit again")
        return self.weights[name]


def read_artefact(path: str | Path) -> Artefact:
    """Read a model folder; every file in it must have the SHA-256 that model.json names.

    Raises UserError where there is nothing at ``path``, FormatError where it is no nanonet model,
    is of a newer format, or has a missing or changed file (which is named).
    """
    path = Path(path)
    manifest = decode_manifest(_read_manifest(path), path / MANIFEST)
    files = manifest["files"]
    if WEIGHTS not in files:
        raise FormatError(f"{path / MANIFEST} is damaged: it lists no {WEIGHTS}")
    for name, entry in files.items():
        if Path(name).name != name or not isinstance(entry, dict) or "sha256" not in entry:
            raise FormatError(f"{path / MANIFEST} is damaged: bad entry for the file {name!r}")
        if name != WEIGHTS:
            _check(path / name, sha256_of(path / name) if (path / name).is_file() else "", entry)
    return Artefact(path, manifest, _read_weights(path / WEIGHTS, files[WEIGHTS]))


def _read_manifest(path: Path) -> bytes:
    if not path.exists():
        raise UserError(f"there is no model at {path}")
    if not path.is_dir():
        raise FormatError(f"{path} is a file; a nanonet model is a folder with a {MANIFEST}")
    try:
        return (path / MANIFEST).read_bytes()
    except FileNotFoundError:
        raise FormatError(f"{path} is not a nanonet model: it has no {MANIFEST}") from None
    except OSError as error:
        raise UserError(f"cannot read {path / MANIFEST}: {error.strerror}") from error


def _read_weights(path: Path, entry: dict[str, Any]) -> dict[str, NDArray[Any]]:
    # The bytes that are checked are the bytes that are used: the file is read once.
    raw = path.read_bytes() if path.is_file() else b""
    _check(path, hashlib.sha256(raw).hexdigest() if raw else "", entry)
    try:
        return load(raw)
    except SafetensorError as error:
        raise FormatError(f"{path} is not a safetensors file ({error}); fit again") from error


def _check(path: Path, digest: str, entry: dict[str, Any]) -> None:
    if not digest:
        raise FormatError(f"{path} is missing or empty; copy the folder again, or fit again")
    if digest != entry["sha256"]:
        raise FormatError(
            f"{path} was changed after the model was written (SHA-256 differs); copy the folder "
            "again, or fit again"
        )
