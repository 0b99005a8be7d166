"""``nanonet serve``: models over HTTP, with a page to try them on and a page to label on."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from nanonet.cli._options import json_option, print_json, print_notes, text_option
from nanonet.errors import UserError

if TYPE_CHECKING:
    import socket
    from pathlib import Path

    from nanonet.serve import Labelling, Limits, Shelf


@click.command(short_help="Serve models over HTTP, with pages to try them on and to label on.")
@click.argument("models", nargs=-1, metavar="[MODEL ...]")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0 takes a free one.",
)
@click.option("--api-key-file", metavar="FILE", help="Ask clients for the key in this file.")
@click.option(
    "--rate",
    default=0.0,
    type=click.FloatRange(0),
    help="Requests a second that one client may make, bursts of twice as many.  [default: any]",
)
@click.option(
    "--max-bytes",
    default=1 << 20,
    show_default=True,
    type=click.IntRange(1),
    help="Largest request.",
)
@click.option(
    "--max-texts",
    default=1_000,
    show_default=True,
    type=click.IntRange(1),
    help="Most texts in one request.",
)
@click.option(
    "--max-chars",
    default=20_000,
    show_default=True,
    type=click.IntRange(1),
    help="Longest text, in characters.",
)
@click.option(
    "--pool",
    metavar="TABLE",
    help="Texts like those the models learned from; the drift in /metrics is measured from them.",
)
@click.option("--label", metavar="POOL", help="Open the page /label on the texts of this table.")
@click.option("--answers", metavar="FILE", help="Table (.jsonl) where each answer is kept at once.")
@click.option(
    "--classes",
    metavar="CLASSES",
    help="Classes to label with: a file as for fit, or names with commas between. More can be "
    "added on the page.",
)
@click.option("--labelled", metavar="TABLE", help="Texts that are labelled already.")
@click.option(
    "--learned",
    metavar="FOLDER",
    help="Folder of the model learned from the answers.  [default: ANSWERS-model]",
)
@click.option(
    "--check-every",
    default=5,
    show_default=True,
    type=click.IntRange(0),
    help="Of so many texts one is drawn at random, to tell how often suggestions are right; 0: "
    "none, and that stays unknown.",
)
@click.option("--encoder", metavar="NAME", help="Encoder to learn with.  [default: bundled]")
@click.option("--cache-dir", metavar="DIR", help="Where text vectors are kept.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@text_option
@json_option
def serve(
    models: tuple[str, ...],
    host: str,
    port: int,
    api_key_file: str | None,
    rate: float,
    max_bytes: int,
    max_texts: int,
    max_chars: int,
    pool: str | None,
    text: str,
    as_json: bool,
    **labelling: Any,
) -> None:
    """Serve each MODEL (a folder, or NAME=FOLDER) over HTTP; the first is the default.

    / is a page to try them on. POST /predict takes {"text": "..."} or {"texts": ["...", ...]},
    POST /explain {"text": "..."}; "model" names another than the first. /healthz, /metrics
    (Prometheus) and /openapi.json are for machines.

    With --label, /label is a page to label texts on, the most telling first: every answer is on the
    disk before the next text comes, suggestions get better as you go, and the model learned so far
    is saved and served. Start again with the same --answers to go on; nanonet fit reads that file.

    A model folder that is replaced, or the signal SIGHUP, has the model loaded anew without a
    request being lost. SIGTERM stops once every request that has begun is answered.

    \b
    Examples:
      nanonet serve model
      nanonet serve news=models/news spam=models/spam --port 8080
      nanonet serve model --host 0.0.0.0 --api-key-file key.txt --rate 50
      nanonet serve model --pool pool.csv
      nanonet serve --label pool.csv --answers answers.jsonl --classes sport,business,world
      nanonet serve --label pool.csv --answers answers.jsonl --classes classes.toml
      curl -H 'Content-Type: application/json' -d '{"text": "where is my parcel"}' \\
        http://127.0.0.1:8000/predict
    """
    from nanonet.cli._label_page import check_labelling
    from nanonet.serve import Limits, listen, read_key

    check_labelling(labelling)
    if not models and labelling["label"] is None:
        raise UserError("name a MODEL to serve, or texts to label with --label POOL")
    limits = Limits(max_bytes, max_texts, max_chars, rate)
    key = None if api_key_file is None else read_key(api_key_file)
    shelf, desk = _opened(models, limits, _pool(pool, text), labelling, text)
    try:
        _run(shelf, limits, key, desk, listen(host, port), as_json)
    except KeyboardInterrupt:
        raise KeyboardInterrupt("every request that had begun was answered") from None
    finally:
        if desk is not None:
            desk.close()


def _opened(
    models: tuple[str, ...],
    limits: Limits,
    pool: tuple[str, ...],
    given: dict[str, Any],
    text: str,
) -> tuple[Shelf, Labelling | None]:
    """The models and, where texts are to be labelled, the desk; its model may come to be later."""
    from nanonet.cli._label_page import learned_place, make_labelling
    from nanonet.serve import Shelf, named

    places = named(models)
    if given["label"] is None:
        return Shelf(places, limits, pool), None
    learned = learned_place(given)
    awaited: dict[str, Path] = {} if learned.name in places else {learned.name: learned}
    shelf = Shelf(places, limits, pool, awaited)
    return shelf, make_labelling(given, places, text)


def _run(
    shelf: Shelf,
    limits: Limits,
    key: bytes | None,
    desk: Labelling | None,
    listening: socket.socket,
    as_json: bool,
) -> None:
    from nanonet.serve import Buckets, Service, run

    _say(shelf, listening, as_json, desk is not None)
    if key is None and not _only_here(listening.getsockname()[0]):
        print_notes(["anyone who can reach this machine may ask; --api-key-file asks for a key"])
    run(Service(shelf, limits, Buckets(limits.rate), key, labelling=desk), listening)


def _say(shelf: Shelf, listening: socket.socket, as_json: bool, labelling: bool) -> None:
    from nanonet.serve import url_of

    names = [one.name for one in shelf.all()]
    if as_json:
        print_json({"url": url_of(listening), "models": names})
    else:
        if names:
            click.echo(f"serving {', '.join(names)} on {url_of(listening)}")
        if labelling:
            click.echo(f"label on {url_of(listening)}/label")
    sys.stdout.flush()


def _pool(table: str | None, text: str) -> tuple[str, ...]:
    from nanonet.data import read_pool

    if table is None:
        return ()
    notes: list[str] = []
    texts = read_pool(table, text, notes).texts
    print_notes(notes)
    return texts


def _only_here(host: str) -> bool:
    import ipaddress

    return ipaddress.ip_address(host.partition("%")[0]).is_loopback
