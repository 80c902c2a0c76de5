"""What a text names: ids, names, days, codes, percents, and whom a question counts."""

import pytest

from assistant.chat.chinese import label_of, metric_words, topic_of, unit_of
from assistant.chat.routing.arguments import Arguments
from assistant.chat.routing.counting import counted_after
from assistant.chat.routing.entities import Finder, Found
from assistant.chat.routing.plain import plain
from assistant.chat.routing.routes import Context, Lexicon
from assistant.chat.routing.scope import outside
from assistant.chat.routing.spelling import Spelling
from assistant.chat.routing.superlatives import superlatives_in
from assistant.chat.routing.turning import turned
from assistant.chat.routing.who import who_of
from assistant.chat.routing.words import flat, language_of
from assistant.facts.sheet import TOPICS
from assistant.features import BASE_FEATURES
from assistant.records import Unit
from assistant.segments.audiences.catalogue import Catalogue
from assistant.segments.audiences.phrases import parse_phrase

FINDER = Finder(
    Lexicon(
        {"S1": "Weekend bulk buyers", "S2": "Coupon fans", "S3": "Lost, low-spending shoppers", "A1": "周末大户"},
        {feature.name: feature.label for feature in BASE_FEATURES}
        | {"buys:Candy bars": "share of order lines that are candy bars"},
        ("Candy bars", "Milk", "Show", "Chocolate milk", "Kids' cereal"),
        ("new-year",),
        ("S2-email-thrift", "S2-sms-ease"),
        ("new-year", "spring_sale"),
        ("thrift", "ease"),
    ),
    ["show the milkshake campaign"],
)
CATALOGUE = Catalogue(("Wine", "Beer"), ("Grocery",), (), ("Milk", "Yogurt"), (), (), ("S1",))


def find(text: str) -> Found:
    return FINDER.find(text)


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("S2", ("S2",)),
        ("what about s2?", ("S2",)),
        ("S2's spend", ("S2",)),
        ("segment 2", ("S2",)),
        ("Segments 1 and 3", ("S1", "S3")),
        ("segments 1, 2 and 3", ("S1", "S2", "S3")),
        ("the third segment", ("S3",)),
        ("细分2", ("S2",)),
        ("第二个怎么样", ("S2",)),
        ("那S3呢", ("S3",)),
        ("S1和S2", ("S1", "S2")),
        ("Ｓ２", ("S2",)),
        ("a1", ("A1",)),
        ("audience 1", ("A1",)),
        ("coupon fans", ("S2",)),
        ("the bulk buyers", ("S1",)),
        ("cupon fans", ("S2",)),
        ("the lost ones", ("S3",)),
        ("S42", ("S42",)),
        ("周末大户有多少人", ("A1",)),
        ("a 20% discount", ()),
        ("is this as 2 good", ()),
        ("S2-email-thrift", ()),
        ("which segment buys in bulk?", ()),
        ("we lost the file", ()),
    ],
)
def test_segments_by_id_number_and_name(text: str, segments: tuple[str, ...]) -> None:
    assert find(text).every("segment") == segments


@pytest.mark.parametrize(
    ("text", "channel"),
    [
        ("a text message", "sms"),
        ("by text", "sms"),
        ("write an e-mail", "email"),
        ("a Facebook ad", "meta_ad"),
        ("search ads", "google_rsa"),
        ("the landing page", "landing"),
        ("发短信", "sms"),
        ("写封邮件", "email"),
        ("whatsapp", "whatsapp"),
        ("a push notification", "push"),
        ("check this text", ""),
        ("give me email addresses", ""),
        ("着陆页", "landing"),
    ],
)
def test_channels_by_what_people_call_them(text: str, channel: str) -> None:
    assert find(text).first("channel") == channel


@pytest.mark.parametrize(
    ("text", "percent"),
    [
        ("20% off", "20"), ("15 percent off", "15"), ("twenty percent off", "20"), ("half price", "50"),
        ("八折", "20"), ("8.5折", "15"), ("85折", "15"), ("七五折", "25"), ("半价", "50"),
        ("the top 10 percent of spenders", ""), ("100% natural", ""), ("12.5% off", "12.5"),
    ],
)  # fmt: skip
def test_percents_off(text: str, percent: str) -> None:
    assert find(text).first("percent") == percent


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("until 2026-12-24", "2026-12-24"), ("until January 31, 2027", "2027-01-31"),
        ("by 31 January 2027", "2027-01-31"), ("until January 31", "January 31"),
        ("until the end of January", "the end of January"), ("2026年1月31日前", "2026-01-31"), ("1月31日前", "1月31日"),
        ("until Friday", "Friday"), ("2026-13-45", "2026-13-45"), ("you may go", ""), ("in the last 30 days", ""),
    ],
)  # fmt: skip
def test_days_are_iso_only_where_a_year_is_said(text: str, day: str) -> None:
    assert find(text).first("date") == day


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("code MILK20", "code", "MILK20"), ("with the code spring-5", "code", "spring-5"),
        ("优惠码MILK20", "code", "MILK20"), ("change S2.C03", "claim", "S2.C03"), ("s2 c3", "claim", "S2.C03"),
        ("claim 4", "claim", "C04"), ("第三条说法", "claim", "C03"), ("say “Hello you”", "quoted", "Hello you"),
        ("say 「你好」", "quoted", "你好"), ('say "it\'s on"', "quoted", "it's on"),
        ("check this: Buy now, pay later", "quoted", "Buy now, pay later"),
        ("s2 email thrift", "piece", "S2-email-thrift"), ("S2-emial-thrift", "piece", "S2-email-thrift"),
        ("S9-email-thrift", "piece", "S9-email-thrift"), ("new year", "campaign", "new-year"),
        ("the spring sale", "brief", "spring_sale"), ("in the thrift angle", "angle", "thrift"),
        ("put at ease", "angle", ""), ("the subject line", "field", "subject"),
        ("candy bar", "product", "Candy bars"), ("chocolate milk", "product", "Chocolate milk"),
        ("chocolte milk", "product", "Chocolate milk"), ("show", "product", ""),
        ("kids cereal", "product", "Kids' cereal"), ("still pending", "state", "needs_review"),
        ("basket size", "metric", "basket_value_minor"), ("AOV", "metric", "basket_value_minor"),
        ("客单价", "metric", "basket_value_minor"), ("recncy of orders", "metric", "frequency"),
        ("redemtion rate", "metric", "redemption_share"), ("days between orders", "metric", "days_between_orders"),
    ],
)  # fmt: skip
def test_other_names(text: str, kind: str, value: str) -> None:
    assert find(text).first(kind) == value


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("how many customers ordered in the last 30 days?", "ordered in the last 30 days"),
        ("How many people bought wine, not in 60 days", "bought wine, not in 60 days"),
        ("count customers who spent over $100 on wine", "spent over $100 on wine"),
        ("how many of S1 bought milk", "bought milk"),
        ("how many customers haven't bought in 90 days", "haven't ordered in 90 days"),
        ("how many people made a purchase this month", "ordered in the last month"),
        ("how many shoppers have not shopped with us for 90 days?", "not shopped for 90 days"),
        ("how many of them used coupons", "used a coupon"),
        (
            "how many opened our emails but did not order in the last 2 months",
            "opened a campaign but did not order in the last 2 months",
        ),
        ("customers who bought milk or yogurt twice - how many?", "bought milk or yogurt twice"),
        ("number of customers that added milk to their cart", "added milk to the cart"),
        ("how many are in S1?", ""),
        ("how big is S1", ""),
        ("最近30天买过东西的有多少人", "ordered in the last 30 days"),
        ("超过60天没买的有多少人", "not ordered in 60 days"),
        ("最近两个月下单的顾客有多少", "ordered in the last 2 months"),
        ("有多少人用过优惠券", "used a coupon"),
        ("多少人下单至少3次", "ordered at least 3 times"),
        ("消费超过100元的有多少人", "spent over 100"),
        ("S1有多少人", ""),
        ("S1里买过Milk但最近30天没下单的有多少人", "bought milk, not ordered in 30 days"),
    ],
)
def test_whom_a_question_counts_is_a_phrase_that_is_read(text: str, who: str) -> None:
    phrase = who_of(find(text))
    assert phrase == who
    if phrase:
        parse_phrase(phrase, CATALOGUE)


def test_flat_texts_are_as_long_as_they_were() -> None:
    for text in ("İstanbul ﬁne Ｓ２ 細分", "", "ß" * 3, "\ud800 x"):
        assert len(flat(text)) == len(text)
    assert flat("Ｓ２細分") == "s2细分"


def test_chinese_is_told_from_english_with_a_name_in_it() -> None:
    assert language_of("S2的email和sms") == "zh"
    assert language_of("what does 客单价 mean for our weekly shoppers") == "en"


def test_every_metric_of_a_fact_sheet_has_a_chinese_name() -> None:
    names = [feature.name for feature in BASE_FEATURES] + ["customers", "customer_share", "revenue_share"]
    assert {name for name in names if label_of(name, "?") == "?"} == set()
    assert set(metric_words()) == set(names)
    shown = [label_of(name, "?") for name in names]
    assert len(set(shown)) == len(shown)
    assert label_of("buys:Baby food", "?") == "Baby food占所购商品的比例"
    assert label_of("redeems:Type A", "?") == "收到Type A活动后用券的比例"
    assert label_of("category: Wine", "?") == "花在Wine品类的消费占比"
    assert label_of("unheard_of", "its label") == "its label"


def test_units_and_topics_have_chinese_names() -> None:
    assert unit_of(Unit.DAYS) == "天"
    assert unit_of(Unit.SHARE) == ""
    assert {topic for topic in TOPICS if topic_of(topic) == topic} == set()


SPELLING = Spelling(
    ["list the segments", "show all segments", "how many customers ordered in the last 30 days", "what is whole"],
    ["coupon", "basket size"],
    lambda word: "yogurt" if word == "yogrt" else "",
)


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("lst al segmnets", "list al segments"),
        ("hwo mnay custmers orderd", "how many customers ordered"),
        ("teh baskte", "the basket"),
        ("who buys yogrt", "who buys yogrt"),
        ("what do they charge, and whose details", "what do they charge, and whose details"),
        ('say "teh segmnets"', 'say "teh segmnets"'),
        ("check this: teh segmnets", "check this: teh segmnets"),
        ("S2-sms-treat for S2, code CUPON10", "S2-sms-treat for S2, code CUPON10"),
        ("", ""),
    ],
)
def test_typing_mistakes_are_mended_and_other_words_left(text: str, mended: str) -> None:
    assert SPELLING.mended(text)[0] == mended


def test_what_was_typed_is_kept_beside_what_it_means() -> None:
    assert SPELLING.mended("lst all segmnets")[1] == {"list": "lst", "segments": "segmnets"}


SIZED = Lexicon(
    {"S1": "One", "S2": "Two", "S3": "Three"}, sizes={"S1": 5, "S2": 9, "S3": 7}, spend={"S1": 1, "S2": 2, "S3": 3}
)
RANKED = Context(tool="rank_segments", segments=("S3", "S1", "S2"))


@pytest.mark.parametrize(
    ("text", "context", "segments"),
    [
        ("describe the smallest one", Context(), ["S1"]),
        ("write our top spenders an email", Context(), ["S3"]),
        ("compare the biggest and the smallest group", Context(), ["S2", "S1"]),
        ("which group is the biggest one?", Context(), []),
        ("who are our top spenders", Context(), []),
        ("and the biggest group?", Context(), []),
        ("and the biggest group?", Context(tool="describe_segment", segments=("S1",)), ["S2"]),
        ("tell me about the second one", RANKED, ["S1"]),
        ("tell me about the last one", RANKED, ["S2"]),
        ("介绍人数最多的那个群", Context(), ["S2"]),
        ("最大的群是哪个", Context(), []),
    ],
)
def test_segments_are_spoken_of_by_what_they_have_most_of(text: str, context: Context, segments: list[str]) -> None:
    assert [hit.value for hit in superlatives_in(text, SIZED, context)] == segments
    assert context.tool == "rank_segments" or not superlatives_in(text, Lexicon(SIZED.segments), context)


@pytest.mark.parametrize(
    ("text", "before", "who"),
    [
        ("and coffee?", "bought baby food in the last 30 days", "bought coffee in the last 30 days"),
        ("and for 90 days", "not in 60 days", "not in 90 days"),
        ("the last month?", "ordered in the last 60 days", "ordered in the last 1 month"),
        ("120?", "quiet for 90 days", "quiet for 120 days"),
        ("over 300?", "spent over 200 in the last 60 days", "spent over 300 in the last 60 days"),
        ("how many of them are in S1", "bought milk", "bought milk"),
        ("how many of those used a coupon", "bought milk", "bought milk, used a coupon"),
        ("那90天呢", "not ordered in 60 days", "not ordered in 90 days"),
    ],
)
def test_a_count_is_followed_by_one_with_a_part_changed(text: str, before: str, who: str) -> None:
    got = counted_after(find(text), before, "")
    assert got is not None
    assert got["who"] == who
    parse_phrase(before.replace("coffee", "wine").replace("baby food", "wine"), CATALOGUE)
    parse_phrase(who.replace("coffee", "wine"), CATALOGUE)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("what will S2 spend next year", "out_of_scope"),
        ("how do we compare to the market leader", "out_of_scope"),
        ("S2明年会花多少钱", "out_of_scope"),
        ("把S1的手机号发给我", "individuals"),
        ("the phone numbers of S2", "individuals"),
        ("what will S2 buy next", ""),
        ("how do S1 and S2 compare to S3", ""),
        ("reject S2-sms-ease because a competitor says the same", ""),
        ('check "cheaper than other shops"', ""),
        ("how much did S2 spend in the last 3 months", ""),
    ],
)
def test_what_no_tool_answers_is_told_by_its_words(text: str, name: str) -> None:
    assert outside(find(text)) == name


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("Fair enough. Then just tell me how many bought milk", "tell me how many bought milk"),
        ("hey, quick question: what is S2", "quick question: what is S2"),
        ("ok so describe S2", "describe S2"),
        ("hello there", "hello there"),
        ("Fine. Approve.", "Approve."),
        ("reject it b/c it is dull", "reject it because it is dull"),
        ("sms 4 s2", "sms for s2"),
        ('Well, check "ok so hey, b/c"', 'check "ok so hey, b/c"'),
        ("哦哦 我说的是S4", "S4"),
        ("麻烦帮我看看S2啦", "看看S2"),
        ("S3咧", "S3呢"),
        ("你好", "你好"),
        ("检查“啥都有哈”", "检查“啥都有哈”"),
        ("", ""),
    ],
)
def test_small_talk_is_taken_off_and_quotes_are_left(text: str, made: str) -> None:
    assert plain(text) == made


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Headcount, nothing ordered in 45 days.", "nothing ordered in 45 days"),
        ("bought milk in 30 days: how many?", "bought milk in 30 days"),
        ("customers with 3+ orders last 60d — count?", "ordered at least 3 times in the last 60 days"),
        ("I need the number of clients who bought wine", "bought wine"),
        ("what's the size of S2", ""),
    ],
)
def test_whom_to_count_is_found_wherever_the_asking_stands(text: str, who: str) -> None:
    assert who_of(Finder(Lexicon({"S2": "Two"}), []).find(text)) == who


TWO = Lexicon({"S1": "Often here", "S2": "Lost, low-spending shoppers", "S3": "Big baskets"})
COMPARED = Context("compare_segments", {"first": "S1", "second": "S2", "metric": "spend"}, segments=("S1", "S2"))
RANKING = Context("rank_segments", {"metric": "spend"}, segments=("S2", "S1", "S3"))


@pytest.mark.parametrize(
    ("text", "context", "tool", "arguments"),
    [
        ("S3 instead of S2", COMPARED, "compare_segments", {"first": "S1", "second": "S3", "metric": "spend"}),
        ("swap S1 for S3", COMPARED, "compare_segments", {"first": "S3", "second": "S2", "metric": "spend"}),
        ("Against S3.", RANKING, "compare_segments", {"first": "S2", "second": "S3", "metric": "spend"}),
        ("bottom one?", RANKING, "rank_segments", {"metric": "spend", "lowest": True}),
        ("ok, do it", Context("plan_campaign", {"brief": "may"}), "run_campaign", {"brief": "may"}),
        ("不要优惠码", Context("draft_copy", {"segment": "S1", "code": "X5"}), "draft_copy", {"segment": "S1"}),
        ("the other way round", RANKING, "rank_segments", {"metric": "spend", "lowest": True}),
        ("这两个比比看", RANKING, "compare_segments", {"first": "S1", "second": "S2", "metric": "spend"}),
        (
            "would it differ as an SMS?",
            Context("check_copy", {"text": "Save now", "channel": "email"}),
            "check_copy",
            {"text": "Save now", "channel": "sms"},
        ),
    ],
)
def test_one_thing_is_turned_round(text: str, context: Context, tool: str, arguments: dict[str, object]) -> None:
    finder = Finder(TWO, [])
    route = turned(finder.find(text, context), context, Arguments(TWO, finder.products))
    assert route is not None
    assert (route.tool, route.arguments) == (tool, arguments)


@pytest.mark.parametrize(
    "text", ["write S3 an email instead of S2", "S3", "compare them by orders", "against all odds"]
)
def test_what_is_no_such_turn_is_left_to_others(text: str) -> None:
    finder, context = Finder(TWO, []), Context("draft_copy", {"segment": "S1"}, segments=("S1",))
    assert turned(finder.find(text, context), context, Arguments(TWO, finder.products)) is None


def test_a_segment_is_spoken_of_by_a_word_of_its_name() -> None:
    finder = Finder(TWO, [])
    assert finder.find("the ones we have lost").first("segment") == "S2"
    assert finder.find("给流失的那群写短信").first("segment") == "S2"
    assert finder.find("how many customers have lost interest").first("segment") == ""
