"""Pieces from a plan, wave by wave: each once, kept as soon as it is whole, the same however it is interrupted."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from scripted_writer import Writer

from assistant.campaigns import (
    CampaignPlan,
    Counts,
    Selection,
    summarise,
    wave_of,
    write_again,
    write_campaign,
)
from assistant.copywriting import CopyJob, check_pieces
from assistant.errors import ConfigError
from assistant.records import Piece, PieceState


def test_a_plan_counts_what_it_makes(plan: CampaignPlan, pieces: tuple[Piece, ...]) -> None:
    made = [piece for piece in pieces if piece.angle != "control"]
    assert len(plan) == len(made) == len(list(plan)) == 32
    assert plan.controls == len(pieces) - len(made) == 8
    assert len({piece.piece for piece in pieces}) == len(pieces)
    # Of each segment and channel the control comes first.
    firsts: dict[tuple[str, str], str] = {}
    for piece in pieces:
        firsts.setdefault((piece.segment, piece.channel), piece.angle)
    assert set(firsts.values()) == {"control"}


def test_each_variant_is_a_piece_of_its_own(plan: CampaignPlan, tmp_path: Path) -> None:
    several = replace(plan, sheets=plan.sheets[:1], brief=plan.brief.model_copy(update={"variants": 3}))
    made = list(write_campaign(several, Writer(), "m", tmp_path))
    assert Counter(piece.angle for piece in made) == {"control": 2, **dict.fromkeys(plan.brief.angles, 6)}
    assert {piece.arm for piece in made if piece.angle == "ease"} == {"ease", "ease-2", "ease-3"}
    assert {piece.piece for piece in made if piece.arm == "ease-3"} == {"S1-email-ease-3", "S1-sms-ease-3"}
    assert len(several) == 24


@pytest.mark.parametrize("size", [1, 5, 32, 100])
def test_how_it_is_parted_changes_no_piece(
    plan: CampaignPlan, pieces: tuple[Piece, ...], tmp_path: Path, size: int
) -> None:
    assert tuple(write_campaign(plan, Writer(), "test:writer", tmp_path, size=size)) == pieces


def test_near_duplicates_are_found_across_waves(plan: CampaignPlan, tmp_path: Path) -> None:
    monotonous = Writer(text=lambda request: next(m.content for m in request.messages if m.role == "assistant"))
    apart = list(write_campaign(plan, monotonous, "m", tmp_path / "a", size=3))
    once = list(write_campaign(plan, monotonous, "m", tmp_path / "b"))
    assert apart == once
    bare = [piece.model_copy(update={"checks": ()}) for piece in once]
    flagged = {piece.piece for piece in once if any(result.check == "near_duplicate" for result in piece.checks)}
    assert flagged == set(check_pieces(bare))


def test_a_run_that_was_stopped_goes_on_with_the_next_wave(
    plan: CampaignPlan, pieces: tuple[Piece, ...], tmp_path: Path
) -> None:
    first = Writer()
    run = write_campaign(plan, first, "test:writer", tmp_path, size=8)
    some = [next(run) for _ in range(15)]
    run.close()
    assert len(list(tmp_path.glob("*.json"))) == 2
    second = Writer()
    whole = tuple(write_campaign(plan, second, "test:writer", tmp_path, size=8))
    assert whole == pieces
    assert whole[:15] == tuple(some)
    assert not set(first.asked) & set(second.asked)


def test_states_are_told_as_pieces_get_there(plan: CampaignPlan, tmp_path: Path) -> None:
    told: list[tuple[PieceState, list[str]]] = []

    def on_state(state: PieceState, some: Sequence[Piece | CopyJob]) -> None:
        told.append((state, [each.piece for each in some]))

    made = list(write_campaign(plan, Writer(), "m", tmp_path, size=16, on_state=on_state))
    assert [state for state, _ in told] == ["drafted", "checked", "needs_review"] * 2
    drafted = [name for state, names in told if state == "drafted" for name in names]
    assert drafted == [job.piece for job in plan]
    settled = [name for state, names in told if state != "drafted" for name in names]
    assert sorted(settled) == sorted(piece.piece for piece in made)
    # What lay there already is not told again.
    told.clear()
    list(write_campaign(plan, Writer(), "m", tmp_path, size=16, on_state=on_state))
    assert told == []


def test_only_what_is_meant_is_written(plan: CampaignPlan, pieces: tuple[Piece, ...], tmp_path: Path) -> None:
    meant = Selection(segments={"S2"}, channels={"sms"})
    made = list(write_campaign(plan.selected(meant), Writer(), "test:writer", tmp_path))
    assert [piece.piece for piece in made] == [p.piece for p in pieces if (p.segment, p.channel) == ("S2", "sms")]
    assert not meant.all
    assert Selection().all


def test_a_further_version_takes_the_note_and_repeats_no_other_piece(
    plan: CampaignPlan, pieces: tuple[Piece, ...]
) -> None:
    writer = Writer()
    (job,) = plan.selected(Selection(pieces={"S1-email-thrift"}))
    noted = replace(job, note="Say less.", seed=job.seed + 1000)
    seen: list[str] = []
    writer.text = lambda request: seen.append(request.messages[-1].content)  # type: ignore[func-returns-value]
    (made,) = write_again([noted], writer, "test:writer", [p for p in pieces if p.piece != job.piece])
    assert made.piece == "S1-email-thrift"
    assert all(said.endswith("The reviewer asks: Say less.") for said in seen)
    # Word for word what another one says needs review.
    twin = next(p for p in pieces if p.piece == "S1-email-thrift")
    again = write_again([job], Writer(), "test:writer", [twin.model_copy(update={"piece": "other"})])
    assert any("are those of piece other" in reason for reason in again[0].reasons)


def test_counts_are_those_of_the_pieces(pieces: tuple[Piece, ...]) -> None:
    counts = Counts()
    for piece in pieces:
        counts.add(piece)
    summary = counts.summary()
    assert summary == summarise(pieces)
    assert summary.pieces == 40
    assert summary.controls == 8
    assert summary.ready + summary.needs_review == 40


def test_a_segment_without_a_product_is_refused_before_anything_is_asked(plan: CampaignPlan) -> None:
    bare = plan.sheets[0].model_copy(update={"facts": ()})
    with pytest.raises(ConfigError, match="Segment S1 has no product that a message may name"):
        replace(plan, sheets=[bare])


@pytest.mark.parametrize(("concurrency", "pieces"), [(1, 16), (8, 16), (32, 64), (64, 128), (500, 128)])
def test_a_wave_keeps_the_model_busy_and_memory_bounded(concurrency: int, pieces: int) -> None:
    assert wave_of(concurrency) == pieces
