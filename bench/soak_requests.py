"""Requests for the soak: good ones whose answers are known, and bad ones of every kind we know."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

import numpy as np

from nanonet.runtime import Classifier

Address = tuple[str, int]
JSON = {"Content-Type": "application/json"}
HEAD = b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


@dataclass(frozen=True)
class Answer:
    """What came back; raw: the connection was closed or answered without being asked in HTTP."""

    status: int
    body: Any


@dataclass(frozen=True)
class Request:
    """One request: its kind, what it may be answered, and whether an answer is right."""

    kind: str
    send: Callable[[Address], Answer]
    allowed: tuple[int, ...]
    right: Callable[[Any], bool] = lambda body: True


def call(address: Address, method: str, path: str, raw: bytes | None, **headers: str) -> Answer:
    """A whole request over a connection of its own."""
    with closing(HTTPConnection(*address, timeout=30)) as line:
        line.request(method, path, raw, JSON | headers)
        found = line.getresponse()
        told = found.read()
        plain = "json" in (found.getheader("Content-Type") or "")
        return Answer(found.status, json.loads(told) if plain else told)


def post(address: Address, path: str, body: Any, **headers: str) -> Answer:
    """POST an object."""
    return call(address, "POST", path, json.dumps(body).encode(), **headers)


def raw_bytes(address: Address, data: bytes, wait: bool) -> Answer:
    """Bytes on a fresh connection, which is dropped at once unless an answer is waited for."""
    with closing(socket.create_connection(address, timeout=30)) as line:
        line.sendall(data)
        if not wait:
            return Answer(0, None)
        found = line.recv(65536)
        return Answer(int(found.split(b" ", 2)[1]) if found.startswith(b"HTTP/") else 0, None)


def good(texts: list[str], known: Classifier, rng: np.random.Generator) -> Iterator[Request]:
    """Requests without end that must be answered, and rightly: the model is here too."""

    def label(text: str) -> dict[str, Any]:
        row = known.predict_proba([text])[0]
        best = int(row.argmax())
        return {"label": known.classes_[best], "confidence": round(float(row[best]), 6)}

    def one() -> Request:
        text = texts[rng.integers(len(texts))]
        want = label(text)
        return Request(
            "predict one",
            lambda at: post(at, "/predict", {"text": text}),
            (200,),
            lambda body: {"model": "news", **want} == body,
        )

    def many() -> Request:
        some = [texts[i] for i in rng.integers(len(texts), size=rng.integers(0, 60))]
        want = [label(text) for text in some]
        return Request(
            "predict many",
            lambda at: post(at, "/predict", {"texts": some, "model": "news"}),
            (200,),
            lambda body: body["answers"] == want,
        )

    def explain() -> Request:
        text = texts[rng.integers(len(texts))]
        want = known.predict([text])[0]
        return Request(
            "explain",
            lambda at: post(at, "/explain", {"text": text}),
            (200,),
            lambda body: body["label"] == want,
        )

    def look() -> Request:
        path = ("/healthz", "/metrics", "/openapi.json", "/", "/label")[rng.integers(5)]
        return Request("look", lambda at: call(at, "GET", path, None), (200,))

    makers, odds = (one, many, explain, look), (0.55, 0.2, 0.1, 0.15)
    while True:
        yield makers[rng.choice(4, p=odds)]()


def hostile(rng: np.random.Generator) -> Iterator[Request]:
    """Requests without end that must be refused, or dropped, and do no harm."""
    deep = b'{"text": ' + b"[" * 50_000 + b"]" * 50_000 + b"}"
    tab = "tab-of-a-stranger"
    bodies: tuple[tuple[str, str, bytes, tuple[int, ...]], ...] = (
        ("no json", "/predict", b"\x00\xff{{{", (400,)),
        ("nested", "/predict", deep, (400, 422)),
        ("wrong kind", "/predict", b'{"texts": {"a": 1}}', (422,)),
        ("two texts", "/predict", b'{"text": "a", "texts": []}', (422,)),
        ("key twice", "/predict", b'{"text": "a", "text": "b"}', (400,)),
        ("not a number", "/predict", b'{"text": "a", "top": NaN}', (400,)),
        ("huge number", "/predict", b'{"text": "a", "top": ' + b"9" * 5000 + b"}", (400, 422)),
        ("long text", "/predict", json.dumps({"text": "x" * 30_000}).encode(), (413,)),
        ("many texts", "/predict", json.dumps({"texts": ["x"] * 2000}).encode(), (413,)),
        ("large body", "/predict", b'{"text": "' + b"y" * (2 << 20) + b'"}', (413,)),
        ("no such model", "/explain", b'{"text": "a", "model": "../../etc"}', (404,)),
        ("no such path", "/%2e%2e/etc/passwd", b"{}", (404,)),
        ("tab", "/label/next", b'{"tab": "<script>"}', (422,)),
        ("class", "/label/answer",
         json.dumps({"tab": tab, "row": 0, "label": "<b>"}).encode(), (422,)),
        ("row", "/label/answer", json.dumps({"tab": tab, "row": -5, "label": "c0"}).encode(),
         (422,)),
        ("name", "/label/class", json.dumps({"tab": tab, "name": "a|b\x00"}).encode(), (422,)),
    )  # fmt: skip
    lines = (
        ("half a head", b"POST /predict HT", False),
        ("half a body", HEAD + b'Content-Length: 1000\r\n\r\n{"text"', False),
        ("no http", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", True),
        ("two lengths", HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", True),
        ("bad chunk", HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", True),
        ("long head", b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 200_000, True),
    )

    def body(which: int) -> Request:
        kind, path, raw, allowed = bodies[which]
        return Request(f"hostile: {kind}", lambda at: call(at, "POST", path, raw), allowed)

    def line(which: int) -> Request:
        kind, data, wait = lines[which]
        return Request(f"hostile: {kind}", lambda at: raw_bytes(at, data, wait), (0, 400, 431))

    def method() -> Request:
        name = ("PUT", "DELETE", "TRACE", "PATCH")[rng.integers(4)]
        return Request("hostile: method", lambda at: call(at, name, "/predict", b"{}"), (405,))

    while True:
        which = int(rng.integers(len(bodies) + len(lines) + 1))
        if which < len(bodies):
            yield body(which)
        elif which < len(bodies) + len(lines):
            yield line(which - len(bodies))
        else:
            yield method()
