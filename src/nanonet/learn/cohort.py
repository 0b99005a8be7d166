"""Two views teach one another on the pile, and no text is labelled by a model that saw it.

Blum & Mitchell (1998), "Combining labeled and unlabeled data with co-training", in the soft and
online form of the mutual-learning papers (DisCo, arXiv 2305.12074; NanoNet, arXiv 2602.06093): each
round both learners train on the soft labels that the other half's models agreed on, and the labels
are recomputed from what they have learnt.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from nanonet.learn._bayes import fit_bayes
from nanonet.learn._softmax import Floats, fit_softmax, linear_logits, one_hot, softmax
from nanonet.learn.graph import smooth
from nanonet.learn.prior import match_prior
from nanonet.learn.views import Views
from nanonet.progress import NullProgress, Progress


@dataclass(frozen=True)
class CohortSettings:
    """How the rounds run. The values are the ones measured best over topics, intents and spam.

    rounds; share: of each class's texts used in the first and last round, surest first; sharpen:
    power of the product of the two views' probabilities; sweeps: of graph smoothing a round;
    label_share: weight of all labelled rows together beside the pool's; encoder_c: inverse
    penalty of the encoder view's regression; bayes_power: scale of the n-gram view's log-odds.
    """

    rounds: int = 8
    share: tuple[float, float] = (0.5, 1.0)
    sharpen: float = 2.0
    sweeps: int = 2
    label_share: float = 0.1
    encoder_c: float = 3.0
    bayes_power: float = 3.0


@dataclass(frozen=True)
class Round:
    """Share of the pool used, kappa of the two views, share of labels that changed."""

    used: float
    agreement: float
    changed: float


@dataclass(frozen=True)
class CohortResult:
    """What the cohort leaves: soft labels [pool, C], the two learners, the rounds.

    encoder: coefficients [r + 1, C] on the encoder view, grams: log-odds [V, C]; both fitted on
    every row with the final labels.
    """

    labels: Floats
    encoder: Floats
    grams: Floats
    power: float
    rounds: tuple[Round, ...] = field(default=())

    def each(self, encoder_features: Floats, gram_features: sp.csr_matrix) -> tuple[Floats, Floats]:
        """Probabilities [n, C] of the learner on the encoder view, and of that on the n-grams."""
        by_encoder = softmax(linear_logits(encoder_features, self.encoder))
        by_grams = softmax(
            np.asarray(gram_features @ self.grams, np.float32) * np.float32(self.power)
        )
        return by_encoder, by_grams


def product(a: Floats, b: Floats, power: float = 1.0) -> Floats:
    """Normalised ``(a * b) ** power`` of two probability tables."""
    return softmax(power * (np.log(a + 1e-6) + np.log(b + 1e-6)))


def agreement(a: Floats, b: Floats) -> float:
    """Cohen's (1960) kappa of the answers of two tables [n, C]: agreement beyond chance."""
    left, right = a.argmax(axis=1), b.argmax(axis=1)
    seen = float((left == right).mean())
    size = a.shape[1]
    shares = [np.bincount(side, minlength=size) / max(len(side), 1) for side in (left, right)]
    chance = float(shares[0] @ shares[1])
    return 1.0 if chance >= 1.0 else (seen - chance) / (1.0 - chance)


def surest(labels: Floats, share: float) -> NDArray[np.bool_]:
    """The surest ``share`` of the texts of each predicted class (at least one of each)."""
    confidence, guess = labels.max(axis=1), labels.argmax(axis=1)
    keep = np.zeros(len(labels), bool)
    for c in np.unique(guess):
        rows = np.flatnonzero(guess == c)
        count = max(1, int(np.ceil(share * len(rows))))
        keep[rows[np.argsort(-confidence[rows], kind="stable")[:count]]] = True
    return keep


def run_cohort(
    views: Views,
    start: Floats,
    near: NDArray[np.int32],
    prior: Floats | None,
    rng: np.random.Generator,
    settings: CohortSettings | None = None,
    progress: Progress | None = None,
) -> CohortResult:
    """Teach from ``start``, soft labels [pool, C], for a fixed number of rounds.

    near: neighbour rows [pool, k] within the pool; prior: class shares [C] that the labels are
    moved to each round (None: left as they fall). Nothing is selected on labels, so all labels
    can train.
    """
    s = settings or CohortSettings()
    bar = progress or NullProgress()
    fold = rng.permutation(views.pool) % 2
    labels, rounds = start, []
    coefficients: list[Floats | None] = [None, None]
    bar.start("teaching", s.rounds)
    for t in range(s.rounds):
        before = labels
        labels = _settle(labels, near, prior, s)
        share = s.share[0] + (s.share[1] - s.share[0]) * t / max(s.rounds - 1, 1)
        used = surest(labels, share)
        by_encoder, by_grams = np.empty_like(labels), np.empty_like(labels)
        for half in (0, 1):
            train, apply = used & (fold != half), np.flatnonzero(fold == half)
            rows = _Rows(views, labels, np.flatnonzero(train), s)
            fitted = coefficients[half] = rows.fit_encoder(12, coefficients[half])
            at = views.labelled + apply
            found = views.encoder.features[at]
            by_encoder[apply] = softmax(linear_logits(found, fitted))
            odds = rows.fit_grams()
            by_grams[apply] = softmax(s.bayes_power * (views.grams.features[at] @ odds))
        labels = product(by_encoder, by_grams, s.sharpen)
        agree = agreement(by_encoder, by_grams)
        changed = float((labels.argmax(1) != before.argmax(1)).mean())
        rounds.append(Round(float(used.mean()), agree, changed))
        bar.advance(1)
    bar.finish()
    labels = _settle(labels, near, prior, s)
    rows = _Rows(views, labels, np.arange(views.pool), s)
    return CohortResult(
        labels, rows.fit_encoder(40, None), rows.fit_grams(), s.bayes_power, tuple(rounds)
    )


def _settle(
    labels: Floats, near: NDArray[np.int32], prior: Floats | None, s: CohortSettings
) -> Floats:
    return smooth(labels if prior is None else match_prior(labels, prior), near, s.sweeps)


class _Rows:
    """The labelled rows and some pool rows with soft labels, as one training set."""

    def __init__(
        self, views: Views, labels: Floats, pool_rows: NDArray[np.int64], s: CohortSettings
    ) -> None:
        self.views, self.settings = views, s
        self.index = np.concatenate([np.arange(views.labelled), views.labelled + pool_rows])
        self.targets = np.concatenate([one_hot(views.y, views.classes), labels[pool_rows]])
        self.weights = row_weights(views.labelled, len(pool_rows), s.label_share)

    def fit_encoder(self, iterations: int, start: Floats | None) -> Floats:
        return fit_softmax(
            self.views.encoder.features[self.index],
            self.targets,
            weights=self.weights,
            c=self.settings.encoder_c,
            start=start,
            iterations=iterations,
        )

    def fit_grams(self) -> Floats:
        return fit_bayes(self.views.grams.features[self.index], self.targets, self.weights)


def row_weights(labelled: int, pool: int, label_share: float) -> Floats:
    """Weights [labelled + pool]: a pool row counts one, a labelled row one or more."""
    each = max(1.0, label_share * pool / max(labelled, 1))
    return np.concatenate([np.full(labelled, each), np.ones(pool)]).astype(np.float32)
