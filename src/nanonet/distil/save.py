"""Write a trained encoder as a folder that any Hugging Face reader, ours included, opens."""

from __future__ import annotations

import copy
import os
import shutil
import uuid
from pathlib import Path

from safetensors import SafetensorError

from nanonet.distil.encoder import TextEncoder
from nanonet.distil.members import MicroStudent, Teacher
from nanonet.distil.merge import merge
from nanonet.encode.torch_model import quiet
from nanonet.errors import UserError


def save_encoder(member: Teacher | MicroStudent, folder: str | Path) -> Path:
    """Write the merged encoder of ``member``, as :func:`write_encoder` does; return the folder.

    The head is not in it (see ``member.reader.head_arrays()``).
    """
    return write_encoder(member.reader.encoder, folder)


def write_encoder(encoder: TextEncoder, folder: str | Path) -> Path:
    """Write config, safetensors and tokenizer of ``encoder``, its updates merged.

    The same state gives the same bytes; the encoder itself is left as it is. Raises UserError where
    the folder is already there, and where the architecture has no place for biases that were added.
    """
    folder = Path(folder).expanduser()
    if folder.exists():
        raise UserError(f"{folder} is already there; choose a new folder or remove it first")
    model = copy.deepcopy(encoder.model).to("cpu")
    notes = merge(model)
    if notes:
        raise UserError(f"the encoder cannot be saved: {notes[0]}; train it in the mode 'lora'")
    scratch = folder.with_name(f"{folder.name}.{uuid.uuid4().hex[:12]}.tmp")
    try:
        scratch.mkdir(parents=True)
        with quiet():
            model.save_pretrained(scratch)
        for file in encoder.tokenizer_files:
            shutil.copyfile(file, scratch / file.name)
        if not (scratch / "tokenizer.json").is_file():
            encoder.tokenizer.save(str(scratch / "tokenizer.json"))
        for written in scratch.iterdir():
            with open(written, "rb+") as handle:
                os.fsync(handle.fileno())
        os.rename(scratch, folder)
    except (OSError, SafetensorError) as error:  # the latter where the weights do not fit the disk
        why = getattr(error, "strerror", None) or str(error)
        raise UserError(
            f"cannot write the encoder to {folder} ({why}); choose another folder or free some "
            "space"
        ) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return folder
