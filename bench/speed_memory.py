"""``python -m bench.speed_memory JOB.json METHOD``: load one method and label a list, no more.

The parent asks the kernel for this process's peak. Heads of peers are fitted on the labelled rows
of the job, which for a few dozen rows costs less memory than labelling.
"""

from __future__ import annotations

import sys

from bench.speed_job import read_job
from bench.speed_methods import METHODS


def main(job_path: str, name: str) -> None:
    """Label the job's texts, all of them at once."""
    job = read_job(job_path)
    predict = METHODS[name].build(job)
    if len(predict(list(job.pool))) != len(job.pool):
        raise SystemExit(f"{name} lost a text")


if __name__ == "__main__":
    main(*sys.argv[1:])
