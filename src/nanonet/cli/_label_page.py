"""``nanonet serve --label``: the pool, the classes and the files of the answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from nanonet.cli._options import print_notes
from nanonet.errors import MissingExtra, UserError

if TYPE_CHECKING:
    from nanonet.data import ClassSpec
    from nanonet.serve import Labelling

_MOST = 20_000  # texts of a pool that are laid out: what a person answers is a small part of them


def learned_place(given: dict[str, Any]) -> Path:
    """Folder of the model that is learned from the answers."""
    if given["learned"] is not None:
        place = Path(given["learned"])
    else:
        answers = Path(given["answers"])
        place = answers.with_name(f"{answers.stem}-model")
    if place.exists() and not (place / "model.json").is_file():
        raise UserError(f"{place}: is there and is no model; name another folder with --learned")
    return place


def check_labelling(given: dict[str, Any]) -> None:
    """Refuse options that do not go together, before any work."""
    if given["label"] is None:
        extra = [n for n in ("answers", "classes", "labelled", "learned") if given[n] is not None]
        if extra:
            raise UserError(f"--{extra[0]} belongs to labelling; name the texts with --label POOL")
        return
    if given["answers"] is None:
        raise UserError("labelling needs --answers FILE.jsonl, where each answer is kept")
    if not given["answers"].endswith(".jsonl"):
        raise UserError(f"{given['answers']}: the answers are JSON Lines; end the name in .jsonl")


def make_labelling(given: dict[str, Any], models: dict[str, Path], text: str) -> Labelling:
    """The desk and the processes beside it, which begin at once."""
    from nanonet.labelling import ClassList, Desk, Files, Learner, LearnerSettings, RowFile
    from nanonet.serve import Labelling

    _need_train()
    answers = Path(given["answers"])
    side = {kind: answers.with_name(f"{answers.stem}.{kind}.jsonl") for kind in _SIDE}
    labelled = _labelled(given["labelled"], text)
    texts = _texts(given["label"], text, {one for one, _ in labelled}, given["seed"])
    model = next(iter(models.values()), None)
    specs = _classes(given["classes"], model)
    files = Files(RowFile(answers, ("text", "label")), RowFile(side["aside"], ("text", "why")))
    names = [label for _, label in labelled] + [row["label"] for row in files.answers.rows]
    classes = ClassList(specs, names, RowFile(side["classes"], ("name",)))
    desk = Desk(texts, classes, files, given["check_every"])
    elsewhere = [(one, label) for one, label, row in desk.answered() if row is None]
    if files.answers.rows:
        print_notes([f"{answers}: going on after {len(files.answers.rows):,} answers"])
    settings = LearnerSettings(
        learned_place(given), model, given["encoder"], given["cache_dir"], given["seed"]
    )
    return Labelling(desk, Learner(desk, [*labelled, *elsewhere], settings))


_SIDE = ("aside", "classes")


def _need_train() -> None:
    from importlib.util import find_spec

    if find_spec("scipy") is None or find_spec("onnxruntime") is None:
        raise MissingExtra("learning from answers", "train")


def _texts(pool: str, column: str, known: set[str], seed: int) -> list[str]:
    """Different texts in random order, at most so many; none of those that came with labels."""
    import numpy as np

    from nanonet.data import read_pool

    notes: list[str] = []
    found = list(dict.fromkeys(read_pool(pool, column, notes).texts))
    found = [text for text in found if text not in known]
    if not found:
        raise UserError(f"{pool}: every text is labelled already; there is nothing to ask")
    order = np.random.default_rng(seed).permutation(len(found))[:_MOST]
    if len(found) > _MOST:
        notes.append(f"{pool}: {_MOST:,} of {len(found):,} different texts are laid out, at random")
    print_notes(notes)
    return [found[row] for row in order.tolist()]


def _labelled(table: str | None, text: str) -> list[tuple[str, str]]:
    if table is None:
        return []
    from nanonet.data import read_labelled

    notes: list[str] = []
    found = read_labelled(table, text, "label", notes)
    print_notes(notes)
    return list(dict(zip(found.texts, found.labels, strict=True)).items())


def _classes(given: str | None, model: Path | None) -> tuple[ClassSpec, ...]:
    """From a file, or names with commas between, or what the model knows."""
    from nanonet.data import ClassSpec, read_classes
    from nanonet.labelling import class_name

    if given is None:
        if model is None:
            return ()
        from nanonet.runtime import load

        known = load(model)
        if known.info.get("labels") == "many":
            raise UserError(f"{model}: gives several labels a text, and labelling keeps one each")
        return tuple(ClassSpec(name) for name in known.classes_)
    if "," in given and not Path(given).exists():
        names = list(dict.fromkeys(class_name(name) for name in given.split(",")))
        return tuple(ClassSpec(name) for name in names)
    if not Path(given).exists():
        raise UserError(
            f"--classes is {given!r}, which is no file; give a file of class names, or the names "
            "with commas between: --classes sport,business"
        )
    specs = read_classes(given)
    parents = {spec.parent for spec in specs}
    return tuple(spec for spec in specs if spec.name not in parents)
