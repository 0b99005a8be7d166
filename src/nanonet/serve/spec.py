"""The interface as OpenAPI 3.1, written by hand and held to the handlers by tests."""

from __future__ import annotations

from typing import Any

from nanonet import __version__
from nanonet.serve.label_spec import label_paths
from nanonet.serve.limits import Limits

__all__ = ["openapi"]

_ERRORS = {
    "400": "The body is not one JSON object in UTF-8, or is no HTTP at all.",
    "401": "The API key is missing or wrong.",
    "404": "There is no model of that name.",
    "408": "The request did not arrive in time.",
    "413": "The request, a text, or the number of texts is too large.",
    "415": "The Content-Type is not application/json.",
    "422": "A field is missing, unknown, or holds something else than it may.",
    "429": "Too many requests; Retry-After says when to try again.",
    "503": "Too many texts are waiting; Retry-After says when to try again.",
}
_NUMBER, _STRING = {"type": "number"}, {"type": "string"}
_SHARE = {"type": "number", "minimum": 0, "maximum": 1}


def openapi(limits: Limits, *, keyed: bool = False, labelling: bool = False) -> dict[str, Any]:
    """The document at /openapi.json; the limits stand in it."""
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "nanonet", "version": __version__},
        "paths": {
            "/predict": {"post": _post("predict", "Label one text or many.", "Answers")},
            "/explain": {"post": _post("explain", "What spoke for a label.", "Explanation")},
            "/healthz": {"get": _get("health", "Which models are served.", _json("Health"))},
            "/metrics": {"get": _get("metrics", "Counters for Prometheus.", _plain("text/plain"))},
            "/openapi.json": {"get": _get("openapi", "This document.", _plain("application/json"))},
            "/": {"get": _get("page", "The page for people.", _plain("text/html"))},
        },
        "components": {"schemas": _schemas(limits)},
    }
    if labelling:
        document["paths"] |= label_paths(_ERRORS)
    if keyed:
        document["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        for path in document["paths"].keys() - {"/", "/healthz", "/openapi.json", "/label"}:
            for operation in document["paths"][path].values():
                operation["security"] = [{"key": []}]
    return document


def _post(name: str, told: str, answer: str) -> dict[str, Any]:
    asked = {"predict": "PredictRequest", "explain": "ExplainRequest"}[name]
    return {
        "operationId": name,
        "summary": told,
        "requestBody": {"required": True, "content": _json(asked)},
        "responses": {
            "200": {"description": "The answer.", "content": _json(answer)},
            **{code: _error(why) for code, why in _ERRORS.items()},
        },
    }


def _get(name: str, told: str, content: dict[str, Any]) -> dict[str, Any]:
    responses = {"200": {"description": told, "content": content}}
    responses["429"] = _error(_ERRORS["429"])
    if name == "metrics":
        responses["401"] = _error(_ERRORS["401"])
    return {"operationId": name, "summary": told, "responses": responses}


def _error(why: str) -> dict[str, Any]:
    return {"description": why, "content": _json("Error")}


def _json(schema: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


def _plain(kind: str) -> dict[str, Any]:
    return {kind: {"schema": {} if kind == "application/json" else _STRING}}


def _object(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


def _list(items: dict[str, Any], most: int | None = None) -> dict[str, Any]:
    return {"type": "array", "items": items, **({} if most is None else {"maxItems": most})}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _schemas(limits: Limits) -> dict[str, Any]:
    text = {"type": "string", "maxLength": limits.chars}
    whole = {"type": "integer", "minimum": 0, "maximum": 1000}
    more = {
        "model": {"type": "string", "description": "The default is the first model."},
        "top": {**whole, "description": "So many of the likeliest classes are told besides."},
    }
    label = {"label": _STRING, "confidence": _SHARE}
    labels = {"labels": _list(_STRING), "confidences": _list(_SHARE)}
    top = {"top": _list(_object({"label": _STRING, "probability": _SHARE}))}
    part = _object({"text": _STRING, "contribution": _NUMBER})
    model = _object(
        {"name": _STRING, "kind": _STRING, "classes": _list(_STRING)}, {"labels": {"const": "many"}}
    )
    why = {**label, "evidence": _list(part), "logit": _NUMBER, "bias": _NUMBER, "rest": _NUMBER,
           "exact": {"type": "boolean"}}  # fmt: skip
    each = {"labels": _list(_STRING), "explanations": _list(_object(why))}
    return {
        "PredictRequest": {
            "oneOf": [
                _object({"text": text}, more),
                _object({"texts": _list(text, limits.texts)}, more),
            ],
            "example": {"text": "where is my parcel"},
        },
        "ExplainRequest": {
            **_object({"text": text}, {**more, "top": {**whole, "description": "Parts to tell."}}),
            "example": {"text": "where is my parcel"},
        },
        "Answer": {"oneOf": [_object(label, top), _object(labels, top)]},
        "Answers": {
            "oneOf": [
                _object({"model": _STRING, **label}, top),
                _object({"model": _STRING, **labels}, top),
                _object({"model": _STRING, "answers": _list(_ref("Answer"))}),
            ]
        },
        "Explanation": {
            "oneOf": [
                _object({"model": _STRING, **why}),
                _object({"model": _STRING, **each}),
            ]
        },
        "Health": _object(
            {"status": _STRING, "version": _STRING, "models": _list(model)},
            {"labelling": {"const": True}},
        ),
        "Error": _object({"error": _STRING}),
    }  # fmt: skip
