"""What a server answers is what the model says, and what its own description promises."""

import base64
import hashlib
import re
from pathlib import Path

import pytest

import nanonet
from _models import TEXTS, write_nano
from _serving import news_model, serving

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    return write_nano(tmp_path_factory.mktemp("models") / "random")


@pytest.fixture(scope="module")
def server(news, other):
    with serving(news, f"second={other}") as server:
        yield server


def test_one_text(server, news):
    status, found = server.post("/predict", {"text": "the team and the goal", "top": 2})
    proba = nanonet.load(news).predict_proba(["the team and the goal"])[0]
    assert status == 200
    assert found["model"] == "news"
    assert found["label"] == "sport"
    assert found["confidence"] == pytest.approx(proba[1], abs=1e-6)
    assert found["top"][0]["label"] == "sport"
    assert len(found["top"]) == 2


def test_the_readme_asks_rightly(server):
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    (body,) = re.findall(r"curl -H '[^']+' -d '([^']+)' http://127.0.0.1:8000/predict", readme)
    assert server.post("/predict", body.encode())[0] == 200


def test_many_texts_and_another_model(server, other):
    status, found = server.post("/predict", {"texts": [*TEXTS, "\ud800"], "model": "second"})
    assert status == 200
    assert [one["label"] for one in found["answers"]] == nanonet.load(other).predict(
        [*TEXTS, "\ud800"]
    )
    assert server.post("/predict", {"texts": []}) == (200, {"model": "news", "answers": []})


def test_explain(server, news):
    status, found = server.post("/explain", {"text": "bank \ud800 team", "top": 1})
    assert status == 200
    said = nanonet.load(news).explain("bank \ud800 team", top=1).to_dict()
    assert found == {"model": "news", **said}


def test_the_page_runs_only_what_stands_in_it(server):
    status, page, headers = server.call("GET", "/")
    assert status == 200
    text = page.decode()
    policy = headers["Content-Security-Policy"]
    for tag in ("style", "script"):
        (inside,) = re.findall(f"<{tag}>(.*?)</{tag}>", text, re.S)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert not re.search(r"https?://|//[a-z]+\.", text), "nothing from elsewhere"
    for control in re.findall(r"<(?:select|textarea|input) id=\"(\w+)\"", text):
        assert f'<label for="{control}">' in text


def test_the_description_and_the_addresses_are_the_same(server):
    document = server.call("GET", "/openapi.json")[1]
    from nanonet.serve.front import PATHS

    assert set(document["paths"]) == set(PATHS)
    for path, operations in document["paths"].items():
        for method in operations:
            assert server.call(method.upper(), path)[0] != 405
        wrong = "POST" if "get" in operations else "GET"
        status, answer, headers = server.call(wrong, path)
        assert status == 405
        assert set(answer) == {"error"}
        assert headers["Allow"]


def test_answers_are_as_the_description_has_them(server):
    jsonschema = pytest.importorskip("jsonschema_rs", reason="dev extra: the JSON Schema check")
    document = server.call("GET", "/openapi.json")[1]
    schemas = document["components"]["schemas"]

    def check(name, value):
        jsonschema.validate({"components": {"schemas": schemas}, **schemas[name]}, value)

    for body in ({"text": "a", "top": 3}, {"texts": ["a", "b"]}, {"texts": ["x"], "top": 1}):
        check("PredictRequest", body)
        check("Answers", server.post("/predict", body)[1])
    check("ExplainRequest", schemas["ExplainRequest"]["example"])
    check("Explanation", server.post("/explain", schemas["ExplainRequest"]["example"])[1])
    check("Health", server.call("GET", "/healthz")[1])
    status, refusal = server.post("/predict", {})
    check("Error", refusal)
    assert str(status) in document["paths"]["/predict"]["post"]["responses"]
    with pytest.raises(jsonschema.ValidationError):
        check("Answers", {"model": "news"})


def test_metrics_count_requests_and_drift(tmp_path):
    pool = tmp_path / "pool.csv"
    pool.write_text("text\nprofit bank\ngoal team\nnever seen\n")
    folder = news_model(tmp_path / "news")
    with serving(folder, "--pool", pool) as server:
        server.post("/predict", {"texts": ["profit bank", "goal goal unknown", "team"]})
        server.post("/predict", {"texts": 3})
        text = server.call("GET", "/metrics")[1].decode()
    found = dict(line.rsplit(" ", 1) for line in text.splitlines() if line[0] != "#")
    assert found['nanonet_requests_total{path="/predict",status="200"}'] == "1"
    assert found['nanonet_requests_total{path="/predict",status="422"}'] == "1"
    assert found['nanonet_texts_total{model="news"}'] == "3"
    assert found['nanonet_labels_total{model="news",label="sport"}'] == "2"
    assert float(found['nanonet_known_ngram_share{model="news"}']) == 5 / 15
    assert float(found['nanonet_reference_known_ngram_share{model="news"}']) == 4 / 15
    assert 0 < float(found['nanonet_class_shift{model="news"}']) < 1
    client = pytest.importorskip("prometheus_client.parser", reason="dev extra: Prometheus' reader")
    families = {one.name: one for one in client.text_string_to_metric_families(text)}
    assert families["nanonet_request_seconds"].type == "histogram"
    assert families["nanonet_class_share"].samples
