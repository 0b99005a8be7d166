"""Numbers for Prometheus, in its text format 0.0.4.

Written by hand: prometheus_client keeps a registry of the process and reads the environment, and
what is needed of it here is this one page.
https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from nanonet.serve.shelf import Served, Shelf

__all__ = ["CONTENT_TYPE", "Counts", "page"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_Labels = dict[str, str]
_Sample = tuple[str, _Labels, float]


class Counts:
    """Requests by path and status, and how long they took."""

    def __init__(self) -> None:
        self._requests: Counter[tuple[str, int]] = Counter()
        self._buckets: dict[str, list[int]] = {}
        self._seconds: Counter[str] = Counter()

    def add(self, path: str, status: int, seconds: float) -> None:
        """One more request has been answered."""
        self._requests[path, status] += 1
        buckets = self._buckets.setdefault(path, [0] * (len(_BOUNDS) + 1))
        buckets[bisect_left(_BOUNDS, seconds)] += 1
        self._seconds[path] += seconds  # type: ignore[assignment]

    def lines(self) -> Iterator[str]:
        """In Prometheus' format."""
        name, told = "nanonet_requests_total", "Requests answered, by path and HTTP status."
        rows = sorted(self._requests.items())
        yield from _family(
            name, "counter", told,
            (("", {"path": path, "status": str(status)}, n) for (path, status), n in rows),
        )  # fmt: skip
        name, told = "nanonet_request_seconds", "From the head of a request to its answer."
        yield from _family(name, "histogram", told, self._histogram())

    def _histogram(self) -> Iterator[_Sample]:
        for path, buckets in sorted(self._buckets.items()):
            total = 0
            for bound, count in zip((*map(str, _BOUNDS), "+Inf"), buckets, strict=True):
                total += count
                yield "_bucket", {"path": path, "le": bound}, total
            yield "_sum", {"path": path}, self._seconds[path]
            yield "_count", {"path": path}, total


def page(counts: Counts, shelf: Shelf) -> str:
    """Everything there is to tell."""
    served = shelf.all()
    lines = [*counts.lines()]
    for name, told, pick in _FAMILIES:
        kind = "counter" if name.endswith("_total") else "gauge"
        samples = [
            ("", {"model": one.name, **labels}, value)
            for one in served
            for labels, value in pick(one)
            if value is not None
        ]
        lines += _family(f"nanonet_{name}", kind, told, samples)
    reloads = [("", {"model": n, "outcome": o}, c) for (n, o), c in sorted(shelf.reloads.items())]
    lines += _family("nanonet_reloads_total", "counter", "Reloads, by outcome.", reloads)
    return "\n".join([*lines, ""])


def _family(name: str, kind: str, told: str, samples: Iterable[_Sample]) -> Iterator[str]:
    yield f"# HELP {name} {told}"
    yield f"# TYPE {name} {kind}"
    for suffix, labels, value in samples:
        inside = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        yield f"{name}{suffix}{{{inside}}} {value!r}"


def _escaped(text: str) -> str:
    text = text.encode("utf-8", "replace").decode("utf-8")
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _by_label(one: Served) -> list[tuple[_Labels, float | None]]:
    drift = one.drift
    return [({"label": name}, n) for name, n in zip(drift.classes, drift.labels, strict=True)]


def _shares(one: Served) -> list[tuple[_Labels, float | None]]:
    drift = one.drift
    counts = drift.labels if drift.texts else []
    return [
        ({"label": name}, n / drift.texts) for name, n in zip(drift.classes, counts, strict=False)
    ]


def _reference_shares(one: Served) -> list[tuple[_Labels, float | None]]:
    shares = one.drift.reference.shares or {}
    return [({"label": name}, float(share)) for name, share in shares.items()]


def _over(part: float, whole: float) -> float | None:
    return part / whole if whole else None


_Pick = Callable[[Served], list[tuple[_Labels, float | None]]]
_FAMILIES: tuple[tuple[str, str, _Pick], ...] = (
    ("texts_total", "Texts labelled since the model was loaded.",
     lambda one: [({}, one.drift.texts)]),
    ("labels_total", "Texts given each label since the model was loaded.", _by_label),
    ("ngrams_total", "N-grams met in a sample of the texts (nano).",
     lambda one: [({}, one.drift.met)]),
    ("ngrams_known_total", "Those of them that the model knows.",
     lambda one: [({}, one.drift.known)]),
    ("waiting_texts", "Texts that wait for a micro student.",
     lambda one: [({}, one.engine.waiting)]),
    ("class_share", "Share of the texts given each label.", _shares),
    ("reference_class_share", "The same where the model learned.", _reference_shares),
    ("class_shift", "Total variation distance of the class shares from the reference, 0 to 1.",
     lambda one: [({}, one.drift.shift())]),
    ("mean_confidence", "Mean probability of the label given.",
     lambda one: [({}, _over(one.drift.sure, one.drift.texts))]),
    ("reference_mean_confidence", "The same where the model learned.",
     lambda one: [({}, one.drift.reference.confidence)]),
    ("known_ngram_share", "Share of the n-grams that the model knows (nano).",
     lambda one: [({}, _over(one.drift.known, one.drift.met))]),
    ("reference_known_ngram_share", "The same where the model learned (needs --pool).",
     lambda one: [({}, one.drift.reference.known)]),
)  # fmt: skip
