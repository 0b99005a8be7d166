"""The folder a model lives in: written whole or not at all, checked byte for byte when read."""

from nanonet.artefact._folder import new_folder, write_file
from nanonet.artefact.card import (
    code,
    front_matter,
    kind_in_words,
    model_card,
    scaling_in_words,
)
from nanonet.artefact.facts import ModelFacts, model_facts
from nanonet.artefact.manifest import FORMAT_VERSION, MANIFEST
from nanonet.artefact.prototypes import (
    PROTOTYPES,
    Prototype,
    encode_prototypes,
    read_prototypes,
)
from nanonet.artefact.read import Artefact, read_artefact
from nanonet.artefact.write import copy_artefact, write_artefact

__all__ = [
    "FORMAT_VERSION",
    "MANIFEST",
    "PROTOTYPES",
    "Artefact",
    "ModelFacts",
    "Prototype",
    "code",
    "copy_artefact",
    "encode_prototypes",
    "front_matter",
    "kind_in_words",
    "model_card",
    "model_facts",
    "new_folder",
    "read_artefact",
    "read_prototypes",
    "scaling_in_words",
    "write_artefact",
    "write_file",
]
