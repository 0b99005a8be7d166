"""Using a nano model costs little: what is imported, how long it takes, how much memory."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import nanonet
from _models import TEXTS, write_nano

HEAVY = [
    "torch", "sklearn", "scipy", "pyarrow", "onnxruntime", "tokenizers", "transformers", "pandas",
    "rich", "click", "onnx", "joblib", "requests",
]  # fmt: skip
PROBE = """
import json, sys, time
start = time.perf_counter()
import nanonet
seconds = time.perf_counter() - start
before = sorted(sys.modules)
if len(sys.argv) > 1:
    answer = nanonet.load(sys.argv[1]).predict([sys.argv[2]])
    nanonet.load(sys.argv[1]).explain(sys.argv[2])
peak = None
try:
    import resource
    # ru_maxrss can carry over the parent's size; VmHWM is this process alone
    with open("/proc/self/status") as status:
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
except OSError:
    pass
print(json.dumps([seconds, before, sorted(sys.modules), peak]))
"""


def probe(*arguments: str) -> tuple[float, set[str], set[str], int | None]:
    source = str(Path(nanonet.__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": source}
    out = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    seconds, before, after, peak = json.loads(out.stdout)
    return seconds, set(before), set(after), peak


def test_importing_nanonet_is_quick_and_loads_nothing() -> None:
    runs = [probe() for _ in range(3)]
    assert min(seconds for seconds, *_ in runs) < 0.3
    assert not {"numpy", *HEAVY} & runs[0][1]


def test_a_nano_model_needs_numpy_only_and_little_memory(tmp_path: Path) -> None:
    path = write_nano(tmp_path / "m")
    _, _, modules, peak = probe(str(path), TEXTS[0])
    assert not set(HEAVY) & modules
    assert "numpy" in modules
    assert not {m for m in modules if m.startswith(("nanonet.encode", "nanonet.learn"))}
    if peak is None:
        pytest.skip("this system does not tell a process's peak memory")
    assert peak < 120_000


def test_public_names_are_the_list_and_no_more() -> None:
    assert nanonet.__all__ == [
        "Classifier",
        "ManyClassifier",
        "NanoNetClassifier",
        "UserError",
        "__version__",
        "fit",
        "fit_many",
        "from_pretrained",
        "from_pretrained_many",
        "load",
        "load_many",
        "push_to_hub",
    ]
    assert set(nanonet.__all__) <= set(dir(nanonet))
    for name in ("Classifier", "UserError", "load"):
        assert getattr(nanonet, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        nanonet.nothing  # noqa: B018


def test_the_version_is_that_of_the_package() -> None:
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    stated = re.search(r'^version = "(.*)"$', text, re.MULTILINE)
    assert stated is None or stated[1] == nanonet.__version__
