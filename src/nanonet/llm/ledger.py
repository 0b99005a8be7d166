"""What asking a model took: calls, tokens, money, what was spared and what went wrong."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from nanonet.llm.endpoint import NANO, dollars
from nanonet.llm.store import Account

__all__ = ["Ledger"]


@dataclass
class Ledger:
    """Counts of one run, beside the account of the job, which goes on over stopped runs.

    questions: asked in this run, answered from the store included. faults: what went wrong on the
    way, by kind, retried or not. abstentions: questions that ended without a value, by reason.
    """

    model: str = ""
    url: str = ""
    priced: bool = False
    questions: int = 0
    cache_hits: int = 0
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    abstentions: Counter[str] = field(default_factory=Counter)
    job: Account = field(default_factory=Account)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; money in dollars, ``None`` where no prices were given."""
        return {
            "model": self.model,
            "base_url": self.url,
            "questions": self.questions,
            "cache_hits": self.cache_hits,
            "calls": self.calls,
            "tokens_in": self.tokens_in,
            "tokens_out": self.tokens_out,
            "cost": self.cost / NANO if self.priced else None,
            "abstentions": dict(sorted(self.abstentions.items())),
            "faults": dict(sorted(self.faults.items())),
            "job": {
                "calls": self.job.calls,
                "tokens_in": self.job.tokens_in,
                "tokens_out": self.job.tokens_out,
                "cost": self.job.spent / NANO if self.priced else None,
                "in_doubt": self.job.in_doubt,
                "cost_in_doubt": self.job.doubtful / NANO if self.priced else None,
            },
        }

    def summary(self) -> str:
        """Two lines for a person."""
        paid = f", {dollars(self.cost)}" if self.priced else ""
        first = (
            f"asked {self.model} {self.questions:,} questions: {self.cache_hits:,} answered "
            f"already, {self.calls:,} calls, {self.tokens_in:,} tokens read and "
            f"{self.tokens_out:,} written{paid}"
        )
        silent = sum(self.abstentions.values())
        reasons = ", ".join(f"{n} {why}" for why, n in self.abstentions.most_common(3))
        second = f"abstained {silent:,}" + (f": {reasons}" if reasons else "")
        if self.job.in_doubt:
            held = f" (up to {dollars(self.job.doubtful)})" if self.priced else ""
            second += f"; {self.job.in_doubt} calls whose answer was lost count as paid{held}"
        return f"{first}\n{second}"
