"""The command line: one file a verb; this one maps what went wrong to a sentence and an exit code.

Exit codes: 0 done, 1 a fault of ours, 2 something the user can mend, 130 stopped by Ctrl-C.
The verbs import what they need when they run, so that ``predict`` never pays for ``fit``.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence

import click

from nanonet import __version__
from nanonet.cli.ask import ask
from nanonet.cli.condense import condense
from nanonet.cli.curate import curate
from nanonet.cli.define import define
from nanonet.cli.evaluate import evaluate
from nanonet.cli.explain import explain
from nanonet.cli.export import export
from nanonet.cli.fit import fit
from nanonet.cli.info import info
from nanonet.cli.label import label
from nanonet.cli.predict import predict
from nanonet.cli.report import report
from nanonet.cli.serve import serve
from nanonet.cli.taxonomy import taxonomy
from nanonet.errors import UserError

__all__ = ["main", "run"]


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="nanonet %(version)s")
@click.option("--debug", is_flag=True, help="Show the traceback when something goes wrong.")
def cli(debug: bool) -> None:
    """From a few labelled texts and a pile of unlabelled ones to a small, fast classifier.

    \b
    Examples:
      nanonet fit labelled.csv --pool pool.csv --out model
      nanonet evaluate model test.csv
      nanonet predict model new.csv --out answers.csv
      nanonet explain model "where is my parcel"
      nanonet report model labelled.csv --pool pool.csv
      nanonet info model
      nanonet label pool.csv --classes classes.toml --out votes.csv

    `nanonet fit --help` says more, and so on for each command.
    """


for _verb in (fit, predict, evaluate, explain, info, serve, condense, label, define, ask, curate,
              export):  # fmt: skip
    cli.add_command(_verb)
cli.add_command(taxonomy)
cli.add_command(report)


def main() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; messages go to standard error."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character gets its escape, not a traceback.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        with cli.make_context("nanonet", list(arguments)) as context:
            cli.invoke(context)
            sys.stdout.flush()
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except BrokenPipeError:
        return _pipe_closed()
    except (KeyboardInterrupt, click.Abort) as stop:
        kept = str(stop) or "what was cached is kept, so the next run goes on from there"
        print(f"stopped; {kept}", file=sys.stderr)
        return 130
    except Exception as error:
        return _explain(error, debug="--debug" in arguments)
    return 0


def _pipe_closed() -> int:
    """Whoever read our output has gone (``| head``); that is their choice, not an error."""
    # Python flushes standard output once more at exit; without this it would complain.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _explain(error: Exception, *, debug: bool) -> int:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return 2
    if debug:
        traceback.print_exception(error)
    if isinstance(error, UserError):
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    if isinstance(error, click.ClickException):
        hint = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else ""
        more = f"; see: {hint} --help" if hint else ""
        print(f"error: {error.format_message().rstrip('.')}{more}", file=sys.stderr)
        return error.exit_code
    what = " ".join(f"{type(error).__name__}: {error}".split())
    more = "" if debug else "; `nanonet --debug ...` shows where"
    print(f"error: a fault in nanonet ({what}){more}", file=sys.stderr)
    return 1
