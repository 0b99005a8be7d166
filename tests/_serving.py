"""A real server on loopback, and a client that can misbehave."""

from __future__ import annotations

import json
import socket
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from _command import started
from _models import topic_weights, write_nano

WORDS = {"profit": 0, "bank": 0, "goal": 1, "team": 1, "talks": 2, "agreement": 2}
JSON = {"Content-Type": "application/json"}


class Server:
    """A running ``nanonet serve``."""

    def __init__(self, process: Any) -> None:
        self.process = process
        line = process.stdout.readline()
        assert line, process.communicate()
        self.url = json.loads(line)["url"]
        place = urlsplit(self.url)
        self.address = (place.hostname, place.port)

    def call(self, method: str, path: str, body: Any = None, headers: Any = None) -> Any:
        """(status, decoded answer, headers); a body that is no bytes is sent as JSON."""
        raw = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        with closing(HTTPConnection(*self.address, timeout=60)) as connection:
            connection.request(
                method, path, raw, (JSON if raw is not None else {}) | (headers or {})
            )
            answer = connection.getresponse()
            told = answer.read()
        kind = answer.getheader("Content-Type", "")
        return answer.status, json.loads(told) if "json" in kind else told, answer.headers

    def post(self, path: str, body: Any, **headers: str) -> Any:
        """(status, decoded answer)."""
        return self.call("POST", path, body, headers)[:2]

    def raw(self, data: bytes, seconds: float = 20) -> bytes:
        """What comes back for these bytes, until it closes or has answered, or TimeoutError."""
        with closing(socket.create_connection(self.address, timeout=60)) as line:
            line.sendall(data)
            line.settimeout(seconds)
            found = b""
            while b"\r\n\r\n" not in found or not found.split(b"\r\n\r\n", 1)[1]:
                part = line.recv(65536)
                if not part:
                    break
                found += part
            return found


@contextmanager
def serving(*arguments: object) -> Any:
    """A server until the block is left; it must stop by itself when it is told to."""
    process = started("serve", *arguments, "--port", "0", "--json")
    try:
        yield Server(process)
        if process.poll() is None:
            process.terminate()
        assert process.wait(60) == 0
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def news_model(path: Any, **changes: Any) -> Any:
    """A nano model that knows six words."""
    weights = topic_weights(WORDS)
    weights["unit"] = np.array([0.05 / 16], np.float32)
    return write_nano(path, weights, **changes)
