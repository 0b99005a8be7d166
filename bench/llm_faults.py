"""``python -m bench.run llm_faults``: a thousand texts, an endpoint that fails, and three kills.

The real command line labels a pool at an endpoint on loopback that spoils 30 % of the calls in nine
ways and keeps a bill of its own. It is killed with SIGKILL three times on the way and started
again. Then the votes, the file of paid answers and the endpoint's own list of requests are
compared: whether a text was lost, an answer on file asked for again, or a budget passed.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

from bench._options import out_option
from bench.llm_endpoint import Endpoint, Manner
from bench.machine import facts
from bench.processes import environment, nanonet_command

CLASSES = ("Sports", "World", "Business", "Science")
PRICES = (1.0, 4.0)
_ON_FILE = ("ok", "abstained")


@dataclass(frozen=True)
class Settings:
    """One run. budget: dollars; once: whether the endpoint honours Idempotency-Key."""

    texts: int = 1000
    share: float = 0.3
    kills: int = 3
    concurrency: int = 16
    budget: float = 5.0
    once: bool = False
    timeout_s: float = 2.0
    delay_s: float = 0.05
    seed: int = 0


def run(settings: Settings, folder: Path) -> dict[str, Any]:
    """What became of the texts, the answers and the money."""
    texts = _write(settings, folder)
    manner = Manner(
        share=settings.share,
        delay_s=settings.delay_s,
        slow_s=1.5 * settings.timeout_s,
        honours_once=settings.once,
        seed=settings.seed,
    )
    start = time.perf_counter()
    with Endpoint(manner) as endpoint:
        kills = [_kill(endpoint, settings, folder, number) for number in range(settings.kills)]
        last = _command(endpoint, settings, folder)
        done = subprocess.run(last, capture_output=True, text=True, env=_environment())
        if done.returncode:
            raise SystemExit(f"exit {done.returncode}: {done.stderr}")
        endpoint.quiet()  # answers to calls that were given up are billed too
        found = _compare(endpoint, settings, folder, kills, texts)
        found["ledger"] = json.loads(done.stdout)["llm"]
    found["wall_s"] = round(time.perf_counter() - start, 1)
    return found


def _write(settings: Settings, folder: Path) -> list[str]:
    texts = [f"{CLASSES[i % 4].lower()} report number {i}" for i in range(settings.texts)]
    (folder / "pool.csv").write_text("text\n" + "".join(f"{text}\n" for text in texts))
    (folder / "classes.txt").write_text("".join(f"{name}\n" for name in CLASSES))
    return texts


def _environment() -> dict[str, str]:
    return environment({"OPENAI_API_KEY": "none", "OMP_NUM_THREADS": "1"})


def _command(endpoint: Endpoint, settings: Settings, folder: Path) -> list[str]:
    options = {
        "--classes": folder / "classes.txt", "--source": "llm", "--model": "scripted",
        "--base-url": endpoint.url, "--budget": settings.budget, "--price-in": PRICES[0],
        "--price-out": PRICES[1], "--timeout": settings.timeout_s,
        "--concurrency": settings.concurrency, "--cache-dir": folder / "cache",
        "--out": folder / "votes.jsonl",
    }  # fmt: skip
    pairs = [str(part) for option in options.items() for part in option]
    return [*nanonet_command(), "label", str(folder / "pool.csv"), *pairs, "--json"]


@dataclass(frozen=True)
class Kill:
    """The moment of a kill: answers on file, and how many events the endpoint had seen."""

    on_file: frozenset[str]
    events: int


def _kill(endpoint: Endpoint, settings: Settings, folder: Path, number: int) -> Kill:
    """Start the command, kill it when a further fifth of the texts has been asked."""
    goal = len(endpoint.events) + settings.texts // 5
    command = _command(endpoint, settings, folder)
    child = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=_environment()
    )
    while len(endpoint.events) < goal and child.poll() is None:
        time.sleep(0.002)
    if child.poll() is not None:
        raise SystemExit(f"the command ended before kill {number + 1}: {child.stderr.read()!r}")
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    endpoint.quiet()  # what was being answered at the kill must not count as asked later
    return Kill(frozenset(_states(folder)), len(endpoint.events))


def _states(folder: Path) -> dict[str, str]:
    """Key (first 32 digits) -> state of every answer that is at its end."""
    path = folder / "cache" / "llm" / "answers.sqlite"
    with sqlite3.connect(path) as database:
        rows = database.execute("SELECT key, state FROM answers").fetchall()
    return {key[:32]: state for key, state in rows if state in _ON_FILE}


def _compare(
    endpoint: Endpoint, settings: Settings, folder: Path, kills: list[Kill], texts: list[str]
) -> dict[str, Any]:
    votes = [json.loads(line) for line in (folder / "votes.jsonl").read_text().splitlines()]
    told = json.loads((folder / "votes.jsonl.provenance.json").read_text())
    reasons = {entry["row"]: entry["why"] for entry in told["abstained"]}
    truth = {text: CLASSES[i % 4] for i, text in enumerate(texts)}
    cast = [vote for vote in votes if vote["label"]]
    silent = [texts.index(vote["text"]) for vote in votes if not vote["label"]]
    whole = Counter(e.once[:32] for e in endpoint.events if e.kind == "ok")
    asked = [[e.once[:32] for e in endpoint.events[kill.events :]] for kill in kills]
    job = told["llm"]["job"]
    return {
        "settings": asdict(settings),
        "texts": len(texts),
        "votes": len(cast),
        "votes_right": sum(vote["label"] == truth[vote["text"]] for vote in cast),
        "abstentions_recorded": sum(bool(reasons.get(row)) for row in silent),
        "lost": len(texts) - len({vote["text"] for vote in votes}),
        "doubled": len(votes) - len({vote["text"] for vote in votes}),
        "reasons": dict(Counter(reasons.values())),
        "on_file_at_kills": [len(kill.on_file) for kill in kills],
        "answers_on_file_asked_again": sum(
            key in kill.on_file for kill, keys in zip(kills, asked, strict=True) for key in keys
        ),
        # Whole answers beyond the first: sent to a process that was killed before it could keep
        # them, or after it had given the call up.
        "answered_again": sum(count - 1 for count in whole.values()),
        "requests": len(endpoint.events),
        "faults": dict(sorted(Counter(e.kind for e in endpoint.events).items())),
        "budget": settings.budget,
        "billed_by_endpoint": round(endpoint.billed(*PRICES), 6),
        "counted_by_nanonet": round(job["cost"] + job["cost_in_doubt"], 6),
    }


@click.command("llm_faults")
@click.option("--texts", default=1000, show_default=True)
@click.option("--share", default=0.3, show_default=True, help="Of the calls that go wrong.")
@out_option("llm.json")
def command(texts: int, share: float, out: Path) -> None:
    """Label a pool at an endpoint that fails, through three kills, and hold it to its promises."""
    cases = {
        "plain": Settings(texts, share),
        "gateway that honours Idempotency-Key": Settings(texts, share, once=True, seed=1),
        "budget for a third of it": Settings(texts, share, kills=1, budget=0.00016 * texts, seed=2),
    }
    found = {}
    for name, settings in cases.items():
        with tempfile.TemporaryDirectory() as folder:
            found[name] = run(settings, Path(folder))
        click.echo(f"{name}: {json.dumps(found[name])}", err=True)
    document = {"machine": facts(), "cases": found}
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
