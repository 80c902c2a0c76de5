"""What may not leave: every planted value in any disguise, and nothing of what the product says of itself."""

import json
import string
import tomllib
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from gateways import gateway_to
from hypothesis import given
from hypothesis import strategies as st

from assistant.data import Tables
from assistant.llm import ContactValues, ContactValuesBuilder, Guard, Journal
from assistant.llm.guard import explain
from assistant.records import Message, Request, Tool, ToolCall

PROMPTS = Path(__file__).parents[2] / "prompts"
PEOPLE = (("Mary-Ann", "O’Neil"), ("José", "García López"), ("小明", "王"), ("Ulf", "van der Berg"))
EMAILS = ("mary.oneil@example.com", "jose+shop@example.org")
PHONES = ("+1 (555) 010-4477", "030/1234567", "0151 23456789")
ADDRESSES = ("12 Mill Lane Apt 4, Springfield", "Lange Straße 5, 10117 Berlin")
ASKED = ToolCall(id="1", name="x", arguments='{"q": "%s"}')
IDS = ("CUST-000123", "778812", "a1b2c3d4")


@pytest.fixture(scope="module")
def values() -> ContactValues:
    builder = ContactValuesBuilder()
    builder.add_names(*zip(*PEOPLE, strict=True))
    for kind, told in (("email", EMAILS), ("phone", PHONES), ("address", ADDRESSES), ("id", (*IDS, "77", "12345"))):
        builder.add(kind, told)
    return builder.build()


@pytest.fixture(scope="module")
def guard(values: ContactValues) -> Guard:
    return Guard(values)


def request(text: str, **settings: object) -> Request:
    told = {"key": "a", "messages": (Message(role="user", content=text),), "prompt": "p", "prompt_hash": ""}
    return Request.model_validate({**told, **settings})


def kinds(guard: Guard, text: str) -> set[str]:
    return {finding.kind for finding in guard.findings(request(text))}


disguises: tuple[Callable[[str], str], ...] = (
    str,
    str.upper,
    str.lower,
    lambda text: text.replace(" ", "  "),
    lambda text: text.replace(" ", "\n"),
    lambda text: unicodedata.normalize("NFD", text),
    lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
    lambda text: json.dumps({"x": text}),
    lambda text: text[0] + "\u200b" + text[1:],
    lambda text: f"**{text}**",
    lambda text: f"({text})'s",
)
around = st.text(alphabet=string.ascii_letters + " .,;:!?\n", max_size=40)


@given(st.sampled_from(PEOPLE), st.sampled_from(disguises), st.booleans(), around, around)
def test_a_full_name_is_found_in_either_order(
    guard: Guard, person: tuple[str, str], disguise: Callable[[str], str], turned: bool, before: str, after: str
) -> None:
    first, last = person
    text = disguise(f"{last}, {first}" if turned else f"{first} {last}")
    assert "name" in kinds(guard, f"{before} {text} {after}")


@given(st.sampled_from([*EMAILS, *ADDRESSES, *IDS]), st.sampled_from(disguises), around, around)
def test_a_contact_value_is_found(
    guard: Guard, value: str, disguise: Callable[[str], str], before: str, after: str
) -> None:
    assert kinds(guard, f"{before} {disguise(value)} {after}")


@given(st.sampled_from(PHONES), st.sampled_from(["", " ", "-", ".", "/"]), around, around)
def test_a_number_is_found_however_it_is_grouped(
    guard: Guard, phone: str, between: str, before: str, after: str
) -> None:
    digits = [sign for sign in phone if sign.isdigit()]
    groups = [digits[:3], digits[3:6], digits[6:]]
    text = between.join("".join(group) for group in groups)
    assert "phone" in kinds(guard, f"{before} {text} {after}")


@pytest.mark.parametrize(
    "text",
    [
        "jo (at) example (dot) net", "Jo <jo@example.net>", "jo @ example.net", "jo%40example.net",
        "call +49 30 9876543", "555-010-9988", "(555) 010 9988", "99 Some Street", "Hauptstrasse 17",
        "7 customers bought it", "three loyal shoppers", "12 of our customers", "only nine people",
    ],
)  # fmt: skip
def test_what_looks_like_a_persons_is_stopped_though_nobody_knows_it(text: str) -> None:
    assert kinds(Guard(), text)


@pytest.mark.parametrize(
    "text",
    [
        "1,469,307 order lines of 2,469 households in 2017", "from 2018-01-02 to 2018-01-31, at 20:15",
        "$31.20 an order, 18% more than others; 6 days", "use {offer.discount} by {offer.deadline}",
        "Mary bought milk", "20 customers", "25 households", "sha256:0", "copy/subject@1", "2 items, 3 orders",
        "77 and 12345 are no ids", "Mill Lane Foods", "1,234,567", "order 3 apples for two",
    ],
)  # fmt: skip
def test_what_is_nobodys_passes(guard: Guard, text: str) -> None:
    assert not guard.findings(request(text))


def test_the_products_own_prompts_pass(guard: Guard) -> None:
    for path in sorted(PROMPTS.rglob("*.toml")):
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        texts = [
            told["system"],
            told["user"],
            *(shot[side] for shot in told.get("shots", ()) for side in shot if side != "tags"),
        ]
        for text in texts:
            assert not guard.findings(request(text)), path


def test_real_product_names_pass(guard: Guard, journey: Tables) -> None:
    names = journey.products.select("name").distinct().execute()["name"]
    assert len(names) > 1000
    assert not [name for name in names if guard.findings(request(str(name)))]


@pytest.mark.parametrize(
    "where",
    [
        {"messages": (Message(role="assistant", content="", tool_calls=(ASKED,)),)},
        {"messages": (Message(role="tool", content="%s", tool_call_id="1"),)},
        {"tools": (Tool(name="x", description="%s"),)},
        {"tools": (Tool(name="x", parameters='{"enum": ["%s"]}'),)},
        {"json_schema": '{"enum": ["%s"]}'},
        {"grammar": 'root ::= "%s"'},
        {"stop": ("%s",)},
    ],
)  # fmt: skip
def test_every_text_of_a_request_is_looked_at(guard: Guard, where: dict[str, object]) -> None:
    clean = request("hello", **where)
    planted = Request.model_validate_json(clean.model_dump_json().replace("%s", EMAILS[0]))
    assert not guard.findings(clean)
    assert guard.findings(planted)


def test_a_small_group_is_stopped_by_its_size() -> None:
    assert Guard(min_group_size=20).findings(request("they buy milk", smallest_group=19))
    assert not Guard(min_group_size=20).findings(request("they buy milk", smallest_group=20))


def test_what_is_allowed_passes_and_nothing_beside_it(values: ContactValues) -> None:
    guard = Guard(values, allow=("mary.oneil@EXAMPLE.com",))
    assert not guard.findings(request(f"write to {EMAILS[0]}"))
    assert guard.findings(request(f"write to {EMAILS[0]} or {EMAILS[1]}"))


def test_a_refusal_never_says_what_was_found(guard: Guard) -> None:
    for value in (*EMAILS, *PHONES, *ADDRESSES, *IDS, *(" ".join(person) for person in PEOPLE)):
        told = explain(guard.findings(request(f"about {value}")))
        assert "guard_allow" in told
        assert value.lower() not in told.lower()
        assert not [word for word in value.replace("@", " ").split() if len(word) > 5 and word in told]


def test_values_are_the_same_when_they_are_read_again(values: ContactValues, tmp_path: Path) -> None:
    values.save(tmp_path)
    again = Guard(ContactValues.load(tmp_path))
    assert kinds(again, f"{EMAILS[0]} {IDS[1]}") == {"email", "id"}


def test_a_refused_request_is_not_sent_and_its_text_is_not_kept(
    chat_server: object, guard: Guard, tmp_path: Path, ask_for: Callable[..., Request]
) -> None:
    name = chat_server.name  # type: ignore[attr-defined]
    path = tmp_path / "journal.sqlite"
    with Journal(path) as journal:
        gateway = gateway_to(name, tmp_path, guard=guard, journal=journal)
        requests = [ask_for("a", f"write to {EMAILS[0]}"), ask_for("b", "write to everybody")]
        outcomes = {outcome.key: outcome for outcome in gateway.complete(requests)}
        assert journal.count(status="refused") == 1
    assert (outcomes["a"].status, outcomes["b"].status) == ("refused", "ok")
    assert chat_server.prompts == ["write to everybody"]  # type: ignore[attr-defined]
    assert not [file for file in tmp_path.iterdir() if EMAILS[0].encode() in file.read_bytes()]


def test_a_guard_that_breaks_lets_nothing_out(
    chat_server: object, tmp_path: Path, ask_for: Callable[..., Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    guard = Guard()
    monkeypatch.setattr(guard, "_found", lambda text: 1 / 0)
    gateway = gateway_to(chat_server.name, tmp_path, guard=guard)  # type: ignore[attr-defined]
    (outcome,) = gateway.complete([ask_for("a")])
    assert outcome.status == "refused"
    assert chat_server.asked == []  # type: ignore[attr-defined]
