"""What asking would take, before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nanonet.llm.asker import Asker
from nanonet.llm.attempt import ceiling, tokens_at_most
from nanonet.llm.endpoint import NANO, Prices, dollars
from nanonet.llm.question import Question

__all__ = ["Estimate", "estimate"]

_BYTES_A_TOKEN = 4  # of English, roughly; the upper figures assume one byte a token


@dataclass(frozen=True)
class Estimate:
    """Questions in all and on file already; calls, tokens and cost of the rest.

    about: if every call brings a good answer and a token has four bytes. most: what would be put
    aside for these calls if each token had one byte and each answer took all the room it may have.
    Retries of answers of no use are in neither.
    """

    questions: int
    on_file: int
    calls: int
    tokens_in: int
    tokens_out: int
    cost: int
    tokens_in_most: int
    tokens_out_most: int
    cost_most: int
    priced: bool

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; money in dollars, ``None`` where no prices were given."""
        money = (self.cost / NANO, self.cost_most / NANO) if self.priced else (None, None)
        return {
            "questions": self.questions,
            "on_file": self.on_file,
            "calls": self.calls,
            "about": {"tokens_in": self.tokens_in, "tokens_out": self.tokens_out, "cost": money[0]},
            "most": {
                "tokens_in": self.tokens_in_most,
                "tokens_out": self.tokens_out_most,
                "cost": money[1],
            },
        }

    def summary(self) -> str:
        """Three lines for a person."""
        cost = f", {dollars(self.cost)}" if self.priced else ""
        most = f", {dollars(self.cost_most)}" if self.priced else ""
        lines = [
            f"{self.questions:,} questions, {self.on_file:,} answered before: {self.calls:,} calls",
            f"about {self.tokens_in:,} tokens to read and {self.tokens_out:,} to write{cost}",
            f"at most {self.tokens_in_most:,} and {self.tokens_out_most:,}{most}, retries left out",
        ]
        if not self.priced:
            lines.append("what it costs: give --price-in and --price-out")
        return "\n".join(lines)


def estimate(asker: Asker, questions: Sequence[Question], prices: Prices) -> Estimate:
    """The estimate for ``questions``; equal ones are asked once, answered ones not at all."""
    open_: dict[str, Question] = {}
    on_file = 0
    url, model = asker.endpoint.url, asker.endpoint.model
    for question, kept in zip(questions, asker.stored(questions), strict=True):
        if kept.state == "trying":
            open_.setdefault(question.key(url, model), question)
        else:
            on_file += 1
    asked = list(open_.values())
    most_in = sum(tokens_at_most(q) for q in asked)
    most_out = sum(q.max_tokens for q in asked)
    about_in = sum(tokens_at_most(q) // _BYTES_A_TOKEN for q in asked)
    about_out = sum(min(q.expect, q.max_tokens) for q in asked)
    return Estimate(
        questions=len(questions),
        on_file=on_file,
        calls=len(asked),
        tokens_in=about_in,
        tokens_out=about_out,
        cost=prices.cost(about_in, about_out),
        tokens_in_most=most_in,
        tokens_out_most=most_out,
        cost_most=sum(ceiling(q, q.max_tokens, prices) for q in asked),
        priced=prices.known,
    )
