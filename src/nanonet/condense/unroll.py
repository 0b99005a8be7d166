"""Training on a few learned items, unrolled, and the items learned through it.

Wang et al. (arXiv 1811.10959) and, for text, Li & Li (arXiv 2104.08448), with learned soft labels
(Sucholutsky & Schonlau, arXiv 1910.02551) and step sizes:

    w_{t+1} = w_t - eta_t * grad CE(w_t; items, labels)        outer loss: CE(w_T; a real batch)

Imports torch: import it late.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from nanonet.condense.textcnn import Network, Parameters
from nanonet.progress import NullProgress, Progress

Batches = Callable[[], tuple[Tensor, Tensor]]


@dataclass(frozen=True)
class Outer:
    """Settings of the outer loop.

    initial: 'fixed' (one start for all, ``start``) or 'random' (``starts`` fresh ones each outer
    step); steps: of the outer loop; inner: steps of training on the items.
    """

    initial: str = "fixed"
    start: int = 0
    starts: int = 2
    steps: int = 300
    inner: int = 12
    lr: float = 0.02
    first_step: float = 0.1


@dataclass(frozen=True)
class Items:
    """What is learned: vectors [m, L, width]; logits of the soft labels [m, C]; raw steps [T]."""

    vectors: Tensor
    logits: Tensor
    steps: Tensor

    def labels(self) -> Tensor:
        """Soft labels [m, C]."""
        return F.softmax(self.logits, dim=1)

    def sizes(self) -> Tensor:
        """Step sizes [T], above nought."""
        return F.softplus(self.steps)


def train_on(net: Network, start: Parameters, items: Items, graph: bool = False) -> Parameters:
    """Parameters after one pass of the items' own steps; with ``graph``, differentiable in them."""
    parameters = tuple(p if p.requires_grad else p.detach().requires_grad_() for p in start)
    labels = items.labels()
    for size in items.sizes():
        loss = F.cross_entropy(net.logits(parameters, items.vectors), labels)
        slopes = torch.autograd.grad(loss, parameters, create_graph=graph)
        moved = tuple(p - size * g for p, g in zip(parameters, slopes, strict=True))
        parameters = moved if graph else tuple(p.detach().requires_grad_() for p in moved)
    return parameters


def learn_items(
    net: Network, first: Items, batch: Batches, outer: Outer, progress: Progress | None = None
) -> Items:
    """Items from ``first``, moved so that training on them lowers the loss on real batches."""
    bar = progress or NullProgress()
    learned = tuple(p.clone().requires_grad_() for p in (first.vectors, first.logits, first.steps))
    items = Items(*learned)
    optimiser = torch.optim.Adam(learned, lr=outer.lr)
    decay = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, outer.steps)
    bar.start("learning items", outer.steps)
    try:
        for step in range(outer.steps):
            optimiser.zero_grad()
            for seed in _seeds(outer, step):
                trained = train_on(net, net.start(seed), items, graph=True)
                x, y = batch()
                F.cross_entropy(net.logits(trained, x), y).backward()
            torch.nn.utils.clip_grad_norm_(learned, 1.0)
            optimiser.step()
            decay.step()
            bar.advance()
    finally:
        bar.finish()
    return Items(*(p.detach() for p in learned))


def _seeds(outer: Outer, step: int) -> list[int]:
    if outer.initial == "fixed":
        return [outer.start]
    first = 1_000_000 + step * outer.starts  # far from the starts that judge
    return list(range(first, first + outer.starts))
