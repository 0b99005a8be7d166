"""What was decided when an encoder was prepared, kept beside its files in the cache."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

RECORD_FILE = "encoder.json"
ONNX_FILE = "encoder.onnx"
TOKENIZER_FILE = "tokenizer.json"


@dataclass(frozen=True)
class Record:
    """Facts about a prepared encoder. ``backend`` is 'onnx int8', 'onnx fp32' or 'torch'."""

    backend: str
    dim: int
    layers: tuple[int, ...]
    margins: tuple[int, int]
    max_tokens: int
    notes: tuple[str, ...] = ()


def write_record(folder: Path, record: Record) -> None:
    """Put ``record`` and the sizes of the other files into ``folder``, as its last file.

    A scratch folder: the rename makes it final.
    """
    sizes = {file.name: file.stat().st_size for file in sorted(folder.iterdir())}
    text = json.dumps({**asdict(record), "sizes": sizes}, indent=1)
    (folder / RECORD_FILE).write_text(text, encoding="utf-8")


def read_record(folder: Path) -> Record | None:
    """The record in ``folder``, or ``None`` when there is none whose files are all whole."""
    try:
        raw = json.loads((folder / RECORD_FILE).read_text(encoding="utf-8"))
        record = Record(
            backend=str(raw["backend"]),
            dim=int(raw["dim"]),
            layers=tuple(int(layer) for layer in raw["layers"]),
            margins=(int(raw["margins"][0]), int(raw["margins"][1])),
            max_tokens=int(raw["max_tokens"]),
            notes=tuple(str(note) for note in raw["notes"]),
        )
        whole = all((folder / name).stat().st_size == n for name, n in raw["sizes"].items())
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError):
        return None
    return record if whole else None
