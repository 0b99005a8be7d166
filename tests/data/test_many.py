"""Tables whose rows carry several labels: the forms they come in, and what is refused."""

import json

import pytest

from nanonet.data import (
    Labelled,
    ManyLabelled,
    as_one,
    guard,
    joined,
    read_any_labelled,
    read_labelled,
    read_many_test,
)
from nanonet.data.types import Pool, Test
from nanonet.errors import UserError

ROWS = (("ad", "spam"), (), ("spam",))
FORMS = {
    "joined": ("t.csv", "text,labels\na,spam|ad\nb,\nc,spam\n", ("label",)),
    "flags": ("t.csv", "text,ad,spam\na,1,1\nb,0,0\nc,false,True\n", ("ad", "spam")),
    "lists": (
        "t.jsonl",
        "".join(
            json.dumps({"text": t, "tags": list(names)}) + "\n"
            for t, names in zip("abc", ROWS, strict=True)
        ),
        ("tags",),
    ),
}


@pytest.fixture
def table(tmp_path):
    def write(content, name="t.csv"):
        (tmp_path / name).write_text(content, "utf-8")
        return tmp_path / name

    return write


@pytest.mark.parametrize("form", FORMS)
def test_every_form_reads_alike_and_tells_rows_without_a_label(table, form):
    name, content, label = FORMS[form]
    notes = []
    found = read_any_labelled(table(content, name), label=label, notes=notes)
    assert found == ManyLabelled(("a", "b", "c"), ROWS, ("ad", "spam"))
    assert any("without any label" in note and note.endswith("1") for note in notes)
    assert read_many_test(table(content, name), label=label).labels == ROWS


def test_a_table_with_one_label_a_row_stays_one(table):
    found = read_any_labelled(table("text,labels\na,x\nb,y\n"))
    assert found == Labelled(("a", "b"), ("x", "y"))
    assert read_many_test(table("text,labels\na,x\nb,y\n")).labels == (("x",), ("y",))


REFUSED = {
    "a flag of two": ("text,x,y\na,1,0\nb,2,1\n", ("x", "y"), ["line 3", "'x'", "'2'", "0"]),
    "a flag missing": ("text,x,y\na,1,\nb,0,1\n", ("x", "y"), ["line 2", "'y'", "is empty"]),
    "nothing beside a bar": ("text,labels\na,x|\nb,y|x\n", ("label",), ["line 2", "'x|'"]),
    "no row has it": ("text,x,y\na,1,0\nb,0,0\n", ("x", "y"), ["no row", "'y'"]),
    "every row has it": ("text,labels\na,x|y\nb,x\n", ("label",), ["each of the 2", "'x'"]),
    "no such column": ("text,x\na,1\n", ("x", "y"), ["no column 'y'", "--label"]),
    "an empty text": ("text,labels\n,x|y\nb,\n", ("label",), ["line 2", "text"]),
    "a forgotten label": ("text,labels\na,x\nb,\n", ("label",), ["line 3", "label is empty"]),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_names_line_column_and_value(table, case):
    content, label, parts = REFUSED[case]
    with pytest.raises(UserError) as error:
        read_any_labelled(table(content), label=label)
    assert all(part in str(error.value) for part in parts), error.value


def test_missing_is_not_empty(table):
    rows = '{"text": "a", "labels": ["x", "y"]}\n{"text": "b", "labels": null}\n'
    with pytest.raises(UserError, match=r"line 2.*missing.*pool"):
        read_any_labelled(table(rows, "t.jsonl"))
    with pytest.raises(UserError, match=r"line 1.*'a\|b'"):
        read_any_labelled(table('{"text": "a", "labels": ["a|b"]}\n', "t.jsonl"))


def test_readers_of_one_label_say_where_several_are_learned(table):
    with pytest.raises(UserError, match=r"several labels a row \(line 2 holds none"):
        read_labelled(table("text,labels\na,\nb,x|y\n"))


def test_the_guard_compares_whole_sets():
    texts = ["one text", "One text", "another text", "a test text"]
    sets = [("a", "b"), ("b", "a"), ("a",), ("b",)]
    kept = guard(as_one(texts, sets), Pool(()), Test(("a test text",), ("",)))
    assert kept.labelled.texts == ("one text", "another text")
    assert kept.report.labelled_duplicates == 1
    other = guard(as_one(texts[:2], [("a", "b"), ("a",)]), Pool(()))
    assert other.report.conflicting == 2
    assert joined(("b", "a")) == "a|b"
