"""From what a model wrote to a value that was checked, or the reason why there is none."""

from __future__ import annotations

import json
from typing import Any

from nanonet.llm._wire import Reply
from nanonet.llm.question import Invalid, Question

__all__ = ["checked", "value_of"]


def checked(question: Question, reply: Reply) -> Any:
    """The value ``question.check`` makes of the reply; raises :class:`Invalid` otherwise."""
    if reply.refusal or reply.finish == "content_filter":
        raise Invalid("refused to answer")
    if reply.finish == "length":
        raise Invalid("answer cut off")
    return value_of(question, reply.text)


def value_of(question: Question, text: str) -> Any:
    """The checked value of an answer's text, which may have prose or a code fence around it."""
    return question.check(_object(text))


def _object(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        pass
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        raise Invalid("no JSON in the answer")
    try:
        return json.loads(text[start : end + 1])
    except ValueError as error:
        raise Invalid("broken JSON in the answer") from error
