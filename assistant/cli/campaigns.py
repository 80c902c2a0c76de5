"""What the campaign commands share: an estimate shown, a yes asked for, pieces written again."""

import shutil
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from decimal import Decimal
from getpass import getuser

from assistant.cli.output import emit_table, emit_text, say
from assistant.cli.spending import agree_to_spend
from assistant.errors import ConfigError
from assistant.llm import dollars
from assistant.pipeline import Pipeline
from assistant.records import Campaign, CampaignEstimate, Piece


def show_estimate(estimate: CampaignEstimate) -> None:
    """A plan as two tables."""
    emit_table(
        ("segment", "channel", "language", "customers", "pieces", "controls"),
        [
            (b.segment, b.channel, b.language, _count(b.customers), f"{b.pieces:,}", f"{b.controls:,}")
            for b in estimate.blocks
        ],
    )
    emit_text(
        f"{estimate.pieces:,} pieces and {estimate.controls:,} controls for {_count(estimate.customers)} customers."
    )
    emit_table(
        ("model", "requests", "in the journal", "tokens in", "tokens out", "cost", "at most", "time"),
        [
            (
                m.model,
                f"{m.calls:,}",
                f"{m.known:,}",
                f"{m.tokens_in:,}",
                f"{m.tokens_out:,}",
                dollars(m.cost_nanodollars),
                dollars(m.most_nanodollars),
                _time(m.seconds),
            )
            for m in estimate.models
        ],
    )
    if any(m.basis == "assumed" for m in estimate.models):
        say("A model that has answered nothing here yet is estimated from the prompts' examples and rough speeds.")
    if estimate.sampled < estimate.pieces:
        say(f"Estimated from {estimate.sampled:,} of the {estimate.pieces:,} pieces.")


def agreeing(
    ask_above: Decimal, *, yes: bool, pause: Callable[[], AbstractContextManager[None]]
) -> Callable[[CampaignEstimate], None]:
    """Whom to show the estimate to before anything is spent.

    Args:
        ask_above: dollars; below them nobody is asked.
        yes: whether a person has said yes already.
        pause: keeps the progress bars away while a person is asked.
    """

    def agree(estimate: CampaignEstimate) -> None:
        told = estimate.models[0]
        cost = told.cost_nanodollars
        # A server of one's own has no price, and the note before this says so.
        if cost is not None:
            with pause():
                agree_to_spend(f"{told.calls - told.known:,} requests to {told.model}", cost, ask_above, yes=yes)

    return agree


def write_again(
    pipeline: Pipeline, campaign: Campaign, which: str, segments: Collection[str], channels: Collection[str]
) -> tuple[Piece, ...]:
    """Write again what needs review or was rejected, with the reasons of a rejection as the note.

    Args:
        pipeline: of the workspace.
        campaign: as it is now.
        which: `failed` or `rejected`.
        segments: only these; empty: all.
        channels: only these; empty: all.
    """
    state = "rejected" if which == "rejected" else "needs_review"
    notes: dict[str, list[str]] = {}
    for piece in campaign.pieces:
        meant = (not segments or piece.segment in segments) and (not channels or piece.channel in channels)
        if meant and piece.angle != "control" and campaign.state_of(piece) == state:
            note = campaign.standings[piece.piece].reason if state == "rejected" else ""
            notes.setdefault(note, []).append(piece.piece)
    plan = pipeline.plan_of(campaign)
    made: list[Piece] = []
    for note, names in notes.items():
        made += pipeline.campaigning().write_again(campaign, plan, names, note, person())
    return tuple(made)


def person(name: str = "") -> str:
    """Who decides.

    Raises:
        ConfigError: nobody is named, and this machine knows no name.
    """
    try:
        return name or getuser()
    except (OSError, KeyError):
        raise ConfigError("This machine does not say who you are; name yourself with --by NAME.") from None


def browser_program() -> str | None:
    """The Chromium of this machine; None: Playwright's own."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def _count(number: int | None) -> str:
    return "unknown" if number is None else f"{number:,}"


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:,.0f} s"
    return f"{seconds / 60:,.0f} min" if seconds < 5400 else f"{seconds / 3600:,.1f} h"
