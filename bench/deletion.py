"""``python -m bench.run deletion``: do the words that are said to have told, tell?

Of a text, the k words with the most evidence for the answer are left out, or k at random, or the k
with the least evidence, and the fall of the answer's probability is compared (the erasure test of
Li, Monroe and Jurafsky, arXiv 1612.08220; "comprehensiveness" in DeYoung et al., ACL 2020). Both
students of one quick fit are asked, ten labels a class, draw 0, on test texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from bench import machine
from bench._options import cache_option, data_option, numbers, out_option, words
from bench.accuracy import say, write_json
from bench.protocol import SETS, draw, load
from nanonet.pipeline import fit
from nanonet.runtime import Classifier, Word, words_of

SHOTS, SEED = 10, 0
LEAST_WORDS = 10  # a text of fewer would be left with next to nothing
RANDOM = 5  # draws of k words at random, of which the mean counts


@click.command("deletion")
@click.option("--sets", default="ag_news,sst2", show_default=True)
@click.option("--texts", default=100, show_default=True, help="Test texts of each set.")
@click.option("--words", "counts", default="1,3,5", show_default=True, help="Words left out.")
@click.option("--pool", default=4000, show_default=True, help="Pool texts to learn from.")
@out_option("deletion.json")
@data_option
@cache_option
def command(
    sets: str, texts: int, counts: str, pool: int, out: Path, data: Path, cache_dir: Path | None
) -> None:
    """What leaving out the words with the most evidence does to the answer."""
    rows: list[dict[str, Any]] = []
    for name in words(tuple(SETS), sets, "--sets"):
        drawn = draw(*load(name, data), SHOTS, SEED)
        fitted = fit(
            drawn.labelled.texts,
            drawn.labelled.labels,
            pool=drawn.pool.texts[:pool],
            seed=SEED,
            cache_dir=cache_dir,
        )
        chosen = sample(drawn.test.texts, texts)
        for student, model in (("nano", fitted.nano), ("micro", fitted.micro)):
            falls = [fall(model, text, numbers(counts)) for text in chosen]
            rows += summary(name, student, numbers(counts), np.array(falls))
            say(f"{name} {student}: {rows[-1]}")
            settings = {"texts": texts, "shots": SHOTS, "seed": SEED, "pool": pool}
            write_json(out, {"machine": machine.facts(), **settings, "rows": rows})


def sample(texts: Sequence[str], count: int) -> list[str]:
    """The first ``count`` texts, in an order of chance, that are long enough."""
    order = np.random.default_rng(SEED).permutation(len(texts)).tolist()
    return [texts[row] for row in order if len(texts[row].split()) >= LEAST_WORDS][:count]


def fall(model: Classifier, text: str, counts: Sequence[int]) -> NDArray[np.float64]:
    """[counts, 3]: by how much the answer's probability falls without the k words with the most
    evidence, without k at random, and without the k with the least."""
    found = model.explain(text, top=None)
    parts = words_of(text, found.evidence)
    order = sorted(range(len(parts)), key=lambda at: -parts[at].value)
    rng = np.random.default_rng(SEED)
    left: list[str] = []
    for k in counts:
        left += [without(text, parts, order[:k]), without(text, parts, order[-k:])]
        left += [without(text, parts, rng.permutation(len(parts))[:k]) for _ in range(RANDOM)]
    column = model.classes_.index(found.label)
    fell = found.confidence - model.predict_proba(left)[:, column].astype(np.float64)
    table = fell.reshape(len(counts), 2 + RANDOM)
    return np.stack([table[:, 0], table[:, 2:].mean(axis=1), table[:, 1]], axis=1)


def without(text: str, parts: Sequence[Word], which: Sequence[int] | NDArray[np.int64]) -> str:
    """The text without some of its words."""
    out, last = "", 0
    for part in sorted((parts[at] for at in which), key=lambda word: word.start):
        out, last = out + text[last : part.start], part.end
    return out + text[last:]


def summary(
    name: str, student: str, counts: Sequence[int], falls: NDArray[np.float64]
) -> list[dict[str, Any]]:
    """One row for each number of words: mean falls, and the paired difference to random words."""
    out = []
    for at, k in enumerate(counts):
        top, chance, least = falls[:, at].T
        apart = top - chance
        out.append(
            {
                "set": name,
                "student": student,
                "words": k,
                "texts": len(falls),
                "most": float(top.mean()),
                "random": float(chance.mean()),
                "least": float(least.mean()),
                "apart": float(apart.mean()),
                "apart_se": float(apart.std(ddof=1) / np.sqrt(len(apart))),
                "more_often": float((apart > 0).mean()),
            }
        )
    return out
