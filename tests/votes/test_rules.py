"""Rules from a file and from Python, and what is refused with its line."""

from __future__ import annotations

import pytest

from nanonet.data import ClassSpec
from nanonet.errors import UserError
from nanonet.votes import FunctionRule, read_rules

CLASSES = [ClassSpec("fees"), ClassSpec("rooms")]
TEXTS = ["A late  FEE again", "feeling fine", "book a room for the 3rd", ""]
GOOD = """
[[rule]]
label = "fees"
keywords = ["late fee", "charge"]

[[rule]]
label = "rooms"
regex = '\\broom\\b.*\\d'
name = "rooms by date"
probability = 0.7
"""


def rules(tmp_path, body, classes=("fees", "rooms")):
    (tmp_path / "rules.toml").write_text(body)
    return read_rules(tmp_path / "rules.toml", classes)


def test_keywords_are_whole_words_and_each_rule_is_a_source(tmp_path):
    fees, rooms = rules(tmp_path, GOOD)
    assert (fees.name, rooms.name) == ("rule fees: late fee", "rooms by date")
    votes = fees.vote(TEXTS, CLASSES)
    assert (votes.doc.tolist(), votes.label.tolist()) == ([0], [0])
    assert votes.probability.tolist() == pytest.approx([0.9])
    votes = rooms.vote(TEXTS, CLASSES)
    assert (votes.doc.tolist(), votes.label.tolist()) == ([2], [1])
    assert votes.probability.tolist() == pytest.approx([0.7])
    assert votes.sources == ("rooms by date",)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("'\\broom\\b.*\\d'", "'(room'", r"rules.toml, line 8: the regular expression '\(room'"),
        ('label = "rooms"', 'label = "halls"', "line 7: 'halls' is not among the classes"),
        ("probability = 0.7", "probability = 70", "line 10: probability is 70"),
        ("probability = 0.7", 'probability = "x"', "line 10: .*must be a number"),
        ("probability = 0.7", "weight = 2", "line 10: unknown key 'weight'"),
        ("regex", 'keywords = ["a"]\nregex', "line 7: a rule has either keywords or regex"),
        ('["late fee", "charge"]', "[]", "line 4: keywords is"),
        ('["late fee", "charge"]', '"late fee"', "line 4: keywords is"),
        ('label = "fees"\n', "", "line 2: this rule has no label"),
        ('name = "rooms by date"', 'name = "rule fees: late fee"', "line 6: .*there already"),
        ("[[rule]]", "[[rules]]", "nothing else"),
        ("[[rule]]", "[[rule", "not valid TOML"),
    ],
)
def test_what_is_refused(tmp_path, old, new, said):
    assert old in GOOD
    with pytest.raises(UserError, match=said):
        rules(tmp_path, GOOD.replace(old, new))


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(UserError, match="no such file"):
        read_rules(tmp_path / "none.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match="UTF-8"):
        read_rules(tmp_path / "binary.toml")


def test_a_labelling_function():
    rule = FunctionRule("long", lambda text: "rooms" if len(text) > 15 else None, 0.6)
    votes = rule.vote(TEXTS, CLASSES)
    assert (votes.doc.tolist(), votes.label.tolist()) == ([0, 2], [1, 1])
    with pytest.raises(UserError, match="'odd' names the class 'x'"):
        FunctionRule("odd", lambda text: "x").vote(TEXTS, CLASSES)
