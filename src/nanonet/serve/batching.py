"""Many requests, one student: nano answers at once, a micro student takes the waiting together."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence

import numpy as np

from nanonet.runtime import Classifier, Explanation, ManyClassifier
from nanonet.runtime.scorer import Floats
from nanonet.serve.limits import Refused
from nanonet.serve.one import MOST, proba_of_one

__all__ = ["Engine"]

_ROUND = 32  # texts a micro student is given at once: about a tenth of a second
_MOST_EXPLAINED = 64  # explanations that may wait for one model
_AT_ONCE = 65_536  # characters nano scores without leaving the event loop: about a millisecond


class Engine:
    """Probabilities for requests that come at the same time.

    A nano student scores a request where it is. Before a micro student (or a cascade) requests
    queue while it is busy, and each round takes a fair share of the texts of all of them, so a
    large request does not hold up the small ones behind it. Nobody waits for a batch to fill. A
    text's answer never depends on the texts beside it, so neither does it on who else asks.
    """

    def __init__(self, classifier: Classifier | ManyClassifier, waiting: int) -> None:
        self._classifier, self._most = classifier, waiting
        self._quick = classifier.info["student"]["kind"] == "nano"
        self._few: Classifier | None = None  # a model of which one text has a quicker way
        if self._quick and isinstance(classifier, Classifier) and classifier.calibration.ordered:
            self._few = classifier if len(classifier.classes_) <= MOST else None
        self._jobs: deque[_Job] = deque()
        self._worker: asyncio.Task[None] | None = None
        self._explaining = asyncio.Semaphore(8 if self._quick else 1)
        self._asked = 0

    @property
    def waiting(self) -> int:
        """Texts in the queue."""
        return sum(len(job.texts) - job.given for job in self._jobs)

    async def proba(self, texts: Sequence[str]) -> Floats:
        """Probabilities [n, C]; Refused (503) where too many texts wait already."""
        if not self._quick and texts:
            return await self._queued(texts)
        if len(texts) == 1 and self._few is not None and len(texts[0]) <= _AT_ONCE:
            return proba_of_one(self._few.decision_logits(texts), self._few.calibration)
        if sum(map(len, texts)) <= _AT_ONCE:
            return self._classifier.predict_proba(texts)
        return await asyncio.to_thread(self._classifier.predict_proba, texts)

    async def explain(self, text: str, top: int) -> Explanation | list[Explanation]:
        """Why; Refused (503) where too many ask. Micro needs a run a word, so one at a time."""
        if self._asked >= _MOST_EXPLAINED:
            raise _busy()
        self._asked += 1
        try:
            async with self._explaining:
                return await asyncio.to_thread(self._classifier.explain, text, top)
        finally:
            self._asked -= 1

    async def _queued(self, texts: Sequence[str]) -> Floats:
        if self._jobs and self.waiting + len(texts) > self._most:
            raise _busy()
        job = _Job(texts)
        self._jobs.append(job)
        if self._worker is None:
            self._worker = asyncio.create_task(self._work())
        try:
            return await job.done
        finally:
            if job in self._jobs:  # whoever asked has been stopped
                self._jobs.remove(job)

    async def _work(self) -> None:
        try:
            while self._jobs:
                await self._round()
        finally:
            self._worker = None

    async def _round(self) -> None:
        share = max(1, _ROUND // len(self._jobs))
        taken = [(job, job.take(share)) for job in list(self._jobs)[:_ROUND]]
        texts = [text for _, part in taken for text in part]
        try:
            rows = await asyncio.to_thread(self._classifier.predict_proba, texts)
        except Exception as error:
            for job, _ in taken:
                self._finish(job, error)
            return
        start = 0
        for job, part in taken:
            job.rows.append(rows[start : start + len(part)])
            start += len(part)
            if job.given == len(job.texts):
                self._finish(job, None)

    def _finish(self, job: _Job, error: Exception | None) -> None:
        if job in self._jobs:
            self._jobs.remove(job)
        if job.done.done():
            return
        if error is None:
            job.done.set_result(np.concatenate(job.rows))
        else:
            job.done.set_exception(error)


def _busy() -> Refused:
    return Refused(503, "too many texts are waiting; try again later", {"Retry-After": "1"})


class _Job:
    """One request's texts on their way through a micro student."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts, self.given = texts, 0
        self.rows: list[Floats] = []
        self.done: asyncio.Future[Floats] = asyncio.get_running_loop().create_future()

    def take(self, count: int) -> Sequence[str]:
        """The next texts to score."""
        part = self.texts[self.given : self.given + count]
        self.given += len(part)
        return part
