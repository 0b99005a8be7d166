"""model.json: what it holds, how it is spelled, and how a change to it is noticed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from nanonet.errors import FormatError, UserError

FORMAT = "nanonet"
FORMAT_VERSION = 1
MANIFEST, WEIGHTS, CARD = "model.json", "weights.safetensors", "README.md"

_DIGEST_KEY = "manifest_sha256"
_BLANK_DIGEST = "0" * 64
_KEYS: dict[str, type] = {
    "format": str,
    "format_version": int,
    "nanonet_version": str,
    "task": str,
    "classes": list,
    "student": dict,
    "calibration": dict,
    "thresholds": dict,
    "provenance": dict,
    "files": dict,
    _DIGEST_KEY: str,
}


def encode_manifest(manifest: dict[str, Any]) -> bytes:
    """The bytes of model.json. Its own SHA-256, taken with zeros in its place, is among them."""
    blank = {**manifest, _DIGEST_KEY: _BLANK_DIGEST}
    try:
        text = json.dumps(blank, ensure_ascii=False, indent=2, allow_nan=False, default=_plain)
        raw = (text + "\n").encode("utf-8")
    except (TypeError, ValueError) as error:
        raise UserError(f"the model's facts cannot be written as JSON: {error}") from error
    # Last occurrence: the digest is the last key, and no fact before it can be mistaken for it.
    head, tail = raw.rsplit(_BLANK_DIGEST.encode(), 1)
    return head + hashlib.sha256(raw).hexdigest().encode() + tail


def decode_manifest(raw: bytes, path: Path) -> dict[str, Any]:
    """The checked contents of a model.json; FormatError with one sentence where it is not right."""
    try:
        manifest = json.loads(raw)
    except ValueError as error:
        raise FormatError(f"{path} is damaged: it is not JSON ({error}); {_AGAIN}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise FormatError(f"{path} was not written by nanonet: its 'format' is not '{FORMAT}'")
    _check_version(manifest, path)
    missing = [key for key in _KEYS if key not in manifest]
    if missing:
        raise FormatError(f"{path} is damaged: it has no {', '.join(missing)}; {_AGAIN}")
    for key, kind in _KEYS.items():
        if not isinstance(manifest[key], kind):
            raise FormatError(f"{path} is damaged: '{key}' is not a {kind.__name__}; {_AGAIN}")
    _check_digest(raw, manifest[_DIGEST_KEY], path)
    return manifest


_AGAIN = "copy the folder again, or fit again"


def _check_version(manifest: dict[str, Any], path: Path) -> None:
    found = manifest.get("format_version")
    if not isinstance(found, int) or found < 1:
        raise FormatError(f"{path} is damaged: 'format_version' is {found!r}; {_AGAIN}")
    if found > FORMAT_VERSION:
        raise FormatError(
            f"{path} has format version {found} (written by nanonet "
            f"{manifest.get('nanonet_version', '?')}), and this nanonet reads up to version "
            f"{FORMAT_VERSION}; run: pip install --upgrade nanonet"
        )


def _check_digest(raw: bytes, digest: str, path: Path) -> None:
    head, found, tail = raw.rpartition(digest.encode())
    blank = head + _BLANK_DIGEST.encode() + tail
    if not found or hashlib.sha256(blank).hexdigest() != digest:
        raise FormatError(f"{path} was changed after it was written (SHA-256 differs); {_AGAIN}")


def _plain(value: object) -> Any:
    """NumPy scalars and arrays as plain values; anything else is a mistake of the caller."""
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} is not a JSON value")
