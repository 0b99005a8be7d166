"""Is another form of a model still that model, and is it any quicker? Asked before it is taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from nanonet.export.timing import Timing
from nanonet.runtime import Classifier

MOST_WORSE = 0.005  # of accuracy, or of what the model itself believes of its answers
LEAST_AGREEMENT = 0.9  # share of texts with the same answer; with labels at hand they decide alone
SLOWER = 1.05  # times as long as the source form: less than that is noise


@dataclass(frozen=True)
class Parity:
    """Two forms of a model on the same texts.

    max_logit_difference: largest absolute difference of a raw score; agreement: share of texts with
    the same answer; believed_loss: mean over the texts of how much less probable the form's answer
    is than the source's, by the mean of what both give (each by itself would favour its own).
    accuracy: of the (source, form), where the texts have labels.
    """

    texts: int
    max_logit_difference: float
    agreement: float
    believed_loss: float
    accuracy: tuple[float, float] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)

    @property
    def worse(self) -> float:
        """Accuracy the form loses: measured where there are labels, else believed."""
        if self.accuracy is None:
            return self.believed_loss
        return self.accuracy[0] - self.accuracy[1]


def compare(
    source: Classifier,
    form: Classifier,
    texts: Sequence[str],
    labels: Sequence[str] | None = None,
) -> Parity:
    """Ask both forms about every text; ``labels``: the right answers, where they are known."""
    ours, theirs = source.decision_logits(texts), form.decision_logits(texts)
    # Each form finds its own answers the likelier ones; between the two neither is favoured.
    proba = (source.proba_of(ours) + form.proba_of(theirs)) / 2
    a, b = ours.argmax(axis=1), theirs.argmax(axis=1)
    at = np.arange(len(a))
    accuracy = None
    if labels is not None:
        place = {name: number for number, name in enumerate(source.classes_)}
        truth = np.array([place[label] for label in labels])
        accuracy = (float((a == truth).mean()), float((b == truth).mean()))
    return Parity(
        texts=len(a),
        max_logit_difference=float(np.abs(ours - theirs).max()),
        agreement=float((a == b).mean()),
        believed_loss=float((proba[at, a] - proba[at, b]).mean()),
        accuracy=accuracy,
    )


def objections(
    parity: Parity, source: Timing | None = None, form: Timing | None = None
) -> tuple[str, ...]:
    """What speaks against the form, in numbers; nothing where it may be taken."""
    found = []
    if parity.worse > MOST_WORSE:
        how = "on the labels given" if parity.accuracy else "by the models' own probabilities"
        found.append(
            f"it is {100 * parity.worse:.2f} points less accurate {how} (at most "
            f"{100 * MOST_WORSE:g} are allowed; it agrees on {parity.agreement:.1%} of "
            f"{parity.texts:,} texts)"
        )
    if parity.accuracy is None and parity.agreement < LEAST_AGREEMENT:
        found.append(
            f"it agrees on only {parity.agreement:.1%} of {parity.texts:,} texts (at least "
            f"{LEAST_AGREEMENT:.0%} are asked)"
        )
    if source is not None and form is not None and form.us > SLOWER * source.us:
        found.append(
            f"it is slower: {form.us:,.0f} µs a text instead of {source.us:,.0f} "
            f"({form.us / source.us:.2f} times as long)"
        )
    return tuple(found)
