"""The model card: README.md of an artefact, made from the facts in its manifest and nothing else.

From ``provenance`` it reads, where they are there: ``labelled`` {rows, per_class, fingerprint},
``pool`` {rows, fingerprint}, ``encoder`` {name, fingerprint}, ``effort``, ``effort_why``, ``seed``,
``gate`` {chosen, why}, ``expected`` {accuracy, low, high, how}, ``notes`` [str],
``versions`` {package: version}. What is not there is not claimed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_FRONT = """---
library_name: nanonet
pipeline_tag: text-classification
---
"""
_KINDS = {
    "nano": "a bag of hashed word n-grams with one row of numbers each; it needs NumPy only",
    "micro": "a small transformer encoder (ONNX) with a linear head; it needs onnxruntime and "
    "tokenizers",
    "cascade": "a bag of hashed word n-grams that answers what it is sure of, and a small "
    "transformer encoder (ONNX) for the rest; it needs onnxruntime and tokenizers",
}
_USE = """## Use

On a table with a column `text` (CSV, TSV, JSONL, Parquet or plain lines):

    nanonet predict MODEL table.csv --out answers.csv
    nanonet explain MODEL "a text"
    nanonet info MODEL

In Python:

    import nanonet
    model = nanonet.load("MODEL")
    model.predict(["a text"])          # a list of class names
    model.predict_proba(["a text"])    # probabilities, one column for each of model.classes_
    model.explain("a text")            # what in the text spoke for the answer
"""
_SHOWN_CLASSES = 200


def model_card(manifest: Mapping[str, Any]) -> str:
    """Markdown for a manifest, complete but for the entries of the card itself and model.json."""
    facts = manifest["provenance"]
    sections = [
        _FRONT + _head(manifest),
        _classes(manifest["classes"], facts),
        _making(manifest, facts),
        _expected(facts),
        _limits(manifest, facts),
        _USE,
        _files(manifest["files"]),
    ]
    return "\n".join(sections)


def _head(manifest: Mapping[str, Any]) -> str:
    kind = manifest["student"].get("kind", "?")
    return (
        f"# A text classifier with {len(manifest['classes'])} classes\n\n"
        f"It gives each text one class, with a probability for every class. The model is a "
        f"*{kind}* student: {_KINDS.get(kind, 'of a kind this card does not know')}.\n"
    )


def _classes(classes: list[str], facts: Mapping[str, Any]) -> str:
    per_class = _part(facts, "labelled").get("per_class", {})
    lines = ["## Classes", ""]
    for name in classes[:_SHOWN_CLASSES]:
        count = per_class.get(name)
        lines.append(f"- {_code(name)}" + (f": {count:,} labelled texts" if count else ""))
    if len(classes) > _SHOWN_CLASSES:
        lines.append(f"- and {len(classes) - _SHOWN_CLASSES} more (all are in model.json)")
    return "\n".join([*lines, ""])


def _making(manifest: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    lines = [f"- nanonet {manifest['nanonet_version']}"]
    for key, wording in (("labelled", "labelled texts"), ("pool", "unlabelled texts")):
        part = _part(facts, key)
        if "rows" in part:
            mark = f" (fingerprint {part['fingerprint'][:16]})" if part.get("fingerprint") else ""
            lines.append(f"- {part['rows']:,} {wording}{mark}")
    encoder = _part(facts, "encoder")
    if encoder.get("name"):
        lines.append(f"- encoder while learning: {_code(encoder['name'])}")
    if "effort" in facts:
        compared = f" ({_line(facts['effort_why'])})" if facts.get("effort_why") else ""
        lines.append(f"- effort: {facts['effort']}{compared}")
    lines += [f"- seed: {facts['seed']}"] if "seed" in facts else []
    gate = _part(facts, "gate")
    if gate.get("chosen"):
        why = f": {_line(gate['why'])}" if gate.get("why") else ""
        lines.append(f"- the gate chose *{_line(gate['chosen'])}*{why}")
    versions = _part(facts, "versions")
    if versions:
        lines.append("- with " + ", ".join(f"{k} {v}" for k, v in sorted(versions.items())))
    return "\n".join(["## How it was made", "", *lines, ""])


def _expected(facts: Mapping[str, Any]) -> str:
    expected = _part(facts, "expected")
    if expected.get("accuracy") is None:
        body = "Not measured. Hold back some labelled texts and run `nanonet evaluate` on them."
    else:
        body = f"About {expected['accuracy']:.3f}"
        if expected.get("low") is not None and expected.get("high") is not None:
            body += f" (interval {expected['low']:.3f} to {expected['high']:.3f})"
        body += f", {_line(expected['how'])}." if expected.get("how") else "."
        body += (
            "\n\nThis holds for texts like those it was made from. With few labelled texts the "
            "figure itself is uncertain; check it on texts of your own."
        )
    return f"## Expected accuracy\n\n{body}\n"


def _limits(manifest: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    lines = [
        "- It knows only the classes above, and gives one of them to any text, however foreign.",
        "- It repeats what its labelled texts and its pile hold, mistakes and prejudices included.",
    ]
    if manifest["student"].get("kind") == "nano":
        lines.append(
            "- It counts words and short phrases: irony, long-range negation and words it never "
            "saw are beyond it."
        )
    if manifest["student"].get("kind") == "cascade":
        lines.append(
            "- Texts of which the n-grams are less than "
            f"{_percent(manifest['student'].get('threshold'))} sure cost a run of the encoder, "
            "some hundred times as long as the others."
        )
    temperature = manifest["calibration"].get("temperature")
    if temperature is not None and manifest["student"].get("kind") != "cascade":
        lines.append(f"- Probabilities are scaled by one temperature, {temperature:.3f}.")
    lines += [f"- {_line(note)}" for note in facts.get("notes", [])]
    return "\n".join(["## Limits", "", *lines, ""])


def _files(files: Mapping[str, Mapping[str, Any]]) -> str:
    lines = ["## Files", "", "| file | size |", "|---|---|"]
    lines += [f"| {name} | {_size(entry['bytes'])} |" for name, entry in sorted(files.items())]
    lines += [
        "",
        "`model.json` names the SHA-256 of every file; a changed file is refused at load.",
    ]
    return "\n".join([*lines, ""])


def _part(facts: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    part = facts.get(key)
    return part if isinstance(part, Mapping) else {}


def _percent(share: object) -> str:
    return f"{share:.0%}" if isinstance(share, (int, float)) else "enough"


def _size(count: int) -> str:
    return f"{count / 1e6:.2f} MB" if count >= 100_000 else f"{count / 1e3:.1f} kB"


def _line(text: object) -> str:
    return " ".join(str(text).split())


def _code(name: str) -> str:
    """A class name as Markdown code, whatever it holds."""
    fence = "``" if "`" in name else "`"
    pad = " " if "`" in name else ""
    return f"{fence}{pad}{_line(name)}{pad}{fence}"
