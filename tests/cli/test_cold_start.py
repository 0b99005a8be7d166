"""What one prediction from a standing start may cost: 0.6 s of wall time, 120 MB at the peak."""

import subprocess
import sys
import time

import pytest

LIMIT_S, LIMIT_MB = 0.6, 120
# The kernel's high-water mark of this process image. ru_maxrss would not do: on Linux it starts
# with the memory of the process that forked, here a test run that may have torch loaded.
MEASURED = """
import sys
from nanonet.cli import run
code = run(sys.argv[1:])
with open("/proc/self/status") as status:
    print(next(line.split()[1] for line in status if line.startswith("VmHWM:")), file=sys.stderr)
sys.exit(code)
"""


@pytest.fixture
def table(tmp_path):
    (tmp_path / "t.csv").write_text("text\nwhere is my parcel\n")
    return str(tmp_path / "t.csv")


def test_cold_start(big_model, table):
    def once():
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "nanonet", "predict", big_model, table],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert done.stdout.startswith("text,label,confidence\nwhere is my parcel,")
        return time.perf_counter() - start

    # The best of several: other work on the machine can only add to the time.
    assert min(once() for _ in range(7)) < LIMIT_S


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc/self/status")
def test_peak_memory(big_model, table):
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, "predict", big_model, table],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert int(done.stderr) / 1024 < LIMIT_MB


def test_nothing_heavy_is_loaded(big_model, table):
    code = (
        "import sys; from nanonet.cli import run; run(sys.argv[1:]);"
        "print(*{n.split('.')[0] for n in sys.modules}, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "predict", big_model, table],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    heavy = {"torch", "sklearn", "scipy", "pyarrow", "onnxruntime", "tokenizers", "rich"}
    assert not heavy & set(done.stderr.split())
