"""What a model card says differently of a model that gives several labels a text."""

from __future__ import annotations

from dataclasses import dataclass

from nanonet.artefact.facts import ModelFacts, line

_PYTHON = """In Python:

    import nanonet
    model = nanonet.{load}("MODEL")
    model.predict(["a text"])          # {answer}
    model.predict_proba(["a text"])    # probabilities, one column for each of model.classes_
    model.explain("a text")            # what in the text spoke for {what}
"""


@dataclass(frozen=True)
class Wording:
    """gives: what it does with a text; foreign: with one that is none of its classes; python: how
    to use it."""

    gives: str
    foreign: str
    python: str


_ONE = Wording(
    "It gives each text one class, with a probability for every class.",
    "It knows only the classes above, and gives one of them to any text, however foreign",
    _PYTHON.format(load="load", answer="a list of class names", what="the answer"),
)
_MANY = Wording(
    "It gives each text any number of labels, perhaps none: every class has a probability of its "
    "own, and a threshold from which on it is given (in model.json).",
    "It knows only the classes above, and of a foreign text it may give none or some of them",
    _PYTHON.format(load="load_many", answer="a list of tuples of names", what="each label"),
)


def words_for(facts: ModelFacts) -> Wording:
    """The wording for a model."""
    return _MANY if facts.many else _ONE


def expected_of_sets(facts: ModelFacts) -> str | None:
    """What to expect of label sets, None where that was not measured."""
    told = facts.expected
    if told.get("micro_f1") is None or told.get("macro_f1") is None:
        return None
    how = f", {line(told['how'])}" if told.get("how") else ""
    return f"Micro F1 about {told['micro_f1']:.3f}, macro F1 {told['macro_f1']:.3f}{how}."
