"""The concept half of ``nanonet define``: from a sentence to a definition a person looked at."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from nanonet import __version__
from nanonet.cli._llm_options import make_asker, print_estimate, print_paid
from nanonet.cli._options import print_json, print_notes
from nanonet.errors import UserError

if TYPE_CHECKING:
    from nanonet.llm import Asker, Borderline, Concept, Judged

__all__ = ["define_concept"]

_YES, _NO = ("yes", "y", "true", "1"), ("no", "n", "false", "0")
_STAND_IN = 8  # attributes a definition is taken to have before there is one
_WIDTH = 300


def define_concept(sentence: str, settings: dict[str, Any], progress: Any) -> None:
    """Definition, readings, judgements, and the two files."""
    from nanonet.data import fingerprint, read_pool
    from nanonet.llm import (
        Concept,
        attribute_readings,
        borderline,
        concept_question,
        judge,
        reading_questions,
        write_concept,
    )

    if settings["pool"] is None:
        raise UserError("a concept is tried on texts; give them with --pool POOL")
    if None in (settings["out"], settings["votes"]) and not settings["dry_run"]:
        raise UserError("give --out CLASSES.toml and --votes VOTES, the two things that are made")
    _check_asking(settings)
    notes: list[str] = []
    pool = read_pool(settings["pool"], settings["text"], notes)
    print_notes(notes)
    texts = _some(pool.texts, settings)
    said = _read_answers(settings, texts)
    job = ("define", sentence, fingerprint(texts))
    asker = make_asker(settings, job, settings["cache_dir"], progress)
    if settings["dry_run"]:
        guess = Concept("", sentence, ("x" * 80,) * _STAND_IN)
        asked = [concept_question(sentence), *reading_questions(guess, texts)]
        print_estimate(asker, asked, settings["as_json"])
        return
    concept = write_concept(asker, sentence)
    readings, answers = attribute_readings(asker, concept, texts)
    print_notes(asker.notes)
    judged = judge(concept, readings, said)
    shown = borderline(judged, readings, settings["show"])
    if not settings["yes"] and settings["answers"] is None:
        said = _ask_person(concept, texts, shown)
        judged = judge(concept, readings, said)
    _write_concept(settings, judged, texts, said, [a.cost for a in answers], asker)
    _tell_concept(judged, texts, shown, said, asker, settings)


def _check_asking(settings: dict[str, Any]) -> None:
    scripted = settings["yes"] or settings["answers"] is not None or settings["dry_run"]
    if not scripted and not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UserError(
            "nobody is there to be asked: standard input is no terminal; give --yes, or "
            "--answers TABLE"
        )


def _some(texts: tuple[str, ...], settings: dict[str, Any]) -> list[str]:
    import numpy as np

    plain = list(dict.fromkeys(texts))
    order = np.random.default_rng(settings["seed"]).permutation(len(plain))[: settings["count"]]
    chosen = [plain[i] for i in np.sort(order)]
    if settings["answers"] is None:
        return chosen
    # what was judged is read too, whichever texts the draw gives
    return list(dict.fromkeys([*chosen, *_answered(settings)]))


def _answered(settings: dict[str, Any]) -> dict[str, bool]:
    from nanonet.data import iter_rows

    found: dict[str, bool] = {}
    for number, row in enumerate(iter_rows(settings["answers"]), 1):
        missing = [key for key in ("text", "label") if key not in row]
        if missing:
            raise UserError(f"{settings['answers']}: no column {missing[0]!r}; it has text, label")
        word = str(row["label"] or "").strip().lower()
        if word not in _YES + _NO:
            raise UserError(
                f"{settings['answers']}, row {number}, column 'label': holds {word!r}; it must be "
                "yes or no"
            )
        found[str(row["text"])] = word in _YES
    return found


def _read_answers(settings: dict[str, Any], texts: list[str]) -> dict[int, bool]:
    if settings["answers"] is None:
        return {}
    row = {text: number for number, text in enumerate(texts)}
    return {row[text]: yes for text, yes in _answered(settings).items()}


def _ask_person(concept: Concept, texts: list[str], shown: list[Borderline]) -> dict[int, bool]:
    click.echo(_definition(concept), err=True)
    said: dict[int, bool] = {}
    for number, one in enumerate(shown, 1):
        click.echo(f"\n({number} of {len(shown)}) {texts[one.row][:_WIDTH]}", err=True)
        question = f"Is this {concept.name!r}? (yes, no, skip)"
        word = click.prompt(question, type=click.Choice(["y", "n", "s"]), err=True)
        if word != "s":
            said[one.row] = word == "y"
    return said


def _definition(concept: Concept, kept: tuple[bool, ...] | None = None) -> str:
    use = kept or (True,) * len(concept.attributes)
    lines = [concept.name]
    for i, attribute in enumerate(concept.attributes):
        sign = "+" if i < len(concept.include) else "-"
        lines.append(f"  {sign} {attribute}" + ("" if use[i] else "  (dropped)"))
    return "\n".join(lines)


def _write_concept(
    settings: dict[str, Any],
    judged: Judged,
    texts: list[str],
    said: dict[int, bool],
    cost: list[int],
    asker: Asker,
) -> None:
    from nanonet.data import write_whole
    from nanonet.llm import (
        NANO,
        class_toml,
        concept_classes,
        concept_votes,
        provenance_path,
    )
    from nanonet.votes import write_votes

    yes = [texts[row] for row, word in said.items() if word]
    no = [texts[row] for row, word in said.items() if not word]
    classes = concept_classes(judged.concept, judged.kept, yes, no)
    votes = concept_votes(judged, [nano / NANO for nano in cost], said)
    write_votes(settings["votes"], votes, texts, [spec.name for spec in classes])
    concept = judged.concept
    facts = {
        "nanonet": __version__,
        "concept": {"sentence": concept.sentence, "name": concept.name,
                    "include": concept.include, "exclude": concept.exclude,
                    "kept": judged.kept, "judged_by_a_person": len(said)},
        "llm": asker.ledger.to_dict(),
    }  # fmt: skip
    write_whole(provenance_path(settings["votes"]), facts)
    write_whole(settings["out"], class_toml(classes, f"Defined with {asker.endpoint.model}."))


def _tell_concept(
    judged: Judged,
    texts: list[str],
    shown: list[Borderline],
    said: dict[int, bool],
    asker: Asker,
    settings: dict[str, Any],
) -> None:
    from nanonet.votes import ABSTAIN

    counts = {
        "belong": int((judged.label == 0).sum()),
        "do_not": int((judged.label == 1).sum()),
        "open": int((judged.label == ABSTAIN).sum()),
    }
    if settings["as_json"]:
        open_texts = [{"text": texts[b.row], "same": b.same, "turns_on": b.tips} for b in shown]
        concept = judged.concept
        print_json({"out": settings["out"], "votes": settings["votes"], "name": concept.name,
                    "include": concept.include, "exclude": concept.exclude, "kept": judged.kept,
                    **counts, "borderline": open_texts, "llm": asker.ledger.to_dict()})  # fmt: skip
        return
    click.echo(_definition(judged.concept, judged.kept))
    click.echo("{belong} texts belong to it, {do_not} do not, {open} are open".format(**counts))
    if shown and not said:
        click.echo("judge these with --answers to make it surer:")
        for one in shown:
            click.echo(f"  {one.same} like it: {texts[one.row][:_WIDTH]}")
    print_paid({"out": settings["out"], "votes": settings["votes"]}, asker, False)
