"""Many questions to one endpoint: each asked once in its life, several at a time, within a budget.

The first question goes alone, so that a wrong key, address or model is one sentence and not
hundreds, and what the endpoint cannot take is known before the others go.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nanonet.encode import default_cache_dir
from nanonet.errors import UserError
from nanonet.llm._crew import Crew
from nanonet.llm._pace import Pace
from nanonet.llm._read import value_of
from nanonet.llm._wire import Wire
from nanonet.llm.attempt import Attempts, Purse, ceiling
from nanonet.llm.endpoint import Endpoint, Prices, dollars
from nanonet.llm.ledger import Ledger
from nanonet.llm.question import Answer, Invalid, Question
from nanonet.llm.store import Kept, Limits, Store
from nanonet.progress import NullProgress, Progress, describe

__all__ = ["AskSettings", "Asker", "job_name", "store_path"]

_FRESH = Kept("trying")


def store_path(cache_dir: str | Path | None = None) -> Path:
    """The file that keeps paid answers, in the cache folder; deleting it means paying again."""
    home = Path(cache_dir).expanduser() if cache_dir is not None else default_cache_dir()
    return home / "llm" / "answers.sqlite"


@dataclass(frozen=True)
class AskSettings:
    """How questions are asked. job: name under which spending is counted over several runs (one
    command, one job). concurrency: calls under way at once. first_wait_s: the first back-off.
    """

    job: str
    limits: Limits = field(default_factory=Limits)
    prices: Prices = field(default_factory=Prices)
    concurrency: int = 8
    cache_dir: str | Path | None = None
    first_wait_s: float = 0.5


class Asker:
    """Asks and remembers. ``ledger`` has the counts of this run and the account of the job.

    Raises ``UserError`` where the endpoint cannot be used at all, ``MissingExtra`` without openai.
    """

    def __init__(
        self, endpoint: Endpoint, settings: AskSettings, progress: Progress | None = None
    ) -> None:
        if settings.limits.budget is not None and not settings.prices.known:
            raise UserError(
                "a budget in dollars needs prices: give --price-in and --price-out, in dollars a "
                "million tokens, or limit the number of calls with --max-calls"
            )
        self.endpoint, self.settings = endpoint, settings
        self.progress = progress or NullProgress()
        self.ledger = Ledger(endpoint.model, endpoint.place, settings.prices.known)
        self.store = Store(store_path(settings.cache_dir))
        self.ledger.job = self.store.account(settings.job)
        self.out_of_budget = False
        self._wire: Wire | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """What the endpoint could not take, for a person."""
        return tuple(self._wire.manners.notes) if self._wire else ()

    def stored(self, questions: Sequence[Question]) -> list[Kept]:
        """What is on file for each question; state "trying" where it must (still) be asked."""
        keys = self._keys(questions)
        found = self.store.find(set(keys))
        return [_usable(question, found.get(key, _FRESH))
                for key, question in zip(keys, questions, strict=True)]  # fmt: skip

    def ask(self, questions: Sequence[Question], label: str = "asking") -> list[Answer]:
        """One answer for each question, in order; equal questions are asked once.

        Ctrl-C waits for the calls under way, keeps their answers and stops; again, and it stops at
        once. Questions left when the budget is used up get an abstention "budget used up".
        """
        keys = self._keys(questions)
        ends = dict(zip(keys, self.stored(questions), strict=True))
        spared = {key for key, kept in ends.items() if kept.state != "trying"}
        left: dict[str, Question] = {}
        for key, question in zip(keys, questions, strict=True):
            if key not in spared:
                left.setdefault(key, question)
        self.ledger.questions += len(questions)
        self.progress.start(label, len(ends))
        self.progress.advance(len(spared))
        try:
            if left:
                self._ask_all(left, ends)
        finally:
            self.ledger.job = self.store.account(self.settings.job)
            self.progress.finish()
        return self._answers(keys, questions, ends, spared)

    def _keys(self, questions: Sequence[Question]) -> list[str]:
        return [q.key(self.endpoint.url, self.endpoint.model) for q in questions]

    def _attempts(self, first: Question) -> Attempts:
        settings = self.settings
        self._check_budget(first)
        if self._wire is None:
            self._wire = Wire(self.endpoint)
        purse = Purse(self.store, settings.job, settings.limits)
        pace = Pace(self.endpoint.place, settings.first_wait_s)
        return Attempts(
            self._wire, self.store, purse, pace, settings.prices, self.ledger, threading.Lock()
        )

    def _check_budget(self, first: Question) -> None:
        limits, so_far = self.settings.limits, self.ledger.job
        if limits.max_calls is not None and limits.max_calls < 1:
            raise UserError("no call is allowed; give --max-calls 1 or more")
        need = ceiling(first, first.max_tokens, self.settings.prices)
        if limits.budget is not None and limits.budget < need and not so_far.calls:
            raise UserError(
                f"the budget of {dollars(limits.budget)} does not cover one call, which may cost "
                f"up to {dollars(need)}; raise --budget, or see what is needed with --dry-run"
            )

    def _ask_all(self, left: dict[str, Question], ends: dict[str, Kept]) -> None:
        attempts = self._attempts(next(iter(left.values())))
        work = [(key, question, ends[key]) for key, question in left.items()]
        for some, threads in ((work[:1], 0), (work[1:], self.settings.concurrency)):
            crew = Crew(attempts, some, threads)
            crew.run(ends, self._told)
            if crew.error:
                raise crew.error
            if crew.out_of_budget:
                self.out_of_budget = True
                break

    def _told(self) -> None:
        self.progress.advance()
        paid = f"{dollars(self.ledger.cost)}, " if self.ledger.priced else ""
        describe(self.progress, f"{paid}{self.ledger.calls:,} calls")

    def _answers(
        self,
        keys: Sequence[str],
        questions: Sequence[Question],
        ends: dict[str, Kept],
        spared: set[str],
    ) -> list[Answer]:
        answers = []
        told: set[str] = set()  # what several equal questions cost counts once
        for key, question in zip(keys, questions, strict=True):
            kept, stored = ends[key], key in spared
            self.ledger.cache_hits += stored
            value = value_of(question, kept.body) if kept.state == "ok" else None
            why = kept.why
            if kept.state == "trying":
                why = "budget used up" if self.out_of_budget else "not asked"
            if value is None:
                self.ledger.abstentions[why] += 1
            cost = 0 if key in told else kept.cost
            told.add(key)
            answers.append(Answer(value, "" if value is not None else why, cost, stored))
        return answers


def _usable(question: Question, kept: Kept) -> Kept:
    """An answer on file that is checked otherwise today counts as one attempt of no use."""
    if kept.state != "ok":
        return kept
    try:
        value_of(question, kept.body)
    except Invalid:
        return _FRESH
    return kept


def job_name(*parts: object) -> str:
    """A name for a job from what makes it the same job."""
    data = "\x1f".join(str(part) for part in parts)
    return hashlib.sha256(data.encode("utf-8", "surrogatepass")).hexdigest()[:32]
