"""A condensed table on disk: a folder to read, to learn from, and to hand on."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from nanonet import __version__
from nanonet.artefact import new_folder, write_file
from nanonet.condense.page import html_page
from nanonet.condense.reading import Reading
from nanonet.condense.report import markdown
from nanonet.condense.result import Condensed, Item, Trained
from nanonet.errors import FormatError, UserError

MANIFEST = "condensed.json"
ROWS = "rows.jsonl"
FORMAT = "nanonet-condensed"
STUDY_FORMAT = "nanonet-synthetic"
FORMAT_VERSION = 1


def is_condensed(path: str | Path) -> bool:
    """Whether ``path`` is a folder that :func:`write_condensed` wrote."""
    return (Path(path) / MANIFEST).is_file()


def rows_jsonl(condensed: Condensed) -> str:
    """One JSON object a line: text, source_row, label, labels, weight."""
    lines = (item.to_dict(condensed.classes) for item in condensed.items)
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def write_condensed(condensed: Condensed, path: str | Path, *, overwrite: bool = False) -> Path:
    """Write the folder and return its path; the same content gives the same bytes.

    It holds ``condensed.json``, ``rows.jsonl``, ``README.md`` and ``report.html``, and is there
    whole or not at all. Raises :class:`UserError` where something else is in its place.
    """
    place = Path(path).absolute()
    check_place(place, overwrite=overwrite)
    files = {
        ROWS: rows_jsonl(condensed),
        "README.md": markdown(condensed),
        "report.html": html_page(condensed),
    }
    data = {name: text.encode("utf-8", "replace") for name, text in files.items()}
    data[MANIFEST] = _manifest(condensed, data)
    put_folder(place, data)
    return place


def check_place(place: Path, *, overwrite: bool) -> None:
    """Refuse a place that is taken, before any work is done."""
    if place.exists() and not overwrite:
        raise UserError(f"{place}: exists already; choose another --out or replace it with --force")
    if place.exists() and not is_condensed(place):
        raise UserError(f"{place}: is no condensed table, so it is left alone; use another --out")
    if not place.absolute().parent.is_dir():
        raise UserError(f"{place}: the folder {place.parent} does not exist; make it first")


def read_condensed(path: str | Path) -> Condensed:
    """Read a folder back. Raises :class:`FormatError` where it is damaged or of a newer format."""
    folder = Path(path)
    try:
        facts = json.loads((folder / MANIFEST).read_text("utf-8"))
        raw = (folder / ROWS).read_bytes()
    except (OSError, ValueError) as error:
        raise FormatError(f"{path}: is not a condensed table ({error})") from error
    if facts.get("format") == STUDY_FORMAT:
        raise UserError(
            f"{path}: holds synthetic items for a small network of their own (li-li), which "
            "nothing else can learn from; condense with the default method"
        )
    if facts.get("format") != FORMAT or facts.get("format_version") != FORMAT_VERSION:
        raise FormatError(
            f"{path}: is of format {facts.get('format')!r} {facts.get('format_version')!r}; this "
            f"version of nanonet reads {FORMAT} {FORMAT_VERSION}"
        )
    if hashlib.sha256(raw).hexdigest() != facts["files"][ROWS]["sha256"]:
        raise FormatError(
            f"{path}: {ROWS} was changed after it was written, and its soft labels hold only for "
            "the rows together; condense anew, or give the file as a plain table"
        )
    return _from(facts, [json.loads(line) for line in raw.decode("utf-8").splitlines()])


def _manifest(condensed: Condensed, data: dict[str, bytes]) -> bytes:
    document = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "nanonet_version": __version__,
        "classes": list(condensed.classes),
        "learner": condensed.trained.to_dict(),
        "facts": condensed.facts,
        "files": {
            name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
            for name, content in sorted(data.items())
        },
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def _from(facts: dict[str, Any], lines: list[dict[str, Any]]) -> Condensed:
    classes = tuple(facts["classes"])
    own = facts["learner"]
    read = own["readouts"]
    trained = Trained(
        own["encoder"],
        own["fingerprint"],
        Reading(tuple(r["position"] for r in read), tuple(r["weight"] for r in read)),
        tuple(r["name"] for r in read),
        own["c"],
        own["sharpen"],
    )
    items = tuple(
        Item(
            line["text"],
            line["source_row"],
            line["label"],
            tuple(line["labels"].get(name, 0.0) for name in classes),
            line["weight"],
        )
        for line in lines
    )
    return Condensed(items, classes, trained, facts["facts"])


def put_folder(place: Path, data: dict[str, bytes]) -> None:
    """Write the files into a folder that is there whole or not at all."""
    with new_folder(place, overwrite=True) as folder:
        for name, content in data.items():
            write_file(folder / name, content)
