"""What is answered at each address."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from nanonet import __version__
from nanonet.runtime.scorer import Floats
from nanonet.serve.answer import json_response
from nanonet.serve.asks import ExplainAsk, PredictAsk
from nanonet.serve.body import read_json
from nanonet.serve.metrics import CONTENT_TYPE
from nanonet.serve.metrics import page as metrics_page
from nanonet.serve.service import Service
from nanonet.serve.spec import openapi

__all__ = ["Handlers"]


class Handlers:
    """The addresses of one service."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def predict(self, request: Request) -> Response:
        """Label one text, or a list of them."""
        service = self._service
        ask = PredictAsk.read(await read_json(request, service.limits), service.limits)
        served = service.shelf.get(ask.model)
        proba = await served.engine.proba(ask.texts)
        found = served.said.answers(ask.texts, proba, served.drift)
        if ask.top:
            classes = served.classifier.classes_
            for answer, row in zip(found, proba, strict=True):
                answer["top"] = _top(classes, row, ask.top)
        rest = found[0] if ask.alone else {"answers": found}
        return json_response({"model": served.name, **rest})

    async def explain(self, request: Request) -> Response:
        """Why a text gets its label."""
        service = self._service
        ask = ExplainAsk.read(await read_json(request, service.limits), service.limits)
        served = service.shelf.get(ask.model)
        found = await served.engine.explain(ask.text, ask.top)
        return json_response({"model": served.name, **served.said.explained(ask.text, found)})

    async def health(self, request: Request) -> Response:
        """That it is there, and which models it holds; the first is the default."""
        models = [
            {"name": one.name, "kind": one.kind, "classes": one.classifier.classes_, **one.many}
            for one in self._service.shelf.all()
        ]
        more = {} if self._service.labelling is None else {"labelling": True}
        return json_response({"status": "ok", "version": __version__, "models": models, **more})

    async def metrics(self, request: Request) -> Response:
        """Counters for Prometheus."""
        for one in self._service.shelf.all():
            await asyncio.to_thread(one.drift.count)
        text = metrics_page(self._service.counts, self._service.shelf)
        return Response(text, media_type=CONTENT_TYPE)

    async def openapi(self, request: Request) -> Response:
        """What can be asked and answered, as OpenAPI."""
        service = self._service
        labels = service.labelling is not None
        return json_response(
            openapi(service.limits, keyed=service.key is not None, labelling=labels)
        )


def _top(classes: list[str], row: Floats, count: int) -> list[dict[str, Any]]:
    order = (-row).argsort(kind="stable")[:count].tolist()
    # Six digits say more than a float32 softmax knows.
    return [{"label": classes[i], "probability": round(float(row[i]), 6)} for i in order]
