"""Begin with heads that already fit the labelled rows: a few rows, a closed matter of a second."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from nanonet.distil.cohort import Cohort
from nanonet.distil.device import Place
from nanonet.distil.losses import cross_entropy
from nanonet.distil.pool import features
from nanonet.distil.reader import Reader

RIDGE = 1e-3  # half of it times the squared weights, beside the mean loss; features are unit long


def start_heads(cohort: Cohort, texts: Sequence[str], y: NDArray, place: Place) -> None:
    """Fit the head of the teacher and of every micro student to the labelled rows."""
    readers: list[Reader] = [cohort.teacher.reader, *(one.reader for one in cohort.micros)]
    for reader in readers:
        vectors = reader.encoder.vectors(texts, reader.readouts, place)
        values = features(torch.from_numpy(vectors).to(place.device))
        fit_head(reader.head, values, torch.from_numpy(y).to(place.device))


def fit_head(head: nn.Linear, values: Tensor, target: Tensor, ridge: float = RIDGE) -> None:
    """Softmax regression by L-BFGS: values [n, F], target classes [n] or soft [n, C]."""
    solver = torch.optim.LBFGS(
        head.parameters(), max_iter=100, history_size=10, line_search_fn="strong_wolfe"
    )

    def loss() -> Tensor:
        solver.zero_grad()
        weight = 0.5 * ridge * head.weight.square().sum()
        value = cross_entropy(head(values), target).mean() + weight
        value.backward()  # type: ignore[no-untyped-call]
        return value

    solver.step(loss)  # type: ignore[no-untyped-call]
    solver.zero_grad()
