"""Campaigns, briefs and pieces by the names that people type, and a piece as it is told of."""

import re
from pathlib import Path

from assistant.chat.desk import Desk
from assistant.chat.lexicon import nearest_name
from assistant.chat.mentions import Stated
from assistant.chat.notebook import Notebook
from assistant.chat.tools.stating import stated_figures
from assistant.errors import ConfigError
from assistant.pipeline import campaign_named, find_piece
from assistant.records import Campaign, Piece
from assistant.records.chat import Figure

STATES = {
    "checked": "ready", "needs_review": "needs review", "approved": "approved", "rejected": "rejected",
    "exported": "exported",
}  # fmt: skip
STATES_ZH = {
    "checked": "可用", "needs_review": "待审核", "approved": "已批准", "rejected": "已拒绝", "exported": "已导出",
}  # fmt: skip
DRAFT = "draft"


def campaign_of(desk: Desk, said: str) -> Campaign:
    """A campaign by name; a part of a name that only one has is enough.

    Raises:
        ConfigError, MissingArtefact: as `campaign_named`.
    """
    names = [path.parent.name for path in sorted(desk.workspace.campaigns.glob("*/campaign.json"))]
    if said and said not in names:
        said = nearest_name(said, {name: name for name in names}) or said
    return campaign_named(desk.workspace, said or None)


def piece_of(desk: Desk, said: str, campaign: str) -> tuple[Campaign, Piece]:
    """A piece and its campaign.

    Raises:
        ConfigError, MissingArtefact: as `find_piece`.
    """
    return find_piece(desk.workspace, said, campaign_of(desk, campaign).campaign if campaign else "")


def briefs_of(desk: Desk, *, drafts: bool = True) -> dict[str, Path]:
    """Briefs of the workspace by name; without those that drafts of the chat were written from, if so asked."""
    root = desk.workspace.root.resolve()
    # A link may lead out of the workspace.
    paths = [path for path in sorted((root / "briefs").glob("*.toml")) if path.resolve().is_relative_to(root)]
    return {path.stem: path for path in paths if drafts or not path.stem.startswith(f"{DRAFT}-")}


def brief_path(desk: Desk, said: str) -> Path:
    """A brief's file by the name of it; never a path, so nothing outside the workspace is read.

    Raises:
        ConfigError: there is none of that name.
    """
    known = briefs_of(desk)
    name = said.removesuffix(".toml")
    if name not in known:
        name = nearest_name(name, {own: own for own in known}) if re.fullmatch(r"[\w .-]+", name) else ""
    if not name:
        there = ", ".join(known) or "none yet; `assistant init` writes an example"
        raise ConfigError(f"There is no brief {said!r} in briefs/; there are {there}.")
    return known[name]


def figures_of(page: Notebook, piece: Piece, text: str) -> tuple[Figure, ...]:
    """The numbers, dates and codes that a piece's words state; each slot has its receipt."""

    def slot_of(stated: Stated) -> str:
        return next((slot.slot for slot in piece.slots if stated.quote.strip() in slot.value), "")

    receipts = {slot.slot: f"{slot.receipt}: {slot.value}" for slot in piece.slots}
    return stated_figures(
        page,
        text,
        source=lambda stated, at: f"{piece.piece}:{slot_of(stated) or at}",
        subject=piece.segment,
        says=lambda stated: receipts.get(slot_of(stated), text),
        language="zh" if piece.language == "zh" else "en",
    )


def tell_piece(page: Notebook, campaign: Campaign, piece: Piece) -> None:
    """A piece's fields, as a customer would see them, and why it needs review."""
    state = STATES.get(campaign.state_of(piece), "")
    page.about(piece.piece, piece.segment, campaign.campaign)
    page.note(piece.piece, campaign.campaign)
    page.say(
        f"{piece.piece} of {campaign.campaign}: {state}.",
        zh=f"{campaign.campaign} 的 {piece.piece}：{STATES_ZH.get(campaign.state_of(piece), '')}。",
    )
    for field in piece.fields:
        line = f"- {field.field}: " + " / ".join(line for line in field.text.splitlines() if line.strip())
        page.say(line, *figures_of(page, piece, line))
    for reason in piece.reasons:
        line = f"- Needs review: {reason}."
        page.say(line, *figures_of(page, piece, line))
    page.table(
        ("field", "text", "written by"),
        [(field.field, field.text, field.written_by) for field in piece.fields],
        title=f"{piece.piece}, {state}",
    )
