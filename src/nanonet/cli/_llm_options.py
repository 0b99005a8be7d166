"""Options of the verbs that ask a language model, and what they amount to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from nanonet.cli._options import print_json
from nanonet.errors import UserError

if TYPE_CHECKING:
    from nanonet.llm import Asker, Question
    from nanonet.progress import Progress

Verb = TypeVar("Verb", bound=Callable[..., Any])
_POSITIVE = click.FloatRange(0, min_open=True)

_OPTIONS = (
    click.option("--model", metavar="NAME", help="Language model to ask."),
    click.option(
        "--base-url",
        metavar="URL",
        help="OpenAI-compatible endpoint.  [default: OPENAI_BASE_URL, or api.openai.com]",
    ),
    click.option(
        "--key", metavar="KEY", help="Key for it.  [default: OPENAI_API_KEY, which ps cannot show]"
    ),
    click.option(
        "--price-in", type=click.FloatRange(0), metavar="DOLLARS", help="A million tokens read."
    ),
    click.option(
        "--price-out", type=click.FloatRange(0), metavar="DOLLARS", help="A million tokens written."
    ),
    click.option(
        "--budget",
        type=_POSITIVE,
        metavar="DOLLARS",
        help="The most this command may spend, stopped runs of it included; needs both prices.",
    ),
    click.option(
        "--max-calls",
        type=click.IntRange(1),
        help="The most calls it may send, stopped runs of it and retries included.",
    ),
    click.option(
        "--dry-run", is_flag=True, help="Send nothing; estimate calls, tokens and cost."
    ),
    click.option(
        "--concurrency",
        type=click.IntRange(1, 256),
        default=8,
        show_default=True,
        help="Calls under way at once.",
    ),
    click.option(
        "--timeout",
        type=_POSITIVE,
        default=60.0,
        show_default=True,
        help="Seconds without a sign after which a call is given up.",
    ),
)  # fmt: skip


def llm_options(verb: Verb) -> Verb:
    """All options above; the verb gets them as keywords and hands them to :func:`make_asker`."""
    for option in reversed(_OPTIONS):
        verb = option(verb)
    return verb


def make_asker(
    options: dict[str, Any], job: tuple[object, ...], cache_dir: str | None, progress: Progress
) -> Asker:
    """The asker for a verb's options. job: what makes two runs the same command.

    Raises ``UserError`` where the model or a limit is missing.
    """
    from nanonet.llm import NANO, Asker, AskSettings, Endpoint, Limits, Prices, job_name

    if not options["model"]:
        raise UserError("no language model is named; give --model NAME, and --base-url if need be")
    budget, max_calls = options["budget"], options["max_calls"]
    if budget is None and max_calls is None and not options["dry_run"]:
        raise UserError(
            "nothing limits what may be spent; give --budget DOLLARS with --price-in and "
            "--price-out, or --max-calls N (see what is needed with --dry-run)"
        )
    endpoint = Endpoint(
        options["model"], options["base_url"], options["key"], float(options["timeout"])
    )
    settings = AskSettings(
        job=job_name(endpoint.url, endpoint.model, *job),
        limits=Limits(None if budget is None else int(budget * NANO), max_calls),
        prices=Prices(options["price_in"], options["price_out"]),
        concurrency=options["concurrency"],
        cache_dir=cache_dir,
    )
    return Asker(endpoint, settings, progress)


def print_estimate(asker: Asker, questions: Sequence[Question], as_json: bool) -> None:
    """What ``--dry-run`` prints."""
    from nanonet.llm import estimate

    found = estimate(asker, questions, asker.settings.prices)
    if as_json:
        print_json({"dry_run": True, **found.to_dict()})
    else:
        click.echo(found.summary())


def print_paid(told: dict[str, Any], asker: Asker, as_json: bool) -> None:
    """What was written and what it took."""
    if as_json:
        print_json({**told, "llm": asker.ledger.to_dict()})
        return
    click.echo(asker.ledger.summary())
    for key, value in told.items():
        click.echo(f"{key}: {value}")
