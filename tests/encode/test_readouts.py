"""Which layers and poolings are read, and that each pooling is what its name says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nanonet.encode import Encoder, Readout
from nanonet.encode.readouts import make_readouts, spread_layers


@pytest.mark.parametrize(
    ("depth", "layers"),
    [(1, (1,)), (6, (1, 2, 3, 4, 5, 6)), (12, (2, 4, 6, 8, 10, 12)), (7, (2, 3, 4, 5, 6, 7))],
)
def test_deep_encoders_are_read_at_six_layers_with_the_last(
    depth: int, layers: tuple[int, ...]
) -> None:
    assert spread_layers(depth) == layers


def test_order_is_layer_major() -> None:
    assert make_readouts((1, 2))[4:6] == (Readout(1, "max"), Readout(2, "mean"))


def test_poolings_are_those_of_the_hidden_states(encoder: Encoder, tiny: Path) -> None:
    """Against transformers itself, so that a slip in our own pooling shows."""
    import torch
    from tokenizers import Tokenizer
    from transformers import AutoModel

    text = "the bank was not good, oil prices fall!"
    ids = torch.tensor([Tokenizer.from_file(str(tiny / "tokenizer.json")).encode(text).ids])
    model = AutoModel.from_pretrained(tiny).eval()
    with torch.no_grad():
        states = model(input_ids=ids, output_hidden_states=True).hidden_states
    wanted = []
    for state in states[1:]:
        pieces = state[0].numpy()
        wanted += [pieces.mean(0), pieces[0], pieces[1], pieces[-2], pieces.max(0)]
    found = encoder.encode([text])[0].astype(np.float32)
    assert encoder.readouts == make_readouts((1, 2))
    np.testing.assert_allclose(found, np.stack(wanted), atol=0.06)  # int8 weights
    distance = np.abs(found[:, None] - np.stack(wanted)[None]).max(-1)
    assert (distance.argmin(1) == np.arange(10)).all()
