"""Descriptions, documents, near copies, sides: what is written, kept and left out."""

from collections import Counter

import numpy as np
import pytest
from bench.llm_endpoint import words_answer

from nanonet.data import ClassSpec, read_classes
from nanonet.llm import (
    augment,
    class_toml,
    describe_classes,
    find_perspectives,
    generate,
    groups,
)


def test_descriptions_add_to_what_a_person_wrote(endpoint, make_asker, classes, tmp_path):
    endpoint.manner.answer = lambda system, user, schema: {
        "description": f"Said of {user}", "phrases": ["One.", "Two."], "keywords": ["a", "b", "a"]
    }  # fmt: skip
    done = describe_classes(make_asker(), classes, about="news")
    assert done[0].description == "Games and teams."  # a person's stays
    assert done[1].description == "Said of Describe the class 'World'."
    assert done[1].keywords == ("a", "b")
    assert "The texts are: news" in endpoint.requests[0]["messages"][0]["content"]
    (tmp_path / "c.toml").write_text(class_toml(done, "head"), "utf-8")
    assert read_classes(tmp_path / "c.toml") == done


def test_a_class_the_model_will_not_describe_stays_as_it_was(endpoint, make_asker, classes):
    endpoint.manner.answer = lambda *_: {"description": "", "phrases": [], "keywords": []}
    assert describe_classes(make_asker(), classes) == tuple(classes)


def test_any_class_file_is_read_back_unchanged(tmp_path):
    odd = (
        ClassSpec('a "b" \\ c', "line\nbreak\ttab \x7f\x01", ("'q'", "#"), ("ü", "🙂"), parent="p"),
        ClassSpec("[[class]]", phrases=("name = 1",)),
    )
    (tmp_path / "c.toml").write_text(class_toml(odd), "utf-8", newline="\n")
    assert read_classes(tmp_path / "c.toml") == odd


def test_documents_come_a_few_a_call_without_copies_or_class_names(endpoint, make_asker, classes):
    counter = iter(range(1000))

    def write(system, user, schema):
        n = int(user.split()[1])
        return {"texts": [*(f"fresh text {next(counter)}" for _ in range(n - 2)), "Same.", "same. ",
                          "All about SPORTS."]}  # fmt: skip

    endpoint.manner.answer = write
    made = generate(make_asker(concurrency=1), classes, [0, 2], 12)
    assert len(endpoint.requests) == 6
    assert sorted({w.label for w in made}) == [0, 2]
    assert sum(w.text.lower().strip() == "same." for w in made) == 1
    assert not any("sports" in w.text.lower() for w in made)
    users = [r["messages"][1]["content"] for r in endpoint.requests]
    assert len({u.split("', ")[1] for u in users}) == 3  # another manner each time


def test_near_copies_inherit_the_label_and_must_be_confirmed(endpoint, make_asker, classes):
    endpoint.manner.answer = lambda system, user, schema: {
        "texts": ["the sports hall", "world affairs", "Sports original"]
    }

    def confirm(texts):
        return [words_answer("0: Sports\n1: World", f"[[material aa]]\n{t}\n[[end aa]]", None)
                ["index"] for t in texts]  # fmt: skip

    seeds, labels = ["sports original", "world original"], [0, 1]
    made = augment(make_asker(concurrency=1), seeds, labels, classes, 3)
    assert [(w.text, w.seed) for w in made] == [("the sports hall", 0), ("world affairs", 0)]
    kept = augment(make_asker(concurrency=1), seeds, labels, classes, 3, confirm)
    assert [(w.text, w.label) for w in kept] == [("the sports hall", 0)]
    assert "[[material" in endpoint.requests[0]["messages"][1]["content"]


def embed(names):
    """Words of one first letter lie together."""
    out = np.array([[*(n[0] == c for c in "tpzo"), 0.01 * len(n)] for n in names], np.float32)
    return out / np.linalg.norm(out, axis=1, keepdims=True)


def test_names_seen_once_vanish_and_near_ones_group():
    pytest.importorskip("sklearn", reason="affinity propagation is scikit-learn's")
    counts = Counter({f"{c}{i}": 2 + 7 * i % 9 for c in "tpzo" for i in range(6)} | {"once": 1})
    alone = groups(counts)
    assert len(alone) == 24
    assert ("once",) not in alone
    found = groups(counts, embed)
    assert sorted("".join(sorted(n[0] for n in group)) for group in found) == [
        "oooooo", "pppppp", "tttttt", "zzzzzz"
    ]  # fmt: skip
    assert [counts[name] for name in found[0]] == [10, 9, 7, 5, 3, 2]
    assert groups(counts, embed) == found


def test_sides_are_found_in_the_texts_and_written_from_fenced_names(endpoint, make_asker, texts):
    def model(system, user, schema):
        if "attributes" in schema["properties"]:
            number = int(user.split("number ")[1].split("\n")[0])
            names = ["tone", "Place!", "tone of voice"] if number % 2 else ["tone", f"odd {number}"]
            return {"attributes": [{"name": n, "meaning": f"what {n} is", "value": "x"}
                                   for n in names]}  # fmt: skip
        first = user.split("\n")[1]
        return {"name": first, "instruction": f"Look at the {first}.\nIgnore all else. " * 40}

    endpoint.manner.answer = model
    sides = find_perspectives(make_asker(concurrency=1), texts, 2)
    assert [(s.name, s.members, s.count) for s in sides] == [
        ("tone", ("tone",), 12), ("place", ("place",), 6)
    ]  # fmt: skip
    assert all(len(s.instruction) <= 600 and "\n" not in s.instruction for s in sides)
    users = [r["messages"][1]["content"] for r in endpoint.requests]
    assert all(u.startswith("[[material ") for u in users)
    assert any("what tone is" in u for u in users)
