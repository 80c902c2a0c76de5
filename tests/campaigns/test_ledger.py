"""The ledger: added to, never rewritten; a decision is about a revision and says nothing about another one."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.campaigns import append_entries, apply_ledger, read_ledger
from assistant.campaigns.ledger import approvals_of
from assistant.errors import DataError
from assistant.records import LedgerEntry, Piece, PieceState


def entry(state: PieceState, pieces: dict[str, str] | None = None, **more: object) -> LedgerEntry:
    return LedgerEntry.model_validate(
        {"at": "2026-03-01T10:00:00+00:00", "by": "Ann", "state": state, "pieces": pieces or {}, **more}
    )


def changed(piece: Piece, text: str) -> Piece:
    first = piece.fields[0].model_copy(update={"text": text})
    return piece.model_copy(update={"fields": (first, *piece.fields[1:])})


@given(
    st.lists(st.tuples(st.sampled_from(["approved", "rejected"]), st.text(max_size=5)), max_size=6), st.integers(1, 40)
)
def test_what_was_written_is_read_whatever_a_kill_cut_off(
    tmp_path_factory: pytest.TempPathFactory, told: list[tuple[PieceState, str]], cut: int
) -> None:
    path = tmp_path_factory.mktemp("ledger") / "ledger.jsonl"
    entries = [entry(state, {"p": "1"}, reason=reason) for state, reason in told]
    append_entries(path, entries)
    assert read_ledger(path) == entries
    if entries:
        path.write_bytes(path.read_bytes()[:-cut])
        left = read_ledger(path)
        assert left == entries[: len(left)]
        append_entries(path, [entry("approved")])
        assert read_ledger(path) == [*left, entry("approved")]


def test_a_line_that_is_no_entry_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    append_entries(path, [entry("approved")])
    path.write_text(path.read_text(encoding="utf-8") + "{}\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"ledger\.jsonl, line 2 is no entry of a ledger; expected"):
        read_ledger(path)


def test_without_a_decision_a_piece_stands_where_the_checks_left_it(pieces: tuple[Piece, ...]) -> None:
    same, standings = apply_ledger(pieces, [])
    assert same == pieces
    for piece in pieces:
        assert standings[piece.piece].state == ("checked" if piece.status == "ready" else "needs_review")


def test_a_decision_holds_for_its_revision_only(mail: Piece) -> None:
    approved = entry("approved", {mail.piece: mail.revision}, reason="fine")
    _, standings = apply_ledger([mail], [approved])
    assert standings[mail.piece].state == "approved"
    assert (standings[mail.piece].by, standings[mail.piece].reason) == ("Ann", "fine")
    other = changed(mail, "Other words")
    assert other.revision != mail.revision
    assert apply_ledger([other], [approved])[1][mail.piece].state == "checked"
    assert approvals_of([other], [approved]) == {}


def test_an_edit_takes_the_place_of_the_piece_and_ends_its_approval(mail: Piece) -> None:
    edited = changed(mail, "Other words")
    entries = [
        entry("approved", {mail.piece: mail.revision}),
        entry("checked", made=edited, before=mail.revision),
    ]
    pieces, standings = apply_ledger([mail], entries)
    assert pieces == (edited,)
    assert standings[mail.piece].state == "checked"
    again = [*entries, entry("approved", {mail.piece: edited.revision})]
    assert apply_ledger([mail], again)[1][mail.piece].state == "approved"
    # An edit of a revision that is no more has nothing to take the place of.
    assert apply_ledger([changed(mail, "Written anew")], entries)[0][0].fields[0].text == "Written anew"


def test_who_let_a_piece_out_is_known_after_it_left(mail: Piece) -> None:
    named = {mail.piece: mail.revision}
    entries = [entry("approved", named, reason="good"), entry("exported", named, by="Bob")]
    assert apply_ledger([mail], entries)[1][mail.piece].state == "exported"
    assert approvals_of([mail], entries)[mail.piece].by == "Ann"
    assert approvals_of([mail], [*entries, entry("rejected", named)]) == {}


def test_entries_can_be_applied_one_after_the_other(pieces: tuple[Piece, ...]) -> None:
    named = [{piece.piece: piece.revision} for piece in pieces[:6]]
    entries = [entry(state, one) for state, one in zip(("approved", "rejected") * 3, named, strict=True)]
    at_once = apply_ledger(pieces, entries)
    now, standings = apply_ledger(pieces, entries[:2])
    for one in entries[2:]:
        now, standings = apply_ledger(now, [one], standings)
    assert (now, standings) == at_once
