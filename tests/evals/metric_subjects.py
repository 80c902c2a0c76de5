"""Trials that metrics are tried on."""

from collections.abc import Mapping
from typing import Any

from assistant.config import ShopSettings
from assistant.copywriting import PieceFrame, Product, make_piece, piece_slots
from assistant.records import BrandKit, Piece
from benchmarks.planted_faults import BRIEF
from evals.metrics import Subject
from evals.records import Case, Trial

INPUTS: dict[str, Any] = {"brief": BRIEF.model_dump(mode="json"), "product": "Rye bread"}


def subject(
    output: str = "",
    *,
    options: Mapping[str, Any] | None = None,
    detail: Mapping[str, Any] | None = None,
    sample: int = 0,
    trial: Mapping[str, Any] | None = None,
    **case: Any,
) -> Subject:
    """One trial; what is not named belongs to its case."""
    told = Case(**{"case": "one", **case})
    return Subject(
        case=told,
        trial=Trial(
            system="plain",
            case=told.case,
            sample=sample,
            state="answered",
            output=output,
            detail=dict(detail or {}),
            **(trial or {}),
        ),
        options=options or {},
    )


def piece(channel: str, lines: Mapping[str, str], failures: tuple[str, ...] = ()) -> Piece:
    """A piece of the brief."""
    by = dict.fromkeys(lines, "a model")
    return make_piece(frame(channel), "thrift", dict(lines), by, model="a model", failures=failures)


def frame(channel: str) -> PieceFrame:
    """Where a piece stands, with its slots."""
    bread = Product("Rye bread", "catalogue")
    return PieceFrame(
        segment="S1",
        channel=channel,
        language="en",
        market="US",
        slots=piece_slots(BRIEF, ShopSettings(), "USD", bread, (bread,)),
        brand=BrandKit(),
    )


def slots(channel: str) -> list[dict[str, Any]]:
    """The slots that a piece may use, as a trial tells them."""
    return [slot.model_dump(mode="json") for slot in frame(channel).slots.slots]


def piece_detail(channel: str, lines: Mapping[str, str], failures: tuple[str, ...] = ()) -> dict[str, Any]:
    """What a trial of a piece tells beside its text."""
    return {"piece": piece(channel, lines, failures).model_dump(mode="json"), "slots": slots(channel)}
