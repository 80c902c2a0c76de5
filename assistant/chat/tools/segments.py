"""Segments: list, describe, compare, rank, their facts, and who is in one as counts."""

from collections.abc import Sequence

from pydantic import Field

from assistant.chat.desk import Desk
from assistant.chat.notebook import Notebook
from assistant.chat.tools.metrics import facts_about, facts_of_all
from assistant.chat.tools.tool import Arguments, ChatTool, NoArguments
from assistant.errors import ConfigError
from assistant.facts import format_money, minor_units
from assistant.pipeline import load_personas
from assistant.pipeline.lookup import certificate_of, kept_shop, rule_in_words, segmentation_of
from assistant.records import Fact, FactSheet, Unit
from assistant.segments.audiences import check_rule, freeze, parse_phrase, preview

DESCRIBED = 6
LISTED = 12
_SEGMENT = "its id, such as S2, or its name"


class OneSegment(Arguments):
    """A segment."""

    segment: str = Field(description=_SEGMENT)


class TwoSegments(Arguments):
    """Two segments, and what of them."""

    first: str = Field(description=_SEGMENT)
    second: str = Field(description=_SEGMENT)
    metric: str = Field(default="", description="words of a metric or a topic; empty: what sets them apart most")


class SegmentMetric(Arguments):
    """A segment, and what of it."""

    segment: str = Field(description=_SEGMENT)
    metric: str = Field(default="", description="words of a metric such as 'spend per order', or a topic; empty: all")


class Ranking(Arguments):
    """A metric to order segments by."""

    metric: str = Field(description="words of a metric such as 'spend per order'")
    lowest: bool = Field(default=False, description="whether the least is asked for")


class Counting(Arguments):
    """Whom to count."""

    who: str = Field(default="", description='a rule in plain words, such as "bought wine, not in 60 days"')
    segment: str = Field(default="", description=_SEGMENT + "; empty: of all customers")


def list_segments(desk: Desk, arguments: NoArguments, page: Notebook) -> None:
    """All segments and audiences with their sizes and money."""
    groups = desk.groups()
    judged = certificate_of(desk.workspace)
    certified = {own.segment: own.certified for own in judged.segments} if judged else {}
    count = page.figure(len(groups), Unit.COUNT, "segments", shown=str(len(groups)), zh="细分")
    page.say(f"There are {count.shown} segments.", count, zh=f"共有 {count.shown} 个细分。")
    rows = []
    for group in groups:
        told = {"subject": group.segment}
        size = page.figure(group.customers, Unit.CUSTOMERS, "customers in the segment", **told, zh="细分顾客数")
        share = page.figure(group.customer_share, Unit.SHARE, "share of all customers", **told, zh="顾客")
        money = page.figure(group.revenue_share, Unit.SHARE, "share of all spend", **told, zh="消费额")
        page.figure(group.revenue_minor, Unit.MONEY, "spend of the segment", **told, zh="细分消费额")
        page.say(
            f"- {group.segment} {group.name}: {size.shown}, {share.shown} of all, with {money.shown} of spend.",
            size, share, money,
            zh=f"- {group.segment} {group.name}：{size.shown}，占全部顾客的 {share.shown}，占消费额的 {money.shown}。",
        )  # fmt: skip
        stands = {True: "yes", False: "no"}.get(certified.get(group.segment), "")  # type: ignore[arg-type]
        rows.append(
            (
                group.segment, group.name, f"{group.customers:,}", share.shown,
                format_money(group.revenue_minor, desk.currency), money.shown, stands,
            )
        )  # fmt: skip
        page.about(group.segment)
        page.note(group.name)
    page.table(
        ("segment", "name", "customers", "share", "revenue", "revenue share", "certified"), rows, title="Segments"
    )


def describe_segment(desk: Desk, arguments: OneSegment, page: Notebook) -> None:
    """What sets a segment apart, its persona's line, and whether it holds."""
    sheet = desk.sheet(arguments.segment)
    _head(page, sheet)
    apart = _most_apart(sheet.facts)
    page.say("What sets it apart most:", zh="与其他顾客差别最大的地方：")
    for fact in apart[:DESCRIBED]:
        page.tell(fact)
    persona = next((own for own in load_personas(desk.workspace) if own.segment == sheet.segment), None)
    if persona:
        page.note(persona.name)
        page.say(f"Its persona is {persona.name}.", zh=f"它的画像叫 {persona.name}。")
    _facts_table(page, apart[:LISTED], f"{sheet.segment} {sheet.name}")


def compare_segments(desk: Desk, arguments: TwoSegments, page: Notebook) -> None:
    """The same facts of two segments side by side."""
    one, other = desk.sheet(arguments.first), desk.sheet(arguments.second)
    if one.segment == other.segment:
        raise ConfigError(f"{one.segment} is one segment; name two to compare.")
    theirs = {fact.metric: fact for fact in other.facts}
    shared = [fact for fact in one.facts if fact.metric in theirs]
    chosen = facts_about(shared, arguments.metric) if arguments.metric else _furthest(shared, theirs)
    for sheet in (one, other):
        _head(page, sheet)
    rows = []
    for fact in chosen[:DESCRIBED]:
        value, second = page.fact(fact)[0], page.fact(theirs[fact.metric])[0]
        apart = page.keep(
            second.model_copy(
                update={
                    "source": page.call, "role": "difference", "amount": value.amount - second.amount,
                    "subject": one.segment, "shown": _apart(page, value.amount - second.amount, fact.unit),
                    "says": f"{value.label}: {one.segment} {value.shown}, {other.segment} {second.shown}.",
                }
            )
        )  # fmt: skip
        page.say(
            f"- {value.label[:1].upper()}{value.label[1:]}: "
            f"{one.segment} {value.shown}, {other.segment} {second.shown}.",
            value, second,
            zh=f"- {value.label}：{one.segment} {value.shown}，{other.segment} {second.shown}。",
        )  # fmt: skip
        rows.append((value.label, value.shown, second.shown, apart.shown))
    page.table(("metric", one.segment, other.segment, "difference"), rows, title=f"{one.segment} and {other.segment}")


def segment_facts(desk: Desk, arguments: SegmentMetric, page: Notebook) -> None:
    """Facts of a segment about something."""
    sheet = desk.sheet(arguments.segment)
    chosen = facts_about(sheet.facts, arguments.metric) if arguments.metric else list(sheet.facts)
    if len(chosen) > 1 or not arguments.metric:
        _head(page, sheet)
    else:
        page.about(sheet.segment)
        page.note(sheet.name)
        page.say(f"{sheet.segment} {sheet.name}:", zh=f"{sheet.segment} {sheet.name}：")
    for fact in chosen[:LISTED]:
        page.tell(fact)
    for fact in chosen[LISTED:]:
        page.fact(fact)
    _facts_table(page, chosen, f"{sheet.segment} {sheet.name}, before {sheet.as_of}")


def rank_segments(desk: Desk, arguments: Ranking, page: Notebook) -> None:
    """Segments in the order of a metric."""
    facts = facts_of_all(desk.sheets(), arguments.metric)
    names = {group.segment: group.name for group in desk.groups()}
    ordered = sorted(facts, key=lambda fact: (fact.value if arguments.lowest else -fact.value, fact.segment))
    first = page.fact(ordered[0])[0]
    way, way_zh = ("lowest", "最低") if arguments.lowest else ("highest", "最高")
    page.note(*names.values())
    page.say(
        f"{first.subject} {names[first.subject]} has the {way} {first.label}: {first.shown}.", first,
        zh=f"{first.label}{way_zh}的是 {first.subject} {names[first.subject]}：{first.shown}。",
    )  # fmt: skip
    for fact in ordered[1:]:
        value = page.fact(fact)[0]
        page.say(
            f"- {fact.segment} {names[fact.segment]}: {value.shown}.",
            value,
            zh=f"- {fact.segment} {names[fact.segment]}：{value.shown}。",
        )
    page.about(*(fact.segment for fact in ordered))
    page.table(
        ("segment", "name", first.label), [(f.segment, names[f.segment], page.shown(f.display)) for f in ordered]
    )


def count_customers(desk: Desk, arguments: Counting, page: Notebook) -> None:
    """How many customers a rule takes, or who is in a segment; counts only, and none of a few people."""
    if not arguments.who and not arguments.segment:
        raise ConfigError('Say whom to count: a segment, or a rule such as "bought wine, not in 60 days".')
    group = desk.segment(arguments.segment) if arguments.segment else None
    if group is not None:
        sheet = desk.sheet(group.segment)
        if not arguments.who:
            _head(page, sheet)
            _rules(desk, sheet, page)
            return
    shop, features = kept_shop(desk.workspace)
    phrase = f"{arguments.who}, in segment {group.segment}" if group else arguments.who
    rule = parse_phrase(phrase, shop.catalogue, minor_units(desk.currency))
    check_rule(rule, shop.catalogue)
    counted = preview(freeze(rule, features), shop, lambda amount: format_money(amount, desk.currency))
    least = desk.workspace.settings.facts.min_group_size
    page.note(counted.rule)
    if group:
        page.about(group.segment)
    subject = group.segment if group else ""
    if counted.customers < least:
        limit = page.figure(least, Unit.CUSTOMERS, "smallest group that is told of", subject=subject)
        page.say(
            f"Fewer than {limit.shown}: {counted.rule}. Smaller groups are not told of.", limit,
            zh=f"少于 {limit.shown}：{counted.rule}。更小的群体不予说明。",
        )  # fmt: skip
        return
    told = {"subject": subject, "definition": counted.rule}
    size = page.figure(counted.customers, Unit.CUSTOMERS, f"customers who {counted.rule}", **told)
    share = page.figure(counted.share, Unit.SHARE, f"share of all customers who {counted.rule}", **told, zh="顾客")
    spend = page.figure(
        counted.revenue_share, Unit.SHARE, f"share of all spend of customers who {counted.rule}", **told, zh="消费额"
    )
    page.say(
        f"{size.shown}: {counted.rule}. That is {share.shown} of all customers, with {spend.shown} of spend.",
        size, share, spend,
        zh=f"{size.shown}：{counted.rule}。占全部顾客的 {share.shown}，占消费额的 {spend.shown}。",
    )  # fmt: skip


def _head(page: Notebook, sheet: FactSheet) -> None:
    """Who they are and how many."""
    facts = {fact.metric: fact for fact in sheet.facts}
    page.about(sheet.segment)
    page.note(sheet.name)
    told = [page.fact(facts[name])[0] for name in ("customers", "customer_share", "revenue_share") if name in facts]
    if len(told) == 3:
        size, share, money = told
        page.say(
            f"{sheet.segment} {sheet.name}: {size.shown}, {share.shown} of all, with {money.shown} of spend.",
            size, share, money,
            zh=f"{sheet.segment} {sheet.name}：{size.shown}，占全部顾客的 {share.shown}，占消费额的 {money.shown}。",
        )  # fmt: skip
    if sheet.caution:
        page.note(sheet.caution)
        page.say(f"Caution: {sheet.caution}", zh=f"注意：{sheet.caution}")


def _most_apart(facts: Sequence[Fact]) -> list[Fact]:
    """Facts whose difference is no chance, one of each topic first, the furthest before the others."""
    told = [fact for fact in facts if fact.direction in ("higher", "lower") and fact.ratio]
    ordered = sorted(told, key=lambda fact: -abs(_times(fact.ratio or 1.0)))
    first: dict[str, Fact] = {}
    for fact in ordered:
        first.setdefault(fact.topic, fact)
    return [*first.values(), *(fact for fact in ordered if fact is not first[fact.topic])]


def _furthest(facts: Sequence[Fact], theirs: dict[str, Fact]) -> list[Fact]:
    def apart(fact: Fact) -> float:
        other = theirs[fact.metric].value
        return abs(_times(fact.value / other)) if fact.value > 0 and other > 0 else 0.0

    told = [fact for fact in facts if fact.topic not in ("size", "when")]
    return sorted(told, key=lambda fact: -apart(fact))


def _apart(page: Notebook, difference: float, unit: Unit) -> str:
    """How far two values are from one another; shares in points, as a percent of a percent would be another matter."""
    said = page.text(abs(difference), unit)
    return said.replace("%", " 个百分点" if page.language == "zh" else " points") if unit is Unit.SHARE else said


def _times(ratio: float) -> float:
    """How many times more or less, as one number: 2 for twice and for half."""
    return max(ratio, 1 / ratio) if ratio > 0 else 0.0


def _facts_table(page: Notebook, facts: Sequence[Fact], title: str) -> None:
    page.table(
        ("fact", "metric", "value", "others", "than others"),
        [
            (
                fact.fact,
                page.fact(fact)[0].label,
                page.shown(fact.display),
                page.shown(fact.others_display),
                fact.direction if fact.direction != "none" else "",
            )
            for fact in facts
        ],
        title=title,
    )


def _rules(desk: Desk, sheet: FactSheet, page: Notebook) -> None:
    tree = segmentation_of(desk.workspace).tree
    own = [rule for rule in tree.rules if rule.segment == sheet.segment] if tree else []
    for rule in own[:3]:
        said = rule_in_words(rule, desk.currency)
        page.note(said)
        if rule.customers < desk.workspace.settings.facts.min_group_size:
            continue
        size = page.figure(rule.customers, Unit.CUSTOMERS, f"customers with {said}", subject=sheet.segment)
        right = page.figure(
            rule.right, Unit.SHARE, f"share of customers with {said} who are in {sheet.segment}", subject=sheet.segment
        )
        page.say(
            f"- Rule of thumb: {said}: {size.shown}, {right.shown} of them in {sheet.segment}.", size, right,
            zh=f"- 经验规则：{said}：{size.shown}，其中 {right.shown} 在 {sheet.segment} 里。",
        )  # fmt: skip


TOOLS = (
    ChatTool("list_segments", "All segments and audiences with sizes and shares of spend.", NoArguments, list_segments),
    ChatTool("describe_segment", "Who a segment is: size and what sets it apart.", OneSegment, describe_segment),
    ChatTool("compare_segments", "Two segments side by side.", TwoSegments, compare_segments),
    ChatTool(
        "segment_facts", "Facts of one segment, all or those about a metric or topic.", SegmentMetric, segment_facts
    ),
    ChatTool("rank_segments", "Which segment has most or least of a metric.", Ranking, rank_segments),
    ChatTool(
        "count_customers",
        "How many customers a rule takes, or who is in a segment; counts only.",
        Counting,
        count_customers,
    ),
)
