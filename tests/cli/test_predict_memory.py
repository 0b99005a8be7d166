"""predict needs no more memory for ten times the rows, whatever the format."""

import gzip
import json
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from _command import ENVIRONMENT

MARGIN_MB = 40  # the tables differ by 60 MB in bytes, and by several times that as Python objects
FEW, MANY = 35_000, 350_000
# See test_cold_start.py for why this is asked of /proc.
MEASURED = """
import sys
from nanonet.cli import run
code = run(sys.argv[1:])
with open("/proc/self/status") as status:
    print(next(line.split()[1] for line in status if line.startswith("VmHWM:")), file=sys.stderr)
sys.exit(code)
"""
pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="reads /proc/self/status"
)


def _peak_mb(*arguments, **streams):
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *map(str, arguments)], env=ENVIRONMENT, check=True,
        timeout=120, stderr=subprocess.PIPE, **streams,
    )  # fmt: skip
    return int(done.stderr.split()[-1]) / 1024


def _table(path, rows):
    texts = [f"my parcel {i} " + "came late and broken, so " * 7 for i in range(rows)]
    if path.suffix == ".parquet":
        pq.write_table(pa.table({"text": texts}), path, row_group_size=20_000)
    elif ".jsonl" in path.name:
        data = "".join(json.dumps({"text": text}) + "\n" for text in texts).encode()
        path.write_bytes(gzip.compress(data, 1) if path.suffix == ".gz" else data)
    else:
        path.write_text("text\n" + "".join(f'"{text}"\n' for text in texts))
    return path


@pytest.mark.parametrize("end", [".csv", ".jsonl.gz", ".parquet"])
def test_ten_times_the_rows_in_the_same_memory(model, tmp_path, end):
    peaks = [
        _peak_mb(
            "predict", model, _table(tmp_path / f"in{end}", rows), "--out", f"{tmp_path}/o{end}"
        )
        for rows in (FEW, MANY)
    ]
    assert peaks[1] < peaks[0] + MARGIN_MB, peaks


def test_pipes_and_long_texts_do_not_pile_up(model, tmp_path):
    peaks = []
    for rows in (30, 300):
        (tmp_path / "t.csv").write_text("text\n" + ("word " * 60_000 + "\n") * rows)
        with open(tmp_path / "t.csv", "rb") as table, open(tmp_path / "o.csv", "wb") as out:
            peaks.append(_peak_mb("predict", model, "-", stdin=table, stdout=out))
    assert peaks[1] < 10 * peaks[0] / 2, peaks
    assert peaks[1] < 250, peaks
