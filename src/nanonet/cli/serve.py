"""``nanonet serve``: models over HTTP, with a page to try them on."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from nanonet.cli._options import json_option, print_json, print_notes, text_option

if TYPE_CHECKING:
    import socket

    from nanonet.serve import Shelf


@click.command(short_help="Serve models over HTTP, with a page to try them on.")
@click.argument("models", nargs=-1, required=True, metavar="MODEL [MODEL ...]")
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
) -> None:
    """Serve each MODEL (a folder, or NAME=FOLDER) over HTTP; the first is the default.

    / is a page to try them on. POST /predict takes {"text": "..."} or {"texts": ["...", ...]},
    POST /explain {"text": "..."}; "model" names another than the first. /healthz, /metrics
    (Prometheus) and /openapi.json are for machines.

    A model folder that is replaced, or the signal SIGHUP, has the model loaded anew without a
    request being lost. SIGTERM stops once every request that has begun is answered.

    \b
    Examples:
      nanonet serve model
      nanonet serve news=models/news spam=models/spam --port 8080
      nanonet serve model --host 0.0.0.0 --api-key-file key.txt --rate 50
      nanonet serve model --pool pool.csv
      curl -H 'Content-Type: application/json' -d '{"text": "where is my parcel"}' \\
        http://127.0.0.1:8000/predict
    """
    from nanonet.serve import Buckets, Limits, Service, Shelf, listen, named, read_key, run

    limits = Limits(max_bytes, max_texts, max_chars, rate)
    key = None if api_key_file is None else read_key(api_key_file)
    shelf = Shelf(named(models), limits, _pool(pool, text))
    listening = listen(host, port)
    try:
        _say(shelf, listening, as_json)
        if key is None and not _only_here(listening.getsockname()[0]):
            print_notes(
                ["anyone who can reach this machine may ask; --api-key-file asks for a key"]
            )
        run(Service(shelf, limits, Buckets(rate), key), listening)
    except KeyboardInterrupt:
        raise KeyboardInterrupt("every request that had begun was answered") from None


def _say(shelf: Shelf, listening: socket.socket, as_json: bool) -> None:
    from nanonet.serve import url_of

    names = [one.name for one in shelf.all()]
    if as_json:
        print_json({"url": url_of(listening), "models": names})
    else:
        click.echo(f"serving {', '.join(names)} on {url_of(listening)}")
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
