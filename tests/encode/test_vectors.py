"""Vectors from the cache: order, repeats, damage, full disks."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from _counter import Counter
from nanonet.encode import Encoder, default_cache_dir, vectors
from nanonet.encode.cache import ShardStore, cache_folder, text_key

TEXTS = [f"{word} {number}" for number in range(30) for word in ("good", "bad oil", "", "team")]


def shards(encoder: Encoder, home: Path) -> list[Path]:
    return sorted((cache_folder(home, encoder.fingerprint) / "vectors").glob("*.f16"))


def test_vectors_are_those_of_encode_in_the_given_order(
    encoder: Encoder, tmp_path: Path, counter: Counter
) -> None:
    texts = TEXTS + TEXTS[:10]
    found = vectors(encoder, texts, cache_dir=tmp_path, progress=counter, shard_texts=16)
    truth = encoder.encode(texts)
    assert (found.n, len(found), found.dim) == (len(texts), len(texts), 32)
    for index in range(10):
        assert (found.readout(index) == truth[:, index].astype(np.float32)).all()
    rows = [5, 129, 5, 0]
    assert (found.gather(rows) == truth[rows]).all()
    assert (found.take(rows).readout(-1) == truth[rows, -1]).all()
    assert counter.totals == [len(set(texts))]
    assert (counter.done, counter.finished) == (len(set(texts)), 1)


def test_what_is_known_is_not_encoded_again(
    encoder: Encoder, tmp_path: Path, counter: Counter
) -> None:
    vectors(encoder, TEXTS, cache_dir=tmp_path)
    more = [*reversed(TEXTS), "new text", "newer text"]
    found = vectors(encoder, more, cache_dir=tmp_path, progress=counter)
    assert counter.totals == [2]
    assert (found.readout(0) == encoder.encode(more)[:, 0]).all()
    vectors(encoder, more, cache_dir=tmp_path, progress=counter)
    assert counter.totals == [2]


@pytest.mark.parametrize("damage", ["cut values", "cut keys", "no values", "no keys", "empty keys"])
def test_a_damaged_shard_is_redone(
    encoder: Encoder, tmp_path: Path, counter: Counter, damage: str
) -> None:
    vectors(encoder, TEXTS, cache_dir=tmp_path, shard_texts=50)
    values = shards(encoder, tmp_path)[0]
    keys = values.with_suffix(".keys")
    lost = len(keys.read_bytes()) // 16
    if damage.startswith("cut"):
        file = values if damage == "cut values" else keys
        file.write_bytes(file.read_bytes()[:-7])
    elif damage == "empty keys":
        keys.write_bytes(b"")
    else:
        (values if damage == "no values" else keys).unlink()
    found = vectors(encoder, TEXTS, cache_dir=tmp_path, progress=counter, shard_texts=50)
    assert counter.totals == [lost]
    assert (found.gather(range(found.n)) == encoder.encode(TEXTS)).all()


def test_only_old_leftovers_are_swept(encoder: Encoder, tmp_path: Path) -> None:
    vectors(encoder, ["good"], cache_dir=tmp_path)
    folder = shards(encoder, tmp_path)[0].parent
    old, young = folder / "a.f16.1.tmp", folder / "b.f16.2.tmp"
    for file in (old, young):
        file.write_bytes(b"half")
    os.utime(old, (time.time() - 7200,) * 2)
    vectors(encoder, ["good"], cache_dir=tmp_path)
    assert not old.exists()
    assert young.exists()


def test_no_text_and_empty_text(encoder: Encoder, tmp_path: Path) -> None:
    assert vectors(encoder, [], cache_dir=tmp_path).readout(0).shape == (0, 32)
    assert vectors(encoder, [""], cache_dir=tmp_path).readout(0).shape == (1, 32)


def test_keys_tell_texts_apart_up_to_what_is_seen() -> None:
    assert text_key("a") != text_key("A") != text_key(" a")
    assert text_key("x" * 20_000) == text_key("x" * 20_001)
    assert len(text_key("\ud800")) == 16


def test_twenty_thousand_texts_load_in_a_fraction_of_a_second(tmp_path: Path) -> None:
    """Full width and number of readouts in the index, few of them on disk: time, not space."""
    store = ShardStore(tmp_path, 5, 384)
    block = np.ones((256, 5, 384), np.float16)
    for start in range(0, 20_000, 256):
        store.add([text_key(str(start + i)) for i in range(256)], block)
    begin = time.perf_counter()
    places = store.index()
    assert len(places) == 79 * 256
    assert time.perf_counter() - begin < 1.0


def test_a_full_disk_is_one_sentence_and_leaves_nothing(encoder: Encoder, tmp_path: Path) -> None:
    """A limit on file size makes the system refuse the write, as a full disk does."""
    resource = pytest.importorskip("resource", reason="limits on file size need Unix")
    assert resource is not None
    code = (
        "import resource, sys\n"
        "from nanonet.encode import load_encoder, vectors\n"
        "from nanonet.errors import UserError\n"
        "e = load_encoder(sys.argv[1], cache_dir=sys.argv[2])\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))\n"
        "try: vectors(e, [str(i) for i in range(600)], cache_dir=sys.argv[2])\n"
        "except UserError as error: print(error)\n"
    )
    assert encoder.onnx_path is not None
    home = encoder.onnx_path.parents[2]
    path = os.pathsep.join(entry for entry in sys.path if entry)
    before = list(home.rglob("*.f16"))
    done = subprocess.run(
        [sys.executable, "-c", code, encoder.name, str(home)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
        check=True,
    )
    assert "no room left" in done.stdout
    assert "cache_dir" in done.stdout
    assert not list(home.rglob("*.tmp"))
    assert list(home.rglob("*.f16")) == before


def test_a_cache_folder_that_cannot_be_one(encoder: Encoder, tmp_path: Path) -> None:
    from nanonet.errors import UserError

    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match="cache_dir"):
        vectors(encoder, ["good"], cache_dir=tmp_path / "file")


def test_the_platform_says_where_the_cache_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_cache_dir() == tmp_path / "nanonet"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert default_cache_dir().name in {"nanonet", "cache"}
