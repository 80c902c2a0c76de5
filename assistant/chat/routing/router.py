"""Chooses a tool and its arguments from what somebody typed, where no model can."""

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.chat.routing.arguments import Arguments
from assistant.chat.routing.asking import ask_between, ask_for, say
from assistant.chat.routing.entities import Finder, Found
from assistant.chat.routing.following import Following
from assistant.chat.routing.intents import Intents
from assistant.chat.routing.routes import ARGUMENTS, Clarify, Context, Lexicon, Route
from assistant.chat.routing.scope import outside
from assistant.chat.routing.spelling import Spelling
from assistant.chat.routing.words import language_of

_LONGEST = 4_000
_LEAST = {"en": 0.42, "zh": 0.28}
"""Below, nothing speaks for a tool, unless it stands out from all others."""
_STANDS_OUT = 0.1
_LEAST_OF_ALL = {"en": 0.36, "zh": 0.22}
_CLOSE = 0.02
"""How near two tools are that cannot be told apart."""
_SPARE = 0.08
"""By how much `out of scope` must win: a question about the shop is the rule."""
_MEANT = re.compile(
    r"^\W*(?:why|how come|where is (?:that|this|it) from|how do you know(?: that| this)?|source|prove it"
    r"|says who|为什么|从哪来的|依据呢|怎么知道的)\W*$"
)
_ASKS_WHICH = re.compile(
    r"^\W*(?:(?:and|so|ok|okay|now|but|then) )*(?:who|which(?! (?:coupons?|products?|items?|things?|days?|hours?"
    r"|times?|campaigns?|pieces?))|what (?:segment|group)|whose)\b|\bsegments\b|哪|谁"
)
_OF_BOTH = re.compile(r"\b(?:which one|which of|who of|the two|both|which is)\b|哪个|谁")
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
        text, typed = text[:_LONGEST].strip(), dict[str, str]()
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
        if _MEANT.match(found.flattened) and not (context.piece or context.arguments.get("piece")):
            return say("why_figure", found.language)
        followed = self._following.follow_up(found, context)
        if followed is not None:
            return self._completed(followed, found, context)
        return self._by_intent(found, context)

    def _completed(self, route: Route, found: Found, context: Context) -> Route | Clarify:
        """A follow-up as a route; empty arguments left out."""
        kept = {name: value for name, value in route.arguments.items() if value not in ("", 0, False, None)}
        return Route(route.tool, kept, route.language, route.confidence)

    def _by_intent(self, found: Found, context: Context) -> Route | Clarify:
        scores = self._intents.scores(found, self._features(found, context))
        (first, best), (second, next_best), *_ = scores.items()
        if first in ("help", "out_of_scope", "individuals"):
            rest = next((score for name, score in scores.items() if name in ARGUMENTS), 0.0)
            if first != "out_of_scope" or best - rest >= _SPARE or best < _LEAST[found.language]:
                return say(first, found.language)
            first, best = next((name, score) for name, score in scores.items() if name in ARGUMENTS)
            next_best = best - _STANDS_OUT
        confidence = float(min(max(best / 1.3, 0.0), 1.0))
        stands_out = best >= _LEAST_OF_ALL[found.language] and best - next_best >= _STANDS_OUT
        if best < _LEAST[found.language] and not stands_out:
            return say("unclear", found.language)
        first = self._instead(first, found, context)
        filled = self._arguments.fill(first, found, context)
        if first == "rank_segments" and filled.missing and _BUYING.search(found.flattened):
            first, filled = "search_behaviour", self._arguments.fill("search_behaviour", found, context)
        if first == "explain_piece" and filled.missing == "piece" and not self._arguments.pieces_of(found):
            if not found.has("pronoun") or not context.segments:
                return say("why_figure", found.language)
            first, filled = "segment_facts", self._arguments.fill("segment_facts", found, context)
        close = best - next_best < _CLOSE and second in ARGUMENTS and {first, second} & _ACTS
        if close and first != second:
            other = self._arguments.fill(second, found, context)
            if not filled.missing and not other.missing:
                routes = [
                    Route(tool, own.arguments, found.language, confidence)
                    for tool, own in ((first, filled), (second, other))
                ]
                return ask_between(routes, self._lexicon)
            if filled.missing and not other.missing:
                first, filled = second, other
        if filled.missing:
            return ask_for(first, filled, found.language, self._lexicon, confidence)
        return Route(first, filled.arguments, found.language, confidence)

    def _instead(self, tool: str, found: Found, context: Context) -> str:
        """Another tool where what the text names cannot be meant for the one that its words are near to."""
        named = found.has("segment") or found.either
        asks_which = _ASKS_WHICH.search(found.flattened)
        if tool == "segment_facts" and not named and asks_which and self._arguments.metric_of(found):
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
