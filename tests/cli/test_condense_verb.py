"""nanonet condense: every mistake comes before any work; the exports; fit on the folder."""

import pytest

from nanonet.cli.condense import METHODS
from nanonet.condense import METHODS as REAL

ROWS = "text,label\nmy parcel,delivery\nmoney back,refund\n"
BAD = {
    "no table": (["--out", "few"], "'TABLE'"),
    "no place": (["t.csv"], "'--out'"),
    "place taken": (["t.csv", "--out", "taken"], "--force"),
    "place of something else": (["t.csv", "--out", "taken", "--force"], "no condensed table"),
    "place in no folder": (["t.csv", "--out", "gone/few"], "make it first"),
    "labels missing": (["t.csv", "--label", "kind", "--out", "few"], "'kind'"),
    "an empty label": (["empty.csv", "--out", "few"], "line 3"),
    "rate too large": (["t.csv", "--rate", "2", "--out", "few"], "at most 1"),
    "rate and number": (["t.csv", "--rate", ".5", "--per-class", "1", "--out", "few"], "either"),
    "too small a rate": (["t.csv", "--out", "few"], "smallest rate is 1"),
    "more than there are": (["t.csv", "--per-class", "2", "--out", "few"], "at most 1"),
    "unknown method": (["t.csv", "--method", "magic", "--out", "few"], "soft-real"),
    "no texts from li-li": (
        ["t.csv", "--method", "li-li", "--format", "prompt", "--out", "p"],
        "--format folder",
    ),
    "no such test table": (["t.csv", "--test", "no.csv", "--out", "few"], "no.csv"),
}


@pytest.mark.parametrize("case", BAD)
def test_refusals(nanonet, tmp_path, case):
    (tmp_path / "t.csv").write_text(ROWS)
    (tmp_path / "empty.csv").write_text("text,label\nmy parcel,delivery\nmoney back,\n")
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "diary.txt").write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    arguments, word = BAD[case]
    code, out, err = nanonet("condense", *arguments)
    assert (code, out) == (2, "")
    assert err.splitlines()[-1].startswith("error: ")
    assert word in err
    assert sorted(tmp_path.rglob("*")) == before


def test_the_methods_of_the_verb_are_those_of_the_room():
    assert set(METHODS) == {*REAL, "li-li"}
