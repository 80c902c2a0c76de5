"""The local model beside transformers' own `generate`: 32 prompts of 300 tokens, 64 new tokens each, in one run.

    python -m benchmarks.local_model

The end token is forbidden on both sides, so that all write 64 tokens. One by one is measured on four prompts.
"""

import random
import time
from collections.abc import Sequence
from contextlib import redirect_stderr
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import platformdirs

from assistant.llm import open_model
from assistant.llm.local.weights import converted, embedded_gguf
from assistant.records import Message, Request

PROMPTS = 32
PROMPT_TOKENS = 300
SHARED_TOKENS = 200
NEW_TOKENS = 64
ROUNDS = 3
GRAMMAR = "root ::= [A-Za-z ,.'!?-]*"
TEXT = (
    "fresh warm bread milk apples every week at your shop a little more for less time to taste what autumn brings "
    "home plain good food for all who cook and eat with friends near the old market square by the river"
)


def main() -> None:
    """Speeds, then loading."""
    ours: Any = open_model("local:@cpu", cache_dir=platformdirs.user_cache_path("marketing-assistant"))
    _forbid_the_end(ours)
    peer = Generating(ours.folder)
    apart = [_messages(peer.tokenizer, seed, shared=0) for seed in range(PROMPTS)]
    alike = [_messages(peer.tokenizer, seed, shared=SHARED_TOKENS) for seed in range(PROMPTS)]
    _answered(ours, apart[:2], GRAMMAR)  # what is made once: the grammar's tables
    speeds: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        for name, measured in {
            "generate, batch of 32": partial(peer.speed, apart, 32),
            "ours, nothing shared": partial(_answered, ours, apart),
            "ours, 200 tokens shared": partial(_answered, ours, alike),
            "ours, nothing shared, grammar": partial(_answered, ours, apart, GRAMMAR),
        }.items():
            speeds.setdefault(name, []).append(measured())
    speeds["generate, batch of 8"] = [peer.speed(apart, 8)]
    speeds["generate, one by one"] = [peer.speed(apart[:4], 1)]
    best = {name: sorted(told)[len(told) // 2] for name, told in speeds.items()}
    print(f"{PROMPTS} prompts of {PROMPT_TOKENS} tokens, {NEW_TOKENS} new tokens each; tokens/s, median of {ROUNDS}")
    for name, speed in best.items():
        print(f"  {name:<30} {speed:7.1f}")
    raw, alone = best["generate, batch of 32"], best["ours, nothing shared"]
    print(f"  ours with a shared prefix / generate  {best['ours, 200 tokens shared'] / raw:.2f} (bound 1.50)")
    print(f"  ours with nothing shared / generate   {alone / raw:.2f} (bound .95)")
    print(
        f"  grammar overhead                      {alone / best['ours, nothing shared, grammar'] - 1:.1%} (bound 15%)"
    )
    _loading(ours.folder)


class Generating:
    """The same weights in transformers' own hands."""

    def __init__(self, folder: Path) -> None:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        self._model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
        self.tokenizer: Any = AutoTokenizer.from_pretrained(folder, padding_side="left")

    def speed(self, rows: Sequence[tuple[Message, ...]], at_once: int) -> float:
        """Tokens a second."""
        began = time.perf_counter()
        for start in range(0, len(rows), at_once):
            some = rows[start : start + at_once]
            turns = [[turn.model_dump(include={"role", "content"}) for turn in row] for row in some]
            texts = self.tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
            asked = self.tokenizer(texts, return_tensors="pt", padding=True, add_special_tokens=False)
            self._model.generate(
                **asked,
                max_new_tokens=NEW_TOKENS,
                min_new_tokens=NEW_TOKENS,
                do_sample=False,
                pad_token_id=self.tokenizer.eos_token_id,
            )
        return len(rows) * NEW_TOKENS / (time.perf_counter() - began)


def _forbid_the_end(model: Any) -> None:
    """No request says "never end": the end is forbidden as the decoder forbids control tokens."""
    import torch

    decoder = model._decoder
    decoder._banned = torch.tensor([*decoder._banned.tolist(), *decoder._encoder.stops])


def _answered(model: Any, rows: Sequence[tuple[Message, ...]], grammar: str | None = None) -> float:
    """Tokens a second."""
    requests = [
        Request(key=str(n), messages=row, prompt="p", prompt_hash="", max_tokens=NEW_TOKENS, grammar=grammar)
        for n, row in enumerate(rows)
    ]
    began = time.perf_counter()
    outcomes = list(model.answers(requests))
    seconds = time.perf_counter() - began
    assert all(outcome.tokens_out == NEW_TOKENS for outcome in outcomes)
    return len(rows) * NEW_TOKENS / seconds


def _loading(folder: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    gguf = embedded_gguf()
    began = time.perf_counter()
    with redirect_stderr(StringIO()):
        tokens: Any = AutoTokenizer
        tokens.from_pretrained(gguf.parent, gguf_file=gguf.name)
        AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name, dtype=torch.float32)
    from_gguf = time.perf_counter() - began
    began = time.perf_counter()
    found = converted(gguf, folder.parent)
    tokens.from_pretrained(found)
    AutoModelForCausalLM.from_pretrained(found, dtype=torch.float32)
    from_cache = time.perf_counter() - began
    print(
        f"  loading: {from_gguf:.1f} s from the GGUF, {from_cache:.1f} s from the cache, its sums checked: "
        f"{from_gguf / from_cache:.1f} times faster (bound 5)"
    )


def _messages(tokenizer: Any, seed: int, *, shared: int) -> tuple[Message, ...]:
    """A conversation of exactly so many tokens, of which the first `shared` are the same for every seed."""
    own = random.Random(seed)
    common = random.Random(-1)
    system: list[str] = []
    # Some 20 tokens are the chat format's.
    while shared and len(_tokens(tokenizer, [*system, "x"], [])) < shared:
        system.append(common.choice(TEXT.split()))
    if not shared:
        system = [own.choice(TEXT.split()) for _ in range(5)]
    user: list[str] = []
    while len(_tokens(tokenizer, system, [*user, "x"])) <= PROMPT_TOKENS:
        user.append(own.choice(TEXT.split()))
    return (Message(role="system", content=" ".join(system)), Message(role="user", content=" ".join(user)))


def _tokens(tokenizer: Any, system: list[str], user: list[str]) -> list[int]:
    turns = [{"role": "system", "content": " ".join(system)}]
    turns += [{"role": "user", "content": " ".join(user)}] if user else []
    text = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=bool(user))
    tokens: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
    return tokens


if __name__ == "__main__":
    main()
