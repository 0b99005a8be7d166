"""What a learner sees: encoder vectors, or n-grams. Rows: labelled first, then pool."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from nanonet.learn._softmax import Floats
from nanonet.learn.readouts import ReadoutChoice
from nanonet.text import Grams

WIDTH = 256  # of the encoder view; 1,920 columns of five readouts cost eight times the time
_FIT_ROWS = 4096
_SCALE = 8.0  # an idf is about eight, so feature rows have a length of about one


def unit(rows: Floats) -> Floats:
    """Rows [n, d] scaled to length one, as the micro student does; zero rows stay zero."""
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(length, 1e-9), np.float32)


@dataclass(frozen=True)
class EncoderView:
    """Chosen readouts side by side, weighted and rotated to at most ``WIDTH`` columns.

    features: [n, r]; basis: [K * dim, r]; mean: [K * dim]; offset: [r]. ``features`` is
    ``(readouts - mean) @ basis + offset`` with the weights inside the basis, so a linear head on
    the features is a linear head on the readouts.
    """

    choice: ReadoutChoice
    features: Floats
    basis: Floats
    mean: Floats
    offset: Floats

    def rows(self, index: NDArray[np.int64]) -> EncoderView:
        """The same view of some rows."""
        return replace(self, features=self.features[index])

    def head(self, coefficients: Floats) -> tuple[Floats, Floats]:
        """Head [K * dim, C] and bias [C] on the unit readouts, of coefficients [r + 1, C]."""
        weights = self.basis @ coefficients[:-1]
        bias = coefficients[-1] + self.offset @ coefficients[:-1] - self.mean @ weights
        return weights, np.asarray(bias, np.float32)

    def stretched(self, axis: Floats, readout: int, scores: Floats, by: float) -> EncoderView:
        """The view with one more column, ``by * scores`` [n]: a direction of one readout.

        axis: [dim + 1], weights on the unit readout number ``readout`` and the bias that give the
        scores. The head stays a linear head on the readouts.
        """
        index, weight = self.choice.index, self.choice.weight
        dim = len(axis) - 1
        basis, mean = self.basis, self.mean
        if readout not in index:  # it comes in with no weight of its own
            index, weight = (*index, readout), (*weight, 0.0)
            basis = np.concatenate([basis, np.zeros((dim, basis.shape[1]), np.float32)])
            mean = np.concatenate([mean, np.zeros(dim, np.float32)])
        column = np.zeros((len(basis), 1), np.float32)
        at = index.index(readout) * dim
        column[at : at + dim, 0] = by * axis[:-1]
        lifted = np.float32(by * axis[-1] + mean @ column[:, 0])
        return EncoderView(
            ReadoutChoice(index, weight),
            np.concatenate([self.features, np.float32(by) * scores[:, None]], axis=1),
            np.concatenate([basis, column], axis=1),
            mean,
            np.append(self.offset, lifted),
        )


def encoder_view(
    choice: ReadoutChoice, readout: Callable[[int], Floats], n: int, width: int = WIDTH
) -> EncoderView:
    """Build the view from ``readout(i)``, the raw matrix [n, dim] of one readout.

    The rotation is a principal component analysis of an even sample of the rows. Nothing is
    rotated where the readouts together are no wider than 1.5 times ``width``.
    """
    blocks = [
        unit(readout(i)) * np.float32(np.sqrt(w))
        for i, w in zip(choice.index, choice.weight, strict=True)
    ]
    roots = np.repeat(np.sqrt(np.asarray(choice.weight, np.float32)), blocks[0].shape[1])
    sample = np.linspace(0, n - 1, min(n, _FIT_ROWS)).astype(np.int64)
    part = np.concatenate([block[sample] for block in blocks], axis=1)
    mean = part.mean(axis=0)
    if part.shape[1] <= 1.5 * width or len(sample) <= width:
        rotation = np.eye(part.shape[1], dtype=np.float32)
        mean = np.zeros_like(mean)
    else:
        rotation = _principal(part - mean, width)
    features = -np.tile(mean @ rotation, (n, 1))
    at = 0
    for block in blocks:
        features += block @ rotation[at : at + block.shape[1]]
        at += block.shape[1]
    basis = rotation * roots[:, None]
    raw_mean = np.divide(mean, roots, out=np.zeros_like(mean), where=roots > 0)
    offset = np.zeros(basis.shape[1], np.float32)
    return EncoderView(choice, np.asarray(features, np.float32), basis, raw_mean, offset)


def _principal(rows: Floats, width: int) -> Floats:
    """The leading ``width`` principal directions [d, width] of centred rows.

    Randomised subspace iteration (Halko, Martinsson & Tropp 2011): the exact decomposition of
    five readouts takes seconds, this a tenth of one.
    """
    rng = np.random.default_rng(0)  # a fixed probe: the view depends on the data alone
    basis = rng.standard_normal((rows.shape[1], width + 16)).astype(np.float32)
    for _ in range(3):
        basis = np.linalg.qr(rows.T @ (rows @ basis))[0]
    inside = rows @ basis
    turn = np.linalg.eigh(inside.T @ inside)[1][:, ::-1][:, :width]
    return np.asarray(basis @ turn, np.float32)


@dataclass(frozen=True)
class GramView:
    """Counts of n-grams, weighted by rarity: ``idf * count / (8 sqrt(all n-grams of the text))``.

    keys: uint32 [V], ascending; idf: [V]; features: CSR float32 [n, V].
    """

    keys: NDArray[np.uint32]
    idf: Floats
    features: sp.csr_matrix

    def rows(self, index: NDArray[np.int64]) -> GramView:
        """The same view of some rows."""
        return replace(self, features=self.features[index])

    def table(self, coefficients: Floats) -> Floats:
        """Score of one n-gram for each class [V, C], of coefficients [V, C] on the features."""
        return np.asarray(coefficients * (self.idf / _SCALE)[:, None], np.float32)


def gram_view(grams: Grams, least: int = 2) -> GramView:
    """The view of n-grams that stand in at least ``least`` texts (of all, where that leaves none).

    The weighting needs no count of other n-grams, so the nano student can reproduce it from a
    table alone.
    """
    n = len(grams)
    keys, column = np.unique(grams.ids, return_inverse=True)
    counts = sp.csr_matrix(
        (np.ones(len(column), np.float32), column, grams.indptr), shape=(n, len(keys))
    )
    counts.sum_duplicates()
    found_in = np.bincount(counts.indices, minlength=len(keys))
    keep = np.flatnonzero(found_in >= least) if (found_in >= least).any() else np.arange(len(keys))
    idf = np.asarray(np.log(n / found_in[keep]) + 1.0, np.float32)
    length = np.sqrt(np.maximum(np.diff(grams.indptr), 1)).astype(np.float32)
    kept = counts[:, keep].multiply(idf[None, :]).tocsr()
    features = sp.diags(1.0 / (_SCALE * length)).dot(kept).tocsr().astype(np.float32)
    return GramView(keys[keep].astype(np.uint32), idf, features)


@dataclass(frozen=True)
class Views:
    """Both views of the same rows: ``y`` [n_l] are the classes of the first n_l rows."""

    y: NDArray[np.int64]
    classes: int
    encoder: EncoderView
    grams: GramView

    @property
    def labelled(self) -> int:
        """Number of labelled rows."""
        return len(self.y)

    @property
    def pool(self) -> int:
        """Number of pool rows."""
        return len(self.encoder.features) - len(self.y)
