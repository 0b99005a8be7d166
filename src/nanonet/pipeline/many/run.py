"""``nanonet.fit_many``: from texts with any number of labels to students."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np

from nanonet.encode import Encoder, load_encoder, usual_readout, vectors
from nanonet.errors import MissingExtra
from nanonet.learn import gram_view
from nanonet.learn.many import ManyMaterial, learn_many
from nanonet.pipeline.inputs import Settings
from nanonet.pipeline.many.choose import choose_many
from nanonet.pipeline.many.fitted import FittedMany
from nanonet.pipeline.many.inputs import ManyInputs, check_many_inputs, check_many_settings
from nanonet.pipeline.many.report import make_many_report
from nanonet.pipeline.run import NANO_MB, TRAIN, micro_fits, shipped
from nanonet.progress import NullProgress, Progress
from nanonet.students import room
from nanonet.text import GramSpec, featurise


def fit_many(
    texts: Sequence[str],
    labels: Sequence[Collection[str]],
    *,
    pool: Sequence[str] = (),
    classes: Sequence[str] | None = None,
    test_texts: Sequence[str] | None = None,
    effort: str = "quick",
    student: str = "auto",
    seed: int = 0,
    encoder: str | Path | None = None,
    cache_dir: str | Path | None = None,
    max_mb: float | None = None,
    max_us: float | None = None,
    progress: Progress | None = None,
) -> FittedMany:
    """Learn a small classifier that gives a text any number of labels.

    texts, labels: of equal length; the labels of a text are a list, tuple or set of names, () where
    none applies (texts that nobody looked at belong in ``pool``). pool: unlabelled texts of the
    same kind; by them the mix of labels is estimated, which may be another than the labelled texts
    have. classes: all labels, in the order of the model's columns (default: sorted). The other
    settings are those of :func:`nanonet.fit`; there is effort 'quick' only, and 'nano', 'micro' or
    'auto'.

    The same arguments on the same machine give the same model to the bit. Raises UserError for
    anything a person can mend.

    >>> import nanonet
    >>> fitted = nanonet.fit_many(
    ...     ["late and broken", "thanks"], [("damage", "delivery"), ()], pool=many_texts
    ... )  # doctest: +SKIP
    >>> fitted.save("model")  # doctest: +SKIP
    """
    limit = NANO_MB if max_mb is None else max_mb
    settings = Settings(effort, student, seed, limit, encoder, cache_dir, max_mb, max_us)
    check_many_settings(settings)
    inputs = check_many_inputs(texts, labels, pool, classes, test_texts)
    bar = progress or NullProgress()
    try:
        return _fit(inputs, settings, bar)
    except ModuleNotFoundError as error:
        if error.name and error.name.split(".")[0] in TRAIN:
            raise MissingExtra("fit", "train") from error
        raise


def _fit(inputs: ManyInputs, settings: Settings, bar: Progress) -> FittedMany:
    if settings.student != "micro":
        room(len(inputs.classes), settings.max_mb)
    loaded = load_encoder(settings.encoder, cache_dir=settings.cache_dir, progress=bar)
    carried = shipped(loaded, settings, bar)
    fits = micro_fits(carried, settings.student, settings.limit_mb)
    spec = GramSpec()
    material = _material(inputs, loaded, settings, spec, bar)
    learned = learn_many(material, bar)
    rng = np.random.default_rng(settings.seed)
    chosen = choose_many(learned, material, settings, fits, rng, bar)
    report = make_many_report(inputs, settings, carried, learned, chosen)
    return FittedMany(inputs.classes, chosen, carried, spec, report)


def _material(
    inputs: ManyInputs, encoder: Encoder, settings: Settings, spec: GramSpec, bar: Progress
) -> ManyMaterial:
    texts = [*inputs.texts, *inputs.pool.texts]
    read = vectors(encoder, texts, cache_dir=settings.cache_dir, progress=bar)
    return ManyMaterial(
        flags=inputs.flags,
        rows=len(texts),
        readout=lambda i, rows: read.take(rows).readout(i),
        readouts=len(encoder.readouts),
        usual=usual_readout(encoder),
        grams=gram_view(featurise(texts, spec)),
    )
