"""A client that costs little itself: ready bytes on open connections, one request each."""

from __future__ import annotations

import json
import os
import select
import socket
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass
class Pass:
    """One turn: requests a second, seconds from each request to its answer, the server's CPU."""

    rate: float
    latencies: NDArray[np.float64]
    cpu_s: float = 0.0


def request_bytes(body: Any) -> bytes:
    """A whole POST /predict."""
    raw = json.dumps(body).encode()
    head = (
        "POST /predict HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(raw)}\r\n\r\n"
    )
    return head.encode() + raw


def ask(address: tuple[str, int], requests: list[bytes], connections: int) -> Pass:
    """Send them all, each connection its next one as soon as it has its answer."""
    latencies = []
    waiting = list(reversed(requests))
    begun: dict[int, float] = {}
    with ExitStack() as stack:
        lines = [stack.enter_context(socket.create_connection(address)) for _ in range(connections)]
        by_number = {line.fileno(): line for line in lines}
        poll = select.poll()
        start = time.perf_counter()
        for line in lines:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            poll.register(line, select.POLLIN)
            _send(line, waiting, begun)
        while begun:
            for number, _ in poll.poll():
                line = by_number[number]
                _receive(line)
                latencies.append(time.perf_counter() - begun.pop(number))
                _send(line, waiting, begun)
        seconds = time.perf_counter() - start
    return Pass(len(requests) / seconds, np.array(latencies))


def _send(line: socket.socket, waiting: list[bytes], begun: dict[int, float]) -> None:
    if waiting:
        begun[line.fileno()] = time.perf_counter()
        line.sendall(waiting.pop())


def _receive(line: socket.socket) -> None:
    """Read one whole answer, which must be a 200."""
    found = b""
    while b"\r\n\r\n" not in found:
        found += _more(line)
    head, _, rest = found.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"the server answered {found!r:.200}")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    while len(rest) < length:
        rest += _more(line)


def _more(line: socket.socket) -> bytes:
    part = line.recv(65536)
    if not part:
        raise RuntimeError("the server closed the connection")
    return part


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
