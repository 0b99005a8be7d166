"""Rows chosen so that the whole table's head lies close to their span.

Orthogonal matching pursuit (Pati, Rezaiifar & Krishnaprasad 1993) with the table's cross-entropy in
place of a squared error: the row whose direction, outside the span so far, would lower the loss
fastest for its own class; a round takes one row of every class; then rows are exchanged.
"""

from __future__ import annotations

import numpy as np

from nanonet.condense.seen import Rows, Seen
from nanonet.condense.span import Fit, Span, fit_span
from nanonet.learn import Floats
from nanonet.progress import NullProgress, Progress

EXCHANGE_MOST = 64  # larger sets are not exchanged: it gained under 0.2 points there
_LEAST_LEFT = 0.1  # of a direction's length must lie outside the span to be worth its room
_STEPS = 15


def choose_greedily(seen: Seen, quota: Rows, progress: Progress | None = None) -> Rows:
    """``quota[c]`` rows of each class c, class by class in the order they were chosen."""
    bar = progress or NullProgress()
    bar.start("choosing texts", int(quota.sum()))
    try:
        rows = _rounds(seen, quota, bar)
    finally:
        bar.finish()
    if 2 < len(rows) <= EXCHANGE_MOST:
        rows = _exchange(seen, rows, bar)
    return rows[np.argsort(seen.y[rows], kind="stable")]


def _rounds(seen: Seen, quota: Rows, bar: Progress) -> Rows:
    share = np.bincount(seen.y, minlength=seen.classes) / len(seen)
    error = np.eye(seen.classes, dtype=np.float32)[seen.y] - share.astype(np.float32)
    span = Span(
        np.zeros((seen.features.shape[1], 0), np.float32),
        np.zeros((len(seen), 0), np.float32),
        seen.features.mean(axis=0),
    )
    rows = np.zeros(0, np.int64)
    start: Floats | None = None
    for turn in range(int(quota.max())):
        wanted = np.flatnonzero(quota > turn)
        new = _best(seen, span, error, wanted, rows)
        rows = np.concatenate([rows, new])
        span = Span.of(seen, rows) if turn == 0 else span.with_rows(seen, new)
        fit = fit_span(seen, span, start, 2 * _STEPS)
        error, start = fit.error, fit.coefficients
        bar.advance(len(new))
    return rows


def _best(seen: Seen, span: Span, error: Floats, wanted: Rows, taken: Rows) -> Rows:
    """For each wanted class the row of it that promises most."""
    slope = seen.features.T @ error / np.float32(len(seen))
    slope -= span.basis @ (span.basis.T @ slope)
    found = []
    for one in wanted:
        own = np.flatnonzero(seen.y == one)
        worth = _worth(seen, span, slope[:, one], own)
        worth[np.isin(own, taken)] = -np.inf
        found.append(own[np.argmax(worth)])
    return np.asarray(found, np.int64)


def _worth(seen: Seen, span: Span, slope: Floats, rows: Rows) -> Floats:
    """How fast the loss of one class falls along each row's direction outside the span."""
    table = seen.features[rows]
    along = table @ slope - span.origin @ slope
    size = seen.squares[rows] - 2 * table @ span.origin + float(span.origin @ span.origin)
    within = span.inside[rows] - span.origin @ span.basis
    left = np.sqrt(np.maximum(size - (within**2).sum(axis=1), 0.0))
    whole = np.sqrt(np.maximum(size, 1e-12))
    return np.asarray(along / np.maximum(left, _LEAST_LEFT * whole), np.float32)


def _exchange(seen: Seen, rows: Rows, bar: Progress) -> Rows:
    """One sweep: each row gives way to the best one for the others, where the loss then falls."""
    bar.start("exchanging texts", len(rows))
    span = Span.of(seen, rows)
    best = fit_span(seen, span)
    try:
        for at in range(len(rows)):
            others = np.delete(rows, at)
            if len(others) > 1:
                tried = _replaced(seen, rows, at, (span, best))
                if tried is not None:
                    rows, span, best = tried
            bar.advance()
    finally:
        bar.finish()
    return rows


def _replaced(
    seen: Seen, rows: Rows, at: int, now: tuple[Span, Fit]
) -> tuple[Rows, Span, Fit] | None:
    """The rows with the one at ``at`` replaced, if that lowers the loss."""
    span, best = now
    others = np.delete(rows, at)
    fewer = span.without(seen, others)
    fit = fit_span(seen, fewer, _turned(best, span, fewer), _STEPS)
    new = _best(seen, fewer, fit.error, seen.y[rows[at : at + 1]], others)
    if new[0] == rows[at]:
        return None
    changed = rows.copy()
    changed[at] = new[0]
    wider = fewer.with_rows(seen, new)
    tried = fit_span(seen, wider, fit.coefficients, 2 * _STEPS)
    return (changed, wider, tried) if tried.loss < best.loss - 1e-5 else None


def _turned(fit: Fit, span: Span, onto: Span) -> Floats:
    """A fit's coefficients, seen in another span."""
    weight = onto.basis.T @ (span.basis @ fit.coefficients[:-1])
    return np.asarray(np.concatenate([weight, fit.coefficients[-1:]]), np.float32)
