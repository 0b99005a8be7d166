"""nanonet report as a person runs it: files, sentences, refusals, the data card."""

from __future__ import annotations

import json
import shutil

import pytest

from _corpus import CORPUS, labelled, pool, test_rows
from nanonet import load
from nanonet.artefact import read_artefact
from nanonet.cli import run
from nanonet.errors import UserError
from nanonet.report import build_report

TEST = str(CORPUS / "test.csv")


@pytest.fixture
def call(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def one(*arguments):
        code = run([str(a) for a in arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return one


def test_a_test_table_alone_takes_no_encoder(call, model, tmp_path):
    code, out, err = call("report", model, "--test", TEST, "--data-card", "card.md")
    assert (code, err) == (0, "")
    assert "written to report.html and card.md" in out
    assert "test texts" in out
    assert (tmp_path / "report.html").read_text("utf-8").startswith("<!doctype html>")
    card = (tmp_path / "card.md").read_text("utf-8")
    assert "| test | 242 |" in card
    assert call("report", model, "--test", TEST)[0] == 0  # our own page may be replaced


def test_json_is_one_object_with_the_figures(call, model):
    code, out, _ = call("report", model, "--test", TEST, "--json", "--no-quotes")
    found = json.loads(out)
    assert code == 0
    assert found["out"] == "report.html"
    texts, labels = test_rows()
    said = load(model).predict(texts)
    right = sum(a == b for a, b in zip(said, labels, strict=True)) / len(labels)
    assert found["test"]["accuracy"] == pytest.approx(right)
    assert sum(map(sum, found["test"]["confusion"])) == 242
    assert found["hidden"] is None
    assert found["missing"] == {"labels": "no labelled table was given"}
    assert found["costs"]["rows"][0]["per_second"] > 1000
    assert "examples" not in found


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--test", TEST, "--out", "there.html"), "there.html: exists and is not a report"),
        (("--test", TEST, "--out", "no/report.html"), "does not exist; make it"),
        (("--test", TEST, "--out", "."), "is a folder"),
        (("--test", TEST, "--data-card", "report.html"), "give two names"),
        ((), "there is no text to report on; give a labelled table, --pool or --test"),
        (("other.csv",), "the labelled table has the label 'x', which the model does not know"),
        (("--test", "none.csv"), "none.csv"),
    ],
)
def test_refusals_are_one_sentence(call, model, tmp_path, arguments, told):
    (tmp_path / "there.html").write_text("<p>mine</p>")
    (tmp_path / "other.csv").write_text("text,label\na b,x\nc d,x\ne f,y\ng h,y\n")
    code, out, err = call("report", model, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert told in err
    assert err.count("\n") == 1
    assert (tmp_path / "there.html").read_text() == "<p>mine</p>"


def test_another_encoder_must_be_named(model, settings, tmp_path):
    from nanonet.artefact import write_artefact

    artefact = read_artefact(model)
    told = {"encoder": {"name": "a-german-one"}}
    path = write_artefact(
        tmp_path / "m",
        classes=artefact.manifest["classes"],
        student=artefact.manifest["student"],
        weights=artefact.weights,
        provenance=told,
    )
    texts, labels = labelled()
    with pytest.raises(UserError, match="the encoder 'a-german-one'; name it with --encoder"):
        build_report(path, texts=texts, labels=labels, settings=settings)


def test_what_was_found_in_the_labels(report):
    assert report.overview.learned_from is True
    assert report.overview.table("labelled").rows == 40
    assert report.overview.predicted_of == 120
    assert report.hidden.rows == 40
    assert report.hidden.accuracy > 0.4
    rows = {text: n for n, text in enumerate(labelled()[0], 1)}
    assert all(rows[one.text] == one.row for one in report.doubts)
    assert len(report.ask_next) == 10
    assert {one.text for one in report.ask_next} <= set(pool(120))
    names = [one.name for one in report.costs.rows]
    assert names[0] == "this model (nano)"
    assert "TF-IDF + regression" in names
    assert {one.label for one in report.prototypes} == set(report.facts.classes)


def test_labels_too_few_for_most_things_still_make_a_page(model, settings):
    texts, labels = labelled()
    rows = [0, 1, 2, 5, 9]
    found = build_report(
        model, texts=[texts[i] for i in rows], labels=[labels[i] for i in rows], settings=settings
    )
    assert found.overview.learned_from is False
    assert found.forecast.gains == ()
    assert "is not the one the model was made from" in found.html()
    assert "this model itself was made from another table" in found.html()
    assert all(
        near is None or near[0] not in one.text() for one in found.examples for near in [one.near]
    )
    assert "5 labels are too few to say what more would bring" in found.html()


def test_the_data_card_is_read_by_the_hub_and_quotes_nothing(report):
    hub = pytest.importorskip("huggingface_hub")
    card = report.data_card()
    data = hub.DatasetCard(card).data
    assert data.size_categories == ["n<1K"]
    assert data.task_categories == ["text-classification"]
    assert data.license is None
    assert f"`{report.overview.table('pool').fingerprint}`" in card
    assert "how its labels were made is not recorded" in card
    assert not any(text in card for text in labelled()[0])


def test_a_damaged_prototype_file_is_one_sentence(model, tmp_path):
    from nanonet.artefact import PROTOTYPES
    from nanonet.errors import FormatError

    shutil.copytree(model, tmp_path / "m")
    (tmp_path / "m" / PROTOTYPES).write_text("[{]")
    with pytest.raises(FormatError, match="was changed after the model was written"):
        load(tmp_path / "m")


@pytest.mark.slow
def test_fit_writes_the_report_at_once(call, encoder_cache, tmp_path):
    tables = (str(CORPUS / "labelled.csv"), "--pool", str(CORPUS / "pool.csv"))
    told = ("--prototypes", "--report", "r.html", "--json", "--student", "nano")
    code, out, err = call("fit", *tables, *told, "--cache-dir", encoder_cache, "--out", "m")
    assert (code, err) == (0, "")
    assert json.loads(out)["model"] == "m"
    assert "What the classes look like" in (tmp_path / "r.html").read_text("utf-8")
