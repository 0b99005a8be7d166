"""The README's commands for several labels a text run as they are written."""

import re
import shlex
from pathlib import Path

from _many import corpus
from nanonet.cli import run

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")


def test_the_commands_run(encoder_cache, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    texts, sets, pool, hidden = corpus(pool=300)
    _write(tmp_path / "letters.csv", texts, sets)
    _write(tmp_path / "letters_test.csv", pool[:60], hidden[:60])
    _write(tmp_path / "more.csv", pool[60:], hidden[60:])
    section = README.split("### Several labels a text")[1].split("###")[0]
    lines = re.search(r"```\n(.*?)```", section, re.S).group(1).splitlines()
    assert [line.split()[1] for line in lines] == ["fit", "evaluate", "predict", "explain"]
    for line in lines:
        words = shlex.split(line)[1:]
        more = ["--cache-dir", str(encoder_cache)] if words[0] == "fit" else []
        assert run([*words, *more]) == 0, capsys.readouterr().err
    out = capsys.readouterr().out
    assert "micro_f1" in out
    head, first = (tmp_path / "several.csv").read_text("utf-8").splitlines()[:2]
    assert head == "text,labels,predicted_labels,confidences"
    assert first.count(",") >= 3


def _write(path, texts, sets):
    rows = [f'"{text}",{"|".join(names)}' for text, names in zip(texts, sets, strict=True)]
    path.write_text("\n".join(["text,labels", *rows]) + "\n", "utf-8")
