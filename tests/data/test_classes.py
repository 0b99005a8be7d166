"""Class files: names alone, or TOML with what the classes mean."""

import pytest

from nanonet.data import ClassSpec, read_classes
from nanonet.errors import UserError

TOML = """
[[class]]
name = "refund"
description = "The customer wants money back."
phrases = ["give me my money back", "I want a refund"]
keywords = ["refund", "money"]
parent = "billing"

[[class]]
name = "delivery"
"""


def _refusal(tmp_path, name, content):
    (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(UserError) as caught:
        read_classes(tmp_path / name)
    assert name in str(caught.value)
    return str(caught.value)


def test_a_name_a_line(tmp_path):
    (tmp_path / "c.txt").write_text("# the classes\nrefund\n\n  late delivery \r\nC# code\n")
    assert [spec.name for spec in read_classes(tmp_path / "c.txt")] == [
        "refund",
        "late delivery",
        "C# code",
    ]


def test_toml(tmp_path):
    (tmp_path / "c.toml").write_text(TOML)
    assert read_classes(tmp_path / "c.toml") == (
        ClassSpec(
            "refund",
            "The customer wants money back.",
            ("give me my money back", "I want a refund"),
            ("refund", "money"),
            "billing",
        ),
        ClassSpec("delivery"),
    )


CASES = {
    "unknown key": (TOML + 'phrase = ["x"]\n', ["line 11", "'phrase'", "keywords, parent"]),
    "unknown table": (TOML + "[classes]\n", ["line 11", "'classes'", "[[class]]"]),
    "list for a text": (TOML + 'description = ["x"]\n', ["line 11", "description", "quotes"]),
    "text for a list": (TOML + 'keywords = "x"\n', ["line 11", "keywords", "list"]),
    "no name": (TOML + "[[class]]\nkeywords = []\n", ["line 11", "no name"]),
    "empty name": (TOML + '[[class]]\nname = " "\n', ["line 11", "empty"]),
    "name twice": (TOML + '[[class]]\nname = "refund"\n', ["line 11", "'refund'", "line 2"]),
    "single table": ('[class]\nname = "x"\n', ["line 1", "[[class]]"]),
    "broken": ("[[class]\n", ["TOML", "line 1"]),
    "one class": ('[[class]]\nname = "x"\n', ["names 1 class;", "two"]),
}


@pytest.mark.parametrize("case", CASES)
def test_toml_refusals(tmp_path, case):
    content, words = CASES[case]
    message = _refusal(tmp_path, "c.toml", content)
    for word in words:
        assert word in message


def test_text_refusals(tmp_path):
    assert "names 0 classes" in _refusal(tmp_path, "c.txt", "# nothing\n")
    assert "line 3" in _refusal(tmp_path, "c.txt", "a\nb\na\n")
    assert "line 2" in _refusal(tmp_path, "c.txt", b"a\ncaf\xe9\n")
    with pytest.raises(UserError, match=r"none\.txt"):
        read_classes(tmp_path / "none.txt")
    with pytest.raises(UserError, match="folder"):
        read_classes(tmp_path)
