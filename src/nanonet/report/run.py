"""From a model and tables to a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nanonet.data import ClassSpec, Labelled, Pool, Test, guard
from nanonet.errors import MissingExtra, UserError
from nanonet.progress import NullProgress, Progress
from nanonet.report.cost import measure
from nanonet.report.given import Given, Tables, open_given
from nanonet.report.overview import Overview, copies, same_labels, view
from nanonet.report.result import Report
from nanonet.report.scores import Scores, score
from nanonet.report.studied import Studied
from nanonet.report.texts import Example, explain, nearest, pick_examples

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class ReportSettings:
    """quotes: whether texts of the tables may stand in the report; encoder: what the labels are
    read with (None: the one the model was made with); cache_dir: where text vectors are kept."""

    quotes: bool = True
    seed: int = 0
    encoder: str | Path | None = None
    cache_dir: str | Path | None = None


def build_report(
    model: str | Path,
    *,
    texts: Sequence[str] = (),
    labels: Sequence[str] = (),
    pool: Sequence[str] = (),
    test_texts: Sequence[str] = (),
    test_labels: Sequence[str] = (),
    classes: Sequence[ClassSpec] | None = None,
    settings: ReportSettings | None = None,
    progress: Progress | None = None,
) -> Report:
    """Everything there is to say of the model in the folder ``model``, by the tables given.

    texts, labels: what it was made from, for accuracy out of fold, doubtful labels and the forecast
    (these need the extra ``train``); pool: for what to label next; test_texts, test_labels: the
    figures are theirs where they are given; classes: the class file the model was made with. Raises
    UserError for anything a person can mend.

    >>> report = build_report("model", texts=texts, labels=labels)  # doctest: +SKIP
    >>> report.save("report.html")                                  # doctest: +SKIP
    """
    chosen = settings or ReportSettings()
    if len(texts) != len(labels) or len(test_texts) != len(test_labels):
        raise UserError("texts and labels must be as many, and so must the test's; give one each")
    tables = Tables(
        Labelled(tuple(texts), tuple(labels)),
        Pool(tuple(pool)),
        Test(tuple(test_texts), tuple(test_labels)),
        None if classes is None else tuple(classes),
    )
    given = open_given(model, tables, np.random.default_rng([chosen.seed, 11]))
    said = given.model.predict_proba(given.asked) if given.asked else None
    studied = _study(given, said, chosen, progress or NullProgress())
    test = _test_scores(given)
    shown, proba = _shown(given, said)
    right = None if studied.scores is None else studied.scores.accuracy
    measured = measure(given.model, given.facts, shown, studied.peers, right)
    return Report(
        name=given.name,
        facts=given.facts,
        overview=_overview(given, said),
        test=test,
        hidden=studied.scores,
        forecast=studied.forecast,
        doubts=studied.doubts,
        doubtful=studied.doubtful,
        ask_next=studied.ask_next,
        examples=_examples(given, shown, proba, studied) if chosen.quotes else (),
        prototypes=(given.model.prototypes or studied.prototypes) if chosen.quotes else (),
        costs=measured,
        notes=(*given.notes, *studied.notes),
        missing=studied.missing,
        quotes=chosen.quotes,
    )


def _study(given: Given, said: Floats | None, settings: ReportSettings, bar: Progress) -> Studied:
    if not given.labelled.texts:
        return Studied(missing={"labels": "no labelled table was given"})
    try:
        from nanonet.report.study import study

        return study(given, said, settings.encoder, settings.cache_dir, settings.seed, bar)
    except ModuleNotFoundError as error:
        raise MissingExtra("a report on labelled texts", "train") from error


def _test_scores(given: Given) -> Scores | None:
    test = given.tables.test
    if not test.texts:
        return None
    number = {name: at for at, name in enumerate(given.classes)}
    y = np.array([number[label] for label in test.labels], np.int64)
    how = f"of this model on {len(y):,} test texts that it did not learn from"
    return score(y, given.model.predict_proba(test.texts), given.classes, how)


def _shown(given: Given, said: Floats | None) -> tuple[Sequence[str], Floats]:
    """Texts to explain and to time the model on: of the pool, else of what else was given."""
    if said is not None:
        return given.asked, said
    texts = given.tables.test.texts or given.tables.labelled.texts
    if not texts:
        raise UserError("there is no text to report on; give a labelled table, --pool or --test")
    return texts, given.model.predict_proba(texts)


def _examples(
    given: Given, texts: Sequence[str], proba: Floats, studied: Studied
) -> tuple[Example, ...]:
    out = []
    rows = pick_examples(texts, proba)
    vectors = studied.read([texts[row] for row, _ in rows]) if studied.read else None
    for at, (row, kind) in enumerate(rows):
        near = None
        if vectors is not None:
            table = given.labelled
            near = nearest(texts[row], vectors[at], studied.known, table.texts, table.labels)
        out.append(explain(given.model, texts[row], kind, near))
    return tuple(out)


def _overview(given: Given, said: Floats | None) -> Overview:
    tables = given.tables
    found = []
    if tables.labelled.texts:
        found.append(view("labelled", tables.labelled.texts, tables.labelled.labels))
    if tables.pool.texts:
        found.append(view("pool", tables.pool.texts))
    if tables.test.texts:
        found.append(view("test", tables.test.texts, tables.test.labels))
    alone = guard(tables.labelled, Pool(())) if tables.test.texts else given.guarded
    counts = np.zeros(len(given.classes), int)
    if said is not None:
        counts = np.bincount(said.argmax(axis=1), minlength=len(given.classes))
    return Overview(
        tuple(found),
        copies(given.guarded),
        same_labels(given.facts, (given.guarded, alone)),
        dict(zip(given.classes, counts.tolist(), strict=True)),
        int(counts.sum()),
    )
