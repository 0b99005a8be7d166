"""The README's commands on condensing run as they are written, on the demo corpus."""

import re
import shlex
import shutil

import pytest

from _corpus import CORPUS
from nanonet.cli import run

ROOT = CORPUS.parent.parent


@pytest.mark.slow
def test_the_readme_commands_run(tmp_path, monkeypatch, encoder_cache, capfd):
    readme = (ROOT / "README.md").read_text("utf-8")
    section = readme.split("### A training set a thousand times smaller")[1]
    lines = re.search(r"```\n(.*?)```", section, re.S).group(1).splitlines()
    for name in ("labelled.csv", "pool.csv"):
        shutil.copy(CORPUS / name, tmp_path)
    monkeypatch.chdir(tmp_path)
    assert len(lines) == 2
    for line in lines:
        arguments = shlex.split(line, comments=True)[1:]
        assert run([*arguments, "--cache-dir", str(encoder_cache)]) == 0, capfd.readouterr().err
    assert len((tmp_path / "few" / "rows.jsonl").read_text("utf-8").splitlines()) == 16
    assert (tmp_path / "from-few" / "model.json").is_file()
