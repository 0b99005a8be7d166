"""Names for encoders: digests of what decides their vectors, computed without any framework."""

from __future__ import annotations

import contextlib
import hashlib
import json
from pathlib import Path

from nanonet.encode._files import write_file
from nanonet.encode.source import TOKENIZER_FILES, Source
from nanonet.encode.tokens import MAX_CHARS, MAX_TOKENS
from nanonet.errors import UserError

EXPORT_VERSION = 1
"""Raise when the readouts, the export or the quantisation change, so old vectors are not used."""


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def source_fingerprint(source: Source, backend: str, cache_dir: Path) -> str:
    """64 hex digits for ``source`` run by ``backend`` ('onnx' or 'torch').

    It depends on the weights, the configuration, the tokenizer and our export version, not on
    the exported bytes, so it is known before anything is exported. Digests of weights are
    remembered in ``cache_dir`` by path, size and time of change.
    """
    tokenizer = [source.tokenizer_folder / name for name in TOKENIZER_FILES]
    parts = {
        "weights": [remembered_sha256(path, cache_dir) for path in source.weights],
        "config": file_sha256(source.folder / "config.json"),
        "tokenizer": [[path.name, file_sha256(path)] for path in tokenizer if path.is_file()],
        "export": EXPORT_VERSION,
        "limits": [MAX_TOKENS, MAX_CHARS],
        "backend": backend,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def remembered_sha256(path: Path, cache_dir: Path) -> str:
    """SHA-256 of ``path``, from the memo when size and time of change are those it was read at."""
    stat = path.stat()
    seen = [str(path), stat.st_size, stat.st_mtime_ns]
    memo = cache_dir / "digests" / (hashlib.sha256(str(path).encode()).hexdigest()[:16] + ".json")
    try:
        kept = json.loads(memo.read_text(encoding="utf-8"))
        if kept["file"] == seen:
            return str(kept["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    digest = file_sha256(path)
    with contextlib.suppress(UserError):  # only a convenience: the digest is right without it
        write_file(memo, json.dumps({"file": seen, "sha256": digest}).encode())
    return digest
