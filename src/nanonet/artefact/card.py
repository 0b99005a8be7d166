"""The model card: README.md of an artefact, made from the facts in its manifest and nothing else.

Its head is YAML by the conventions of the Hugging Face Hub, so that a model that is pushed is found
by its task and its encoder. Licence and language are the author's to add: nobody else knows them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from nanonet.artefact.facts import ModelFacts, line, model_facts
from nanonet.artefact.prototypes import PROTOTYPES
from nanonet.artefact.wording import expected_of_sets, words_for

_KINDS = {
    "nano": "a bag of hashed word n-grams with one row of numbers each; it needs NumPy only",
    "micro": "a small transformer encoder (ONNX) with a linear head; it needs onnxruntime and "
    "tokenizers",
    "ensemble": "a bag of hashed word n-grams and a small transformer encoder (ONNX), whose "
    "probabilities are multiplied; it needs onnxruntime and tokenizers",
    "cascade": "a bag of hashed word n-grams that answers what it is sure of, and asks a small "
    "transformer encoder (ONNX) too for the rest; it needs onnxruntime and tokenizers",
}
_USE = """## Use

On a table with a column `text` (CSV, TSV, JSONL, Parquet or plain lines):

    nanonet predict MODEL table.csv --out answers.csv
    nanonet explain MODEL "a text"
    nanonet info MODEL

"""
_SHOWN_CLASSES = 200
# The bundled encoder goes by its short name; the Hub knows it by this one.
_ON_THE_HUB = {"all-MiniLM-L6-v2": "sentence-transformers/all-MiniLM-L6-v2"}


def model_card(manifest: Mapping[str, Any]) -> str:
    """Markdown for a manifest, complete but for the entries of the card itself and model.json."""
    facts = model_facts(manifest)
    sections = [
        front_matter(_front(facts)) + _head(facts),
        _classes(facts),
        _making(facts),
        _expected(facts),
        _limits(facts),
        _USE + words_for(facts).python,
        _files(facts.files),
    ]
    return "\n".join(sections)


def kind_in_words(kind: str) -> str:
    """What a kind of student is."""
    return _KINDS.get(kind, "of a kind this card does not know")


def scaling_in_words(facts: ModelFacts) -> str:
    """How the probabilities were made to mean something; facts with a temperature."""
    more = {
        "vector": ", and each class by numbers of its own",
        "isotonic": ", and then by steps that only rise",
    }
    return f"by one temperature, {facts.temperature:.3f}{more.get(facts.calibration, '')}"


def front_matter(values: Mapping[str, Any]) -> str:
    """A YAML head between lines of three dashes. Strings are quoted as JSON, which is YAML too."""
    return "---\n" + "".join(f"{row}\n" for row in _yaml(values, "")) + "---\n"


def _yaml(values: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield f"{indent}{key}:"
            yield from _yaml(value, indent + "  ")
        elif isinstance(value, (list, tuple)):
            yield f"{indent}{key}:"
            for item in value:
                yield from _item(item, indent)
        else:
            yield f"{indent}{key}: {_scalar(value)}"


def _item(item: Any, indent: str) -> Iterator[str]:
    if not isinstance(item, Mapping):
        yield f"{indent}- {_scalar(item)}"
        return
    rows = list(_yaml(item, indent + "  "))
    yield f"{indent}- {rows[0].lstrip()}"
    yield from rows[1:]


def _scalar(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _front(facts: ModelFacts) -> dict[str, Any]:
    out: dict[str, Any] = {
        "library_name": "nanonet",
        "pipeline_tag": "text-classification",
        "tags": ["nanonet", "text-classification", f"nanonet-{facts.kind}"],
    }
    name = str(facts.encoder.get("name", ""))
    name = _ON_THE_HUB.get(name, name)
    if "/" in name:
        out["base_model"] = name
    accuracy, rows = facts.expected.get("accuracy"), facts.gate.get("hidden")
    if accuracy is None or not rows:
        return out
    measured = {
        "type": "accuracy",
        "name": f"accuracy on {rows} hidden labels, from the other half",
        "value": round(float(accuracy), 4),
        "verified": False,
    }
    table = {"type": "labelled-texts", "name": "the labelled texts it was made from"}
    task = {"type": "text-classification", "name": "Text classification"}
    result = {"task": task, "dataset": table, "metrics": [measured]}
    out["model-index"] = [{"name": f"nanonet-{facts.kind}", "results": [result]}]
    return out


def _head(facts: ModelFacts) -> str:
    return (
        f"# A text classifier with {len(facts.classes)} classes\n\n"
        f"{words_for(facts).gives} The model is a "
        f"*{facts.kind}* student: {kind_in_words(facts.kind)}.\n"
    )


def _classes(facts: ModelFacts) -> str:
    lines = ["## Classes", ""]
    for name in facts.classes[:_SHOWN_CLASSES]:
        count = facts.per_class.get(name)
        lines.append(f"- {code(name)}" + (f": {count:,} labelled texts" if count else ""))
    if len(facts.classes) > _SHOWN_CLASSES:
        lines.append(f"- and {len(facts.classes) - _SHOWN_CLASSES} more (all are in model.json)")
    return "\n".join([*lines, ""])


def _making(facts: ModelFacts) -> str:
    lines = [f"- nanonet {facts.version}"]
    for part, wording in ((facts.labelled, "labelled texts"), (facts.pool, "unlabelled texts")):
        if "rows" in part:
            mark = f" (fingerprint {part['fingerprint'][:16]})" if part.get("fingerprint") else ""
            lines.append(f"- {part['rows']:,} {wording}{mark}")
    if facts.encoder.get("name"):
        lines.append(f"- encoder while learning: {code(facts.encoder['name'])}")
    if facts.effort:
        compared = f" ({facts.effort_why})" if facts.effort_why else ""
        lines.append(f"- effort: {facts.effort}{compared}")
    lines += [] if facts.seed is None else [f"- seed: {facts.seed}"]
    if facts.gate.get("chosen"):
        why = f": {line(facts.gate['why'])}" if facts.gate.get("why") else ""
        lines.append(f"- the gate chose *{line(facts.gate['chosen'])}*{why}")
    if facts.versions:
        lines.append("- with " + ", ".join(f"{k} {v}" for k, v in sorted(facts.versions.items())))
    return "\n".join(["## How it was made", "", *lines, ""])


def _expected(facts: ModelFacts) -> str:
    expected = facts.expected
    sets = expected_of_sets(facts)
    if sets is not None:
        body = sets
    elif expected.get("accuracy") is None:
        body = "Not measured. Hold back some labelled texts and run `nanonet evaluate` on them."
    else:
        body = f"About {expected['accuracy']:.3f}"
        if expected.get("low") is not None and expected.get("high") is not None:
            body += f" (interval {expected['low']:.3f} to {expected['high']:.3f})"
        body += f", {line(expected['how'])}." if expected.get("how") else "."
        body += (
            "\n\nThis holds for texts like those it was made from. With few labelled texts the "
            "figure itself is uncertain; check it on texts of your own."
        )
    title = "Expected F1" if facts.many else "Expected accuracy"
    return f"## {title}\n\n{body}\n"


def _limits(facts: ModelFacts) -> str:
    lines = [
        f"- {words_for(facts).foreign}"
        + (", unless `--max-foreign` leaves such texts out." if facts.scope else "."),
        "- It repeats what its labelled texts and its pile hold, mistakes and prejudices included.",
    ]
    if PROTOTYPES in facts.files:
        lines.append(
            f"- `{PROTOTYPES}` holds labelled texts word for word, up to two a class: whoever has "
            "the model can read them."
        )
    if facts.kind == "nano":
        lines.append(
            "- It counts words and short phrases: irony, long-range negation and words it never "
            "saw are beyond it."
        )
    if facts.kind == "cascade":
        lines.append(
            "- Texts of which the n-grams are less than "
            f"{_percent(facts.student.get('threshold'))} sure cost a run of the encoder, "
            "some hundred times as long as the others."
        )
    if facts.temperature is not None and facts.kind != "cascade":
        lines.append(f"- Probabilities are scaled {scaling_in_words(facts)}.")
    lines += [f"- {note}" for note in facts.notes]
    return "\n".join(["## Limits", "", *lines, ""])


def _files(files: Mapping[str, Mapping[str, Any]]) -> str:
    lines = ["## Files", "", "| file | size |", "|---|---|"]
    lines += [f"| {name} | {_size(entry['bytes'])} |" for name, entry in sorted(files.items())]
    lines += [
        "",
        "`model.json` names the SHA-256 of every file; a changed file is refused at load.",
    ]
    return "\n".join([*lines, ""])


def _percent(share: object) -> str:
    return f"{share:.0%}" if isinstance(share, (int, float)) else "enough"


def _size(count: int) -> str:
    return f"{count / 1e6:.2f} MB" if count >= 100_000 else f"{count / 1e3:.1f} kB"


def code(name: str) -> str:
    """A class name as Markdown code, whatever it holds."""
    fence = "``" if "`" in name else "`"
    pad = " " if "`" in name else ""
    return f"{fence}{pad}{line(name)}{pad}{fence}"
