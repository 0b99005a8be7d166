"""Documentation that points at something points at something that is there."""

import doctest
import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("*/README.md")])
# Rooms whose examples run without the training extra.
EXAMPLES = ["text", "data", "select", "decide", "artefact", "runtime"]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_relative_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text("utf-8")):
        if "://" not in target and not target.startswith("mailto:"):
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_make_targets_and_files_named_in_code_exist(page):
    text = page.read_text("utf-8")
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"`make ([a-z-]+)`", text):
        assert re.search(rf"^{target}:", makefile, re.M), target
    for name in re.findall(r"`((?:src|tests|docs|bench|examples)/[\w./-]+\.\w+)`", text):
        assert (ROOT / name).exists(), name


def test_decisions_are_numbered_without_gaps_and_titled():
    records = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    for number, record in enumerate(records, 1):
        assert record.name.startswith(f"{number:04d}-")
        assert record.read_text("utf-8").startswith(f"# {number:04d}: ")


def test_the_options_in_documented_commands_exist():
    from nanonet.cli import cli

    options = {
        name: {option for param in command.params for option in param.opts}
        for name, command in cli.commands.items()
    }
    for page in PAGES:
        for verb, rest in re.findall(
            r"^\s*\$?\s*nanonet ([a-z]+)(.*)$", page.read_text("utf-8"), re.M
        ):
            assert verb in options, f"{page.name}: nanonet {verb}"
            used = set(re.findall(r"(?<=\s)--[a-z-]+", rest.split("#")[0]))
            assert used <= options[verb] | {"--help"}, f"{page.name}: {used - options[verb]}"


@pytest.mark.parametrize("room", EXAMPLES)
def test_examples_in_docstrings_run(room):
    package = importlib.import_module(f"nanonet.{room}")
    for path in sorted(Path(package.__path__[0]).glob("*.py")):
        name = f"nanonet.{room}" + ("" if path.stem == "__init__" else f".{path.stem}")
        if path.stem != "_parquet":
            assert doctest.testmod(importlib.import_module(name)).failed == 0
