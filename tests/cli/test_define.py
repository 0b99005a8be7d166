"""nanonet define through the command line: concepts, class descriptions, documents."""

import json
import re
import sys
from pathlib import Path
from zlib import crc32

import pytest

pytest.importorskip("openai", reason="asking a model needs the llm extra")
ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:  # the endpoint is the benchmark's
    sys.path.insert(0, str(ROOT))

from bench.llm_endpoint import Endpoint, Manner  # noqa: E402

from nanonet.data import read_classes  # noqa: E402
from nanonet.votes import read_votes  # noqa: E402

ASK = ["--model", "scripted", "--key", "k", "--cache-dir", "cache", "--max-calls", "100"]
TEXTS = [
    "I will leave for good", "leave it with me", "I warn you, last time", "lovely staff",
    "haha I will leave, just joking", "maybe I leave, maybe not",
]  # fmt: skip


def model(system, user, schema):
    """Splits, reads, describes or writes, by what the schema asks for."""
    keys = list(schema["properties"])
    if keys == ["name", "include", "exclude"]:
        return {
            "name": "threat",
            "include": ["says leave", "says warn"],
            "exclude": ["says joking"],
        }
    if keys == ["description", "phrases", "keywords"]:
        return {"description": f"D {user}", "phrases": ["p"], "keywords": ["k"]}
    if keys == ["texts"]:
        return {"texts": [f"one of {crc32(user.encode())}", "twice", "twice"]}
    text = re.search(r"\]\]\n(.*)\n\[\[", user, re.S).group(1)
    said = {}
    for key, word in re.findall(r"(s\d): says (\w+)", system):
        doubt = "maybe" in text and word in text
        said[key] = "unclear" if doubt else "yes" if word in text else "no"
    return said


@pytest.fixture
def endpoint():
    with Endpoint(Manner(answer=model)) as server:
        yield server


@pytest.fixture
def define(nanonet, tmp_path, endpoint):
    (tmp_path / "pool.csv").write_text("text\n" + "".join(f'"{text}"\n' for text in TEXTS))
    (tmp_path / "names.txt").write_text("fees\nrooms\n")

    def call(*arguments):
        return nanonet("define", *arguments, *ASK, "--base-url", endpoint.url)

    return call


CONCEPT = ["Threats.", "--pool", "pool.csv", "--out", "c.toml", "--votes", "v.csv"]


def labels(tmp_path):
    names = [spec.name for spec in read_classes(tmp_path / "c.toml")]
    return read_votes(tmp_path / "v.csv", TEXTS, names)


def test_a_concept_becomes_a_class_file_and_votes(define, tmp_path, endpoint):
    code, out, err = define(*CONCEPT, "--yes")
    assert (code, err) == (0, "")
    assert "  + says leave\n  + says warn\n  - says joking\n" in out
    assert "3 texts belong to it, 2 do not, 1 are open" in out
    assert "maybe I leave, maybe not" in out.split("judge these")[1]
    concept, rest = read_classes(tmp_path / "c.toml")
    assert (concept.name, rest.name) == ("threat", "not threat")
    assert "Threats. Belongs here: says leave; says warn." in concept.description
    votes = labels(tmp_path)
    assert votes.label.tolist() == [0, 0, 0, 1, 1, -1]
    told = json.loads((tmp_path / "v.csv.provenance.json").read_text())
    assert told["llm"]["calls"] == len(endpoint.events) == 7


def test_answers_mend_the_definition_and_cost_nothing(define, tmp_path, endpoint):
    define(*CONCEPT, "--yes")
    seen = len(endpoint.events)
    (tmp_path / "a.csv").write_text(
        "text,label\nleave it with me,no\nI will leave for good,yes\nlovely staff,NO\n"
        '"maybe I leave, maybe not",yes\n'
    )
    code, out, _ = define(*CONCEPT, "--answers", "a.csv", "--json")
    told = json.loads(out)
    assert code == 0
    assert len(endpoint.events) == seen
    assert told["open"] == 0
    votes = labels(tmp_path)
    person = votes.of_source("person")
    assert sorted(zip(person.doc.tolist(), person.label.tolist(), strict=True)) == [
        (0, 0), (1, 1), (3, 1), (5, 0)
    ]  # fmt: skip
    rule = votes.of_source("llm")
    assert rule.label[rule.doc == 5].tolist() == [0]
    assert "leave it with me" in read_classes(tmp_path / "c.toml")[1].phrases


def test_a_terminal_is_asked_about_the_few(define, tmp_path, monkeypatch):
    from nanonet.cli import _define_concept

    asked = []
    monkeypatch.setattr(_define_concept, "_check_asking", lambda settings: None)
    monkeypatch.setattr(
        "click.prompt", lambda text, **_: asked.append(text) or ("y" if len(asked) == 1 else "s")
    )
    code, out, err = define(*CONCEPT, "--show", "2")
    assert code == 0
    assert len(asked) == 2
    assert "(1 of 2) " in err
    assert "Is this 'threat'?" in asked[0]
    assert labels(tmp_path).of_source("person").label.tolist() == [0]
    assert "judge these" not in out


def test_names_become_descriptions_documents_and_near_copies(define, tmp_path):
    code, out, _ = define("--classes", "names.txt", "--out", "c.toml", "--about", "letters",
                          "--documents", "d.csv", "--each", "3", "--json")  # fmt: skip
    assert (code, json.loads(out)["texts"]) == (0, 3)
    assert read_classes(tmp_path / "c.toml")[0].description == "D Describe the class 'fees'."
    rows = (tmp_path / "d.csv").read_text().splitlines()
    assert rows[0] == "text,label"
    assert sum(row.endswith(",fees") for row in rows) == 2  # its own, and one "twice"
    (tmp_path / "few.csv").write_text("text,label\nI pay,fees\nI sit,rooms\n")
    code, out, _ = define("--classes", "names.txt", "--documents", "e.csv", "--each", "2",
                          "--labelled", "few.csv")  # fmt: skip
    assert code == 0
    assert "texts: 3" in out


def test_a_dry_run_sends_nothing(define, endpoint):
    code, out, _ = define("Threats.", "--pool", "pool.csv", "--dry-run", "--json")
    assert (code, json.loads(out)["calls"]) == (0, 7)
    code, out, _ = define("--classes", "names.txt", "--out", "c.toml", "--dry-run")
    assert out.startswith("2 questions, 0 answered before: 2 calls")
    assert not endpoint.requests


REFUSED = {
    "nothing": ([], "either a sentence"),
    "both": (["x", "--classes", "names.txt"], "either a sentence"),
    "no pool": (["x", "--yes"], "--pool POOL"),
    "no places": (["x", "--pool", "pool.csv", "--yes"], "--out CLASSES.toml and --votes"),
    "nobody": (CONCEPT, "no terminal; give --yes, or --answers"),
    "ending": (["x", "--out", "c.txt"], "must end in .toml"),
    "no folder": (["x", "--out", "gone/c.toml"], "does not exist"),
    "nothing to write": (["--classes", "names.txt"], "nothing to write"),
    "strange label": (["--classes", "names.txt", "--documents", "d.csv", "--labelled", "bad.csv"],
                      "'x' is not in names.txt"),
    "strange answer": ([*CONCEPT, "--answers", "bad.csv"], "holds 'x'; it must be yes or no"),
    "answers without labels": ([*CONCEPT, "--answers", "pool.csv"], "no column 'label'"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_refusals_come_before_any_call(define, endpoint, case, tmp_path):
    (tmp_path / "bad.csv").write_text("text,label\na,x\nb,fees\n")
    arguments, word = REFUSED[case]
    code, out, err = define(*arguments)
    assert (code, out) == (2, "")
    assert word in err
    assert err.count("\n") == 1
    assert not endpoint.requests
