"""One question brought to its end: attempts, retries, waiting, money, and the answer kept."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, replace

from nanonet.errors import UserError
from nanonet.llm._pace import Pace
from nanonet.llm._read import checked
from nanonet.llm._wire import Busy, Changed, Declined, Lost, Reply, Request, Wire
from nanonet.llm.endpoint import Prices
from nanonet.llm.ledger import Ledger
from nanonet.llm.question import Invalid, Question
from nanonet.llm.store import Kept, Limits, Store

__all__ = ["Attempts", "OutOfBudget", "Purse", "ceiling", "tokens_at_most"]

ATTEMPTS = 3  # answers of no use that are paid for one question
FAULTS = 8  # calls in a row that bring no answer for one question
FIRST_FAULTS = 3  # the same before the endpoint has ever said a word: it may not be one
WARMER = 0.2  # a second attempt at the same temperature mostly says the same
_LONGER = 2  # an answer that was cut off gets so many times the room
_FRAME = 256  # tokens for what a chat template and the form of the answer may add


class OutOfBudget(Exception):
    """No further call may be sent."""


def tokens_at_most(question: Question) -> int:
    """Tokens a call may read: no tokeniser makes more of them than there are bytes.

    The schema counts twice, because an endpoint without structured outputs sees it in the prompt.
    """
    schema = json.dumps(dict(question.schema), ensure_ascii=False)
    parts = (question.system, question.user, schema, schema)
    return sum(len(part.encode("utf-8", "replace")) for part in parts) + _FRAME


def ceiling(question: Question, max_tokens: int, prices: Prices) -> int:
    """The most a call with that question can cost, in billionths of a dollar."""
    return prices.cost(tokens_at_most(question), max_tokens)


class Purse:
    """What may be spent by one job, shared by the threads of this process."""

    def __init__(self, store: Store, job: str, limits: Limits) -> None:
        self.store, self.job, self.limits = store, job, limits
        self._flying = 0
        self._landed = threading.Condition()

    def take(self, amount: int) -> None:
        """Put ``amount`` aside; waits where calls under way may give some back.

        Raises :class:`OutOfBudget` when none is under way and it still does not fit.
        """
        with self._landed:
            while not self.store.reserve(self.job, amount, self.limits):
                if not self._flying:
                    raise OutOfBudget
                self._landed.wait()
            self._flying += 1

    def landed(self) -> None:
        """A call has come to its end; called once for each :meth:`take`."""
        with self._landed:
            self._flying -= 1
            self._landed.notify_all()


@dataclass(frozen=True)
class Attempts:
    """Everything a thread needs to bring questions to their end."""

    wire: Wire
    store: Store
    purse: Purse
    pace: Pace
    prices: Prices
    ledger: Ledger
    lock: threading.Lock

    def answer(self, key: str, question: Question, so_far: Kept) -> Kept:
        """The question's end: "ok" or "abstained", which are on file; "declined" or "unreached",
        which a later run tries again; "trying" where it was not asked.

        Nothing is sent once ``pace.stopped`` is set. Raises :class:`OutOfBudget`, and
        ``UserError`` where no call can succeed.
        """
        kept, faults = so_far, 0
        while kept.state == "trying" and not self.pace.stopped.is_set():
            self.pace.ready()
            try:
                kept = self._once(key, question, kept)
                faults = 0
            except Changed:
                continue
            except Declined as error:
                self._count("declined")
                return replace(kept, state="declined", why=str(error))
            except (Busy, Lost) as error:
                faults += 1
                self._count(str(error))
                if faults >= (FAULTS if self.pace.met.is_set() else FIRST_FAULTS):
                    return replace(kept, state="unreached", why=f"no answer ({error})")
                self.pace.back_off(faults, error.wait if isinstance(error, Busy) else None)
        return kept

    def _once(self, key: str, question: Question, so_far: Kept) -> Kept:
        cut = so_far.why == "answer cut off"
        room = question.max_tokens * (_LONGER**so_far.attempts if cut else 1)
        amount = ceiling(question, room, self.prices)
        self.purse.take(amount)
        try:
            reply = self._send(key, question, so_far.attempts, room, amount)
            kept, paid = self._judge(question, reply, so_far, room)
            self.store.settle(self.purse.job, amount, key, kept, self.ledger.model, paid)
        finally:
            self.purse.landed()
        with self.lock:
            self.ledger.tokens_in += paid.tokens_in
            self.ledger.tokens_out += paid.tokens_out
            self.ledger.cost += paid.cost
        return kept

    def _send(self, key: str, question: Question, attempt: int, room: int, amount: int) -> Reply:
        with self.lock:
            self.ledger.calls += 1
        request = Request(
            question.system,
            question.user,
            question.schema,
            room,
            min(question.temperature + WARMER * attempt, 1.5),
            f"{key[:32]}-{attempt}",
        )
        try:
            reply = self.wire.send(request)
        except (Busy, Changed, Declined, UserError) as error:
            self.store.release(self.purse.job, amount)
            self._heard(error)
            raise
        except BaseException:
            self.store.lose(self.purse.job, amount)
            raise
        self.pace.met.set()
        return reply

    def _heard(self, error: Exception) -> None:
        if not (isinstance(error, Busy) and error.kind == "not reached"):
            self.pace.met.set()

    def _judge(
        self, question: Question, reply: Reply, so_far: Kept, room: int
    ) -> tuple[Kept, Kept]:
        paid = self._paid(question, reply, room)
        attempts = so_far.attempts + 1
        why, state = "", "ok"
        try:
            checked(question, reply)
        except Invalid as error:
            why = str(error)
            state = "trying" if attempts < ATTEMPTS else "abstained"
            self._count(why)
        kept = Kept(
            state,
            reply.text if state == "ok" else "",
            why,
            attempts,
            so_far.tokens_in + paid.tokens_in,
            so_far.tokens_out + paid.tokens_out,
            so_far.cost + paid.cost,
        )
        return kept, paid

    def _paid(self, question: Question, reply: Reply, room: int) -> Kept:
        if reply.tokens_in is None or reply.tokens_out is None:
            # Not told what it took: it counts as the most it can have taken.
            return Kept("paid", cost=ceiling(question, room, self.prices))
        cost = self.prices.cost(reply.tokens_in, reply.tokens_out)
        return Kept("paid", tokens_in=reply.tokens_in, tokens_out=reply.tokens_out, cost=cost)

    def _count(self, kind: str) -> None:
        with self.lock:
            self.ledger.faults[kind] += 1
