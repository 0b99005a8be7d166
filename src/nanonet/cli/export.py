"""``nanonet export``: a model in another form, if it is as good and as quick."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from nanonet.cli._options import (
    json_option,
    label_option,
    print_json,
    print_notes,
    text_option,
)

if TYPE_CHECKING:
    from nanonet.export import Exported


@click.command(short_help="Write a model in another form, if it is as good and as quick.")
@click.argument("model")
@click.option(
    "--to",
    "form",
    required=True,
    type=click.Choice(["onnx", "int8", "fp32"]),
    help="onnx: a micro model as one ONNX file from token ids to probabilities; int8, fp32: the "
    "model with its encoder's weights in that precision.",
)
@click.option("--out", required=True, metavar="DIR", help="Folder to write; must not be there.")
@click.option(
    "--check",
    metavar="TABLE",
    help="Labelled table on which both forms are compared; without it, on a few built-in "
    "sentences, which says little about your texts.",
)
@click.option(
    "--encoder",
    metavar="NAME",
    help="With --to fp32: the encoder that MODEL was made with.  [default: all-MiniLM-L6-v2]",
)
@click.option("--cache-dir", metavar="DIR", help="Where exported encoders are kept between runs.")
@click.option("--force", is_flag=True, help="Write the form even where it is worse or slower.")
@text_option
@label_option
@json_option
def export(
    model: str,
    form: str,
    out: str,
    check: str | None,
    encoder: str | None,
    cache_dir: str | None,
    force: bool,
    text: str,
    label: tuple[str, ...],
    as_json: bool,
) -> None:
    """Write MODEL in another form to DIR.

    Both forms answer the texts of --check and are timed on this machine in one thread. A form that
    is over half a point less accurate, or slower, is refused with the numbers (exit code 2) unless
    --force is given.

    \b
    Examples:
      nanonet export model --to onnx --out onnx-model --check test.csv
      nanonet export model --to fp32 --out exact --check test.csv --force
    """
    from nanonet.cli._progress import terminal_progress
    from nanonet.data import read_test
    from nanonet.export import export as write

    notes: list[str] = []
    table = read_test(check, text, label, notes) if check else None
    if table is None:
        notes.append("no --check table, so both forms were compared on built-in sentences only")
    print_notes(notes)
    done = write(
        model,
        form,
        out,
        texts=table.texts if table else None,
        labels=table.labels if table else None,
        encoder=encoder,
        cache_dir=cache_dir,
        force=force,
        progress=terminal_progress(),
    )
    if as_json:
        print_json(done.to_dict())
    else:
        click.echo(as_text(done))


def as_text(done: Exported) -> str:
    """The comparison as lines for a person."""
    parity = done.parity
    lines = [
        f"{'':<12}{'source':>12}{done.form:>12}",
        f"{'megabytes':<12}{done.source_bytes / 1e6:>12.2f}{done.bytes / 1e6:>12.2f}",
    ]
    for name in ("us", "p50_us", "p99_us", "per_s"):
        ours, theirs = getattr(done.source, name), getattr(done.timing, name)
        lines.append(f"{name:<12}{ours:>12,.1f}{theirs:>12,.1f}")
    if parity.accuracy:
        lines.append(f"{'accuracy':<12}{parity.accuracy[0]:>12.4f}{parity.accuracy[1]:>12.4f}")
    lines.append(
        f"same answer on {parity.agreement:.2%} of {parity.texts:,} texts, largest difference of a "
        f"score {parity.max_logit_difference:.2g}"
    )
    lines += [f"written all the same: {line}" for line in done.objections]
    return "\n".join([*lines, f"\nwritten to {done.path}"])
