"""Texts a second, text in and class out: nano against the peers, interleaved, same process.

``python -m bench.throughput SETTINGS.json OUT.json`` is started by ``run runtime`` with the thread
variables set, since numeric libraries read them only when they are loaded.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.peers import peer
from bench.protocol import draw, load
from nanonet.runtime import kernel

#: The slow ones get fewer texts: a rate does not need all of them.
FEWER = {"setfit": 20}

Predict = Callable[[Sequence[str]], list[str]]


def rates(methods: dict[str, Predict], texts: Sequence[str], rounds: int) -> dict[str, Any]:
    """Median texts a second of each method over ``rounds`` interleaved rounds, after a warm-up."""
    shares = {name: texts[: max(1, len(texts) // FEWER.get(name, 1))] for name in methods}
    for name, predict in methods.items():
        predict(shares[name][:64])
    found: dict[str, list[float]] = {name: [] for name in methods}
    for _ in range(rounds):
        for name, predict in methods.items():
            start = time.perf_counter()
            labels = predict(shares[name])
            wall = time.perf_counter() - start
            if len(labels) != len(shares[name]):
                raise RuntimeError(f"{name}: {len(labels)} labels, {len(shares[name])} texts")
            found[name].append(len(labels) / wall)
    return {
        name: {"texts": len(shares[name]), "per_s": round(statistics.median(found[name]), 1)}
        for name in methods
    }


def latency_us(predict: Predict, texts: Sequence[str], calls: int = 2_000) -> float:
    """Median microseconds of one call with one text, over different texts of 230 to 250 characters.

    All texts where none is of that length. Each text comes once a turn, so caches are as warm as
    in a service that answers texts it has not seen just before.
    """
    usual = [text for text in texts if 230 <= len(text) <= 250] or list(texts)
    walls = []
    for call in range(calls):
        one = [usual[call % len(usual)]]
        start = time.perf_counter_ns()
        predict(one)
        walls.append(time.perf_counter_ns() - start)
    return round(statistics.median(walls) / 1e3, 2)


def learn(settings: dict[str, Any]) -> tuple[dict[str, Predict], Sequence[str]]:
    """Every method ready to predict, and the test texts. nanonet comes from its saved folder."""
    import nanonet

    if int(settings["threads"]) > 0 and "setfit" in settings["peers"]:
        import torch

        torch.set_num_threads(int(settings["threads"]))
    train, test = load(settings["set"], Path(settings["data"]))
    drawn = draw(train, test, settings["shots"], settings["seed"])
    cache = Path(settings["cache_dir"]) if settings["cache_dir"] else None
    classifier = nanonet.load(settings["model"])
    kind = str(classifier.info["student"]["kind"])
    threads = int(settings["threads"]) or None
    ready: dict[str, Predict] = {
        kind: lambda texts: classifier.predict(texts, threads=threads),
    }
    for name in settings["peers"]:
        ready[name] = peer(name).train(drawn.labelled, drawn.pool, settings["seed"], cache).predict
    return ready, drawn.test.texts


def main(settings_path: str, out: str) -> None:
    """Learn, measure, write the rates."""
    settings = json.loads(Path(settings_path).read_text(encoding="utf-8"))
    methods, texts = learn(settings)
    found = rates(methods, texts, settings["rounds"])
    if "nano" in methods:
        found["nano"]["one_text_us"] = latency_us(methods["nano"], texts)
        found["nano"]["kernel"] = kernel()
    Path(out).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
