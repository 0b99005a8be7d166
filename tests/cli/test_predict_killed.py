"""predict killed at any moment: the same command goes on, and the file comes out the same."""

import gzip
import json
import os
import random
import signal
import subprocess
import sys
import time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from _command import ENVIRONMENT, started, until

ROWS = 9_000  # five chunks
# The real command, made safe after every chunk, in a process that sends itself a signal at its
# n-th sync or rename: between the part and its journal, between the journal and the final name...
DOOMED = """
import os, signal, sys
from nanonet.cli import run
from nanonet.data import _part

_part.EVERY_S = 0
sign, left = getattr(signal, sys.argv[1]), int(sys.argv[2])

def dying(real):
    def call(*arguments):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), sign)
        return real(*arguments)
    return call

os.fsync, os.replace = dying(os.fsync), dying(os.replace)
sys.exit(run(sys.argv[3:]))
"""
ENDS = [".csv", ".tsv", ".jsonl", ".txt", ".csv.gz", ".jsonl.gz", ".csv.zst", ".parquet"]

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")


def _rows(count):
    words = ["my parcel", "money back", 'she said "no", twice', "käse 🧀", "nothing"]
    return [{"id": str(i), "text": f"{words[i % 5]} {i}"} for i in range(count)]


def _table(folder, end, count=ROWS):
    path = folder / f"in{end}"
    rows = _rows(count)
    if end == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path, row_group_size=5_000)
        return path
    if ".jsonl" in end:
        data = "".join(json.dumps(row) + "\n" for row in rows)
    elif end == ".txt":
        data = "".join(row["text"] + "\n" for row in rows)
    else:
        sep = "\t" if end == ".tsv" else ","
        quoted = ['"' + row["text"].replace('"', '""').replace(" no", "\nno") + '"' for row in rows]
        lines = [f"{row['id']}{sep}{cell}\n" for row, cell in zip(rows, quoted, strict=True)]
        data = f"id{sep}text\n" + "".join(lines)
    raw = data.encode()
    if end.endswith(".gz"):
        raw = gzip.compress(raw)
    if end.endswith(".zst"):
        raw = pa.compress(raw, "zstd", asbytes=True)
    path.write_bytes(raw)
    return path


def _doomed(moment, *arguments, sign="SIGKILL"):
    command = [sys.executable, "-c", DOOMED, sign, str(moment), *map(str, arguments)]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stderr


def _out(folder, name, end):
    return folder / (name + (".csv" if end == ".txt" else end))


@pytest.mark.parametrize("end", ENDS)
def test_killed_again_and_again_it_ends_with_the_same_bytes(model, tmp_path, end):
    table = _table(tmp_path, end)
    whole, out = _out(tmp_path, "whole", end), _out(tmp_path, "out", end)
    assert _doomed(-1, "predict", model, table, "--out", whole) == (0, "")
    went_on = 0
    for moment in (1, 2, 3, 5, 6, 7, 5, 4, 3, 6, 4, -1):
        code, err = _doomed(moment, "predict", model, table, "--out", out)
        went_on += "going on behind row" in err
        assert "anew" not in err
        if code == 0:
            break
        assert code == -signal.SIGKILL, err
        assert not out.exists()
    assert code == 0
    assert went_on >= 3
    assert out.read_bytes() == whole.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [table.name, whole.name, out.name]
    )


@pytest.mark.parametrize("end", [".csv", ".jsonl.zst", ".parquet"])
def test_killed_while_it_finishes(model, tmp_path, end):
    table = _table(tmp_path, end)
    whole, out = tmp_path / f"whole{end}", tmp_path / f"out{end}"
    _doomed(-1, "predict", model, table, "--out", whole)
    last = 2 + 2 * 5 + (3 if end == ".parquet" else 2)  # the journal, five chunks, the end
    for moment in (last - 1, last):
        assert _doomed(moment, "predict", model, table, "--out", out)[0] == -signal.SIGKILL
        assert not out.exists()
        assert _doomed(-1, "predict", model, table, "--out", out)[0] == 0
        assert out.read_bytes() == whole.read_bytes()
        assert not list(tmp_path.glob("*.part*"))
        out.unlink()
    assert _doomed(last + 1, "predict", model, table, "--out", out)[0] == 0  # that was the last one


def test_killed_from_outside_at_any_time(model, tmp_path):
    table = _table(tmp_path, ".csv", 400_000)
    whole, out, part = (tmp_path / name for name in ("whole.csv", "out.csv", "out.csv.part"))
    assert _doomed(-1, "predict", model, table, "--out", whole)[0] == 0
    rng = random.Random(0)
    for _ in range(3):
        process = started("predict", model, table, "--out", out)
        until(process, part.exists)
        time.sleep(rng.uniform(0, 1.5))
        process.kill()
        process.communicate()
    process = started("predict", model, table, "--out", out)
    assert process.communicate(timeout=120)[0] == ""
    assert process.returncode == 0
    assert out.read_bytes() == whole.read_bytes()


def _stopped(model, folder, end=".csv"):
    """A table and the file of a run on it that was killed behind its second chunk."""
    table, out = _table(folder, end), folder / f"out{end}"
    assert _doomed(7, "predict", model, table, "--out", out)[0] == -signal.SIGKILL
    return table, out


def test_a_torn_write_is_cut_off(model, tmp_path):
    table, out = _stopped(model, tmp_path)
    with open(f"{out}.part", "ab") as part:
        part.write(b'4711,"half a r')
    with open(f"{out}.part.journal", "ab") as journal:
        journal.write(b'{"rows": 90')
    code, err = _doomed(-1, "predict", model, table, "--out", out)
    assert (code, "going on behind row" in err) == (0, True)
    _doomed(-1, "predict", model, table, "--out", tmp_path / "whole.csv")
    assert out.read_bytes() == (tmp_path / "whole.csv").read_bytes()


def test_a_journal_that_promises_more_than_there_is_counts_for_less(model, tmp_path):
    table, out = _stopped(model, tmp_path)
    last = (tmp_path / "out.csv.part.journal").read_text().splitlines()[-1]
    os.truncate(f"{out}.part", json.loads(last)["written"] - 1)
    code, err = _doomed(-1, "predict", model, table, "--out", out)
    assert (code, "behind row 2,048" in err) == (0, True)
    _doomed(-1, "predict", model, table, "--out", tmp_path / "whole.csv")
    assert out.read_bytes() == (tmp_path / "whole.csv").read_bytes()


@pytest.mark.parametrize("end", [".csv", ".jsonl", ".parquet"])
def test_changed_rows_start_anew_and_it_says_so(nanonet, model, tmp_path, end):
    table, out = _stopped(model, tmp_path, end)
    changed = _rows(ROWS)
    changed[7]["text"] = "money 7"
    if end == ".parquet":
        pq.write_table(pa.Table.from_pylist(changed), table)
    else:
        table.write_bytes(table.read_bytes().replace(b"nothing 4", b"money 444", 1))
    code, _, err = nanonet("predict", model, table, "--out", out)
    assert code == 0
    assert "have changed since; starting anew" in err
    nanonet("predict", model, table, "--out", f"whole{end}")
    assert out.read_bytes() == (tmp_path / f"whole{end}").read_bytes()


def test_rows_added_at_the_end_are_no_change(nanonet, model, tmp_path):
    table, out = _stopped(model, tmp_path)
    with open(table, "a") as more:
        more.write("new,money\n")
    code, _, err = nanonet("predict", model, table, "--out", out)
    assert (code, "anew" in err, "behind row 4,096" in err) == (0, False, True)
    assert out.read_text().splitlines()[-1].startswith("new,money,refund,")
    assert len(out.read_text("utf-8").split("\n")) == len(table.read_text("utf-8").split("\n"))


def test_another_model_or_column_starts_anew_and_it_says_so(nanonet, model, big_model, tmp_path):
    table, out = _stopped(model, tmp_path)
    code, _, err = nanonet("predict", big_model, table, "--out", out)
    assert (code, "begun with another model; starting anew" in err) == (0, True)
    assert "delivery" not in out.read_text("utf-8")
    table, out = _stopped(model, tmp_path)
    code, _, err = nanonet("predict", model, table, "--text", "id", "--out", out)
    assert (code, "begun with another --text; starting anew" in err) == (0, True)


def test_standard_input_over_an_unfinished_file_starts_anew(model, tmp_path):
    table, out = _stopped(model, tmp_path)
    command = [sys.executable, "-m", "nanonet", "predict", model, "-", "--out", str(out)]
    with open(table, "rb") as rows:
        done = subprocess.run(command, stdin=rows, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    assert "read only once" in done.stderr
    assert not list(tmp_path.glob("*.part*"))


def test_two_runs_do_not_write_one_file(nanonet, model, tmp_path):
    pytest.importorskip("fcntl", reason="there are no such locks here")
    import fcntl

    table = _table(tmp_path, ".csv")
    with open(tmp_path / "out.csv.part", "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        code, _, err = nanonet("predict", model, table, "--out", "out.csv")
    assert code == 2
    assert "another nanonet" in err
    assert (tmp_path / "out.csv.part").exists()


def test_ctrl_c_says_how_to_go_on(model, tmp_path):
    table, out = _table(tmp_path, ".csv"), tmp_path / "out.csv"
    code, err = _doomed(7, "predict", model, table, "--out", out, sign="SIGINT")
    assert code == 130
    assert err.startswith("stopped; ")
    assert "6,144 rows are done and kept in" in err
    assert err.endswith("run the same command again to go on behind them\n")
    assert not out.exists()
    code, err = _doomed(-1, "predict", model, table, "--out", out)
    assert (code, "going on behind row 6,144" in err) == (0, True)


def test_a_bad_row_far_down_keeps_what_was_done(model, tmp_path):
    table, out = _table(tmp_path, ".csv"), tmp_path / "out.csv"
    good = table.read_bytes()
    table.write_bytes(good + b"one,two,three\n")
    code, err = _doomed(-1, "predict", model, table, "--out", out)
    assert code == 2
    note, error = err.splitlines()
    assert note.startswith("note: 8,192 rows are done and kept in")
    assert error.startswith("error: ")
    assert "3 cells" in error
    table.write_bytes(good)  # mended
    code, err = _doomed(-1, "predict", model, table, "--out", out)
    assert (code, "going on behind row 8,192" in err) == (0, True)
    assert out.read_bytes().count(b"\n") == good.count(b"\n")
