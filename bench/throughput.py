"""Rates and latencies of all methods in one process, in turns.

``python -m bench.throughput JOB.json OUT.json`` is started by ``run runtime`` with the thread
variables set, since numeric libraries read them only when they are loaded.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.speed_job import read_job, sample
from bench.speed_methods import METHODS, Predict
from nanonet.runtime import kernel

#: Seconds a turn takes at least (texts are labelled again until then) and, for the slow, at most.
QUICK_S, SLOW_S = 0.2, 0.7
LEAST_TEXTS = 32
#: Methods that pad batches get at least so many characters, between 64 and 256 texts: batches in
#: the order of length are padded little only where there are several.
BATCHED_CHARACTERS = 45_000
#: A method's single calls take so many seconds in all, and are so many at most.
LATENCY_S, MOST_CALLS = 4.0, 4000
TURNS = 8


@dataclass
class Turns:
    """What was measured of one method: a rate a turn, by the wall clock and by processor time."""

    texts: list[str]
    per_s: list[float] = field(default_factory=list)
    cpu_per_s: list[float] = field(default_factory=list)
    calls_us: list[float] = field(default_factory=list)


def measured(methods: dict[str, Predict], texts: Sequence[str], rounds: int) -> dict[str, Turns]:
    """Texts a second of each method, one turn a round; each has labelled 32 texts before."""
    turns = {}
    for name, predict in methods.items():
        least = batches(texts) if METHODS[name].batched else LEAST_TEXTS
        turns[name] = Turns(share(predict, texts, least))
    for _ in range(rounds):
        for name, predict in methods.items():
            one_turn(predict, turns[name])
    return turns


def batches(texts: Sequence[str]) -> int:
    """How many texts a method that pads batches gets at least."""
    usual = statistics.fmean(map(len, texts))
    return max(64, min(256, round(BATCHED_CHARACTERS / max(usual, 1))))


def share(predict: Predict, texts: Sequence[str], least: int) -> list[str]:
    """As many texts as a method labels in about ``SLOW_S``, all of them where it is quicker."""
    few = sample(texts, LEAST_TEXTS)
    predict(few)
    start = time.perf_counter()
    predict(few)
    rate = len(few) / (time.perf_counter() - start)
    return sample(texts, max(least, int(rate * SLOW_S)))


def one_turn(predict: Predict, turns: Turns) -> None:
    """Label the method's texts, again and again until ``QUICK_S`` have passed."""
    done, start, cpu = 0, time.perf_counter(), time.process_time()
    while not done or time.perf_counter() - start < QUICK_S:
        labels = predict(turns.texts)
        if len(labels) != len(turns.texts):
            raise RuntimeError(f"{len(labels)} labels for {len(turns.texts)} texts")
        done += len(labels)
    turns.per_s.append(done / (time.perf_counter() - start))
    turns.cpu_per_s.append(done / max(time.process_time() - cpu, 1e-9))


def latencies(methods: dict[str, Predict], texts: Sequence[str], turns: dict[str, Turns]) -> None:
    """Microseconds of calls with one text, in turns too, over different texts in every turn.

    So caches are as warm as in a service that answers texts it has not seen just before.
    """
    every = sample(texts, MOST_CALLS)
    for turn in range(TURNS):
        for name, predict in methods.items():
            end = time.perf_counter() + LATENCY_S / TURNS
            for text in every[turn::TURNS]:
                start = time.perf_counter_ns()
                predict([text])
                turns[name].calls_us.append((time.perf_counter_ns() - start) / 1e3)
                if time.perf_counter() > end:
                    break


def told(turns: dict[str, Turns], first: str = "nano") -> dict[str, dict[str, Any]]:
    """Medians, quartiles, and how many times the rate of ``first`` is each other's."""
    return {name: _told(turn, turns[first]) for name, turn in turns.items()}


def _told(turn: Turns, first: Turns) -> dict[str, Any]:
    ratios = [a / b for a, b in zip(first.per_s, turn.per_s, strict=True)]
    rate, base = statistics.median(turn.per_s), statistics.median(first.per_s)
    found: dict[str, Any] = {
        "texts": len(turn.texts),
        "characters": round(statistics.fmean(map(len, turn.texts))),
        "per_s": round(rate, 1),
        "per_s_range": [round(x, 1) for x in quartiles(turn.per_s)],
        "cpu_per_s": round(statistics.median(turn.cpu_per_s), 1),
        "ratio": round(base / rate, 3),
        "ratio_range": [round(x, 3) for x in quartiles(ratios)],
    }
    if turn.calls_us:
        calls = sorted(turn.calls_us)
        found["calls"] = len(calls)
        found["p50_us"] = round(statistics.median(calls), 2)
        found["p99_us"] = round(calls[int(0.99 * (len(calls) - 1))], 2)
    return found


def quartiles(values: Sequence[float]) -> tuple[float, float]:
    """The first and the third quartile; of one value, that value."""
    if len(values) < 2:
        return values[0], values[0]
    first, _, third = statistics.quantiles(values, n=4, method="inclusive")
    return first, third


def main(job_path: str, out: str) -> None:
    """Build every method, measure, write."""
    job = read_job(job_path)
    methods = {name: METHODS[name].build(job) for name in job.methods}
    turns = measured(methods, job.pool, job.rounds)
    if job.latency:
        latencies(methods, job.pool, turns)
    found = {"set": job.set, "threads": job.threads, "kernel": kernel(), "methods": told(turns)}
    Path(out).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
