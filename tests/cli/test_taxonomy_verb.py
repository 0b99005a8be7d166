"""``nanonet taxonomy``: what it writes and what it refuses."""

from __future__ import annotations

import json

import pytest

from nanonet.cli import run
from nanonet.data import read_classes
from nanonet.votes import Tree

SUBJECTS = ["the parcel is late again", "give my money back", "password does not work"]


@pytest.fixture
def pool(tmp_path):
    rows = [f"{SUBJECTS[i % 3]} and {i} more words {i * i} here {i * 31}" for i in range(90)]
    (tmp_path / "pool.txt").write_text("\n".join(rows))
    return str(tmp_path / "pool.txt")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "give --out CLASSES"),
        (["--out", "{}/classes.txt"], "ends in .toml"),
        (["--out", "{}/no/classes.toml"], "does not exist"),
        (["--out", "{}/c.toml", "--dry-run"], "are for --llm"),
        (["--out", "{}/c.toml", "--model", "m"], "are for --llm"),
        (["--out", "{}/c.toml", "--llm"], "no language model is named"),
        (["--out", "{}/c.toml", "--llm", "--levels", "2"], "writes one level"),
        (["--out", "{}/c.toml", "--llm", "--model", "m"], "nothing limits what may be spent"),
    ],
)
def test_what_is_refused(pool, tmp_path, capsys, arguments, said):
    assert run(["taxonomy", pool, *(part.format(tmp_path) for part in arguments)]) == 2
    assert said in capsys.readouterr().err


def test_a_file_that_is_there_and_a_pool_that_is_too_small(pool, tmp_path, capsys):
    out = tmp_path / "c.toml"
    out.write_text("mine")
    assert run(["taxonomy", pool, "--out", str(out)]) == 2
    assert "replace it with --force" in capsys.readouterr().err
    assert out.read_text() == "mine"
    (tmp_path / "few.txt").write_text("one\ntwo\nthree\n")
    assert run(["taxonomy", str(tmp_path / "few.txt"), "--out", str(out), "--force"]) == 2
    assert "only 3 different texts" in capsys.readouterr().err


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    pytest.importorskip("onnxscript", reason="exporting an encoder needs the train extra")
    from _encoders import tiny_folder

    return str(tiny_folder("bert", tmp_path_factory.mktemp("source") / "tiny"))


def test_a_tree_of_classes_for_fit(pool, tmp_path, capsys, tiny):
    out = tmp_path / "classes.toml"
    more = ["--encoder", tiny, "--cache-dir", str(tmp_path / "cache"), "--json"]
    asked = ["taxonomy", pool, "--out", str(out), "--levels", "2", "--count", "2", *more]
    assert run(asked) == 0
    told = json.loads(capsys.readouterr().out)
    specs = read_classes(out)
    assert [spec.name for spec in specs] == told["names"]
    assert len([spec for spec in specs if spec.parent is None]) == 2
    assert len(Tree.of(specs).levels) == 2
    assert out.read_text().startswith("# Found in the pool")
