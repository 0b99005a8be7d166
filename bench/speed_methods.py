"""Every method of the speed tables: ready to label, from a job alone.

The peers' heads are fitted on the labelled rows of the draw. Encoders are not tuned, nor are the
heads of our micro students trained: neither changes how long a text takes.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.peers import peer
from bench.speed_job import Job
from bench.speed_models import MOST_TOKENS, TOKENIZER
from nanonet.data import Labelled, Pool

Predict = Callable[[Sequence[str]], list[str]]
_BATCH = 32  # SetFit's own


@dataclass(frozen=True)
class Method:
    """``title`` in tables; ``build(job)`` gives the way from a list of texts to their classes.

    file: the encoder it deploys, among the speed models; "" where there is none of ours. batched:
    whether it pads texts to the longest of their batch, so that a rate needs enough of them.
    """

    title: str
    build: Callable[[Job], Predict]
    file: str = ""
    batched: bool = False


def nano(job: Job) -> Predict:
    """The saved nano student."""
    import nanonet

    classifier = nanonet.load(job.nano)
    return lambda texts: classifier.predict(texts, threads=job.threads)


def micro(file: str) -> Callable[[Job], Predict]:
    """A micro student around an encoder file, its head made of random numbers."""

    def build(job: Job) -> Predict:
        from nanonet.runtime import Classifier, MicroScorer

        rng = np.random.default_rng(0)
        width, classes = 384, len(job.classes)
        scorer = MicroScorer(
            Path(job.models) / file,
            Path(job.models) / TOKENIZER,
            readouts=np.zeros(1, np.int32),
            head=rng.normal(size=(width, classes)).astype(np.float32),
            bias=np.zeros(classes, np.float32),
            max_tokens=MOST_TOKENS,
        )
        classifier = Classifier(job.classes, scorer)
        return lambda texts: classifier.predict(texts, threads=job.threads)

    return build


def trained_peer(name: str) -> Callable[[Job], Predict]:
    """A peer as the accuracy tables have it."""

    def build(job: Job) -> Predict:
        cache = Path(job.cache_dir) if job.cache_dir else None
        return peer(name).train(_labelled(job), Pool(()), 0, cache).predict

    return build


def setfit(job: Job) -> Predict:
    """The released SetFit package with torch; the body as downloaded, the head fitted."""
    import torch

    from bench.peers.setfit_peer import untuned

    torch.set_num_threads(job.threads)
    return untuned(_labelled(job)).predict


def setfit_onnx(file: str) -> Callable[[Job], Predict]:
    """What SetFit's model comes to when its body is ONNX.

    The fast tokenizer, batches of 32 in the order of length, one run of onnxruntime a batch for the
    mean over the tokens at length one, scikit-learn's logistic regression.
    """

    def build(job: Job) -> Predict:
        from sklearn.linear_model import LogisticRegression
        from tokenizers import Tokenizer

        from bench._onnx import session

        opened = session(Path(job.models) / file, job.threads)
        tokenizer = Tokenizer.from_file(str(Path(job.models) / TOKENIZER))
        tokenizer.enable_truncation(MOST_TOKENS)
        tokenizer.enable_padding()
        head = LogisticRegression(max_iter=1000)
        head.fit(_embedded(opened, tokenizer, job.texts), list(job.labels))
        return lambda texts: head.predict(_embedded(opened, tokenizer, texts)).tolist()

    return build


def _embedded(opened: Any, tokenizer: Any, texts: Sequence[str]) -> Any:
    order = sorted(range(len(texts)), key=lambda row: -len(texts[row]))
    rows = np.empty((len(texts), 384), np.float32)
    for start in range(0, len(order), _BATCH):
        part = order[start : start + _BATCH]
        encoded = tokenizer.encode_batch([texts[row] for row in part])
        ids = np.array([one.ids for one in encoded], np.int64)
        mask = np.array([one.attention_mask for one in encoded], np.int64)
        rows[part] = opened.run(None, {"input_ids": ids, "attention_mask": mask})[0]
    return rows


def _labelled(job: Job) -> Labelled:
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    return Labelled(job.texts, job.labels)


def _micros() -> dict[str, Method]:
    found = {}
    for layers, precision in itertools.product((1, 2), ("int8", "fp32")):
        name = f"micro-{layers}-{precision}"
        title = f"nanonet micro, {layers} layer{'s' * (layers > 1)}, {precision}"
        found[name] = Method(title, micro(f"{name}.onnx"), f"{name}.onnx")
    whole = "micro-int8.onnx"
    return found | {"micro": Method("nanonet micro, 6 layers, int8", micro(whole), whole)}


def _onnx_peers() -> dict[str, Method]:
    names = {"setfit-onnx-int8": "minilm-int8.onnx", "setfit-onnx": "minilm-fp32.onnx"}
    return {
        name: Method(f"SetFit MiniLM, ONNX {file[7:11]}", setfit_onnx(file), file, batched=True)
        for name, file in names.items()
    }


METHODS: dict[str, Method] = {
    "nano": Method("nanonet nano", nano),
    "fasttext": Method("fastText", trained_peer("fasttext")),
    "tfidf": Method("TF-IDF + LR", trained_peer("tfidf")),
    "model2vec": Method("model2vec + LR", trained_peer("model2vec")),
    **_micros(),
    **_onnx_peers(),
    "setfit": Method("SetFit MiniLM, torch", setfit, batched=True),
}
