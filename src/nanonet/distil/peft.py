"""Train a small share of an encoder: its biases, low-rank updates, or its norms.

Bias-only tuning follows BitFit (arXiv 2106.10199), as NanoNet does (arXiv 2602.06093); low-rank
updates follow LoRA (arXiv 2106.09685). What a mode saves is memory for the optimiser and storage
per task: the encoder is still run and back-propagated through, and prediction costs the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nanonet.errors import UserError

MODES = ("frozen", "bias", "lora", "layernorm", "full")
"""What may be trained, from nothing to everything; the pooler never is, for nothing reads it."""


@dataclass(frozen=True)
class Tuned:
    """What :func:`prepare` did.

    added_biases: how many bias vectors were added (0 in every mode but 'bias').
    trainable, total: numbers of parameters, counted from the model; share: their ratio.
    note: a sentence for the user, or ''.
    """

    mode: str
    added_biases: int
    trainable: int
    total: int
    share: float
    note: str = ""


class LowRankLinear(nn.Module):
    """A linear layer and (alpha / r) B A beside it, with A [r, d_in] random and B [d_out, r] zero.

    A module in place of the layer, not a parametrisation of it: those share a class between a
    model and its copies, so that merging a copy would break the original.
    """

    def __init__(self, base: nn.Linear, a: Tensor, scale: float) -> None:
        super().__init__()
        self.base, self.scale = base, scale
        self.a = nn.Parameter(a)
        self.b = nn.Parameter(base.weight.new_zeros(base.weight.shape[0], a.shape[0]))

    @property
    def weight(self) -> Tensor:
        """The merged weight, for architectures that look at it."""
        return self.base.weight + self.scale * (self.b @ self.a)

    def forward(self, x: Tensor) -> Tensor:
        """base(x) + scale * B A x."""
        update: Tensor = self.scale * F.linear(F.linear(x, self.a), self.b)
        return self.base(x) + update

    def merged(self) -> nn.Linear:
        """The layer itself, with the update folded into its weight."""
        with torch.no_grad():
            self.base.weight.copy_(self.weight)
        return self.base


def prepare(
    model: Any,
    mode: str,
    rank: int = 8,
    alpha: float = 16.0,
    generator: torch.Generator | None = None,
    embeddings: bool = True,
) -> Tuned:
    """Set ``requires_grad`` throughout ``model`` for ``mode``, adding parameters where needed.

    'bias' trains every bias and norm offset; where a linear layer or norm has none (ModernBERT has
    hardly any) a zero one is added, and the note says so. 'lora' adds low-rank updates, which
    change nothing before the first step. 'layernorm' trains weights and offsets of norms.
    ``embeddings=False`` keeps the embedding tables still in mode 'full'. Raises UserError for an
    unknown mode and where the model has nothing that the mode could train.
    """
    if mode not in MODES:
        raise UserError(f"the tuning mode is {mode!r}; it must be one of {', '.join(MODES)}")
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    added, note = 0, ""
    if mode == "bias":
        added, note = _train_biases(model)
    elif mode == "lora":
        _add_low_rank(model, rank, alpha, generator or torch.Generator().manual_seed(0))
    elif mode == "layernorm":
        _enable(module for _, module in _parts(model) if _is_norm(module))
    elif mode == "full":
        still = () if embeddings else (nn.Embedding,)
        _enable(module for _, module in _parts(model) if not isinstance(module, still))
    trainable, total = count(model)
    if mode != "frozen" and not trainable:
        raise UserError(
            f"the encoder ({type(model).__name__}) has nothing to train in the mode '{mode}'; "
            "use 'frozen' or 'full', or another encoder"
        )
    return Tuned(mode, added, trainable, total, trainable / max(1, total), note)


def count(model: Any) -> tuple[int, int]:
    """(trainable, total) parameters of the model as it stands."""
    sizes = [(p.numel(), p.requires_grad) for p in model.parameters()]
    return sum(n for n, used in sizes if used), sum(n for n, _ in sizes)


def _parts(model: Any) -> Iterator[tuple[str, Any]]:
    for name, module in model.named_modules():
        if "pooler" not in name.split("."):
            yield name, module


def _enable(modules: Iterable[Any]) -> None:
    for module in modules:
        for parameter in module.parameters(recurse=False):
            parameter.requires_grad_(True)


def _is_norm(module: Any) -> bool:
    weight = getattr(module, "weight", None)
    return type(module).__name__.endswith("Norm") and weight is not None and weight.dim() == 1


def _train_biases(model: Any) -> tuple[int, str]:
    layers = added = 0
    for _, module in list(_parts(model)):
        if isinstance(module, nn.Linear) or _is_norm(module):
            layers += 1
            if getattr(module, "bias", None) is None:
                added += 1
                _add_bias(module)
        bias = getattr(module, "bias", None)
        if isinstance(bias, nn.Parameter):
            bias.requires_grad_(True)
    if not added:
        return 0, ""
    return added, (
        f"{added} of the encoder's {layers} linear and norm layers have no bias; "
        "biases of zero were added to them and are trained"
    )


def _add_bias(module: Any) -> None:
    weight = module.weight
    slot = "bias" in module._parameters  # its forward adds a bias as soon as there is one
    module.register_parameter("bias", nn.Parameter(weight.new_zeros(weight.shape[0])))
    if not slot:
        module.register_forward_hook(_add_offset)


def _add_offset(module: Any, inputs: Any, output: Tensor) -> Tensor:
    return output + module.bias


def _add_low_rank(model: Any, rank: int, alpha: float, generator: torch.Generator) -> None:
    if rank < 1:
        raise UserError(f"the LoRA rank is {rank}; it must be at least 1")
    for _, parent in list(_parts(model)):
        for name, layer in list(parent.named_children()):
            if not isinstance(layer, nn.Linear) or name == "pooler":
                continue
            wide = layer.weight.shape[1]
            # drawn on the CPU: the same start on every device
            a = torch.randn(rank, wide, generator=generator) / math.sqrt(wide)
            setattr(parent, name, LowRankLinear(layer, a.to(layer.weight), alpha / rank))
