"""``nanonet fit`` where rows may carry several labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nanonet.errors import UserError

if TYPE_CHECKING:
    from nanonet.data import ManyLabelled, Pool
    from nanonet.pipeline import FittedMany

_ONLY_ONE = {
    "classes": "--classes weighs what class names mean beside one label a text; with several labels"
    " a text leave it out",
    "votes": "--votes are of one label a text; with several labels a text leave them out",
}


def refuse_one_label(given: dict[str, object]) -> None:
    """Refuse the options that are there for one label a text only."""
    for name, sentence in _ONLY_ONE.items():
        if given.get(name):
            raise UserError(sentence)


def fit_tables(
    labelled: ManyLabelled, pool: Pool | None, test_texts: tuple[str, ...] | None, **settings: Any
) -> FittedMany:
    """The fit of tables whose rows may carry several labels."""
    from nanonet.cli._progress import terminal_progress
    from nanonet.pipeline import fit_many

    return fit_many(
        labelled.texts,
        labelled.labels,
        pool=pool.texts if pool else (),
        classes=labelled.classes,
        test_texts=test_texts,
        progress=terminal_progress(),
        **settings,
    )
