"""The finished model, as its user sees it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, final, overload

import numpy as np

from nanonet.artefact import Prototype
from nanonet.decide import Promise, estimate_mix
from nanonet.errors import FormatError, UserError
from nanonet.runtime.calibration import Calibration
from nanonet.runtime.explanation import Explanation, strongest
from nanonet.runtime.mix import checked_mix
from nanonet.runtime.scope import Scope, checked_share, no_scope
from nanonet.runtime.scorer import Floats, Scorer, best_names
from nanonet.runtime.selective import Abstain, find_each, find_promise, leave_out


@final
class Classifier:
    """Gives texts one of ``classes_`` each, with calibrated probabilities.

    Made by ``nanonet.load(folder)``. The answer for a text never depends on the texts beside it.
    Every method that takes texts takes an iterable of strings (empty strings are fine) and raises
    UserError where it is one string, or holds something that is not a string.

    >>> model = Classifier(["no", "yes"], scorer, temperature=0.8)  # doctest: +SKIP
    >>> model.predict(["a text"])                                   # doctest: +SKIP
    ['yes']
    """

    def __init__(
        self,
        classes: Sequence[str],
        scorer: Scorer,
        *,
        temperature: float = 1.0,
        calibration: Calibration | None = None,
        info: dict[str, Any] | None = None,
        thresholds: Mapping[str, Any] | None = None,
        scope: Scope | None = None,
        prototypes: tuple[Prototype, ...] = (),
    ) -> None:
        if len(classes) != scorer.class_count:
            raise FormatError(
                f"the model names {len(classes)} classes and its student scores "
                f"{scorer.class_count}; fit again"
            )
        self.classes_ = list(classes)
        self.info: dict[str, Any] = info or {}
        self._scorer = scorer
        self._thresholds = dict(thresholds or self.info.get("thresholds", {}))
        self._names = tuple(classes)
        self.scope = scope
        #: Labelled texts that the model keeps, where its maker asked for it (docs/report.md).
        self.prototypes = prototypes
        self.calibration = calibration or Calibration(float(temperature))
        self._ordered = self.calibration.ordered  # one text takes a few microseconds

    def __repr__(self) -> str:
        return f"Classifier({len(self.classes_)} classes, {type(self._scorer).__name__})"

    @overload
    def predict(
        self,
        texts: Iterable[str],
        *,
        threads: int | None = None,
        abstain: None = None,
        max_foreign: None = None,
    ) -> list[str]: ...

    @overload
    def predict(
        self,
        texts: Iterable[str],
        *,
        threads: int | None = None,
        abstain: Abstain | None = None,
        max_foreign: float | None = None,
    ) -> list[str | None]: ...

    def predict(
        self,
        texts: Iterable[str],
        *,
        threads: int | None = None,
        abstain: Abstain | None = None,
        max_foreign: float | None = None,
    ) -> list[str] | list[str | None]:
        """The likeliest class of each text, in order.

        threads: how many a nano student may use at most; by default one for fewer than 8,192
        texts and as many as the process has processors for more. The answer is always the same.
        abstain: how sure an answer must be, else it is None: a probability, one for some classes
        by name (None: it is never answered), or what a promise gave. max_foreign: a text that is
        more :meth:`foreign` than this gets None.
        """
        if abstain is not None or max_foreign is not None:
            return self._some(self.decision_logits(texts, threads=threads), abstain, max_foreign)
        if self._ordered:
            return self._scorer.best(listed(texts), self._names, threads)
        return best_names(self.predict_proba(texts, threads=threads), self._names)

    def _some(
        self, logits: Floats, abstain: Abstain | None, max_foreign: float | None
    ) -> list[str | None]:
        found = leave_out(self.proba_of(logits), self._names, 0.0 if abstain is None else abstain)
        if max_foreign is None:
            return found
        known = self.foreign_of(logits) <= np.float32(checked_share(max_foreign))
        return [name if yes else None for name, yes in zip(found, known.tolist(), strict=True)]

    def foreign(self, texts: Iterable[str], *, threads: int | None = None) -> Floats:
        """How foreign each text is, float32 [n], 0 to 1.

        It is the share of the texts the model learned from that are less foreign: of texts like
        those, one in a hundred is over 0.99. No foreign text was seen to find that out, so what
        share of foreign ones is over it nobody knows beforehand. Raises UserError where the model
        cannot tell (it was made from fewer than 50 texts).

        >>> model.predict(texts, max_foreign=0.99)  # doctest: +SKIP
        """
        return self.foreign_of(self.decision_logits(texts, threads=threads))

    def foreign_of(self, logits: Floats) -> Floats:
        """:meth:`foreign` of raw scores that ``decision_logits`` gave, float32 [n]."""
        if self.scope is None:
            raise no_scope()
        return self.scope.foreign(logits)

    def promise(self, max_error: float, *, label: str | None = None) -> Promise:
        """How sure an answer must be so that at most ``max_error`` of those given are wrong.

        It holds with 95 % confidence for texts like the pool, by the labels that were hidden while
        the model was made (docs/method.md has the assumptions). label: of the answers of one class
        alone. Raises UserError where the labels are too few, or too many were answered wrongly.

        >>> model.predict(texts, abstain=model.promise(0.05))  # doctest: +SKIP
        """
        return find_promise(self._thresholds, self._names, max_error, label)

    def promise_each(self, max_error: float) -> dict[str, Promise | None]:
        """:meth:`promise` for the answers of every class by itself, None where there is none.

        A threshold of its own lets an easy class be answered where a hard one is not. Raises
        UserError where nothing can be promised of any class.

        >>> model.predict(texts, abstain=model.promise_each(0.1))  # doctest: +SKIP
        """
        return find_each(self._thresholds, self._names, max_error)

    def predict_proba(self, texts: Iterable[str], *, threads: int | None = None) -> Floats:
        """Probabilities, float32 [n, C]; columns as in ``classes_``, each row sums to 1."""
        return self.proba_of(self.decision_logits(texts, threads=threads))

    def proba_of(self, logits: Floats) -> Floats:
        """Probabilities of raw scores that ``decision_logits`` gave, float32 [n, C]."""
        return self.calibration.proba(logits)

    def decision_logits(self, texts: Iterable[str], *, threads: int | None = None) -> Floats:
        """Raw scores before the calibration, float32 [n, C]."""
        return self._scorer.logits(listed(texts), threads)

    def with_prior(self, prior: Mapping[str, float]) -> Classifier:
        """The same model for texts of another class mix (Bayes' rule; Saerens et al. 2002).

        prior: a share for every class, as shares, counts or weights. Only the mix may have changed:
        what the texts of a class look like must be as it was. What was promised for the old mix is
        no longer promised. Raises UserError where a class is missing or unknown, or the model was
        made before it kept its own mix.

        >>> model.with_prior({"spam": 0.02, "ham": 0.98}).predict(texts)  # doctest: +SKIP
        """
        calibration = self._mixed().with_mix(checked_mix(self._names, prior))
        return Classifier(
            self.classes_, self._scorer, calibration=calibration, scope=self.scope,
            info={**self.info, "thresholds": {}},
        )  # fmt: skip

    def estimate_prior(
        self, texts: Iterable[str], *, threads: int | None = None
    ) -> dict[str, float]:
        """The class shares of some texts, by name, for :meth:`with_prior`.

        Found by expectation and maximisation from the model's probabilities, which are taken at
        their word (Saerens et al. 2002). A hundred texts and more are wanted.
        """
        learned = np.array(self._mixed().prior)
        found = estimate_mix(self.predict_proba(texts, threads=threads), learned)
        return dict(zip(self.classes_, found.tolist(), strict=True))

    def _mixed(self) -> Calibration:
        if not self.calibration.prior:
            raise UserError(
                "the model does not say which class mix it learned, so it cannot be brought to "
                "another one; fit again with this nanonet"
            )
        return self.calibration

    def explain(self, text: str, top: int | None = 10) -> Explanation:
        """The text's class and what in the text spoke for or against it (``top=None``: all of it).

        Nano students: exact, every known n-gram with its share of the logit. Micro students: by
        leaving words out, one run of the encoder a word. A cascade: by the student that answers.
        """
        if not isinstance(text, str):
            raise UserError(f"explain takes one string, not a {type(text).__name__}")
        if top is not None and top < 0:
            raise UserError(f"top is {top}; it must be 0 or more, or None for everything")
        scorer = self._scorer.answering(text)
        logits = scorer.logits([text])
        proba = self.proba_of(logits)
        column = int((logits if self.calibration.ordered else proba)[0].argmax())
        shown, rest = strongest(scorer.evidence(text, column), top)
        return Explanation(
            label=self.classes_[column],
            confidence=float(proba[0, column]),
            evidence=shown,
            logit=float(logits[0, column]),
            bias=float(scorer.bias[column]),
            rest=rest,
            exact=scorer.exact,
        )


def listed(texts: Iterable[str]) -> Sequence[str]:
    """The texts as a list or tuple of strings and nothing else."""
    if isinstance(texts, (str, bytes)):
        raise UserError("one string was given where a list of texts is needed; write [text]")
    texts = texts if isinstance(texts, (list, tuple)) else list(texts)
    if not set(map(type, texts)) <= {str}:  # far quicker than asking one by one
        for row, text in enumerate(texts):
            if not isinstance(text, str):
                raise UserError(
                    f"text {row} (counting from 0) is a {type(text).__name__}, {text!r:.40}; "
                    "every text must be a string"
                )
    return texts
