"""A small file that is there whole or not at all."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nanonet.errors import UserError


def write_whole(path: str | os.PathLike[str], content: bytes | str | Mapping[str, Any]) -> None:
    """Write a file, JSON for a mapping, under a temporary name, sync it, and rename it."""
    target = Path(path)
    if not isinstance(content, bytes):
        text = content if isinstance(content, str) else f"{json.dumps(content, indent=1)}\n"
        content = text.encode("utf-8", "surrogatepass")
    scratch = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        with open(scratch, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(scratch, target)
    except OSError as error:
        raise UserError(f"cannot write {target}: {error.strerror or error}") from error
    finally:
        scratch.unlink(missing_ok=True)
