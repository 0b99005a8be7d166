"""What ``fit`` can do besides: keep labelled texts in the model, and write the report at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from nanonet.errors import UserError

Verb = TypeVar("Verb", bound=Callable[..., Any])


def extra_options(verb: Verb) -> Verb:
    """``--prototypes`` and ``--report FILE``."""
    keep = click.option(
        "--prototypes",
        is_flag=True,
        help="Keep one clear and one borderline labelled text of each class inside MODEL, word for "
        "word, for nanonet explain --prototypes. Whoever gets the model can read them.",
    )
    page = click.option("--report", metavar="FILE", help="Write the page of nanonet report, too.")
    return keep(page(verb))


@dataclass(frozen=True)
class Extras:
    """The two options' values."""

    prototypes: bool
    report: str | None

    @staticmethod
    def taken(settings: dict[str, Any]) -> Extras:
        """Taken out of the verb's other settings, where they would not be known."""
        return Extras(settings.pop("prototypes"), settings.pop("report"))

    def saving(self) -> dict[str, bool]:
        """What ``save`` is told besides."""
        return {"prototypes": True} if self.prototypes else {}

    def check(self, tables: Any) -> None:
        """Refuse, before any work, what could not be done after it."""
        if self.report is not None and getattr(tables, "many", None):
            raise UserError(
                "--report is about models that give one label a text; leave it out, and evaluate"
            )
        if self.prototypes and not tables.labelled:
            raise UserError(
                "--prototypes keeps labelled texts with one label each, and none were given; leave "
                "it out, or give a labelled table"
            )
        if self.report is not None:
            from nanonet.report import check_place

            check_place(Path(self.report), overwrite=False)

    def write(self, out: str, tables: Any, settings: dict[str, Any]) -> None:
        """The report on the model that was just written, from the tables it was made from."""
        if self.report is None:
            return
        from nanonet.cli._progress import terminal_progress
        from nanonet.report import ReportSettings, build_report

        found = build_report(
            out,
            texts=tables.labelled.texts if tables.labelled else (),
            labels=tables.labelled.labels if tables.labelled else (),
            pool=tables.pool.texts if tables.pool else (),
            test_texts=tables.test.texts if tables.test else (),
            test_labels=tables.test.labels if tables.test else (),
            classes=tables.classes,
            settings=ReportSettings(
                seed=settings["seed"],
                encoder=settings["encoder"],
                cache_dir=settings["cache_dir"],
            ),
            progress=terminal_progress(),
        )
        found.save(self.report)
