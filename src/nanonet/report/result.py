"""All that a report says, as values: the page, the data card and ``--json`` are made of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nanonet.artefact import ModelFacts, Prototype
from nanonet.data import write_whole
from nanonet.errors import UserError
from nanonet.report.cost import Costs
from nanonet.report.overview import Overview
from nanonet.report.scores import Scores
from nanonet.report.texts import Asked, Doubt, Example

if TYPE_CHECKING:
    from nanonet.report.forecast import Forecast

MADE_BY = '<meta name="generator" content="nanonet report">'


@dataclass(frozen=True)
class Report:
    """What was found; a part that could not be made is None or empty, and ``missing`` says why.

    test: scores on the test table; hidden: out of fold on the labelled one; doubts: the most
    doubtful labels, ``doubtful`` of them in all; quotes: whether texts may be shown.
    """

    name: str
    facts: ModelFacts
    overview: Overview
    test: Scores | None
    hidden: Scores | None
    forecast: Forecast | None
    doubts: tuple[Doubt, ...]
    doubtful: int
    ask_next: tuple[Asked, ...]
    examples: tuple[Example, ...]
    prototypes: tuple[Prototype, ...]
    costs: Costs
    notes: tuple[str, ...]
    missing: dict[str, str]
    quotes: bool = True

    @property
    def scores(self) -> Scores | None:
        """Those to be believed: of the test table where there is one, else out of fold."""
        return self.test or self.hidden

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; without texts where they may not be shown."""
        texts = {
            "doubts": [asdict(one) for one in self.doubts],
            "ask_next": [asdict(one) for one in self.ask_next],
            "examples": [one.to_dict() for one in self.examples],
            "prototypes": [asdict(one) for one in self.prototypes],
        }
        return {
            "name": self.name,
            "classes": list(self.facts.classes),
            "kind": self.facts.kind,
            "overview": self.overview.to_dict(),
            "test": None if self.test is None else self.test.to_dict(),
            "hidden": None if self.hidden is None else self.hidden.to_dict(),
            "forecast": None if self.forecast is None else self.forecast.to_dict(),
            "doubtful": self.doubtful,
            "costs": self.costs.to_dict(),
            "notes": list(self.notes),
            "missing": self.missing,
            **(texts if self.quotes else {}),
        }

    def html(self) -> str:
        """The page: one file that loads nothing."""
        from nanonet.report.page import page

        return page(self)

    def data_card(self) -> str:
        """Markdown on the tables, with the head that the Hugging Face Hub reads."""
        from nanonet.report.data_card import data_card

        return data_card(self)

    def save(self, path: str | Path, *, overwrite: bool = False) -> Path:
        """Write the page, whole or not at all. A file that is there is replaced where it is such a
        report itself, any other one only with ``overwrite``; else UserError."""
        target = Path(path)
        check_place(target, overwrite=overwrite)
        write_whole(target, self.html())
        return target


def check_place(target: Path, *, overwrite: bool) -> None:
    """Refuse a place that could not be written, or whose file is not a report of ours."""
    if target.is_dir():
        raise UserError(f"{target}: is a folder; give the name of a file, such as report.html")
    if not target.absolute().parent.is_dir():
        raise UserError(f"{target}: the folder {target.absolute().parent} does not exist; make it")
    if target.exists() and not overwrite and MADE_BY.encode() not in target.read_bytes()[:2000]:
        raise UserError(
            f"{target}: exists and is not a report of nanonet; give another name, or replace it "
            "with --force"
        )
