"""A killed or interrupted run goes on where it stopped; a finished one needs no framework."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from _counter import Counter
from nanonet.encode import Encoder, vectors
from nanonet.encode._pool import each
from nanonet.encode.cache import cache_folder

COUNT, SHARD = 4000, 64
TEXTS = [f"the market price {number} was " + "great " * (number % 40) for number in range(COUNT)]

RUN = f"""
import sys
from nanonet.encode import load_encoder, vectors
texts = [f"the market price {{n}} was " + "great " * (n % 40) for n in range({COUNT})]
e = load_encoder(sys.argv[1], cache_dir=sys.argv[2])
vectors(e, texts, cache_dir=sys.argv[3], shard_texts={SHARD})
"""


def begin(encoder: Encoder, home: Path, folder: Path) -> subprocess.Popen[bytes]:
    """Start encoding in another process and return once some shards are finished."""
    path = os.pathsep.join(entry for entry in sys.path if entry)
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, encoder.name, str(home), str(folder)],
        env={**os.environ, "PYTHONPATH": path},
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while len(list(folder.rglob("*.keys"))) < 4:
        assert time.monotonic() < deadline, "nothing was encoded"
        assert process.poll() is None, "the run ended before it could be stopped"
        time.sleep(0.002)
    return process


def stamps(encoder: Encoder, folder: Path) -> dict[str, tuple[int, int]]:
    stored = (cache_folder(folder, encoder.fingerprint) / "vectors").glob("*.keys")
    files = [file for keys in stored for file in (keys, keys.with_suffix(".f16"))]
    return {file.name: (file.stat().st_ino, file.stat().st_mtime_ns) for file in files}


def test_an_interrupt_drops_the_work_not_yet_begun() -> None:
    begun: list[int] = []

    def work(item: int) -> None:
        begun.append(item)
        time.sleep(0.02)

    def interrupt(n: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        each(work, range(500), interrupt, workers=2)
    assert len(begun) < 100


@pytest.mark.skipif(os.name == "nt", reason="signals of this kind are Unix's")
@pytest.mark.parametrize("how", ["SIGKILL", "SIGINT"])
def test_a_stopped_run_goes_on_where_it_stopped(
    encoder: Encoder, home: Path, tmp_path: Path, counter: Counter, how: str
) -> None:
    process = begin(encoder, home, tmp_path / "broken")
    stopped = time.monotonic()
    process.send_signal(getattr(signal, how))
    assert process.wait(timeout=30) != 0
    assert time.monotonic() - stopped < 10.0
    finished = stamps(encoder, tmp_path / "broken")
    assert finished
    mended = vectors(
        encoder, TEXTS, cache_dir=tmp_path / "broken", progress=counter, shard_texts=SHARD
    )
    assert counter.totals == [COUNT - SHARD * len(finished) // 2]
    after = stamps(encoder, tmp_path / "broken")
    assert {name: after[name] for name in finished} == finished
    unbroken = vectors(encoder, TEXTS, cache_dir=tmp_path / "whole")
    assert (mended.gather(range(COUNT)) == unbroken.gather(range(COUNT))).all()


def test_with_everything_cached_no_framework_is_imported(
    encoder: Encoder, home: Path, tmp_path: Path
) -> None:
    texts = TEXTS[:50]
    truth = vectors(encoder, texts, cache_dir=tmp_path).readout(0)
    code = (
        "import sys\n"
        "import nanonet.encode\n"
        "heavy = ('torch', 'transformers', 'onnxruntime', 'onnx', 'tokenizers', 'pyarrow',\n"
        "         'sklearn', 'scipy', 'sentence_transformers', 'huggingface_hub')\n"
        "seen = lambda: [name for name in heavy if name in sys.modules]\n"
        "assert not seen(), seen()\n"
        "texts = sys.stdin.read().split('\\n')\n"
        "e = nanonet.encode.load_encoder(sys.argv[1], cache_dir=sys.argv[2])\n"
        "v = nanonet.encode.vectors(e, texts, cache_dir=sys.argv[3])\n"
        "print(float(v.readout(0).sum(dtype='float64')))\n"
        "assert not seen(), seen()\n"
    )
    path = os.pathsep.join(entry for entry in sys.path if entry)
    done = subprocess.run(
        [sys.executable, "-c", code, encoder.name, str(home), str(tmp_path)],
        input="\n".join(texts),
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) == float(truth.sum(dtype="float64"))
