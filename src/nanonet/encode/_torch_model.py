"""The encoder as one torch module that returns every readout. Imports torch: import it late."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from transformers import (
    MODEL_FOR_TEXT_ENCODING_MAPPING,
    AutoConfig,
    AutoModel,
    AutoModelForTextEncoding,
)

from nanonet.encode._quiet import quiet
from nanonet.encode.bundled import verify_bundled
from nanonet.encode.fingerprint import file_sha256
from nanonet.encode.source import Source
from nanonet.encode.tokens import MAX_TOKENS
from nanonet.errors import UserError

_FAR = 1e4  # pushes padding below every activation in a max


class ReadoutModel(torch.nn.Module):
    """Token ids and mask [B, S] -> readouts [B, len(layers) * 5, dim], in stored order."""

    def __init__(self, model: torch.nn.Module, layers: Sequence[int], margins: tuple[int, int]):
        super().__init__()
        self.model = model
        self.layers = tuple(layers)
        self.before, self.after = margins

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Run the encoder once and pool each chosen layer five ways."""
        states = hidden_states(self.model, input_ids, attention_mask)
        mask = attention_mask.unsqueeze(-1).to(states[0].dtype)
        count = attention_mask.sum(1)
        first = (count - 1).clamp(max=self.before)
        last = (count - 1 - self.after).clamp(min=0)
        rows = torch.arange(input_ids.shape[0], device=input_ids.device)
        pooled = []
        for layer in self.layers:
            state = states[layer]
            mean = (state * mask).sum(1) / mask.sum(1)
            peak = (state + (mask - 1) * _FAR).max(1).values
            pooled += [mean, state[:, 0], state[rows, first], state[rows, last], peak]
        return torch.stack(pooled, 1)


def hidden_states(model: Any, ids: torch.Tensor, mask: torch.Tensor) -> Sequence[torch.Tensor]:
    """Embeddings and the output of each layer, [B, S, dim] each."""
    output = model(input_ids=ids, attention_mask=mask, output_hidden_states=True)
    states: Sequence[torch.Tensor] = output.hidden_states
    return states


def load_model(source: Source) -> Any:
    """The text encoder of ``source`` in float32 on the CPU, ready to run; no code is fetched.

    Raises ``UserError`` when transformers cannot load it or weights are absent, ``FormatError``
    when the bundled weights are not the published ones.
    """
    where: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    if source.bundled:
        verify_bundled(file_sha256(source.weights[0]))
    try:
        with quiet():
            config = AutoConfig.from_pretrained(source.folder, **where)
            # T5 and its kin: AutoModel would build the decoder too, which wants input of its own
            known = type(config) in MODEL_FOR_TEXT_ENCODING_MAPPING
            family = AutoModelForTextEncoding if known else AutoModel
            # eager attention: the only one every architecture has and the exporter understands
            model, loading = family.from_pretrained(
                source.folder,
                use_safetensors=True,
                attn_implementation="eager",
                output_loading_info=True,
                **where,
            )
    except Exception as error:
        raise UserError(
            f"transformers cannot load the encoder {source.name} "
            f"({type(error).__name__}: {str(error).strip().splitlines()[0][:160]}); "
            "check that it is a text encoder and that its files are whole"
        ) from error
    # transformers fills absent weights with random ones; only the pooler is never read here
    absent = [key for key in loading["missing_keys"] if "pooler" not in key]
    if absent:
        raise UserError(
            f"the weights of the encoder {source.name} lack {len(absent)} tensors ({absent[0]} "
            "among them); the file is not for this config.json, download or save the model again"
        )
    return model.float().eval()


def probe_shape(model: Any, name: str) -> tuple[int, int]:
    """(number of layers, width); raises ``UserError`` unless every layer has one vector a token."""
    ids = torch.tensor([[1, 2, 3, 4, 5, 6, 7]])
    try:
        with quiet(), torch.no_grad():
            states = hidden_states(model, ids, torch.ones_like(ids))
        shapes = {tuple(state.shape) for state in states}
    except Exception as error:
        raise UserError(
            f"the encoder {name} does not run on plain text ({type(error).__name__}); "
            "choose a text encoder such as BERT, RoBERTa or MPNet"
        ) from error
    if len(states) < 2 or len(shapes) != 1 or len(states[0].shape) != 3 or states[0].shape[1] != 7:
        raise UserError(
            f"the encoder {name} does not give one vector per token in every layer; "
            "choose a text encoder such as BERT, RoBERTa or MPNet"
        )
    return len(states) - 1, int(states[0].shape[2])


def token_limit(model: Any) -> int:
    """``MAX_TOKENS``, or fewer where the position table is shorter."""
    config = model.config
    positions = getattr(config, "max_position_embeddings", None)
    if not isinstance(positions, int) or positions <= 0:
        return MAX_TOKENS
    # RoBERTa and its kin count positions from padding_idx + 1
    pad = getattr(getattr(model, "embeddings", None), "padding_idx", None)
    return min(MAX_TOKENS, positions - (pad + 1 if isinstance(pad, int) else 0))
