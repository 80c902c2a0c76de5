"""Follow-ups that turn one thing round: another segment beside or instead of one, another channel of a check."""

import re
from typing import Any

from assistant.chat.routing.arguments import Arguments
from assistant.chat.routing.entities import Found
from assistant.chat.routing.routes import Context, Route

_SURE = 0.9
_LONGEST = 14
_OF_SEGMENTS = frozenset(
    {"describe_segment", "segment_facts", "rank_segments", "compare_segments", "show_persona", "count_customers",
     "recommend"}
)  # fmt: skip
_AGAINST = re.compile(
    r"^\W*(?:(?:and|but|then|now|what about|how about|how (?:is|are|do|does|did)|(?:do|does|is|are)|they|that|this|it"
    r"|those|these|all|hold up|holding up|measure up|stack up|compare[ds]?|look|fare|do|doing|put)\b[ ,]*)*"
    r"(?:against|versus|vs\.?|v\.?|next to|beside|relative to|compared (?:to|with)|in comparison (?:to|with)"
    r"|as opposed to) (?:the |those |our )?\x00"
    r"|^\W*(?:那|再|要是)?(?:跟|和|与|同|比起|对比)\x00(?:的)?(?:相比|对比|比较|比一比|比一下|比比|比|差)"
)
_INSTEAD = re.compile(
    r"\x00 ?(?:instead of|rather than|in place of|in lieu of|(?:,? ?(?:and )?not)) ?(?:the )?\x00"
    r"|用?\x00(?:代替|而不是|不是)\x00"
)
_SWAP = re.compile(
    r"\b(?:swap|replace|exchange|change|switch|substitute) ?(?:out )?(?:the )?\x00 ?(?:for|with|by|to|against|->)"
    r" ?(?:the )?\x00|(?:把)?\x00(?:换成|换为|改成|改为|换)\x00"
)
_BOTH = re.compile(
    r"(?:这|那|前面?|刚才|上面)?的?(?:两个|二者|两者|两边|两群|两组)(?!细分有).{0,8}(?:比|对照|区别|差)"
    r"|比.{0,4}(?:这|那)?(?:两个|二者|两者)"
)
_OTHER_END = re.compile(
    r"\bother end\b|\bopposite\b|\bother way (?:a)?round\b|\bin reverse\b|\breversed?\b"
    r"|反过来(?!.*最)|倒过来|倒着(?:排|看)"
)
_PLACE = re.compile(
    r"^\W*(?:(?:and|what about|how about|who is|who's|which is|the|at) )*(?:(?P<low>bottom|tail)|(?P<high>top|head))"
    r"(?: (?:one|end|of the list|group|segment))?\W*$"
)
_DO_IT = re.compile(
    r"^\W*(?:(?:ok|okay|yes|alright|sure|fine|good|great|then|so|please|now|and)[ ,.!]+)*"
    r"(?:do it|do that|go for it|go ahead|proceed|start(?: it)?|run it|let's (?:go|do it|do that|run it)|kick it off"
    r"|make it so)(?: then| now| please)?\W*$"
    r"|^(?:好|行|可以|嗯)?[，, ]*(?:那|那就|就)?(?:开始|跑|干|做|执行|启动|运行)吧?[。!！]*$"
)
_LESS = re.compile(
    r"^\W*(?:(?:and|ok|okay|but|now|please|can you|could you|do it|the same|same) )*(?:without|no|drop|skip|lose|remove"
    r"|leave out|leave off|take out) (?:the |any |a )?(?P<part>[a-z]+)(?: code)?(?: please| though| then)?\W*$"
    r"|^(?:不要|去掉|别用|不用|删掉)(?P<zh>优惠码|券码|折扣|优惠|截止日期|期限|商品)了?吧?[。!！]*$"
)
_PARTS = {
    "code": "code|coupon|voucher|优惠码|券码", "percent_off": "discount|offer|折扣|优惠",
    "deadline": "deadline|date|截止日期|期限", "product": "product|商品", "angle": "angle", "goal": "goal",
}  # fmt: skip
_SLOTS = ("segment", "first", "second")
_WRITES = re.compile(r"\b(?:write|draft|compose|create|prepare|send them|approve|reject)\b|写|起草|批准|驳回")


def turned(found: Found, context: Context, arguments: Arguments) -> Route | None:
    """The tool that such a follow-up asks for; None where the text is none.

    Args:
        found: what the text names.
        context: what was spoken of before.
        arguments: of tools, to read a metric.
    """
    if not context.tool or found.has("quoted") or len(found.tokens) > _LONGEST:
        return None
    if context.tool == "check_copy" and found.has("channel") and context.arguments.get("text"):
        if _WRITES.search(found.flattened) or found.has("segment") or found.has("piece"):
            return None
        kept = {name: value for name, value in context.arguments.items() if value}
        return Route("check_copy", {**kept, "channel": found.first("channel")}, found.language, _SURE)
    if context.tool == "plan_campaign" and context.arguments.get("brief") and _DO_IT.match(found.flattened):
        return Route("run_campaign", {"brief": context.arguments["brief"]}, found.language, _SURE)
    if context.tool == "draft_copy" and not found.has("segment") and (less := _without(found, context)):
        return Route("draft_copy", less, found.language, _SURE)
    if context.tool not in _OF_SEGMENTS and context.tool != "draft_copy":
        return None
    masked = _masked(found)
    named = found.every("segment")
    if len(named) == 2 and (swapped := _swapped(masked, named, context)):
        return Route(context.tool, swapped, found.language, _SURE)
    if context.tool == "draft_copy":
        return None
    if context.tool == "rank_segments" and not named and context.arguments.get("metric"):
        place = _PLACE.match(masked)
        if place or _OTHER_END.search(masked):
            lowest = bool(place["low"]) if place else not context.arguments.get("lowest")
            return Route(context.tool, {**context.arguments, "lowest": lowest}, found.language, _SURE)
    metric = arguments.metric_of(found) or _metric_before(context)
    others = [one for one in context.segments if one not in named]
    if len(named) == 1 and others and _AGAINST.search(masked):
        compared: dict[str, Any] = {"first": others[0], "second": named[0], "metric": metric}
        return Route("compare_segments", compared, found.language, _SURE)
    if not named and len(others) > 1 and _BOTH.search(found.flattened):
        both = {"first": others[1], "second": others[0], "metric": metric}
        return Route("compare_segments", both, found.language, _SURE)
    return None


def _without(found: Found, context: Context) -> dict[str, Any] | None:
    """The arguments of the last draft less one that the text does not want."""
    match = _LESS.match(found.flattened)
    name = next(
        (name for name, said in _PARTS.items() if match and re.fullmatch(said, match["part"] or match["zh"])), ""
    )
    if not name or not context.arguments.get(name):
        return None
    return {own: value for own, value in context.arguments.items() if own != name and value}


def _masked(found: Found) -> str:
    text = found.flattened
    for hit in sorted(found.hits.get("segment", ()), key=lambda hit: -hit.start):
        text = f"{text[: hit.start]}\x00{text[hit.end :]}"
    return text


def _swapped(masked: str, named: tuple[str, ...], context: Context) -> dict[str, Any] | None:
    """The arguments of the last tool with one segment put for another."""
    if _INSTEAD.search(masked):
        put, old = named
    elif _SWAP.search(masked):
        old, put = named
    else:
        return None
    kept = {name: value for name, value in context.arguments.items() if value}
    spoken = [name for name in _SLOTS if kept.get(name) == old]
    return {**kept, spoken[0]: put} if spoken else None


def _metric_before(context: Context) -> str:
    """A number is compared on when one has just been asked for."""
    return str(context.arguments.get("metric", "")) if context.tool in ("segment_facts", "rank_segments") else ""
