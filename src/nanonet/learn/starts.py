"""The two candidates that learn from the labels alone, and the evidence of names on top."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nanonet.learn._softmax import Floats, fit_softmax, linear_logits, one_hot, softmax
from nanonet.learn.material import LinearHead, Material
from nanonet.learn.prior import estimate_prior
from nanonet.learn.readouts import (
    ReadoutChoice,
    best_log_loss,
    choose_readouts,
    leave_one_out,
)
from nanonet.learn.views import EncoderView, encoder_view
from nanonet.learn.voted import Voted, weigh_votes

LABELS_C = 1.0  # scikit-learn's default: the plain peer everyone trains
READOUTS_C = 10.0
# Lengths of the direction from bad to good beside a unit vector; nats in favour of the longer one.
OPINIONS = (0.0, 0.3, 0.6)
OPINION_PULL = 0.3
# A task looks like one of opinions where the embedding leaves, left out, more than this share of a
# guess's log-loss (two classes, more classes). Elsewhere the direction must gain so many nats;
# there it may cost 0.7, but with more than two classes must take away a share of the loss: of
# topics and kinds of questions it took 0.027 at most in 96 draws.
OPINION_LEFT = (0.45, 0.65)
OPINION_NATS = (2.0, 5.0)
OPINION_PRICE = -0.7
OPINION_SHARE = 0.03
# Usual weight of names where the labels are about an opinion: twenty of them blur what names say.
NAMES_OF_OPINION = 4.0
FOLDS = 5  # in which the labels are cut to weigh names and votes beside them
SHARPEN = 3.0  # a regression on a few labels a class is far less sure than it is right


@dataclass(frozen=True)
class Start:
    """A classifier from labels (and names), read on given rows.

    view: the encoder view of all those rows; log_odds: logits [n, C] with the estimated prior
    inside; head coefficients are on the view; names_weight: how much the names count; prior:
    class shares [C] estimated for the pool; shift: [C], already inside; opinion: weight of the
    direction from bad to good in the view (0: it is not there); voted, votes_weight: the votes as
    weighed, and how much they count beside the labels.
    """

    view: EncoderView
    coefficients: Floats
    logits: Floats
    names_weight: float
    prior: Floats
    shift: Floats
    opinion: float = 0.0
    voted: Voted | None = None
    votes_weight: float = 0.0

    def told(self, rows: NDArray[np.int64]) -> Floats:
        """Logits of ``rows`` (those the start was read on) with what was voted on the very rows."""
        if self.voted is None:
            return self.logits
        return self.logits + np.float32(min(self.votes_weight, 1.0)) * self.voted.said[rows]


def fit_labels(features: Floats, y: NDArray[np.int64], classes: int) -> Floats:
    """Coefficients of the labels-only regression on the usual embedding [n_l, dim]."""
    return fit_softmax(features, one_hot(y, classes), c=LABELS_C, iterations=100)


def fit_start(
    material: Material,
    train: NDArray[np.int64],
    rows: NDArray[np.int64],
    pool: NDArray[np.bool_],
    *,
    use_names: bool = True,
) -> Start:
    """Learn from the labelled rows ``train`` and read ``rows`` (row numbers of the material).

    pool: bool [len(rows)], the rows whose class mix is to be estimated. The readouts are chosen
    and weighted by left-out log-loss on ``train`` alone.
    """
    names = material.names if use_names else None
    voted = weigh_votes(material, train)
    classes = material.classes
    if not len(train):
        view = _view(material, ReadoutChoice((material.usual,), (1.0,)), rows)
        zero = np.zeros((view.features.shape[1] + 1, classes), np.float32)
        logits = np.zeros((len(rows), classes), np.float32) if names is None else names[rows]
        if voted is not None:  # the names are among the votes
            logits = voted.logits(material, rows)
        counted = np.bincount(logits[pool].argmax(axis=1), minlength=classes) / max(pool.sum(), 1)
        # Without labels the counted shares cannot be checked: half way to equal shares.
        prior = np.asarray(0.5 * counted + 0.5 / classes, np.float32)
        of_names, of_votes = (1.0, 0.0) if voted is None else (0.0, 1.0)
        none = np.zeros(classes, np.float32)
        return Start(view, zero, logits, of_names, prior, none, voted=voted, votes_weight=of_votes)
    y = material.y[train]
    seen = [material.unit_readout(i, train) for i in range(material.readouts)]
    choice = choose_readouts(seen, y, classes, material.usual)
    both = np.concatenate([train, rows])
    view, opinion = _with_opinion(_view(material, choice, both), material, both, y)
    target = one_hot(y, classes)
    own = view.rows(np.arange(len(train))).features
    # Classes count alike whatever their labels, so that the class mix enters once, below.
    balanced = (len(y) / classes / target.sum(axis=0))[y].astype(np.float32)
    coefficients = SHARPEN * fit_softmax(own, target, weights=balanced, c=READOUTS_C, iterations=60)
    view = view.rows(len(train) + np.arange(len(rows)))
    left_out = leave_one_out(own, y, classes)
    logits = linear_logits(view.features, coefficients)
    weight, of_votes = 0.0, 0.0
    if names is not None or voted is not None:
        left_out = _cross_fitted(own, y, balanced, classes)
    if names is not None:
        weight = _weight_beside(left_out, names[train], y, NAMES_OF_OPINION if opinion else 1.0)
        logits = logits + np.float32(weight) * names[rows]
        left_out = left_out + weight * names[train]
    if voted is not None:
        said = voted.logits(material, train)
        of_votes = _weight_beside(left_out, said, y)
        logits = logits + np.float32(of_votes) * voted.logits(material, rows)
        left_out = left_out + of_votes * said
    prior = estimate_prior(left_out, y, logits[pool].argmax(axis=1), classes)
    # Bayes' rule for a new class mix; forcing the mean itself measured worse.
    shift = np.log(prior * classes) if pool.any() else np.zeros(classes)
    moved = np.asarray(shift - shift.mean(), np.float32)
    return Start(view, coefficients, logits + moved, weight, prior, moved, opinion, voted, of_votes)


def _with_opinion(
    view: EncoderView, material: Material, rows: NDArray[np.int64], y: NDArray[np.int64]
) -> tuple[EncoderView, float]:
    """The view, stretched from bad to good as far as makes the left-out labels likeliest.

    rows: of the view, those labelled ``y`` first. On topics, intents and spam the labels speak
    against it in nearly every draw; see ``nanonet.votes.opinion``.
    """
    if material.opinion is None:
        return view, 0.0
    seen = material.unit_readout(material.usual, rows)
    scores = np.asarray(seen @ material.opinion[:-1] + material.opinion[-1], np.float32)
    own, first = view.features[: len(y)], scores[: len(y), None]
    losses = []
    for by in OPINIONS:
        features = np.concatenate([own, np.float32(by) * first], axis=1) if by else own
        losses.append(best_log_loss(leave_one_out(features, y, material.classes), y))
    by = OPINIONS[_length(np.array(losses), len(y), material.classes)]
    if not by:
        return view, 0.0
    return view.stretched(material.opinion, material.usual, scores, by), by


def _length(losses: NDArray[np.float64], rows: int, classes: int) -> int:
    """Which of ``OPINIONS`` to take by the mean left-out log-losses [3] of that many rows.

    A task that a frozen embedding already sorts is about a topic, and there the direction costs up
    to nine points of accuracy; of what it cannot sort, most is opinion, where it gains four to
    fifteen, however little twenty labels make of it.
    """
    gains = rows * (losses[0] - losses)
    longer = gains[2] + OPINION_PULL >= gains[1]
    more = int(classes > 2)
    easy = losses[0] <= OPINION_LEFT[more] * np.log(classes)
    least = OPINION_NATS[more] if easy else OPINION_PRICE
    if more:
        least = max(least, OPINION_SHARE * rows * losses[0])
    return (2 if longer else 1) if gains[1:].max() >= least else 0


def start_head(material: Material, start: Start, names_head: LinearHead | None) -> LinearHead:
    """The start as a head on readouts, names and votes included."""
    weight, bias = start.view.head(start.coefficients)
    head = LinearHead(start.view.choice.index, weight, bias).shifted(start.shift)
    if names_head is not None and start.names_weight:
        head = head.plus(names_head.times(start.names_weight))
    if start.voted is not None and start.votes_weight:
        head = head.plus(start.voted.head.times(start.votes_weight))
    return head


def _view(material: Material, choice: ReadoutChoice, rows: NDArray[np.int64]) -> EncoderView:
    return encoder_view(choice, lambda i: material.readout(i, rows), len(rows))


def _cross_fitted(
    own: Floats, y: NDArray[np.int64], weights: Floats, classes: int
) -> NDArray[np.float64]:
    """Logits [n, C] of the labelled rows by regressions that did not see them, ``FOLDS`` of them.

    These are what names and votes are weighed against, because they are as sure, and as often
    right, as the regression on all labels nearly is. Left-out ridge scores are neither where there
    are many classes: by them names got four times the weight on BANKING77.
    """
    order = np.argsort(y, kind="stable")
    within = np.arange(len(y)) - np.searchsorted(y[order], y[order])
    fold = np.empty(len(y), np.int64)
    fold[order] = (within + y[order]) % FOLDS
    found = np.zeros((len(y), classes))
    for held in np.unique(fold).tolist():
        use, rest = fold != held, fold == held
        if not use.any():
            continue
        fitted = fit_softmax(
            own[use], one_hot(y[use], classes), weights=weights[use], c=READOUTS_C, iterations=60
        )
        found[rest] = _centred(linear_logits(own[rest], SHARPEN * fitted))
    return found


def _weight_beside(
    own: NDArray[np.float64], other: Floats, y: NDArray[np.int64], usual: float = 1.0
) -> float:
    """The weight of names or votes at which the left-out labels are likeliest, at any temperature.

    A pull towards ``usual`` (half a nat an octave squared; none at all counts as a quarter) keeps
    twenty labels from shouting.
    """
    options = {u: 0.5 * np.log2(max(u, 0.25) / usual) ** 2 for u in (0.0, 0.5, 1.0, 2.0, 4.0)}
    costs = {}
    for weight, pull in options.items():
        joint = np.asarray(own + weight * other, np.float32)
        loss = min(_loss(joint * np.float32(t), y) for t in (0.125, 0.25, 0.5, 1.0, 2.0))
        costs[weight] = len(y) * loss / 4.0 + pull
    return min(costs, key=lambda weight: costs[weight])


def _centred(logits: Floats) -> Floats:
    return np.asarray(logits - logits.mean(axis=1, keepdims=True), np.float32)


def _loss(logits: Floats, y: NDArray[np.int64]) -> float:
    return float(-np.log(softmax(logits)[np.arange(len(y)), y] + 1e-9).mean())
