"""Tiny encoders of several architectures with random weights, for tests that train one.

Import it as ``from _encoders import tiny_model``: pytest looks in this folder for imports.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from _tiny import tiny_encoder

KINDS = ("bert", "roberta", "mpnet", "distilbert", "modernbert")
SIZE = {"vocab_size": 120, "max_position_embeddings": 128}
COMMON = {**SIZE, "hidden_size": 32, "num_attention_heads": 2, "intermediate_size": 48}


def tiny_model(kind: str, layers: int = 3, seed: int = 0) -> Any:
    """A model of hidden size 32 in evaluation mode; the same seed gives the same weights."""
    import torch
    import transformers as hf

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model: Any
        if kind == "bert":
            model = hf.BertModel(hf.BertConfig(**COMMON, num_hidden_layers=layers))
        elif kind == "roberta":
            model = hf.RobertaModel(hf.RobertaConfig(**COMMON, num_hidden_layers=layers))
        elif kind == "mpnet":
            model = hf.MPNetModel(hf.MPNetConfig(**COMMON, num_hidden_layers=layers))
        elif kind == "distilbert":
            config = hf.DistilBertConfig(**SIZE, dim=32, n_heads=2, hidden_dim=48, n_layers=layers)
            model = hf.DistilBertModel(config)
        else:
            special = dict.fromkeys(["bos_token_id", "cls_token_id"], 2)
            special |= dict.fromkeys(["eos_token_id", "sep_token_id"], 3)
            model = hf.ModernBertModel(
                hf.ModernBertConfig(
                    **COMMON, **special, num_hidden_layers=layers, pad_token_id=0, local_attention=8
                )
            )
    model.config._attn_implementation = "eager"
    return model.eval()


def tiny_folder(kind: str, folder: Path, layers: int = 3, seed: int = 0) -> Path:
    """The same as a Hugging Face folder, with the tokenizer of ``tiny_encoder``."""
    tiny_encoder(folder)
    tiny_model(kind, layers, seed).save_pretrained(str(folder))
    return folder
