"""The arguments of a tool, from what a text names and what was spoken of before."""

import re
from dataclasses import dataclass
from typing import Any

from assistant.chat.routing.entities import Found
from assistant.chat.routing.names import ProductNames
from assistant.chat.routing.phrases import (
    campaign_words,
    explained_of,
    goal_of,
    lowest_in,
    new_text_of,
    note_of,
    product_of,
    reason_of,
    search_text_of,
)
from assistant.chat.routing.routes import ARGUMENTS, Context, Lexicon
from assistant.chat.routing.who import who_of
from assistant.features import BASE_FEATURES

_TOPIC_OF = {feature.name: feature.topic for feature in BASE_FEATURES} | dict.fromkeys(
    ("customers", "customer_share", "revenue_share"), "size"
)
_RANKED_BY = {
    "size": "customers", "value": "monetary_minor", "cadence": "frequency", "basket": "basket_value_minor",
    "price": "discount_share", "returns": "return_share", "products": "categories_bought",
    "campaigns": "redemption_share", "trend": "trend",
}  # fmt: skip
# `spend on our own brand` is of the brand: what says more comes before what says less.
_GENERAL = {"customer_share": 1, "revenue_share": 1, "frequency": 2, "monetary_minor": 3, "customers": 4}
_WANTS_SEGMENT = ("describe_segment", "segment_facts", "recommend", "show_persona", "edit_persona", "draft_copy")
_MAY_HAVE_SEGMENT = ("count_customers", "search_products", "search_behaviour", "check_copy")
_PIECE_TOOLS = ("show_piece", "explain_piece", "revise_piece", "edit_piece", "approve_piece", "reject_piece")
_AGAIN = re.compile(
    r"\b(again|re-?buy|re-?purchase|repurchas\w+|replenish\w*|restock\w*|re-?orders?|usual|regularly)\b|再(次)?买|再购"
    r"|回购|复购|还会买|老商品|常买的|常买"
)
_NEW = re.compile(
    r"\b(new|try|tried|never|discover\w*|first time|not (yet )?bought|haven.t (?:ever |yet )?(?:bought|purchased|had"
    r"|ordered|got)|hasn.t (?:bought|purchased|ordered)|don.t (?:yet )?(?:buy|have|own)"
    r"|unfamiliar|nothing (?:that )?they|(?:do not|don.t|not|no) already|besides what|other than (?:what|the)"
    r"|surpris\w+|different from what|not yet|for the first time|have not (?:bought|tried|ordered)|unknown to them"
    r"|novel)\b|新品|新的|新商品|没(?:有)?(?:买|用|试|吃)过|未买过|没购买过|尝试|尝鲜"
)
_WORTH = re.compile(
    r"\b(?:focus|prioriti\w+|priority|best|worst|top|important|matters?|valuable|target)\b|最好|值得|关注|最重要|重点"
    r"|优先|最差"
)
_OPEN = re.compile(
    r"\b(?:waiting|pending|still|left|needs?|outstanding|have to|must|should|open"
    r"|stuck|held up|sitting|hanging|in|under|there"
    r"|remaining)\b.{0,20}\b(?:review\w*|approv(?:e|al|ing)|check|look at|decide|sign)"
    r"|\bon my desk\b|\b(?:waiting|left) (?:for|on) me\b|\bfor me to (?:approve|review|sign|check)"
    r"|\b(?:review|approval) queue\b|还.{0,6}(?:审|批)|(?:待|需要?|要|没|未)(?:我|你)?(?:审|批)"
)
_ANEW = re.compile(r"\b(?:write|draft|compose|create|new|another|different)\b|写|起草|另")
_IT = frozenset({"it", "them", "that", "this", "those", "these", "它", "这个", "那个"})
_DECIDES = ("approve_piece", "reject_piece")
_ALL = re.compile(r"\b(?:all(?! (?:good|right|fine|set|clear))|everything|every|each|both)\b|全部|所有|都")
_BASE = re.compile(r"\b(based on|base|like in|same sender|sender|as in|brief|from)\b|简报|基于|根据|参照")
_LIMIT = re.compile(
    r"\b(?:top|first|best|only|up to|at most) (\d{1,2})(?!\d|%| percent| days| weeks| months)\b"
    r"|前(\d{1,2})(?:个|名|种|款)"
)


def kind_of(found: Found) -> str:
    """What is to be recommended: `new`, or `again`; empty where neither is said."""
    text = found.without("campaign", "brief", "piece", "segment", "quoted").lower()
    if _NEW.search(text):
        return "new"
    return "again" if _AGAIN.search(text) else ""


@dataclass(frozen=True)
class Filled:
    """Arguments of a tool, and what it still lacks."""

    arguments: dict[str, Any]
    missing: str = ""
    """The argument that must be asked for."""
    choices: tuple[Any, ...] = ()
    """What it could be."""


class Arguments:
    """Fills tools' arguments in."""

    def __init__(self, lexicon: Lexicon, products: ProductNames) -> None:
        self._lexicon = lexicon
        self._products = products

    def fill(self, tool: str, found: Found, context: Context) -> Filled:
        """Arguments of a tool; it never raises.

        Args:
            tool: a name of `ARGUMENTS`.
            found: what the text names.
            context: what was spoken of before.
        """
        filled = self._fill(tool, found, context)
        arguments = {name: value for name, value in filled.arguments.items() if value not in ("", None, 0, False)}
        return Filled(
            {name: arguments[name] for name in ARGUMENTS[tool] if name in arguments}, filled.missing, filled.choices
        )

    def _fill(self, tool: str, found: Found, context: Context) -> Filled:
        if tool in _PIECE_TOOLS:
            return self._of_piece(tool, found, context)
        if tool == "compare_segments":
            return self._compare(found, context)
        if tool in ("plan_campaign", "run_campaign"):
            return self._of_brief(found, context)
        if tool == "rank_segments":
            metric = self.metric_of(found, ranking=True) or str(context.arguments.get("metric", ""))
            if not metric and _WORTH.search(found.flattened):
                metric = self._lexicon.metrics.get("monetary_minor", "value")
            lowest = lowest_in(found)
            return Filled({"metric": metric, "lowest": lowest}, "" if metric else "metric")
        if tool == "show_campaign":
            state = found.first("state") or ("needs_review" if _OPEN.search(found.flattened) else "")
            return Filled(
                {
                    "campaign": campaign_words(found) or context.campaign or self._only(self._lexicon.campaigns),
                    "state": state,
                }
            )
        if tool in (*_WANTS_SEGMENT, *_MAY_HAVE_SEGMENT):
            return self._of_segment(tool, found, context)
        return Filled({})

    def metric_of(self, found: Found, *, ranking: bool = False) -> str:
        """The label of a metric that a text names, or a topic; empty where it names none.

        Args:
            found: what the text names.
            ranking: whether segments are to be ranked by it, which takes one number and no topic.
        """
        metrics, topics = found.hits.get("metric", ()), found.hits.get("topic", ())
        products = found.hits.get("product", ())
        if products and not ranking:
            own = [m for m in self._lexicon.metrics if m.partition(":")[2].strip() == products[0].value]
            if own:
                return self._lexicon.metrics[own[0]]
        # A question that asks when may ask when last: `when` is a topic only where no number is named.
        topics = tuple(hit for hit in topics if hit.value != "when") if metrics else topics
        if metrics and topics and not ranking:
            # The much longer one says more; else the number.
            longest = max((*metrics, *topics), key=lambda hit: (hit.end - hit.start) * (1.6 if hit in metrics else 1.0))
            if longest in topics:
                return longest.value
        if ranking and topics and all(hit.value == "customers" for hit in metrics):
            # `whose basket is the biggest`: the biggest of what is named beside it.
            named = _RANKED_BY.get(topics[0].value, "")
            if named in self._lexicon.metrics:
                return self._lexicon.metrics[named]
        for hit in sorted(metrics, key=lambda hit: (_GENERAL.get(hit.value, 0), hit.start - hit.end)):
            if hit.value in self._lexicon.metrics:
                return self._lexicon.metrics[hit.value]
        if metrics:
            return _TOPIC_OF.get(metrics[0].value, "")
        if topics:
            return topics[0].value
        return ""

    def segment_of(self, found: Found, context: Context, *, asked: bool) -> str:
        """The segment that a text speaks of; `asked` where a tool cannot do without."""
        if found.has("segment"):
            return found.first("segment")
        if context.segments and not found.either and (asked or found.has("pronoun")):
            return context.segments[0]
        return next(iter(self._lexicon.segments)) if asked and len(self._lexicon.segments) == 1 else ""

    def _segment_choices(self, found: Found, taken: str = "") -> tuple[str, ...]:
        return tuple(name for name in (found.either or tuple(self._lexicon.segments)) if name != taken)[:3]

    def _of_segment(self, tool: str, found: Found, context: Context) -> Filled:
        wanted = tool in _WANTS_SEGMENT
        segment = self.segment_of(found, context, asked=wanted)
        if tool == "edit_persona":
            return self._edit_persona(found, segment)
        if not wanted and not segment and found.either:
            return Filled({**self._about(tool, found), "segment": ""}, "segment", found.either[:3])
        arguments = {**self._about(tool, found), "segment": segment}
        if tool.startswith("search_") and str(arguments.get("text")).lower() in _IT and context.arguments.get("text"):
            arguments["text"] = context.arguments["text"]
        if tool == context.tool == "draft_copy" and not found.has("segment") and not _ANEW.search(found.flattened):
            said = {name: value for name, value in arguments.items() if value}
            arguments = {**context.arguments, **said}
        if wanted and not segment:
            return Filled(arguments, "segment", self._segment_choices(found))
        if tool == "check_copy" and not arguments.get("text"):
            return Filled(arguments, "check")
        if tool == "count_customers" and not arguments.get("who") and not segment:
            return Filled(arguments, "who")
        if tool in ("search_products", "search_behaviour") and not arguments.get("text"):
            return Filled(arguments, "words")
        return Filled(arguments)

    def _about(self, tool: str, found: Found) -> dict[str, Any]:
        if tool == "segment_facts":
            return {"metric": self.metric_of(found)}
        if tool == "count_customers":
            return {"who": who_of(found)}
        if tool in ("search_products", "search_behaviour"):
            limit = _LIMIT.search(found.flattened)
            number = int(limit[1] or limit[2]) if limit else 0
            return {"text": search_text_of(found), "limit": number}
        if tool == "recommend":
            return {"kind": kind_of(found)}
        if tool == "check_copy":
            return {
                "text": found.first("quoted") or new_text_of(found, checking=True),
                "channel": found.first("channel"),
            }
        if tool == "draft_copy":
            return self._draft(found)
        return {}

    def _draft(self, found: Found) -> dict[str, Any]:
        percent = float(found.first("percent") or 0)
        product = product_of(found)
        base = found.first("brief") if _BASE.search(found.flattened) else ""
        return {
            "channel": found.first("channel"),
            "goal": goal_of(found),
            "percent_off": int(percent) if percent == int(percent) else percent,
            "code": found.first("code"),
            "product": self._products.nearest(product) if product else "",
            "deadline": found.first("date"),
            "angle": found.first("angle"),
            "base": base,
        }

    def _edit_persona(self, found: Found, segment: str) -> Filled:
        claim = found.first("claim")
        if claim and "." in claim:
            segment = claim.partition(".")[0]
        elif claim and segment:
            claim = f"{segment}.{claim}"
        text = found.first("quoted") or new_text_of(found)
        arguments = {"segment": segment, "claim": claim, "text": text}
        if not segment:
            return Filled(arguments, "segment", self._segment_choices(found))
        if not claim:
            return Filled(arguments, "claim")
        return Filled(arguments, "" if text else "text")

    def _compare(self, found: Found, context: Context) -> Filled:
        said = list(found.every("segment"))
        for known in context.segments:
            if len(said) < 2 and known not in said and not (len(said) == 1 and found.either):
                # `compare S3 with them`: what was spoken of comes first.
                said = [known, *said] if len(said) == 1 and known == context.segments[0] else [*said, known]
        if len(said) < 2 and len(self._lexicon.segments) == 2:
            said += [name for name in self._lexicon.segments if name not in said]
        metric = self.metric_of(found)
        if not said:
            return Filled({"metric": metric}, "segment", ())
        if len(said) == 1:
            return Filled({"first": said[0], "metric": metric}, "second", self._segment_choices(found, said[0]))
        return Filled({"first": said[0], "second": said[1], "metric": metric})

    def _of_brief(self, found: Found, context: Context) -> Filled:
        brief = found.first("brief") or found.first("campaign")
        if not brief and str(context.arguments.get("brief", "")):
            brief = str(context.arguments["brief"])
        if not brief and context.campaign in self._lexicon.briefs:
            brief = context.campaign
        brief = brief or self._only(self._lexicon.briefs)
        return Filled({"brief": brief}, "" if brief else "brief", self._lexicon.briefs[:3])

    def pieces_of(self, found: Found, *, before: int | None = None) -> tuple[str, ...]:
        """Pieces that fit the segment, the channel and the angle that a text names; none where it names none.

        Args:
            found: what the text names.
            before: where the names end that count; None where all do.
        """
        hits = [found.hits.get(kind, ())[:1] for kind in ("segment", "channel", "angle")]
        wanted = [hit.value.lower() for own in hits for hit in own if before is None or hit.start < before]
        if not wanted:
            return ()
        fits = [piece for piece in self._lexicon.pieces if _fits(piece, wanted)]
        # A control is nobody's first choice, and is asked for by its name.
        own = [piece for piece in fits if "control" not in piece.split("-")]
        return tuple(own if own and "control" not in wanted else fits)

    def _of_piece(self, tool: str, found: Found, context: Context) -> Filled:
        piece, fits = found.first("piece"), self.pieces_of(found, before=_reason_at(tool, found))
        spoken = context.piece or str(context.arguments.get("piece", ""))
        if not piece and spoken and (not fits or spoken in fits):
            piece = spoken
        if not piece and len(fits) == 1:
            piece = fits[0]
        if not piece and not fits:
            piece = self._only(self._lexicon.pieces)
        campaign = campaign_words(found)
        arguments = {"piece": piece, "campaign": campaign, **self._words_of_piece(tool, found)}
        if not found.has("piece") and tool in _DECIDES and _ALL.search(found.flattened):
            return Filled({**arguments, "piece": ""}, "one", (fits or self._lexicon.pieces)[:3])
        if not piece:
            return Filled(arguments, "piece", (fits or self._lexicon.pieces)[:3])
        if tool == "edit_piece" and not arguments["field"]:
            return Filled(arguments, "field")
        if tool == "edit_piece" and not arguments["text"]:
            return Filled(arguments, "text")
        if tool == "reject_piece" and not arguments["reason"]:
            return Filled(arguments, "reason")
        return Filled(arguments, "note" if tool == "revise_piece" and not arguments["note"] else "")

    def _words_of_piece(self, tool: str, found: Found) -> dict[str, Any]:
        if tool == "explain_piece":
            return {"words": explained_of(found)}
        if tool == "revise_piece":
            return {"note": note_of(found)}
        if tool == "edit_piece":
            return {"field": found.first("field"), "text": found.first("quoted") or new_text_of(found)}
        return {"reason": reason_of(found)} if tool in ("approve_piece", "reject_piece") else {}

    def _only(self, names: tuple[str, ...]) -> str:
        return names[0] if len(names) == 1 else ""


def _reason_at(tool: str, found: Found) -> int | None:
    """Where a reason begins, in which other pieces may be named: `reject, it repeats the control`."""
    reason = reason_of(found) if tool == "reject_piece" else ""
    at = found.text.find(reason) if reason else -1
    return at if at >= 0 else None


def _fits(piece: str, wanted: list[str]) -> bool:
    parts = piece.lower().split("-")
    return all(one in parts for one in wanted)
