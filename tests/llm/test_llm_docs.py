"""What README and docs/llm.md say of labels from a language model is what happens."""

import re
import shlex
import shutil
from pathlib import Path

import pytest
from bench.llm_endpoint import Endpoint, Manner

from nanonet.cli import run

ROOT = Path(__file__).resolve().parents[2]
SECTION = (
    (ROOT / "README.md").read_text("utf-8").split("### Labels from a language model")[1]
).split("\n### ")[0]
PAGE = (ROOT / "docs" / "llm.md").read_text("utf-8")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name in ("pool.csv", "classes.toml"):
        shutil.copy(ROOT / "examples" / "corpus" / name, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    return tmp_path


def test_the_dry_run_of_the_readme_prints_what_it_shows(folder, capsys):
    command, shown = re.search(r"```\n\$ nanonet (.*?)\n(.*?)\n```", SECTION, re.S).groups()
    assert run(shlex.split(command)) == 0
    assert capsys.readouterr().out.strip() == shown


def test_the_example_in_python_runs(folder, capsys, monkeypatch):
    pytest.importorskip("openai", reason="asking a model needs the llm extra")
    pool = (folder / "pool.csv").read_text("utf-8").split("\n")[:9]
    (folder / "pool.csv").write_text("\n".join(pool) + "\n", "utf-8")
    code = re.search(r"```python\n(.*?)```", PAGE, re.S).group(1)
    with Endpoint(Manner(models=("NAME",))) as endpoint:
        monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url)
        monkeypatch.setenv("OPENAI_API_KEY", "k")
        names = {}
        exec(code, names)
    assert "asked NAME 8 questions" in capsys.readouterr().out
    assert names["soft"].shape == (8, 8)
