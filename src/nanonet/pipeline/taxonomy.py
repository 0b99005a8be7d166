"""Classes found in a pile of texts: by clusters, or written and refined by a language model.

The second way follows TnT-LLM (Wan et al., arXiv 2403.12173): a table of classes from a first batch
of texts, then batch by batch a new table, within a hard cap. "Other" is no class of the table; it
is what a text gets at assignment where none fits (``nanonet label --or-none``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nanonet.data import ClassSpec, Labelled, Pool, guard
from nanonet.errors import UserError
from nanonet.progress import NullProgress, Progress

if TYPE_CHECKING:
    from nanonet.llm import Asker, Question

_LEAST = 20  # texts
_SHOWN = 400  # characters of a text shown to a model
_FIRST = (
    "You sort a collection of texts. Find the classes that its texts fall into: classes that do "
    "not overlap, that a careful reader would agree on, and that together cover the texts. No "
    "class for what is left over. At most {most} classes, names of at most five words, "
    "descriptions of at most thirty words that say what belongs there and what does not. Answer "
    "with a JSON object with the key classes, a list of objects with name and description."
)
_NEXT = (
    "You keep a table of classes for a collection of texts. You see the table and further texts. "
    "Where texts fit no class or more than one, mend the table: add, merge, split, rename or "
    "describe better; leave alone what serves. No class for what is left over. At most {most} "
    "classes, names of at most five words, descriptions of at most thirty words. Answer with a "
    "JSON object with the key classes, a list of objects with name and description: the whole new "
    "table."
)


@dataclass(frozen=True)
class FoundClasses:
    """Classes from clusters. silhouettes: of each number of clusters tried at the top level."""

    classes: tuple[ClassSpec, ...]
    silhouettes: dict[int, float]
    why: str


@dataclass(frozen=True)
class TaxonomySettings:
    """most: classes at most; batches of ``size`` texts; about: what the texts are, in words."""

    most: int = 25
    batches: int = 6
    size: int = 40
    about: str = ""
    seed: int = 0


def find_classes(
    texts: Sequence[str],
    *,
    count: int | None = None,
    levels: int = 1,
    seed: int = 0,
    encoder: str | Path | None = None,
    cache_dir: str | Path | None = None,
    progress: Progress | None = None,
) -> FoundClasses:
    """Classes of a pile by its clusters, in one level or two (classes with ``parent``).

    count: clusters at the top level (default: by mean silhouette). Copies among the texts count
    once. Raises UserError for fewer than 20 different texts or fewer than ``count``.
    """
    from nanonet.votes import TRIED_BELOW, group, name_groups, unit_embedder

    kept = _different(texts, count or 2)
    bar = progress or NullProgress()
    rng = np.random.default_rng(seed)
    vectors = unit_embedder(encoder, cache_dir, bar)(kept)
    bar.start("finding classes", 0)
    top = group(vectors, rng, count)
    specs = list(name_groups(kept, vectors, top))
    if levels == 2:
        for c, above in enumerate(specs[: top.count]):
            rows = np.flatnonzero(top.cluster == c)
            if len(rows) < 2 * _LEAST:
                continue
            mine, own = vectors[rows], [kept[row] for row in rows.tolist()]
            below = group(mine, rng, tried=TRIED_BELOW)
            specs += name_groups(own, mine, below, above.name, specs, kept)
    bar.finish()
    return FoundClasses(tuple(specs), top.silhouettes, _why(top.silhouettes, top.count))


def _different(texts: Sequence[str], least: int) -> tuple[str, ...]:
    kept = guard(Labelled((), ()), Pool(tuple(texts))).pool.texts
    least = max(_LEAST, least)
    if len(kept) < least:
        raise UserError(
            f"there are only {len(kept)} different texts; at least {least} are needed to find "
            "classes in them"
        )
    return kept


def _why(silhouettes: dict[int, float], count: int) -> str:
    if not silhouettes:
        return f"{count} classes, as asked"
    tried = ", ".join(f"{k}: {value:.3f}" for k, value in silhouettes.items())
    return f"{count} classes, whose texts are best apart by mean silhouette ({tried})"


def taxonomy_questions(texts: Sequence[str], settings: TaxonomySettings) -> list[Question]:
    """The calls that :func:`write_taxonomy` makes, each as if the table were still empty."""
    return [_question(batch, (), settings) for batch in _batches(texts, settings)]


def write_taxonomy(
    asker: Asker, texts: Sequence[str], settings: TaxonomySettings | None = None
) -> tuple[ClassSpec, ...]:
    """Classes written by a language model from batches of the texts, drawn by the seed.

    A batch whose answer cannot be used leaves the table as it was. Raises UserError where no batch
    gave a table.
    """
    plan = settings or TaxonomySettings()
    table: tuple[ClassSpec, ...] = ()
    why = ""
    for batch in _batches(texts, plan):
        answer = asker.ask([_question(batch, table, plan)], "finding classes")[0]
        if answer.abstained:
            why = answer.why
        else:
            table = answer.value
    if not table:
        raise UserError(f"the model gave no table of classes that can be used ({why})")
    return table


def _batches(texts: Sequence[str], settings: TaxonomySettings) -> list[list[str]]:
    kept = _different(texts, _LEAST)
    order = np.random.default_rng(settings.seed).permutation(len(kept)).tolist()
    most = -(-len(kept) // settings.size)
    return [
        [kept[row] for row in order[i * settings.size : (i + 1) * settings.size]]
        for i in range(min(settings.batches, most))
    ]


def _question(
    batch: Sequence[str], table: Sequence[ClassSpec], settings: TaxonomySettings
) -> Question:
    from nanonet.llm import FENCE_RULE, Invalid, Question, fenced, object_schema

    def check(value: Any) -> tuple[ClassSpec, ...]:
        rows = value.get("classes") if isinstance(value, dict) else None
        if not isinstance(rows, list):
            raise Invalid("answer of another form")
        found: dict[str, ClassSpec] = {}
        for row in rows:
            if not isinstance(row, dict) or not all(
                isinstance(row.get(key), str) for key in ("name", "description")
            ):
                raise Invalid("a class without name or description")
            name = " ".join(row["name"].split())
            if name:
                found.setdefault(
                    name.lower(), ClassSpec(name, " ".join(row["description"].split()))
                )
        if not 2 <= len(found) <= settings.most:
            raise Invalid(f"{len(found)} classes, where 2 to {settings.most} are allowed")
        return tuple(found.values())

    text = {"type": "string"}
    item = object_schema({"name": text, "description": text})
    system = (_NEXT if table else _FIRST).format(most=settings.most)
    about = f"\n\nThe texts are: {' '.join(settings.about.split())}" if settings.about else ""
    listed = "\n".join(f"- {spec.name}: {spec.description}" for spec in table)
    shown = "\n".join(fenced(one, _SHOWN) for one in batch)
    return Question(
        f"{system}{about}\n\n{FENCE_RULE}",
        f"The table:\n{listed}\n\nFurther texts:\n{shown}" if table else f"The texts:\n{shown}",
        object_schema({"classes": {"type": "array", "items": item}}),
        check,
        max_tokens=80 * settings.most + 200,
        expect=40 * min(settings.most, 12),
    )
