"""Labelling over HTTP: what is kept, what is refused, and a model from a few answers."""

from __future__ import annotations

import csv
import time

import pytest

from _corpus import CORPUS
from _labelling import answers_in, labelling, pool_of
from nanonet.data import read_labelled

TEXTS = [f"text number {i} of this pool" for i in range(30)]


@pytest.fixture(scope="module")
def desk(tmp_path_factory, encoder_cache):
    folder = tmp_path_factory.mktemp("desk")
    texts = [*TEXTS, "<script>alert(1)</script>", "中文 🙂", "long " * 400_000]
    with labelling(folder, pool_of(folder, texts), encoder_cache, "--classes", "x,y") as found:
        found.folder = folder
        yield found


def test_an_answer_is_in_the_table_before_the_next_text_comes(desk):
    first = desk.ask("next")["text"]
    said = desk.ask("answer", row=first["row"], label="x")
    kept = answers_in(desk.folder / "answers.jsonl")
    assert [(row["text"], row["label"]) for row in kept] == [(first["text"], "x")]
    assert said["text"]["row"] != first["row"]
    assert said["progress"]["answered"] == 1
    assert desk.ask("undo")["undone"] == "x"
    assert answers_in(desk.folder / "answers.jsonl") == []


def test_every_text_comes_once_as_it_is_and_the_table_can_be_learned_from(desk):
    seen = {}
    found = desk.ask("next")
    while (text := found["text"]) is not None:
        if text["chars"] > len(text["text"]):
            text["text"] = desk.ask("text", row=text["row"])["text"]
        assert text["row"] not in seen
        seen[text["row"]] = text["text"]
        found = desk.ask("answer", row=text["row"], label="xy"[len(seen) % 2])
    assert sorted(seen.values()) == sorted(
        [*TEXTS, "<script>alert(1)</script>", "中文 🙂", "long " * 400_000]
    )
    assert found["progress"]["left"] == 0
    assert len(read_labelled(desk.folder / "answers.jsonl").texts) == 33


@pytest.mark.parametrize(("action", "fields", "status", "told"), [
    ("next", {"tab": "short"}, 422, "8 to 64"),
    ("next", {"tab": 3}, 422, "'tab' is a whole number"),
    ("answer", {"row": 0}, 422, "'label' is missing"),
    ("answer", {"row": "0", "label": "x"}, 422, "'row' is a string"),
    ("answer", {"row": True, "label": "x"}, 422, "'row' is true or false"),
    ("answer", {"row": 10**9, "label": "x"}, 422, "must be 0 to 32"),
    ("answer", {"row": 0, "label": "nobody"}, 422, "no class"),
    ("aside", {"row": 0, "why": "bored"}, 422, "unsure, skip"),
    ("class", {"name": "x"}, 422, "already"),
    ("class", {"name": "a|b"}, 422, "several labels"),
    ("text", {"row": -1}, 422, "no such text"),
    ("undo", {"row": 1}, 422, "unknown field"),
    ("nothing", {}, 404, "nothing at"),
])  # fmt: skip
def test_what_is_refused(desk, action, fields, status, told):
    found = desk.server.post(f"/label/{action}", {"tab": "tab-of-nobody", **fields})
    assert (found[0], told in found[1]["error"]) == (status, True), found


def test_a_site_whose_name_points_here_gets_nothing(desk):
    for host in ("evil.example", "evil.example:8000", "localhost.evil.example"):
        found = desk.server.post("/label/next", {"tab": "tab-of-nobody"}, Host=host)
        assert found[0] == 403, host
    for host in ("localhost:1", "127.0.0.1", "[::1]:8000"):
        assert desk.server.post("/label/next", {"tab": "tab-of-nobody"}, Host=host)[0] == 200


def test_the_key_guards_the_texts_and_not_the_page(tmp_path, encoder_cache):
    (tmp_path / "key").write_text("a-key-of-many-letters")
    pool = pool_of(tmp_path, TEXTS)
    with labelling(tmp_path, pool, encoder_cache, "--api-key-file", tmp_path / "key") as desk:
        assert desk.server.call("GET", "/label")[0] == 200
        assert desk.server.post("/label/next", {"tab": "tab-of-nobody"})[0] == 401
        key = {"Authorization": "Bearer a-key-of-many-letters", "Host": "labels.example"}
        assert desk.server.post("/label/next", {"tab": "tab-of-nobody"}, **key)[0] == 200
        document = desk.server.call("GET", "/openapi.json")[1]
        assert document["paths"]["/label/answer"]["post"]["security"] == [{"key": []}]


def test_from_nothing_to_a_model_in_twenty_answers(tmp_path, encoder_cache):
    """A person who knows the classes of the demo corpus, and names each as it is met."""
    with open(CORPUS / "test.csv", encoding="utf-8", newline="") as stream:
        gold = {row["text"]: row["label"] for row in csv.DictReader(stream)}
    pool = pool_of(tmp_path, list(gold))
    with labelling(tmp_path, pool, encoder_cache) as desk:
        _until(lambda: desk.ask("state")["learning"]["stage"] == "ready")
        for count in range(1, 21):
            found = desk.ask("next")
            label = gold[found["text"]["text"]]
            if label not in {one["name"] for one in found["progress"]["classes"]}:
                desk.ask("class", name=label)
            desk.ask("answer", row=found["text"]["row"], label=label)
            _until(lambda count=count: desk.ask("state")["progress"]["learned_from"] == count)
        _until(lambda: desk.ask("state")["learning"]["fit"]["answers"])
        _until(lambda: desk.server.call("GET", "/healthz")[1]["models"])
        asked = list(gold)
        answers = desk.server.post("/predict", {"texts": asked})[1]["answers"]
        right = sum(a["label"] == gold[t] for a, t in zip(answers, asked, strict=True))
        assert right / len(asked) > 0.4, "eight classes, so a guess is right one time in eight"
        assert desk.ask("next")["text"]["guess"] or desk.ask("next")["text"]["check"]


def _until(seen, seconds=120):
    end = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < end
        time.sleep(0.05)
