"""Checkers on people's labels, on small sets made here in the format of WiCE."""

import gzip
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from assistant.errors import AssistantError, DataError
from evals.asking import INFRASTRUCTURE
from evals.commands.meta_wice import app
from evals.grounding import Ground, Support, curve_text, shipped_curve
from evals.meta.wice import JudgeUnreachable, evaluate, fit_curve
from evals.meta.wice_data import LabelledClaim, hash_claims, pages_of, read_claims

COLOURS = ("red", "green", "blue", "white", "black", "brown")
THINGS = ("kettle", "lamp", "chair", "table", "teapot", "bicycle", "ladder", "basket", "blanket", "mirror")


def rows(pages: int = 20) -> list[dict[str, Any]]:
    """Two claims a page: one that its evidence says, one that it does not."""
    told = []
    for page in range(pages):
        thing, colour, year = THINGS[page % 10], COLOURS[page % 6], 1990 + page
        evidence = [
            f"(meta data) TITLE: The {thing}",
            f"The {colour} {thing} was first sold in Springfield in {year}.",
            f"More than {page + 3} shops offered it.",
        ]
        right = f"The {thing} was first sold in {year} in Springfield."
        wrong = f"The {thing} won an award in {year + 40} at a fair in Chicago."
        for claim, label in ((right, "supported"), (wrong, ("partially_supported", "not_supported")[page % 2])):
            meta = {"id": f"dev{page}", "claim_title": f"Page {page}"}
            told.append({"claim": claim, "evidence": evidence, "label": label, "meta": meta})
    return told


def written(path: Path, lines: Sequence[dict[str, Any]]) -> Path:
    text = "".join(json.dumps(line) + "\n" for line in lines)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf-8")
    return path


def claims(tmp_path: Path, pages: int = 20) -> tuple[LabelledClaim, ...]:
    return read_claims(written(tmp_path / "claims.jsonl", rows(pages)))


class Fixed:
    """A checker that says what it was made with."""

    name, version = "fixed", "1"

    def __init__(self, supports: Sequence[Support]) -> None:
        self._supports = list(supports)

    def check(self, pairs: Sequence[tuple[str, Ground]]) -> list[Support]:
        return self._supports


def test_evidence_is_read_as_a_list_or_as_a_text_that_spells_one_packed_or_not(tmp_path: Path) -> None:
    told = rows()
    spelt = [{**row, "evidence": (json.dumps, repr)[at % 2](row["evidence"])} for at, row in enumerate(told)]
    read = read_claims(written(tmp_path / "a.jsonl", told))
    assert read == read_claims(written(tmp_path / "b.jsonl.gz", spelt))
    assert sum(one.supported for one in read) == 20
    assert hash_claims(read) == hash_claims(tuple(reversed(read)))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "line 3, is no JSON"),
        ("[]", "line 3, is no object"),
        ('{"claim": " ", "evidence": ["a"], "label": "supported"}', "line 3: `claim` is ' '"),
        ('{"claim": "a", "evidence": [], "label": "supported"}', "line 3: `evidence` is []"),
        ('{"claim": "a", "evidence": [1], "label": "supported"}', "line 3: `evidence` is [1]"),
        ('{"claim": "a", "evidence": ["a"], "label": "true"}', "line 3: `label` is 'true', expected one of supported"),
    ],
)
def test_a_bad_line_is_named_with_what_it_holds(tmp_path: Path, line: str, told: str) -> None:
    path = written(tmp_path / "claims.jsonl", rows(1))
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    with pytest.raises(DataError) as error:
        read_claims(path)
    assert told in str(error.value)
    assert str(path) in str(error.value)


def test_files_that_are_missing_empty_cut_or_of_one_class_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_claims(tmp_path / "none.jsonl")
    empty = tmp_path / "empty.jsonl"
    empty.write_text("\n", encoding="utf-8")
    with pytest.raises(DataError, match="holds no claims"):
        read_claims(empty)
    whole = written(tmp_path / "whole.jsonl.gz", rows()).read_bytes()
    for name, content in (("cut", whole[:-20]), ("torn", whole[:40] + b"\0\0" + whole[42:])):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DataError, match="is broken or not in UTF-8"):
            read_claims(tmp_path / name)
    with pytest.raises(DataError, match="of one class"):
        read_claims(written(tmp_path / "one.jsonl", [row for row in rows() if row["label"] == "supported"]))


def test_claims_share_a_page_by_title_and_by_evidence() -> None:
    def one(page: str, evidence: str) -> LabelledClaim:
        return LabelledClaim("It is.", (evidence,), True, page)

    pages = pages_of((one("A", "x"), one("A", "y"), one("B", "y"), one("", "z"), one("", "z"), one("", "w")))
    assert pages.tolist() == [0, 0, 0, 1, 1, 2]


def test_the_lexical_checker_is_told_from_the_floors_where_the_wording_tells(tmp_path: Path) -> None:
    result = evaluate(claims(tmp_path), seeds=(1, 2, 3))
    by_name = {row.name: row for row in result.rows}
    assert result.pages == 20
    assert result.supported == 20
    assert result.claims == 40
    assert result.rows[0].name == "lexical"
    assert result.rows[0].accuracy > 0.95
    assert by_name["longer evidence"].accuracy <= 0.6
    assert by_name["always one class"].accuracy == 0.5
    assert sum(part.claims for part in result.calibration) == 40
    assert by_name["lexical, as shipped"].note.startswith("fitted on WiCE")


def test_the_shipped_weights_own_up_to_data_that_they_were_fitted_on(tmp_path: Path) -> None:
    read = claims(tmp_path)
    result = evaluate(read[:30], part_of=shipped_curve().data_sha256, seeds=(1,))
    assert [row.note for row in result.rows if row.kind == "shipped"] == ["fitted on this very data: no estimate"]


def test_the_interval_rests_on_pages_and_not_on_claims() -> None:
    rng = np.random.default_rng(3)
    support = rng.uniform(size=24)
    told, supports = [], []
    for page in range(24):
        for claim in range(10):
            told.append(LabelledClaim(f"Claim {claim}.", (f"Text {page} {claim}.",), page % 2 == 0, f"Page {page}"))
            supports.append(Support(float(support[page] + 0.5 * (page % 2 == 0)) / 2))
    alone = tuple(LabelledClaim(one.claim, one.evidence, one.supported, "") for one in told)
    shared = evaluate(tuple(told), Fixed(supports), seeds=(1, 2)).rows[0]
    apart = evaluate(alone, Fixed(supports), seeds=(1, 2)).rows[0]
    assert shared.low <= shared.accuracy <= shared.high
    assert shared.high - shared.low > 2 * (apart.high - apart.low)


def test_a_perfect_judge_scores_one_and_a_silent_one_is_left_out_and_told(tmp_path: Path) -> None:
    read = claims(tmp_path)
    perfect = [Support(float(one.supported)) for one in read]
    silent = [Support(None, reason="the judge said nothing"), *perfect[1:]]
    result = evaluate(read, Fixed(silent), seeds=(1,))
    assert result.rows[0].accuracy == 1.0
    assert result.rows[0].unjudged == 1
    assert "1 claims have no verdict" in result.notes[0]
    assert "the judge said nothing" in result.notes[0]
    assert evaluate(read, Fixed(perfect), seeds=(1,)).rows[0].unjudged == 0


def test_a_judge_that_cannot_be_reached_scores_nothing_and_exits_with_four(tmp_path: Path) -> None:
    read = claims(tmp_path)
    lost = [Support(None, reason=f"{INFRASTRUCTURE} no route"), *[Support(1.0)] * (len(read) - 1)]
    with pytest.raises(JudgeUnreachable, match="nothing is scored") as error:
        evaluate(read, Fixed(lost))
    assert error.value.exit_code == 4


def test_too_few_pages_and_too_few_verdicts_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="4 pages"):
        evaluate(claims(tmp_path, 4))
    read = claims(tmp_path)
    with pytest.raises(DataError, match="0 of 40 claims could be judged"):
        evaluate(read, Fixed([Support(None, reason="no")] * len(read)))


def test_the_command_fits_shows_and_draws(tmp_path: Path) -> None:
    data = written(tmp_path / "claims.jsonl.gz", [{**rows()[0], "claim": "<b>It</b> was sold."}, *rows()])
    weights, page = tmp_path / "weights.toml", tmp_path / "page.html"
    done = CliRunner().invoke(
        app, ["--data", str(data), "--fit", str(weights), "--html", str(page), "--source", "made here", "--json"]
    )
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)[0]["rows"][0]["name"] == "lexical"
    assert weights.read_text(encoding="utf-8") == curve_text(fit_curve(read_claims(data), "made here"))
    drawn = page.read_text(encoding="utf-8")
    assert "Does the source support the claim?" in drawn
    assert "<circle" in drawn
    assert "gpt-4o" in drawn
    shown = CliRunner().invoke(app, ["--data", str(data)], env={"COLUMNS": "100"})
    assert shown.exit_code == 0
    assert " leak " in shown.stdout, "what a random split would have said stands beside it"


@pytest.mark.parametrize("args", [["--checker", "judge"], ["--model", "local:"]])
def test_a_judge_needs_its_model_and_a_model_its_judge(tmp_path: Path, args: list[str]) -> None:
    data = written(tmp_path / "claims.jsonl", rows())
    done = CliRunner().invoke(app, ["--data", str(data), *args])
    assert isinstance(done.exception, AssistantError)
    assert "--checker judge --model NAME" in str(done.exception)


def test_the_checker_itself_needs_no_sklearn() -> None:
    code = "import sys, evals.grounding, evals.metrics.grounded; assert 'sklearn' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
