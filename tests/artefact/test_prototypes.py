"""Labelled texts travel in a model only where asked for, and never without its card saying so."""

from pathlib import Path

import pytest

from _models import write_nano
from nanonet import load, push_to_hub
from nanonet.artefact import PROTOTYPES, Prototype, encode_prototypes, read_artefact
from nanonet.cli import run
from nanonet.errors import FormatError, UserError

KEPT = (
    Prototype("sport", "clear", "Great goal! 🙂", 0.9),
    Prototype("sport", "borderline", 'a "team"\nof \ud800', 0.4),
    Prototype("world", "clear", "Talks in Geneva", 0.7),
)


def _with(folder: Path, content: bytes) -> Path:
    (folder / PROTOTYPES).write_bytes(content)
    return write_nano(folder / "m", extra_files={PROTOTYPES: folder / PROTOTYPES})


def test_they_come_back_and_the_card_says_so(tmp_path):
    path = _with(tmp_path, encode_prototypes(KEPT))
    found = load(path).prototypes
    assert found[0] == KEPT[0]
    assert found[1].text == 'a "team"\nof ?'
    assert "labelled texts word for word" in (path / "README.md").read_text("utf-8")


def test_a_model_keeps_none_unless_asked(tmp_path):
    path = write_nano(tmp_path / "m")
    assert load(path).prototypes == ()
    assert PROTOTYPES not in read_artefact(path).manifest["files"]
    assert "word for word" not in (path / "README.md").read_text("utf-8")


@pytest.mark.parametrize("content", [b"{", b"[1]", b'[{"label": 3}]', b'[{"label": "a", "kind": '
                                     b'"odd", "text": "", "confidence": 1}]'])  # fmt: skip
def test_damaged_ones_are_refused_in_one_sentence(tmp_path, content):
    with pytest.raises(FormatError, match=rf"{PROTOTYPES} is damaged.*fit again"):
        load(_with(tmp_path, content))


def test_a_push_takes_another_word(tmp_path):
    path = _with(tmp_path, encode_prototypes(KEPT))
    with pytest.raises(UserError, match=r"keeps labelled texts word for word.*with_texts=True"):
        push_to_hub(path, "you/it")


def test_explain_shows_those_of_the_answer_and_of_the_next(tmp_path, capsys):
    path = _with(tmp_path, encode_prototypes(KEPT))
    model = load(path)
    text = "Great goal! The team"
    order = (-model.predict_proba([text])[0]).argsort()[:2]
    names = [model.classes_[column] for column in order]
    assert run(["explain", str(path), text, "--prototypes"]) == 0
    said = capsys.readouterr().out
    for one in KEPT[:1] + KEPT[2:]:
        assert (one.text in said) == (one.label in names)
    assert run(["explain", str(write_nano(tmp_path / "n")), text, "--prototypes"]) == 2
    assert "keeps no texts; make it with nanonet fit --prototypes" in capsys.readouterr().err
