"""What a table of votes was made from and what it cost, beside the table, for whoever uses it."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nanonet.errors import UserError

__all__ = ["provenance_path", "read_provenance", "write_whole"]


def provenance_path(votes: str | os.PathLike[str]) -> Path:
    """``votes.parquet`` -> ``votes.parquet.provenance.json``."""
    path = Path(votes)
    return path.with_name(f"{path.name}.provenance.json")


def read_provenance(votes: str | os.PathLike[str]) -> dict[str, Any] | None:
    """The provenance of a table of votes, or ``None`` where there is none."""
    path = provenance_path(votes)
    try:
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: not readable as JSON ({error}); remove it") from error
    return dict(found)


def write_whole(path: str | os.PathLike[str], content: str | Mapping[str, Any]) -> None:
    """Write a small file, JSON for a mapping, under a temporary name, and rename it."""
    target = Path(path)
    text = content if isinstance(content, str) else f"{json.dumps(content, indent=1)}\n"
    scratch = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        with open(scratch, "wb") as file:
            file.write(text.encode("utf-8", "surrogatepass"))
            file.flush()
            os.fsync(file.fileno())
        os.replace(scratch, target)
    except OSError as error:
        scratch.unlink(missing_ok=True)
        raise UserError(f"cannot write {target}: {error.strerror or error}") from error
