"""What a reviewer may do: which checks a person may overrule, and edits that are held to all of them again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.campaigns import CampaignPlan, changes, diff_words, edit_piece, from_editor, refusal, to_editor
from assistant.campaigns.bundling import frames_of
from assistant.copywriting import PieceFrame, needs_review, parse, written
from assistant.errors import ConfigError
from assistant.records import CheckResult, Piece


@pytest.fixture
def frame(plan: CampaignPlan, mail: Piece) -> PieceFrame:
    return frames_of(plan, {mail.piece})[mail.piece]


def found(piece: Piece, check: str) -> Piece:
    return needs_review(piece, (CheckResult(check=check, field="subject", severity="error", message="so it is"),))


def test_a_piece_that_nothing_is_wrong_with_may_go(mail: Piece) -> None:
    assert refusal(mail, "") == ""


@pytest.mark.parametrize("check", ["near_duplicate", "capitals", "repetition", "proper_noun"])
def test_how_a_text_reads_is_for_a_person_to_say_with_a_reason(mail: Piece, check: str) -> None:
    piece = found(mail, check)
    assert refusal(piece, "") == (
        f"{mail.piece} needs review ({check}, subject: so it is); say why it may pass with --reason"
    )
    assert refusal(piece, "It is our name.") == ""


@pytest.mark.parametrize("check", ["length", "claim", "missing_opt_out", "unknown_slot", "money", "markup"])
def test_facts_limits_and_law_are_not_for_a_person_to_overrule(mail: Piece, check: str) -> None:
    told = refusal(found(mail, check), "I want it so.")
    assert told == f"{mail.piece} fails {check} ({check}, subject: so it is); edit it, or write it again"


def test_an_edit_is_checked_again_and_says_whose_hand_it_was(mail: Piece, frame: PieceFrame) -> None:
    good = edit_piece(mail, frame, {"subject": "{offer.discount} off {product}"})
    assert good.status == "ready"
    own = {field.field: field for field in good.fields}
    assert own["subject"].written_by == "hand"
    assert own["body"] == next(field for field in mail.fields if field.field == "body")
    assert good.revision != mail.revision
    assert changes(mail, good) == [
        ("subject", written(mail.fields[0].spans), "{offer.discount} off {product}"),
    ]


def test_a_line_of_which_no_candidate_passed_waits_until_it_is_the_one_that_is_edited(
    mail: Piece, frame: PieceFrame
) -> None:
    reason = "no_candidate, opening: of 4 candidates none passed; the control's line stands there"
    remark = CheckResult(check="worked_example", field="body", severity="warning", message="word for word")
    piece = mail.model_copy(update={"reasons": (reason,), "status": "needs_review", "checks": (remark,)})
    other = edit_piece(piece, frame, {"subject": "{offer.discount} off {product}"})
    assert other.reasons == (reason,)
    assert remark in other.checks
    own = next(field for field in piece.fields if field.field == "body")
    done = edit_piece(piece, frame, {"body": written(own.spans).replace("\n\n", "\n\nGood news for you.\n\n", 1)})
    assert done.status == "ready"
    assert remark not in done.checks


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("Now 60% off {product}", "fact_outside_slot"),
        ("Only 3 left of {product}", "urgency"),
        ("Get {product.price} off", "unknown_slot"),
        ("{offer.discount} off " + "a very long line " * 5, "length"),
    ],
)
def test_a_person_who_invents_a_fact_is_told(mail: Piece, frame: PieceFrame, text: str, check: str) -> None:
    bad = edit_piece(mail, frame, {"subject": text})
    assert bad.status == "needs_review"
    assert check in {result.check for result in bad.checks if (result.severity, result.field) == ("error", "subject")}
    assert refusal(bad, "I know better.").startswith(f"{mail.piece} fails ")


def test_an_edit_that_says_what_another_piece_says_is_a_near_duplicate(
    plan: CampaignPlan, pieces: tuple[Piece, ...], mail: Piece, frame: PieceFrame
) -> None:
    other = next(p for p in pieces if p.channel == "email" and p.segment != mail.segment and p.elements)
    texts = {field.field: written(field.spans) for field in other.fields}
    same = edit_piece(other.model_copy(update={"piece": "twin"}), frames_of(plan)[other.piece], texts, [other])
    assert any(result.check == "near_duplicate" for result in same.checks)


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        ({"headline": "x"}, r"has no field 'headline'; it has subject, preheader, body"),
        ({"subject": "  "}, r"The subject of .* is empty; expected its words"),
    ],
)
def test_an_edit_of_nothing_is_refused(mail: Piece, frame: PieceFrame, texts: dict[str, str], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        edit_piece(mail, frame, texts)


def test_every_piece_goes_through_the_editor_unchanged(plan: CampaignPlan, pieces: tuple[Piece, ...]) -> None:
    frames = frames_of(plan)
    assert set(frames) == {piece.piece for piece in pieces}
    for piece in pieces:
        text = to_editor(piece, frames[piece.piece])
        assert from_editor(text, piece) == {field.field: written(field.spans).strip() for field in piece.fields}
        same = edit_piece(piece, frames[piece.piece], from_editor(text, piece))
        assert changes(piece, same) == []


def test_a_heading_that_was_lost_or_made_up_is_told_with_its_line(mail: Piece, frame: PieceFrame) -> None:
    text = to_editor(mail, frame)
    with pytest.raises(ConfigError, match="has no line '== preheader =='; put it back"):
        from_editor(text.replace("== preheader ==", ""), mail)
    with pytest.raises(ConfigError, match=r"Line \d+ of the edited text is '== prehead =='; expected one of"):
        from_editor(text.replace("== preheader ==", "== prehead =="), mail)


WORDS = st.lists(st.sampled_from(["a", "b", "c", "d"]), min_size=1, max_size=8).map(" ".join)


@given(WORDS, WORDS)
def test_both_texts_can_be_read_out_of_their_difference(before: str, after: str) -> None:
    told = diff_words(before, after)
    old, new = told, told
    for begin, end, keep_old in (("[-", "-]", True), ("{+", "+}", False)):
        for side in ("old", "new"):
            text = old if side == "old" else new
            while begin in text:
                head, _, rest = text.partition(begin)
                inner, _, tail = rest.partition(end)
                text = head + (inner if keep_old == (side == "old") else "") + tail
            if side == "old":
                old = text
            else:
                new = text
    assert old.split() == before.split()
    assert new.split() == after.split()


# What a person or a model may write: braces only round slots, no half markup of links.
TEXT = st.lists(
    st.sampled_from(["Hello", " ", "{product}", "{offer.discount}", "[See it]({link})", "\n", "é 中"]), min_size=1
).map("".join)


@given(TEXT)
def test_words_and_spans_are_two_forms_of_one_thing(text: str) -> None:
    assert parse(written(parse(text))) == parse(text)
