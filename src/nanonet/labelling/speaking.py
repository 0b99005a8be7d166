"""The other end of :class:`nanonet.labelling.child.Child`: lines of JSON to the server."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from typing import Any

__all__ = ["speaker"]


def speaker() -> Callable[[dict[str, Any]], None]:
    """What writes a line to the server; from now on prints of any library go to standard error."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="ascii")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def say(value: dict[str, Any]) -> None:
        out.write(json.dumps(value) + "\n")
        out.flush()

    return say
