"""The table made from ``llm.json``: what became of texts, answers and money."""

from __future__ import annotations

from typing import Any

from bench._markdown import count, table

_AGAIN = "answers_on_file_asked_again"


def llm(document: dict[str, Any]) -> str:
    """One column a case, one row a promise."""
    cases = document["cases"]
    found = list(cases.values())
    rows = [
        ["kills (SIGKILL)", *(count(c["settings"]["kills"]) for c in found)],
        ["requests the endpoint saw", *(count(c["requests"]) for c in found)],
        ["of them spoiled", *(count(_spoiled(c)) for c in found)],
        ["texts with a vote", *(count(c["votes"]) for c in found)],
        ["recorded abstentions", *(count(c["abstentions_recorded"]) for c in found)],
        ["of them: the budget was used up", *(count(_unpaid(c)) for c in found)],
        ["texts lost or doubled", *(count(c["lost"] + c["doubled"]) for c in found)],
        [
            "answers on file asked for again",
            *(count(c["answers_on_file_asked_again"]) for c in found),
        ],
        ["whole answers sent again", *(count(c["answered_again"]) for c in found)],
        ["budget", *(f"${c['budget']:.2f}" for c in found)],
        ["counted by nanonet", *(f"${c['counted_by_nanonet']:.3f}" for c in found)],
        ["billed by the endpoint", *(f"${c['billed_by_endpoint']:.3f}" for c in found)],
    ]
    texts = count(found[0]["texts"])
    share = found[0]["settings"]["share"]
    return table([f"{texts} texts, {share:.0%} faults", *cases], rows)


def _spoiled(case: dict[str, Any]) -> int:
    return sum(n for kind, n in case["faults"].items() if kind not in ("ok", "repeated"))


def _unpaid(case: dict[str, Any]) -> int:
    return int(case["reasons"].get("budget used up", 0))
