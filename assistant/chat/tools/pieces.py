"""Pieces of copy: show, explain, decide, change."""

from pydantic import Field

from assistant.chat.desk import Desk
from assistant.chat.notebook import Notebook
from assistant.chat.tools.copies import figures_of, piece_of, tell_piece
from assistant.chat.tools.tool import Arguments, ChatTool
from assistant.errors import ConfigError
from assistant.pipeline import Review, explain
from assistant.records import Piece, Unit
from assistant.records.chat import Figure
from assistant.records.receipts import SlotReceipt

_PIECE = "its id, such as S2-email-thrift"
_CAMPAIGN = "where several campaigns have the piece"


class OnePiece(Arguments):
    """A piece."""

    piece: str = Field(description=_PIECE)
    campaign: str = Field(default="", description=_CAMPAIGN)


class Explaining(OnePiece):
    """A piece, and which of its words."""

    words: str = Field(default="", description="part of its text; empty: all that states a value")


class Revising(OnePiece):
    """A piece, and what is asked of it."""

    note: str = Field(description="what the new version is to do otherwise")


class Editing(OnePiece):
    """A field of a piece, and its words."""

    field: str = Field(description="such as subject, body, text")
    text: str = Field(description="the field's words, as they are to stand")


class Approving(OnePiece):
    """A piece to let out."""

    reason: str = Field(default="", description="needed where the piece needs review")


class Rejecting(OnePiece):
    """A piece to keep in."""

    reason: str = Field(description="what its next version is written by")


def show_piece(desk: Desk, arguments: OnePiece, page: Notebook) -> None:
    """A piece as a customer would see it."""
    campaign, piece = piece_of(desk, arguments.piece, arguments.campaign)
    tell_piece(page, campaign, piece)


def explain_piece(desk: Desk, arguments: Explaining, page: Notebook) -> None:
    """What stands behind each value of a piece, down to the rows."""
    campaign, piece = piece_of(desk, arguments.piece, arguments.campaign)
    page.about(piece.piece, piece.segment)
    page.say(f"{piece.piece}, sentence by sentence:", zh=f"{piece.piece}，逐句说明：")
    rows = []
    for told in explain(desk.workspace, piece.piece, arguments.words, campaign.campaign):
        page.say(f"- {told.field}: “{told.sentence}”", *figures_of(page, piece, told.sentence))
        for slot in told.slots:
            page.note(slot.shown)
            line = f"  - {slot.shown}: {slot.says}"
            page.say(line, *(_of_fact(desk, page, piece, slot) or figures_of(page, piece, line.strip(" -"))))
            rows.append((told.field, slot.shown, slot.receipt, slot.says))
    page.table(("field", "shown", "receipt", "says"), rows, title=piece.piece)


def _of_fact(desk: Desk, page: Notebook, piece: Piece, slot: SlotReceipt) -> tuple[Figure, ...]:
    """The numbers of the fact behind a value; none where something else is."""
    kind, _, name = slot.receipt.partition(":")
    if kind != "fact":
        return ()
    fact = next((own for own in desk.sheet(piece.segment).facts if own.fact == name), None)
    return page.fact(fact) if fact else ()


def revise_piece(desk: Desk, arguments: Revising, page: Notebook) -> None:
    """Have the model write a piece anew, with a note."""
    campaign, piece = piece_of(desk, arguments.piece, arguments.campaign)
    if not arguments.note:
        raise ConfigError("Say what the new version is to do otherwise.")
    model = desk.workspace.settings.models.copywriter
    desk.ask(
        "revise_piece",
        arguments.model_dump(),
        f"Have {model} write {piece.piece} again, with the note {arguments.note!r}?",
        f"{piece.piece} of {campaign.campaign}; what was decided about it is over",
    )
    with desk.acting() as pipeline:
        made = Review(pipeline, campaign.campaign, desk.by).write_again([piece.piece], arguments.note)
    after, piece = piece_of(desk, piece.piece, campaign.campaign)
    page.say(f"{len(made)} piece was written again.", _count(page, len(made)), zh="已重写。")
    tell_piece(page, after, piece)


def edit_piece(desk: Desk, arguments: Editing, page: Notebook) -> None:
    """Put a field in a person's own words; it is checked as the model's are."""
    campaign, piece = piece_of(desk, arguments.piece, arguments.campaign)
    desk.ask(
        "edit_piece",
        arguments.model_dump(),
        f"Change {arguments.field} of {piece.piece} to {arguments.text!r}?",
        f"{piece.piece} of {campaign.campaign}; what was decided about it is over",
    )
    with desk.acting() as pipeline:
        review = Review(pipeline, campaign.campaign, desk.by)
        review.keep(review.edited(piece.piece, {arguments.field: arguments.text}))
    tell_piece(page, *piece_of(desk, piece.piece, campaign.campaign))


def approve_piece(desk: Desk, arguments: Approving, page: Notebook) -> None:
    """Let a piece out; one that needs review needs a reason."""
    campaign, piece = piece_of(desk, arguments.piece, arguments.campaign)
    desk.ask(
        "approve_piece",
        arguments.model_dump(),
        f"Approve {piece.piece}, so that it may be exported?",
        f"{piece.piece} of {campaign.campaign}",
    )
    with desk.acting() as pipeline:
        Review(pipeline, campaign.campaign, desk.by).approve([piece.piece], arguments.reason)
    page.about(piece.piece, piece.segment)
    page.say(f"{piece.piece} is approved by {desk.by}.", zh=f"{piece.piece} 已由 {desk.by} 批准。")


def reject_piece(desk: Desk, arguments: Rejecting, page: Notebook) -> None:
    """Keep a piece in, with the reason."""
    campaign, piece = piece_of(desk, arguments.piece, arguments.campaign)
    desk.ask(
        "reject_piece",
        arguments.model_dump(),
        f"Reject {piece.piece}, because: {arguments.reason}?",
        f"{piece.piece} of {campaign.campaign}",
    )
    with desk.acting() as pipeline:
        Review(pipeline, campaign.campaign, desk.by).reject([piece.piece], arguments.reason)
    page.about(piece.piece, piece.segment)
    page.note(arguments.reason)
    page.say(f"{piece.piece} is rejected: {arguments.reason}", zh=f"{piece.piece} 已拒绝：{arguments.reason}")


def _count(page: Notebook, count: int) -> Figure:
    return page.figure(count, Unit.COUNT, "pieces written again", shown=str(count))


TOOLS = (
    ChatTool("show_piece", "A piece of copy as a customer would see it.", OnePiece, show_piece),
    ChatTool(
        "explain_piece",
        "Receipts of a piece: what stands behind each value, down to the rows.",
        Explaining,
        explain_piece,
    ),
    ChatTool("revise_piece", "Have the model write a piece anew, with a note.", Revising, revise_piece, acts=True),
    ChatTool("edit_piece", "Put a field of a piece in a person's own words.", Editing, edit_piece, acts=True),
    ChatTool("approve_piece", "Let a piece out.", Approving, approve_piece, acts=True),
    ChatTool("reject_piece", "Keep a piece in, with the reason.", Rejecting, reject_piece, acts=True),
)
