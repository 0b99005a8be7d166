"""One call through the official client, and what its outcome means: answer, wait, lost, hopeless.

The client's own retries are off: every call that is sent must have been put aside first.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from nanonet.errors import MissingExtra, UserError
from nanonet.llm._manners import Manners
from nanonet.llm.endpoint import Endpoint

_BUSY = {408, 409, 425, 429}
_NAME_CHARS = 300


@dataclass(frozen=True)
class Reply:
    """A whole answer. Tokens are ``None`` where the endpoint does not tell them."""

    text: str
    refusal: str
    finish: str
    tokens_in: int | None
    tokens_out: int | None


class Busy(Exception):
    """Nothing was done and nothing is paid; wait (seconds, if the endpoint said) and try again."""

    def __init__(self, kind: str, wait: float | None = None) -> None:
        super().__init__(kind)
        self.kind = kind
        self.wait = wait


class Lost(Exception):
    """The call was sent and its answer did not arrive whole: it may have been paid."""


class Declined(Exception):
    """The endpoint does not take this question; another one it may take."""


class Changed(Exception):
    """The endpoint does not know a part of the request; it is left out from now on."""


@dataclass(frozen=True)
class Request:
    """What one call sends."""

    system: str
    user: str
    schema: Mapping[str, Any]
    max_tokens: int
    temperature: float
    once: str  # the same for the same attempt at the same question, in every run


class Wire:
    """The client for one endpoint; usable from several threads."""

    def __init__(self, endpoint: Endpoint) -> None:
        try:
            import openai
        except ImportError as error:
            raise MissingExtra("asking a language model", "llm") from error
        self._openai = openai
        self.endpoint = endpoint
        self.manners = Manners(endpoint.place)
        try:
            self._client = openai.OpenAI(
                api_key=endpoint.key,
                base_url=endpoint.url,
                timeout=endpoint.timeout_s,
                max_retries=0,
            )
        except openai.OpenAIError as error:
            raise UserError(
                "no key for the language model: set OPENAI_API_KEY or give --key (any word will "
                "do for a server that wants none)"
            ) from error

    def send(self, request: Request) -> Reply:
        """Send one call and wait for its answer.

        Raises :class:`Busy`, :class:`Lost`, :class:`Declined`, :class:`Changed`, or ``UserError``
        for what no later call can get right: key, address, model, an account without money.
        """
        # Gateways that know the header answer a repeated attempt without doing it twice.
        headers = {"Idempotency-Key": request.once}
        try:
            done = self._client.chat.completions.create(
                model=self.endpoint.model,
                extra_headers=headers,
                **self.manners.arguments(request),
            )
        except self._openai.APIStatusError as error:
            raise self._status(error) from error
        except self._openai.APIConnectionError as error:
            raise self._connection(error) from error
        except (self._openai.OpenAIError, ValueError) as error:
            raise Lost("unreadable reply") from error
        return _reply(done)

    def _connection(self, error: Any) -> Exception:
        cause = type(error.__cause__).__name__
        if cause in ("ConnectError", "ConnectTimeout", "PoolTimeout"):
            return Busy("not reached")
        if cause in ("UnsupportedProtocol", "InvalidURL", "LocalProtocolError"):
            return UserError(
                f"{self.endpoint.place}: is no address of an endpoint; give --base-url such as "
                "http://localhost:8000/v1"
            )
        timed_out = isinstance(error, self._openai.APITimeoutError)
        return Lost("timed out" if timed_out else "connection cut")

    def _status(self, error: Any) -> Exception:
        code, said = error.status_code, _said(error)
        url, model = self.endpoint.place, self.endpoint.model
        if code in (401, 403):
            return UserError(f"{url}: the key was refused ({said}); check OPENAI_API_KEY or --key")
        if code == 402 or _of(error, "code") == "insufficient_quota":
            return UserError(f"{url}: the account has no money left ({said})")
        if code in _BUSY or code >= 500:
            return Busy("too many requests" if code == 429 else f"error {code}", _wait(error))
        if code in (404, 405) or _of(error, "code") == "model_not_found":
            return UserError(
                f"{url}: no model {model!r} is served there ({said}); check --model and "
                "--base-url, which mostly ends in /v1"
            )
        if 300 <= code < 400:
            return UserError(f"{url}: answers with a redirect; give --base-url as it is meant")
        changed = self.manners.change(said, _of(error, "param"))
        return Changed(changed) if changed else Declined(f"declined: {said}")


def _reply(done: Any) -> Reply:
    try:
        choice = done.choices[0]
        message, usage = choice.message, done.usage
        return Reply(
            text=message.content or "",
            refusal=getattr(message, "refusal", None) or "",
            finish=choice.finish_reason or "",
            tokens_in=_count(usage, "prompt_tokens"),
            tokens_out=_count(usage, "completion_tokens"),
        )
    except (AttributeError, IndexError, TypeError) as error:
        raise Lost("unreadable reply") from error


def _count(usage: Any, name: str) -> int | None:
    found = getattr(usage, name, None)
    return found if isinstance(found, int) and found >= 0 else None


def _of(error: Any, name: str) -> str:
    found = getattr(error, name, None)
    return found if isinstance(found, str) else ""


def _said(error: Any) -> str:
    """What the endpoint said, on one line and not too long."""
    body = error.body
    said = body.get("message") if isinstance(body, dict) else None
    line = " ".join(str(said or error.message).split())
    return line if len(line) <= _NAME_CHARS else f"{line[:_NAME_CHARS]}..."


def _wait(error: Any) -> float | None:
    """Seconds that the endpoint asks to wait: ``Retry-After`` as seconds or as a date."""
    headers = error.response.headers
    try:
        if "retry-after-ms" in headers:
            return max(0.0, float(headers["retry-after-ms"]) / 1000)
        told = headers.get("retry-after")
        if told is None:
            return None
        if told.strip().replace(".", "", 1).isdigit():
            return float(told)
        return max(0.0, parsedate_to_datetime(told).timestamp() - time.time())
    except (TypeError, ValueError, OverflowError):
        return None
