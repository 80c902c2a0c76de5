import math
from collections import Counter
from collections.abc import Callable

import pytest
import torch

from assistant.llm.local import sampling
from assistant.llm.local.sampling import choose, draws
from assistant.records import Request


def pick(logits: torch.Tensor, *, temperature: float, top_p: float, draw: torch.Tensor) -> list[int]:
    rows = len(draw)
    same = torch.ones(rows)
    return choose(logits.expand(rows, -1), same * temperature, same * top_p, draw).tolist()


def test_even_draws_give_tokens_in_proportion_to_their_odds() -> None:
    odds = torch.tensor([0.1, 0.4, 0.2, 0.3])
    draw = (torch.arange(1000) + 0.5) / 1000
    counts = Counter(pick(odds.log(), temperature=1.0, top_p=1.0, draw=draw))
    assert [counts[token] for token in range(4)] == [100, 400, 200, 300]


def test_temperature_flattens_or_sharpens_the_odds() -> None:
    odds = torch.tensor([0.2, 0.8])
    draw = (torch.arange(1000) + 0.5) / 1000
    sharp = Counter(pick(odds.log(), temperature=0.5, top_p=1.0, draw=draw))
    assert sharp[1] == round(1000 * 0.8**2 / (0.8**2 + 0.2**2))


def test_top_p_draws_only_from_the_likeliest_that_reach_it() -> None:
    odds = torch.tensor([0.1, 0.4, 0.2, 0.3])
    draw = (torch.arange(700) + 0.5) / 700
    counts = Counter(pick(odds.log(), temperature=1.0, top_p=0.65, draw=draw))
    assert counts == {1: 400, 3: 300}


def test_temperature_zero_takes_the_likeliest_beside_warm_rows() -> None:
    logits = torch.tensor([[0.0, 5.0, 1.0], [0.0, 5.0, 1.0]])
    picked = choose(logits, torch.tensor([0.0, 1.0]), torch.ones(2), torch.tensor([0.999999, 0.999999]))
    assert picked.tolist() == [1, 0]


@pytest.mark.parametrize("top_p", [0.3, 0.9, 0.999, 1.0])
def test_ranking_only_the_likeliest_changes_no_choice(monkeypatch: pytest.MonkeyPatch, top_p: float) -> None:
    generator = torch.Generator().manual_seed(1)
    logits = torch.randn(400, generator=generator)
    draw = torch.rand(500, generator=generator)
    whole = pick(logits, temperature=1.0, top_p=top_p, draw=draw)
    monkeypatch.setattr(sampling, "LIKELY", 20)
    assert pick(logits, temperature=1.0, top_p=top_p, draw=draw) == whole


def test_a_draw_that_rounds_to_one_still_picks_a_possible_token() -> None:
    logits = torch.full((1, 50), -math.inf)
    logits[0, 7] = 1.0
    logits[0, 9] = 0.5
    assert pick(logits, temperature=1.0, top_p=1.0, draw=torch.tensor([1.0])) == [9]


def test_draws_depend_on_messages_seed_and_sample_and_not_on_the_key(ask_for: Callable[..., Request]) -> None:
    def first(request: Request) -> float:
        return draws(request).random()

    base = first(ask_for("a"))
    assert first(ask_for("b")) == base
    others = [ask_for("a", seed=1), ask_for("a", sample=1), ask_for("a", "Say goodbye.")]
    assert len({base, *map(first, others)}) == 4
