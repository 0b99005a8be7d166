"""``nanonet info``: what a model folder holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click

from nanonet.cli._options import json_option, print_json

_SHOWN = 8
_KERNELS = {
    "compiled": "the compiled kernel",
    "numpy": "NumPy (this installation had no C compiler; the answers are the same, but slower)",
}


@click.command(short_help="Show what a model folder holds and how it was made.")
@click.argument("model")
@json_option
def info(model: str, as_json: bool) -> None:
    """Show what MODEL is: its classes, student, size, calibration and where it came from.

    The checksum of every file is verified on the way. With --json, model.json as it is.

    \b
    Examples:
      nanonet info model
      nanonet info model --json
    """
    from nanonet.artefact import read_artefact
    from nanonet.runtime import kernel

    manifest = read_artefact(model).manifest
    if as_json:
        print_json(manifest)
        return
    for line in _lines(manifest):
        click.echo(line)
    if manifest["student"].get("kind") in ("nano", "ensemble", "cascade"):
        click.echo(f"runs here with: {_KERNELS[kernel()]}")


def _lines(manifest: Mapping[str, Any]) -> Iterator[str]:
    size = sum(file["bytes"] for file in manifest["files"].values())
    classes = manifest["classes"]
    yield f"nanonet model, format {manifest['format_version']}, by {manifest['nanonet_version']}"
    many = ", any number of them a text" if manifest.get("labels") == "many" else ""
    yield f"{len(classes)} classes{many}: {', '.join(classes)}"
    yield f"{size / 1e6:.2f} MB in {len(manifest['files'])} files, all checksums right"
    for part in ("student", "calibration", "scope", "thresholds", "provenance"):
        if manifest.get(part):
            yield f"{part}:"
            yield from _nested(manifest[part], "  ")


def _nested(values: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, value in values.items():
        if isinstance(value, Mapping) and value:
            yield f"{indent}{key}:"
            yield from _nested(value, indent + "  ")
        elif isinstance(value, list) and value and not isinstance(value[0], (str, Mapping)):
            yield f"{indent}{key}: {_numbers(value)}"
        elif isinstance(value, list) and value:
            yield f"{indent}{key}:"
            yield from _items(value, indent + "  - ")
        else:
            yield f"{indent}{key}: {_plain(value)}"


def _items(values: list[Any], indent: str) -> Iterator[str]:
    """One line an item; an item that is a table of its own shows its plain values."""
    for value in values:
        if isinstance(value, Mapping):
            yield indent + ", ".join(f"{key} {_plain(one)}" for key, one in value.items())
        else:
            yield f"{indent}{_plain(value)}"


def _numbers(values: list[Any]) -> str:
    """Numbers, or pairs of them, as far as a person reads them; --json has them all."""
    told = [
        " -> ".join(map(_plain, value)) if isinstance(value, list) else _plain(value)
        for value in values[:_SHOWN]
    ]
    more = f" and {len(values) - _SHOWN} more" if len(values) > _SHOWN else ""
    return ", ".join(told) + more


def _plain(value: Any) -> str:
    """A value for a person: four digits of a fraction say enough, --json has them all."""
    if value is None or value == []:
        return "none"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
