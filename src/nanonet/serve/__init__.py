"""Models over HTTP, and a page for people: starlette and uvicorn, in one process."""

from nanonet.errors import MissingExtra

try:
    import h11  # noqa: F401
    import starlette  # noqa: F401
    import uvicorn  # noqa: F401
except ImportError as error:
    raise MissingExtra("serving models", "serve") from error

from nanonet.serve.app import application
from nanonet.serve.label import Labelling
from nanonet.serve.limits import Limits
from nanonet.serve.rate import Buckets, read_key
from nanonet.serve.run import config_of, listen, run, url_of
from nanonet.serve.service import Service
from nanonet.serve.shelf import Shelf, named
from nanonet.serve.spec import openapi

__all__ = [
    "Buckets",
    "Labelling",
    "Limits",
    "Service",
    "Shelf",
    "application",
    "config_of",
    "listen",
    "named",
    "openapi",
    "read_key",
    "run",
    "url_of",
]
