"""Fold what tuning added into the model itself, so that it can be saved like any other."""

from __future__ import annotations

import copy
from typing import Any

import torch

from nanonet.distil.peft import LowRankLinear

_BIAS_FLAGS = ("attention_bias", "mlp_bias", "norm_bias", "qkv_bias", "use_bias")


def merge(model: Any) -> tuple[str, ...]:
    """Fold low-rank updates and added biases into ``model``, in place; nothing it computes changes.

    Added biases are made part of the architecture by its own flags (``attention_bias``,
    ``mlp_bias``, ``norm_bias``), so that ``save_pretrained`` and ``from_pretrained`` keep them.
    Returns a note where the architecture has no such flag: then the model computes with them in
    memory and can be exported, but a saved folder would lose them.
    """
    for parent in list(model.modules()):
        for name, layer in list(parent.named_children()):
            if isinstance(layer, LowRankLinear):
                setattr(parent, name, layer.merged())
    config = getattr(model, "config", None)
    if config is None or fits(model, config):
        return ()
    flagged = copy.deepcopy(config)
    for flag in _BIAS_FLAGS:
        if getattr(flagged, flag, None) is False:
            setattr(flagged, flag, True)
    if not fits(model, flagged):
        return (
            f"{type(model).__name__} has no place for some of the trained biases; they work in "
            "memory and in an exported model, but a saved folder would not hold them",
        )
    for flag in _BIAS_FLAGS:
        if hasattr(flagged, flag):
            setattr(config, flag, getattr(flagged, flag))
    return ()


def fits(model: Any, config: Any) -> bool:
    """Whether a model built from ``config`` has exactly the tensors of ``model``."""
    with torch.device("meta"):
        fresh = type(model)(copy.deepcopy(config))
    return _shapes(fresh) == _shapes(model)


def _shapes(model: Any) -> dict[str, tuple[int, ...]]:
    tensors = model.state_dict().items()
    return {name: tuple(value.shape) for name, value in tensors if "pooler" not in name}
