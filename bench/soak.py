"""``python -m bench.run soak``: half an hour of valid and hostile requests, people labelling.

One server with a nano model and a Label page; several clients ask at a modest rate, one request in
three is hostile, and one client labels. What is held: every answer right (the model is here too),
no status but those allowed, memory flat after the warm-up, every answered label in the table once,
and an orderly stop at the end.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import click
import numpy as np

from bench import machine
from bench._options import cache_option, data_option, out_option
from bench.accuracy import say, write_json
from bench.cells import rounded
from bench.protocol import REPOSITORY, load
from bench.serve import model
from bench.soak_requests import Address, Request, good, hostile, post

_POOL, _TEXTS, _TRAIN = 1_500, 2_000, 5_000
_CLASSES = ("World", "Sports", "Business", "Sci/Tech")
_SHOWN = 20  # wrong answers that are told in full


@dataclass(frozen=True)
class SoakSettings:
    """rate: requests a second of all clients together; hostile: their share; label_every: seconds
    between two labels; warm: the share of the time before memory must be flat."""

    minutes: float = 30.0
    rate: float = 30.0
    clients: int = 4
    hostile: float = 1 / 3
    label_every: float = 6.0
    warm: float = 0.2
    seed: int = 0


@dataclass
class Seen:
    """What came back, counted under a lock."""

    statuses: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    told: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, request: Request, status: str, seconds: float, why: str = "") -> None:
        """One request is over; ``why`` says what was wrong with its answer."""
        with self.lock:
            self.statuses[request.kind][status] += 1
            if request.kind.startswith("predict one"):
                self.seconds.append(seconds)
            if why:
                self.wrong.append(f"{request.kind}: {status} {why}"[:300])


@click.command("soak")
@click.option("--minutes", default=30.0, show_default=True)
@click.option("--rate", default=30.0, show_default=True, help="Requests a second.")
@out_option("soak.json")
@data_option
@cache_option
def command(minutes: float, rate: float, out: Path, data: Path, cache_dir: Path | None) -> None:
    """Valid and hostile requests for half an hour: no crash, no leak, no wrong answer."""
    run(SoakSettings(minutes, rate), data, out, cache_dir)


def run(settings: SoakSettings, data: Path, out: Path, cache_dir: Path | None) -> None:
    """Ask until the time is over, then write what was seen; exit code 1 where anything was off."""
    train, test = load("ag_news", data)
    with tempfile.TemporaryDirectory() as home:
        folder = model(Path(home) / "news", train.texts[:_TRAIN])
        pool = Path(home) / "pool.jsonl"
        rows = zip(train.texts[:_POOL], train.labels[:_POOL], strict=True)
        gold = dict(rows)
        pool.write_text("".join(json.dumps({"text": text}) + "\n" for text in gold))
        answers = Path(home) / "answers.jsonl"
        line = [sys.executable, "-m", "nanonet", "serve", folder, "--label", pool, "--answers",
                answers, "--classes", ",".join(_CLASSES), "--port", "0",
                "--json"]  # fmt: skip
        if cache_dir is not None:
            line += ["--cache-dir", cache_dir]
        process = subprocess.Popen(
            list(map(str, line)), cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        host, _, port = json.loads(process.stdout.readline())["url"][7:].rpartition(":")
        at, seen = (host, int(port)), Seen()
        memory = _ask_all(settings, at, seen, process, list(test.texts[:_TEXTS]), folder, gold)
        alive = process.poll() is None
        process.terminate()
        code = process.wait(60)
        kept = [json.loads(row) for row in answers.read_text("utf-8").splitlines()]
        _write(settings, seen, memory, (alive, code), kept, out)


def _ask_all(
    settings: SoakSettings,
    at: Address,
    seen: Seen,
    process: subprocess.Popen[str],
    texts: list[str],
    folder: Path,
    gold: dict[str, str],
) -> list[dict[str, float]]:
    """Run the clients; memory, open files and threads of the server every ten seconds."""
    end = time.monotonic() + 60 * settings.minutes
    clients = [
        threading.Thread(target=_client, args=(settings, i, at, seen, texts, folder, end))
        for i in range(settings.clients)
    ]
    clients.append(threading.Thread(target=_label, args=(settings, at, seen, gold, end)))
    for client in clients:
        client.start()
    samples = []
    begun = time.monotonic()
    while time.monotonic() < end and process.poll() is None:
        samples.append({"s": round(time.monotonic() - begun)} | _looks(process.pid))
        if len(samples) % 30 == 0:
            done = sum(sum(one.values()) for one in seen.statuses.values())
            say(f"{samples[-1]}; {done:,} requests, {len(seen.wrong)} wrong")
        time.sleep(10)
    for client in clients:
        client.join()
    return samples


def _client(
    settings: SoakSettings,
    number: int,
    at: Address,
    seen: Seen,
    texts: list[str],
    folder: Path,
    end: float,
) -> None:
    from nanonet.runtime import load as load_model

    rng = np.random.default_rng([settings.seed, number])
    fine, bad = good(texts, load_model(folder), rng), hostile(rng)
    while time.monotonic() < end:
        request = next(bad if rng.random() < settings.hostile else fine)
        begun = time.monotonic()
        _send(request, at, seen)
        pause = settings.clients / settings.rate - (time.monotonic() - begun)
        time.sleep(max(0.0, pause))


def _send(request: Request, at: Address, seen: Seen) -> None:
    begun = time.monotonic()
    try:
        found = request.send(at)
    except (ConnectionError, TimeoutError) as error:
        # A server may close on a body that is far too large before all of it is sent.
        fine = request.kind == "hostile: large body" and isinstance(error, ConnectionError)
        told = type(error).__name__
        seen.add(request, told, time.monotonic() - begun, "" if fine else "no answer")
        return
    why = ""
    if found.status not in request.allowed:
        why = f"allowed are {request.allowed}: {found.body!r}"
    elif not request.right(found.body):
        why = f"not the answer: {found.body!r}"
    seen.add(request, str(found.status), time.monotonic() - begun, why)


def _label(
    settings: SoakSettings, at: Address, seen: Seen, gold: dict[str, str], end: float
) -> None:
    """A person at the Label page."""
    tab, text = {"tab": "tab-of-the-soak"}, None
    while time.monotonic() < end:
        if text is None:
            found = post(at, "/label/next", tab)
        else:
            label = gold[text["text"]]
            found = post(at, "/label/answer", {**tab, "row": text["row"], "label": label})
            if found.status == 200:
                seen.told[text["text"]] = label
        with seen.lock:
            seen.statuses["label"][str(found.status)] += 1
            if found.status != 200:
                seen.wrong.append(f"label: {found.status} {found.body!r}")
        text = found.body["text"] if found.status == 200 else None
        time.sleep(settings.label_every)


def _looks(pid: int) -> dict[str, float]:
    """Resident megabytes, open files and threads of a process (Linux)."""
    try:
        status = Path(f"/proc/{pid}/status").read_text().splitlines()
        files = len(os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return {"mb": 0.0, "files": 0, "threads": 0}
    facts = dict(line.split(":", 1) for line in status)
    mb = int(facts["VmRSS"].split()[0]) / 1024
    return {"mb": round(mb, 2), "files": files, "threads": int(facts["Threads"])}


def _write(
    settings: SoakSettings,
    seen: Seen,
    memory: list[dict[str, float]],
    ended: tuple[bool, int],
    kept: list[dict[str, Any]],
    out: Path,
) -> None:
    by_text = {row["text"]: row["label"] for row in kept}
    lost = sum(by_text.get(text) != label for text, label in seen.told.items())
    sizes = np.array([one["mb"] for one in memory])
    warm = sizes[int(settings.warm * len(sizes)) :]
    tenth = max(1, len(warm) // 10)
    first, last = float(np.median(warm[:tenth])), float(np.median(warm[-tenth:]))
    faults = sum(
        count for one in seen.statuses.values() for s, count in one.items() if s[:1] == "5"
    )
    value = {
        "kind": "soak",
        "machine": machine.facts(),
        "settings": asdict(settings),
        "requests": {kind: dict(one) for kind, one in sorted(seen.statuses.items())},
        "total": sum(sum(one.values()) for one in seen.statuses.values()),
        "server_errors": faults,
        "wrong": len(seen.wrong),
        "wrong_told": seen.wrong[:_SHOWN],
        "alive_at_the_end": ended[0],
        "exit_code": ended[1],
        "labels": {"told": len(seen.told), "kept": len(kept), "lost": lost,
                   "doubled": len(kept) - len(by_text)},
        "memory": {"warm_mb": first, "last_mb": last, "most_mb": float(warm.max()),
                   "change": last / first - 1, "samples": memory[::6]},
        "predict_one_ms": dict(zip(("p50", "p99"),
                                   1e3 * np.percentile(seen.seconds, [50, 99]), strict=True)),
    }  # fmt: skip
    write_json(out, rounded(value))
    good_end = ended == (True, 0) and not (seen.wrong or faults or lost)
    say(f"{value['total']:,} requests, {len(seen.wrong)} wrong, memory {value['memory']}"[:200])
    if not good_end:
        sys.exit(1)
