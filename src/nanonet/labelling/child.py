"""A process beside the server that speaks lines of JSON."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

__all__ = ["Child"]


class Child:
    """Starts ``python -c 'from nanonet.labelling.MODULE import main; main()'`` and listens.

    heard: is called, in a thread, with each line it writes; ended: with its exit code, once.
    """

    def __init__(
        self,
        module: str,
        heard: Callable[[dict[str, Any]], None],
        ended: Callable[[int], None],
    ) -> None:
        self._heard, self._ended = heard, ended
        code = f"from nanonet.labelling.{module} import main; main()"
        self._process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for the server, which ends this one
        )
        threading.Thread(target=self._listen, daemon=True).start()

    def say(self, line: str) -> None:
        """Give it a line; nothing happens where it has ended."""
        try:
            assert self._process.stdin is not None
            self._process.stdin.write(line.encode("ascii"))
            self._process.stdin.flush()
        except (BrokenPipeError, ValueError):
            pass

    def stop(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._heard(json.loads(line))
        self._ended(self._process.wait())
