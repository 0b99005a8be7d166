"""Reading can go on behind any mark, and gives the same chunks as reading in one go."""

import gzip

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanonet.data import Answers, Plan, TableChanged, iter_rows, open_table, write_table
from nanonet.data import _feed as feed


def _csv(count):
    # Rows of one, two and three lines, blank ones between them, and characters of several bytes.
    cells = ['"a\nb"', "käse", '"x\r\n\n🧀"', "plain"]
    return "id,text\n" + "".join(
        f"{i},{cells[i % 4]}\n" + "\n" * (i % 7 == 0) for i in range(count)
    )


def _write(folder, end):
    path = folder / f"t{end}"
    if end == ".parquet":
        rows = pa.table({"id": range(500), "text": [f"text {i}" for i in range(500)]})
        pq.write_table(rows, path, row_group_size=130)
        return path
    text = _csv(500)
    if ".jsonl" in end:
        text = "".join(f'{{"text": "käse {i}"}}\n' + "\n" * (i % 5 == 0) for i in range(500)) + "\n"
    raw = b"\xef\xbb\xbf" + text.encode() + b"\n\n"
    path.write_bytes(gzip.compress(raw) if end.endswith(".gz") else raw)
    return path


def _read(path, **plan):
    return [(c.numbers, c.rows(), c.mark) for c in open_table(path, Plan(37, **plan)).chunks]


@pytest.mark.parametrize("end", [".csv", ".csv.gz", ".jsonl", ".txt", ".parquet"])
@pytest.mark.parametrize("block", [1, 100, 1 << 18])
def test_going_on_gives_the_rest_and_nothing_else(tmp_path, monkeypatch, end, block):
    monkeypatch.setattr(feed, "_BLOCK", block)
    path = _write(tmp_path, end)
    whole = _read(path, hashed=True)
    assert len(whole) > 10
    assert [row for _, rows, _ in whole for row in rows] == list(iter_rows(path))
    assert whole[-1][2].stored == open_table(path).size
    for place in (0, 1, 5, len(whole) - 2, len(whole) - 1):
        rest = _read(path, hashed=True, after=whole[place][2])
        assert [part[:2] for part in rest] == [part[:2] for part in whole[place + 1 :]]
        assert [part[2].digest for part in rest] == [part[2].digest for part in whole[place + 1 :]]


@pytest.mark.parametrize("end", [".csv", ".csv.gz", ".jsonl", ".parquet"])
def test_a_table_that_changed_before_the_mark_is_refused(tmp_path, end):
    path = _write(tmp_path, end)
    mark = _read(path, hashed=True)[5][2]
    raw = path.read_bytes()
    raw = gzip.decompress(raw) if end.endswith(".gz") else raw
    changed = raw.replace(b"3", b"4", 1) if end != ".parquet" else raw[:5] + b"\xff" + raw[6:]
    for other in (changed, raw[:40]):
        path.write_bytes(gzip.compress(other) if end.endswith(".gz") else other)
        with pytest.raises(TableChanged):
            _read(path, hashed=True, after=mark)


def test_line_numbers_hold_with_rows_of_several_lines(tmp_path):
    (tmp_path / "t.csv").write_text(_csv(500), newline="")
    lines = _csv(500).split("\n")
    for chunk in open_table(tmp_path / "t.csv", Plan(37)).chunks:
        for number, row in zip(chunk.numbers, chunk.rows(), strict=True):
            assert lines[number - 1].startswith(f"{row['id']},")


CELLS = st.text(st.sampled_from('a ,"\t\r\n;é🧀'), max_size=6)


@settings(max_examples=100, deadline=None)
@given(
    rows=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5),
    end=st.sampled_from(["csv", "tsv"]),
)
def test_any_cells_come_back(tmp_path_factory, rows, end):
    folder = tmp_path_factory.mktemp("cells")
    pq.write_table(
        pa.table({"text": [a for a, _ in rows], "b": [b for _, b in rows]}), folder / "in.parquet"
    )
    source = open_table(folder / "in.parquet")
    scored = (Answers(c, {"label": ["x,y"] * len(c.numbers)}) for c in source.chunks)
    write_table(folder / f"out.{end}", source, scored)
    back = [(row["text"], row["b"], row["label"]) for row in iter_rows(folder / f"out.{end}")]
    assert back == [(a, b, "x,y") for a, b in rows]
