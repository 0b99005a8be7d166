"""``python -m bench.run ablation``: its options."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from bench import ablation
from bench._options import data_option, out_option, words
from bench._options import numbers as number_list
from bench.ablation_design import DESIGNS, FACTORS, AblationSettings, variants
from bench.protocol import SETS

_SETS = "ag_news,trec6,sst2,banking77,newsgroups20"


def _factor(name: str, text: str) -> Any:
    levels = ",".join(FACTORS[name])
    return click.option(f"--{name}", default=levels, show_default=True, help=text)


@click.command("ablation")
@click.option("--sets", default=_SETS, show_default=True)
@click.option("--seeds", default="0-4", show_default=True)
@click.option("--design", type=click.Choice(DESIGNS), default=DESIGNS[0], show_default=True)
@_factor("teacher", "What of the teacher is tuned.")
@_factor("mutual", "Whether students teach one another.")
@_factor("online", "Teacher beside its students, or before them.")
@_factor("students", "First two layers; and last two; and nano.")
@_factor("reweight", "How the pool's texts are weighed by their loss.")
@click.option("--steps", type=click.IntRange(1), help="Steps of the students [the preset's].")
@click.option("--pool", type=click.IntRange(1), default=2000, show_default=True, help="At most.")
@click.option("--test", type=click.IntRange(1), default=1000, show_default=True, help="At most.")
@click.option("--warm-up/--no-warm-up", default=True, show_default=True)
@click.option("--warm-up-steps", type=click.IntRange(1), default=40, show_default=True)
@click.option("--encoder", help="A folder or a hub name [the bundled encoder].")
@click.option("--redo", is_flag=True, help="Run finished cells of other commits again.")
@out_option("ablation.json")
@data_option
def command(
    sets: str,
    seeds: str,
    design: str,
    teacher: str,
    mutual: str,
    online: str,
    students: str,
    reweight: str,
    steps: int | None,
    pool: int,
    test: int,
    warm_up: bool,
    warm_up_steps: int,
    encoder: str | None,
    redo: bool,
    out: Path,
    data: Path,
) -> None:
    """What each part of the training loop is worth, ten labels a class; can be resumed.

    The reference has a LoRA teacher that learns online beside three students, which teach one
    another, and every text of the pool counts alike. One factor at a time is taken from it, unless
    --design full.
    """
    given = dict(zip(FACTORS, (teacher, mutual, online, students, reweight), strict=True))
    allowed = {name: words(FACTORS[name], text, f"--{name}") for name, text in given.items()}
    chosen = variants(design, allowed)
    if not chosen:
        raise click.UsageError(
            "no variant is left: one at a time, all factors but one are at the reference's level "
            "(lora, on, online, three, uniform); allow these, or use --design full"
        )
    settings = AblationSettings(steps, pool, test, warm_up, warm_up_steps, encoder)
    names = words(tuple(SETS), sets, "--sets")
    failed = ablation.run(names, number_list(seeds), chosen, settings, data, out, redo)
    if failed:
        ablation.say(f"{failed} cells failed; run the same command again to try only those")
        sys.exit(1)
