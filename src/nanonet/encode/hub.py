"""Hub names: the local copy first, then one short attempt to download, never a hang."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from nanonet.errors import MissingExtra, UserError

_WANTED = ["*.json", "*.txt", "*.model", "model*.safetensors", "*/model*.safetensors"]
_TRY_SECONDS = 8.0


def fetch_snapshot(name: str) -> Path:
    """Folder of the hub model ``name``, downloaded when it is not in the local hub cache.

    Raises ``UserError`` at once when offline, within ``_TRY_SECONDS`` when the hub is silent.
    """
    try:
        import huggingface_hub
        from huggingface_hub import constants
    except ImportError:
        raise MissingExtra(f"the encoder {name}", "train") from None
    local = _local(huggingface_hub, name)
    if local is not None:
        return local
    if constants.HF_HUB_OFFLINE:
        raise _unavailable(name, "HF_HUB_OFFLINE is set")
    trouble = _probe(huggingface_hub, name)
    if trouble:
        raise _unavailable(name, trouble)
    try:
        return Path(huggingface_hub.snapshot_download(name, allow_patterns=_WANTED))
    except Exception as error:
        raise _unavailable(name, _short(error)) from error


def _local(hub: Any, name: str) -> Path | None:
    """The snapshot in the local hub cache, if it holds weights."""
    try:
        folder = Path(hub.snapshot_download(name, allow_patterns=_WANTED, local_files_only=True))
    except Exception:
        return None
    return folder if any(folder.rglob("*.safetensors")) else None


def _probe(hub: Any, name: str) -> str:
    """Why the hub cannot serve ``name``, or nothing. Name look-ups ignore time limits: a thread."""
    answer = ["no answer from the Hugging Face hub"]

    def ask() -> None:
        try:
            hub.HfApi().model_info(name, timeout=_TRY_SECONDS)
            answer[0] = ""
        except Exception as error:
            answer[0] = _short(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(_TRY_SECONDS)
    return answer[0]


def _short(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0] if lines else ''}"[:120].rstrip(": ")


def _unavailable(name: str, why: str) -> UserError:
    return UserError(
        f"the encoder {name} is neither a folder here nor a model that could be fetched from the "
        f"Hugging Face hub ({why}); give the path of a model folder, or leave the encoder out to "
        "use the bundled one"
    )
