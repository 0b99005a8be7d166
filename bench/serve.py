"""``python -m bench.run serve``: single texts over HTTP, against an empty handler beside it.

Both servers are processes of their own with the same HTTP stack (starlette, and uvicorn with the
protocol and the settings of ``nanonet serve``); one labels each text with a nano model, the other
answers a constant and reads nothing. They take turns, so that whatever else the machine does hits
both alike. The model is not trained: how long nano takes depends on its shape, not on its numbers.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np

from bench import machine
from bench._options import data_option, out_option
from bench.accuracy import say, write_json
from bench.cells import rounded
from bench.protocol import REPOSITORY, load
from bench.serve_client import Pass, ask, cpu_seconds, request_bytes

_TRAIN, _CLASSES = 20_000, 4
_EMPTY = """
import json, uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from nanonet.serve import config_of, listen, url_of
answer = b'{"model":"news","label":"c1","confidence":0.871234}'
async def empty(request):
    return Response(answer, media_type="application/json")
app = Starlette(routes=[Route("/predict", empty, methods=["POST"])])
listening = listen("127.0.0.1", 0)
print(json.dumps({"url": url_of(listening)}), flush=True)
uvicorn.Server(config_of(app)).run(sockets=[listening])
"""


@dataclass(frozen=True)
class ServeSettings:
    """How much is asked: turns of each server, requests a turn, connections that ask at once."""

    rounds: int = 15
    requests: int = 400
    connections: int = 8


@click.command("serve")
@click.option("--rounds", default=15, show_default=True, help="Interleaved turns.")
@click.option("--requests", default=400, show_default=True, help="Requests in a turn.")
@click.option("--connections", default=8, show_default=True, help="Clients asking at once.")
@out_option("serve.json")
@data_option
def command(rounds: int, requests: int, connections: int, out: Path, data: Path) -> None:
    """Requests a second and latency of nanonet serve beside an empty handler."""
    run(ServeSettings(rounds, requests, connections), data, out)


def run(settings: ServeSettings, data: Path, out: Path) -> None:
    """Measure and write; one uncounted turn first."""
    train, test = load("ag_news", data)
    bodies = [request_bytes({"text": text}) for text in test.texts[: settings.requests]]
    passes: dict[str, list[Pass]] = {"nanonet": [], "empty": []}
    alone: dict[str, list[Pass]] = {"nanonet": [], "empty": []}
    with tempfile.TemporaryDirectory() as home, ExitStack() as stack:
        folder = model(Path(home) / "news", train.texts[:_TRAIN])
        commands = {
            "nanonet": ["-m", "nanonet", "serve", str(folder), "--port", "0", "--json"],
            "empty": ["-c", _EMPTY],
        }
        servers = {name: stack.enter_context(_started(line)) for name, line in commands.items()}
        for turn in range(settings.rounds + 1):
            for name, (address, pid) in servers.items():
                before = cpu_seconds(pid)
                one = ask(address, bodies, settings.connections)
                one.cpu_s = cpu_seconds(pid) - before
                other = ask(address, bodies[: len(bodies) // 4], 1)
                if turn:
                    passes[name].append(one)
                    alone[name].append(other)
            say(f"turn {turn} of {settings.rounds}")
    result = {name: _told(passes[name], alone[name]) for name in passes}
    ratio = result["nanonet"]["requests_per_s"] / result["empty"]["requests_per_s"]
    value = {
        "kind": "serve",
        "machine": machine.facts(),
        "settings": asdict(settings) | {"set": "ag_news", "model": "nano"},
        "servers": result,
        "rate_over_empty": ratio,
        "cpu_over_empty": result["nanonet"]["cpu_us"] / result["empty"]["cpu_us"],
    }
    write_json(out, rounded(value))
    say(f"{ratio:.1%} of the empty handler's requests a second")


def model(path: Path, texts: Any) -> Path:
    """A nano model of the shape a news model has: a row for every n-gram met twice."""
    from nanonet.artefact import write_artefact
    from nanonet.text import GramSpec, featurise, pack_ids

    spec, rng = GramSpec(), np.random.default_rng(0)
    ids, counts = np.unique(featurise(list(texts), spec).ids, return_counts=True)
    keys = ids[counts > 1]
    weights = {
        "keys": pack_ids(keys),
        "rows": rng.integers(-127, 128, (len(keys), _CLASSES), np.int8),
        "scales": rng.integers(0, 192, len(keys), np.uint8),
        "unit": np.array([1e-6], np.float32),
        "bias": np.zeros(_CLASSES, np.float32),
    }
    return write_artefact(
        path,
        classes=[f"c{i}" for i in range(_CLASSES)],
        student={"kind": "nano", "featuriser": spec.to_dict()},
        weights=weights,
    )


@contextmanager
def _started(line: list[str]) -> Any:
    """(address, process id) of a server until the block is left."""
    process = subprocess.Popen(
        [sys.executable, *line], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        host, _, port = json.loads(process.stdout.readline())["url"][7:].rpartition(":")
        yield (host, int(port)), process.pid
    finally:
        process.terminate()
        process.wait(30)


def _told(passes: list[Pass], alone: list[Pass]) -> dict[str, float]:
    """Median rate of the turns; processor time of all, its clock being coarse; latencies."""
    latencies = np.concatenate([one.latencies for one in alone])
    p50, p99 = np.percentile(latencies, [50, 99]) * 1e3
    return {
        "requests_per_s": float(np.median([one.rate for one in passes])),
        "cpu_us": 1e6
        * sum(one.cpu_s for one in passes)
        / sum(len(one.latencies) for one in passes),
        "p50_ms": float(p50),
        "p99_ms": float(p99),
    }
