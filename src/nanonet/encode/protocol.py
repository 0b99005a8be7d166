"""What every encoder offers, whatever runs it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from nanonet.encode.readouts import Readout
from nanonet.progress import Progress

Half = npt.NDArray[np.float16]
Floats = npt.NDArray[np.float32]


class Encoder(Protocol):
    """A frozen text encoder seen as a family of readouts.

    Making one is cheap; the model itself loads at the first ``encode``.
    """

    @property
    def name(self) -> str:
        """What the user called it, for messages and provenance."""

    @property
    def fingerprint(self) -> str:
        """64 hex digits that name the weights, tokenizer, export version and token limit."""

    @property
    def readouts(self) -> tuple[Readout, ...]:
        """The readouts, in the order of axis 1 of ``encode``."""

    @property
    def dim(self) -> int:
        """Width of one readout."""

    @property
    def max_tokens(self) -> int:
        """Texts are cut after this many tokens, special ones included."""

    @property
    def backend(self) -> str:
        """What runs it: ``onnx int8``, ``onnx fp32`` or ``torch``."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences the user should see, such as why the slower backend was taken."""

    @property
    def onnx_path(self) -> Path | None:
        """The model file that produced these vectors, to ship; ``None`` for torch."""

    @property
    def tokenizer_path(self) -> Path:
        """``tokenizer.json`` with the truncation to ``max_tokens`` set and padding off."""

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Half:
        """Encode ``texts`` to float16 [n, len(readouts), dim]; nothing is cached here.

        Raises ``UserError`` for texts that are not strings, ``MissingExtra`` when the packages
        that run the model are absent.
        """
