"""fit: every mistake is found before any work starts, and nothing is written."""

import pytest

ROWS = "text,label\nmy parcel,delivery\nmoney back,refund\n"

BAD = {
    "nothing to learn from": (["--out", "m"], "both --classes and --pool"),
    "classes without a pool": (["--classes", "c.txt", "--out", "m"], "both --classes and --pool"),
    "no place": (["t.csv"], "'--out'"),
    "place taken": (["t.csv", "--out", "taken"], "--force"),
    "place taken by something else": (
        ["t.csv", "--out", "taken", "--force"],
        "not a nanonet model",
    ),
    "place in no folder": (["t.csv", "--out", "gone/m"], "make it first"),
    "unknown effort": (["t.csv", "--out", "m", "--effort", "huge"], "'quick', 'normal', 'best'"),
    "unknown student": (["t.csv", "--out", "m", "--student", "mega"], "'auto', 'nano', 'micro'"),
    "no size": (["t.csv", "--out", "m", "--max-mb", "0"], "x>0"),
    "bad labelled": (["c.txt", "--out", "m"], "'label'"),
    "bad pool": (["t.csv", "--pool", "none.csv", "--out", "m"], "none.csv"),
    "bad classes": (["t.csv", "--classes", "one.txt", "--out", "m"], "one.txt"),
    "bad test": (["t.csv", "--test", "c.txt", "--out", "m"], "c.txt"),
    "other columns": (["t.csv", "--text", "body", "--out", "m"], "'text', 'label'"),
    "no such label": (["t.csv", "--label", "a", "--label", "b", "--out", "m"], "no column"),
}


@pytest.mark.parametrize("case", BAD)
def test_refusals(nanonet, tmp_path, case):
    (tmp_path / "t.csv").write_text(ROWS)
    (tmp_path / "c.txt").write_text("delivery\nrefund\n")
    (tmp_path / "one.txt").write_text("delivery\n")
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "diary.txt").write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    arguments, word = BAD[case]
    code, out, err = nanonet("fit", *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert word in err
    assert sorted(tmp_path.rglob("*")) == before
