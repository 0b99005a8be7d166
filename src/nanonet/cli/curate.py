"""``nanonet curate``: look a labelled table over before learning from it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nanonet.cli._options import (
    json_option,
    label_option,
    print_json,
    print_notes,
    text_option,
)
from nanonet.errors import MissingExtra, UserError

if TYPE_CHECKING:
    from nanonet.data import Answers, Labelled, Source
    from nanonet.select import Curated, CurateSettings

_COLUMNS = ("suspect", "suggested_label", "probability", "duplicate_of", "difficulty", "weight",
            "kept", "reason")  # fmt: skip
_SHOWN = 10


@click.command(short_help="Look a labelled table over: doubtful labels, copies, weights.")
@click.argument("table")
@click.option("--out", required=True, metavar="FILE", help="File to write.")
@click.option("--report", metavar="FILE", help="Write what was found as JSON, too.")
@click.option(
    "--keep", type=click.Choice(["all", "clean"]), default="all", show_default=True,
    help="Rows to write: all, or those that are kept.",
)  # fmt: skip
@click.option("--size", metavar="N", help="Keep a coreset of N rows, or of a share such as 0.2.")
@click.option(
    "--by", type=click.Choice(["random", "herding", "cover", "difficulty"]), default="random",
    show_default=True, help="How the coreset is chosen.",
)  # fmt: skip
@click.option(
    "--weigh", type=click.Choice(["uniform", "linear", "quadratic", "extremes"]),
    default="uniform", show_default=True, help="Weights by loss.",
)  # fmt: skip
@click.option(
    "--no-check", is_flag=True, help="Leave suspects out without trying whether it helps."
)
@click.option("--encoder", metavar="NAME", help="Encoder: a name or folder.  [default: bundled]")
@click.option("--cache-dir", metavar="DIR", help="Where text vectors are kept.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@text_option
@label_option
@json_option
def curate(table: str, out: str, report: str | None, as_json: bool, **given: Any) -> None:
    """Say of every labelled row of TABLE whether to trust it, and why.

    FILE has all columns of TABLE and suspect (a model that did not see the row finds another class
    likelier), suggested_label, probability (of the given label, by that model), duplicate_of (the
    first row, counted from 1, that says nearly the same; 0: none), difficulty (0 to 1), weight,
    kept, and the reason where a row is not kept. Nothing is dropped unless --keep clean says so.

    Suspects are left out only if that pays: on votes held out, a model that goes on learning
    without them must do better than one that goes on with them. --weigh linear takes weight from
    the easy rows, quadratic favours the middle, extremes both ends.

    \b
    Examples:
      nanonet curate labelled.csv --out checked.csv
      nanonet curate labelled.csv --out clean.csv --keep clean --report found.json
      nanonet curate labelled.csv --out small.csv --keep clean --size 0.2 --by herding
    """
    from nanonet.data import Plan, added_names, check_target, open_table, read_labelled, write_table

    if table == "-":
        raise UserError("curate reads its table twice, so it cannot be standard input; give a file")
    check_target(out)
    _check_report(report, out)
    notes: list[str] = []
    labelled = read_labelled(table, given["text"], given["label"], notes)
    settings = _settings(given, len(labelled.texts))
    print_notes(notes)
    classes = sorted(set(labelled.labels))
    curated = _curated(labelled, classes, settings, given)
    print_notes(curated.notes)
    found = _found(labelled, classes, curated)
    source = open_table(table, Plan())
    names = added_names(source, _COLUMNS)
    columns = dict(zip(names, _columns(classes, curated), strict=True))
    kept = curated.kept.tolist() if given["keep"] == "clean" else [True] * len(labelled.texts)
    write_table(out, source, _answers(source, columns, kept))
    if report is not None:
        _write_report(report, found)
    if as_json:
        print_json({**found, "out": out})
    else:
        click.echo(_as_text(found, out))


def _check_report(report: str | None, out: str) -> None:
    if report is None:
        return
    if not Path(report).absolute().parent.is_dir():
        raise UserError(f"{report}: its folder does not exist; make it first")
    if Path(report).absolute() == Path(out).absolute():
        raise UserError(f"--report and --out are both {out}; give two names")


def _settings(given: dict[str, Any], rows: int) -> CurateSettings:
    from nanonet.select import CurateSettings

    size = given["size"]
    if size is None:
        return CurateSettings(None, given["by"], given["weigh"], not given["no_check"])
    try:
        number = float(size)
    except ValueError:
        number = 0.0
    count = round(number * rows) if number < 1 else int(number)
    if not number > 0 or (number > 1 and number != count) or not count:
        raise UserError(
            f"--size is {size!r}; give a number of rows such as 500, or a share such as 0.2"
        )
    return CurateSettings(count, given["by"], given["weigh"], not given["no_check"])


def _curated(
    labelled: Labelled, classes: list[str], settings: CurateSettings, given: dict[str, Any]
) -> Curated:
    import numpy as np

    try:
        from nanonet.cli._teach import SoftmaxTrainer, embedded, learner
    except ModuleNotFoundError as error:
        raise MissingExtra("curate", "train") from error
    from nanonet.select import Labels, curate

    number = {name: at for at, name in enumerate(classes)}
    y = np.array([number[label] for label in labelled.labels], np.int64)
    vectors = embedded("curate", labelled.texts, given["encoder"], given["cache_dir"])
    rows = Labels(labelled.texts, vectors, y, len(classes))
    return curate(rows, learner, SoftmaxTrainer(), np.random.default_rng(given["seed"]), settings)


def _columns(classes: list[str], curated: Curated) -> Iterator[list[Any]]:
    import numpy as np

    suspect = curated.doubts.suspect.tolist()
    yield suspect
    better = curated.doubts.better.tolist()
    yield [classes[c] if s else "" for c, s in zip(better, suspect, strict=True)]
    yield _digits(curated.doubts.given)
    copy = curated.first != np.arange(len(curated.first))
    yield np.where(copy, curated.first + 1, 0).tolist()
    yield _digits(curated.difficulty)
    yield _digits(curated.weights)
    yield curated.kept.tolist()
    yield list(curated.reason)


def _digits(values: Any) -> list[float]:
    return [round(float(value), 4) for value in values]


def _answers(source: Source, columns: dict[str, list[Any]], kept: list[bool]) -> Iterator[Answers]:
    from nanonet.data import Answers, keep_rows

    begun = 0
    for chunk in source.chunks:
        count = len(chunk.numbers)
        at = [i for i in range(count) if kept[begun + i]]
        added = {name: [values[begun + i] for i in at] for name, values in columns.items()}
        begun += count
        if at:
            yield Answers(chunk if len(at) == count else keep_rows(chunk, at), added)


def _found(labelled: Labelled, classes: list[str], curated: Curated) -> dict[str, Any]:
    """What the report says, as plain values."""
    from collections import Counter

    doubts, y = curated.doubts, labelled.labels
    rows = [int(row) for row in doubts.suspect.nonzero()[0]]
    pairs = Counter((y[row], classes[doubts.better[row]]) for row in rows)
    worst = sorted(rows, key=lambda row: float(doubts.given[row] - doubts.instead[row]))[:_SHOWN]
    reasons = Counter(reason for reason in curated.reason if reason)
    return {
        "rows": len(y),
        "classes": len(classes),
        "suspects": len(rows),
        "copies": int((curated.first != range(len(y))).sum()),
        "kept": int(curated.kept.sum()),
        "left_out": dict(sorted(reasons.items())),
        "check": None if curated.verdict is None else curated.verdict.to_dict(),
        "confused": [
            {"label": one, "suggested": other, "rows": n}
            for (one, other), n in pairs.most_common(_SHOWN)
        ],
        "most_doubtful": [
            {
                "row": row + 1,
                "text": labelled.texts[row][:200],
                "label": y[row],
                "suggested": classes[doubts.better[row]],
                "probability": round(float(doubts.given[row]), 4),
            }
            for row in worst
        ],
        "notes": list(curated.notes),
    }


def _as_text(found: dict[str, Any], out: str) -> str:
    lines = [f"{'rows':<10}{found['rows']:>8,}  of {found['classes']} classes"]
    lines += [f"{name:<10}{found[name]:>8,}" for name in ("suspects", "copies", "kept")]
    check = found["check"]
    if check is not None:
        said = "pays" if check["kept"] else "does not pay"
        lines.append(
            f"{'check':<10}leaving suspects out {said}: {check['gain']:+.2%} ± "
            f"{check['error']:.2%} of {check['rows']:,} held-out labels named right"
        )
    lines += [
        f"{'confused':<10}{one['rows']:>8,}  {one['label']!r} looks like {one['suggested']!r}"
        for one in found["confused"][:5]
    ]
    return "\n".join([*lines, f"{'written':<10}{out}"])


def _write_report(path: str, found: dict[str, Any]) -> None:
    from nanonet.data import write_whole

    write_whole(path, json.dumps(found, ensure_ascii=False, indent=1) + "\n")
