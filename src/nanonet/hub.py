"""Models on the Hugging Face Hub: a folder up, a folder down. Nothing else here uses the network.

The package ``huggingface_hub`` (extra ``hub``) does the talking, with its own settings: a token
from ``hf auth login`` or HF_TOKEN, HF_ENDPOINT, HF_HUB_OFFLINE, and its cache.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from nanonet.artefact import MANIFEST, PROTOTYPES, read_artefact
from nanonet.errors import MissingExtra, UserError
from nanonet.runtime import Classifier, ManyClassifier, load, load_many

__all__ = ["Saves", "fetch", "from_pretrained", "from_pretrained_many", "push_to_hub"]

# A model folder and nothing else that a repository may hold.
_WANTED = ["*.json", "*.safetensors", "*.onnx", "README.md"]


class Saves(Protocol):
    """What has a model folder to give: ``Fitted`` and ``NanoNetClassifier``."""

    def save(self, path: Path) -> Path:
        """Write the model folder."""


def from_pretrained(
    name: str | Path,
    *,
    revision: str | None = None,
    token: str | None = None,
    cache_dir: str | Path | None = None,
    endpoint: str | None = None,
) -> Classifier:
    """The classifier of a local folder, or of a repository of the Hub (``user/name``).

    A folder that is there is loaded as ``nanonet.load`` does, without the network; ``hf://`` before
    the name always means the Hub. revision: branch, tag or commit; cache_dir: the Hub's cache, in
    which a model that was fetched before is found without the network. Every file is checked
    against ``model.json``. Raises UserError or MissingExtra, with one sentence.

    >>> model = from_pretrained("some-user/news-topics")  # doctest: +SKIP
    """
    return load(fetch(name, revision=revision, token=token, cache_dir=cache_dir, endpoint=endpoint))


def from_pretrained_many(name: str | Path, **settings: Any) -> ManyClassifier:
    """As :func:`from_pretrained`, for a model that gives any number of labels a text.

    >>> model = from_pretrained_many("some-user/complaints")  # doctest: +SKIP
    """
    return load_many(fetch(name, **settings))


def fetch(
    name: str | Path,
    *,
    revision: str | None = None,
    token: str | None = None,
    cache_dir: str | Path | None = None,
    endpoint: str | None = None,
) -> Path:
    """The folder behind ``name``; see :func:`from_pretrained`."""
    if not str(name).startswith("hf://") and (Path(name).exists() or _is_path(str(name))):
        return Path(name)  # where there is nothing, ``load`` says so
    repository = str(name).removeprefix("hf://")
    hub = _hub()
    with _explained(hub, repository, "read"):
        folder = hub.snapshot_download(
            repository,
            revision=revision,
            token=token,
            cache_dir=cache_dir,
            endpoint=endpoint,
            allow_patterns=_WANTED,
            tqdm_class=_bar(hub),
        )
    if not (Path(folder) / MANIFEST).is_file():
        raise UserError(
            f"{repository} on the Hub holds no nanonet model: it has no {MANIFEST}; models come "
            "there by nanonet.push_to_hub"
        )
    return Path(folder)


def push_to_hub(
    model: Saves | str | Path,
    repo_id: str,
    *,
    private: bool = False,
    token: str | None = None,
    message: str = "Upload nanonet model",
    endpoint: str | None = None,
    with_texts: bool = False,
) -> str:
    """Upload a model and return the address of its commit.

    model: a folder that nanonet wrote (it is checked first), or what has ``save``: the outcome of
    ``nanonet.fit``, or a fitted ``NanoNetClassifier``. repo_id: ``user/name``, made if it is not
    there (``private``: then as a private one). Files that an earlier model left there go. A model
    that keeps labelled texts (``fit --prototypes``) is pushed only ``with_texts``.
    """
    if isinstance(model, (str, Path)):
        _check_texts(Path(model), with_texts)
        return _push(Path(model), repo_id, private, token, message, endpoint)
    if not hasattr(model, "save"):
        raise UserError(
            f"a {type(model).__name__} has no files to upload; give the model folder, or what "
            "nanonet.fit returned"
        )
    with tempfile.TemporaryDirectory() as home:
        folder = model.save(Path(home) / "model")
        return _push(folder, repo_id, private, token, message, endpoint)


def _check_texts(folder: Path, with_texts: bool) -> None:
    if PROTOTYPES in read_artefact(folder).manifest["files"] and not with_texts:
        raise UserError(
            f"{folder} keeps labelled texts word for word ({PROTOTYPES}), which everyone who gets "
            "the model could read; push it with_texts=True, or fit again without --prototypes"
        )


def _push(
    folder: Path, repo_id: str, private: bool, token: str | None, message: str, endpoint: str | None
) -> str:
    files = [MANIFEST, *read_artefact(folder).manifest["files"]]
    hub = _hub()
    with _explained(hub, repo_id, "write"):
        api = hub.HfApi(endpoint=endpoint, token=token)
        if not api.repo_exists(repo_id):
            api.create_repo(repo_id, private=private)
        commit: Any = api.upload_folder(
            repo_id=repo_id,
            folder_path=folder,
            allow_patterns=files,
            delete_patterns=_WANTED,
            commit_message=message,
        )
    return str(commit.commit_url)


def _is_path(name: str) -> bool:
    """Whether ``name`` can be nothing but a path: the Hub's names are ``user/name``."""
    return name.startswith((".", "/", "~")) or name.count("/") != 1 or "\\" in name


def _hub() -> Any:
    try:
        import huggingface_hub
    except ImportError as error:
        raise MissingExtra("the Hugging Face Hub", "hub") from error
    return huggingface_hub


def _bar(hub: Any) -> type:
    """The Hub's progress bar, on a terminal only."""

    class Bar(hub.utils.tqdm):  # type: ignore[misc]
        def __init__(self, *args: Any, **settings: Any) -> None:
            super().__init__(*args, **{**settings, "disable": not sys.stderr.isatty()})

    return Bar


@contextmanager
def _explained(hub: Any, name: str, to: str) -> Iterator[None]:
    """What went wrong with the Hub as one sentence."""
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        told = _sentence(hub, name, to, error)
        if told is None:
            raise
        raise UserError(told) from error


_LOGIN = "run `hf auth login`, set HF_TOKEN, or give token="


def _sentence(hub: Any, name: str, to: str, error: Exception) -> str | None:
    """What to tell of an error of the Hub, None where it is none of the Hub's."""
    known = hub.errors
    status = getattr(getattr(error, "response", None), "status_code", None)
    if isinstance(error, known.HFValidationError):
        return f"{name!r} is no name of a repository; the Hub's names are user/name"
    if isinstance(error, known.LocalTokenNotFoundError) or (status == 401 and to == "write"):
        return f"the Hub lets nobody {to} {name} without a valid token; {_LOGIN}"
    if isinstance(error, known.GatedRepoError) or status == 403:
        return f"your token may not {to} {name} on the Hub; ask its owner, or {_LOGIN}"
    if isinstance(error, known.RepositoryNotFoundError):
        return f"there is no {name} on the Hub, or it is private; check the name, or {_LOGIN}"
    if isinstance(error, known.RevisionNotFoundError):
        return f"{name} on the Hub has no such revision; leave revision out to take its newest"
    if isinstance(error, (known.OfflineModeIsEnabled, known.LocalEntryNotFoundError)):
        return _offline(name, "it is not in the local cache")
    if isinstance(error, known.HfHubHTTPError):
        return f"the Hub refused to {to} {name} (status {status}); try again later"
    if isinstance(error, OSError) or type(error).__module__.startswith("http"):
        return _offline(name, f"{type(error).__name__}")
    return None


def _offline(name: str, why: str) -> str:
    return (
        f"the Hub cannot be reached for {name} ({why}); go online (and unset HF_HUB_OFFLINE), or "
        "give the path of a model folder"
    )
