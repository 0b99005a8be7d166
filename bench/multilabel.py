"""``python -m bench.run multilabel``: any number of labels a text, against one-vs-rest regression.

Draws: the rows of the training split in the order of ``numpy.random.RandomState(seed)``. For
go_emotions a row is labelled while one of its labels has fewer than 30 rows, and the next 8,000 are
the pool; of Reuters-21578 the first 2,000 are labelled and the rest is the pool, or all of them are
labelled and there is none. The whole test split is scored, macro F1 over all classes of the set; a
class that no labelled row has gets nothing from anybody. The peers are scikit-learn's one-vs-rest
logistic regressions on the same frozen encoder's embedding (last layer's mean), labelled at a half,
plain and with balanced classes, or from thresholds tuned by cross-validation. Micro is scored by
its head on the cached vectors of the encoder file that it ships.
"""

from __future__ import annotations

import functools
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from bench import machine
from bench._options import cache_option, data_option, numbers, out_option, words
from bench.accuracy import say, write_json
from bench.cells import CellLog, rounded
from nanonet import decide

Sets = tuple[tuple[str, ...], ...]
METHODS = ("lr", "lr-balanced", "lr-tuned", "nanonet")


@dataclass(frozen=True)
class Protocol:
    """A folder of the data and how rows are drawn: so many of each label, or so many rows."""

    folder: str
    each: int | None
    rows: int | None
    pool: int


SETS = {
    "go_emotions": Protocol("go_emotions", 30, None, 8000),
    "reuters": Protocol("reuters21578_modapte90", None, 2000, 100_000),
    "reuters_whole": Protocol("reuters21578_modapte90", None, 100_000, 0),
}


@dataclass(frozen=True)
class Key:
    """What makes a cell."""

    set: str
    seed: int
    method: str


@dataclass(frozen=True)
class Split:
    """Texts with their label sets."""

    texts: tuple[str, ...]
    labels: Sets


@dataclass(frozen=True)
class Drawn:
    """What a method gets, and the classes of the whole set."""

    labelled: Split
    pool: tuple[str, ...]
    test: Split
    classes: tuple[str, ...]


@click.command("multilabel")
@click.option("--sets", default="go_emotions,reuters", show_default=True)
@click.option("--seeds", default="0-4", show_default=True)
@click.option("--methods", default=",".join(METHODS), show_default=True)
@out_option("multilabel.json")
@data_option
@cache_option
def command(
    sets: str, seeds: str, methods: str, out: Path, data: Path, cache_dir: Path | None
) -> None:
    """Several labels a text: micro and macro F1 of nano and micro beside regression; resumable."""
    log = CellLog(out.with_suffix(".cells.jsonl"), Key)
    commit = machine.commit()
    for name in words(tuple(SETS), sets, "--sets"):
        for seed in numbers(seeds):
            for method in words(METHODS, methods, "--methods"):
                key = Key(name, seed, method)
                if key in log.done:
                    continue
                result = run_cell(key, draw(SETS[name], data, seed), cache_dir)
                log.add(key, rounded(result | {"commit": commit}))
                say(f"{name}, seed {seed}, {method}: {log.done[key]['figures']}")
                write(out, log)
    write(out, log)


def write(out: Path, log: CellLog) -> None:
    """Every finished cell, in a fixed order, with the facts about this machine."""
    order = sorted(log.done, key=lambda key: (key.set, key.method, key.seed))
    cells = [asdict(key) | log.done[key] for key in order]
    protocols = {name: asdict(one) for name, one in SETS.items()}
    document = {"kind": "multilabel", "machine": machine.facts(), "protocols": protocols}
    write_json(out, document | {"cells": cells})


@functools.lru_cache(maxsize=4)
def read_split(path: Path) -> Split:
    """The columns ``text`` and ``labels`` (joined by |) of a Parquet file."""
    import pyarrow.parquet

    if not path.is_file():
        raise SystemExit(f"{path} is not there; name the folder of the data sets with --data")
    columns = pyarrow.parquet.read_table(path, columns=["text", "labels"]).to_pydict()
    sets = tuple(tuple(one.split("|")) if one else () for one in columns["labels"])
    return Split(tuple(columns["text"]), sets)


def draw(protocol: Protocol, data: Path, seed: int) -> Drawn:
    """The labelled rows, the pool and the test split of one seed."""
    train = read_split(data / protocol.folder / "train.parquet")
    test = read_split(data / protocol.folder / "test.parquet")
    order = np.random.RandomState(seed).permutation(len(train.texts)).tolist()
    own, rest = chosen(train.labels, order, protocol)
    labelled = Split(tuple(train.texts[i] for i in own), tuple(train.labels[i] for i in own))
    pool = tuple(train.texts[i] for i in rest[: protocol.pool])
    classes = tuple(sorted({name for names in train.labels for name in names}))
    return Drawn(labelled, pool, test, classes)


def chosen(labels: Sets, order: list[int], protocol: Protocol) -> tuple[list[int], list[int]]:
    """Labelled rows and the others, both in the order given."""
    if protocol.each is None:
        return order[: protocol.rows], order[protocol.rows :]
    have: Counter[str] = Counter()
    own, rest = [], []
    for row in order:
        if any(have[name] < protocol.each for name in labels[row]):
            own.append(row)
            have.update(labels[row])
        else:
            rest.append(row)
    return own, rest


def run_cell(key: Key, drawn: Drawn, cache_dir: Path | None) -> dict[str, Any]:
    """Learn and score; ``figures`` by student for nanonet."""
    start = time.perf_counter()
    if key.method == "nanonet":
        figures, facts = nanonet_figures(key, drawn, cache_dir)
    else:
        said, proba, classes = regression(drawn, cache_dir, key.method)
        figures, facts = {"lr": score(drawn, classes, said, proba)}, {}
    return {"figures": figures, "seconds": time.perf_counter() - start, **facts}


def regression(
    drawn: Drawn, cache_dir: Path | None, method: str
) -> tuple[NDArray[np.bool_], NDArray[np.float32], list[str]]:
    """One-vs-rest logistic regression on the usual embedding: answers [n, C]."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier

    classes = sorted({name for names in drawn.labelled.labels for name in names})
    flags = np.array([[name in names for name in classes] for names in drawn.labelled.labels])
    own, test = (embedded(part.texts, cache_dir) for part in (drawn.labelled, drawn.test))
    weight = "balanced" if method == "lr-balanced" else None
    model = OneVsRestClassifier(LogisticRegression(max_iter=1000, class_weight=weight))
    proba = np.asarray(model.fit(own, flags.astype(int)).predict_proba(test), np.float32)
    least = tuned(own, flags) if method == "lr-tuned" else 0.5
    return proba >= least, proba, classes


def tuned(own: NDArray[np.float32], flags: NDArray[np.bool_]) -> NDArray[np.float64]:
    """For each label [C] the threshold of its best F1 in a five-fold cross-validation (of fewer
    folds where there are fewer positives, and a half where there is one)."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import precision_recall_curve
    from sklearn.model_selection import cross_val_predict

    found = np.full(flags.shape[1], 0.5)
    for column, true in enumerate(flags.T.astype(int)):
        if (folds := min(5, int(true.sum()))) < 2:
            continue
        model = LogisticRegression(max_iter=1000)
        proba = cross_val_predict(model, own, true, cv=folds, method="predict_proba")[:, 1]
        precision, recall, at = precision_recall_curve(true, proba)
        f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
        found[column] = at[int(np.argmax(f1[:-1]))]
    return found


def embedded(texts: tuple[str, ...], cache_dir: Path | None) -> NDArray[np.float32]:
    """The usual embedding of the texts, unit length."""
    from nanonet.encode import load_encoder, usual_readout, vectors
    from nanonet.learn import unit

    encoder = load_encoder(cache_dir=cache_dir)
    return unit(vectors(encoder, texts, cache_dir=cache_dir).readout(usual_readout(encoder)))


def nanonet_figures(
    key: Key, drawn: Drawn, cache_dir: Path | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Nano and micro of one fit, and what the fit told."""
    import nanonet

    fitted = nanonet.fit_many(
        drawn.labelled.texts,
        drawn.labelled.labels,
        pool=drawn.pool,
        test_texts=drawn.test.texts,
        seed=key.seed,
        cache_dir=cache_dir,
    )
    proba = {"nano": fitted.nano.predict_proba(list(drawn.test.texts))}
    proba["micro"] = fitted.micro.proba_of(head_scores(fitted, drawn.test.texts, cache_dir))
    figures = {
        kind: score(drawn, fitted.classes_, getattr(fitted, kind).decide(table), table)
        for kind, table in proba.items()
    }
    report = fitted.report
    told = {"gate": report.gate, "student": report.student, "expected": report.expected}
    return figures, told | {"labelled": report.labelled["rows"], "pool": report.pool["rows"]}


def head_scores(fitted: Any, texts: tuple[str, ...], cache_dir: Path | None) -> NDArray[np.float32]:
    """What micro's head says of vectors that are in the cache."""
    from nanonet.encode import load_encoder, vectors
    from nanonet.learn import unit

    head = fitted.head
    read = vectors(load_encoder(cache_dir=cache_dir), texts, cache_dir=cache_dir)
    features = np.concatenate([unit(read.readout(i)) for i in head.readouts], axis=1)
    return np.asarray(features @ head.weight + head.bias, np.float32)


def score(
    drawn: Drawn, classes: list[str], said: NDArray[np.bool_], proba: NDArray[np.float32]
) -> dict[str, float]:
    """Figures on the test split over all classes of the set; unknown ones are never given."""
    at = [drawn.classes.index(name) for name in classes]
    truth = np.array([[name in names for name in drawn.classes] for names in drawn.test.labels])
    answers, table = np.zeros(truth.shape, bool), np.zeros(truth.shape, np.float32)
    answers[:, at], table[:, at] = said, proba
    each = decide.set_scores(truth, answers)
    return {
        "micro_f1": decide.micro_f1(truth, answers),
        "macro_f1": float(np.mean([one.f1 for one in each])),
        "accuracy": decide.exact_match(truth, answers),
        "ece": decide.binary_ece(table, truth),
        "log_loss": decide.binary_log_loss(table, truth),
        "labels_a_text": float(answers.sum(axis=1).mean()),
    }
