"""The review screen, with keys pressed as a reviewer presses them, in the real application without a terminal."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from model_server import ModelServer
from textual.pilot import Pilot

from assistant.cli.review_screen import Ask, ReviewScreen
from assistant.pipeline import Pipeline, Review, Silent, explain, load_campaign, load_personas
from assistant.records import Piece
from assistant.workspace import Workspace

Steps = Callable[["Pilot[None]", ReviewScreen], Awaitable[None]]


class Screen:
    """The screen over one workspace; `editor` stands for $EDITOR."""

    def __init__(self, root: Path) -> None:
        self.workspace = Workspace.at(root)
        self.editor: Callable[[str], str | None] = lambda text: None

    def play(self, steps: Steps) -> None:
        async def run() -> None:
            review = Review(Pipeline(self.workspace, Silent()), "spring", "Ann")
            names = [piece.piece for piece in review.campaign.pieces]
            personas = {persona.segment: persona for persona in load_personas(self.workspace)}
            app = ReviewScreen(
                review, names, personas, lambda piece: explain(self.workspace, piece), lambda text: self.editor(text)
            )
            # There is no terminal to give to an editor.
            app.suspend = contextlib.nullcontext  # type: ignore[method-assign, assignment]
            async with app.run_test(size=(120, 40)) as pilot:
                await pilot.pause()
                await steps(pilot, app)

        with self.workspace.writing():
            asyncio.run(run())

    def state(self, name: str) -> str:
        campaign = load_campaign(self.workspace, "spring")
        return campaign.standings[name].state

    def piece(self, name: str) -> Piece:
        return next(piece for piece in load_campaign(self.workspace, "spring").pieces if piece.piece == name)


@pytest.fixture
def screen(shop: Path) -> Screen:
    return Screen(shop)


def shown(app: ReviewScreen) -> str:
    return app.told(app.current).plain


def test_a_piece_is_shown_with_its_checks_its_persona_and_its_receipts(screen: Screen) -> None:
    async def steps(pilot: "Pilot[None]", app: ReviewScreen) -> None:
        piece = app.current
        told = shown(app)
        assert told.startswith(f"{piece.piece}  checked")
        for field in piece.fields:
            assert field.text in told
        assert "Nothing was found." in told or "needs" in told
        assert "brief:offer.amount" in told
        assert next(p.name for p in load_personas(screen.workspace) if p.segment == piece.segment) in told
        # Receipts open down to the rows.
        assert "-> " not in told
        await pilot.press("w")
        assert "brief.toml, line" in shown(app)
        await pilot.press("w")
        assert "brief.toml, line" not in shown(app)

    screen.play(steps)


def test_one_key_approves_and_goes_on_to_the_next(screen: Screen) -> None:
    names: list[str] = []

    async def steps(pilot: "Pilot[None]", app: ReviewScreen) -> None:
        for _ in range(2):
            names.append(app.current.piece)
            await pilot.press("a")
            await pilot.pause()
        assert app.current.piece not in names

    screen.play(steps)
    assert len(set(names)) == 2
    assert {screen.state(name) for name in names} == {"approved"}


def test_a_rejection_asks_why_and_escape_calls_it_off(screen: Screen) -> None:
    names: list[str] = []

    async def steps(pilot: "Pilot[None]", app: ReviewScreen) -> None:
        names.append(app.current.piece)
        await pilot.press("r")
        assert isinstance(app.screen, Ask)
        await pilot.press("escape")
        assert app.current.piece == names[0]
        await pilot.press("r", *"dull", "enter")
        await pilot.pause()
        names.append(app.current.piece)
        # No reason, no rejection.
        await pilot.press("r", "enter")
        await pilot.pause()
        assert "! A piece is rejected with a reason" in shown(app)
        assert app.current.piece == names[1]

    screen.play(steps)
    assert screen.state(names[0]) == "rejected"
    standing = load_campaign(screen.workspace, "spring").standings[names[0]]
    assert (standing.by, standing.reason) == ("Ann", "dull")
    assert screen.state(names[1]) == "checked"


def test_an_edit_is_checked_again_and_what_a_check_refuses_cannot_be_approved(screen: Screen) -> None:
    names: list[str] = []

    async def steps(pilot: "Pilot[None]", app: ReviewScreen) -> None:
        names.append(app.current.piece)
        screen.editor = lambda text: text.replace("== subject ==\n", "== subject ==\nNow 90% off: ")
        await pilot.press("e")
        await pilot.pause()
        told = shown(app)
        assert "{+Now 90% off:" in told
        assert "fact_outside_slot" in told
        assert app.current.piece == names[0]
        await pilot.press("a", *"please", "enter")
        await pilot.pause()
        assert f"! {names[0]} fails fact_outside_slot" in shown(app)
        screen.editor = lambda text: text.replace("Now 90% off: ", "")
        await pilot.press("e")
        await pilot.pause()
        await pilot.press("a")
        await pilot.pause()

    screen.play(steps)
    assert screen.state(names[0]) == "approved"


def test_an_edit_that_cannot_be_read_loses_nothing(screen: Screen) -> None:
    async def steps(pilot: "Pilot[None]", app: ReviewScreen) -> None:
        before = app.current
        for told, text in (("has no line", "nothing"), ("Nothing was changed.", None)):
            screen.editor = lambda _, text=text: text  # type: ignore[misc]
            await pilot.press("e")
            await pilot.pause()
            assert told in shown(app)
            assert app.current == before

    screen.play(steps)


def test_a_piece_is_written_again_with_a_note_while_the_screen_lives(screen: Screen, server: ModelServer) -> None:
    names: list[str] = []

    async def steps(pilot: "Pilot[None]", app: ReviewScreen) -> None:
        # A control is no model's.
        assert app.current.angle == "control"
        await pilot.press("g", *"shorter", "enter")
        await _until(pilot, lambda: "! " in app._told)
        assert "is a control, which no model writes; edit it" in shown(app)
        while app.current.angle == "control":
            await pilot.press("down")
        names.append(app.current.piece)
        await pilot.press("g", *"shorter", "enter")
        await _until(pilot, lambda: app._told == "Written again.")

    before = {piece.piece: piece for piece in load_campaign(screen.workspace, "spring").pieces}
    screen.play(steps)
    assert screen.piece(names[0]) != before[names[0]]
    for name, piece in before.items():
        assert name in names or screen.piece(name) == piece


async def _until(pilot: "Pilot[None]", true: Callable[[], bool]) -> None:
    for _ in range(400):
        if true():
            return
        await pilot.pause(0.05)
    raise AssertionError("it did not happen")


def test_names_and_words_of_the_shop_are_no_markup(screen: Screen) -> None:
    async def steps(pilot: "Pilot[None]", app: ReviewScreen) -> None:
        screen.editor = lambda text: text.replace(
            "== subject ==\n", "== subject ==\n[bold]x[/bold] [@click=app.quit]y[/] "
        )
        await pilot.press("e")
        await pilot.pause()
        assert "[bold]x[/bold] [@click=app.quit]y[/]" in shown(app)
        assert app.is_running

    screen.play(steps)
