"""Data views: how one member sees a batch, so that students err differently (DisCo, PS-NET).

Every view keeps special tokens and draws from the generator it is given, which is one of the CPU
even where the batch is not, so that a seed means the same everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from nanonet.distil.batch import Batch
from nanonet.errors import UserError

SHARE = 0.2  # of the tokens, for dropping and cutting off
_START, _STEP, _TINY = 1e-5, 1e-3, 1e-6  # DisCo's constants of the adversarial noise


class Change(Protocol):
    """A change of a batch that keeps its texts, their order and their special tokens."""

    def __call__(self, batch: Batch, generator: torch.Generator) -> Batch:
        """The changed batch; the given one stays as it is."""


def keep(batch: Batch, generator: torch.Generator) -> Batch:
    """The batch as it is."""
    return batch


def cut_off(batch: Batch, generator: torch.Generator) -> Batch:
    """Hide 20 % of the tokens from attention; of a bag, drop 20 % of the n-grams."""
    hidden = _chosen(batch.special, generator)
    return thin_bags(replace(batch, mask=batch.mask * (~hidden).to(batch.mask)), generator)


def drop(batch: Batch, generator: torch.Generator) -> Batch:
    """Take 20 % of the tokens out, so that the rest moves up; n-grams likewise."""
    kept = ~_chosen(batch.special, generator)
    # a stable sort by "taken out" moves what is kept to the front, in order
    order = torch.argsort((~kept).to(torch.int8), dim=1, stable=True)
    left = (kept & (batch.mask > 0)).sum(1, keepdim=True)
    mask = (torch.arange(kept.shape[1], device=kept.device) < left).to(batch.mask)
    ids = batch.ids.gather(1, order)
    ids = torch.where(mask > 0, ids, torch.full_like(ids, batch.pad_id))
    special = batch.special.gather(1, order) | (mask == 0)
    return thin_bags(replace(batch, ids=ids, mask=mask, special=special), generator)


def shuffle(batch: Batch, generator: torch.Generator) -> Batch:
    """Put the tokens of each text in random order; a bag has none, so it stays."""
    free = ~batch.special
    noise = _uniform(batch.ids.shape, generator).to(batch.ids.device)
    place = torch.arange(free.shape[1], device=free.device).expand_as(batch.ids)
    # free places in order of noise, others where they are: sort both and match them
    by_noise = torch.where(free, noise, torch.full_like(noise, 2.0)).argsort(dim=1, stable=True)
    by_place = torch.where(free, place, place + free.shape[1]).argsort(dim=1, stable=True)
    source = torch.empty_like(by_noise).scatter_(1, by_place, by_noise)
    return replace(batch, ids=batch.ids.gather(1, torch.where(free, source, place)))


@dataclass(frozen=True)
class View:
    """How a member sees its batches.

    change: of the batch. dropout: rate inside the encoder. aligned: whether position i still holds
    the token it held, so that hidden states can be compared. ascents: steps of adversarial noise
    on the word embeddings; curriculum: 0 steps in the first fifth of the training, one more in
    each fifth after it (PS-NET's schedule), instead. A nano student, which has no word embeddings,
    drops n-grams where others get noise.
    """

    change: Change = keep
    dropout: float = 0.0
    aligned: bool = True
    ascents: int = 0
    curriculum: bool = False

    def steps_at(self, share: float) -> int:
        """Ascent steps when ``share`` (0 to 1) of the training is over."""
        return min(4, int(5 * share)) if self.curriculum else self.ascents


VIEWS: dict[str, View] = {
    "none": View(),
    "dropout": View(dropout=0.1),
    "cutoff": View(cut_off),
    "drop": View(drop, aligned=False),
    "shuffle": View(shuffle, aligned=False),
    "adversarial": View(ascents=1),
    "curriculum": View(curriculum=True),
}


def find_view(name: str) -> View:
    """The view of that name; UserError lists the names there are."""
    if name not in VIEWS:
        raise UserError(f"the view is {name!r}; it must be one of {', '.join(VIEWS)}")
    return VIEWS[name]


def set_dropout(model: Any, rate: float) -> None:
    """Dropout at ``rate`` throughout, or none at all for 0."""
    model.train(rate > 0)
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = rate


def adversarial(
    embeds: Tensor,
    mask: Tensor,
    loss_of: Callable[[Tensor], Tensor],
    generator: torch.Generator,
    ascents: int,
) -> Tensor:
    """Noise r [B, S, d], of about unit length per token, that raises ``loss_of(embeds + r)``.

    r0 ~ 1e-5 N(0, I); then ``ascents`` times r = (r + 1e-3 g) / (|r + 1e-3 g| + 1e-6) per token,
    g the gradient of the loss at r (DisCo's and PS-NET's step). Padding gets none. Without ascents
    the noise is r0.
    """
    noise = torch.empty(embeds.shape).normal_(generator=generator).to(embeds.device)
    noise = (_START * noise).to(embeds.dtype)
    given = embeds.detach()
    for _ in range(ascents):
        noise = noise.detach().requires_grad_(True)
        with torch.enable_grad():
            (slope,) = torch.autograd.grad(loss_of(given + noise), noise)
        noise = noise.detach() + _STEP * slope
        noise = noise / (noise.norm(dim=-1, keepdim=True) + _TINY)
    return (noise * mask.unsqueeze(-1).to(noise.dtype)).detach()


def thin_bags(batch: Batch, generator: torch.Generator) -> Batch:
    """Drop 20 % of the n-grams; the length of a text becomes that of what is left."""
    total, texts = len(batch.grams), len(batch)
    kept = (_uniform((total,), generator) >= SHARE).to(batch.grams.device)
    owner = torch.zeros(total + 1, dtype=torch.long, device=batch.grams.device)
    # a text without known n-grams begins where the next one does: the counts add up
    owner.index_add_(0, batch.offsets, torch.ones_like(batch.offsets))
    owner = owner[:total].cumsum(0) - 1
    lengths = torch.zeros(texts, dtype=torch.long, device=owner.device)
    lengths.index_add_(0, owner[kept], torch.ones_like(owner[kept]))
    sizes = ((1.0 - SHARE) * batch.sizes).long().clamp(min=1)
    return replace(batch, grams=batch.grams[kept], offsets=lengths.cumsum(0) - lengths, sizes=sizes)


def _chosen(special: Tensor, generator: torch.Generator) -> Tensor:
    return (_uniform(special.shape, generator).to(special.device) < SHARE) & ~special


def _uniform(shape: Any, generator: torch.Generator) -> Tensor:
    return torch.rand(tuple(shape), generator=generator)
