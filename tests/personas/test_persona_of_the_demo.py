"""The personas and the copy that the embedded model writes for the Complete Journey, held against its raw files."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from raw_facts import recompute

from assistant.config import ModelSettings, SegmentSettings, Settings, ShopSettings, WritingSettings
from assistant.personas.checking import subject_of
from assistant.pipeline import Pipeline, Silent
from assistant.records import Campaign, Fact
from assistant.workspace import Workspace

pytestmark = pytest.mark.xdist_group("demo")

BRIEF = """
campaign = "spring"
goal = "Bring everybody back."
starts = 2018-01-02
deadline = 2018-01-31
angles = ["thrift", "ease"]
sender = "Corner Grocery"
link = "https://example.com/offer"
address = "1 Market Square, Cincinnati, Ohio"
[offer]
kind = "percent_off"
amount = 15
code = "JANUARY15"
"""


# As many segments as the product finds take minutes: they are written in `make check`, and a few in `make test`.
@pytest.fixture(scope="module", params=[2, pytest.param(8, marks=pytest.mark.slow)], ids=lambda most: f"up to {most}")
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    """A workspace with personas of all segments and copy for two of them, by the embedded model."""
    settings = Settings(
        shop=ShopSettings(name="Corner Grocery"),
        segments=SegmentSettings(k_max=request.param),
        # The index's own tests embed with the real model; here only what it finds matters.
        models=ModelSettings(embedder="hashing"),
        writing=WritingSettings(persona_candidates=2, copy_candidates=3),
    )
    workspace = Workspace.create(tmp_path_factory.mktemp("demo") / "workspace", settings)
    brief = workspace.root / "spring.toml"
    brief.write_text(BRIEF, encoding="utf-8")
    with workspace.writing():
        pipeline = Pipeline(workspace, Silent())
        pipeline.ingest_demo()
        pipeline.personas()
        pipeline.campaign(brief, ends_of(pipeline))
        pipeline.report()
        yield pipeline


def ends_of(pipeline: Pipeline) -> tuple[str, str]:
    """The segment with most revenue and the one with least."""
    first, *_, last = pipeline.segmentation().segments
    return first.segment, last.segment


def facts_of(pipeline: Pipeline) -> dict[str, Fact]:
    return {fact.fact: fact for sheet in pipeline.sheets() for fact in sheet.facts}


def test_every_persona_has_at_least_six_claims_and_four_that_the_data_verifies(written: Pipeline) -> None:
    personas = written.personas_made()
    assert len(personas) == len(written.segmentation().segments)
    for persona in personas:
        verified = [claim for claim in persona.claims if claim.status == "verified"]
        assert len(persona.claims) >= 6
        assert len(verified) >= 4
        assert {claim.about for claim in persona.claims} >= {"who", "buys", "when", "price", "say", "avoid"}


def test_the_facts_behind_every_claim_are_those_of_the_raw_files(written: Pipeline, raw: dict[str, Path]) -> None:
    facts = facts_of(written)
    assignments = pd.read_parquet(written.paths.assignments)
    checked = Counter[str]()
    for persona in written.personas_made():
        for claim in persona.claims:
            for name in claim.facts:
                fact = facts[name]
                value, others = recompute(fact, assignments, raw)
                assert fact.value == pytest.approx(value, rel=1e-9)
                if claim.status == "verified" and fact.others is not None:
                    assert fact.others == pytest.approx(others, rel=1e-9)
                    # Said, compared and told as the raw numbers stand: no claim is contradicted.
                    assert fact.display in claim.text
                    if re.search(r"\b(more|longer|above)\b", claim.text):
                        assert value > others
                    if re.search(r"\b(less|fewer|below)\b", claim.text):
                        assert value < others
                    if subject_of(fact):
                        assert subject_of(fact).lower() in claim.text.lower()
                    checked[persona.segment] += 1
    assert min(checked.values()) >= 4


def test_most_sentences_are_the_models_own(written: Pipeline) -> None:
    by = Counter(claim.written_by for persona in written.personas_made() for claim in persona.claims)
    assert by["local:"] > by["fact sheet"]


def campaign_of(pipeline: Pipeline) -> Campaign:
    return pipeline.campaigns_made()[0]


def test_no_ready_piece_holds_a_fact_that_is_not_a_slots(written: Pipeline) -> None:
    pieces = campaign_of(written).pieces
    assert len(pieces) == 2 * 2 * 3
    for piece in pieces:
        if piece.status == "ready":
            own = " ".join(span.text for field in piece.fields for span in field.spans if span.kind == "text")
            assert not re.search(r"[\d$€£%]|https?:|percent|january", own.lower()), own
            slots = {slot.slot for slot in piece.slots}
            assert {span.slot for field in piece.fields for span in field.spans if span.slot} == slots


def test_every_product_in_copy_is_one_that_the_segments_facts_name(written: Pipeline) -> None:
    facts = facts_of(written)
    for piece in campaign_of(written).pieces:
        for slot in piece.slots:
            if slot.slot == "product":
                kind, _, name = slot.receipt.partition(":")
                assert kind == "fact"
                assert subject_of(facts[name]).lower() == slot.value.lower()
                assert facts[name].segment == piece.segment


def test_every_piece_that_needs_review_says_why_and_carries_text(written: Pipeline) -> None:
    for piece in campaign_of(written).pieces:
        assert (piece.status == "needs_review") == bool(piece.reasons)
        assert all(field.text.strip() for field in piece.fields)


def test_the_report_shows_every_segment_and_piece(written: Pipeline) -> None:
    page = written.paths.report.read_text(encoding="utf-8")
    assert all(persona.name in page for persona in written.personas_made())
    assert page.count("JANUARY15") >= 8


def test_nothing_runs_again_when_nothing_has_changed(written: Pipeline) -> None:
    again = Pipeline(written.workspace, Silent())
    kept = [again.personas(), again.campaign(written.workspace.root / "spring.toml", ends_of(again)), again.report()]
    assert [result.kept for result in kept] == [True, True, True]
