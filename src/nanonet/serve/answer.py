"""A JSON answer."""

from __future__ import annotations

import json
from collections.abc import Mapping

from starlette.responses import Response

__all__ = ["json_response"]

_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False)


def json_response(
    value: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A JSON answer in ASCII: half a character (a lone surrogate) has no UTF-8."""
    raw = _ENCODER.encode(value).encode("ascii")
    return Response(raw, status, headers, "application/json")
