"""Where an encoder's files lie: the package, a folder, or a downloaded hub snapshot."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from nanonet.encode.bundled import BUNDLED_NAME, BUNDLED_NAMES, bundled_folder
from nanonet.errors import UserError

TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
    "spiece.model",
    "sentencepiece.bpe.model",
    "tokenizer.model",
)
_ENOUGH = {name for name in TOKENIZER_FILES if "config" not in name and "map" not in name}
_HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")


@dataclass(frozen=True)
class Source:
    """An encoder on disk that passed the checks; nothing is loaded yet."""

    name: str
    folder: Path
    weights: tuple[Path, ...]
    tokenizer_folder: Path
    bundled: bool = False


def find_source(name_or_path: str | Path | None) -> Source:
    """Resolve ``None`` (the bundled encoder), a folder, or a hub name; ``UserError`` otherwise."""
    if name_or_path is None or (name_or_path in BUNDLED_NAMES and not Path(name_or_path).exists()):
        return open_folder(bundled_folder(), BUNDLED_NAME, bundled=True)
    name = str(name_or_path)
    path = Path(name).expanduser()
    if path.is_dir():
        return open_folder(path.resolve(), name)
    if path.exists():
        raise UserError(
            f"the encoder {name} is a file; give the folder that holds config.json, "
            "the tokenizer and model.safetensors"
        )
    if isinstance(name_or_path, Path) or not _HUB_NAME.fullmatch(name):
        raise UserError(
            f"there is no encoder folder {name}; give an existing folder, a Hugging Face name "
            "such as sentence-transformers/all-MiniLM-L6-v2, or nothing for the bundled encoder"
        )
    from nanonet.encode.hub import fetch_snapshot

    return open_folder(fetch_snapshot(name), name)


def open_folder(folder: Path, name: str, bundled: bool = False) -> Source:
    """Check that ``folder`` holds a transformer with safetensors weights and a tokenizer."""
    inner = _transformer_folder(folder, name)
    if not (inner / "config.json").is_file():
        raise UserError(
            f"the encoder {name} has no config.json in {inner}; give a Hugging Face or "
            "sentence-transformers model folder"
        )
    homes = [home for home in (inner, folder) if any((home / f).is_file() for f in _ENOUGH)]
    if not homes:
        raise UserError(
            f"the encoder {name} has no tokenizer in {inner}; save it there with "
            "tokenizer.save_pretrained()"
        )
    return Source(name, inner, _weights(inner, name), homes[0], bundled)


def _weights(folder: Path, name: str) -> tuple[Path, ...]:
    found = tuple(sorted(folder.glob("model*.safetensors")))
    if found:
        return found
    if any(folder.glob("*.bin")) or any(folder.glob("*.pt")):
        raise UserError(
            f"the encoder {name} has only pickle weights, which can run code when loaded and are "
            "refused; save it again with model.save_pretrained(folder, safe_serialization=True)"
        )
    raise UserError(f"the encoder {name} has no weights (model.safetensors) in {folder}")


def _transformer_folder(folder: Path, name: str) -> Path:
    """The folder of the transformer itself; sentence-transformers may keep it one level down."""
    listing = folder / "modules.json"
    if not listing.is_file():
        return folder
    try:
        modules = json.loads(listing.read_text(encoding="utf-8"))
        kinds = [str(module["type"]) for module in modules]
        paths = [str(module["path"]) for module in modules]
    except (ValueError, KeyError, TypeError):
        raise UserError(f"{listing} is not a sentence-transformers module list") from None
    for kind, path in zip(kinds, paths, strict=True):
        if kind.rsplit(".", 1)[-1] == "Transformer":
            return folder / path if path else folder
    raise UserError(
        f"the encoder {name} has no Transformer module (it has {', '.join(kinds) or 'none'}); "
        "choose a sentence-transformers model built on a transformer"
    )
