"""The front door of the room: an encoder by name, ready to encode."""

from __future__ import annotations

from pathlib import Path

from nanonet.encode.cache import cache_folder, default_cache_dir
from nanonet.encode.fingerprint import source_fingerprint
from nanonet.encode.onnx_backend import OnnxEncoder
from nanonet.encode.prepare import prepare
from nanonet.encode.protocol import Encoder
from nanonet.encode.record import Record, read_record
from nanonet.encode.source import Source, find_source
from nanonet.encode.torch_backend import TorchEncoder, gpu_likely
from nanonet.errors import NanonetError, UserError
from nanonet.progress import NullProgress, Progress

BACKENDS = ("auto", "onnx", "torch")


def load_encoder(
    name_or_path: str | Path | None = None,
    *,
    cache_dir: str | Path | None = None,
    backend: str = "auto",
    progress: Progress | None = None,
) -> Encoder:
    """An encoder: the bundled all-MiniLM-L6-v2, a model folder, or a Hugging Face hub name.

    The first load exports the model to int8 ONNX into ``cache_dir`` (some 20 s for MiniLM);
    later ones read a small record and import no framework. ``backend`` 'auto' takes torch where
    there is a GPU or the export fails (see ``Encoder.notes``) and ONNX otherwise; 'onnx' and
    'torch' insist. Raises ``UserError`` in one sentence for anything that is not an encoder.
    """
    if backend not in BACKENDS:
        raise UserError(f"backend is {backend!r}; it must be one of {', '.join(BACKENDS)}")
    home = Path(cache_dir).expanduser() if cache_dir is not None else default_cache_dir()
    source = find_source(name_or_path)
    kind = backend
    if backend == "auto":
        kind = "torch" if gpu_likely() else "onnx"
    fingerprint, folder, record = _ready(source, kind, home, progress or NullProgress())
    if kind == "onnx" and record.backend.startswith("onnx"):
        return OnnxEncoder(source.name, fingerprint, folder, record)
    if backend == "onnx":
        raise UserError(f"the encoder {source.name}: {record.notes[0]} only with backend='auto'")
    # a failed export has its own record; torch's vectors bear torch's fingerprint either way
    fingerprint = source_fingerprint(source, "torch", home)
    return TorchEncoder(source, fingerprint, folder, record)


def _ready(source: Source, kind: str, home: Path, progress: Progress) -> tuple[str, Path, Record]:
    """Fingerprint, folder and record of a prepared encoder, preparing it when it is new."""
    fingerprint = source_fingerprint(source, kind, home)
    folder = cache_folder(home, fingerprint) / "encoder"
    record = read_record(folder)
    if record is None:
        progress.start(f"preparing the encoder {source.name}", 0)
        try:
            prepare(source, folder, kind)
        finally:
            progress.finish()
        record = read_record(folder)
    if record is None:
        raise NanonetError(f"{folder} is damaged; delete it and run again")
    return fingerprint, folder, record
