"""The whole way: what is kept, where it comes from, and that no test text enters."""

import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from _condensed import corpus
from nanonet.condense import (
    condense,
    is_condensed,
    prompt,
    read_condensed,
    rows_jsonl,
    split,
    write_condensed,
)
from nanonet.errors import FormatError, UserError
from nanonet.pipeline import fit_condensed
from nanonet.text import normalise

TEXTS, LABELS = corpus()


def folder_hash(path):
    files = sorted(path.iterdir())
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def test_every_item_is_the_row_it_names(few):
    assert len(few.items) == 6
    for item in few.items:
        assert TEXTS[item.source - 1] == item.text
        assert LABELS[item.source - 1] == item.label
    assert np.allclose(few.labels.sum(axis=1), 1.0, atol=1e-5)
    held = few.facts["held_out"]
    assert held["rows"] > 15
    assert set(held["accuracy"]) == {"soft-real", "random", "random-soft", "k-centre"}


def test_the_same_seed_gives_the_same_bytes(few, tiny, tmp_path):
    again = condense(TEXTS, LABELS, per_class=3, encoder=tiny[0], cache_dir=tiny[1], seed=4)
    one, two = write_condensed(few, tmp_path / "one"), write_condensed(again, tmp_path / "two")
    assert folder_hash(one) == folder_hash(two)
    with pytest.raises(UserError, match="exists already"):
        write_condensed(few, one)
    (tmp_path / "mine").mkdir()
    with pytest.raises(UserError, match="no condensed table"):
        write_condensed(few, tmp_path / "mine", overwrite=True)
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith(".")] == []


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10**6), st.sets(st.integers(0, len(TEXTS) - 1), max_size=40))
def test_no_test_text_enters_and_nothing_is_on_both_sides(seed, leaked):
    tests = [f" {TEXTS[row].upper()}" for row in leaked]
    parts = split(TEXTS, LABELS, tests, np.random.default_rng(seed))
    kept, held = set(parts.learned.texts), set(parts.held_out.texts)
    shown = {normalise(text) for text in kept | held}
    assert not shown & {normalise(text) for text in tests}
    assert not kept & held
    assert parts.report.labelled_in_test >= len({normalise(text) for text in tests})
    assert all(
        TEXTS[row - 1] == text for row, text in zip(parts.source, parts.learned.texts, strict=True)
    )


def test_a_planted_test_text_is_dropped_and_counted(few, tiny):
    first = few.items[0].text
    clean = condense(
        TEXTS, LABELS, per_class=3, test_texts=[first], encoder=tiny[0], cache_dir=tiny[1], seed=4
    )
    assert first not in clean.texts
    assert clean.facts["guard"]["labelled_in_test"] >= 1
    assert any("also test texts" in note for note in clean.facts["guard"]["notes"])


def test_the_folder_comes_back_and_a_changed_one_is_refused(few, tmp_path):
    path = write_condensed(few, tmp_path / "few")
    assert is_condensed(path)
    back = read_condensed(path)
    assert (back.texts, back.classes, back.trained) == (few.texts, few.classes, few.trained)
    assert np.allclose(back.labels, few.labels, atol=1e-6)
    assert np.allclose(back.weights, few.weights, atol=1e-6)
    rows = [json.loads(line) for line in rows_jsonl(few).splitlines()]
    assert all(row["source_row"] and abs(sum(row["labels"].values()) - 1) < 1e-4 for row in rows)
    with (path / "rows.jsonl").open("a") as file:
        file.write(json.dumps(rows[0]) + "\n")
    with pytest.raises(FormatError, match="was changed"):
        read_condensed(path)


def test_the_report_shows_every_text_and_runs_nothing(few, tmp_path):
    path = write_condensed(few, tmp_path / "few")
    page, readme = (
        (path / "report.html").read_text("utf-8"),
        (path / "README.md").read_text("utf-8"),
    )
    for item in few.items:
        assert item.text in page
        assert item.text in readme
    assert "<script" not in page
    assert "http" not in page
    shots = prompt(few)
    assert shots.count("\nClass: sport\n") == shots.count("\nClass: trade\n") == 3
    assert shots.endswith("Text: {text}\nClass:")


def test_fit_takes_the_folder_and_gives_the_head_that_was_measured(few, tiny, tmp_path):
    path = write_condensed(few, tmp_path / "few")
    fitted = fit_condensed(path, encoder=tiny[0], cache_dir=tiny[1])
    assert fitted.report.gate["chosen"] == "condensed"
    assert fitted.report.student["kind"] == "micro"
    held = few.facts["held_out"]
    assert fitted.report.expected["accuracy"] == held["accuracy"]["soft-real"]
    parts = split(TEXTS, LABELS, None, np.random.default_rng(4))
    said = fitted.predict(parts.held_out.texts)
    right = np.mean([a == b for a, b in zip(said, parts.held_out.labels, strict=True)])
    assert abs(right - held["accuracy"]["soft-real"]) < 0.05  # int8 answers differ a little
    saved = [fitted.save(tmp_path / name) for name in ("a", "b")]
    assert folder_hash(saved[0]) == folder_hash(saved[1])


def test_with_a_pool_nano_learns_from_it(few, tiny, tmp_path):
    path = write_condensed(few, tmp_path / "few")
    pool = corpus(120, 7)[0]
    fitted = fit_condensed(path, pool=pool, student="nano", encoder=tiny[0], cache_dir=tiny[1])
    texts, labels = corpus(100, 8)
    assert np.mean([a == b for a, b in zip(fitted.predict(texts), labels, strict=True)]) > 0.7


def test_another_encoder_is_refused_by_name(few, tiny, tmp_path):
    own = replace(few.trained, encoder="another", fingerprint="0" * 64)
    path = write_condensed(replace(few, trained=own), tmp_path / "few")
    with pytest.raises(UserError, match=r"for the encoder another \(000000.* this is .*tiny"):
        fit_condensed(path, encoder=tiny[0], cache_dir=tiny[1])


BAD = {
    "rate too small": ({"rate": 0.001}, r"too few for one of each of the 2 classes.*rate is 0\.0"),
    "rate of nought": ({"rate": 0.0}, "above 0"),
    "both sizes": ({"rate": 0.1, "per_class": 2}, "either a rate or"),
    "none of a class": ({"per_class": 0}, "at least 1"),
    "more than there are": ({"per_class": 5000}, r"has \d+ rows to choose from and 5000"),
    "unknown method": ({"method": "magic"}, "soft-real"),
}


@pytest.mark.parametrize("case", BAD)
def test_refusals_come_before_any_encoding(case):
    settings, word = BAD[case]
    with pytest.raises(UserError, match=word):
        condense(TEXTS, LABELS, encoder="no/such-encoder", **settings)


def test_the_smallest_rate_that_is_named_is_one_that_works():
    from nanonet.condense import Size, quota_of

    for classes, rows in ((77, 9944), (6, 5366), (14, 4987), (3, 999_999)):
        counts = np.full(classes, rows // classes)
        with pytest.raises(UserError) as refused:
            quota_of(Size(rate=0.4 / rows), counts, rows, ["x"] * classes)
        least = float(str(refused.value).rsplit(" ", 1)[1])
        quota = quota_of(Size(rate=least), counts, rows, ["x"] * classes)
        assert quota.min() >= 1


def test_missing_labels_are_refused():
    with pytest.raises(UserError, match=r"labels\[1\] is None"):
        condense(["a b", "c d"], ["x", None])
    with pytest.raises(UserError, match="2 texts but 1 labels"):
        condense(["a b", "c d"], ["x"])
