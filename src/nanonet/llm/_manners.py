"""What an endpoint can take, learned from what it refuses: the form of answers, names of options.

Structured outputs (``json_schema``) first; then any JSON object (``json_object``) with the schema
shown in the prompt; then the prompt alone. Answers are checked the same way in all three.
"""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nanonet.llm._wire import Request

FORMS = ("json_schema", "json_object", "text")
_SHOWN = "Answer with one JSON object that fits this JSON schema, and with nothing else:\n"
_ABOUT_FORM = ("response_format", "json_schema", "json_object", "structured output", "schema")


class Manners:
    """The form requests have for one endpoint. ``notes`` tells a person what was changed."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.form = 0
        self.limit = "max_tokens"
        self.temperature = True
        self.notes: list[str] = []
        self._lock = threading.Lock()

    def arguments(self, request: Request) -> dict[str, Any]:
        """The keyword arguments of one call."""
        form = FORMS[self.form]
        system = request.system
        if form != "json_schema":
            system = f"{system}\n\n{_SHOWN}{json.dumps(request.schema, ensure_ascii=False)}"
        arguments: dict[str, Any] = {
            "messages": [
                {"role": "system", "content": system},
                {"role": "user", "content": request.user},
            ],
            self.limit: request.max_tokens,
        }
        if self.temperature:
            arguments["temperature"] = request.temperature
        if form == "json_schema":
            schema = {"name": "answer", "strict": True, "schema": dict(request.schema)}
            arguments["response_format"] = {"type": form, "json_schema": schema}
        elif form == "json_object":
            arguments["response_format"] = {"type": form}
        return arguments

    def change(self, said: str, param: str) -> str:
        """Leave out what a refusal names; returns what was changed, or "" where nothing fits."""
        told = f"{param} {said}".lower()
        with self._lock:
            if "max_tokens" in told and self.limit == "max_tokens":
                self.limit = "max_completion_tokens"
                return self._note("max_completion_tokens is sent in place of max_tokens")
            if "temperature" in told and self.temperature:
                self.temperature = False
                return self._note("temperature is left to the endpoint")
            if any(word in told for word in _ABOUT_FORM) and self.form + 1 < len(FORMS):
                refused = FORMS[self.form]
                self.form += 1
                return self._note(f"{refused} is not supported there; answers are only checked")
        return ""

    def _note(self, text: str) -> str:
        self.notes.append(f"{self.url}: {text}")
        return text
