"""The review screen: a piece, who it is for, what the checks say and where its facts come from; one key decides."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Footer, Header, Input, Label, OptionList, Static
from textual.widgets.option_list import Option

from assistant.campaigns import diff_words, from_editor, to_editor
from assistant.campaigns.reviewing import changes
from assistant.errors import AssistantError
from assistant.pipeline import Review
from assistant.records import Persona, Piece
from assistant.records.receipts import SentenceReceipt

MARKS = {
    "planned": ("·", "dim"),
    "drafted": ("·", "dim"),
    "checked": ("○", "cyan"),
    "needs_review": ("!", "yellow"),
    "approved": ("✓", "green"),
    "rejected": ("✗", "red"),
    "exported": ("»", "green"),
}
"""A sign and a colour for each state; the sign alone says it where there is no colour."""

Explain = Callable[[str], Sequence[SentenceReceipt]]


class Ask(ModalScreen[str | None]):
    """One line of text from the reviewer; None when it is called off."""

    CSS = "Ask { align: center middle; } #ask { width: 80%; height: auto; border: round $primary; padding: 1 2; }"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel")]
    # The scroller around it would take the keys.
    AUTO_FOCUS = "Input"

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        """The question and a line."""
        with VerticalScroll(id="ask"):
            yield Label(self._question, markup=False)
            yield Input()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """The line is the answer."""
        self.dismiss(event.value.strip())

    def action_cancel(self) -> None:
        """Nothing is decided."""
        self.dismiss(None)


class ReviewScreen(App[None]):
    """Pieces on the left, the chosen one on the right.

    Args:
        review: what keeps the decisions.
        pieces: names, in order.
        personas: by segment.
        explain: the receipts of a piece's sentences.
        editor: opens a text for editing and gives what became of it; None where nothing was changed.
    """

    TITLE = "Review"
    CSS = """
    #pieces { width: 36; border-right: solid $primary; }
    #piece { padding: 0 2; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "approve", "Approve"),
        Binding("r", "reject", "Reject"),
        Binding("e", "edit", "Edit"),
        Binding("g", "again", "Write again"),
        Binding("w", "why", "Receipts"),
        Binding("n", "next", "Next open"),
        Binding("p", "previous", "Previous"),
        Binding("q", "quit", "Quit"),
    ]

    def __init__(
        self,
        review: Review,
        pieces: Sequence[str],
        personas: dict[str, Persona],
        explain: Explain,
        editor: Callable[[str], str | None],
    ) -> None:
        super().__init__()
        self.review = review
        self.names = list(pieces)
        self._personas = personas
        self._explain = explain
        self._editor = editor
        self._why = False
        self._told = ""
        self._shown: int | None = None

    def compose(self) -> ComposeResult:
        """The list, the piece and the keys."""
        yield Header()
        with Horizontal():
            yield OptionList(*(Option(self._label(name), id=name) for name in self.names), id="pieces", markup=False)
            with VerticalScroll():
                yield Static(id="piece", markup=False)
        yield Footer()

    def on_mount(self) -> None:
        """Begin with the first piece that waits for a decision."""
        self.sub_title = self.review.campaign.campaign
        self._list.highlighted = self._open_after(-1)
        self._show()

    @property
    def _list(self) -> OptionList:
        return self.query_one("#pieces", OptionList)

    @property
    def current(self) -> Piece:
        """The piece that is shown."""
        return self.review.piece(self.names[self._list.highlighted or 0])

    def on_option_list_option_highlighted(self) -> None:
        """Another piece was chosen; what was told of the one before is over."""
        if self._list.highlighted != self._shown:
            self._why, self._told = False, ""
            self._show()

    def action_approve(self) -> None:
        """Let it out; a piece that needs review asks why."""
        piece = self.current
        if piece.status == "ready":
            self._try(lambda: self.review.approve([piece.piece]))
            return
        self._ask("Why may it pass? " + "; ".join(piece.reasons), lambda why: self.review.approve([piece.piece], why))

    def action_reject(self) -> None:
        """Keep it in."""
        piece = self.current
        self._ask(f"Why is {piece.piece} rejected?", lambda why: self.review.reject([piece.piece], why))

    def action_edit(self) -> None:
        """Open it in the editor, check what comes back, and show what was changed."""
        piece = self.current

        def edit() -> None:
            frame = self.review.frames[piece.piece]
            with self.suspend():
                text = self._editor(to_editor(piece, frame))
            if text is None:
                self._told = "Nothing was changed."
                return
            made = self.review.edited(piece.piece, from_editor(text, piece))
            differs = changes(piece, made)
            if differs:
                self.review.keep(made)
            self._told = "\n".join(f"{field}: {diff_words(old, new)}" for field, old, new in differs) or (
                "Nothing was changed."
            )

        self._try(edit, forward=False)

    def action_again(self) -> None:
        """Have the model write it again, with a note."""
        piece = self.current
        self._ask(f"What should be different in {piece.piece}?", lambda note: self._write_again(piece, note), wait=True)

    def action_why(self) -> None:
        """Show or hide the receipts."""
        self._why = not self._why
        self._show()

    def action_next(self) -> None:
        """The next piece that waits for a decision."""
        self._list.highlighted = self._open_after(self._list.highlighted or 0)

    def action_previous(self) -> None:
        """The piece before."""
        self._list.highlighted = max(0, (self._list.highlighted or 0) - 1)

    @work(thread=True, exclusive=True)
    def _write_again(self, piece: Piece, note: str) -> None:
        """The model takes its time, and the screen stays alive."""
        try:
            self.review.write_again([piece.piece], note)
            told = "Written again."
        except AssistantError as error:
            told = f"! {error}"
        self.call_from_thread(self._after, told)

    def _after(self, told: str) -> None:
        self._told = told
        self._refresh()

    def _ask(self, question: str, decide: Callable[[str], object], *, wait: bool = False) -> None:
        def answered(text: str | None) -> None:
            if text is None:
                return
            if wait:
                self._told = "The model is writing ..."
                decide(text)
                self._show()
            else:
                self._try(lambda: decide(text))

        self.push_screen(Ask(question), answered)

    def _try(self, act: Callable[[], object], *, forward: bool = True) -> None:
        """Do it, or say why it cannot be done."""
        self._told = ""
        at = self._list.highlighted or 0
        try:
            act()
        except AssistantError as error:
            self._told, forward = f"! {error}", False
        self._refresh()
        if forward:
            self._list.highlighted = self._open_after(at)

    def _refresh(self) -> None:
        for at, name in enumerate(self.names):
            self._list.replace_option_prompt_at_index(at, self._label(name))
        self._show()

    def _open_after(self, at: int) -> int:
        """The next place where a decision is open, from the top again at the end; the same where none is."""
        order = [*range(at + 1, len(self.names)), *range(at + 1)]
        waiting = {"checked", "needs_review"}
        return next(
            (n for n in order if self.review.campaign.state_of(self.review.piece(self.names[n])) in waiting), at
        )

    def _label(self, name: str) -> Text:
        mark, colour = MARKS[self.review.campaign.standings[name].state]
        return Text.assemble((f"{mark} ", colour), name)

    def _show(self) -> None:
        self._shown = self._list.highlighted
        self.query_one("#piece", Static).update(self.told(self.current))

    def told(self, piece: Piece) -> Text:
        """All that is shown of a piece."""
        campaign = self.review.campaign
        standing = campaign.standings[piece.piece]
        state = standing.state.replace("_", " ")
        by = f" by {standing.by}, {standing.at}" if standing.by else ""
        text = Text.assemble((piece.piece, "bold"), f"  {state}{by}  revision {piece.revision}\n")
        if standing.reason:
            text.append(f"{standing.reason}\n", "italic")
        if self._told:
            text.append(f"{self._told}\n", "bold yellow" if self._told.startswith("!") else "bold green")
        if caution := campaign.cautions.get(piece.segment):
            text.append(f"! {caution}\n", "yellow")
        for field in piece.fields:
            text.append(f"\n{field.field}", "bold")
            text.append(f"  {field.length} characters, by {field.written_by}\n", "dim")
            text.append(f"{field.text}\n")
        text.append("\nChecks\n", "bold")
        if not piece.checks and not piece.reasons:
            text.append("Nothing was found.\n")
        for reason in piece.reasons:
            text.append(f"! {reason}\n", "yellow")
        for result in piece.checks:
            if result.severity == "warning":
                text.append(f"  {result.check}, {result.field}: {result.message}\n", "dim")
        persona = self._personas.get(piece.segment)
        if persona:
            text.append(f"\n{persona.segment}, {persona.name}\n", "bold")
            for claim in persona.claims[:6]:
                text.append(f"  {claim.text} ({claim.status})\n")
        self._append_receipts(text, piece)
        return text

    def _append_receipts(self, text: Text, piece: Piece) -> None:
        text.append("\nReceipts\n", "bold")
        if not self._why:
            for slot in piece.slots:
                text.append(f"  {slot.value}  {slot.receipt}\n")
            return
        for sentence in self._explain(piece.piece):
            text.append(f"  {sentence.field}: {sentence.sentence}\n")
            for told in sentence.slots:
                text.append(f"    {told.shown}  {told.receipt}\n      {told.says}\n", "dim")
                for row in told.rows:
                    text.append("      " + ", ".join(f"{name} {value}" for name, value in row.items()) + "\n", "dim")
