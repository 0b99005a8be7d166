"""Where training runs and in which precision."""

from __future__ import annotations

import contextlib
import importlib.util
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from nanonet.errors import UserError

PRECISIONS = ("auto", "bf16", "float32")


@dataclass(frozen=True)
class Place:
    """A device, whether forward passes run in bfloat16, and this process's rank among ``world``.

    With several processes each takes its share of every batch and gradients are averaged.
    """

    device: torch.device
    bf16: bool
    rank: int = 0
    world: int = 1

    def autocast(self) -> Any:
        """A context in which forward passes run in the chosen precision."""
        if not self.bf16:
            return contextlib.nullcontext()
        return torch.autocast(self.device.type, dtype=torch.bfloat16)

    def own_randomness(self) -> Any:
        """A context after which torch's global randomness is again what it was before."""
        devices = [self.device] if self.device.type == "cuda" else []
        return torch.random.fork_rng(devices=devices)

    def share(self, rows: Any) -> Any:
        """The part of a batch's rows that this process computes (at least one row)."""
        part = rows[self.rank :: self.world]
        return part if len(part) else rows[:1]

    def all_agree(self, fine: bool) -> bool:
        """Whether every process finds its step fine; otherwise none may update."""
        if self.world == 1:
            return fine
        bad = torch.tensor([0.0 if fine else 1.0], device=self.device)
        torch.distributed.all_reduce(bad)
        return float(bad) == 0.0

    def average(self, parameters: Iterable[Tensor]) -> None:
        """Average the gradients over the processes; nothing to do for one."""
        if self.world == 1:
            return
        for parameter in parameters:
            if parameter.grad is not None:
                torch.distributed.all_reduce(parameter.grad)
                parameter.grad /= self.world


def find_place(device: str = "auto", precision: str = "auto") -> Place:
    """The place to train: CUDA where there is one, else the CPU.

    'auto' precision is bfloat16 on CUDA and on CPUs that compute in it (AVX512-BF16, AMX), where
    it was measured 1.3 to 1.6 times as fast. With the package accelerate, its launcher decides
    about several processes. Raises UserError for a device that is not there.
    """
    if precision not in PRECISIONS:
        raise UserError(f"precision is {precision!r}; it must be one of {', '.join(PRECISIONS)}")
    rank = world = 0
    if "WORLD_SIZE" in os.environ and importlib.util.find_spec("accelerate"):
        from accelerate import PartialState

        state = PartialState(cpu=device == "cpu")
        rank, world, chosen = state.process_index, state.num_processes, state.device
    else:
        chosen = _device(device)
    bf16 = precision == "bf16" or (precision == "auto" and _has_bf16(chosen))
    return Place(chosen, bf16, rank, max(1, world))


def _device(name: str) -> torch.device:
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise UserError(
            f"the device {name!r} cannot be used here ({str(error).splitlines()[0][:100]}); "
            "give 'auto', 'cpu' or 'cuda'"
        ) from error
    return device


def _has_bf16(device: torch.device) -> bool:
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    if device.type != "cpu":
        return False
    # private in torch 2: where they are gone, float32 is right everywhere
    tests = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(getattr(torch.cpu, test, lambda: False)() for test in tests)
