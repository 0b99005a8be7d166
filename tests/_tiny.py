"""A BERT of a few kilobytes with random weights, for tests that need a real encoder folder.

Import it as ``from _tiny import tiny_encoder``: pytest is told to look in this folder for imports.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

_WORD_LINE = (
    "the a is was not and good bad movie price goal team bank market match oil game stock win lose "
    "loss fall rise great awful what who where how many . , ! ? ' 0 1 2 3 ##s ##ed ##ing"
)
HIDDEN, LAYERS = 32, 2


def tiny_encoder(folder: Path, seed: int = 0) -> Path:
    """Write a Hugging Face folder (config.json, model.safetensors, tokenizer.json); return it.

    Hidden size 32, 2 layers, 2 heads, 128 positions; a WordPiece vocabulary of some common words,
    all ASCII letters and their continuations. The same seed gives the same weights.
    """
    import torch
    from transformers import BertConfig, BertModel

    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = _vocabulary()
    _tokenizer(vocabulary).save(str(folder / "tokenizer.json"))
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = BertModel(
            BertConfig(
                vocab_size=len(vocabulary),
                hidden_size=HIDDEN,
                num_hidden_layers=LAYERS,
                num_attention_heads=2,
                intermediate_size=64,
                max_position_embeddings=128,
            )
        )
    model.eval().save_pretrained(str(folder))
    return folder


def _vocabulary() -> dict[str, int]:
    letters = "abcdefghijklmnopqrstuvwxyz"
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *_WORD_LINE.split(), *letters]
    pieces += [f"##{letter}" for letter in letters]
    return {piece: number for number, piece in enumerate(dict.fromkeys(pieces))}


def _tokenizer(vocabulary: dict[str, int]) -> Any:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])],
    )
    return tokenizer
