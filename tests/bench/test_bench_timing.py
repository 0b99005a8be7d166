"""The job that whole processes are timed on."""

from __future__ import annotations

import csv
from pathlib import Path

from bench._cost_tables import timing as timing_table
from bench.protocol import Table

from bench import timing

FILM = ("A fine film. It is long, and slow.<br /><br />See it! Why not now? Yes.",) * 9


def test_sentences_are_whole_and_of_three_words():
    assert list(timing.sentences(FILM[:1])) == [
        "A fine film.", "It is long, and slow.", "Why not now?",
    ]  # fmt: skip


def test_a_small_pool_is_filled_with_sentences(tmp_path, monkeypatch):
    own = Table(tuple(f"text {n}" for n in range(10)), ("a", "b") * 5)
    sets = {"own": (own, own), "films": (Table(FILM, ("x",) * 9), own)}
    monkeypatch.setattr(timing, "load", lambda name, data: sets[name])
    settings = timing.TimeSettings("own", shots=2, pool=12, fill="films")
    labelled, pool, rows = timing.write_tables(settings, tmp_path, tmp_path)
    with pool.open(encoding="utf-8", newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    assert rows == len(texts) == 12
    assert sorted(texts[:6])[0].startswith("text")
    assert texts[6:9] == ["A fine film.", "It is long, and slow.", "Why not now?"]
    unfilled = timing.TimeSettings("own", shots=2, pool=12)
    assert timing.write_tables(unfilled, tmp_path, tmp_path)[2] == 6
    with labelled.open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == 4


def test_the_table_says_what_the_pile_and_the_effort_were():
    walls = {name: {"wall_s": 10.0, "peak_mb": 5.0} for name in ("setfit", "nanonet_cold")}
    walls["nanonet_warm"] = walls["setfit"]
    settings = {"shots": 20, "rows": 12, "set": "own", "effort": "normal", "fill": "films"}
    document = {"walls": walls, "setfit_over": {"nanonet_cold": 1.0}, "settings": settings}
    head = timing_table(document).splitlines()[0]
    assert "20 labels a class, 12 own texts and sentences of films, effort normal" in head


def test_without_the_peer_there_is_nothing_to_divide_by():
    walls = {name: {"wall_s": 10.0, "peak_mb": 5.0} for name in ("nanonet_cold", "nanonet_warm")}
    settings = {"shots": 20, "rows": 12, "set": "own", "effort": "normal"}
    table = timing_table({"walls": walls, "setfit_over": {}, "settings": settings})
    assert "SetFit" not in table
    assert "nothing cached | 10 s | 5 MiB |" in table
    assert "setfit" not in timing.commands(
        timing.TimeSettings(peer=False), *[Path(n) for n in "abc"]
    )
