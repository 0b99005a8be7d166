"""Where a text may have several labels: candidates, the gate, the pool's soft labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nanonet.learn._sigmoid import fit_sigmoid
from nanonet.learn._softmax import Floats
from nanonet.learn.many.calibrate import calibrate
from nanonet.learn.many.candidates import (
    APART_C,
    as_scores,
    deal,
    scores_apart,
    scores_plain,
    shares_together,
)
from nanonet.learn.many.gate import ManyGate, judge_many
from nanonet.learn.many.material import ManyMaterial
from nanonet.learn.many.mix import Mix, estimate_mix, shifted
from nanonet.learn.many.readouts import choose_readouts_of_sets
from nanonet.learn.material import LinearHead
from nanonet.learn.readouts import ReadoutChoice
from nanonet.learn.views import EncoderView, encoder_view
from nanonet.progress import NullProgress, Progress

LABEL_WEIGHT = 3.0  # of a labelled text beside one of the pool, when students learn from both
HEAD_OF_SETS_C = 10.0


@dataclass(frozen=True)
class ManyLearned:
    """What the students are made from.

    labels: [pool, C], the probability of each label for the pool's texts; left_out: [n, C] the same
    for the labelled ones, by fits without them; mix: of the pool; gate: the choice; tables: every
    candidate's ``left_out``; head: the encoder student's classifier, and head_left_out and
    head_pool its scores [n, C] and [pool, C], those of labelled texts by fits without them;
    readouts: positions in use and their weights.
    """

    labels: Floats
    left_out: Floats
    mix: Mix
    gate: ManyGate
    tables: dict[str, Floats]
    head: LinearHead
    head_left_out: Floats
    head_pool: Floats
    readouts: tuple[tuple[int, float], ...]

    @property
    def prior(self) -> Floats:
        """Share of the pool's texts [C] that each label is estimated to apply to."""
        return self.mix.shares


def learn_many(material: ManyMaterial, progress: Progress | None = None) -> ManyLearned:
    """Score the candidates on labels they did not see, and label the pool by the one chosen."""
    bar = progress or NullProgress()
    flags = material.flags
    bar.start("choosing readouts", 0)
    choice = _choose(material)
    view = encoder_view(choice, lambda i: material.readout(i, _rows(material)), material.rows)
    bar.finish()
    bar.start("several labels", 0)
    fold = deal(flags)
    shares = shares_together(view.features, flags, fold)
    mix = estimate_mix(shares[0], flags, shares[1])
    usual = material.unit_readout(material.usual, _rows(material))
    scored = {
        "labels": scores_plain(usual, flags, fold),
        "apart": scores_apart(view.features, flags, fold, APART_C),
        "together": tuple(as_scores(shifted(side, mix)) for side in shares),
    }
    sure = {name: calibrate(own, flags, mix.weights) for name, (own, _) in scored.items()}
    tables = {name: sure[name].proba(own) for name, (own, _) in scored.items()}
    gate = judge_many(tables, flags, mix.weights)
    labels = sure[gate.chosen].proba(scored[gate.chosen][1])
    head, own, pool = _head(material, view, labels, mix, fold)
    bar.finish()
    readouts = tuple(zip(choice.index, choice.weight, strict=True))
    return ManyLearned(labels, tables[gate.chosen], mix, gate, tables, head, own, pool, readouts)


def _rows(material: ManyMaterial) -> NDArray[np.int64]:
    return np.arange(material.rows)


def _choose(material: ManyMaterial) -> ReadoutChoice:
    own = np.arange(material.labelled)
    seen = [material.unit_readout(i, own) for i in range(material.readouts)]
    return choose_readouts_of_sets(seen, material.flags, material.usual)


def _head(
    material: ManyMaterial, view: EncoderView, labels: Floats, mix: Mix, fold: NDArray[np.int64]
) -> tuple[LinearHead, Floats, Floats]:
    """The encoder student: a regression a label on the labelled texts and the pool's soft labels.

    Its scores of the labelled texts come from fits without them; those of the pool from the whole.
    """
    n, features = material.labelled, view.features
    targets, weights = student_targets(material.flags, labels, mix)

    def fit(rows: NDArray[np.bool_]) -> Floats:
        c = HEAD_OF_SETS_C
        return fit_sigmoid(features[rows], targets[rows], weights=weights[rows], c=c, iterations=40)

    every = np.ones(len(features), bool)
    whole = fit(every)
    own = np.empty_like(material.flags)
    for held in np.unique(fold).tolist():
        use = every.copy()
        use[:n] = fold != held
        part = fit(use)
        own[fold == held] = features[~use] @ part[:-1] + part[-1]
    weight, bias = view.head(whole)
    pool = np.asarray(features[n:] @ whole[:-1] + whole[-1], np.float32)
    return LinearHead(view.choice.index, weight, bias), own, pool


def student_targets(flags: Floats, labels: Floats, mix: Mix) -> tuple[Floats, Floats]:
    """What students learn: targets and weights [n + pool, C] of label sets and soft ones.

    A labelled text counts three times, at the pool's mix; rare labels count more, as in ``apart``:
    a soft label is so much of a positive, which counts by one weight, and else a negative.
    """
    soft = np.concatenate([flags, labels])
    share = np.clip(soft.mean(axis=0), 1e-6, 1.0 - 1e-6)
    for_it, against = soft / np.sqrt(share), (1.0 - soft) / np.sqrt(1.0 - share)
    weights = for_it + against
    targets = for_it / weights
    each = np.ones(len(soft), np.float32)
    each[: len(flags)] = LABEL_WEIGHT * mix.weights
    weights = weights / weights.mean(axis=0) * each[:, None]
    return np.asarray(targets, np.float32), np.asarray(weights, np.float32)
