"""Texts to the learner's material: vectors from the cache, n-grams, evidence from class names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from nanonet.encode import Encoder, usual_readout, vectors
from nanonet.learn import LinearHead, Material, gram_view, unit
from nanonet.pipeline.inputs import Inputs
from nanonet.progress import Progress
from nanonet.text import GramSpec, featurise
from nanonet.votes import Tree, class_sentences, opinion, opinion_sentences, tree_evidence


@dataclass(frozen=True)
class Prepared:
    """Everything the learner needs; ``names_head`` reads the class names' evidence."""

    material: Material
    names_head: LinearHead | None
    spec: GramSpec


def prepare(
    inputs: Inputs,
    encoder: Encoder,
    cache_dir: str | Path | None,
    spec: GramSpec,
    progress: Progress,
) -> Prepared:
    """Encode (from the cache where known) and count n-grams; labelled rows first."""
    texts = [*inputs.labelled.texts, *inputs.pool.texts]
    sentences = [class_sentences(s) for s in inputs.specs] if inputs.specs else []
    flat = [sentence for group in sentences for sentence in group]
    good_bad = list(opinion_sentences()) if inputs.labelled.texts else []
    read = vectors(encoder, texts + flat + good_bad, cache_dir=cache_dir, progress=progress)
    body = read.take(np.arange(len(texts)))
    number = {name: i for i, name in enumerate(inputs.classes)}
    usual = usual_readout(encoder)
    material = Material(
        y=np.array([number[label] for label in inputs.labelled.labels], np.int64),
        classes=len(inputs.classes),
        rows=len(texts),
        readout=lambda i, rows: body.take(rows).readout(i),
        readouts=len(encoder.readouts),
        usual=usual,
        grams=gram_view(featurise(texts, spec)),
        votes=inputs.votes,
    )
    pile = material.unit_readout(usual, np.arange(material.rows))
    beside = unit(read.take(np.arange(len(texts), read.n)).readout(usual))
    if good_bad:
        axis = opinion(beside[len(flat) :], pile)
        material = replace(material, opinion=np.append(axis.weight, np.float32(axis.bias)))
    if not inputs.specs:
        return Prepared(material, None, spec)
    ends = np.cumsum([len(group) for group in sentences])
    blocks = np.split(beside[: len(flat)], ends[:-1])
    evidence = tree_evidence(blocks, pile, Tree.of(inputs.specs))
    head = LinearHead((usual,), evidence.weight, evidence.bias)
    return Prepared(replace(material, names=evidence.logits(pile)), head, spec)
