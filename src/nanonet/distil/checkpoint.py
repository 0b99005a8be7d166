"""A run's state on disk, so that a killed run goes on where it was, to the bit.

One safetensors file holds the trained tensors, the optimiser's moments and, as JSON in its header,
the step and the history. Batches, views and dropout are functions of the seed and the step, so
there is no random state to keep; nothing is pickled.
"""

from __future__ import annotations

import contextlib
import json
import os
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from nanonet.distil.history import StepLog
from nanonet.distil.members import Named
from nanonet.errors import UserError

_MOMENTS = ("exp_avg", "exp_avg_sq", "step")


@dataclass(frozen=True)
class Checkpoints:
    """Where a run of that fingerprint keeps its state; folder ``None`` keeps none."""

    folder: Path | None
    fingerprint: str
    every: int

    @property
    def path(self) -> Path | None:
        """The file; its name carries the fingerprint, so other runs' files are never read."""
        return self.folder and self.folder / f"distil-{self.fingerprint[:16]}.safetensors"

    def due(self, step: int, steps: int) -> bool:
        """Whether the state after ``step`` of ``steps`` is to be written."""
        return self.folder is not None and (step % self.every == 0 or step == steps)

    def save(
        self, step: int, named: Named, optimiser: torch.optim.Optimizer, log: Sequence[StepLog]
    ) -> None:
        """Write the state in one step: a kill at any moment leaves the old file or the new one."""
        if self.path is None:
            return
        tensors = {f"value/{name}": p.detach() for name, p in named}
        for name, parameter in named:
            for key, value in optimiser.state.get(parameter, {}).items():
                tensors[f"{key}/{name}"] = torch.as_tensor(value)
        facts = {
            "fingerprint": self.fingerprint,
            "step": step,
            "history": [entry.to_dict() for entry in log],
        }
        plain = {name: value.cpu().contiguous() for name, value in tensors.items()}
        _write(self.path, save(plain, {"nanonet": json.dumps(facts)}))

    def load(
        self, named: Named, optimiser: torch.optim.Optimizer
    ) -> tuple[int, list[StepLog]] | None:
        """(step, history) with the state put back, or ``None`` where there is none of this run.

        A damaged file counts as none.
        """
        if self.path is None or not self.path.is_file():
            return None
        try:
            with safe_open(str(self.path), framework="pt") as file:
                facts = json.loads((file.metadata() or {})["nanonet"])
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            if facts["fingerprint"] != self.fingerprint:
                return None
            history = [StepLog(**entry) for entry in facts["history"]]
            step = int(facts["step"])
        except (SafetensorError, OSError, ValueError, KeyError, TypeError):
            return None
        if any(_differs(tensors.get(f"value/{name}"), p) for name, p in named):
            return None
        _restore(named, optimiser, tensors)
        return step, history


def _differs(found: Tensor | None, wanted: Tensor) -> bool:
    return found is None or found.shape != wanted.shape or found.dtype != wanted.dtype


def _restore(named: Named, optimiser: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    with torch.no_grad():
        for name, parameter in named:
            parameter.copy_(tensors[f"value/{name}"])
            state = {
                key: tensors[f"{key}/{name}"] for key in _MOMENTS if f"{key}/{name}" in tensors
            }
            if state:  # the step count stays on the CPU, as the optimiser keeps it
                optimiser.state[parameter] = {
                    key: value.clone() if key == "step" else value.to(parameter).clone()
                    for key, value in state.items()
                }


def _write(path: Path, data: bytes) -> None:
    scratch = path.with_name(f"{path.name}.{uuid.uuid4().hex[:12]}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(scratch, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        os.replace(scratch, path)
    except OSError as error:
        raise UserError(
            f"cannot write the checkpoint {path} ({error.strerror or error}); free some space or "
            "choose another folder for checkpoints"
        ) from error
    finally:
        with contextlib.suppress(OSError):
            scratch.unlink()
