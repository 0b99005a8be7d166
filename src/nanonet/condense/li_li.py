"""``--method li-li``: synthetic items for a small network of its own. A study, not a table.

The items are matrices of word vectors that no text has; what they teach, they teach to this network
and, where they were learned for one start, to this start. So both figures are always given, and the
folder is not one that ``fit`` takes. See :mod:`nanonet.condense.unroll` for the method.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nanonet.condense.quota import DEFAULT_RATE, Size, quota_of
from nanonet.condense.reading import number
from nanonet.condense.split import Split, split
from nanonet.condense.words import WordTable, word_table
from nanonet.data import fingerprint
from nanonet.errors import MissingExtra, UserError
from nanonet.learn import Floats
from nanonet.progress import NullProgress, Progress

if TYPE_CHECKING:
    from nanonet.condense.textcnn import Network
    from nanonet.condense.unroll import Items

NETWORKS = ("bag", "cnn")
STARTS = 20  # fresh networks a set of items is judged on
BATCH = 256


@dataclass(frozen=True)
class Study:
    """How long to learn: outer steps, inner steps, the starts of one outer step, and the pace."""

    steps: int = 400
    inner: int = 12
    starts: int = 2
    lr: float = 0.02


#: A bag learns in a dozen steps; filters and their largest answers take many more.
STUDIES = {"bag": Study(), "cnn": Study(inner=80, lr=0.01)}


@dataclass(frozen=True)
class Synthetic:
    """Items [m, L, width], soft labels [m, C], step sizes [T], the nearest words of each, facts.

    facts["held_out"]: ``full`` (the network on the whole table), and for items learned for one
    start ('fixed') and over fresh starts ('random') the accuracy from that start and fresh ones.
    """

    vectors: Floats
    labels: Floats
    sizes: Floats
    near: tuple[str, ...]
    classes: tuple[str, ...]
    facts: dict[str, Any]


def distil_items(
    texts: Sequence[str],
    labels: Sequence[object],
    *,
    rate: float | None = None,
    per_class: int | None = None,
    network: str = "bag",
    study: Study | None = None,
    test_texts: Sequence[str] | None = None,
    seed: int = 0,
    encoder: str | Path | None = None,
    cache_dir: str | Path | None = None,
    progress: Progress | None = None,
) -> Synthetic:
    """Learn items twice, for one start and over fresh ones, and judge both on held-out rows.

    The same arguments give the same bytes on one machine. Raises :class:`UserError`, and
    :class:`MissingExtra` without torch.
    """
    if network not in NETWORKS:
        raise UserError(f"the network is {network!r}; it must be one of {', '.join(NETWORKS)}")
    size = Size(DEFAULT_RATE if rate is None and per_class is None else rate, per_class)
    size.check()
    try:
        import torch  # noqa: F401
    except ImportError:
        raise MissingExtra("the method li-li", "train") from None
    rng = np.random.default_rng(seed)
    parts = split(texts, labels, test_texts, rng)
    y = number([*parts.learned.labels, *parts.held_out.labels], parts.classes)
    learned = len(parts.learned.texts)
    if learned == len(y):
        raise UserError(
            "li-li is judged on rows held out, a tenth of each class, and no class has ten rows; "
            "give a larger table"
        )
    counts = np.bincount(y[:learned])
    quota = quota_of(size, counts, parts.rows, parts.classes)
    table = word_table([*parts.learned.texts, *parts.held_out.texts], encoder, cache_dir)
    lab = _Lab.of(table, y, learned, network, len(parts.classes))
    return _learn(
        lab, parts, quota, study or STUDIES[network], seed, rng, progress or NullProgress()
    )


@dataclass(frozen=True)
class _Lab:
    """The network and all texts as it reads them."""

    net: Network
    table: WordTable
    means: Floats | None
    y: np.ndarray
    learned: int

    @staticmethod
    def of(table: WordTable, y: np.ndarray, learned: int, network: str, classes: int) -> _Lab:
        from nanonet.condense.textcnn import Bag, TextCnn

        width = table.words.vectors.shape[1]
        if network == "bag":
            return _Lab(Bag(width, classes), table, table.means(), y, learned)
        return _Lab(TextCnn(width, classes), table, None, y, learned)

    def read(self, rows: np.ndarray) -> Any:
        """Word vectors of some texts, as a tensor [n, L, width]."""
        import torch

        found = self.table.read(rows) if self.means is None else self.means[rows]
        return torch.from_numpy(np.ascontiguousarray(found))

    def accuracy(self, parameters: Any) -> float:
        """On the held-out rows."""
        import torch

        hits = 0
        with torch.no_grad():
            for rows in np.array_split(np.arange(self.learned, len(self.y)), 8):
                if len(rows):
                    said = self.net.logits(parameters, self.read(rows)).argmax(dim=1).numpy()
                    hits += int((said == self.y[rows]).sum())
        return hits / max(1, len(self.y) - self.learned)


def _learn(
    lab: _Lab, parts: Split, quota: Any, study: Study, seed: int, rng: Any, bar: Progress
) -> Synthetic:
    from nanonet.condense.unroll import Outer, learn_items

    rows = np.concatenate(
        [
            rng.permutation(np.flatnonzero(lab.y[: lab.learned] == c))[:q]
            for c, q in enumerate(quota)
        ]
    )
    first = _first(lab, rows, len(quota), study.inner)
    found: dict[str, Any] = {"rows": len(lab.y) - lab.learned, "full": _full(lab, seed)}
    found["random_texts"] = _judged(lab, first, seed)
    items = first
    for initial in ("fixed", "random"):
        outer = Outer(initial, seed, study.starts, study.steps, study.inner, study.lr)
        items = learn_items(lab.net, first, _batches(lab, seed), outer, bar)
        found[initial] = _judged(lab, items, seed)
    return _result(lab, parts, items, found, seed)


def _first(lab: _Lab, rows: np.ndarray, classes: int, inner: int) -> Items:
    """Real texts with their labels: where the learning begins, and the control."""
    import torch

    from nanonet.condense.unroll import Items

    logits = 2.0 * torch.eye(classes)[torch.from_numpy(lab.y[rows])]
    return Items(lab.read(rows), logits, torch.full((inner,), _START_STEP))


_START_STEP = -1.05  # softplus of it is 0.3


def _batches(lab: _Lab, seed: int) -> Any:
    import torch

    source = np.random.default_rng([seed, 1])

    def batch() -> tuple[Any, Any]:
        rows = source.integers(0, lab.learned, BATCH)
        return lab.read(rows), torch.from_numpy(lab.y[rows])

    return batch


def _judged(lab: _Lab, items: Items, seed: int) -> dict[str, Any]:
    """Accuracy after training on the items from the one start, and from fresh ones."""
    from nanonet.condense.unroll import train_on

    def one(start: int) -> float:
        return lab.accuracy(train_on(lab.net, lab.net.start(start), items))

    fresh = [one(10_000 + seed * STARTS + at) for at in range(STARTS)]
    return {"its_start": one(seed), "fresh_starts": fresh}


def _full(lab: _Lab, seed: int) -> float:
    import torch

    from nanonet.condense.textcnn import full_training

    rows = np.arange(lab.learned)
    x, y = lab.read(rows), torch.from_numpy(lab.y[rows])
    return lab.accuracy(full_training(lab.net, x, y, seed))


def _result(lab: _Lab, parts: Split, items: Items, found: dict[str, Any], seed: int) -> Synthetic:
    vectors = items.vectors.numpy()
    words = lab.table.words
    near = tuple(words.near(one) for one in vectors)
    weights = sum(p.numel() for p in lab.net.start(0)) * 4
    own = sum(t.numel() for t in (items.vectors, items.logits, items.steps)) * 4
    facts = {
        "method": "li-li",
        "network": type(lab.net).__name__,
        "seed": seed,
        "table": {
            "rows": parts.rows,
            "learned_from": lab.learned,
            "fingerprint": fingerprint(parts.learned.texts, parts.learned.labels),
        },
        "guard": parts.report.to_dict(),
        "bytes": {"items": own, "network": weights},
        "held_out": found,
    }
    return Synthetic(
        vectors, items.labels().numpy(), items.sizes().numpy(), near, parts.classes, facts
    )
