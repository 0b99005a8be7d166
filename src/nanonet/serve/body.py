"""From the bytes of a request to one JSON object, trusting none of them."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from starlette.requests import ClientDisconnect, Request

from nanonet.serve.limits import Limits, Refused

__all__ = ["read_json"]

_DRAINED = 4  # a body up to so many times too large is read to its end, so that the answer arrives


async def read_json(request: Request, limits: Limits) -> dict[str, Any]:
    """The object in the body of a request; Refused with one sentence where there is none.

    Strict: UTF-8, no key twice, no NaN or Infinity, an object at the top.
    """
    _check_head(request, limits)
    return parse(await _read(request, limits))


def _check_head(request: Request, limits: Limits) -> None:
    headers = dict(request.scope["headers"])
    kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if kind != b"application/json":
        shown = repr(kind.decode("latin-1"))[:60] if kind else "missing"
        raise Refused(
            415,
            f"the Content-Type is {shown}; it must be application/json "
            "(curl -H 'Content-Type: application/json')",
        )
    if headers.get(b"content-encoding", b"identity").lower() != b"identity":
        raise Refused(415, "the body is compressed (Content-Encoding); send it as it is")
    length = headers.get(b"content-length", b"")
    if length.isdigit() and int(length[:20]) > _DRAINED * limits.request_bytes:
        raise _too_large(limits)


async def _read(request: Request, limits: Limits) -> bytes:
    """The body, or Refused (408) where it does not come; a timer costs less than a scope would."""
    task = asyncio.current_task()
    assert task is not None
    late = False

    def stop() -> None:
        nonlocal late
        late = True
        task.cancel()

    timer = asyncio.get_running_loop().call_later(limits.seconds, stop)
    try:
        return await _collected(request, limits)
    except asyncio.CancelledError:
        if not late:
            raise
        if hasattr(task, "uncancel"):  # Python 3.11
            task.uncancel()
        seconds = f"{limits.seconds:g} seconds"
        raise Refused(408, f"the request had not arrived whole after {seconds}") from None
    finally:
        timer.cancel()


async def _collected(request: Request, limits: Limits) -> bytes:
    parts: list[bytes] = []
    size = 0
    more = True
    while more and size <= _DRAINED * limits.request_bytes:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        part, more = message.get("body", b""), message.get("more_body", False)
        size += len(part)
        if size <= limits.request_bytes:
            parts.append(part)
    if size > limits.request_bytes:
        raise _too_large(limits)
    return b"".join(parts)


def _too_large(limits: Limits) -> Refused:
    return Refused(
        413,
        f"the request is larger than {limits.request_bytes:,} bytes; send fewer texts at once",
    )


def parse(raw: bytes) -> dict[str, Any]:
    """The JSON object of a body; Refused (400) with what is wrong and where."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(400, f"the body is not UTF-8 (byte {error.start} of {len(raw)})") from None
    try:
        found = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Refused(400, f"the body is not JSON: {error.msg}, {where}") from None
    except RecursionError:
        raise Refused(400, "the body is nested too deeply; it must be one flat object") from None
    except ValueError:  # Python reads no whole number of more than 4,300 digits
        raise Refused(400, "the body holds a number of too many digits") from None
    if not isinstance(found, dict):
        raise Refused(400, 'the body must be a JSON object, such as {"text": "where is it"}')
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise Refused(400, f"the key {twice!r:.60} stands twice in the body; once is allowed")
    return found


def _no_constant(name: str) -> None:
    raise Refused(400, f"the body holds {name}, which is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_constant)
