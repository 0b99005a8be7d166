"""``nanonet evaluate``: how good a model is on labelled rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from nanonet.cli._options import (
    json_option,
    label_option,
    print_json,
    print_notes,
    text_option,
)
from nanonet.errors import UserError

if TYPE_CHECKING:
    from nanonet.data import ManyTest, Test
    from nanonet.runtime import Classifier, ManyClassifier


@click.command(short_help="Score a model on labelled rows.")
@click.argument("model")
@click.argument("table")
@text_option
@label_option
@json_option
def evaluate(model: str, table: str, text: str, label: tuple[str, ...], as_json: bool) -> None:
    """Compare MODEL's labels with those in TABLE.

    Prints accuracy, macro F1 (mean over the classes), the expected calibration error (ece: how far
    confidence and accuracy lie apart, over 15 bins of equal mass; 0 is best), log-loss in nats
    (0 is best), and precision, recall and F1 of each class.

    For a model with several labels a text, TABLE has them in a column labels (joined by |, empty
    where none applies) or in a column of 0 and 1 for each (--label A --label B). Then micro F1 is
    that of all pairs of text and label, accuracy the share of texts of which every label is right,
    and ece and log-loss are over all pairs.

    \b
    Examples:
      nanonet evaluate model test.csv
      nanonet evaluate model test.parquet --text body --label topic --json
      nanonet evaluate many-model test.csv --label late --label broken
    """
    scores = _scores(model, table, text, label)
    if as_json:
        print_json(scores)
    else:
        click.echo(as_text(scores))


def _scores(model: str, table: str, text: str, label: tuple[str, ...]) -> dict[str, Any]:
    from nanonet.data import read_many_test, read_test
    from nanonet.runtime import ManyClassifier, load_any

    classifier = load_any(model)
    notes: list[str] = []
    if isinstance(classifier, ManyClassifier):
        sets = read_many_test(table, text, label, notes)
        print_notes(notes)
        return score_many(classifier, sets, table)
    test = read_test(table, text, label, notes)
    print_notes(notes)
    return score(classifier, test, table)


def score(classifier: Classifier, test: Test, name: str) -> dict[str, Any]:
    """Rows, accuracy, macro_f1, ece, log_loss and per-class scores, as plain values.

    Raises :class:`UserError` where the rows hold a label the model does not know.
    """
    import numpy as np

    from nanonet.decide import metrics

    classes = list(classifier.classes_)
    _refuse_unknown(set(test.labels), classes, name)
    index = {label: number for number, label in enumerate(classes)}
    truth = np.array([index[label] for label in test.labels])
    proba = classifier.predict_proba(list(test.texts))
    predicted = proba.argmax(axis=1)
    each = metrics.per_class(truth, predicted, len(classes))
    return {
        "rows": len(truth),
        "accuracy": metrics.accuracy(truth, predicted),
        "macro_f1": metrics.macro_f1(truth, predicted, len(classes)),
        "ece": metrics.ece(proba, truth),
        "log_loss": metrics.log_loss(proba, truth),
        "classes": {label: vars(one) for label, one in zip(classes, each, strict=True)},
    }


def score_many(classifier: ManyClassifier, test: ManyTest, name: str) -> dict[str, Any]:
    """As :func:`score`, for label sets: accuracy is of whole sets, and micro_f1 besides."""
    import numpy as np

    from nanonet import decide

    classes = list(classifier.classes_)
    _refuse_unknown({label for names in test.labels for label in names}, classes, name)
    truth = np.array([[label in names for label in classes] for names in test.labels])
    proba = classifier.predict_proba(list(test.texts))
    said = classifier.decide(proba)
    each = decide.set_scores(truth, said)
    return {
        "rows": len(truth),
        "accuracy": decide.exact_match(truth, said),
        "micro_f1": decide.micro_f1(truth, said),
        "macro_f1": decide.macro_f1_of_sets(truth, said),
        "ece": decide.binary_ece(proba, truth),
        "log_loss": decide.binary_log_loss(proba, truth),
        "classes": {label: vars(one) for label, one in zip(classes, each, strict=True)},
    }


def _refuse_unknown(seen: set[str], classes: list[str], name: str) -> None:
    unknown = sorted(seen - set(classes))
    if unknown:
        raise UserError(
            f"{name}: the model does not know the label{'s' if len(unknown) > 1 else ''} "
            f"{_some(unknown)}; it knows {_some(classes)}"
        )


def _some(names: list[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:10])
    return f"{shown} and {len(names) - 10} more" if len(names) > 10 else shown


def as_text(scores: dict[str, Any]) -> str:
    """The scores as lines for a person."""
    lines = [f"{'rows':<10}{scores['rows']:>8,}"]
    told = ("accuracy", "micro_f1", "macro_f1", "ece", "log_loss")
    lines += [f"{key:<10}{scores[key]:>8.4f}" for key in told if key in scores]
    width = max(len("class"), *(len(label) for label in scores["classes"]))
    lines += ["", f"{'class':<{width}}  precision  recall      f1    rows"]
    lines += [
        f"{label:<{width}}  {one['precision']:>9.3f}{one['recall']:>8.3f}{one['f1']:>8.3f}"
        f"{one['rows']:>8,}"
        for label, one in scores["classes"].items()
    ]
    return "\n".join(lines)
