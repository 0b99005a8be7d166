"""The process that runs the whole ``nanonet fit`` at effort quick on the answers so far."""

from __future__ import annotations

import json
import os
import sys
import threading
from typing import Any

from nanonet.errors import UserError
from nanonet.labelling.speaking import speaker
from nanonet.labelling.tasks import Job, spec_of

__all__ = ["main"]


def main() -> None:
    """Read one job, fit, save, and tell what to expect of the model in one JSON line."""
    job = Job(**json.loads(sys.stdin.readline()))
    say = speaker()
    threading.Thread(target=_end_with_the_server, daemon=True).start()
    try:
        say(_fit(job))
    except UserError as error:
        say({"error": str(error)})
    os._exit(0)  # the thread still reads


def _fit(job: Job) -> dict[str, Any]:
    from nanonet.pipeline import fit

    specs = [spec_of(one) for one in job.classes]
    fitted = fit(
        job.texts,
        job.labels,
        pool=job.pool,
        classes=specs or None,
        student="nano",
        seed=job.seed,
        encoder=job.encoder,
        cache_dir=job.cache_dir,
    )
    fitted.save(job.out, overwrite=True)
    report = fitted.report.to_dict()
    return {"expected": report["expected"], "answers": len(job.texts)}


def _end_with_the_server() -> None:
    sys.stdin.read()
    os._exit(0)
