"""Silence for libraries that talk while they export; what they decide is told in notes instead."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """No warnings, log lines, prints or progress bars of other libraries inside the block.

    A failed export prints its whole graph to stderr, past every logger: hence the redirection.
    """
    from transformers.utils import logging as talk

    bars = talk.is_progress_bar_enabled()
    level = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    talk.disable_progress_bar()
    try:
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)
        if bars:
            talk.enable_progress_bar()
