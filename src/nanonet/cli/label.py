"""``nanonet label``: a pool and class names in, a table of votes out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
import numpy as np

from nanonet.cli._label_work import SOURCES, Work, chosen_sources
from nanonet.cli._llm_options import llm_options, print_estimate
from nanonet.cli._options import json_option, print_json, print_notes, text_option
from nanonet.errors import UserError

if TYPE_CHECKING:
    from nanonet.votes import VoteTable

_STRATEGIES = ("random", "margin", "rad", "difficulty")


@click.command(short_help="Votes for a pool: from class names, rules, a language model.")
@click.argument("pool")
@click.option("--classes", required=True, metavar="CLASSES", help="As for nanonet fit.")
@click.option("--out", metavar="VOTES", help="Table to write; its ending gives the format.")
@click.option(
    "--source",
    default="names",
    show_default=True,
    metavar="LIST",
    help=f"Comma-separated: {', '.join(SOURCES)}.",
)
@click.option("--rules", metavar="FILE", help="TOML file of rules, for the source rules.")
@click.option(
    "--mode",
    type=click.Choice(["annotate", "pick"]),
    default="annotate",
    show_default=True,
    help="What the model is shown: all classes, or the likeliest by their names (or by --by).",
)
@click.option("--top", type=click.IntRange(2), default=3, show_default=True, help="For pick.")
@click.option("--or-none", is_flag=True, help="The model may say that no class fits.")
@click.option(
    "--perspectives",
    type=click.IntRange(0, 20),
    default=0,
    show_default=True,
    help="Ask each text once from each of so many sides, which the model finds in the pool.",
)
@click.option(
    "--labelled", metavar="TABLE", help="A few labelled texts to show the model, text and label."
)
@click.option(
    "--strategy",
    type=click.Choice(_STRATEGIES),
    default="random",
    show_default=True,
    help="Which texts the model is asked, with --count.",
)
@click.option(
    "--count", type=click.IntRange(1), help="Ask the model so many texts.  [default: all]"
)
@click.option(
    "--by", metavar="MODEL", help="A nanonet model whose probabilities choose, not the class names."
)
@click.option(
    "--accuracy",
    type=click.FloatRange(0, 1),
    default=0.8,
    show_default=True,
    help="How often the language model is right, for the strategy rad.",
)
@llm_options
@click.option("--encoder", metavar="NAME", help="As for nanonet fit.")
@click.option(
    "--cache-dir",
    metavar="DIR",
    help="As for nanonet fit; paid answers are kept there too, under llm.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="For random, rad, difficulty.")
@text_option
@json_option
def label(pool: str, classes: str, out: str | None, as_json: bool, **settings: Any) -> None:
    """Label the texts of POOL by one or several sources and write their votes as a table.

    VOTES has the columns text, label (empty: abstained), probability, source and cost (dollars),
    one row a vote. VOTES.provenance.json beside it tells what it was made from, what was paid, and
    why which text got no answer. nanonet fit --votes VOTES learns from it.

    The source llm asks any OpenAI-compatible endpoint, within --budget or --max-calls. Every answer
    is kept the moment it arrives: a command that was stopped or killed goes on without paying for
    it again. Deleting the folder llm in the cache folder means paying anew.

    \b
    Examples:
      nanonet label pool.csv --classes classes.toml --out votes.parquet
      nanonet label pool.csv --classes classes.toml --source llm --model NAME --dry-run
      nanonet label pool.csv --classes classes.toml --source names,llm --model NAME \\
          --budget 2.00 --price-in 0.15 --price-out 0.60 --out votes.parquet
    """
    from nanonet.cli._progress import terminal_progress
    from nanonet.data import check_target

    if out is None and not settings["dry_run"]:
        raise UserError("no place for the votes; give --out VOTES, such as votes.parquet")
    check_target(out)
    work = Work.read(pool, classes, settings, terminal_progress())
    print_notes(work.notes)
    if settings["dry_run"]:
        assert work.asker is not None
        print_estimate(work.asker, work.questions(), as_json)
        return
    tables = [source(work) for source in _chosen(work.settings["source"])]
    from nanonet.data import write_whole
    from nanonet.llm import provenance_path
    from nanonet.votes import concat, write_votes

    votes = concat(tables)
    names = [spec.name for spec in work.classes]
    write_votes(str(out), votes, work.texts, names)
    write_whole(provenance_path(str(out)), work.provenance(pool, classes, votes))
    _tell(work, votes, str(out), as_json)


def _chosen(listed: str) -> list[Any]:
    ways = {"names": _by_names, "rules": _by_rules, "llm": _by_llm}
    return [ways[name] for name in chosen_sources(listed)]


def _by_names(work: Work) -> VoteTable:
    from nanonet.votes import VoteTable

    table = work.by_names()
    return VoteTable.of(np.arange(len(table)), table.argmax(axis=1), table.max(axis=1), "names")


def _by_rules(work: Work) -> VoteTable:
    from nanonet.votes import concat, read_rules

    rules = read_rules(work.settings["rules"], [spec.name for spec in work.classes])
    return concat([rule.vote(work.texts, work.classes) for rule in rules])


def _by_llm(work: Work) -> VoteTable:
    assert work.llm is not None
    assert work.asker is not None
    work.find_sides()
    votes = work.llm.vote(work.asked(), work.classes)
    print_notes(work.asker.notes)
    left = work.asker.ledger.abstentions["budget used up"]
    if left:
        print_notes(
            [
                f"the limit was reached with {left:,} questions left, which abstain; with a larger "
                "one the same command goes on from there"
            ]
        )
    return votes.moved(work.rows)


def _tell(work: Work, votes: VoteTable, out: str, as_json: bool) -> None:
    counts = {}
    for name in votes.sources:
        mine = votes.of_source(name)
        counts[name] = {"votes": int(mine.cast.sum()), "abstained": int((~mine.cast).sum())}
    ledger = work.asker.ledger if work.asker else None
    if as_json:
        paid = {"llm": ledger.to_dict()} if ledger else {}
        print_json({"out": out, "rows": len(work.texts), "sources": counts, **paid})
        return
    for name, said in counts.items():
        click.echo(f"{name}: {said['votes']:,} votes, {said['abstained']:,} abstained")
    if ledger:
        click.echo(ledger.summary())
    click.echo(f"written to {out}")
