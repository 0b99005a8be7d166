"""What a table of votes was made from and what it cost, beside the table, for whoever uses it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from nanonet.errors import UserError

__all__ = ["provenance_path", "read_provenance"]


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
