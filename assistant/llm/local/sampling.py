"""Choosing the next token of every row, so that a row's choice depends on that row alone."""

import hashlib
import random

import torch

from assistant.records import Request

LIKELY = 1024
"""Tokens ranked first; the whole vocabulary is ranked only for a row whose draw falls beyond them."""


def draws(request: Request) -> random.Random:
    """The random numbers of one request: the same whatever is asked beside it, others for every sample."""
    told = hashlib.sha256(f"{request.seed}/{request.sample}".encode())
    for message in request.messages:
        told.update(f"/{message.role}/{message.content}".encode())
    return random.Random(int.from_bytes(told.digest()))


@torch.inference_mode()
def choose(logits: torch.Tensor, temperature: torch.Tensor, top_p: torch.Tensor, draw: torch.Tensor) -> torch.Tensor:
    """Pick a token for each row: the likeliest where temperature is 0, else by inverse distribution over ranks.

    `logits` is [rows, vocabulary]; the rest is one number per row, `draw` uniform in [0, 1). Only the smallest
    set of likeliest tokens whose mass reaches `top_p` is drawn from. Returns token ids, [rows].
    """
    picked = logits.argmax(dim=-1)
    warm = (temperature > 0).nonzero().flatten()
    if len(warm):
        odds = torch.softmax(logits[warm] / temperature[warm, None], dim=-1)
        picked[warm] = _drawn(odds, top_p[warm], draw[warm], min(LIKELY, odds.shape[-1]))
    return picked


def _drawn(odds: torch.Tensor, top_p: torch.Tensor, draw: torch.Tensor, count: int) -> torch.Tensor:
    ranked, order = odds.topk(count, dim=-1)
    mass = ranked.cumsum(dim=-1)
    # The kept set ends with the first token that brings its mass to top_p.
    last = (mass < top_p[:, None]).sum(dim=-1, keepdim=True)
    kept = mass.gather(1, last.clamp(max=count - 1)).flatten()
    beyond = torch.zeros_like(draw, dtype=torch.bool)
    if count < odds.shape[-1]:
        short = last.flatten() == count
        kept = torch.where(short, top_p, kept)
        beyond = short & ((top_p < 1) | (draw >= mass[:, -1]))
    rank = (mass <= (draw * kept)[:, None]).sum(dim=-1)
    # Rounding may carry a draw close to 1 past the last token that is possible at all.
    rank = torch.minimum(rank, (ranked > 0).sum(dim=-1) - 1).clamp(min=0)
    picked = order.gather(1, rank[:, None]).flatten()
    if bool(beyond.any()):
        picked[beyond] = _drawn(odds[beyond], top_p[beyond], draw[beyond], odds.shape[-1])
    return picked
