"""A campaign in one archive: made again from it byte for byte, refused where altered, told apart from another run."""

import io
import json
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from scripted_writer import Writer

from assistant.campaigns import (
    CampaignPlan,
    Selection,
    apply_ledger,
    edit_piece,
    summarise,
    write_again,
    write_campaign,
)
from assistant.campaigns.bundling import ANEW, SUMS, Bundle, as_lines, frames_of, pack, replay, unpack
from assistant.campaigns.comparing import compare
from assistant.errors import DataError
from assistant.llm import call_hash
from assistant.records import Campaign, LedgerEntry, Outcome, Piece, Request

MODEL = "test:writer"
AT = "2026-03-01T10:00:00+00:00"


class Recording(Writer):
    """A writer whose answers are kept under what was asked."""

    def __init__(self, calls: dict[str, Outcome], text: Callable[[Request], str | None] = lambda request: None) -> None:
        super().__init__(text=text)
        self.calls = calls

    def __call__(self, requests: Iterable[Request]) -> Iterable[Outcome]:
        for request, outcome in zip(some := list(requests), super().__call__(some), strict=True):
            self.calls[call_hash(MODEL, "", request)] = outcome
            yield outcome


def bundle_of(
    plan: CampaignPlan,
    folder: Path,
    text: Callable[[Request], str | None] = lambda request: None,
) -> Bundle:
    """A campaign with an edit, a further version after a note, and decisions."""
    calls: dict[str, Outcome] = {}
    ask = Recording(calls, text)
    pieces = tuple(write_campaign(plan, ask, MODEL, folder))
    first, second = [piece for piece in pieces if piece.elements][:2]
    edited = edit_piece(first, frames_of(plan)[first.piece], {"subject": "{offer.discount} off {product}"}, pieces)
    (job,) = plan.selected(Selection(pieces={second.piece}))
    others = [piece for piece in pieces if piece.piece not in (second.piece, first.piece)] + [edited]
    (again,) = write_again([replace(job, note="Say less.", seed=job.seed + ANEW)], ask, MODEL, others)
    ledger = (
        LedgerEntry(at=AT, by="Ann", state="checked", pieces={}, made=edited, before=first.revision),
        LedgerEntry(
            at=AT,
            by="Ann",
            state="checked",
            pieces={},
            reason="Say less.",
            made=again,
            before=second.revision,
        ),
        LedgerEntry(at=AT, by="Ann", state="approved", pieces={first.piece: edited.revision}),
    )
    campaign = Campaign(campaign="bench", brief=plan.brief, model=MODEL, summary=summarise(pieces))
    return Bundle(campaign=campaign, plan=plan, pieces=pieces, ledger=ledger, calls=calls)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    from benchmarks.campaigns import plan_of

    return bundle_of(plan_of(16, 3), tmp_path_factory.mktemp("waves"))


@pytest.fixture
def archive(bundle: Bundle, tmp_path: Path) -> Path:
    path = tmp_path / "bench.zip"
    path.write_bytes(pack(bundle))
    return path


def test_every_piece_comes_out_byte_for_byte_edits_and_versions_too(bundle: Bundle, archive: Path) -> None:
    made = replay(unpack(archive))
    expected, _ = apply_ledger(bundle.pieces, bundle.ledger)
    assert made.differing == ()
    assert made.lines == as_lines(expected)
    assert made.pieces != bundle.pieces


def test_equal_campaigns_are_equal_archives(bundle: Bundle, archive: Path) -> None:
    assert pack(bundle) == archive.read_bytes() == pack(unpack(archive))


def test_an_answer_that_was_another_makes_another_piece(bundle: Bundle) -> None:
    piece = next(piece for piece in bundle.pieces if piece.elements and piece.channel == "sms")
    said = next(field for field in piece.fields if field.field == "text")
    assert said
    calls = {
        asked: outcome.model_copy(update={"text": "Take {offer.discount} off {product} by {offer.deadline}."})
        if outcome.key.startswith(f"{piece.piece}.")
        else outcome
        for asked, outcome in bundle.calls.items()
    }
    made = replay(replace(bundle, calls=calls))
    assert piece.piece in made.differing


def test_an_answer_that_is_missing_is_no_traceback(bundle: Bundle) -> None:
    made = replay(replace(bundle, calls={}))
    assert len(made.pieces) == len(bundle.pieces)
    assert {piece.piece for piece in made.pieces if piece.elements and piece.status == "ready"} == set()


def altered(archive: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    with zipfile.ZipFile(archive) as before:
        files = {name: before.read(name) for name in before.namelist()}
    change(files)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as after:
        for name, content in files.items():
            after.writestr(name, content)
    archive.write_bytes(out.getvalue())
    return archive


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda files: files.update({"brief.json": files["brief.json"] + b" "}), "brief.json is not what its checksum"),
        (lambda files: files.update({"extra.json": b"{}"}), "extra.json is not what its checksum says; it was altered"),
        (lambda files: files.pop(SUMS), f"has no {SUMS}; expected what `assistant campaign bundle` wrote"),
        (lambda files: files.pop("about.json"), "lacks about.json; bundle the campaign again"),
        (lambda files: files.update({SUMS: b"\xff\n\n"}), "is not what its checksum says"),
    ],
)
def test_an_archive_that_was_altered_is_refused(
    archive: Path, change: Callable[[dict[str, bytes]], None], told: str
) -> None:
    with pytest.raises(DataError, match=told):
        unpack(altered(archive, change))


def test_a_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with pytest.raises(DataError, match="is not there; expected a bundle"):
        unpack(path)
    path.write_bytes(b"PK and no more")
    with pytest.raises(DataError, match="is no bundle"):
        unpack(path)


def test_an_archive_holds_nothing_about_a_customer(archive: Path) -> None:
    with zipfile.ZipFile(archive) as files:
        names = files.namelist()
        assert not [name for name in names if "customer" in name or name.startswith(("/", "..")) or "/../" in name]
        told = json.loads(files.read("about.json"))
    assert told["campaign"] == "bench"


def changed_plan(bundle: Bundle, **brief: object) -> CampaignPlan:
    return replace(bundle.plan, brief=bundle.plan.brief.model_copy(update=brief))


def test_two_runs_that_are_the_same_differ_in_nothing(bundle: Bundle) -> None:
    told = compare(bundle, bundle)
    assert {change.change for change in told} == {"same"}
    assert {change.piece for change in told} == {piece.piece for piece in bundle.pieces}


def other_seed(bundle: Bundle) -> CampaignPlan:
    settings = bundle.plan.settings
    return replace(bundle.plan, settings=settings.model_copy(update={
        "models": settings.models.model_copy(update={"seed": settings.models.seed + 1})
    }))  # fmt: skip


def other_prompt(bundle: Bundle) -> CampaignPlan:
    prompts = {key: prompt.model_copy(update={"fingerprint": "sha256:1", "system": prompt.system + " Be brief."})
               for key, prompt in bundle.plan.prompts.items()}  # fmt: skip
    return replace(bundle.plan, prompts=prompts)


def other_data(bundle: Bundle) -> CampaignPlan:
    first, *rest = bundle.plan.sheets
    fact = first.facts[0].model_copy(update={"value": 0.03})
    return replace(bundle.plan, sheets=[first.model_copy(update={"facts": (fact, *first.facts[1:])}), *rest])


@pytest.mark.parametrize(
    ("plan_of", "reason"),
    [
        (other_seed, "seed"),
        (other_prompt, "prompt"),
        (lambda bundle: changed_plan(bundle, sender="Another Grocer"), "brief"),
    ],
)
def test_why_pieces_differ_is_told(
    bundle: Bundle, tmp_path: Path, plan_of: Callable[[Bundle], CampaignPlan], reason: str
) -> None:
    told = compare(bundle, bundle_of(plan_of(bundle), tmp_path))
    differing = [change for change in told if change.change == "changed"]
    assert differing
    for change in differing:
        assert reason in change.reasons
        assert change.fields


def test_data_another_model_a_hand_and_chance_are_told_apart(bundle: Bundle, tmp_path: Path) -> None:
    other = bundle_of(bundle.plan, tmp_path / "a", lambda request: _last(request))
    reasons = [set(change.reasons) for change in compare(bundle, other) if change.change == "changed"]
    assert {"chance"} in reasons
    undecided = {c.piece: c.reasons for c in compare(replace(bundle, ledger=()), bundle) if c.change == "changed"}
    first, second = (entry.made.piece for entry in bundle.ledger if entry.made)
    assert undecided == {first: ("edited",), second: ("written again",)}
    renamed = replace(other, campaign=other.campaign.model_copy(update={"model": "another:model"}))
    assert all("model" in c.reasons for c in compare(bundle, renamed) if c.change == "changed")
    data = replace(other, plan=other_data(bundle))
    told = {c.piece: c.reasons for c in compare(bundle, data) if c.change == "changed"}
    assert all(("data" in why) == name.startswith("S1-") for name, why in told.items())


def test_pieces_of_one_run_only_are_named(bundle: Bundle) -> None:
    some = tuple(piece for piece in bundle.pieces if piece.channel == "email")
    told = compare(bundle, replace(bundle, pieces=some))
    assert {c.piece for c in told if c.change == "only in the first"} == {
        piece.piece for piece in bundle.pieces if piece.channel == "sms"
    }
    assert {c.change for c in compare(replace(bundle, pieces=some), bundle)} == {"same", "only in the second"}


def _last(request: Request) -> str:
    return [message.content for message in request.messages if message.role == "assistant"][-1]


def test_pieces_of_a_bundle_are_records(bundle: Bundle, archive: Path) -> None:
    assert all(isinstance(piece, Piece) for piece in unpack(archive).pieces)
    assert unpack(archive).ledger == bundle.ledger
