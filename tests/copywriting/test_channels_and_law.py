"""Channels as data, facts as languages write them, elements that can be told apart, and the law."""

import datetime as dt
import itertools
from collections import Counter

import numpy as np
import pytest
from copy_fixtures import brief, frame, slots
from hypothesis import given
from hypothesis import strategies as st

from assistant.copywriting import CHANNELS, control_piece, elements_of, known_markets
from assistant.copywriting.channels import line_named, sms_parts
from assistant.copywriting.checks import check_fields
from assistant.copywriting.checks.law import demands_of
from assistant.copywriting.languages import date_in, language_of, locale_of, money_in, percent_in, reading_ease
from assistant.errors import ConfigError


def test_every_channel_has_its_fields_limits_and_sources() -> None:
    assert set(CHANNELS) == {"email", "sms", "push", "google_rsa", "meta_ad", "whatsapp", "landing"}
    for channel in CHANNELS.values():
        assert channel.lines
        for limit in channel.fields:
            assert limit.source
            assert limit.aim[0] <= limit.aim[1] <= limit.at_most
        for line in channel.lines:
            assert line_named(line).needs


def test_double_byte_signs_count_twice_in_an_advert() -> None:
    assert CHANNELS["google_rsa"].length("新鲜面包 ab") == 4 * 2 + 3
    assert CHANNELS["email"].length("新鲜面包 ab") == 7


@given(st.text(alphabet="aé€😀{", max_size=400))
def test_parts_of_a_message_never_tear_a_character(text: str) -> None:
    parts = sms_parts(text)
    gsm = "😀" not in text
    size = sum((2 if sign in "€{" else 1) if gsm else len(sign.encode("utf-16-le")) // 2 for sign in text)
    single, joined = (160, 153) if gsm else (70, 67)
    assert parts == 1 if size <= single else np.ceil(size / joined) <= parts <= np.ceil(size / (joined - 1))


@pytest.mark.parametrize(
    ("language", "market", "money", "percent", "day"),
    [
        ("en", "US", "$20", "15%", "January 31"),
        ("en", "GB", "US$20", "15%", "31 January"),
        ("de", "DE", "20 $", "15 %", "31. Januar"),
        ("fr", "FR", "20 $US", "15 %", "31 janvier"),
        ("es", "ES", "20 US$", "15 %", "31 de enero"),
        ("zh", "CN", "US$20", "15%", "1月31日"),
    ],
)
def test_facts_are_written_as_a_language_writes_them(
    language: str, market: str, money: str, percent: str, day: str
) -> None:
    locale = locale_of(language, market)
    assert money_in(locale, 2000, "USD") == money
    assert percent_in(locale, 15) == percent
    assert date_in(locale, dt.date(2018, 1, 31)) == day
    assert money_in(locale, 500, "JPY").count("500") == 1


LEVELS = {"forms": ("statement", "question"), "openings": ("reason", "product"), "calls": ("look", "buy")}


def test_effects_of_the_elements_can_be_told_apart() -> None:
    angles = ("thrift", "ease", "treat")
    made = [elements_of(angle, at, block, **LEVELS) for block in range(16) for at, angle in enumerate(angles)]
    columns = [[1.0] * len(made)]
    for name, levels in (
        ("motive", angles[1:]),
        ("form", ["question"]),
        ("opening", ["product"]),
        ("call_to_action", ["buy"]),
    ):
        columns += [[float(getattr(each, name) == level) for each in made] for level in levels]
    design = np.array(columns).T
    assert np.linalg.matrix_rank(design) == design.shape[1]
    # No element goes with another one, or with a motive, more than with the rest.
    correlations = np.corrcoef(design[:, 1:], rowvar=False)
    own = {(0, 1), (1, 0)}  # two motives exclude each other
    for one, other in itertools.combinations(range(design.shape[1] - 1), 2):
        if (one, other) not in own:
            assert abs(correlations[one, other]) < 0.2, (one, other)


def test_every_level_comes_as_often_as_any_other() -> None:
    made = [elements_of("ease", at, block, **LEVELS) for block in range(8) for at in range(8)]
    for name in ("form", "opening", "call_to_action"):
        assert set(Counter(getattr(each, name) for each in made).values()) == {32}


def test_a_market_demands_what_its_law_demands() -> None:
    assert demands_of("US", "email") == ("sender", "address", "opt_out")
    assert demands_of("US", "google_rsa") == ()
    assert {"US", "GB", "DE", "FR", "ES", "CN", "CA"} <= set(known_markets())
    with pytest.raises(ConfigError, match="no market 'ZZ'"):
        demands_of("ZZ", "email")


@pytest.mark.parametrize("market", known_markets())
@pytest.mark.parametrize("channel", ["email", "sms", "whatsapp"])
def test_a_control_meets_the_law_of_every_market(market: str, channel: str) -> None:
    order = brief(market=market)
    assert control_piece(order, frame(channel, market=market)).status == "ready"


def test_without_a_way_out_a_piece_needs_review() -> None:
    held = slots(opt_out="")
    piece = control_piece(brief(opt_out=""), frame("sms", slots=held))
    assert any(reason.startswith("missing_opt_out") for reason in piece.reasons)
    assert "opt out" not in piece.fields[0].text


def test_headlines_that_say_the_same_are_found() -> None:
    context = frame("google_rsa", slots=slots(personal=False)).context("")
    assert check_fields({"headline_1": "Milk for less", "headline_2": "More milk"}, context) == ()
    (found,) = check_fields({"headline_1": "Milk for less", "headline_2": "milk, for less!"}, context)
    assert found.check == "headline"


LONG = "The baker opens early and the shop smells of bread. People come in, take what they like and go home. "


def test_reading_ease_is_told_of_long_text_alone() -> None:
    assert reading_ease("Short.", "en") is None
    easy, hard = LONG * 6, "Multidimensional characterisations notwithstanding, implementation necessitates. " * 20
    assert (reading_ease(easy, "en") or 0) > 70
    assert (reading_ease(hard, "en") or 0) < 0


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The bread is ready when you are, come and see it.", "en"),
        ("Das Brot liegt bereit, komm vorbei und nimm es mit.", "de"),
        ("El pan está listo, pásate por la tienda cuando quieras.", "es"),
        ("Le pain est prêt, passez à la boutique quand vous voulez.", "fr"),
        ("面包准备好了，欢迎光临。", "zh"),
        ("Bread", ""),
    ],
)
def test_a_language_is_told_where_there_is_enough_to_tell_it(text: str, language: str) -> None:
    assert language_of(text) == language
