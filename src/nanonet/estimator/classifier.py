"""``NanoNetClassifier``: texts in, classes out, the way scikit-learn's tools expect it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from nanonet.data import ClassSpec
from nanonet.errors import UserError
from nanonet.estimator._bytes import folder_bytes, load_bytes, read_folder, save_bytes
from nanonet.estimator._rows import Refused, Rows, is_unlabelled, read_rows, read_texts
from nanonet.estimator._sets import holds_label_sets, read_set_rows, to_indicator
from nanonet.hub import fetch, push_to_hub
from nanonet.pipeline import fit, fit_many
from nanonet.runtime import Classifier, ManyClassifier


class NanoNetClassifier(ClassifierMixin, BaseEstimator):
    """A small text classifier from few labels and many texts, as a scikit-learn estimator.

    The settings are those of :func:`nanonet.fit`; ``random_state`` is its seed (a whole number, a
    RandomState that one is drawn from, or None, which is 0: nanonet never draws on global state).
    Rows whose label is -1, None or NaN are unlabelled, as in ``sklearn.semi_supervised``, and make
    up the pool together with ``pool`` of :meth:`fit`. ``prior`` is the class mix of the texts to
    predict, a share for every label or ``"equal"``; None leaves that of the pool. Errors are
    UserError and ValueError at once.

    With several labels a text ``y`` is a matrix of 0 and 1, [n, C], or a list of label sets (empty
    where none applies); ``predict`` then gives such a matrix, and ``score`` is the share of texts
    of which every label is right. Unlabelled is a row of None, or of -1 throughout.

    After ``fit``: ``classes_`` [C] (the labels' own type, in order), ``model_`` (the
    :class:`nanonet.Classifier`), ``report_`` (the :class:`FitReport`). A pickle holds the files of
    the model folder, which are checked when it is opened; no code of the model is in it.

    >>> model = NanoNetClassifier(student="nano")                          # doctest: +SKIP
    >>> model.fit(["great", "dull", "fine"], ["good", "bad", None])         # doctest: +SKIP
    """

    def __init__(
        self,
        *,
        classes: Sequence[ClassSpec | str] | None = None,
        effort: str = "quick",
        student: str = "auto",
        max_mb: float | None = None,
        max_us: float | None = None,
        encoder: str | Path | None = None,
        cache_dir: str | Path | None = None,
        random_state: Any = 0,
        prior: Mapping[Any, float] | str | None = None,
    ) -> None:
        self.classes = classes
        self.effort = effort
        self.student = student
        self.max_mb = max_mb
        self.max_us = max_us
        self.encoder = encoder
        self.cache_dir = cache_dir
        self.random_state = random_state
        self.prior = prior

    def fit(self, X: Any, y: Any = None, *, pool: Any = None) -> NanoNetClassifier:
        """Learn from texts ``X`` [n] and labels ``y`` [n], -1 or None where there is none.

        pool: further texts without labels. In a cross-validation it is better to give the
        unlabelled texts here, so that only labelled rows are dealt out to the folds.
        """
        settings = self.get_params(deep=False)
        del settings["prior"]
        settings["seed"] = _seed(settings.pop("random_state"))
        fitted: Any
        if holds_label_sets(y):
            sets = read_set_rows(X, y, pool)
            settings["classes"] = sets.names
            names = dict(zip(sets.names, sets.classes.tolist(), strict=True))
            with _refusals():
                fitted = fit_many(sets.texts, sets.sets, pool=sets.pool, **settings)
        else:
            rows = read_rows(X, y, pool)
            names = _names(rows)
            with _refusals():
                labels = [str(label) for label in rows.labels]
                fitted = fit(rows.texts, labels, pool=rows.pool, **settings)
        self._files = folder_bytes(fitted)
        self.report_ = fitted.report
        self._open(names)
        return self

    def predict(self, X: Any) -> NDArray[Any]:
        """The likeliest class of each text, [n], of the type of ``classes_``.

        With several labels a text: int64 [n, C], 1 where a label is given.
        """
        check_is_fitted(self)
        if isinstance(self.model_, ManyClassifier):
            said = self.model_.decide(self.model_.predict_proba(read_texts(X)))
            return said[:, self._columns].astype(np.int64)
        number = {name: i for i, name in enumerate(self.model_.classes_)}
        found = [number[name] for name in self.model_.predict(read_texts(X))]
        return self.classes_[np.argsort(self._columns)[np.array(found, np.int64)]]

    def predict_proba(self, X: Any) -> NDArray[np.float32]:
        """Calibrated probabilities, float32 [n, C], columns as in ``classes_``."""
        check_is_fitted(self)
        return self.model_.predict_proba(read_texts(X))[:, self._columns]

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Accuracy on the rows that have a label."""
        if isinstance(self.model_, ManyClassifier):
            truth = to_indicator(y, self.classes_)
            return float(super().score(X, truth, sample_weight))
        texts, labels = read_texts(X), list(y)
        known = [i for i, label in enumerate(labels) if not is_unlabelled(label)]
        weight = None if sample_weight is None else np.asarray(sample_weight)[known]
        truth = np.asarray([labels[i] for i in known])
        return float(super().score([texts[i] for i in known], truth, weight))

    def save(self, path: str | Path, *, overwrite: bool = False) -> Path:
        """Write the model folder, the same bytes as ``Fitted.save`` writes; returns its path."""
        check_is_fitted(self)
        return save_bytes(self._files, path, overwrite=overwrite)

    def save_pretrained(self, save_directory: str | Path) -> Path:
        """:meth:`save` over what is there, under the name that Hugging Face's tools use."""
        return self.save(save_directory, overwrite=True)

    @classmethod
    def from_pretrained(cls, name: str | Path, **settings: Any) -> NanoNetClassifier:
        """A fitted estimator from a folder or a repository of the Hub (``user/name``).

        settings: those of ``nanonet.from_pretrained`` (revision, token, cache_dir). The classes are
        names (a folder holds no other kind), and the estimator's settings are the defaults.
        """
        model = cls()
        model._files = read_folder(fetch(name, **settings))
        model._open({})
        return model

    def push_to_hub(self, repo_id: str, **settings: Any) -> str:
        """Upload the model folder to the Hub; as ``nanonet.push_to_hub``."""
        return push_to_hub(self, repo_id, **settings)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.one_d_array = True
        tags.input_tags.two_d_array = False
        tags.target_tags.required = False  # the names of ``classes`` may be all there is
        return tags

    def __getstate__(self) -> dict[str, Any]:
        state = dict(super().__getstate__())
        state.pop("model_", None)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if "_files" in state:
            self.model_ = _brought(load_bytes(self._files), self.prior)

    def _open(self, labels: dict[str, Any]) -> None:
        """The classifier out of the files, and its columns in the order of the labels."""
        self.model_ = _brought(load_bytes(self._files), self.prior)
        given = [labels.get(name, name) for name in self.model_.classes_]
        self.classes_, self._columns = np.unique(np.asarray(given), return_index=True)


@contextmanager
def _refusals() -> Iterator[None]:
    """A user's error of nanonet as one that scikit-learn knows too."""
    try:
        yield
    except UserError as error:
        if type(error) is not UserError:
            raise
        raise Refused(str(error)) from error


def _brought(
    model: Classifier | ManyClassifier, prior: Mapping[Any, float] | str | None
) -> Classifier | ManyClassifier:
    """The model for the class mix ``prior``."""
    if prior is None:
        return model
    if isinstance(model, ManyClassifier):
        raise Refused("prior is for one label a text; with several, leave it None")
    if isinstance(prior, str) and prior == "equal":
        return model.with_prior(dict.fromkeys(model.classes_, 1.0))
    if not isinstance(prior, Mapping):
        raise Refused(f"prior is {prior!r}; it must be 'equal', or a share for every label")
    try:
        return model.with_prior({str(label): share for label, share in prior.items()})
    except UserError as error:
        raise Refused(str(error)) from error


def _names(rows: Rows) -> dict[str, Any]:
    """The label of each class name: nanonet's classes are names, scikit-learn's anything."""
    return {str(label): label for label in rows.classes.tolist()}


def _seed(state: Any) -> int:
    if state is None:
        return 0
    if isinstance(state, (int, np.integer)) and not isinstance(state, bool):
        return int(state)
    return int(check_random_state(state).randint(2**31 - 1))
