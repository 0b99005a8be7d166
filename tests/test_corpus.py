"""The demo corpus in examples/corpus keeps the promises of its README."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from nanonet.data.classes import read_classes

CORPUS = Path(__file__).resolve().parents[1] / "examples" / "corpus"
ROWS = {"labelled": 40, "pool": 718, "test": 242}


def _rows(name: str) -> list[dict[str, str]]:
    with open(CORPUS / f"{name}.csv", encoding="utf-8", errors="strict", newline="") as stream:
        return list(csv.DictReader(stream))


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


def _shingles(words: tuple[str, ...]) -> set[tuple[str, ...]]:
    return set(zip(words, words[1:], words[2:], strict=False)) or {words}


def _class_names() -> list[str]:
    return [spec.name for spec in read_classes(CORPUS / "classes.toml")]


def _all_texts() -> list[str]:
    return [row["text"] for name in ROWS for row in _rows(name)]


@pytest.mark.parametrize("name", sorted(ROWS))
def test_row_counts_and_columns(name: str) -> None:
    rows = _rows(name)
    assert len(rows) == ROWS[name]
    assert set(rows[0]) == ({"text"} if name == "pool" else {"text", "label"})


def test_the_readme_states_the_row_counts_of_the_files() -> None:
    readme = (CORPUS / "README.md").read_text(encoding="utf-8")
    for name, count in ROWS.items():
        assert f"| `{name}.csv` | {count} |" in readme
    for label, count in Counter(row["label"] for row in _rows("test")).items():
        assert re.search(rf"\| `{label}` \| 5 \| \d+ \| {count} \|", readme), label


def test_five_labelled_messages_a_class() -> None:
    counts = Counter(row["label"] for row in _rows("labelled"))
    assert counts == dict.fromkeys(_class_names(), 5)


def test_every_class_is_described_and_tested() -> None:
    specs = read_classes(CORPUS / "classes.toml")
    assert len(specs) == 8
    assert {row["label"] for row in _rows("test")} == {spec.name for spec in specs}
    for spec in specs:
        assert spec.description, spec.name
        assert spec.keywords, spec.name
        assert 2 <= len(spec.phrases) <= 5, spec.name


def test_no_text_is_empty_or_spans_lines() -> None:
    assert all(_words(text) and "\n" not in text for text in _all_texts())


def test_no_text_occurs_twice_within_or_across_files() -> None:
    counts = Counter(_words(text) for text in _all_texts())
    assert [words for words, count in counts.items() if count > 1] == []


def test_no_near_duplicates_within_or_across_files() -> None:
    sets = [_shingles(_words(text)) for text in _all_texts()]
    near = [(a, b) for a, b in combinations(sets, 2) if a & b and len(a & b) > 0.6 * len(a | b)]
    assert near == []


def test_phrases_are_not_copied_from_the_messages() -> None:
    texts = {_words(text) for text in _all_texts()}
    phrases = [phrase for spec in read_classes(CORPUS / "classes.toml") for phrase in spec.phrases]
    assert [phrase for phrase in phrases if _words(phrase) in texts] == []
