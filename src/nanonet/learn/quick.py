"""Effort quick: a frozen encoder and n-grams, the gate, and the soft labels the students learn."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from nanonet.learn._softmax import Floats, linear_logits, softmax
from nanonet.learn.cohort import CohortSettings, Round, run_cohort, surest
from nanonet.learn.gate import Gate, judge
from nanonet.learn.graph import NEIGHBOURS, neighbours
from nanonet.learn.material import LinearHead, Material
from nanonet.learn.starts import Start, fit_labels, fit_start, start_head
from nanonet.learn.trials import Tried, try_candidates
from nanonet.learn.views import Views
from nanonet.learn.voted import Voted
from nanonet.progress import NullProgress, Progress

SURE = 0.3  # share of each class's texts by which the rounds are judged without labels
LEAST_KEPT = 0.9  # of them must stay in their class
LEAST_UNLABELLED = 0.5  # kappa of the views' first answers, without labels
# No label holds the classes where they are: smoothed more, neighbours talk small ones over.
SWEEPS_UNLABELLED = 1
NEIGHBOURS_UNLABELLED = 10


@dataclass(frozen=True)
class Learned:
    """What the students are made from.

    labels: soft labels [pool, C] of the pool; head: the encoder view's own
    classifier, ready for the micro student; gate and tried: the choice and its raw trials; prior:
    class shares [C] estimated for the pool; readouts: positions in use and their weights;
    logits: [pool, C] of the head where it reads vectors that the material does not hold; opinion:
    weight of the direction from bad to good in the encoder view; voted, votes_weight: the votes as
    they were weighed.
    """

    labels: Floats
    head: LinearHead
    gate: Gate
    tried: Tried | None
    prior: Floats
    readouts: tuple[tuple[int, float], ...]
    names_weight: float
    rounds: tuple[Round, ...]
    logits: Floats | None = None
    opinion: float = 0.0
    voted: Voted | None = None
    votes_weight: float = 0.0


def learn_quick(
    material: Material,
    names_head: LinearHead | None,
    rng: np.random.Generator,
    progress: Progress | None = None,
) -> Learned:
    """Judge the candidates on the labels, then run the chosen one on everything."""
    bar = progress or NullProgress()
    train = np.arange(material.labelled)
    rows = np.arange(material.rows)
    start = fit_start(material, train, rows, rows >= material.labelled)
    tried = try_candidates(material, rng, progress=bar) if material.labelled else None
    gate = judge(tried) if material.labelled else Gate("cohort", "", (), 0, 0)
    run = _Run(material, start, names_head, gate, tried)
    if gate.chosen == "labels":
        return run.labels()
    if gate.chosen == "readouts":
        return run.readouts()
    learned = run.cohort(rng, bar)
    return learned if material.labelled else _judge_unlabelled(run, learned)


def _judge_unlabelled(run: _Run, learned: Learned) -> Learned:
    """Without labels the rounds must leave alone what the start was surest of, or it stands alone.

    Of each class the surest ``SURE`` of the texts: where the pile's own groups are the classes, the
    rounds moved up to 6 in 100 of them (news, encyclopaedia articles, intents), and where they are
    not (sentiment, question types) they drifted away with one in six. And both views must see the
    classes at all.
    """
    kappa, kept = learned.rounds[0].agreement, left_alone(softmax(run.told()), learned.labels)
    said = (
        f"no labels to judge by; of the {SURE:.0%} of the texts that the start is surest of, the "
        f"rounds left {kept:.1%} in their class (at least {LEAST_KEPT:.0%} is asked), and the "
        f"views' first agreement is kappa {kappa:.2f} (at least {LEAST_UNLABELLED} is asked)"
    )
    if kept >= LEAST_KEPT and kappa >= LEAST_UNLABELLED:
        return replace(learned, gate=Gate("cohort", said, (), 0, 0))
    gate = Gate("readouts", f"{said}, so the start stands alone", (), 0, 0)
    return replace(run, gate=gate).readouts()


def left_alone(begin: Floats, end: Floats, share: float = SURE) -> float:
    """Share of each class's surest texts in ``begin`` [n, C] that stay there in ``end`` [n, C]."""
    sure = surest(begin, share)
    return float((begin[sure].argmax(axis=1) == end[sure].argmax(axis=1)).mean())


@dataclass(frozen=True)
class _Run:
    """The chosen candidate on all labels and the whole pool."""

    material: Material
    start: Start
    names_head: LinearHead | None
    gate: Gate
    tried: Tried | None

    def labels(self) -> Learned:
        m = self.material
        usual = m.unit_readout(m.usual, np.arange(m.rows))
        plain = fit_labels(usual[: m.labelled], m.y, m.classes)
        pool = softmax(linear_logits(usual[m.labelled :], plain))
        head = LinearHead((m.usual,), plain[:-1], plain[-1])
        return self._learned(pool, head, ((m.usual, 1.0),), ())

    def readouts(self) -> Learned:
        pool = softmax(self.told())
        head = start_head(self.material, self.start, self.names_head)
        return self._learned(pool, head, self._choice(), ())

    def cohort(self, rng: np.random.Generator, bar: Progress) -> Learned:
        m = self.material
        bar.start("linking neighbours", 0)
        k = NEIGHBOURS if m.labelled else NEIGHBOURS_UNLABELLED
        near = neighbours(m.unit_readout(m.usual, m.pool_rows), k)
        bar.finish()
        views = Views(m.y, m.classes, self.start.view, m.grams)
        begin = softmax(self.told())
        settings = (
            CohortSettings() if m.labelled else replace(CohortSettings(), sweeps=SWEEPS_UNLABELLED)
        )
        result = run_cohort(views, begin, near, self.start.prior, rng, settings, bar)
        weight, bias = self.start.view.head(result.encoder)
        head = LinearHead(self.start.view.choice.index, weight, bias)
        return self._learned(result.labels, head, self._choice(), result.rounds)

    def told(self) -> Floats:
        """Logits [pool, C] of the start, votes on the very texts included."""
        m = self.material
        return self.start.told(np.arange(m.rows))[m.labelled :]

    def _choice(self) -> tuple[tuple[int, float], ...]:
        choice = self.start.view.choice
        return tuple(zip(choice.index, choice.weight, strict=True))

    def _learned(
        self,
        pool: Floats,
        head: LinearHead,
        readouts: tuple[tuple[int, float], ...],
        rounds: tuple[Round, ...],
    ) -> Learned:
        start, said = self.start, 0.0 if self.gate.chosen == "labels" else self.start.opinion
        return Learned(
            pool,
            head,
            self.gate,
            self.tried,
            start.prior,
            readouts,
            start.names_weight,
            rounds,
            opinion=said,
            voted=start.voted,
            votes_weight=start.votes_weight,
        )
