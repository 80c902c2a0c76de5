"""The gate: no figure passes without its source."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.chat.figures import Evidence
from assistant.chat.labels import overlap
from assistant.chat.sentences import SentenceSplitter, sentences_of
from assistant.records import Unit
from assistant.records.chat import Figure, ToolResult


def figure(source: str, shown: str, amount: float, unit: Unit, label: str, subject: str, role: str = "value") -> Figure:
    return Figure.model_validate(
        {"source": source, "role": role, "shown": shown, "amount": amount, "unit": unit, "label": label,
         "subject": subject, "says": f"{label}: {shown}."}
    )  # fmt: skip


FIGURES = (
    figure("S2.F01", "812 customers", 812, Unit.CUSTOMERS, "customers in the segment", "S2"),
    figure("S2.F02", "33%", 0.3287, Unit.SHARE, "share of all customers", "S2"),
    figure("S2.F03", "41%", 0.41, Unit.SHARE, "share of all spend", "S2"),
    figure("S2.F07", "$31.20", 3120.4, Unit.MONEY, "spend per order", "S2"),
    figure("S2.F07", "$28.10", 2810.0, Unit.MONEY, "spend per order", "S2", "others"),
    figure("S2.F07", "1.1", 1.11, Unit.RATIO, "spend per order", "S2", "ratio"),
    figure("S2.F08", "$1,861.50", 186_150, Unit.MONEY, "spend", "S2"),
    figure("S2.F09", "4.2 orders", 4.2, Unit.ORDERS, "orders in the last 90 days", "S2"),
    figure("S2.F11", "2.0", 2.01, Unit.RATIO, "time since the last order in usual gaps", "S2", "ratio"),
    figure("S2.F12", "-0.07", -0.07, Unit.RATIO, "change of spend in the last quarter", "S2"),
    figure("list#1", "1,204 customers", 1204, Unit.CUSTOMERS, "customers in the segment", "S1"),
    figure("S1.F07", "$52.00", 5200.0, Unit.MONEY, "spend per order", "S1"),
    figure("S2.F13", "25%", 0.25, Unit.SHARE, "share of orders with a coupon", "S2"),
    figure("S2.F13", "6.3%", 0.063, Unit.SHARE, "share of orders with a coupon", "S2", "others"),
    figure("S1.F13", "4.6%", 0.046, Unit.SHARE, "share of orders with a coupon", "S1"),
    figure("S2.F05", "18.8 days", 18.8, Unit.DAYS, "days since the last order", "S2"),
    figure("count#1", "83%", 0.83, Unit.SHARE, "share of all customers who ordered lately", ""),
    figure("piece:deadline", "January 31", 0, Unit.COUNT, "deadline", "S2"),
    figure("piece:code", "JANUARY15", 0, Unit.COUNT, "code", "S2"),
)


@pytest.fixture
def evidence() -> Evidence:
    made = Evidence({"S1": "Big baskets", "S2": "Coupon fans"})
    made.add(ToolResult(call="c#1", tool="c", figures=FIGURES, notes=("Coke 12 pk", "7UP"), subjects=("S2",)))
    return made


@pytest.mark.parametrize(
    ("sentence", "sources"),
    [
        ("S2 has 812 customers.", ["S2.F01"]),
        ("Coupon fans have 812 shoppers.", ["S2.F01"]),
        ("They make up 33% of all customers, with 41% of spend.", ["S2.F02", "S2.F03"]),
        ("They spend $31.20 per order, against $28.10 for others.", ["S2.F07", "S2.F07"]),
        ("That is 1.1 times the spend per order of others.", ["S2.F07"]),
        ("The time since their last order is twice that of others in usual gaps.", ["S2.F11"]),
        ("They placed 4.2 orders in the last 90 days.", ["S2.F09"]),
        ("Change of spend in the last quarter: -0.07.", ["S2.F12"]),
        ("S1 has 1,204 customers and S2 has 812.", ["list#1", "S2.F01"]),
        ("Eight hundred twelve customers are in S2.", ["S2.F01"]),
        ("S2有812位顾客。", ["S2.F01"]),
        ("Use JANUARY15 until January 31.", ["piece:code", "piece:deadline"]),
        ("The offer ends on 31 January.", ["piece:deadline"]),
        ("优惠截止到 1 月 31 日。", ["piece:deadline"]),
        ("S2 uses a coupon in 25% of orders, whereas S1 does so in 4.6%.", ["S2.F13", "S1.F13"]),
        ("S1 and S2 use a coupon in 4.6% and 25% of their orders.", ["S1.F13", "S2.F13"]),
        ("25% of S2's orders have a coupon, against 6.3% for other customers.", ["S2.F13", "S2.F13"]),
        ("They last ordered 18.8 days ago.", ["S2.F05"]),
        ("S2 spends $31.20 per order [S2.F07].", ["S2.F07"]),
    ],
)
def test_a_figure_that_a_tool_gave_passes_with_its_source(
    evidence: Evidence, sentence: str, sources: list[str]
) -> None:
    bound = evidence.bind(sentence, "zh" if "有" in sentence else "en", before=("S2",))
    assert bound.reason == ""
    assert [own.source for own in bound.figures] == sources
    assert not bound.corrected
    assert "[S2" not in bound.text


@pytest.mark.parametrize(
    "sentence",
    [
        "S1 has 812 customers.",  # another segment's
        "S2 has 8,120 customers in all of its stores.",
        "Sales of S2 grew 37% last year.",
        "S2 will spend $31.50 per order next year.",
        "Their spend doubled.",
        "Half of them come back.",
        "Three in ten S2 customers churn.",
        "S2 has about 0.8 thousand lapsed members a year.",
        "The offer ends on March 3.",
        "The offer ends on January 3.",
        "Use ANUARY15 at the till.",
        "Use SAVE20 at the till.",
        "Call 555-0199 for more.",
        "S2 一半的顾客会流失。",
        "他们的销售额增长了三成。",
        "I would send 3 mails.",
        "S1 has 812 customers and S2 has 1,204.",  # each has the other's
        "S1 redeems coupons in 25% of orders, whereas S2 does so in only 4.6%.",
        "They use a coupon in 6.3% of their orders, more than everyone else.",  # the others' number
        "S2 makes up 83% of the group.",  # the shop's number
        "S2 orders every 18.8 days.",  # the days since the last one
        "Coupon fans spend $31.20 a month.",
        "Orders of S2 grew by 25%.",
        "这个细分的订单同比增长 25%。",
        "两周内给他们发三封邮件。",
        "S2 has 90 customers.",  # the number of a label, of something else
        "Write to anna@example.com.",
    ],
)
def test_a_figure_that_no_tool_gave_is_kept_back(evidence: Evidence, sentence: str) -> None:
    bound = evidence.bind(sentence, "zh" if any("\u4e00" <= sign <= "\u9fff" for sign in sentence) else "en", ("S2",))
    assert bound.reason, bound.text
    assert not bound.figures
    # The reason does not say the figure either.
    assert not any(sign.isdigit() for sign in bound.reason)


@pytest.mark.parametrize(
    ("sentence", "right"),
    [
        ("Their spend per order is about $31.", "Their spend per order is $31.20."),
        ("There are 815 customers in the segment S2.", "There are 812 customers in the segment S2."),
        ("S2 has a spend per order of $13.20.", "S2 has a spend per order of $31.20."),
        ("S1 has a spend per order of $31.20.", "S1 has a spend per order of $52.00."),
        ("They make up 32% of spend.", "They make up 41% of spend."),
        ("They make up 41% of your customers.", "They make up 33% of your customers."),
    ],
)
def test_a_wrong_number_under_a_plain_label_is_put_right(evidence: Evidence, sentence: str, right: str) -> None:
    bound = evidence.bind(sentence, "en", before=("S2",))
    assert (bound.text, bound.corrected, bound.reason) == (right, True, "")


def test_names_of_the_data_hold_digits_that_are_no_figures(evidence: Evidence) -> None:
    bound = evidence.bind("S2 buys Coke 12 pk and S1 does not.", "en")
    assert bound.text == "S2 buys Coke 12 pk and S1 does not."
    assert not bound.figures


def test_a_figure_of_one_product_is_none_of_another(evidence: Evidence) -> None:
    eggs, tomatoes = (
        figure(
            "recommend#2", f"{count} customers", count, Unit.CUSTOMERS, f"customers on whose lists {name} stands", "S1"
        )
        for count, name in ((213, "Large eggs"), (113, "Tomatoes on the vine"))
    )
    found = ToolResult(call="recommend#2", tool="recommend", figures=(eggs, tomatoes),
                       notes=("Large eggs", "Tomatoes on the vine"), subjects=("S1",))  # fmt: skip
    evidence.add(found)
    assert evidence.bind("Tomatoes on the vine: on the lists of 113 customers of S1.", "en").figures == (tomatoes,)
    wrong = evidence.bind("Tomatoes on the vine: on the lists of 213 customers of S1.", "en")
    assert wrong.reason or wrong.figures == (tomatoes,)


def test_the_id_of_a_call_is_no_figure(evidence: Evidence) -> None:
    assert evidence.bind("Found by count_customers#2 for you.", "en").text == "Found by count_customers#2 for you."


def test_a_short_name_lets_no_figure_of_its_digits_through(evidence: Evidence) -> None:
    evidence.add(ToolResult(call="c#2", tool="c", notes=("900",), subjects=("S2",)))
    assert evidence.bind("S2 has 900 customers who left.", "en").reason
    assert evidence.bind("S2 lost 900 of them.", "en").reason


def test_without_any_tool_no_figure_passes() -> None:
    assert Evidence().bind("You have 5,000 customers.", "en").reason.endswith("no tool was asked")
    assert Evidence().bind("Which segment do you mean?", "en").reason == ""


@given(st.integers(min_value=2, max_value=10**7))
@settings(max_examples=60)
def test_any_other_number_of_customers_is_kept_back_or_put_right(number: int) -> None:
    evidence = Evidence({"S1": "Big baskets", "S2": "Coupon fans"})
    evidence.add(ToolResult(call="c#1", tool="c", figures=FIGURES, subjects=("S2",)))
    for said in (f"{number:,}", str(number)):
        bound = evidence.bind(f"S2 has {said} customers.", "en")
        assert bound.reason or bound.text in (f"S2 has {said} customers.", "S2 has 812 customers.")
        assert (not bound.reason and not bound.corrected) == (number == 812)


@given(st.text(max_size=120))
@settings(max_examples=80)
def test_any_text_is_held_and_never_raises(text: str) -> None:
    evidence = Evidence({"S2": "Coupon fans"})
    evidence.add(ToolResult(call="c#1", tool="c", figures=FIGURES, notes=("Coke 12 pk",)))
    for language in ("en", "zh"):
        evidence.bind(text, language)  # type: ignore[arg-type]


TEXT = "Hello there. S2 has 3.5 orders, i.e. few. 他们有812位顾客。好\n1. First item\n2. Second: $31.20.\nEnd"


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_sentences_are_the_same_however_a_text_comes(size: int) -> None:
    splitter = SentenceSplitter()
    found = [one for at in range(0, len(TEXT), size) for one in splitter.feed(TEXT[at : at + size])]
    assert [*found, *splitter.rest()] == sentences_of(TEXT)
    assert "S2 has 3.5 orders, i.e." in sentences_of(TEXT)
    assert sentences_of(TEXT)[-4:] == ["好", "1. First item", "2. Second: $31.20.", "End"]


def test_a_label_is_told_by_its_words_in_any_form() -> None:
    assert overlap("days between orders", "They order every 6 days, between two orders") == 1.0
    assert overlap("spend per order", "They come in on weekdays") == 0.0
    assert overlap("spend per order", "Each visit brings") == 0.5
    assert overlap("客单价", "S2的客单价是多少") == 1.0
