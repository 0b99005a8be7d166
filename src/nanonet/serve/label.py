"""What the Label page asks for: the next text, an answer kept, one taken back."""

from __future__ import annotations

import asyncio
import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from nanonet.errors import UserError
from nanonet.labelling import Conflict, Desk, Learner, Lease, NotKept
from nanonet.serve.answer import json_response
from nanonet.serve.asks import checked_fields
from nanonet.serve.body import read_json
from nanonet.serve.limits import Limits, Refused

__all__ = ["LABEL_PATHS", "LabelHandlers", "Labelling"]

LABEL_PATHS = ("/label", "/label/state", "/label/next", "/label/answer", "/label/aside",
               "/label/undo", "/label/class", "/label/text", "/label/fit")  # fmt: skip
_SHOWN = 5_000  # characters of a text that are sent at once
_TAB = re.compile(r"[A-Za-z0-9_-]{8,64}")


@dataclass(frozen=True)
class Labelling:
    """The desk, and the processes beside it."""

    desk: Desk
    learner: Learner

    def close(self) -> None:
        """Stop learning and let the files go."""
        self.learner.close()
        self.desk.close()


class LabelHandlers:
    """The addresses below /label. keyed: an API key guards them."""

    def __init__(self, labelling: Labelling, limits: Limits, keyed: bool) -> None:
        self._desk, self._learner = labelling.desk, labelling.learner
        self._limits, self._keyed = limits, keyed

    async def state(self, request: Request) -> Response:
        """How far the work is; a page asks every few seconds, which also keeps its text."""
        body = await self._body(request, {"tab": str})
        await self._do(self._desk.hear, body["tab"])
        return await self._answer(None, None)

    async def next(self, request: Request) -> Response:
        """The text that lies before this page."""
        body = await self._body(request, {"tab": str})
        return await self._answer(body["tab"], None)

    async def answer(self, request: Request) -> Response:
        """Keep a label; it is on the disk when this returns. Then the next text."""
        body = await self._body(request, {"tab": str, "row": int, "label": str})
        new = await self._do(self._desk.answer, body["tab"], body["row"], body["label"])
        return await self._answer(body["tab"], {"kept": True, "new": new})

    async def aside(self, request: Request) -> Response:
        """Not sure, or not now. Then the next text."""
        body = await self._body(request, {"tab": str, "row": int, "why": str})
        await self._do(self._desk.put_aside, body["tab"], body["row"], body["why"])
        return await self._answer(body["tab"], {"kept": True, "new": True})

    async def undo(self, request: Request) -> Response:
        """Take back the last thing this page did; its text lies before it again."""
        body = await self._body(request, {"tab": str})
        label = await self._do(self._desk.undo, body["tab"])
        return await self._answer(body["tab"], {"undone": label})

    async def add_class(self, request: Request) -> Response:
        """One more class."""
        body = await self._body(request, {"tab": str, "name": str})
        name = await self._do(self._desk.add_class, body["name"])
        return await self._answer(body["tab"], {"added": name})

    async def text(self, request: Request) -> Response:
        """The whole of a long text."""
        body = await self._body(request, {"tab": str, "row": int})
        if not 0 <= body["row"] < len(self._desk.texts):
            raise Refused(422, f"'row' is {body['row']}; there is no such text")
        return json_response({"text": self._desk.texts[body["row"]]})

    async def fit(self, request: Request) -> Response:
        """Fit the whole model now."""
        await self._body(request, {"tab": str})
        begun = await self._do(self._learner.fit_now)
        return await self._answer(None, {"begun": begun})

    async def _body(self, request: Request, fields: dict[str, type]) -> dict[str, Any]:
        self._check_host(request)
        body = checked_fields(await read_json(request, self._limits), fields)
        if not _TAB.fullmatch(body["tab"]):
            raise Refused(422, "'tab' must be 8 to 64 letters, digits, '-' or '_'")
        return body

    def _check_host(self, request: Request) -> None:
        """A site whose name is made to point here must not read the texts (DNS rebinding)."""
        if self._keyed:
            return
        host = request.headers.get("host", "")
        name = re.sub(r":\d*$", "", host).strip("[]").lower()
        try:
            known = name == "localhost" or bool(ipaddress.ip_address(name))
        except ValueError:
            known = False
        if not known:
            raise Refused(
                403,
                f"the Host is {host!r:.60}; without an API key labelling answers to an IP address "
                "or localhost only (--api-key-file)",
            )

    async def _do(self, action: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return await asyncio.to_thread(action, *arguments)
        except NotKept as error:
            raise Refused(503, str(error), {"Retry-After": "5"}) from error
        except UserError as error:
            raise Refused(422, str(error)) from error
        except Conflict as error:
            raise Refused(409, str(error)) from error

    async def _answer(self, tab: str | None, said: dict[str, Any] | None) -> Response:
        """What was done, how far the work is and, for a tab, the text before it."""
        found = dict(said or {})
        if tab is not None:
            lease = await self._do(self._desk.next, tab)
            found["text"] = None if lease is None else self._told(lease)
        found["progress"] = await asyncio.to_thread(self._desk.state)
        found["learning"] = self._learner.status()
        return json_response(found)

    def _told(self, lease: Lease) -> dict[str, Any]:
        text = self._desk.texts[lease.row]
        guess = () if lease.check else lease.guess
        return {
            "row": lease.row,
            "text": text[:_SHOWN],
            "chars": len(text),
            "check": lease.check,
            "guess": [{"label": label, "probability": share} for label, share in guess],
        }
