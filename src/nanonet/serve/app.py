"""The application: addresses, the door, and the work beside the requests."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.resources import files
from itertools import count

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from nanonet.serve.front import Front, refused, wrong_address
from nanonet.serve.handlers import Handlers
from nanonet.serve.label import LabelHandlers
from nanonet.serve.limits import Refused
from nanonet.serve.memory import give_back
from nanonet.serve.service import Service

__all__ = ["application"]

_TICK = 1.0  # seconds between two looks at the model folders
_TRIMMED = 30  # ticks between two times that free memory is given back


def application(service: Service) -> Starlette:
    """The ASGI application of a service, for uvicorn or any other server."""
    does = Handlers(service)
    app = Starlette(
        routes=[
            Route("/predict", does.predict, methods=["POST"]),
            Route("/explain", does.explain, methods=["POST"]),
            Route("/healthz", does.health),
            Route("/metrics", does.metrics),
            Route("/openapi.json", does.openapi),
            Route("/", _page("page.html")),
            *_label_routes(service),
        ],
        middleware=[Middleware(Front, service=service)],
        exception_handlers={Refused: refused, HTTPException: wrong_address},
        lifespan=_lifespan(service),
    )
    app.router.redirect_slashes = False
    return app


def _label_routes(service: Service) -> list[Route]:
    """The Label page and what it asks for, where there is something to label."""
    if service.labelling is None:
        return []
    does = LabelHandlers(service.labelling, service.limits, service.key is not None)
    actions = {"state": does.state, "next": does.next, "answer": does.answer, "aside": does.aside,
               "undo": does.undo, "class": does.add_class, "text": does.text,
               "fit": does.fit}  # fmt: skip
    return [
        Route("/label", _page("label.html")),
        *(Route(f"/label/{name}", do, methods=["POST"]) for name, do in actions.items()),
    ]


def _page(name: str) -> Callable[[Request], Awaitable[Response]]:
    """A page, under a policy by which a browser runs nothing but what stands in it."""
    text = (files("nanonet.serve") / name).read_text("utf-8")
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.S)
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.S)
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
    headers = {"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff",
               "Referrer-Policy": "no-referrer", "Cache-Control": "no-cache"}  # fmt: skip

    async def page(request: Request) -> Response:
        return Response(text.encode("utf-8"), headers=headers, media_type="text/html")

    return page


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def _lifespan(service: Service):  # type: ignore[no-untyped-def]
    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        work = asyncio.create_task(_beside(service))
        try:
            yield
        finally:
            work.cancel()
            if service.labelling is not None:
                service.labelling.close()

    return lifespan


async def _beside(service: Service) -> None:
    """Look after changed folders, and count n-grams off the way of the requests."""
    for tick in count(1):
        await asyncio.sleep(_TICK)
        try:
            if tick % _TRIMMED == 0:
                await asyncio.to_thread(give_back)
            await service.shelf.refresh()
            for one in service.shelf.all():
                await asyncio.to_thread(one.drift.count)
        except Exception as error:  # it must go on: nobody would see that it had stopped
            print(f"error: {type(error).__name__}: {error}", file=sys.stderr)
