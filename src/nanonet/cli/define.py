"""``nanonet define``: a sentence about a concept, or bare class names, in; a class file out."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import click

from nanonet.cli._llm_options import llm_options, make_asker, print_estimate, print_paid
from nanonet.cli._options import json_option, print_notes, text_option
from nanonet.errors import UserError


@click.command(short_help="Class descriptions, from a sentence or from names, by a language model.")
@click.argument("sentence", required=False)
@click.option("--out", metavar="CLASSES", help="Class file to write, .toml.")
@click.option("--pool", metavar="POOL", help="Texts to which the definition is applied.")
@click.option("--votes", metavar="VOTES", help="Table of votes to write, with --pool.")
@click.option(
    "--count", type=click.IntRange(1), default=200, show_default=True, help="Texts of POOL to read."
)
@click.option(
    "--show", type=click.IntRange(0, 50), default=5, show_default=True, help="Borderline texts."
)
@click.option("--yes", is_flag=True, help="Ask nobody; take the definition as the model wrote it.")
@click.option(
    "--answers", metavar="TABLE", help="Judgements instead of questions: text, label (yes or no)."
)
@click.option("--classes", metavar="CLASSES", help="Describe these classes instead of a concept.")
@click.option("--about", default="", metavar="WORDS", help="What the texts are, for --classes.")
@click.option("--documents", metavar="FILE", help="With --classes: also write texts, as a .csv.")
@click.option(
    "--each", type=click.IntRange(1, 200), default=5, show_default=True, help="Per class."
)
@click.option(
    "--labelled", metavar="TABLE", help="With --documents: near copies of these texts instead."
)
@llm_options
@click.option("--cache-dir", metavar="DIR", help="As for nanonet label.")
@click.option(
    "--seed", type=int, default=0, show_default=True, help="Which texts of POOL are read."
)
@text_option
@json_option
def define(sentence: str | None, **settings: Any) -> None:
    """Define a concept or classes with a language model, for nanonet fit and nanonet label.

    With SENTENCE, the model splits the concept into attributes that include or exclude a text, says
    for --count texts of POOL which hold, and shows you the few texts where your word matters most.
    The definition near the model's that agrees best with you is kept, as a class file with two
    classes, and with it the votes. You are asked on a terminal; scripts give --yes, which prints
    these texts, or --answers. Answers of the model are kept, so a second run costs nothing.

    With --classes, each class gets a description, phrases and keywords beside what the file says
    already. --documents writes texts for classes that have none, or near copies of --labelled ones.

    \b
    Examples:
      nanonet define "Letters that threaten to leave" --pool pool.csv --out concept.toml \\
          --votes votes.csv --model NAME --max-calls 300
      nanonet define --classes names.txt --out classes.toml --model NAME --max-calls 20
      nanonet define --classes names.txt --documents made.csv --each 10 --model NAME --max-calls 50
    """
    from nanonet.cli._progress import terminal_progress

    if (sentence is None) == (settings["classes"] is None):
        raise UserError("give either a sentence about one concept, or --classes CLASSES")
    for key in ("out", "votes", "documents"):
        _check_place(key, settings[key])
    if sentence is None:
        _describe(settings, terminal_progress())
    else:
        from nanonet.cli._define_concept import define_concept

        define_concept(sentence, settings, terminal_progress())


def _check_place(key: str, name: str | None) -> None:
    from nanonet.data import check_target

    endings = {"out": ".toml", "documents": ".csv"}
    if name is None:
        return
    if key == "votes":
        check_target(name)
        return
    if not name.endswith(endings[key]):
        raise UserError(f"--{key} {name}: the name must end in {endings[key]}")
    if not Path(name).absolute().parent.is_dir():
        raise UserError(f"{name}: the folder {Path(name).absolute().parent} does not exist")


def _describe(settings: dict[str, Any], progress: Any) -> None:
    from nanonet.data import read_classes, read_labelled, write_whole
    from nanonet.llm import (
        augment,
        augment_questions,
        class_toml,
        describe_classes,
        describe_questions,
        generate,
        generate_questions,
    )

    if settings["out"] is None and settings["documents"] is None:
        raise UserError("nothing to write; give --out CLASSES.toml, --documents FILE.csv, or both")
    specs, about, each = read_classes(settings["classes"]), settings["about"], settings["each"]
    number = {spec.name: i for i, spec in enumerate(specs)}
    few = read_labelled(settings["labelled"], settings["text"]) if settings["labelled"] else None
    unknown = sorted(set(few.labels) - set(number)) if few else []
    if unknown:
        raise UserError(
            f"{settings['labelled']}: the label {unknown[0]!r} is not in {settings['classes']}"
        )
    seeds = [number[label] for label in few.labels] if few else []
    asker = make_asker(settings, ("define", specs, about, each), settings["cache_dir"], progress)
    if settings["dry_run"]:
        asked = describe_questions(specs, about) if settings["out"] else []
        if settings["documents"] and few:
            asked += augment_questions(few.texts, seeds, specs, each)
        elif settings["documents"]:
            asked += [q for _, q in generate_questions(specs, range(len(specs)), each, about)]
        print_estimate(asker, asked, settings["as_json"])
        return
    told: dict[str, Any] = {}
    if settings["out"]:
        specs = describe_classes(asker, specs, about)
        write_whole(settings["out"], class_toml(specs, f"Described by {asker.endpoint.model}."))
        told["out"] = settings["out"]
    if settings["documents"]:
        made = (
            augment(asker, few.texts, seeds, specs, each)
            if few
            else generate(asker, specs, range(len(specs)), each, about)
        )
        rows = [(item.text, specs[item.label].name) for item in made]
        write_whole(settings["documents"], _csv(rows))
        told |= {"documents": settings["documents"], "texts": len(rows)}
    print_notes(asker.notes)
    print_paid(told, asker, settings["as_json"])


def _csv(rows: list[tuple[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([("text", "label"), *rows])
    return out.getvalue()
