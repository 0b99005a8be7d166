"""Running the server: a socket, uvicorn, and the signals."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from typing import Any

import h11
import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from nanonet.errors import UserError
from nanonet.serve.answer import json_response
from nanonet.serve.app import application
from nanonet.serve.service import Service

__all__ = ["config_of", "listen", "run", "url_of"]

_GRACE = 30  # seconds that requests which have begun may take once the server is told to stop


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. UserError where the address cannot be had."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = found[0]
        # With the protocol named asyncio sends small answers at once; without, 40 ms later.
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            if os.name == "posix":  # elsewhere it would let two servers share a port
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            listening.listen(2048)
        except BaseException:
            listening.close()
            raise
        return listening
    except (OSError, OverflowError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise UserError(f"cannot listen on {host} port {port}: {why}; choose another") from error


def url_of(listening: socket.socket) -> str:
    """http://host:port of a listening socket."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def config_of(app: Starlette) -> uvicorn.Config:
    """How uvicorn is set up."""
    return uvicorn.Config(
        app,
        loop="asyncio",
        http=_Protocol,
        ws="none",
        log_config=None,
        log_level="critical",  # a fault is told by the door, in one line
        access_log=False,
        proxy_headers=False,  # a header anyone can write must not decide who is asking
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
    )


def run(service: Service, listening: socket.socket) -> None:
    """Serve until SIGTERM or Ctrl-C, then answer what has begun. SIGHUP loads all models anew."""
    config = config_of(application(service))
    # uvicorn hands a signal on once it has stopped; stopping when asked is no failure.
    before = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        asyncio.run(_serve(uvicorn.Server(config), service, listening))
    finally:
        signal.signal(signal.SIGTERM, before)


async def _serve(server: uvicorn.Server, service: Service, listening: socket.socket) -> None:
    kept: set[asyncio.Task[None]] = set()

    def reload() -> None:
        task = asyncio.create_task(service.shelf.refresh(always=True))
        kept.add(task)
        task.add_done_callback(kept.discard)

    if hasattr(signal, "SIGHUP"):
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, reload)
    await server.serve(sockets=[listening])


class _Protocol(H11Protocol):
    """uvicorn's HTTP/1.1, in pure Python, which says in JSON what is no HTTP."""

    def send_400_response(self, msg: str) -> None:
        """One sentence; nothing where an answer is already under way."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            answer = json_response({"error": "the request is not HTTP/1.1 as it should be"}, 400)
            headers = [*answer.raw_headers, (b"connection", b"close")]
            parts: list[Any] = [
                h11.Response(status_code=400, headers=headers, reason=b"Bad Request"),
                h11.Data(data=bytes(answer.body)),
                h11.EndOfMessage(),
            ]
            for part in parts:
                self.transport.write(self.conn.send(part) or b"")
        self.transport.close()
