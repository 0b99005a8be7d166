"""nanonet curate on the demo corpus with labels changed on purpose, as a person runs it."""

import csv
import json

import pytest

from _corpus import CORPUS


@pytest.fixture(scope="module")
def rows():
    with (CORPUS / "test.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def wrong(rows, tmp_path):
    """The 242 labelled rows, every eighth with another row's label, and one row twice."""
    names = sorted({row["label"] for row in rows})
    changed = []
    for at, row in enumerate(rows):
        label = row["label"]
        if at % 8 == 3:
            label = names[(names.index(label) + 1 + at % (len(names) - 1)) % len(names)]
        changed.append({"id": str(at), "text": row["text"], "label": label})
    changed.append({"id": "again", "text": changed[0]["text"], "label": changed[0]["label"]})
    with (tmp_path / "t.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["id", "text", "label"])
        writer.writeheader()
        writer.writerows(changed)
    return changed


def _read(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_what_is_found_is_said_of_every_row_and_nothing_is_dropped(
    nanonet, encoder_cache, wrong, tmp_path
):
    call = ("curate", "t.csv", "--out", "o.csv", "--report", "r.json", "--json")
    code, out, err = nanonet(*call, "--cache-dir", encoder_cache)
    assert code == 0, err
    found = _read(tmp_path / "o.csv")
    assert [(r["id"], r["text"], r["label"]) for r in found] == [
        (r["id"], r["text"], r["label"]) for r in wrong
    ]
    suspect = {int(r["id"]) for r in found[:-1] if r["suspect"] == "true"}
    planted = {at for at in range(len(wrong) - 1) if at % 8 == 3}
    assert len(suspect & planted) > 0.6 * len(planted)
    assert len(suspect & planted) > 3 * len(planted) * len(suspect) / len(wrong)
    assert all(bool(r["suggested_label"]) == (r["suspect"] == "true") for r in found)
    assert (found[-1]["duplicate_of"], found[-1]["reason"]) == ("1", "copy")
    assert {r["reason"] for r in found if r["kept"] == "true"} == {""}
    told, report = json.loads(out), json.loads((tmp_path / "r.json").read_text("utf-8"))
    assert told == {**report, "out": "o.csv"}
    assert report["suspects"] == sum(r["suspect"] == "true" for r in found)
    assert report["check"]["rows"] == len(wrong)
    assert len(report["most_doubtful"]) == 10
    assert report["kept"] == sum(r["kept"] == "true" for r in found)
    nanonet(*call, "--cache-dir", encoder_cache)
    assert _read(tmp_path / "o.csv") == found, "the same again"


def test_clean_rows_alone_and_a_coreset_of_them(nanonet, encoder_cache, wrong, tmp_path):
    cache = ("--cache-dir", encoder_cache, "--keep", "clean", "--no-check")
    code, out, _ = nanonet("curate", "t.csv", "--out", "clean.jsonl", *cache)
    assert code == 0
    clean = [json.loads(line) for line in (tmp_path / "clean.jsonl").read_text().splitlines()]
    assert f"kept      {len(clean):>8}" in out
    assert all(row["kept"] is True and row["suspect"] is False for row in clean)
    small = ("--size", "0.2", "--by", "herding", "--weigh", "linear")
    assert nanonet("curate", "t.csv", "--out", "s.csv", *cache, *small)[0] == 0
    few = _read(tmp_path / "s.csv")
    assert len(few) == round(0.2 * len(wrong))
    weights = [float(row["weight"]) for row in few]
    assert sum(weights) / len(weights) == pytest.approx(1, abs=0.01)
    assert max(weights) > 1.2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-", "--out", "o.csv"), "twice"),
        (("t.csv", "--out", "o.csv", "--size", "many"), "--size is 'many'"),
        (("t.csv", "--out", "o.csv", "--size", "1.5"), "--size is '1.5'"),
        (("t.csv", "--out", "o.txt"), "one column"),
        (("t.csv", "--out", "o.csv", "--report", "o.csv"), "two names"),
        (("t.csv", "--out", "o.csv", "--report", "no/r.json"), "does not exist"),
        (("one.csv", "--out", "o.csv"), "class"),
        (("hole.csv", "--out", "o.csv"), "line 3"),
        (("gone.csv", "--out", "o.csv"), "gone.csv"),
    ],
)
def test_what_cannot_be_curated_is_said(nanonet, tmp_path, arguments, said):
    (tmp_path / "t.csv").write_text("text,label\na b,x\nc d,y\n")
    (tmp_path / "one.csv").write_text("text,label\na b,x\nc d,x\n")
    (tmp_path / "hole.csv").write_text("text,label\na b,x\nc d,\n")
    code, out, err = nanonet("curate", *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert not (tmp_path / "o.csv").exists()
