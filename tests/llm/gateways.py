"""Gateways for tests."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from assistant.config import Limits
from assistant.llm import Gateway, Guard
from assistant.records import Outcome, Request


def gateway_to(name: str, cache_dir: Path, model: Any = None, **settings: Any) -> Gateway:
    """A gateway with a guard that knows nobody; `model` stands in for what the name would open."""
    gateway = Gateway(name, guard=settings.pop("guard", Guard()), cache_dir=cache_dir, **settings)
    if model is not None:
        gateway.__dict__["model"] = model
    return gateway


def complete(
    model: Any, name: str, requests: Iterable[Request], *, on_outcome: Any = None, concurrency: int = 8, **settings: Any
) -> Iterator[Outcome]:
    """All outcomes through a gateway of its own."""
    settings.setdefault("limits", Limits(concurrency=concurrency))
    gateway = gateway_to(name, Path(), model, **settings)
    return gateway.complete(requests, on_outcome=on_outcome)
