"""A headline scorer measured on experiments: what is read, what is compared, what must not leak, what is shown."""

import datetime as dt
import gzip
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from scipy.stats import chi2_contingency
from typer.testing import CliRunner

from assistant.errors import DataError
from evals.commands.meta_upworthy import app
from evals.judges import Pair
from evals.meta.click_noise import chance_winner_is_better, true_variance
from evals.meta.headline_floors import chance_longer, correctness, folds_at_random
from evals.meta.headline_judges import judged
from evals.meta.headline_page import render_study
from evals.meta.headline_splits import UNUSED, components_of, forward_split, grouped_split, trained_elsewhere
from evals.meta.headline_study import HeadlineStudy, study
from evals.meta.headline_style import NAMES, style_of
from evals.meta.headlines import SETTINGS, design_of, fit, predict
from evals.meta.reliability import calibration_bins, expected_error
from evals.meta.upworthy import Experiments, pairs_of, read_experiments

SHELL = CliRunner()
HEADER = "test_id,created,eyecatcher_id,headline,lede,impressions,clicks"
SUBJECTS = (
    "river",
    "teacher",
    "senator",
    "garden",
    "robot",
    "doctor",
    "market",
    "forest",
    "singer",
    "bridge",
    "planet",
)
VERBS = ("changes", "finds", "builds", "leaves", "paints", "saves", "teaches", "moves", "counts", "remembers")
PLACES = ("town", "school", "harbour", "street", "valley", "island", "station", "library", "museum", "village")


def write(folder: Path, *rows: str, name: str = "tests.csv", header: str = HEADER) -> Path:
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def planted_rows(tests: int, *, seed: int = 1, effect: float = 0.5, first: dt.date = dt.date(2014, 2, 1)) -> list[str]:
    """Tests of four headlines each, where a question and the word "you" bring clicks."""
    rng = np.random.default_rng(seed)
    rows = []
    for test in range(tests):
        day = first + dt.timedelta(days=test // 4)
        base = rng.normal(-4.0, 0.4)
        for arm in range(4):
            asks, tells = arm % 2, arm // 2
            subject, verb, place = (rng.choice(words) for words in (SUBJECTS, VERBS, PLACES))
            text = f"{'Do You Know How' if tells else 'See How'} The {subject} {verb} {test} in a {place}"
            text += "?" if asks else "."
            rate = 1 / (1 + np.exp(-(base + effect * asks + effect * tells + rng.normal(0, 0.05))))
            rows.append(f"{seed}t{test},{day},{seed}i{test},{text},lede,3000,{rng.binomial(3000, rate)}")
    return rows


@cache
def planted(tests: int = 80, seed: int = 1, effect: float = 0.5) -> Experiments:
    with TemporaryDirectory() as folder:
        return read_experiments(write(Path(folder), *planted_rows(tests, seed=seed, effect=effect)))


@cache
def planted_study() -> HeadlineStudy:
    return study(planted(), source="planted.csv", embedder="hashing")


def bar(found: HeadlineStudy, name: str) -> float:
    return next(own.accuracy.estimate for own in found.bars if own.name == name)


# Reading.


def test_tests_with_broken_randomisation_are_left_out_up_to_both_ends(tmp_path: Path) -> None:
    days = ("2013-06-24", "2013-06-25", "2013-12-01", "2014-01-10", "2014-01-11")
    found = read_experiments(write(tmp_path, *(f"t{day},{day},i,A headline,l,100,5" for day in days)))
    assert found.tests == ("t2013-06-24", "t2014-01-11")
    assert (found.reading.rows, found.reading.broken) == (5, 3)


def test_only_headlines_of_one_test_and_one_image_are_compared(tmp_path: Path) -> None:
    rows = ("a,2014-02-01,x,One,l,1000,10", "a,2014-02-01,x,Two,l,1000,50", "a,2014-02-01,y,Three,l,1000,90",
            "b,2014-02-01,x,Four,l,1000,90")  # fmt: skip
    found = read_experiments(write(tmp_path, *rows))
    pairs = pairs_of(found)
    assert [
        (found.headlines[one], found.headlines[other]) for one, other in zip(pairs.first, pairs.second, strict=True)
    ] == [("One", "Two")]
    assert pairs.z[0] < 0
    assert pairs.p[0] < 0.001


def test_rows_that_differ_in_the_lede_only_are_one_arm_and_rows_without_image_are_none(tmp_path: Path) -> None:
    rows = ("a,2014-02-01,x,One,first,1000,10", "a,2014-02-01,x,One ,second,500,7", "a,2014-02-01,,Two,l,1000,50")
    found = read_experiments(write(tmp_path, *rows))
    assert (found.impressions.tolist(), found.clicks.tolist()) == ([1500], [17])
    assert (found.reading.merged, found.reading.imageless) == (1, 1)


def test_the_test_of_two_proportions_is_that_of_a_table(tmp_path: Path) -> None:
    found = read_experiments(write(tmp_path, "a,2014-02-01,x,One,l,3000,60", "a,2014-02-01,x,Two,l,2500,81"))
    table = [[60, 2940], [81, 2419]]
    assert pairs_of(found).p[0] == pytest.approx(chi2_contingency(table, correction=False).pvalue, rel=1e-9)


def test_a_gzipped_file_with_the_archives_own_column_names_is_read(tmp_path: Path) -> None:
    path = tmp_path / "archive.csv.gz"
    text = (
        ",created_at,clickability_test_id,excerpt,headline,eyecatcher_id,impressions,clicks\n"
        '7,2014-11-20 06:43:16.005,abc,"two\nlines","A ""headline""",img,3000,12\n'
    )
    path.write_bytes(gzip.compress(text.encode()))
    found = read_experiments(path)
    assert (found.tests, found.headlines, found.days[0]) == (("abc",), ('A "headline"',), np.datetime64("2014-11-20"))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("a,2014-02-01,x,One,l,many,5", "line 3, column impressions: 'many' is no count"),
        ("a,2014-02-01,x,One,l,100,-5", "line 3, column clicks: '-5' is no count"),
        ("a,2014-02-01,x,One,l,100,500", "line 3: 500 clicks of 100 impressions"),
        ("a,2014-02-01,x,One,l,0,0", "line 3: 0 clicks of 0 impressions"),
        ("a,yesterday,x,One,l,100,5", "line 3, column created: 'yesterday' is no day"),
        ("a,2014-02-01,x,,l,100,5", "line 3, column headline: it is empty"),
        ("a,2014-02-01,x,One,l,100", "line 3: 6 values; expected 7"),
        ('a,2014-02-01,x,"One,l,100,5', "cannot be read"),
    ],
)
def test_a_bad_row_is_named_with_its_line_and_column(tmp_path: Path, row: str, said: str) -> None:
    path = write(tmp_path, "a,2014-02-01,x,Zero,l,100,5", row)
    with pytest.raises(DataError, match="expected") as error:
        read_experiments(path)
    assert said in str(error.value)
    assert str(path) in str(error.value)


def test_a_file_that_is_no_table_of_experiments_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"line 1: there is no column eyecatcher_id"):
        read_experiments(write(tmp_path, header="test_id,created,headline,impressions,clicks"))
    with pytest.raises(DataError, match="cannot be read"):
        read_experiments(tmp_path / "nowhere.csv")
    broken = tmp_path / "broken.csv.gz"
    broken.write_bytes(gzip.compress(HEADER.encode() * 100)[:60])
    with pytest.raises(DataError, match="cannot be read"):
        read_experiments(broken)


# Splitting.


def test_no_test_headline_or_image_stands_on_both_sides_of_a_split(tmp_path: Path) -> None:
    rows = planted_rows(40)
    for test in range(0, 30, 3):  # the headline of one test comes back in the next, in other letters
        cells = rows[4 * test].split(",")
        rows.append(f"1t{test + 1},2014-03-01,1i{test + 1},{cells[3].upper()},l,3000,30")
    for test in range(1, 30, 3):  # the image of one test comes back in the next
        rows.append(f"1t{test + 1},2014-03-01,1i{test},Another Headline {test},l,3000,30")
    found = read_experiments(write(tmp_path, *rows))
    folds = grouped_split(found, folds=5, seed=3).folds
    for values in (found.tests, found.images, tuple(headline.casefold() for headline in found.headlines)):
        sides: dict[str, set[int]] = {}
        for value, fold in zip(values, folds.tolist(), strict=True):
            sides.setdefault(value, set()).add(fold)
        assert all(len(side) == 1 for side in sides.values())
    assert len(set(components_of(found).tolist())) == 20  # ten chains of three tests, and ten tests alone
    assert set(folds.tolist()) == {0, 1, 2, 3, 4}


def test_a_forward_split_learns_from_earlier_tests_and_not_from_those_tied_to_later_ones(tmp_path: Path) -> None:
    rows = planted_rows(40)
    rows.append(f"1t39,2014-02-10,1i39,{rows[0].split(',')[3]},l,3000,30")  # the first headline comes back at the end
    found = read_experiments(write(tmp_path, *rows))
    split = forward_split(found, folds=5, seed=7)
    held = np.isin(split.folds, split.held)
    learned = ~held & (split.folds != UNUSED)
    assert found.days[learned].max() < found.days[held & (np.array(found.tests) != "1t39")].min()
    first = np.array(found.tests) == "1t0"
    assert (split.folds[first] == UNUSED).all()


def test_what_a_training_file_shares_with_the_scored_one_is_left_out(tmp_path: Path) -> None:
    scored = planted(20)
    more = planted_rows(30, seed=2)
    more[0] = more[0].replace(more[0].split(",")[3], scored.headlines[5].upper())
    training = read_experiments(write(tmp_path, *more))
    joined, split, left_out = trained_elsewhere(training, scored, folds=5, seed=7)
    assert left_out == 4  # the whole test, not only its headline
    assert "2t0" not in joined.tests
    held = np.isin(split.folds, split.held)
    assert {test for test, own in zip(joined.tests, held, strict=True) if own} == set(scored.tests)
    assert len(set(joined.cells.tolist())) == 49


# The scorer.


def test_a_planted_signal_is_learned_and_the_floors_stay_below() -> None:
    found = planted_study()
    assert bar(found, "scorer") > 0.9
    assert bar(found, "scorer, forward in time") > 0.85
    assert bar(found, "scorer") > bar(found, "longer wins")
    assert bar(found, "scorer") <= found.ceiling + 0.03


def test_where_nothing_is_planted_nothing_is_learned_but_a_random_split_believes_it_is() -> None:
    found = study(planted(tests=120, seed=5, effect=0.0), source="noise.csv", embedder="hashing", alpha=0.6)
    scorer = next(own for own in found.bars if own.name == "scorer")
    assert scorer.accuracy.low < 0.5 < scorer.accuracy.high
    leaking = next(own for own in found.bars if own.name == "TF-IDF, leaking")
    assert leaking.accuracy.low > 0.5


def test_the_same_seed_gives_the_same_scores_and_another_gives_other_folds() -> None:
    design = design_of(planted(40), embedder="hashing")
    one, other = (predict(design, grouped_split(design.experiments, folds=5, seed=7), SETTINGS[:1]) for _ in range(2))
    assert np.array_equal(one.chances, other.chances)
    third = predict(design, grouped_split(design.experiments, folds=5, seed=8), SETTINGS[:1])
    assert not np.array_equal(one.chances, third.chances)


def test_what_is_held_teaches_nothing() -> None:
    experiments = planted(40)
    split = grouped_split(experiments, folds=5, seed=7)
    held = split.folds == 2
    turned = Experiments(
        **{**vars(experiments), "clicks": np.where(held, experiments.clicks[::-1], experiments.clicks)}
    )
    one, other = (
        predict(design_of(own, embedder="hashing", alpha=1.0), split, SETTINGS[:2]).scores
        for own in (experiments, turned)
    )
    assert np.array_equal(one[held], other[held])
    assert not np.array_equal(one[~held], other[~held])


def test_a_fitted_scorer_scores_headlines_it_never_saw() -> None:
    scorer = fit(planted(), embedder="hashing")
    plain, asking = "See How The comet sleeps in a cave.", "Do You Know How The comet sleeps in a cave?"
    assert scorer.score([plain, asking]).shape == (2,)
    assert scorer.score([asking])[0] > scorer.score([plain])[0]
    chance = scorer.chance([asking, plain], [plain, asking])
    assert chance[0] > 0.8
    assert chance.sum() == pytest.approx(1.0)


def test_too_little_to_learn_from_is_said(tmp_path: Path) -> None:
    found = read_experiments(write(tmp_path, "a,2014-02-01,x,One,l,1000,10", "a,2014-02-01,x,Two,l,1000,50"))
    with pytest.raises(DataError, match="too few to learn from"):
        fit(found, embedder="hashing")
    with pytest.raises(DataError, match=r"differ at p < 0\.05"):
        study(found, source="tiny.csv", embedder="hashing")


def test_style_rests_on_its_own_headline_alone() -> None:
    table = style_of(["What Did She Say? You'll Never Guess.", "", "WHAT “A” Day…"])
    assert table.shape == (3, len(NAMES))
    assert np.array_equal(table[1], style_of([""])[0])
    told = dict(zip(NAMES, table[0].tolist(), strict=True))
    assert (told["?"], told["sentences"], told["she"], told["you"], told["negation"]) == (1, 2, 1, 1, 1)
    told = dict(zip(NAMES, table[2].tolist(), strict=True))
    assert (told["quotes"], told["ellipsis"], told["capitals"]) == (1, 1, 1)


# Figures.


def test_longer_wins_counts_a_tie_as_half(tmp_path: Path) -> None:
    rows = ("a,2014-02-01,x,AAA,l,1000,10", "a,2014-02-01,x,BBBB,l,1000,50", "a,2014-02-01,x,CCC,l,1000,90")
    found = read_experiments(write(tmp_path, *rows))
    pairs = pairs_of(found)
    right = correctness(chance_longer(found, pairs), pairs.z > 0)
    assert right.tolist() == [1.0, 0.5, 0.0]  # A against B, A against C, B against C


def test_the_interval_is_clustered_by_test() -> None:
    found = planted_study()
    own = next(each for each in found.bars if each.name == "longer wins").accuracy
    assert own.clusters == found.clear_tests < own.n == found.clear


def test_the_ceiling_is_what_the_true_rates_score_in_a_simulation() -> None:
    rng = np.random.default_rng(3)
    cells, arms, spread = 3000, 4, 0.25
    truth = rng.normal(-4.0, 0.3, size=(cells, 1)) + rng.normal(0, spread, size=(cells, arms))
    clicks = rng.binomial(3000, 1 / (1 + np.exp(-truth))).ravel()
    names = [str(cell).zfill(5) for cell in np.repeat(np.arange(cells), arms)]
    whole = planted(40)
    made = Experiments(
        tests=tuple(names),
        images=tuple(names),
        headlines=tuple(map(str, range(cells * arms))),
        days=np.full(cells * arms, np.datetime64("2014-02-01")),
        impressions=np.full(cells * arms, 3000),
        clicks=clicks.astype(np.int64),
        cells=np.repeat(np.arange(cells), arms),
        reading=whole.reading,
    )
    variance = true_variance(made)
    assert variance == pytest.approx(spread**2, rel=0.05)
    pairs = pairs_of(made)
    better = truth.ravel()[pairs.first] > truth.ravel()[pairs.second]
    for low, high in ((0.0, 0.05), (0.05, 0.2), (0.2, 1.0)):
        own = (pairs.p >= low) & (pairs.p < high) & (pairs.z != 0)
        scored = float((better == (pairs.z > 0))[own].mean())
        assert chance_winner_is_better(made, pairs.keep(own), variance).mean() == pytest.approx(scored, abs=0.012)


def test_chances_that_come_true_have_no_calibration_error_and_bold_ones_have() -> None:
    rng = np.random.default_rng(4)
    chances = rng.uniform(0, 1, 20000)
    won = rng.uniform(0, 1, 20000) < chances
    clusters = [str(at) for at in range(20000)]
    assert expected_error(calibration_bins(chances, won, clusters)) < 0.015
    bold = np.where(chances > 0.5, 0.99, 0.01)
    bins = calibration_bins(bold, won, clusters)
    assert len(bins) == 1
    assert expected_error(bins) == pytest.approx(0.24, abs=0.02)


def test_a_random_split_deals_pairs_evenly() -> None:
    pairs = pairs_of(planted(40))
    assert np.ptp(np.bincount(folds_at_random(pairs, folds=5, seed=7))) <= 1


# A judge.


def test_any_judge_is_measured_on_the_same_pairs_beside_the_floor() -> None:
    found = planted_study()
    asked: list[Pair] = []

    def asks(pairs: Sequence[Pair]) -> list[float | None]:
        asked.extend(pairs)
        points = [("?" in pair.first) - ("?" in pair.second) for pair in pairs]
        return [None if at == 0 else 0.5 + 0.5 * point for at, point in enumerate(points)]

    own = judged(found, asks, name="question mark", limit=40, seed=7)
    assert (own.asked, own.invalid, own.accuracy.n, own.longer.n, own.scorer.n) == (40, 1, 39, 39, 39)
    assert own.accuracy.estimate > 0.6
    assert own.over_longer.estimate == pytest.approx(own.accuracy.estimate - own.longer.estimate)
    assert len({pair.group for pair in asked}) == 40  # tests before pairs of one test


# The command and its page.


def test_the_command_prints_tables_json_and_a_page(tmp_path: Path) -> None:
    data = write(tmp_path, *planted_rows(60))
    page = tmp_path / "page.html"
    shown = SHELL.invoke(app, ["--data", str(data), "--embedder", "hashing", "--html", str(page), "--json"])
    assert shown.exit_code == 0, shown.output
    rows = json.loads(shown.stdout)
    assert {row["table"] for row in rows} == {"data", "accuracy", "band", "calibration"}
    assert [row["name"] for row in rows if row["table"] == "accuracy"] == [
        "scorer", "scorer, forward in time", "longer wins", "style alone", "TF-IDF", "TF-IDF, leaking",
    ]  # fmt: skip
    text = page.read_text(encoding="utf-8")
    assert "default-src &#39;none&#39;" in text
    assert "Noise ceiling" in text
    assert 'class="whisker"' in text
    assert "http" not in text.replace("http-equiv", "")


def test_a_training_file_takes_the_place_of_the_folds(tmp_path: Path) -> None:
    data = write(tmp_path, *planted_rows(20))
    train = write(tmp_path, *planted_rows(60, seed=2), name="train.csv")
    shown = SHELL.invoke(app, ["--data", str(data), "--train", str(train), "--embedder", "hashing", "--json"])
    assert shown.exit_code == 0, shown.output
    rows = json.loads(shown.stdout)
    assert rows[0]["trained_on"] == "train.csv"
    assert rows[0]["tests"] == 20
    scorer = next(row for row in rows if row["table"] == "accuracy")
    assert scorer["estimate"] > 0.85


def test_a_page_shows_hostile_text_as_text() -> None:
    found = planted_study()
    text = render_study(HeadlineStudy(**{**vars(found), "source": "<script>alert(1)</script>"}))
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


@pytest.mark.parametrize(("options", "said"), [(["--alpha", "0"], "--alpha"), (["--limit", "5"], "--judge")])
def test_options_that_cannot_be_are_refused(tmp_path: Path, options: list[str], said: str) -> None:
    data = write(tmp_path, *planted_rows(5))
    shown = SHELL.invoke(app, ["--data", str(data), *options])
    assert said in str(shown.exception)
