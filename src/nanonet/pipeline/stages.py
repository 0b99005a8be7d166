"""Finished stages of a long fit, kept so that a killed one goes on where it was."""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from nanonet.errors import UserError

Arrays = dict[str, NDArray]


class Stages:
    """A folder with one file of arrays a stage, and folders beside them.

    A stage is there when its file is: files are written to a temporary name and renamed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, name: str) -> Arrays | None:
        """The arrays of a finished stage, None where it is not finished or its file is damaged."""
        path = self.folder / f"{name}.safetensors"
        try:
            return load_file(path) if path.is_file() else None
        except (OSError, SafetensorError):
            return None

    def put(self, name: str, arrays: Mapping[str, NDArray]) -> None:
        """Keep ``arrays``; raises UserError where they cannot be written."""
        path = self.folder / f"{name}.safetensors"
        scratch = path.with_name(f"{path.name}.{uuid.uuid4().hex[:12]}.tmp")
        whole = {key: np.ascontiguousarray(value) for key, value in arrays.items()}
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with open(scratch, "wb") as file:
                file.write(save(whole))
                file.flush()
                os.fsync(file.fileno())
            os.replace(scratch, path)
        except OSError as error:
            raise _cannot_write(path, error) from error
        finally:
            with contextlib.suppress(OSError):
                scratch.unlink()

    def fresh(self, name: str) -> Path:
        """A path inside the folder at which nothing is: leftovers of a killed run are removed."""
        path = self.folder / name
        shutil.rmtree(path, ignore_errors=True)
        return path

    def rename(self, folder: Path, name: str) -> Path:
        """Give ``folder`` the name ``name`` inside this one; returns its path."""
        path = self.fresh(name)
        try:
            os.rename(folder, path)
        except OSError as error:
            raise _cannot_write(path, error) from error
        return path

    def clear(self, keep: tuple[str, ...]) -> None:
        """Remove every file and folder but the stages and folders named."""
        kept = {*keep, *(f"{name}.safetensors" for name in keep)}
        for path in self.folder.iterdir():
            if path.name in kept:
                continue
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                with contextlib.suppress(OSError):  # it only takes up space
                    path.unlink()


def _cannot_write(path: Path, error: OSError) -> UserError:
    return UserError(
        f"cannot write {path} ({error.strerror or error}); free some space or choose another "
        "folder with --cache-dir"
    )
