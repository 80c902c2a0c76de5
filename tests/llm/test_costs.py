"""Prices, the budget and the pace."""

import asyncio
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from gateways import gateway_to
from hypothesis import given
from hypothesis import strategies as st

from assistant.config import Limits
from assistant.errors import ModelError
from assistant.llm import Budget, Journal, dollars, price_of, price_table
from assistant.llm.pacing import Pacer
from assistant.llm.prices import cost_of, most_tokens
from assistant.records import Message, Price, Request

Ask = Callable[..., Request]
TEN = Price(input=Decimal(10), output=Decimal(20))


def test_the_table_says_of_what_day_it_is_and_a_workspaces_own_price_wins() -> None:
    assert price_table().as_of.year >= 2026
    assert price_table().source
    known = price_of("openai:gpt-4o-mini")
    assert known == Price(input=Decimal("0.15"), output=Decimal("0.6"), batch=Decimal("0.5"))
    assert price_of("openai:gpt-4o-mini", {"openai:gpt-4o-mini": TEN}) == TEN
    assert price_of("local:anything") == Price(input=Decimal(0), output=Decimal(0))


@pytest.mark.parametrize("name", ["openai:gpt-9", "openai:gpt-4o-mini?base_url=http://127.0.0.1/v1", "other:model"])
def test_a_price_that_nobody_knows_is_unknown_and_no_guess(name: str) -> None:
    assert price_of(name) is None
    assert dollars(cost_of(None, 5, 5)) == "unknown"


@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_costs_are_exact(tokens_in: int, tokens_out: int) -> None:
    price = Price(input=Decimal("0.075"), output=Decimal("0.3"), batch=Decimal("0.5"))
    assert cost_of(price, tokens_in, tokens_out) == 75 * tokens_in + 300 * tokens_out
    halved = cost_of(price, tokens_in, tokens_out, batch=True)
    assert halved is not None
    assert 0 <= 2 * halved - (75 * tokens_in + 300 * tokens_out) <= 1


@given(st.text(max_size=200))
def test_no_prompt_has_more_tokens_than_the_most(text: str) -> None:
    request = Request(key="a", messages=(Message(role="user", content=text),), prompt="p", prompt_hash="")
    assert most_tokens(request) >= len(text.encode())


def test_a_spend_cap_is_never_passed_and_the_rest_is_not_sent(
    chat_server: object, tmp_path: Path, ask_for: Ask
) -> None:
    name = chat_server.name  # type: ignore[attr-defined]
    price = {name.partition("?")[0]: TEN}
    cost = cost_of(TEN, 11, 7)
    requests = [ask_for(f"{n}", f"number {n}", max_tokens=16) for n in range(40)]
    budget = Budget(cost * 6 + 2_000_000)  # type: ignore[operator]
    with Journal(tmp_path / "journal.sqlite") as journal:
        gateway = gateway_to(name, tmp_path, journal=journal, prices=price, budget=budget, limits=Limits(concurrency=4))
        outcomes = list(gateway.complete(requests))
        sent = [outcome for outcome in outcomes if outcome.status == "ok"]
        unsent = [outcome for outcome in outcomes if outcome.status == "unsent"]
        assert len(outcomes) == 40
        assert len(sent) == len(chat_server.asked) == journal.count()  # type: ignore[attr-defined]
    assert 6 <= len(sent) < 40
    assert "spend cap of $" in unsent[0].error
    assert budget.spent == sum(outcome.cost_nanodollars or 0 for outcome in outcomes) == cost * len(sent)  # type: ignore[operator]
    assert budget.spent <= budget.cap  # type: ignore[operator]


def test_a_cap_without_a_price_is_refused_before_anything_is_sent(chat_server: object, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"\[models.prices"):
        gateway_to(chat_server.name, tmp_path, budget=Budget(10))  # type: ignore[attr-defined]


@given(st.integers(1, 600), st.integers(100, 100_000), st.lists(st.integers(1, 5000), min_size=1, max_size=300))
def test_no_minute_holds_more_than_is_allowed(per_minute: int, tokens_per_minute: int, sizes: list[int]) -> None:
    pacer = Pacer(per_minute, tokens_per_minute, clock=lambda: 0.0)
    starts = [pacer.reserve(size) for size in sizes]
    assert starts == sorted(starts)
    for place, start in enumerate(starts):
        within = [at for at, moment in enumerate(starts) if start <= moment < start + 60 - 1e-6]
        assert len(within) <= per_minute
        # All but the last of a minute fit into it; a single request may be larger than the limit itself.
        assert sum(sizes[at] for at in within[:-1]) <= tokens_per_minute + 1e-6
        assert within[0] <= place


def test_requests_are_sent_at_the_pace_that_is_set(chat_server: object, tmp_path: Path, ask_for: Ask) -> None:
    limits = Limits(concurrency=16, requests_per_minute=1200)
    gateway = gateway_to(chat_server.name, tmp_path, limits=limits)  # type: ignore[attr-defined]
    list(gateway.complete([ask_for("warm up")]))

    async def clock() -> float:
        return asyncio.get_running_loop().time()

    from assistant.llm.loop import run

    began = run(clock())
    list(gateway.complete([ask_for(f"{n}", f"number {n}") for n in range(21)]))
    assert run(clock()) - began >= 19 * 60 / 1200


def test_requests_that_are_alike_are_asked_once(chat_server: object, tmp_path: Path, ask_for: Ask) -> None:
    gateway = gateway_to(chat_server.name, tmp_path)  # type: ignore[attr-defined]
    outcomes = list(gateway.complete([ask_for("a"), ask_for("b"), ask_for("c", sample=1)]))
    assert sorted(outcome.key for outcome in outcomes) == ["a", "b", "c"]
    assert len(chat_server.asked) == 2  # type: ignore[attr-defined]
    assert sum(outcome.attempts for outcome in outcomes) == 2


def test_a_replay_asks_nobody_and_fails_on_what_it_does_not_know(
    chat_server: object, tmp_path: Path, ask_for: Ask
) -> None:
    name = chat_server.name  # type: ignore[attr-defined]
    requests = [ask_for("a", "one"), ask_for("b", "two")]
    with Journal(tmp_path / "journal.sqlite") as journal:
        list(gateway_to(name, tmp_path, journal=journal).complete(requests))
        chat_server.asked.clear()  # type: ignore[attr-defined]
        replay = gateway_to(name, tmp_path, journal=journal, from_journal=True)
        assert {outcome.text for outcome in replay.complete(requests)} == {"you said: one", "you said: two"}
        with pytest.raises(ModelError, match=r"answers 2 of 3 requests .* 'c' of tests/ask@1"):
            list(replay.complete([*requests, ask_for("c", "three")]))
        assert "model" not in replay.__dict__
    assert chat_server.asked == []  # type: ignore[attr-defined]


def test_an_estimate_tells_what_a_batch_takes_before_it_is_sent(
    chat_server: object, tmp_path: Path, ask_for: Ask
) -> None:
    name = chat_server.name  # type: ignore[attr-defined]
    with Journal(tmp_path / "journal.sqlite") as journal:
        gateway = gateway_to(name, tmp_path, journal=journal, prices={name: TEN})
        list(gateway.complete([ask_for("a", "one")]))
        chat_server.asked.clear()  # type: ignore[attr-defined]
        told = gateway.estimate([ask_for("a", "one"), ask_for("b", "x" * 400, max_tokens=50)])
    assert (told.requests, told.known, told.tokens_in, told.tokens_out) == (2, 1, 104, 50)
    assert told.cost_nanodollars == 104 * 10_000 + 50 * 20_000
    assert chat_server.asked == []  # type: ignore[attr-defined]
