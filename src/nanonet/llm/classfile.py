"""Class files as ``nanonet fit --classes`` reads them, written."""

from __future__ import annotations

import json
from collections.abc import Sequence

from nanonet.data import ClassSpec
from nanonet.llm.concept import Concept

__all__ = ["class_toml", "concept_classes"]


def class_toml(classes: Sequence[ClassSpec], head: str = "") -> str:
    """``[[class]]`` blocks that :func:`nanonet.data.read_classes` reads back unchanged.

    >>> print(class_toml([ClassSpec("fines", "Money.", keywords=("fee",))]), end="")
    [[class]]
    name = "fines"
    description = "Money."
    keywords = ["fee"]
    """
    lines = [f"# {line}" for line in head.splitlines()]
    for spec in classes:
        lines += ["", "[[class]]", f"name = {_quoted(spec.name)}"]
        if spec.description:
            lines.append(f"description = {_quoted(spec.description)}")
        for key, values in (("phrases", spec.phrases), ("keywords", spec.keywords)):
            if values:
                lines.append(f"{key} = [{', '.join(map(_quoted, values))}]")
        if spec.parent is not None:
            lines.append(f"parent = {_quoted(spec.parent)}")
    return "\n".join(lines).lstrip("\n") + "\n"


def concept_classes(
    concept: Concept, kept: Sequence[bool], yes: Sequence[str] = (), no: Sequence[str] = ()
) -> tuple[ClassSpec, ClassSpec]:
    """The concept and its opposite as classes. yes, no: texts a person put there."""
    pairs = list(zip(concept.attributes, kept, strict=True))
    include = [text for text, use in pairs[: len(concept.include)] if use]
    exclude = [text for text, use in pairs[len(concept.include) :] if use]
    meant = f"{concept.sentence.strip()} Belongs here: {'; '.join(include)}."
    if exclude:
        meant += f" Does not belong here: {'; '.join(exclude)}."
    against = "Everything else" + (f", also: {'; '.join(exclude)}." if exclude else ".")
    return (
        ClassSpec(concept.name, meant, tuple(yes)),
        ClassSpec(f"not {concept.name}", against, tuple(no)),
    )


def _quoted(text: str) -> str:
    """A TOML basic string; JSON's escapes are TOML's too, but for the delete character."""
    clean = text.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(clean, ensure_ascii=False).replace("\x7f", "\\u007f")
