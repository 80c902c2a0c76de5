"""Hundreds of broken files: each is one sentence and nothing written, or counts that add up; never a traceback."""

import datetime as dt
from pathlib import Path

import pytest
from messy_files import Case, broken_file, case_names
from messy_values import SHOP_FILES

from assistant.data import load_files
from assistant.errors import AssistantError
from assistant.records.quality import DataQuality
from assistant.workspace import read_record, sha256_file

SEED = 7
LONGEST_MESSAGE = 1_500
# A year after the shop's last order.
TODAY = dt.date(2025, 1, 1)


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables of the shop before anything was broken."""
    folder = tmp_path_factory.mktemp("earlier")
    files = {}
    for table, content in SHOP_FILES.items():
        files[table] = folder / f"{table}.csv"
        files[table].write_bytes(content)
    out = folder / "out"
    out.mkdir()
    load_files(out, files)
    return out


def contents(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): sha256_file(path) for path in sorted(folder.rglob("*")) if path.is_file()}


def check(case: Case, out: Path, earlier: Path) -> str:
    """Load a case beside what was there before; what came of it, in the words of `Case.expected`."""
    before = contents(earlier)
    try:
        load_files(out, case.files, earlier=earlier, today=TODAY)
    except AssistantError as error:
        message = str(error)
        assert "\n" not in message.replace(str(case.files[case.broken]), "")
        assert case.files[case.broken].name in message
        assert len(message) < LONGEST_MESSAGE
        assert "Traceback" not in message
        assert contents(earlier) == before
        return "error"
    quality = read_record(out / "quality.json", DataQuality)
    broken = case.files[case.broken]
    own = [source for source in quality.sources if source.file == broken.name]
    # What is known under another name already is not brought in again.
    assert own or broken.read_bytes() == SHOP_FILES[case.broken]
    for source in quality.sources:
        passed = sum(source.passed_over.values())
        assert source.rows_read == source.taken + source.quarantined + source.duplicates + passed
        assert source.quarantined == sum(refusal.rows for refusal in source.refusals)
    if any(source.quarantined for source in own):
        return "quarantine"
    return "duplicates" if any(source.duplicates for source in own) else "clean"


# Each case brings a whole shop in, so three of five wait for `make check`.
CASES = [pytest.param(name, marks=[pytest.mark.slow] * (at % 5 in (1, 3, 4))) for at, name in enumerate(case_names())]


@pytest.mark.parametrize("name", CASES)
def test_a_broken_file_is_refused_in_one_sentence_or_read_with_counts_that_add_up(
    name: str, tmp_path: Path, earlier: Path
) -> None:
    case = broken_file(tmp_path / "shop", name, SEED)
    came = check(case, tmp_path / "out", earlier)
    allowed = {"refused": ("error", "quarantine", "duplicates", "clean"), "clean": ("clean", "duplicates")}
    assert came in allowed.get(case.expected, (case.expected,))


@pytest.mark.slow
@pytest.mark.parametrize("name", case_names(slow=True))
def test_a_line_of_a_hundred_megabytes_is_refused_as_a_short_one_is(name: str, tmp_path: Path, earlier: Path) -> None:
    case = broken_file(tmp_path / "shop", name, SEED)
    assert check(case, tmp_path / "out", earlier) in ("error", "quarantine")


def test_there_are_more_than_two_hundred_broken_files_and_each_is_its_own(tmp_path: Path) -> None:
    names = case_names()
    assert len(names) == len(set(names)) >= 200
    made = {broken_file(tmp_path / str(at), name, SEED).files[name.split(": ")[0]] for at, name in enumerate(names)}
    assert len(made) == len(names)
