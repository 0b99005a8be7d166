"""What a request asks for, checked field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nanonet.serve.limits import Limits, Refused

__all__ = ["ExplainAsk", "PredictAsk", "checked_fields"]

_MOST_PARTS = 1_000
_KINDS = {str: "a string", bool: "true or false", int: "a whole number", float: "a number",
          list: "a list", dict: "an object", type(None): "null"}  # fmt: skip


@dataclass(frozen=True)
class PredictAsk:
    """Texts to label. alone: one text was given, not a list; top: likeliest classes to name."""

    texts: tuple[str, ...]
    alone: bool
    model: str | None
    top: int

    @classmethod
    def read(cls, body: Mapping[str, Any], limits: Limits) -> PredictAsk:
        """From the object of a request; Refused (422) names the field, what it holds, and may."""
        _known(body, ("text", "texts", "model", "top"))
        if ("text" in body) == ("texts" in body):
            raise Refused(422, "give either 'text' (one string) or 'texts' (a list of strings)")
        alone = "text" in body
        given = [body["text"]] if alone else body["texts"]
        if not isinstance(given, list):
            raise Refused(422, f"'texts' is {_kind(given)}; it must be a list of strings")
        if len(given) > limits.texts:
            raise Refused(
                413, f"there are {len(given):,} texts; one request may hold {limits.texts:,}"
            )
        for place, text in enumerate(given):
            _text(text, "'text'" if alone else f"texts[{place}]", limits)
        return cls(tuple(given), alone, _model(body), _whole(body, "top", 0))


@dataclass(frozen=True)
class ExplainAsk:
    """One text to explain, and how many of its parts to tell."""

    text: str
    model: str | None
    top: int

    @classmethod
    def read(cls, body: Mapping[str, Any], limits: Limits) -> ExplainAsk:
        """From the object of a request; Refused (422) names the field, what it holds, and may."""
        _known(body, ("text", "model", "top"))
        if "text" not in body:
            raise Refused(422, "'text' is missing; give one string")
        _text(body["text"], "'text'", limits)
        return cls(body["text"], _model(body), _whole(body, "top", 10))


def checked_fields(body: Mapping[str, Any], fields: Mapping[str, type]) -> dict[str, Any]:
    """The body of exactly these fields (str or int); Refused (422) says which is off, and how."""
    _known(body, tuple(fields))
    for name, kind in fields.items():
        if name not in body:
            raise Refused(422, f"{name!r} is missing; give {_KINDS[kind]}")
        if type(body[name]) is not kind:
            raise Refused(422, f"{name!r} is {_kind(body[name])}; it must be {_KINDS[kind]}")
    return dict(body)


def _known(body: Mapping[str, Any], allowed: tuple[str, ...]) -> None:
    for key in body:
        if key not in allowed:
            raise Refused(422, f"unknown field {key!r:.60}; allowed are {', '.join(allowed)}")


def _text(value: object, name: str, limits: Limits) -> None:
    if not isinstance(value, str):
        raise Refused(422, f"{name} is {_kind(value)}; it must be a string")
    if len(value) > limits.chars:
        raise Refused(
            413, f"{name} has {len(value):,} characters; a text may have {limits.chars:,}"
        )


def _model(body: Mapping[str, Any]) -> str | None:
    name = body.get("model")
    if "model" in body and not isinstance(name, str):
        raise Refused(422, f"'model' is {_kind(name)}; it must be the name of a model")
    return name


def _whole(body: Mapping[str, Any], name: str, default: int) -> int:
    value = body.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refused(422, f"'{name}' is {_kind(value)}; it must be a whole number")
    if not 0 <= value <= _MOST_PARTS:
        raise Refused(422, f"'{name}' is {str(value)[:20]}; it must be 0 to {_MOST_PARTS:,}")
    return value


def _kind(value: object) -> str:
    return _KINDS[type(value)]
