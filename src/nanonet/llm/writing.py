"""What a model writes instead of judging: descriptions of classes, documents, near copies.

Each comes with the class it was asked for; whether it is true to it is for a check afterwards,
which :func:`augment` makes with the same model unless told otherwise (card "augmentation": a
written text whose label nobody confirms is noise).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nanonet.data import ClassSpec
from nanonet.llm._wording import class_line, class_list, one_line
from nanonet.llm.asker import Asker
from nanonet.llm.fence import FENCE_RULE, fenced
from nanonet.llm.question import Invalid, Question, object_schema

__all__ = ["Written", "augment", "augment_questions", "describe_classes", "describe_questions",
           "generate", "generate_questions"]  # fmt: skip

_KINDS = ("short and plain", "long and detailed", "colloquial", "precise and factual",
          "indirect, without the usual words", "about an unusual case")  # fmt: skip
_AT_A_TIME = 5
_DESCRIBE = (
    "You explain the classes of a text collection to people who have never seen it. Describe one "
    "class so that it can be told from the others listed. Answer with a JSON object with three "
    "keys: description, one or two sentences on what belongs there; phrases, six short sentences "
    "as they might stand in such texts, each from another corner of the class; keywords, eight "
    "words or short terms that speak for this class and for none of the others."
)
_GENERATE = (
    "You write texts for a collection, to stand in for real ones that are missing. Write so that a "
    "reader who knows the list of classes puts each text into the class asked for, but never write "
    "the name of a class, and do not say what the text is about. Make the texts differ from one "
    "another in situation, length and wording. Answer with a JSON object with the key texts, a "
    "list of texts."
)
_AUGMENT = (
    "You write further texts like one that is given: another person, another case, other words, "
    "and yet the same class. Keep manner, language and rough length; copy no sentence. Answer with "
    "a JSON object with the key texts, a list of texts."
)


@dataclass(frozen=True)
class Written:
    """A text a model wrote. label: number of its class; seed: row of the text it is like, or -1."""

    text: str
    label: int
    seed: int = -1


def describe_questions(classes: Sequence[ClassSpec], about: str = "") -> list[Question]:
    """One question a class. about: what the texts are, in a few words of the user's."""
    text, texts = {"type": "string"}, {"type": "array", "items": {"type": "string"}}
    schema = object_schema({"description": text, "phrases": texts, "keywords": texts})
    listed = class_list([class_line(spec) for spec in classes])
    return [
        Question(
            f"{_DESCRIBE}\n\n{_topic(about)}The classes:\n{listed}",
            f"Describe the class {spec.name!r}.",
            schema,
            _check_description,
            max_tokens=800,
            expect=300,
        )
        for spec in classes
    ]


def describe_classes(
    asker: Asker, classes: Sequence[ClassSpec], about: str = ""
) -> tuple[ClassSpec, ...]:
    """The classes with what a model adds: what a person wrote stays and stands first."""
    answers = asker.ask(describe_questions(classes, about), "describing classes")
    described = []
    for spec, answer in zip(classes, answers, strict=True):
        if answer.abstained:
            described.append(spec)
            continue
        said = answer.value
        described.append(
            replace(
                spec,
                description=spec.description or said["description"],
                phrases=tuple(dict.fromkeys([*spec.phrases, *said["phrases"]])),
                keywords=tuple(dict.fromkeys([*spec.keywords, *said["keywords"]])),
            )
        )
    return tuple(described)


def generate_questions(
    classes: Sequence[ClassSpec], wanted: Sequence[int], each: int, about: str = ""
) -> list[tuple[int, Question]]:
    """(class, question) for ``each`` texts of every class number in ``wanted``, five a call."""
    listed = class_list([class_line(spec) for spec in classes])
    asked = []
    for label in wanted:
        for part in range(-(-each // _AT_A_TIME)):
            count = min(_AT_A_TIME, each - part * _AT_A_TIME)
            kind = _KINDS[part % len(_KINDS)]
            user = f"Write {count} texts of the class {classes[label].name!r}, {kind}."
            system = f"{_GENERATE}\n\n{_topic(about)}The classes:\n{listed}"
            asked.append((label, _texts(system, user, count, part)))
    return asked


def generate(
    asker: Asker, classes: Sequence[ClassSpec], wanted: Sequence[int], each: int, about: str = ""
) -> list[Written]:
    """Texts for classes that have none. Copies and texts that name a class are left out."""
    asked = generate_questions(classes, wanted, each, about)
    answers = asker.ask([question for _, question in asked], "writing texts")
    names = [spec.name.lower() for spec in classes]
    written = [
        Written(text, label)
        for (label, _), answer in zip(asked, answers, strict=True)
        for text in (answer.value or ())
        if not any(name in text.lower() for name in names)
    ]
    return _without_copies(written, ())


def augment_questions(
    texts: Sequence[str], labels: Sequence[int], classes: Sequence[ClassSpec], each: int
) -> list[Question]:
    """One question a labelled text: ``each`` more like it."""
    return [
        _texts(
            f"{_AUGMENT}\n\n{FENCE_RULE}",
            f"{fenced(text, 2000)}\n\nWrite {each} texts like it, all of the class "
            f"{class_line(classes[label])}",
            each,
            0,
        )
        for text, label in zip(texts, labels, strict=True)
    ]


def augment(
    asker: Asker,
    texts: Sequence[str],
    labels: Sequence[int],
    classes: Sequence[ClassSpec],
    each: int,
    confirm: Callable[[Sequence[str]], Sequence[int]] | None = None,
) -> list[Written]:
    """``each`` near copies of every labelled text, which inherit its label.

    confirm: texts to class numbers, by any judge; a written text whose number differs is left out.
    """
    answers = asker.ask(augment_questions(texts, labels, classes, each), "writing near copies")
    written = [
        Written(text, labels[row], row)
        for row, answer in enumerate(answers)
        for text in (answer.value or ())
    ]
    written = _without_copies(written, texts)
    if confirm is None or not written:
        return written
    judged = confirm([item.text for item in written])
    return [item for item, label in zip(written, judged, strict=True) if label == item.label]


def _texts(system: str, user: str, count: int, sample: int) -> Question:
    schema = object_schema({"texts": {"type": "array", "items": {"type": "string"}}})
    return Question(
        system,
        user,
        schema,
        _check_texts,
        max_tokens=300 * count,
        temperature=0.8,
        sample=sample,
        expect=80 * count,
    )


def _topic(about: str) -> str:
    return f"The texts are: {one_line(about)}\n\n" if about else ""


def _strings(value: Any, key: str) -> list[str]:
    found = value.get(key) if isinstance(value, dict) else None
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        raise Invalid("answer of another form")
    return [item.strip() for item in found if item.strip()]


def _check_texts(value: Any) -> list[str]:
    texts = _strings(value, "texts")
    if not texts:
        raise Invalid("no text in the answer")
    return texts


def _check_description(value: Any) -> dict[str, Any]:
    phrases, keywords = _strings(value, "phrases"), _strings(value, "keywords")
    description = value.get("description")
    if not isinstance(description, str) or not description.strip():
        raise Invalid("answer of another form")
    return {
        "description": one_line(description, 600),
        "phrases": [one_line(p) for p in phrases[:12]],
        "keywords": [one_line(k, 60) for k in keywords[:16]],
    }


def _without_copies(written: Sequence[Written], known: Sequence[str]) -> list[Written]:
    seen = {_plain(text) for text in known}
    kept = []
    for item in written:
        if _plain(item.text) not in seen:
            seen.add(_plain(item.text))
            kept.append(item)
    return kept


def _plain(text: str) -> str:
    return " ".join(text.lower().split())
