"""When ``predict`` leaves a row without a label, and for which class mix it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nanonet.errors import UserError

if TYPE_CHECKING:
    from nanonet.decide import Promise
    from nanonet.runtime import Classifier
    from nanonet.runtime.scorer import Floats


@dataclass(frozen=True)
class Asked:
    """The options as given; None and False where they were not."""

    max_error: float | None = None
    each_class: bool = False
    max_foreign: float | None = None
    prior: str | None = None

    def options(self) -> list[str]:
        """Those that were given."""
        given = {
            "--max-error": self.max_error is not None,
            "--each-class": self.each_class,
            "--max-foreign": self.max_foreign is not None,
            "--prior": self.prior is not None,
        }
        return [name for name, is_given in given.items() if is_given]


@dataclass(frozen=True)
class Rule:
    """What the options come to for one model.

    promise: of all answers; each: by class, None of a class that is not answered; mix: shares by
    class name.
    """

    promise: Promise | None = None
    each: dict[str, Promise | None] | None = None
    max_foreign: float | None = None
    mix: dict[str, float] | None = None

    @property
    def silent(self) -> bool:
        """Whether rows may stay without a label."""
        return not (self.promise is None and self.each is None and self.max_foreign is None)

    def least(self, classifier: Classifier) -> Floats | None:
        """The least probability at which each class is answered, [C]; None where all are."""
        from nanonet.runtime.selective import least_of

        asked = self.promise if self.each is None else self.each
        return None if asked is None else least_of(classifier.classes_, asked)

    def made_by(self) -> dict[str, str]:
        """What must be the same for a later run to go on."""
        found: dict[str, str] = {}
        if self.promise is not None:
            found["--max-error"] = str(self.promise.max_error)
        if self.each is not None:
            found["--each-class"] = str([one and one.max_error for one in self.each.values()])
        if self.max_foreign is not None:
            found["--max-foreign"] = str(self.max_foreign)
        if self.mix is not None:
            found["--prior"] = str(sorted(self.mix.items()))
        return found

    def facts(self) -> dict[str, Any]:
        """For ``--json``."""
        found: dict[str, Any] = {}
        if self.promise is not None:
            found["promise"] = vars(self.promise)
        if self.each is not None:
            found["promises"] = [vars(one) for one in self.each.values() if one]
        if self.max_foreign is not None:
            found["max_foreign"] = self.max_foreign
        if self.mix is not None:
            found["prior"] = self.mix
        return found

    def __str__(self) -> str:
        told = []
        if self.promise is not None:
            told.append(str(self.promise))
        if self.each is not None:
            told += [str(one) for one in self.each.values() if one]
            told += [f"{name!r} is not answered" for name, one in self.each.items() if not one]
        if self.max_foreign is not None:
            told.append(
                f"texts more foreign than {self.max_foreign:g} (of texts like the pool, one in "
                f"{1 / max(1 - self.max_foreign, 1e-6):,.0f})"
            )
        return "; ".join(told)


def rule_of(classifier: Classifier, asked: Asked, table: str, text: str) -> tuple[Classifier, Rule]:
    """(the model for the class mix asked for, the rule); UserError where that cannot be had."""
    if asked.each_class and asked.max_error is None:
        raise UserError("--each-class says how --max-error is meant; give --max-error 0.1 with it")
    if asked.prior is not None and asked.max_error is not None:
        raise UserError(
            "--max-error rests on labels of the old class mix, so nothing can be promised with "
            "--prior; give one of the two"
        )
    promise, each = None, None
    if asked.max_error is not None:
        if asked.each_class:
            each = classifier.promise_each(asked.max_error)
        else:
            promise = classifier.promise(asked.max_error)
    if asked.max_foreign is not None:
        classifier.predict([], max_foreign=asked.max_foreign)  # refuses what is wrong with it
    mix = None
    if asked.prior is not None:
        from nanonet.cli._mix import with_mix

        classifier, mix = with_mix(classifier, asked.prior, table, text)
    return classifier, Rule(promise, each, asked.max_foreign, mix)
