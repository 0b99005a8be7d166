"""The data card: what is known of the tables, as Markdown with the head that the Hub reads.

What nobody told is said to be unknown: who labelled, by which guideline, in which language, and
under which licence the texts may be used are for a person to fill in.
"""

from __future__ import annotations

from typing import Any

from nanonet.artefact import code, front_matter
from nanonet.report.overview import TableView
from nanonet.report.result import Report
from nanonet.report.wording import copies_found, percent

_SIZES = (1_000, 10_000, 100_000, 1_000_000)
_SIZE_NAMES = ("n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "n>1M")
_TO_FILL_IN = """- who labelled the texts, by which guideline, and how often two people agreed
- where the texts come from, when, and in which language
- personal data in them, and the licence under which they may be used"""


def data_card(report: Report) -> str:
    """Markdown on the tables of a report; no text of theirs is quoted."""
    tables = report.overview.tables
    sections = [
        front_matter(_front(report)) + f"# The texts behind {report.name}\n",
        _tables(tables),
        _classes(report),
        _copies(report),
        _labels(report),
        f"## Not known\n\n{_TO_FILL_IN}\n",
        _limits(report),
    ]
    return "\n".join(section for section in sections if section)


def _front(report: Report) -> dict[str, Any]:
    rows = sum(table.rows for table in report.overview.tables)
    size = _SIZE_NAMES[sum(rows >= edge for edge in _SIZES)]
    return {
        "pretty_name": f"The texts behind {report.name}",
        "task_categories": ["text-classification"],
        "size_categories": [size],
        "tags": ["nanonet"],
    }


def _tables(tables: tuple[TableView, ...]) -> str:
    lines = [
        "## Tables",
        "",
        "| table | texts | words: 5 %, half, 95 %, most | SHA-256 |",
        "|---|---:|---|---|",
    ]
    for table in tables:
        words = ", ".join(f"{n:,}" for n in table.words)
        lines.append(f"| {table.role} | {table.rows:,} | {words} | `{table.fingerprint}` |")
    told = "The SHA-256 is of the texts (and labels) in their order; equal tables have equal ones."
    return "\n".join([*lines, "", told, ""])


def _classes(report: Report) -> str:
    labelled, test = report.overview.table("labelled"), report.overview.table("test")
    counts = labelled.classes if labelled else dict(report.facts.per_class)
    if not counts:
        return ""
    of = report.overview.predicted_of
    lines = ["## Classes", "", "| class | labelled | test | of the pool, by the model |"]
    lines.append("|---|---:|---:|---:|")
    for name in report.facts.classes:
        tested = f"{test.classes.get(name, 0):,}" if test else "-"
        share = percent(report.overview.predicted[name] / of) if of else "-"
        lines.append(f"| {code(name)} | {counts.get(name, 0):,} | {tested} | {share} |")
    shares = [counts.get(name, 0) for name in report.facts.classes]
    if min(shares):
        lines += ["", f"The commonest class has {max(shares) / min(shares):.1f} times as many "
                  "labels as the rarest."]  # fmt: skip
    return "\n".join([*lines, ""])


def _copies(report: Report) -> str:
    found = copies_found(report.overview.copies)
    body = "\n".join(f"- {told}: {n:,}" for told, n in found) if found else "None were found."
    return (
        "## Copies\n\nExact copies (after folding case and spelling variants) and near copies "
        f"(about 75 % of their word 5-grams in common), within the tables and across:\n\n{body}\n"
    )


def _labels(report: Report) -> str:
    lines = ["## How the labels came", ""]
    if report.overview.table("labelled"):
        lines.append("- From the labelled table; how its labels were made is not recorded.")
    votes = report.facts.derived.get("votes", {})
    sources = votes.get("sources", ()) if hasattr(votes, "get") else ()
    for one in sources:
        lines.append(
            f"- Votes of {code(str(one.get('name', '?')))} on {one.get('docs', 0):,} texts; held "
            f"to be right in about {percent(float(one.get('accuracy', 0.0)))} (known by "
            f"{one.get('known_by', 'nothing')})."
        )
    if "names" in report.facts.derived:
        lines.append("- The class file's names and descriptions counted as evidence.")
    if report.facts.pool.get("rows"):
        lines.append("- The pool's texts had no labels; their classes above are a model's word.")
    if report.hidden is not None:
        lines.append(
            f"- {report.doubtful:,} of {report.hidden.rows:,} labels look wrong to a model that "
            "did not see them (confident learning); nothing was changed."
        )
    return "\n".join([*lines, ""])


def _limits(report: Report) -> str:
    lines = [
        "- Class shares of the pool are the model's own and inherit its errors.",
        "- Near copies are found by shared word sequences: paraphrases and translations are not.",
    ]
    labelled = report.overview.table("labelled")
    if labelled is not None:
        lines.insert(0, f"- {labelled.rows:,} labelled texts: figures by them are as uncertain as "
                     "their intervals say.")  # fmt: skip
    if report.overview.learned_from is False:
        lines.insert(0, "- The labelled table is not the one the model was made from.")
    return "\n".join(["## Known limits", "", *lines, ""])
