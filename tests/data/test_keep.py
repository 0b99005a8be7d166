import pytest

from nanonet.data import Answers, gather_rows, keep_rows, open_table, write_table
from nanonet.errors import UserError


def _written(folder, name, rows=5000):
    """A table of more rows than a chunk has, in the format of its name."""
    lines = "id,text\n" + "".join(f'{i},"text, {i}"\n' for i in range(rows))
    (folder / "t.csv").write_text(lines)
    source = open_table(folder / "t.csv")
    write_table(folder / name, source, map(_numbered, source.chunks))
    return folder / name


def _numbered(chunk):
    return Answers(chunk, {"line": list(chunk.numbers)})


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.parquet"])
def test_rows_come_in_the_order_asked_for_from_every_chunk_and_format(tmp_path, name):
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")
    source = open_table(_written(tmp_path, name))
    chunk = gather_rows(source, [4321, 7, 2500])
    assert chunk.column("text") == ["text, 4321", "text, 7", "text, 2500"]
    assert [str(row["id"]) for row in chunk.rows()] == ["4321", "7", "2500"]
    assert len(chunk.numbers) == 3
    again = _written(tmp_path, name)
    target = tmp_path / f"out{again.suffix}"
    write_table(target, source, [Answers(chunk, {"rank": [1, 2, 3]})])
    back = next(iter(open_table(target).chunks))
    assert [str(rank) for rank in back.column("rank")] == ["1", "2", "3"]
    assert back.column("text") == ["text, 4321", "text, 7", "text, 2500"]


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.parquet"])
def test_a_chunk_keeps_some_of_its_rows(tmp_path, name):
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")
    chunk = next(iter(open_table(_written(tmp_path, name, 10)).chunks))
    part = keep_rows(chunk, [2, 5])
    assert part.column("text") == ["text, 2", "text, 5"]
    assert list(part.numbers) == [chunk.numbers[2], chunk.numbers[5]]
    assert part.mark == chunk.mark


def test_a_row_that_is_not_there_is_said(tmp_path):
    with pytest.raises(UserError, match="has 10 rows, fewer"):
        gather_rows(open_table(_written(tmp_path, "a.csv", 10)), [3, 10])
