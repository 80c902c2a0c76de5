"""Faults of every kind, planted into clean copy: who finds them, and who is accused for nothing."""

import pytest

from assistant.copywriting import known_languages
from assistant.copywriting.linting import LintGround
from benchmarks.planted_faults import BRIEF, PRODUCTS, ground_of
from evals.mutations import (
    FAULTS,
    Original,
    Planted,
    as_text,
    measure_documents,
    measure_texts,
    originals,
    plant,
    plant_unseen,
)

EACH = 12


@pytest.fixture(scope="module")
def clean() -> list[Original]:
    return originals(BRIEF, PRODUCTS, count=300, seed=11, languages=known_languages())


@pytest.fixture(scope="module")
def planted(clean: list[Original]) -> list[Planted]:
    return list(plant(clean, 11, EACH))


@pytest.fixture(scope="module")
def ground() -> LintGround:
    return ground_of()


def test_every_kind_of_fault_is_planted_and_changes_the_piece(clean: list[Original], planted: list[Planted]) -> None:
    assert {fault.kind for fault in planted} == {fault.kind for fault in FAULTS}
    assert len(planted) >= 300
    for fault in planted:
        assert fault.text is None or fault.text != as_text(fault.original.piece), fault.kind


def test_the_checks_find_planted_faults_and_leave_clean_pieces_alone(
    clean: list[Original], planted: list[Planted]
) -> None:
    measured = measure_documents(clean, planted)
    assert measured.recall >= 0.95, measured.missed
    assert measured.false_alarms <= 0.05, measured.wrongly


def test_the_linter_finds_them_in_plain_text_and_leaves_clean_text_alone(
    clean: list[Original], planted: list[Planted], ground: LintGround
) -> None:
    measured = measure_texts(clean, planted, ground)
    assert measured.recall >= 0.95, measured.missed
    assert measured.false_alarms <= 0.05, measured.wrongly


def test_every_channel_and_language_is_among_the_clean_ones(clean: list[Original]) -> None:
    places = {(original.frame.channel, original.frame.language) for original in clean}
    assert len(places) == 7 * len(known_languages())


def test_the_checks_find_most_of_what_they_were_not_developed_on(clean: list[Original]) -> None:
    planted = list(plant_unseen(clean, 11))
    assert len(planted) >= 400
    measured = measure_documents(clean, planted)
    # 95.9% when they were first held against it.
    assert measured.recall >= 0.93, measured.missed
