"""Peers: what one would use today in nanonet's place, one file each, all with the same ``run``."""

from __future__ import annotations

import importlib
from typing import cast

from bench.peers._base import Peer, PeerResult, Trained

#: Name on the command line -> (module, name in tables).
PEERS: dict[str, tuple[str, str]] = {
    "lr": ("lr_labels_only", "LR on embeddings"),
    "tfidf": ("tfidf_lr", "TF-IDF + LR"),
    "setfit": ("setfit_peer", "SetFit"),
    "model2vec": ("model2vec_peer", "model2vec + LR"),
    "model2vec-ft": ("model2vec_finetuned", "model2vec fine-tuned"),
    "fasttext": ("fasttext_peer", "fastText"),
}


def peer(name: str) -> Peer:
    """The peer of that name; its packages are imported only now."""
    return cast(Peer, importlib.import_module(f"bench.peers.{PEERS[name][0]}"))


__all__ = ["PEERS", "Peer", "PeerResult", "Trained", "peer"]
