"""Follow-ups: answers to a question that was asked back, and texts that only say what is other than before."""

import re
from typing import Any

from assistant.chat.routing.arguments import Arguments, kind_of
from assistant.chat.routing.asking import say
from assistant.chat.routing.counting import counted_after
from assistant.chat.routing.entities import Found
from assistant.chat.routing.phrases import explained_of, lowest_in
from assistant.chat.routing.routes import ARGUMENTS, Clarify, Context, Lexicon, Route
from assistant.chat.routing.words import flat, key_of, tokens_of, words

_FREE = {"reject_piece": "reason", "revise_piece": "note", "edit_piece": "text", "edit_persona": "text"}
_OTHERS = re.compile(
    r"\b(the )?(others|other (segments|ones|groups)|rest|everyone else|all of them|all segments"
    r"|other segment)\b|其他|别的(细分|群|人)?|其余|所有细分|全部细分"
)
_LONGEST_ANSWER = 6
_LONGEST_FOLLOW_UP = 9
_SURE = 0.9
_SHOW_ALL = {"describe_segment", "show_persona", "recommend", "count_customers"}
_SPENT_KINDS = (
    "segment", "either", "channel", "angle", "percent", "code", "date", "metric", "topic", "product", "state", "piece",
    "campaign", "brief", "field",
)  # fmt: skip
_SAME_SLOTS = (
    ("channel", "channel"), ("angle", "angle"), ("code", "code"), ("date", "deadline"), ("state", "state"),
    ("campaign", "campaign"), ("brief", "brief"),
)  # fmt: skip
_METRIC_TOOLS = frozenset({"segment_facts", "rank_segments", "compare_segments", "describe_segment", "list_segments"})
_STAYS_WITH_TWO = re.compile(
    r"^\W*(?:and|what about|how about|same|with|to|against|vs|versus)\b|^(?:那|和|跟|与|换)|呢"
)
_OTHER_KIND = re.compile(
    r"^\W*(?:(?:and|ok|okay|so|but|then|please|now) )*(?:which|who|whose|how many|count|do we|write|draft|find|search"
    r"|list|compare|tell|describe|"
    r"why|when|where|explain|approve|reject|rank|show (?:the|me the) (?:persona|campaign|piece))\b|多少|谁|哪|写|搜"
    r"|比较|为什么"
)
_AND_WORDS = re.compile(
    r"^\W*(?:ok |okay |so )?(?:and|or|what about|how about|and what about)(?: with| for| about| to)?"
    r" (?P<words>[^?.!,]{2,40})[?.!]*$"
    r"|^(?:那|还有)(?P<zh>[^呢吗？?]{1,10})呢?[？?]*$"
)
_SINGLE_TOPICS = {
    "size": "size", "value": "value", "cadence": "cadence", "rhythm": "cadence", "basket": "basket", "price": "price",
    "pricing": "price", "return": "returns", "product": "products", "item": "products", "time": "when",
    "timing": "when",
    "day": "when", "hour": "when", "online": "funnel", "funnel": "funnel", "campaign": "campaigns", "trend": "trend",
    "商品": "products", "产品": "products", "价格": "price", "活动": "campaigns", "趋势": "trend", "时间": "when",
    "退货": "returns", "购物篮": "basket", "规模": "size", "线上": "funnel",
}  # fmt: skip
_OF_THEM = re.compile(r"\b(?:they|their|them|theirs)\b|他们|她们")
_SUPERLATIVE = re.compile(r"\b(?:most|least|highest|lowest|worst|best|fewest|smallest|biggest|largest)\b|最")
_LONGEST_KIND = 12
_OF_DRAFTS = re.compile(
    r"\b(?:code|coupon|voucher|percent|until|till|deadline|off|discount|valid|ends?|ending|expires?|using|mention"
    r"|based|brief|tomorrow)\b"
    r"|截止|代码|优惠码|之前|有效|前$"
)


class Following:
    """Reads a text by what was said before."""

    def __init__(self, lexicon: Lexicon, arguments: Arguments) -> None:
        self._lexicon = lexicon
        self._arguments = arguments
        data = words()
        self._yes, self._no = set(data["yes"]["words"]), set(data["no"]["words"])
        self._ordinals = {name: int(number) for number, names in data["ordinals"].items() for name in names}
        self._fillers = {token.key for word in data["fillers"]["words"] for token in tokens_of(word)}
        self._chinese = sorted(data["fillers"]["chinese"], key=len, reverse=True)

    def answer(self, found: Found, context: Context) -> Route | Clarify | None:
        """The option that a text picks of those just offered; None where it is no answer to them."""
        options = context.options
        if not options:
            return None
        said = found.flattened.strip(" .,!?。，！？~")
        if said in self._no:
            return say("no", found.language)
        waiting = options[0] if len(options) == 1 else None
        if waiting and (lacking := self._lacking(waiting)):
            return self._filled_in(waiting, lacking, found)
        if len(found.tokens) > _LONGEST_ANSWER or len(said) > 60:
            return None
        if said in self._yes:
            return options[0]
        kept = re.sub(r"^(?:the |number |option |no\.? |#|选|第)+| (?:one|option|please|of them)$", "", said)
        place = self._ordinals.get(said) or self._ordinals.get(kept) or self._ordinals.get(kept.split(" ")[0])
        if kept in ("last", "最后一个", "最后"):
            place = len(options)
        if place and place <= len(options) and len(kept.split(" ")) < 4:
            return options[place - 1]
        return self._by_value(found, options)

    def waits(self, context: Context) -> bool:
        """Whether a question was asked whose answer is in words of the person's own."""
        return len(context.options) == 1 and bool(self._lacking(context.options[0]))

    def _by_value(self, found: Found, options: tuple[Route, ...]) -> Route | None:
        """By a segment, piece or brief that an option has, or could have; else by a word of it."""
        only_names = not self._rest(found)
        for slot in ("segment", "first", "second", "piece", "brief"):
            kind = "segment" if slot in ("first", "second") else slot
            named = found.every(kind) or (found.every("campaign") if slot == "brief" else ())
            if not named or len({str(option.arguments.get(slot)) for option in options}) == 1 < len(options):
                continue
            chosen = next((one for one in options if str(one.arguments.get(slot, "")) in named), None)
            if chosen is None and only_names and slot in options[0].arguments:
                chosen = Route(options[0].tool, {**options[0].arguments, slot: named[0]}, found.language, _SURE)
            if chosen is not None and (only_names or self._says_little(found)):
                return self._said_more(chosen, found)
        if found.has("segment") and only_names and any("segment" in option.arguments for option in options):
            return None
        fits = self._arguments.pieces_of(found)
        narrowed = [option for option in options if option.arguments.get("piece") in fits]
        if len(narrowed) == 1:
            return narrowed[0]
        own = {token.key for token in found.tokens} - self._fillers
        if not own or len(found.tokens) > 4:
            return None
        scores = [len(own & self._words_of(option, found.language)) for option in options]
        best = max(scores)
        if best and best == len(own) and scores.count(best) == 1:
            return options[scores.index(best)]
        return None

    def _says_little(self, found: Found) -> bool:
        rest = self._rest(found)
        return len(rest.split()) < 3 and len(re.findall("[\u3400-\u9fff]", rest)) < 4

    def _said_more(self, chosen: Route, found: Found) -> Route:
        """The option with what else the answer says: `of spend, for S4`, or both that are to be compared."""
        arguments: dict[str, Any] = dict(chosen.arguments)
        both = found.every("segment")
        if chosen.tool == "compare_segments" and len(both) > 1:
            arguments |= {"first": both[0], "second": both[1]}
        tool, more = self._changed(chosen.tool, {}, found) or (chosen.tool, {})
        if tool == chosen.tool:
            arguments |= {
                name: value for name, value in more.items() if name not in ("segment", "first", "second", "piece")
            }
        return Route(chosen.tool, arguments, found.language, chosen.confidence)

    def _words_of(self, option: Route, language: str) -> set[str]:
        spoken = [option.tool.replace("_", " "), words()["does"][language][option.tool]]
        for value in option.arguments.values():
            spoken += [str(value), self._lexicon.segments.get(str(value), "")]
        return {word for text in spoken for word in key_of(text).split()}

    def _lacking(self, route: Route) -> str:
        """The free words that a waiting route still lacks."""
        if route.tool == "edit_piece" and not route.arguments.get("field"):
            return "field"
        name = _FREE.get(route.tool, "")
        return (
            name
            if name and route.arguments.get("piece", route.arguments.get("claim")) and not route.arguments.get(name)
            else ""
        )

    def _filled_in(self, waiting: Route, lacking: str, found: Found) -> Route | None:
        asks_anew = re.match(r"^(?:show|list|what|which|who|how|compare|run|plan|approve)\b", found.flattened)
        if asks_anew or not found.text:
            return None
        arguments: dict[str, Any] = dict(waiting.arguments)
        if lacking == "field":
            if not found.has("field"):
                return None
            arguments["field"] = found.first("field")
            if found.has("quoted"):
                arguments["text"] = found.first("quoted")
        else:
            arguments[lacking] = found.first("quoted") or found.text
        return Route(waiting.tool, arguments, found.language, _SURE)

    def follow_up(self, found: Found, context: Context) -> Route | None:
        """The tool called last with what a text changes of its arguments; None where the text says more than that."""
        tool = context.tool
        if tool not in ARGUMENTS or len(found.tokens) > _LONGEST_KIND or found.has("quoted"):
            return None
        if special := self._of_its_own(tool, found, context):
            return Route(tool, special, found.language, _SURE)
        if len(found.tokens) > _LONGEST_FOLLOW_UP:
            return None
        kept = {name: value for name, value in context.arguments.items() if name in ARGUMENTS[tool] and value}
        if _OTHERS.search(found.flattened) and not self._rest(found, without=_OTHERS):
            return self._of_others(tool, kept, found)
        place = self._ordinals.get(re.sub(r"^(?:and )?the | (?:one|of them)\W*$|\W+$", "", found.flattened))
        if tool == "list_segments" and place and place <= len(self._lexicon.segments):
            return Route(
                "describe_segment", {"segment": list(self._lexicon.segments)[place - 1]}, found.language, _SURE
            )
        if found.either or self._rest(found, tool=tool):
            return None
        if tool == "count_customers":
            return None
        of_them = tool == "rank_segments" and context.segments and _OF_THEM.search(found.flattened)
        if of_them and not _SUPERLATIVE.search(found.flattened) and (metric := self._arguments.metric_of(found)):
            return Route("segment_facts", {"segment": context.segments[0], "metric": metric}, found.language, _SURE)
        changed = self._changed(tool, kept, found)
        return None if changed is None else Route(changed[0], changed[1], found.language, _SURE)

    def _of_its_own(self, tool: str, found: Found, context: Context) -> dict[str, Any] | None:
        """Arguments where a tool has its own way of being followed; None where the text is no such follow-up."""
        kept = {name: value for name, value in context.arguments.items() if name in ARGUMENTS[tool] and value}
        if tool == "count_customers":
            return counted_after(found, str(kept.get("who", "")), str(kept.get("segment", "")))
        if tool == "recommend" and not _OTHER_KIND.search(found.flattened) and (kind := kind_of(found)):
            segment = found.first("segment") or kept.get("segment", "")
            fresh = (
                found.has("segment")
                or found.either
                or found.has("channel")
                or found.has("percent")
                or found.has("brief")
            )
            return None if fresh or not segment else {"segment": segment, "kind": kind}
        if tool == "explain_piece" and not found.has("piece") and not self._arguments.pieces_of(found):
            words = explained_of(found, following=True)
            piece = kept.get("piece") or context.piece
            small = len(found.tokens) < 7 and not _OTHER_KIND.search(found.flattened)
            follows = re.match(
                r"^\W*(?:(?:ok|okay|so|now) )?(?:and|what about|how about|also)\b|^(?:那|还有)|呢[？?。]*$",
                found.flattened,
            )
            return {**kept, "piece": piece, "words": words} if words and piece and small and follows else None
        if tool in ("search_behaviour", "search_products") and not found.has("segment"):
            return self._other_words(kept, found)
        single = self._single_topic(found)
        if single and tool in ("segment_facts", "describe_segment") and kept.get("segment"):
            return {"segment": kept["segment"], "metric": single} if tool == "segment_facts" else None
        return None

    def _other_words(self, kept: dict[str, Any], found: Found) -> dict[str, Any] | None:
        """`And with bread?` searches as before for something else."""
        match = _AND_WORDS.match(found.flattened)
        if match is None or _OTHER_KIND.search(found.flattened) or found.has("pronoun") or found.has("channel"):
            return None
        name = "words" if match["words"] else "zh"
        words, old = found.text[slice(*match.span(name))].strip(), str(kept.get("text", ""))
        if len(words.split()) > 3 or not words:
            return None
        before = re.search(r"^.*\b(?:with|about|for|of)\b (?=\S)", old) if match["words"] else None
        return {**kept, "text": f"{before[0]}{words}" if before else words}

    def _single_topic(self, found: Found) -> str:
        """The topic where a text is its word and no more."""
        if found.language == "zh":
            text = found.flattened
            for filler in self._chinese:
                text = text.replace(filler, "")
            return _SINGLE_TOPICS.get(text.strip(), "")
        said = [token.key for token in found.tokens if token.key not in self._fillers]
        return _SINGLE_TOPICS.get(said[0], "") if len(said) == 1 else ""

    def _of_others(self, tool: str, kept: dict[str, Any], found: Found) -> Route | None:
        if tool == "segment_facts" and kept.get("metric"):
            return Route("rank_segments", {"metric": kept["metric"]}, found.language, 0.7)
        if tool in _SHOW_ALL or tool in ("segment_facts", "compare_segments", "rank_segments"):
            return Route("list_segments", {}, found.language, 0.7)
        return None

    def _changed(self, tool: str, kept: dict[str, Any], found: Found) -> tuple[str, dict[str, Any]] | None:
        names = ARGUMENTS[tool]
        new: dict[str, Any] = {}
        segments = found.every("segment")
        if segments and "segment" in names:
            new["segment"] = segments[0]
        elif len(segments) > 1 and tool == "compare_segments":
            new |= {"first": segments[0], "second": segments[1]}
        elif segments and tool == "compare_segments" and kept.get("first"):
            if segments[0] == kept["first"] or (
                self._arguments.metric_of(found) and not _STAYS_WITH_TWO.search(found.flattened)
            ):
                return "segment_facts", {"segment": segments[0], "metric": self._arguments.metric_of(found)}
            new["second"] = segments[0]
        elif segments and tool == "rank_segments":
            metric = self._arguments.metric_of(found) or kept.get("metric", "")
            return "segment_facts", {"segment": segments[0], "metric": metric}
        elif segments and tool in ("list_segments", "shop_overview"):
            if metric := self._arguments.metric_of(found):
                return "segment_facts", {"segment": segments[0], "metric": metric}
            return "describe_segment", {"segment": segments[0]}
        if tool in ("segment_facts", "rank_segments", "compare_segments", "describe_segment"):
            new |= self._metric(tool, found)
        for kind, name in _SAME_SLOTS:
            if found.has(kind) and name in names:
                new[name] = found.first(kind)
        if found.has("percent") and "percent_off" in names:
            percent = float(found.first("percent"))
            new["percent_off"] = int(percent) if percent == int(percent) else percent
        if found.has("product") and not new.get("metric"):
            new |= {
                name: found.first("product") for name in ("product", "text") if name in names and tool != "check_copy"
            }
        if tool == "recommend" and (kind := kind_of(found)):
            new["kind"] = kind
        if "piece" in names and not found.has("piece"):
            new |= self._other_piece(kept, found)
            if new.get("piece") and tool not in ("show_piece", "explain_piece"):
                return "show_piece", {"piece": new["piece"]}
        elif found.has("piece") and "piece" in names:
            new["piece"] = found.first("piece")
        if tool == "describe_segment" and new.get("metric"):
            return "segment_facts", {**kept, **new}
        return (tool, {**kept, **new}) if new else None

    def _metric(self, tool: str, found: Found) -> dict[str, Any]:
        metric = self._arguments.metric_of(found, ranking=tool == "rank_segments")
        new: dict[str, Any] = {"metric": metric} if metric else {}
        if tool == "rank_segments" and re.search(
            r"\b(?:most|least|highest|lowest|worst|best|fewest|smallest|biggest)\b|最", found.flattened
        ):
            new["lowest"] = lowest_in(found)
        return new

    def _other_piece(self, kept: dict[str, Any], found: Found) -> dict[str, Any]:
        """The piece that differs from the last one in what the text names."""
        parts = str(kept.get("piece", "")).split("-")
        if len(parts) < 3:
            return {}
        for at, kind in enumerate(("segment", "channel", "angle")):
            parts[at] = found.first(kind) or parts[at]
        name = flat("-".join(parts))
        return next(
            ({"piece": piece} for piece in self._lexicon.pieces if flat(piece) == name and piece != kept["piece"]), {}
        )

    def _rest(self, found: Found, without: re.Pattern[str] | None = None, tool: str = "") -> str:
        """What a text says beside names and the words of a follow-up.

        Args:
            found: what the text names.
            without: what says nothing either.
            tool: which is followed; a number that it takes no metric for is something said.
        """
        left = list(found.flattened)
        for kind in _SPENT_KINDS:
            if tool and kind in ("metric", "topic") and tool not in _METRIC_TOOLS:
                continue
            for hit in found.hits.get(kind, ()):
                left[hit.start : hit.end] = " " * (hit.end - hit.start)
        text = "".join(left)
        if without is not None:
            text = without.sub(" ", text)
        if tool == "draft_copy":
            text = _OF_DRAFTS.sub(" ", text)
        text = re.sub(
            r"\b(?:the )?(?:most|least|highest|lowest|worst|best|fewest|smallest|biggest|off|discount|again"
            r"|new)\b|最(?:高|低|多|少|大|小)|折|优惠|新品|再买",
            " ",
            text,
        )
        for filler in self._chinese:
            text = text.replace(filler, " ")
        left_over = [token.key for token in tokens_of(text) if token.key not in self._fillers]
        return " ".join([*left_over, *re.findall("[\u3400-\u9fff]+", text)])
