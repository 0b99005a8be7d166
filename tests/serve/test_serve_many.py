"""A served model that gives several labels a text, beside one that gives one."""

import pytest

from _models import topic_weights, write_nano
from _serving import WORDS, serving
from nanonet.runtime import load_many

pytestmark = pytest.mark.timeout(120)
MANY = {
    "task": "multi-label",
    "calibration": {"kind": "sigmoid", "scale": [8.0, 8.0, 8.0], "shift": [-2.0, -2.0, -2.0]},
    "thresholds": {"per_class": {"business": 0.5, "sport": 0.5, "world": 0.5}},
}
BOTH = "profit profit bank goal goal team"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_nano(tmp_path_factory.mktemp("models") / "many", topic_weights(WORDS), **MANY)


@pytest.fixture(scope="module")
def server(news, folder):
    with serving(news, str(folder)) as server:
        yield server


def test_labels_and_their_confidences(server, folder):
    status, found = server.post("/predict", {"text": BOTH, "model": "many", "top": 2})
    model = load_many(folder)
    assert status == 200
    assert found["labels"] == list(model.predict([BOTH])[0]) == ["business", "sport"]
    assert found["confidences"] == pytest.approx(model.predict_proba([BOTH])[0, :2], abs=1e-6)
    assert {one["label"] for one in found["top"]} == {"business", "sport"}
    texts = {"texts": [BOTH, "zzz", ""], "model": "many"}
    answers = server.post("/predict", texts)[1]["answers"]
    assert [one["labels"] for one in answers] == [["business", "sport"], [], []]
    assert server.post("/predict", {"texts": [], "model": "many"})[1]["answers"] == []


def test_explanations_one_a_label(server):
    status, found = server.post("/explain", {"text": BOTH, "model": "many"})
    assert status == 200
    assert found["labels"] == ["business", "sport"]
    assert {one["label"] for one in found["explanations"]} == {"business", "sport"}
    (likeliest,) = server.post("/explain", {"text": "zzz", "model": "many"})[1]["explanations"]
    assert likeliest["evidence"] == []


def test_health_says_which_and_counters_count_texts_once(server):
    models = server.call("GET", "/healthz")[1]["models"]
    assert [one.get("labels") for one in models] == [None, "many"]
    before = _metric(server, "nanonet_texts_total")
    server.post("/predict", {"text": BOTH, "model": "many"})
    assert _metric(server, "nanonet_texts_total") == before + 1


def test_the_answers_are_those_of_the_description(server):
    validator = pytest.importorskip("jsonschema", reason="checks answers against the schema")
    spec = server.call("GET", "/openapi.json")[1]
    for path, schema in (("/predict", "Answers"), ("/explain", "Explanation")):
        for model in ("news", "many"):
            found = server.post(path, {"text": BOTH, "model": model})[1]
            validator.validate(
                found, {"$ref": f"#/components/schemas/{schema}", "components": spec["components"]}
            )


def _metric(server, name):
    lines = server.call("GET", "/metrics")[1].decode().splitlines()
    (line,) = [one for one in lines if one.startswith(name) and 'model="many"' in one]
    return float(line.split()[-1])
