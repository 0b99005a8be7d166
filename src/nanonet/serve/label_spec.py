"""What the Label page asks for, as OpenAPI: for whoever wants another page, or a script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["label_paths"]

_STRING, _WHOLE = {"type": "string"}, {"type": "integer", "minimum": 0}
_TAB = {"type": "string", "pattern": "^[A-Za-z0-9_-]{8,64}$",
        "description": "Who asks: a text lies before one of them at a time."}  # fmt: skip
_ASKS: dict[str, tuple[str, dict[str, Any]]] = {
    "next": ("The text that lies before this page.", {}),
    "answer": ("Keep a label; it is on the disk when this returns.",
               {"row": _WHOLE, "label": _STRING}),
    "aside": ("Not sure, or not now.",
              {"row": _WHOLE, "why": {"type": "string", "enum": ["unsure", "skip"]}}),
    "undo": ("Take back the last thing this page did.", {}),
    "class": ("Add a class.", {"name": _STRING}),
    "text": ("The whole of a long text.", {"row": _WHOLE}),
    "state": ("How far the work is.", {}),
    "fit": ("Fit the whole model now.", {}),
}  # fmt: skip


def label_paths(errors: Mapping[str, str]) -> dict[str, Any]:
    """The paths below /label; errors: what each status of the others means."""
    told = {code: why for code, why in errors.items() if code != "503"}
    told |= {"403": "The Host is a name, and no API key guards the texts.",
             "409": "Somebody else has answered the text, or has it before them.",
             "503": "The disk is full; nothing was kept."}  # fmt: skip
    shape = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    refusals = {code: {"description": why, "content": shape} for code, why in told.items()}
    page = {"200": {"description": "The page.", "content": {"text/html": {"schema": _STRING}}}}
    paths: dict[str, Any] = {
        "/label": {"get": {"operationId": "label", "summary": "The page for labelling.",
                           "responses": page | {"429": refusals["429"]}}}
    }  # fmt: skip
    for name, (summary, fields) in _ASKS.items():
        body = {
            "type": "object",
            "properties": {"tab": _TAB, **fields},
            "required": ["tab", *fields],
            "additionalProperties": False,
        }
        answer = {"application/json": {"schema": {"type": "object"}}}
        paths[f"/label/{name}"] = {
            "post": {
                "operationId": f"label_{name}",
                "summary": summary,
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": body}},
                },
                "responses": {"200": {"description": "Done.", "content": answer}} | refusals,
            }
        }
    return paths
