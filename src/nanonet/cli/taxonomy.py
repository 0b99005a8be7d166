"""``nanonet taxonomy``: a pool in, a class file that a person edits out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from nanonet.cli._llm_options import llm_options, make_asker, print_estimate
from nanonet.cli._options import json_option, print_json, print_notes, text_option
from nanonet.errors import UserError


@click.command(short_help="Find classes in a pool, for you to edit and nanonet fit to learn.")
@click.argument("pool")
@click.option("--out", metavar="CLASSES", help="Class file to write, .toml.")
@click.option("--count", type=click.IntRange(2), help="Classes.  [default: by the silhouette]")
@click.option(
    "--levels",
    type=click.IntRange(1, 2),
    default=1,
    show_default=True,
    help="2: classes below the classes, as a tree.",
)
@click.option(
    "--llm", is_flag=True, help="Let a language model write and refine the classes; see --model."
)
@click.option("--about", default="", metavar="WORDS", help="What the texts are, for --llm.")
@click.option(
    "--batches",
    type=click.IntRange(1),
    default=6,
    show_default=True,
    help="Batches of texts shown to the model, one call each.",
)
@click.option("--force", is_flag=True, help="Replace CLASSES if it is there.")
@llm_options
@click.option("--encoder", metavar="NAME", help="As for nanonet fit.")
@click.option("--cache-dir", metavar="DIR", help="As for nanonet fit.")
@click.option("--seed", type=int, default=0, show_default=True)
@text_option
@json_option
def taxonomy(pool: str, **settings: Any) -> None:
    """Find out which classes the texts in POOL fall into, and write them as a class file.

    Without a language model the texts are clustered, and each cluster is named by the words that
    tell it from the others, with a few typical texts. The number is the one whose clusters are best
    apart (mean silhouette), unless --count says it. With --llm a model writes the table of classes
    from a first batch of texts and refines it batch by batch; --count is then the most it may have.

    Read the file, rename, merge and drop what is not a class to you, then learn from it: nothing
    here is checked by any label.

    \b
    Examples:
      nanonet taxonomy pool.csv --out classes.toml
      nanonet taxonomy pool.csv --out classes.toml --levels 2
      nanonet taxonomy pool.csv --out classes.toml --llm --model NAME --max-calls 10
      nanonet fit --classes classes.toml --pool pool.csv --out model
    """
    from nanonet.cli._progress import terminal_progress
    from nanonet.data import read_pool
    from nanonet.pipeline import find_classes

    out = _place(settings["out"], settings["force"], settings["dry_run"])
    notes: list[str] = []
    texts = read_pool(pool, settings["text"], notes).texts
    print_notes(notes)
    bar = terminal_progress()
    if settings["llm"]:
        specs, told = _by_model(texts, settings, bar)
        if specs is None:
            return
    elif settings["model"] or settings["dry_run"]:
        raise UserError("--model and --dry-run are for --llm; without it no model is asked")
    else:
        found = find_classes(
            texts,
            count=settings["count"],
            levels=settings["levels"],
            seed=settings["seed"],
            encoder=settings["encoder"],
            cache_dir=settings["cache_dir"],
            progress=bar,
        )
        specs, told = found.classes, {"silhouettes": found.silhouettes, "why": found.why}
    _write(out, specs, told, pool, settings["as_json"])


def _by_model(texts: Any, settings: dict[str, Any], bar: Any) -> tuple[Any, dict[str, Any]]:
    from nanonet.data import fingerprint
    from nanonet.pipeline import TaxonomySettings, taxonomy_questions, write_taxonomy

    if settings["levels"] != 1:
        raise UserError("--llm writes one level; leave --levels out")
    plan = TaxonomySettings(
        most=settings["count"] or TaxonomySettings.most,
        batches=settings["batches"],
        about=settings["about"],
        seed=settings["seed"],
    )
    asker = make_asker(
        settings, ("taxonomy", fingerprint(texts), repr(plan)), settings["cache_dir"], bar
    )
    if settings["dry_run"]:
        print_estimate(asker, taxonomy_questions(texts, plan), settings["as_json"])
        return None, {}
    specs = write_taxonomy(asker, texts, plan)
    return specs, {"why": asker.ledger.summary(), "llm": asker.ledger.to_dict()}


def _place(out: str | None, force: bool, dry_run: bool) -> str:
    if out is None:
        if dry_run:
            return ""
        raise UserError("where should the classes go? give --out CLASSES, such as classes.toml")
    path = Path(out)
    if path.suffix.lower() != ".toml":
        raise UserError(f"{out}: a class file with descriptions ends in .toml")
    if path.exists() and not force:
        raise UserError(
            f"{out}: exists already, and you may have edited it; choose another --out or replace "
            "it with --force"
        )
    if not path.absolute().parent.is_dir():
        raise UserError(f"{out}: the folder {path.absolute().parent} does not exist; make it first")
    return out


def _write(out: str, specs: Any, told: dict[str, Any], pool: str, as_json: bool) -> None:
    from nanonet.data import write_whole
    from nanonet.llm import class_toml

    head = (
        "Found in the pool by nanonet taxonomy; no label has checked it. Rename, merge and drop\n"
        "classes as you see fit: phrases are sentences such as the texts hold, and count most."
    )
    write_whole(out, class_toml(specs, head))
    if as_json:
        print_json({"classes": out, "names": [spec.name for spec in specs], **told})
        return
    for spec in specs:
        indent = "  " if spec.parent else ""
        click.echo(f"{indent}{spec.name}: {', '.join(spec.keywords) or spec.description}")
    click.echo(f"\n{told['why']}")
    click.echo(
        f"written to {out}; edit it, then: nanonet fit --classes {out} --pool {pool} --out M"
    )
