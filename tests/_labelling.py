"""``nanonet serve --label`` for the tests: a pool, a running server, and a person who answers."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from _serving import Server, serving

TAB = "tab-of-a-test"


def pool_of(folder: Path, texts: list[str]) -> Path:
    """The texts as a table."""
    path = folder / "pool.jsonl"
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), "utf-8")
    return path


def answers_in(path: Path) -> list[dict[str, Any]]:
    """The whole rows of a table of answers; a kill may leave half a line, which nobody was told."""
    return [json.loads(line) for line in path.read_text("utf-8").split("\n")[:-1]]


class Desk:
    """What a page does, without the page."""

    def __init__(self, server: Server) -> None:
        self.server, self.url = server, server.url

    def ask(self, action: str, tab: str = TAB, **fields: Any) -> Any:
        """The answer to one request, which must be a 200."""
        status, found = self.server.post(f"/label/{action}", {"tab": tab, **fields})
        assert status == 200, (action, status, found)
        return found


@contextmanager
def labelling(folder: Path, pool: Path, cache: Path, *more: object) -> Any:
    """A desk with its answers in ``folder / "answers.jsonl"``."""
    answers = folder / "answers.jsonl"
    with serving("--label", pool, "--answers", answers, "--cache-dir", cache, *more) as server:
        yield Desk(server)
