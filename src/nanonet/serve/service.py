"""What the handlers share: the models, the bounds and the counters."""

from __future__ import annotations

from dataclasses import dataclass, field

from nanonet.serve.label import Labelling
from nanonet.serve.limits import Limits
from nanonet.serve.metrics import Counts
from nanonet.serve.rate import Buckets
from nanonet.serve.shelf import Shelf

__all__ = ["Service"]


@dataclass(frozen=True)
class Service:
    """One running server. key: what a client must show, None where anyone may ask; labelling: the
    desk of the Label page, where there is one."""

    shelf: Shelf
    limits: Limits
    buckets: Buckets
    key: bytes | None = field(default=None, repr=False)
    counts: Counts = field(default_factory=Counts)
    labelling: Labelling | None = None
