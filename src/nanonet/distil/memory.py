"""Memory that runs out is told in one sentence, whoever it was that ran out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from nanonet.errors import OutOfMemory

_SIGNS = ("can't allocate memory", "failed to allocate memory", "bad_alloc")


@contextmanager
def memory(advice: str) -> Iterator[None]:
    """Within it, lack of memory raises OutOfMemory: 'memory ran out' and ``advice``.

    Frameworks tell it in several ways: as torch's own error, as a plain RuntimeError of torch's or
    the ONNX runtime's, or as Python's MemoryError. An inner sentence gives way to the outer one.
    """
    try:
        yield
    except (OutOfMemory, torch.OutOfMemoryError, MemoryError) as error:
        raise OutOfMemory(f"memory ran out {advice}") from error
    except Exception as error:
        if not any(sign in str(error).lower() for sign in _SIGNS):
            raise
        raise OutOfMemory(f"memory ran out {advice}") from error
