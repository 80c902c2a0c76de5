"""Settings and briefs: what may stand in them, and what is said of the rest."""

import datetime as dt
from pathlib import Path

import pytest
import tomli_w

from assistant.config import Settings, load_brief, load_settings
from assistant.errors import ConfigError

BRIEF = {
    "campaign": "spring",
    "goal": "Bring customers back in spring",
    "offer": {"kind": "percent_off", "amount": 20, "code": "SPRING"},
    "starts": dt.date(2018, 3, 1),
    "deadline": dt.date(2018, 3, 31),
    "angles": ["thrift", "family"],
    "sender": "The shop",
    "link": "https://shop.example/spring",
    "address": "1 Main Street, Springfield",
}


def refused(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_settings(path)
    assert str(path) in str(caught.value)
    return str(caught.value)


def refused_brief(path: Path, changes: dict[str, object]) -> str:
    path.write_text(tomli_w.dumps({**BRIEF, **changes}), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_brief(path)
    assert str(path) in str(caught.value)
    return str(caught.value)


def test_an_empty_file_is_all_defaults(tmp_path: Path) -> None:
    (tmp_path / "assistant.toml").write_text("")
    assert load_settings(tmp_path / "assistant.toml") == Settings()


def test_settings_survive_being_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "assistant.toml"
    path.write_text(
        '[shop]\nname = "Köttbullar & Co"\ncurrency = "SEK"\n[data]\nas_of = 2018-01-01\n', encoding="utf-8"
    )
    settings = load_settings(path)
    assert (settings.shop.name, settings.shop.currency, settings.data.as_of) == (
        "Köttbullar & Co", "SEK", dt.date(2018, 1, 1),
    )  # fmt: skip
    path.write_text(tomli_w.dumps(settings.model_dump(mode="json", exclude_none=True)), encoding="utf-8")
    assert load_settings(path) == settings


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[segments]\nkmax = 5\n", "there is no setting 'segments.kmax'; did you mean 'segments.k_max'?"),
        ("[shop]\ncurency = 'EUR'\n", "did you mean 'shop.currency'?"),
        ("[facts]\nzzz = 1\n", "known: engine"),
        ("[segments]\nk_max = 'many'\n", "segments.k_max is 'many'; input should be a valid integer"),
        ("[segments]\nk_max = 1\n", "segments.k_max is 1; input should be greater than or equal to 2"),
        ("[segments]\nmin_jaccard = 1.5\n", "segments.min_jaccard is 1.5; input should be less than or equal to 1"),
        ("[facts]\nmin_group_size = 1\n", "facts.min_group_size is 1"),
        ("[shop]\ncurrency = 'dollars'\n", "shop.currency is 'dollars'"),
        ("[data]\nas_of = 'soon'\n", "data.as_of is 'soon'"),
        ("shop = 'mine'\n", "shop is 'mine'"),
        ("[shop\nname = 1", "is not valid TOML: Expected"),
    ],
)
def test_a_mistake_is_named_with_what_was_expected(tmp_path: Path, text: str, words: str) -> None:
    assert words in refused(tmp_path / "assistant.toml", text)


def test_all_mistakes_are_named_at_once_a_line_each(tmp_path: Path) -> None:
    message = refused(tmp_path / "assistant.toml", "[segments]\nk_max = 99\nsede = 3\n[shop]\nname = ''\n")
    assert len(message.splitlines()) == 3
    assert "segments.seed" in message


def test_a_file_that_is_absent_a_folder_or_no_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml does not exist"):
        load_settings(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_settings(tmp_path)
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="is not valid TOML"):
        load_settings(tmp_path / "binary.toml")


def test_a_whole_brief_is_read(tmp_path: Path) -> None:
    path = tmp_path / "brief.toml"
    path.write_text(tomli_w.dumps(BRIEF))
    brief = load_brief(path)
    assert (brief.offer.amount, brief.deadline, brief.channels) == (20, dt.date(2018, 3, 31), ("email", "sms"))


def test_an_offer_may_end_on_the_day_it_starts(tmp_path: Path) -> None:
    path = tmp_path / "brief.toml"
    path.write_text(tomli_w.dumps({**BRIEF, "deadline": BRIEF["starts"]}))
    assert load_brief(path).deadline == dt.date(2018, 3, 1)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"deadline": dt.date(2018, 2, 28)}, "deadline is 2018-02-28, before starts (2018-03-01)"),
        (
            {"offer": {"kind": "percent_off", "amount": 101}},
            "offer.amount is 101 percent; expected a whole number from 1",
        ),
        ({"offer": {"kind": "percent_off", "amount": 0}}, "offer.amount is 0"),
        (
            {"offer": {"kind": "free", "amount": 5}},
            "offer.kind is 'free'; input should be 'percent_off' or 'amount_off'",
        ),
        ({"offer": {"kind": "amount_off"}}, "'offer.amount' is missing; add it."),
        ({"angles": ["thrift"]}, "angles is ['thrift']"),
        ({"link": "javascript:alert(1)"}, "link is 'javascript:alert(1)'"),
        ({"campaign": "../up"}, "campaign is '../up'"),
        ({"deadlin": dt.date(2018, 3, 9)}, "there is no setting 'deadlin'; did you mean 'deadline'?"),
    ],
)
def test_a_brief_that_contradicts_itself_is_refused(tmp_path: Path, changes: dict[str, object], words: str) -> None:
    assert words in refused_brief(tmp_path / "brief.toml", changes)


def test_an_amount_off_may_be_above_a_hundred(tmp_path: Path) -> None:
    path = tmp_path / "brief.toml"
    path.write_text(tomli_w.dumps({**BRIEF, "offer": {"kind": "amount_off", "amount": 500}}))
    assert load_brief(path).offer.amount == 500
