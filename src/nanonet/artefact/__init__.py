"""The folder a model lives in: written whole or not at all, checked byte for byte when read."""

from nanonet.artefact.card import model_card
from nanonet.artefact.manifest import FORMAT_VERSION, MANIFEST
from nanonet.artefact.read import Artefact, read_artefact
from nanonet.artefact.write import copy_artefact, write_artefact

__all__ = [
    "FORMAT_VERSION",
    "MANIFEST",
    "Artefact",
    "copy_artefact",
    "model_card",
    "read_artefact",
    "write_artefact",
]
