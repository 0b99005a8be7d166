"""A real, tiny language model behind the protocol: random weights, constrained decoding.

The model is a Llama of two layers made on the spot, its tokeniser a byte-level BPE learned from a
few lines, and llguidance, the decoder that vLLM and llama.cpp can use too, holds its answers to
the JSON schema token by token. Only the HTTP around it is ours: ``transformers serve`` refuses
``response_format``, and llama.cpp's server must be compiled.
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np

LINES = [
    '{"index": 0, "name": "Sports", "certainty": 70}', "The classes: material, end, belongs to",
    "You sort texts into classes. Answer with a JSON object with three keys.",
] * 20  # fmt: skip
_TEMPLATE = "{% for m in messages %}<{{ m['role'] }}>{{ m['content'] }}{% endfor %}<assistant>"


class TinyModel:
    """Answers chat requests; ``max_tokens``, ``temperature`` and the schema are obeyed."""

    def __init__(self, seed: int = 0) -> None:
        import torch
        from llguidance.hf import from_tokenizer
        from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
        from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        trainer = trainers.BpeTrainer(
            vocab_size=400, initial_alphabet=alphabet, special_tokens=["<eos>"], show_progress=False
        )
        tokenizer.train_from_iterator(LINES, trainer)
        self.tokenizer = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<eos>")
        self.tokenizer.chat_template = _TEMPLATE
        self.guide = from_tokenizer(self.tokenizer, slices=[])
        size = len(self.tokenizer)
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            config = LlamaConfig(
                vocab_size=size, hidden_size=32, intermediate_size=64, num_hidden_layers=2,
                num_attention_heads=2, num_key_value_heads=2, max_position_embeddings=8192,
            )  # fmt: skip
            self.model = LlamaForCausalLM(config).eval()
        self.random = torch.Generator().manual_seed(seed)
        self.lock = threading.Lock()

    def answer(self, body: dict[str, Any]) -> tuple[str, str, int, int]:
        """(text, finish reason, tokens read, tokens written)."""
        import torch
        from llguidance import LLMatcher

        schema = body["response_format"]["json_schema"]["schema"]
        matcher = LLMatcher(self.guide, LLMatcher.grammar_from_json_schema(schema))
        assert not matcher.is_error(), matcher.get_error()
        prompt = self.tokenizer.apply_chat_template(body["messages"], tokenize=False)
        read = torch.tensor([self.tokenizer(prompt)["input_ids"]])
        written: list[int] = []
        past, step = None, read
        with self.lock, torch.inference_mode():
            while len(written) < body["max_tokens"]:
                out = self.model(step, past_key_values=past, use_cache=True)
                past, logits = out.past_key_values, out.logits[:, -1].float()
                bits = np.frombuffer(matcher.compute_bitmask(), np.uint8)
                allowed = np.unpackbits(bits, bitorder="little")[: logits.shape[1]].astype(bool)
                logits[:, torch.from_numpy(~allowed)] = -torch.inf
                token = self._draw(logits, body.get("temperature", 1.0))
                matcher.consume_token(token)
                if token == self.tokenizer.eos_token_id or matcher.is_stopped():
                    text = self.tokenizer.decode([*written, token], skip_special_tokens=True)
                    return text, "stop", read.shape[1], len(written) + 1
                written.append(token)
                step = torch.tensor([[token]])
        return self.tokenizer.decode(written), "length", read.shape[1], len(written)

    def _draw(self, logits: Any, temperature: float) -> int:
        import torch

        if temperature < 1e-3:
            return int(logits.argmax())
        shares = torch.softmax(logits / temperature, dim=-1)
        return int(torch.multinomial(shares, 1, generator=self.random))


class RealEndpoint:
    """The model on loopback; use it as a context. ``tokens`` sums what it read and wrote."""

    def __init__(self) -> None:
        self.model = TinyModel()
        self.tokens = [0, 0]
        self.bodies: list[dict[str, Any]] = []

    def __enter__(self) -> RealEndpoint:
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *what: object) -> None:
                pass

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                owner.bodies.append(body)
                data = json.dumps(owner.reply(body)).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"
        return self

    def __exit__(self, *what: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def reply(self, body: dict[str, Any]) -> dict[str, Any]:
        text, finish, read, written = self.model.answer(body)
        self.tokens[0] += read
        self.tokens[1] += written
        message = {"role": "assistant", "content": text}
        return {
            "id": "x", "object": "chat.completion", "created": 0, "model": body["model"],
            "choices": [{"index": 0, "message": message, "finish_reason": finish}],
            "usage": {"prompt_tokens": read, "completion_tokens": written,
                      "total_tokens": read + written},
        }  # fmt: skip
