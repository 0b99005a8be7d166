"""An OpenAI-compatible endpoint that misbehaves on purpose, on loopback, with a bill of its own.

It speaks the protocol over real sockets and answers classification questions by counting words, so
what it says can be checked. Faults are drawn from a hash of seed, question and visit: the same in
every run, whatever the threads do. ``events`` holds every request; what it bills is its own
count, against which a client's can be held.
"""

from __future__ import annotations

import hashlib
import json
import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KINDS = ("429", "500", "slow", "cut", "truncated", "no such label", "disagree", "refusal", "prose")
#: Faults after which nothing is billed.
FREE = ("429", "500")
_WORD = re.compile(r"\w+")
_CLASS = re.compile(r"^(\d+): (\w[^:(\n]*?)(?:[:(].*)?$", re.M)
_MATERIAL = re.compile(r"\[\[material (\w+)\]\]\n(.*?)\n\[\[end \1\]\]", re.S)

Answer = Callable[[str, str, Any], Any]


@dataclass
class Manner:
    """How the endpoint behaves.

    share: of the calls that go wrong; delay_s: of every answer; slow_s: of a slow one; retry_after:
    what a 429 asks for; forms: response formats it knows; honours_once: whether a repeated
    Idempotency-Key is answered from memory, without a bill.
    """

    share: float = 0.0
    kinds: tuple[str, ...] = KINDS
    seed: int = 0
    delay_s: float = 0.0
    slow_s: float = 1.0
    retry_after: str | Callable[[], str] = "0.1"
    forms: tuple[str, ...] = ("json_schema", "json_object", "text")
    models: tuple[str, ...] = ("scripted",)
    keys: tuple[str, ...] = ()
    refuses: tuple[str, ...] = ()  # arguments it does not know
    honours_once: bool = False
    answer: Answer | None = None


@dataclass(frozen=True)
class Event:
    """One request. once: its Idempotency-Key; kind: "ok" or the fault; tokens as billed."""

    at: float
    once: str
    kind: str
    tokens_in: int = 0
    tokens_out: int = 0


@dataclass
class Endpoint:
    """The server; use it as a context. ``url`` is what a client gets as its base URL."""

    manner: Manner = field(default_factory=Manner)
    events: list[Event] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)

    def __enter__(self) -> Endpoint:
        self.lock = threading.Lock()
        self.busy = 0
        self.visits: Counter[str] = Counter()
        self.memory: dict[str, tuple[int, dict[str, Any]]] = {}
        self.server = _Quiet(("127.0.0.1", 0), _handler(self))
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"
        return self

    def __exit__(self, *what: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def billed(self, price_in: float, price_out: float) -> float:
        """Dollars for everything that was answered, at prices a million tokens."""
        with self.lock:
            events = list(self.events)
        return sum(e.tokens_in * price_in + e.tokens_out * price_out for e in events) / 1e6

    def quiet(self) -> None:
        """Wait until nothing is being answered, and nothing has been for a fifth of a second."""
        calm = 0
        while calm < 20:
            time.sleep(0.01)
            calm = 0 if self.busy else calm + 1

    def count(self, step: int) -> None:
        """One more, or one less, is being answered."""
        with self.lock:
            self.busy += step

    def note(self, once: str, kind: str, tokens_in: int = 0, tokens_out: int = 0) -> None:
        """Put one event down."""
        with self.lock:
            self.events.append(Event(time.time(), once, kind, tokens_in, tokens_out))

    def fault(self, body: dict[str, Any]) -> str:
        """Which fault this visit gets, or ""."""
        text = json.dumps(body["messages"], sort_keys=True)
        with self.lock:
            self.visits[text] += 1
            visit = self.visits[text]
        data = f"{self.manner.seed}\x1f{visit}\x1f{text}".encode()
        draw = int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big") / 2**64
        if draw >= self.manner.share:
            return ""
        return self.manner.kinds[int(draw / self.manner.share * len(self.manner.kinds))]


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *what: object) -> None:
        """Clients that were killed hang up; that is what they are here for."""


def words_answer(system: str, user: str, schema: Any) -> Any:
    """The class whose name's words stand most often in the fenced text; the first of equals."""
    classes = [(int(n), name.strip()) for n, name in _CLASS.findall(f"{system}\n{user}")]
    found = _MATERIAL.findall(user)
    words = Counter(_WORD.findall(found[-1][1].lower())) if found else Counter()
    best = max(classes, key=lambda c: (sum(words[w] for w in _WORD.findall(c[1].lower())), -c[0]))
    return {"index": best[0], "name": best[1], "certainty": 80}


def _handler(endpoint: Endpoint) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        pass

    Handler.endpoint = endpoint
    return Handler


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    endpoint: Endpoint

    def log_message(self, *what: object) -> None:
        """Silence: events are kept instead."""

    def do_POST(self) -> None:
        self.endpoint.count(1)
        try:
            self._post()
        finally:
            self.endpoint.count(-1)

    def _post(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        once = self.headers.get("Idempotency-Key", "")
        endpoint, manner = self.endpoint, self.endpoint.manner
        with endpoint.lock:
            endpoint.requests.append(body)
        refused = self._refused(body)
        if refused:
            endpoint.note(once, "refused")
            self._send(*refused)
            return
        if manner.honours_once and once in endpoint.memory:
            endpoint.note(once, "repeated")
            self._send(*endpoint.memory[once])
            return
        time.sleep(manner.delay_s)
        self._answer(body, once, endpoint.fault(body))

    def _refused(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]] | None:
        manner = self.endpoint.manner
        form = body.get("response_format", {"type": "text"})["type"]
        key = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if not self.path.endswith("/v1/chat/completions"):
            return 404, _error("not found")
        if manner.keys and key not in manner.keys:
            return 401, _error("Incorrect API key provided")
        if body["model"] not in manner.models:
            return 404, _error(f"The model {body['model']} does not exist", "model_not_found")
        if form not in manner.forms:
            return 400, _error(f"response_format of type {form} is not supported")
        for name in manner.refuses:
            if name in body:
                return 400, {"error": {"message": f"Unsupported parameter: {name}", "param": name}}
        return None

    def _answer(self, body: dict[str, Any], once: str, fault: str) -> None:
        manner = self.endpoint.manner
        if fault in FREE:
            self.endpoint.note(once, fault)
            told = (
                manner.retry_after if isinstance(manner.retry_after, str) else manner.retry_after()
            )
            headers = {"Retry-After": told} if fault == "429" else {}
            self._send(int(fault), _error("please wait" if fault == "429" else "broken"), headers)
            return
        system, user = (message["content"] for message in body["messages"])
        form = body.get("response_format", {})
        schema = form.get("json_schema", {}).get("schema")
        message, finish = _message((manner.answer or words_answer)(system, user, schema), fault)
        if fault == "slow":
            time.sleep(manner.slow_s)
        limit = body.get("max_tokens", body.get("max_completion_tokens", 10**6))
        tokens_in = sum(len(m["content"].encode()) for m in body["messages"]) // 4 + 1
        tokens_out = min(len(str(message).encode()) // 4 + 1, limit)
        usage = {"prompt_tokens": tokens_in, "completion_tokens": tokens_out,
                 "total_tokens": tokens_in + tokens_out}  # fmt: skip
        reply = {
            "id": "x", "object": "chat.completion", "created": 0, "model": body["model"],
            "choices": [{"index": 0, "message": message, "finish_reason": finish}], "usage": usage,
        }  # fmt: skip
        # Billed before it is sent: whoever hung up meanwhile pays all the same.
        self.endpoint.note(once, fault or "ok", tokens_in, tokens_out)
        if manner.honours_once and once:
            self.endpoint.memory[once] = (200, reply)
        self._send(200, reply, cut=fault == "cut")

    def _send(
        self, code: int, value: Any, headers: dict[str, str] | None = None, cut: bool = False
    ) -> None:
        data = json.dumps(value).encode()
        try:
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            for name, text in (headers or {}).items():
                self.send_header(name, text)
            self.end_headers()
            self.wfile.write(data[: len(data) // 2] if cut else data)
            if cut:
                self.wfile.flush()
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
        except OSError:
            self.close_connection = True


def _message(answer: Any, fault: str) -> tuple[dict[str, Any], str]:
    text = answer if isinstance(answer, str) else json.dumps(answer)
    if fault == "truncated":
        return {"role": "assistant", "content": text[: len(text) // 2]}, "length"
    if fault == "refusal":
        return {"role": "assistant", "content": None, "refusal": "I cannot help with that."}, "stop"
    if fault == "prose":
        text = "Sure! Ignoring the above, the answer is Sports."
    if fault == "no such label" and isinstance(answer, dict):
        text = json.dumps({**answer, "index": 97, "name": "No such class"})
    if fault == "disagree" and isinstance(answer, dict) and "index" in answer:
        text = json.dumps({**answer, "index": 1 if answer["index"] == 0 else 0})
    return {"role": "assistant", "content": text}, "stop"


def _error(message: str, code: str | None = None) -> dict[str, Any]:
    return {"error": {"message": message, "type": "error", "param": None, "code": code}}
