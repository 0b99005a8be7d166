"""Cut a shallower encoder out of a deeper one: the embeddings and some of its layers."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from torch import nn

from nanonet.distil.encoder import TextEncoder
from nanonet.distil.merge import fits
from nanonet.errors import UserError


def resolve_layers(layers: Sequence[int], depth: int) -> tuple[int, ...]:
    """Layer numbers 1..depth; negative ones count from the end (-1 is the last).

    Raises UserError unless they are distinct, ascending and there.
    """
    found = tuple(layer if layer > 0 else depth + 1 + layer for layer in layers)
    if not found or found[0] < 1 or found[-1] > depth or list(found) != sorted(set(found)):
        raise UserError(
            f"a student of the layers {tuple(layers)} cannot be cut from an encoder of {depth} "
            "layers; give distinct layers in ascending order, counted from 1 (or -1 from the end)"
        )
    return found


def cut_layers(model: Any, layers: Sequence[int]) -> Any:
    """A copy of ``model`` that has only ``layers`` (1 is the first); the original is unchanged.

    The copy can be saved and loaded like any model of its kind. Raises UserError where the
    architecture does not keep its layers in one list, or needs a layer that is left out.
    """
    parent, name = _layer_list(model)
    every = getattr(parent, name)
    kept = resolve_layers(layers, len(every))
    setattr(parent, name, nn.ModuleList([every[layer - 1] for layer in kept]))
    try:
        cut = copy.deepcopy(model)  # of the kept layers alone: the rest is not copied
    finally:
        setattr(parent, name, every)
    cut.config.num_hidden_layers = len(kept)
    kinds = getattr(cut.config, "layer_types", None)
    if isinstance(kinds, list) and len(kinds) == len(every):
        cut.config.layer_types = [kinds[layer - 1] for layer in kept]
    _begin_like(every[0], getattr(*_layer_list(cut))[0])
    if not fits(cut, cut.config):
        raise _cannot(model, "its layers are not alike")
    return cut


def cut_encoder(encoder: TextEncoder, layers: Sequence[int]) -> TextEncoder:
    """The same tokenizer with the cut model; named after the layers it has."""
    model = cut_layers(encoder.model, layers)
    kept = resolve_layers(layers, encoder.layers)
    name = f"{encoder.name} layers {', '.join(map(str, kept))}"
    return replace(encoder, name=name, model=model, layers=len(kept))


def _layer_list(model: Any) -> tuple[Any, str]:
    """Where the list of layers hangs: (module, attribute)."""
    depth = getattr(getattr(model, "config", None), "num_hidden_layers", None)
    found = [
        (sum(p.numel() for p in child.parameters()), module, name)
        for module in model.modules()
        for name, child in module.named_children()
        if isinstance(child, nn.ModuleList) and len(child) == depth
    ]
    if not found:
        raise _cannot(model, "it does not keep its layers in one list")
    _, parent, name = max(found, key=lambda entry: entry[0])
    return parent, name


def _begin_like(first: Any, now_first: Any) -> None:
    """ModernBERT has no norm before its first attention, for its embeddings are normed already.

    A layer that becomes the first loses that norm; its scale goes into the weights behind it.
    """
    norm = getattr(now_first, "attn_norm", None)
    if not isinstance(getattr(first, "attn_norm", None), nn.Identity) or norm is None:
        return
    if isinstance(norm, nn.LayerNorm):
        now_first.attn.Wqkv.weight.data *= norm.weight.data
        now_first.attn_norm = nn.Identity()


def _cannot(model: Any, why: str) -> UserError:
    return UserError(
        f"no student can be cut from an encoder of the kind {type(model).__name__} ({why}); use an "
        "encoder such as BERT, RoBERTa, MPNet, DistilBERT or ModernBERT, or a preset without "
        "micro students"
    )
