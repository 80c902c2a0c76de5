"""Chooses a tool and its arguments from what somebody typed, where no model can."""

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.chat.routing.arguments import Arguments
from assistant.chat.routing.asking import ask_between, ask_for, say
from assistant.chat.routing.entities import Finder, Found
from assistant.chat.routing.following import Following
from assistant.chat.routing.intents import NO_TOOL, Intents
from assistant.chat.routing.plain import plain
from assistant.chat.routing.routes import ARGUMENTS, Clarify, Context, Lexicon, Route
from assistant.chat.routing.scope import outside
from assistant.chat.routing.spelling import Spelling
from assistant.chat.routing.turning import turned
from assistant.chat.routing.words import language_of

_LONGEST = 4_000
_SPARE = 1.0
"""How much what no tool can answer counts beside the likeliest tool: a needless question costs as much as a wrong
answer."""
_CLOSE = 0.9
"""How near a second tool must be to one that writes or decides, to be asked about."""
_SURE = 0.33
"""How likely a tool that writes or decides must be."""
_INSTEAD = 0.25
"""How near a tool that lacks nothing must be to one that lacks something."""
_MEANT = re.compile(
    r"^\W*(?:why|how come|where is (?:that|this|it) from|how do you know(?: that| this)?|source|prove it"
    r"|says who|为什么|从哪来的|依据呢|怎么知道的)\W*$"
)
_ASKS_WHICH = re.compile(
    r"^\W*(?:(?:and|so|ok|okay|now|but|then) )*(?:who|which(?! (?:coupons?|products?|items?|things?|days?|hours?"
    r"|times?|campaigns?|pieces?))|what (?:segment|group)|whose)\b|\bsegments\b|哪|谁"
)
_OF_BOTH = re.compile(
    r"\b(?:which one|which of (?!all\b|the seg|our\b|my\b|the gr)|who of|the two|both|which is)\b|哪个|谁"
)
_BUYING = re.compile(
    r"\b(?:buy|buys|like|likes|love|loves|eat|eats|drink|drinks|into|interested|fond|keen|favou?rs?|prefers?)\b|买|爱"
    r"|喜欢"
)
_COMPARES_BOTH = re.compile(
    r"\bcompar\w+\b.{0,30}\b(?:both|the two|those two|these two|each other)\b"
    r"|\b(?:both|the two|those two|these two)\b.{0,30}\bcompar\w+\b"
)
_RANKS = re.compile(
    r"\b(?:who|which|whose)\b.{0,60}\b(?:most|least|highest|lowest|largest|biggest|smallest|best|worst|fewest|longest"
    r"|shortest|widest"
    r"|broadest|narrowest|last|first|fastest|slowest|top|bottom)\b|\bamong (?:all )?(?:the |our )?(?:segments|groups"
    r"|customers)\b"
)
_ANYBODY = re.compile(
    r"\b(?:do|does|are|when|what|where|which)\b.{0,20}(?<!these )(?<!those )\b(?:people|customers|shoppers"
    r"|everyone|households)\b|大家|人们|顾客们"
)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|(?<=[。！？；])|\s[–—-]\s")
_MOST_PARTS = 2
_SAID_OF_SEVERAL = re.compile(
    r"\b(?:most|least|more|less|fewer|fewest|highest|lowest|top|bottom|best|worst|biggest|largest|smallest|rank\w*|sort\w*"
    r"|order the|who|whose|which (?:of|one|segment|group)|than|\w+est)\b|最|哪个|谁|排"
)
_OF_THEM = re.compile(r"\b(?:they|their|them|theirs)\b|他们|她们|这群人|那群人")
_INTO = re.compile(r"\b(?:into|like|buy|get|prefer|favou?rites?|go for)\b|买|喜欢")
_COMPARES = re.compile(
    r"\b(?:compar\w*|against|versus|vs|v|than|differ\w*|apart|next to|beside|both|between|side|or|and|with|to|as|like"
    r"|contrast|other|common|same)\b|比|对照|区别|差|不同|一样|和|跟|与"
)
_FREE = frozenset({"text", "note", "reason", "goal"})
_WRITING = frozenset({"show_piece", "explain_piece", "draft_copy", "revise_piece", "edit_piece", "check_copy"})
_ACTS = _WRITING - {"show_piece", "explain_piece", "check_copy"} | {
    "run_campaign",
    "approve_piece",
    "reject_piece",
    "edit_persona",
}


class Router:
    """Made once for a workspace; examples are embedded with the first English text."""

    def __init__(self, lexicon: Lexicon, embed: Callable[[Sequence[str]], NDArray[np.float32]]) -> None:
        """Index the names.

        Args:
            lexicon: what names mean in the workspace.
            embed: vectors of texts, (n, d), of length one.
        """
        self._lexicon = lexicon
        self._intents = Intents(embed)
        self._finder = Finder(lexicon, self._intents.vocabulary())
        self._spelling = Spelling(self._intents.vocabulary(), self._finder.vocabulary(), self._finder.products.spelled)
        self._arguments = Arguments(lexicon, self._finder.products)
        self._following = Following(lexicon, self._arguments)

    def route(self, text: str, context: Context) -> Route | Clarify:
        """The tool that a text asks for, or a question back; whatever the text says is words, nothing is done.

        Args:
            text: as a person typed it; of a very long one the beginning is read.
            context: what was spoken of before.

        Raises:
            MissingPackage, ModelError: whatever `embed` raises.
        """
        text, typed = plain(text[:_LONGEST].strip()), dict[str, str]()
        if language_of(text) == "en":
            text, typed = self._spelling.mended(text)
        got = self._routed(self._finder.find(text, context), context)
        return got if isinstance(got, Clarify) or not typed else as_typed(got, typed)

    def _routed(self, found: Found, context: Context) -> Route | Clarify:
        if not re.search(r"\w", found.text):
            return say("unclear", found.language)
        if not self._following.waits(context) and (name := outside(found)):
            return say(name, found.language)
        answered = self._following.answer(found, context)
        if answered is not None:
            return answered
        if _MEANT.match(found.flattened):
            piece = context.piece or str(context.arguments.get("piece", ""))
            return Route("explain_piece", {"piece": piece}) if piece else say("why_figure", found.language)
        followed = turned(found, context, self._arguments) or self._following.follow_up(found, context)
        if followed is not None:
            return self._completed(followed, found, context)
        got = self._by_intent(found, context)
        if isinstance(got, Clarify) and got.question == say("unclear", found.language).question:
            return self._in_part(found, context) or got
        return got

    def _in_part(self, found: Found, context: Context) -> Route | None:
        """What the last sentences of a longer text ask for by themselves, where the whole is not clear."""
        parts = [part for part in _SENTENCE.split(found.text) if len(part.split()) > 1 or found.language == "zh"]
        for part in parts[:0:-1][:_MOST_PARTS] if not found.has("quoted") else ():
            got = self._by_intent(self._finder.find(part, context), context)
            if isinstance(got, Route):
                return got
        return None

    def _completed(self, route: Route, found: Found, context: Context) -> Route | Clarify:
        """A follow-up as a route; empty arguments left out."""
        kept = {name: value for name, value in route.arguments.items() if value not in ("", 0, False, None)}
        return Route(route.tool, kept, route.language, route.confidence)

    def _by_intent(self, found: Found, context: Context) -> Route | Clarify:
        scores = self._intents.scores(found, self._features(found, context))
        tools = [name for name in scores if name in ARGUMENTS]
        apart = {name: score for name, score in scores.items() if name in NO_TOOL}
        none = max(apart, key=lambda name: apart[name])
        if sum(apart.values()) * _SPARE >= scores[tools[0]]:
            return say(none, found.language)
        first, second, best = tools[0], tools[1], scores[tools[0]]
        first = self._instead(first, found, context)
        filled = self._arguments.fill(first, found, context)
        if first == "rank_segments" and filled.missing and _BUYING.search(found.flattened):
            first, filled = "search_behaviour", self._arguments.fill("search_behaviour", found, context)
        if first == "explain_piece" and filled.missing == "piece" and not self._arguments.pieces_of(found):
            if not found.has("pronoun") or not context.segments:
                return say("why_figure", found.language)
            first, filled = "segment_facts", self._arguments.fill("segment_facts", found, context)
        other = self._arguments.fill(second, found, context)
        confidence = min(max(best, 0.0), 1.0)
        if first != second and not other.missing:
            if filled.missing and not found.either and scores[second] >= _INSTEAD * best:
                # A tool that lacks nothing is likelier meant than one about which something must be asked first.
                first, filled = second, other
            elif not filled.missing and (
                (first in _ACTS and best < _SURE) or ({first, second} & _ACTS and scores[second] >= _CLOSE * best)
            ):
                routes = [
                    Route(tool, own.arguments, found.language, confidence)
                    for tool, own in ((first, filled), (second, other))
                ]
                return ask_between(routes, self._lexicon)
        if filled.missing:
            return ask_for(first, filled, found.language, self._lexicon, confidence)
        return Route(first, filled.arguments, found.language, confidence)

    def _instead(self, tool: str, found: Found, context: Context) -> str:
        """Another tool where what the text names cannot be meant for the one that its words are near to."""
        named = found.has("segment") or found.either
        metric = self._arguments.metric_of(found)
        of_known = bool(context.segments) and not named and found.has("pronoun")
        if tool == "shop_overview" and found.has("segment"):
            return "segment_facts" if metric else "describe_segment"
        if tool == "compare_segments" and len(found.every("segment")) == 1 and not _COMPARES.search(found.flattened):
            return "segment_facts" if metric else "describe_segment"
        if tool in ("shop_overview", "rank_segments") and of_known and not _SAID_OF_SEVERAL.search(found.flattened):
            return "segment_facts" if metric else tool
        if (
            of_known
            and not found.has("product")
            and _OF_THEM.search(found.flattened)
            and (
                (tool == "search_behaviour" and metric)
                or (tool == "search_products" and not metric and _INTO.search(found.flattened))
            )
        ):
            return "segment_facts"
        asks_which = _ASKS_WHICH.search(found.flattened)
        if tool == "segment_facts" and not named and asks_which and metric:
            return "rank_segments"
        if _COMPARES_BOTH.search(found.flattened) and len(context.segments) > 1 and not named:
            return "compare_segments"
        ranks = (
            bool(_RANKS.search(found.flattened)) and not named and bool(self._arguments.metric_of(found, ranking=True))
        )
        if tool in ("segment_facts", "list_segments") and ranks:
            return "rank_segments"
        if tool == "search_behaviour" and ranks and not found.has("product") and found.has("metric"):
            return "rank_segments"
        if tool == "segment_facts" and not named and _ANYBODY.search(found.flattened):
            return "search_behaviour"
        if tool == "rank_segments":
            if found.has("product") and not found.has("metric"):
                return "search_behaviour"
            if context.tool == "compare_segments" and _OF_BOTH.search(found.flattened) and not named:
                return "compare_segments"
        return tool

    def _features(self, found: Found, context: Context) -> dict[str, int]:
        features = {kind: len(found.every(kind)) for kind in found.hits}
        features["segment"] = max(features.get("segment", 0), int(bool(found.either)))
        features["segments"] = int(len(found.every("segment")) > 1)
        features["metric"] = int(found.has("metric") or found.has("topic"))
        features["partial"] = int(bool(self._arguments.pieces_of(found)))
        spoken = bool(context.piece or context.arguments.get("piece"))
        features["spoken"] = int(spoken)
        features["writing"] = int(spoken and context.tool in _WRITING)
        features["persona"] = int(
            "persona" in found.flattened
            or "画像" in found.flattened
            or (context.tool == "show_persona" and found.has("claim"))
        )
        features["check"] = int(bool(re.search(r"\b(check|proofread|validate)\b|检查|合规|违规|校对", found.flattened)))
        return features


def as_typed(route: Route, typed: Mapping[str, str]) -> Route:
    """A route whose free words stand as the person typed them.

    Args:
        route: found in the mended text.
        typed: mended word -> what was typed.
    """
    arguments = dict(route.arguments)
    for name in _FREE & arguments.keys():
        for right, own in typed.items():
            arguments[name] = re.sub(rf"\b{re.escape(right)}\b", own, str(arguments[name]))
    return Route(route.tool, arguments, route.language, route.confidence)
