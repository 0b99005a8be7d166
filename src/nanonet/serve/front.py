"""The door: who may ask and how often, every answer counted, every error one sentence of JSON."""

from __future__ import annotations

import sys
import time
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nanonet.serve.answer import json_response
from nanonet.serve.label import LABEL_PATHS
from nanonet.serve.limits import Refused
from nanonet.serve.rate import key_fits
from nanonet.serve.service import Service

__all__ = ["Front", "refused", "wrong_address"]

# These need no key: they tell nothing that was learned.
_OPEN = ("/", "/healthz", "/openapi.json", "/label")
PATHS = ("/", "/healthz", "/openapi.json", "/predict", "/explain", "/metrics")
_COUNTED = {*PATHS, *LABEL_PATHS}


class Front:
    """ASGI middleware around everything else."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app, self._service = app, service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        status = 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            self._admit(scope)
            await self._app(scope, receive, noted)
        except Refused as refusal:
            await _refusal(refusal)(scope, receive, noted)
        except ClientDisconnect:
            pass
        except Exception as error:
            print(f"error: {type(error).__name__}: {error}", file=sys.stderr)
            if not status:
                await _fault()(scope, receive, noted)
        path = scope["path"] if scope["path"] in _COUNTED else "other"
        self._service.counts.add(path, status or 499, time.perf_counter() - begun)

    def _admit(self, scope: Scope) -> None:
        service = self._service
        client = (scope.get("client") or ("",))[0]
        wait = 0.0 if scope["path"] == "/healthz" else service.buckets.wait(client)
        if wait:
            raise Refused(
                429,
                f"more than {service.limits.rate:g} requests a second; "
                f"try again in {wait:.1f} seconds",
                {"Retry-After": str(int(wait) + 1)},
            )
        if service.key is None or scope["path"] in _OPEN:
            return
        given = next((v for name, v in scope["headers"] if name == b"authorization"), b"")
        if not key_fits(given, service.key):
            raise Refused(
                401,
                "the API key is missing or wrong; send the header 'Authorization: Bearer KEY'",
                {"WWW-Authenticate": "Bearer"},
            )


def _refusal(refusal: Refused) -> Response:
    return json_response({"error": refusal.sentence}, refusal.status, refusal.headers)


def _fault() -> Response:
    return json_response({"error": "a fault in nanonet; its standard error says more"}, 500)


async def refused(request: Request, error: Any) -> Response:
    """What a handler refused."""
    return _refusal(error)


async def wrong_address(request: Request, error: Any) -> Response:
    """An unknown address (404) or method (405)."""
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "")
        told = f"{request.method:.20} is not allowed here; {allowed} is"
    else:
        path = request.scope["path"]  # request.url would read a Host that may be no host
        told = f"there is nothing at {path[:60]!r}; there is {', '.join(PATHS)}"
    return json_response({"error": told}, error.status_code, error.headers)
