"""Two processes, as accelerate's launcher starts them, end with one and the same cohort."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training an encoder needs torch")
pytest.importorskip("accelerate", reason="several processes need accelerate")

SCRIPT = """
import hashlib, sys
import torch
torch.set_num_threads(1)
from _toy import task
from nanonet.distil import distil, find_preset

texts, y, pool, _ = task()
preset = find_preset("cohort").but(
    steps=6, warm_teacher=2, labelled_batch=4, unlabelled_batch=8, max_tokens=32
)
done = distil(sys.argv[1], texts, y, 2, pool, preset, seed=0, device="cpu", precision="float32")
digest = hashlib.sha256()
for member in (done.teacher, *done.micros, done.nano):
    for _, parameter in member.parameters_trained():
        digest.update(parameter.detach().numpy().tobytes())
print(digest.hexdigest(), done.history[-1].losses["teacher"])
torch.distributed.destroy_process_group()
"""


@pytest.mark.skipif(os.name == "nt", reason="gloo between processes is Unix's here")
def test_two_processes_train_one_cohort(folders):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    here = Path(__file__).parent.parent
    shared = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(here), *(entry for entry in sys.path if entry)]),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
        "WORLD_SIZE": "2",
        "LOCAL_WORLD_SIZE": "2",
        "ACCELERATE_USE_CPU": "true",
    }
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(folders("bert"))],
            env={**shared, "RANK": str(rank), "LOCAL_RANK": str(rank)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(2)
    ]
    done = [process.communicate(timeout=120) for process in processes]
    assert all(process.returncode == 0 for process in processes), done[0][1][-2000:]
    (first, loss), (second, other) = (out.split() for out, _ in done)
    assert first == second
    assert loss != other, "each process has rows of its own"
