"""The shape of the house: which room may import which, and what an import may cost.

Everything is read from the syntax tree, so imports inside functions and under TYPE_CHECKING count.
"""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "nanonet"
# Arrows point left to right: a room may import what stands before it.
ORDER = ["errors", "progress", "text", "data", "encode", "votes", "select", "llm", "learn",
         "students", "decide", "distil", "artefact", "condense", "runtime", "hub", "export",
         "pipeline", "estimator", "report", "labelling", "serve",
         "cli"]  # fmt: skip
# Narrower than the order, so that a saved model can run without what made it.
ALLOWED = {
    "errors": set(),
    "progress": set(),
    "text": {"errors"},
    "data": {"errors", "text"},
    "encode": {"errors", "progress", "text"},
    "distil": {"errors", "progress", "text", "data", "encode", "select"},
    "artefact": {"errors", "text"},
    "decide": {"errors"},
    "runtime": {"errors", "text", "data", "decide", "artefact"},
    "hub": {"errors", "artefact", "runtime"},
}
HEAVY = {"torch", "transformers", "sentence_transformers", "sklearn", "scipy", "onnx", "onnxscript",
         "pyarrow", "onnxruntime", "tokenizers", "rich", "pandas", "openai",
         "pydantic", "matplotlib", "jinja2"}  # fmt: skip
# Heavy packages a room may name at all, at any depth.
NEVER = {
    "errors": HEAVY,
    "progress": HEAVY,
    "text": HEAVY,
    "data": HEAVY - {"pyarrow"},
    "decide": HEAVY,
    "artefact": HEAVY,
    "runtime": HEAVY - {"onnxruntime", "tokenizers"},
}
FILES = sorted(SOURCE.rglob("*.py"))
ROOMS = sorted({p.name for p in SOURCE.iterdir() if (p / "__init__.py").is_file()})


def _room(path):
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return parts[0] if parts[0] in ORDER else ""


def _imports(path):
    """Every dotted name imported in a file, relative ones made absolute."""
    package = ("nanonet", *path.relative_to(SOURCE).parent.parts)
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                yield f"{module}.{alias.name}"


def _rooms_imported(path):
    for name in _imports(path):
        parts = name.split(".")
        if parts[0] == "nanonet" and len(parts) > 1 and parts[1] in ORDER:
            yield parts[1], name


def test_every_module_has_a_place_in_the_order():
    at_root = {p.stem for p in SOURCE.glob("*.py")} - {"__init__", "__main__"}
    assert at_root | set(ROOMS) <= set(ORDER)
    assert {"text", "data", "cli"} <= set(ROOMS)


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_imports_go_one_way(path):
    room = _room(path)
    if not room:  # the package's own __init__ and __main__ hand out names of every room
        return
    allowed = ALLOWED.get(room, set(ORDER[: ORDER.index(room)])) | {room}
    wrong = [name for target, name in _rooms_imported(path) if target not in allowed]
    assert not wrong, f"{room} may import {sorted(allowed)} only"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_no_room_reaches_into_anothers_private_modules(path):
    wrong = [
        name
        for target, name in _rooms_imported(path)
        if target != _room(path) and any(part.startswith("_") for part in name.split(".")[2:])
    ]
    assert not wrong


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_light_rooms_never_name_heavy_packages(path):
    named = {name.split(".")[0] for name in _imports(path)}
    assert not named & NEVER.get(_room(path), set())


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_no_file_is_longer_than_300_lines(path):
    assert len(path.read_text("utf-8").splitlines()) <= 300


@pytest.mark.parametrize("room", ROOMS)
def test_a_rooms_public_names_are_its_all(room):
    module = importlib.import_module(f"nanonet.{room}")
    assert module.__all__, "an explicit list"
    assert sorted(set(module.__all__)) == sorted(module.__all__)
    assert all(hasattr(module, name) for name in module.__all__)


def _fresh(code):
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.strip()


LIGHT = ["nanonet", "nanonet.errors", "nanonet.progress", "nanonet.text", "nanonet.data",
         "nanonet.artefact", "nanonet.runtime", "nanonet.cli", "nanonet.decide",
         "nanonet.select", "nanonet.llm"]  # fmt: skip


@pytest.mark.parametrize("module", LIGHT)
def test_importing_it_loads_nothing_heavy(module):
    loaded = _fresh(f"import sys, {module}\nprint(*sys.modules)").split()
    assert "nanonet" in loaded
    assert not HEAVY & {name.split(".")[0] for name in loaded}


def test_import_nanonet_is_quick():
    code = "import time; t = time.perf_counter(); import nanonet; print(time.perf_counter() - t)"
    assert min(float(_fresh(code)) for _ in range(5)) < 0.3


def test_the_public_names_are_there_and_an_unknown_one_is_not():
    import nanonet

    assert {"Classifier", "UserError", "fit", "load"} <= set(dir(nanonet))
    assert nanonet.UserError.__module__ == "nanonet.errors"
    with pytest.raises(AttributeError, match="nonsense"):
        nanonet.nonsense  # noqa: B018
