"""The demonstration behind ``make demo``: the whole way, on the messages in examples/corpus.

Runs the commands a user would type, shows each before it runs, and ends with three lines of facts.
Leaves with 1 when a command fails or the answers are no better than chance.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CORPUS = "examples/corpus"
MODEL, NAMED = "demo-model", "demo-model-names"
MESSAGE = "I forgot my PIN and the app will not let me sign in"


class DemoError(Exception):
    """A command did not do what it should; the message says which."""


def run(*arguments: str, given: str = "", show: bool = True) -> str:
    """What one nanonet command printed on standard output; its other output passes through."""
    command = [sys.executable, "-m", "nanonet", *arguments]
    done = subprocess.run(
        command, input=given, stdout=subprocess.PIPE, text=True, encoding="utf-8", cwd=ROOT
    )
    if show:
        print(done.stdout, end="", flush=True)
    if done.returncode:
        raise DemoError(f"`nanonet {arguments[0]}` left with exit code {done.returncode}")
    return done.stdout


def step(title: str, *arguments: str) -> str:
    """Announce a command, run it and show what it prints."""
    announce(title, f"nanonet {shlex.join(arguments)}")
    return run(*arguments)


def announce(title: str, command: str) -> None:
    """Say what comes, and the command that does it."""
    print(f"\n--- {title}\n$ {command}", flush=True)


def fit(title: str, out: str, *more: str) -> float:
    """Fit one model and return the seconds it took."""
    begin = time.perf_counter()
    tables = (f"{CORPUS}/labelled.csv", "--pool", f"{CORPUS}/pool.csv", *more)
    step(title, "fit", *tables, "--out", out, "--force")
    return time.perf_counter() - begin


def predict_some() -> None:
    """The first rows of the pool through a pipe, as one would try a model."""
    announce("Label a few messages", f"head -4 {CORPUS}/pool.csv | nanonet predict {MODEL} -")
    with (ROOT / CORPUS / "pool.csv").open(encoding="utf-8", newline="") as pool:
        run("predict", MODEL, "-", given="".join(islice(pool, 4)))


def info_head(lines: int = 12) -> None:
    """The first lines of ``info``: it goes on with everything that is known about the model."""
    announce("What is in the folder", f"nanonet info {MODEL} | head -{lines}")
    print("\n".join(run("info", MODEL, show=False).splitlines()[:lines]))


def facts(model: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The scores of a model on the test messages, and its model.json."""
    scores = json.loads(run("evaluate", model, f"{CORPUS}/test.csv", "--json", show=False))
    return scores, json.loads(run("info", model, "--json", show=False))


def summary(fits: tuple[float, float], total: float) -> None:
    """Three lines: how right, which student and why, how long."""
    scores, manifest = facts(MODEL)
    named, _ = facts(NAMED)
    labelled, student = manifest["provenance"]["labelled"], manifest["provenance"]["student"]
    size = sum(file["bytes"] for file in manifest["files"].values()) / 1e6
    chance = 1 / len(manifest["classes"])
    print(
        f"\naccuracy  {scores['accuracy']:.1%} of {scores['rows']} test messages in "
        f"{len(manifest['classes'])} classes, from {labelled['rows']} labels; "
        f"with class names {named['accuracy']:.1%}"
    )
    print(f"student   {student['kind']}, {size:.1f} MB: {student['why']}")
    print(f"time      {total:.0f} s; the two fits {fits[0]:.0f} s and {fits[1]:.0f} s", flush=True)
    if min(scores["accuracy"], named["accuracy"]) < 2 * chance:
        raise DemoError("the answers are hardly better than chance")


def main() -> None:
    """All steps in order."""
    begin = time.perf_counter()
    print(f"Messages to a city library's help desk; {CORPUS}/README.md says where they come from.")
    print("The first run writes the encoder as ONNX, which takes some twenty seconds.")
    plain = fit("Learn from the labelled messages and the unlabelled pile", MODEL)
    step("Score the model on messages it has not seen", "evaluate", MODEL, f"{CORPUS}/test.csv")
    predict_some()
    step("Why that label?", "explain", MODEL, MESSAGE, "--top", "6")
    info_head()
    classes = ("--classes", f"{CORPUS}/classes.toml")
    named = fit("Once more, telling it what the classes are called and mean", NAMED, *classes)
    step("What that adds", "evaluate", NAMED, f"{CORPUS}/test.csv")
    summary((plain, named), time.perf_counter() - begin)


if __name__ == "__main__":
    try:
        main()
    except DemoError as error:
        sys.exit(f"the demo stopped: {error}")
