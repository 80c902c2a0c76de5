"""What a text names, and the text with those names masked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.chat.chinese import metric_words
from assistant.chat.routing.names import OwnNames, PieceNames, ProductNames, SegmentNames
from assistant.chat.routing.patterns import claims_in, codes_in, days_in, pasted_in, percents_in, quoted_in
from assistant.chat.routing.routes import Context, Lexicon
from assistant.chat.routing.superlatives import superlatives_in
from assistant.chat.routing.words import Hit, Phrases, Token, flat, language_of, tokens_of, words
from assistant.features import BASE_FEATURES
from assistant.records.chat import Language

_BEFORE_TEXT = re.compile(r"(?:\b(?:an?|as|by|via|another|new|short|quick|for|the|their) |^)$")
_NOUN_BEHIND = re.compile(r"push (?:text|message|copy|notification|note|notice|alert|wording|line)s?\b")
_TEXT_AS_VERB = re.compile(r"^(?:please |let's )?(?:text|push|mail|e-?mail)\b")
_BEFORE_ANGLE = re.compile(r"(?:\b(?:the|an?|in|on|with|using|angle|by|of|and|or|is|about) |[-:]|^)$")
_AFTER_ANGLE = re.compile(r"^[- ]?(?:angle|one|version|variant|piece|copy|e-?mail|sms|text|push|motive)s?\b")
_BEFORE_METRIC = re.compile(
    r"\b(?:the|their|its|average|avg|mean|of|by|on|in|highest|lowest|higher|lower|biggest|best|about|total|typical|for"
    r"|whose|and|longest|shortest|s) $"
)
_SUPERLATIVE = re.compile(
    r"\b(?:most|least|(?:bigg|small|larg|high|low|new|old|long|short|fast)est|best|worst|fewest|top)\b|最"
)
_ANGLE_WORDS = frozenset({"thrift", "discovery", "thrifty"})
_MASKS = {"either": "segment"}
_A_GROUP = re.compile(r"\b(?:group|segment|lot|this one|that one|customers|people)\b|细分|群|组|[这那]个$|客|人")
_OF_SEGMENTS = frozenset(
    {
        "rank_segments",
        "describe_segment",
        "segment_facts",
        "compare_segments",
        "recommend",
        "show_persona",
        "count_customers",
    }
)
_GREETING = re.compile(
    r"^\W*(?:good )?(?:morning|evening|afternoon)\b(?=\W*[.,!]|$)|^\W*good (?:morning|evening|afternoon)\b"
)
_NUMBER_OF_PRODUCTS = 4
_NOTHING = Context()


@dataclass(frozen=True)
class Found:
    """What was found in a text."""

    text: str
    """As it was typed, blanks at its ends taken off."""
    flattened: str
    """As it is matched, sign for sign as long."""
    tokens: tuple[Token, ...]
    language: Language
    hits: dict[str, tuple[Hit, ...]]
    """Kind -> where it stands, in the text's order."""
    either: tuple[str, ...]
    """Segments of which a part of a name fits several."""
    masked: str
    """The text with kinds in capitals where names stood, metrics too: for comparing with examples."""
    cued: str
    """The same with metrics in their own words, of which some speak for a tool."""

    def first(self, kind: str) -> str:
        """The first of a kind; empty where there is none."""
        hits = self.hits.get(kind, ())
        return hits[0].value if hits else ""

    def every(self, kind: str) -> tuple[str, ...]:
        """All of a kind, each once."""
        return tuple(dict.fromkeys(hit.value for hit in self.hits.get(kind, ())))

    def has(self, kind: str) -> bool:
        """Whether there is one of the kind."""
        return bool(self.hits.get(kind))

    def without(self, *kinds: str) -> str:
        """The text as it was typed, less the words that named these kinds."""
        kept = list(self.text)
        for kind in kinds:
            for hit in self.hits.get(kind, ()):
                kept[hit.start : hit.end] = "\0" * (hit.end - hit.start)
        return re.sub(r"\0+", " ", "".join(kept))


class Finder:
    """Finds what a text names; made once, as it indexes the names of the workspace."""

    def __init__(self, lexicon: Lexicon, ordinary: Sequence[str]) -> None:
        """Index the names.

        Args:
            lexicon: the workspace's names.
            ordinary: words of the router's own examples, which by themselves are no product.
        """
        data = words()
        self._lexicon = lexicon
        self._segments = SegmentNames(lexicon.segments)
        self._phrases = {
            kind: Phrases(data[f"{kind}s"]) for kind in ("channel", "angle", "state", "field", "topic")
        } | {"pronoun": Phrases({"pronoun": data["pronouns"]["words"]})}
        self._phrases["metric"] = Phrases(_metric_phrases(lexicon))
        self._angles = frozenset(lexicon.angles)
        self._own = {"campaign": OwnNames(lexicon.campaigns), "brief": OwnNames(lexicon.briefs)}
        self._pieces = PieceNames(lexicon.pieces)
        vocabulary = {token.key for word in ordinary for token in tokens_of(flat(word))}
        for kind, phrases in self._phrases.items():
            vocabulary |= phrases.vocabulary if kind != "metric" else Phrases(_metric_phrases(Lexicon())).vocabulary
        self._known = vocabulary
        self.products = ProductNames(lexicon.products, vocabulary)

    def vocabulary(self) -> set[str]:
        """Words that are right beside those of the examples: of phrases with a meaning, and of segments' names."""
        data = words()
        spoken = {
            *self._known,
            *self._lexicon.segments.values(),
            *self._lexicon.metrics.values(),
            *data["heads"]["words"],
        }
        for part in ("channels", "angles", "states", "fields", "topics", "metrics"):
            spoken |= {phrase for phrases in data[part].values() for phrase in phrases}
        for part in ("fillers", "pronouns", "yes", "no"):
            spoken |= set(data[part]["words"])
        return spoken | {*self._lexicon.campaigns, *self._lexicon.briefs}

    def find(self, text: str, context: Context = _NOTHING) -> Found:
        """Everything that a text names; it never raises.

        Args:
            text: as somebody typed it.
            context: what was spoken of before, for segments that are spoken of by their place in a ranking.
        """
        text = text.strip()
        flattened = flat(text)
        made = _Making(text, flattened)
        made.take("quoted", quoted_in(text))
        if not made.hits.get("quoted") and (pasted := pasted_in(text, flattened)):
            made.take("quoted", [pasted])
        made.take("claim", claims_in(made.left()))
        made.take("piece", self._pieces.find(text, made.left(), made.tokens()))
        made.take("segment", self._segments.by_id(made.left()))
        for kind, own in self._own.items():
            made.note(kind, own.find(made.tokens()))
        made.take("campaign", made.hits.get("campaign", []))
        made.take("brief", made.hits.get("brief", []))
        made.take("percent", [hit for hit in percents_in(made.left()) if 0 < float(hit.value) < 100])
        made.take("code", codes_in(made.original()))
        made.take("date", days_in(text, made.left()))
        either: tuple[str, ...] = ()
        asked = re.match(r"^(?:and )?(?:which|what) (?:segment|group|customer)", flattened)
        for hit, fits in self._segments.by_name(made.tokens()) if not asked else ():
            if len(fits) == 1:
                made.take("segment", [hit])
            else:
                either = either or fits
                made.take("either", [hit])
        made.take("segment", superlatives_in(made.left(), self._lexicon, context))
        for kind in ("state", "field"):
            made.note(kind, self._phrases[kind].find(made.left(), made.tokens()))
        made.take("channel", self._channels(made))
        made.take("angle", self._angle_hits(made))
        for kind in ("pronoun", "topic"):
            made.note(kind, self._phrases[kind].find(made.left(), made.tokens()))
        metrics = self._phrases["metric"].find(made.left(), made.tokens(), known=self._known)
        greeting = _GREETING.match(flattened)
        metrics = [hit for hit in metrics if greeting is None or hit.start >= greeting.end()]
        products = self.products.find(made.tokens())[:_NUMBER_OF_PRODUCTS]
        # Words of a metric that a product shares: the longer of both counts.
        products = [hit for hit in products if not any(_longer(metric, hit) for metric in metrics)]
        made.note("metric", [hit for hit in metrics if not any(_longer(product, hit) for product in products)])
        made.take("product", products)
        self._speaks_of_group(made, context)
        return Found(
            text, flattened, tuple(tokens_of(flattened)), language_of(text),
            {kind: tuple(sorted(hits, key=lambda hit: hit.start)) for kind, hits in made.hits.items()}, either,
            made.masked("field", "metric", "group"), made.masked("field", "group"),
        )  # fmt: skip

    def _speaks_of_group(self, made: "_Making", context: Context) -> None:
        """`That group` is compared with examples as a segment's name is."""
        if context.segments and context.tool in _OF_SEGMENTS and not made.hits.get("segment"):
            said = [hit for hit in made.hits.get("pronoun", []) if _A_GROUP.search(made.flattened[hit.start : hit.end])]
            made.hits["group"] = said

    def _channels(self, made: "_Making") -> list[Hit]:
        found = []
        for hit in self._phrases["channel"].find(made.left(), made.tokens()):
            said = made.flattened[hit.start : hit.end]
            before, after = made.flattened[: hit.start], made.flattened[hit.start :]
            if _NOUN_BEHIND.match(after):
                found.append(hit)
                continue
            if said in ("text", "texts", "push", "pushes") and not (
                _BEFORE_TEXT.search(before)
                and (said != "texts" or not before)
                and not re.match(r"text (?:of|in)\b", after)
            ):
                continue
            if not before and said in ("text", "push") and not _TEXT_AS_VERB.match(after):
                continue
            if re.match(r"(?:e-?mails?|邮件) ?(?:address|campaign)", after) or before.endswith(
                ("邮箱地址", "opened an ")
            ):
                continue
            found.append(hit)
        return found

    def _angle_hits(self, made: "_Making") -> list[Hit]:
        found = []
        for hit in self._phrases["angle"].find(made.left(), made.tokens()):
            said = made.flattened[hit.start : hit.end]
            before, after = made.flattened[: hit.start], made.flattened[hit.end :]
            canonical = said == hit.value
            if self._angles and hit.value not in self._angles and hit.value != "control":
                continue
            if not said.isascii():
                fits = after.startswith(("角度", "版", "的")) or "角度" in made.flattened
            elif canonical:
                fits = said in _ANGLE_WORDS or bool(_AFTER_ANGLE.match(after)) or bool(
                    _BEFORE_ANGLE.search(before) and re.match(r"\s*(?:$|[,.;?!])", after)
                )  # fmt: skip
            else:
                fits = bool(_AFTER_ANGLE.match(after)) or before.endswith(("angle ", "angle: "))
            if fits:
                found.append(hit)
        return found


class _Making:
    """A text of which one piece after the other is taken."""

    def __init__(self, text: str, flattened: str) -> None:
        self.text = text
        self.flattened = flattened
        self.hits: dict[str, list[Hit]] = {}
        self._free = [True] * len(text)
        self._kinds: list[tuple[int, int, str]] = []

    def left(self) -> str:
        """The flattened text with a neutral sign in place of what was taken."""
        return "".join(sign if free else "\x00" for sign, free in zip(self.flattened, self._free, strict=True))

    def original(self) -> str:
        """The text as typed, with a neutral sign in place of what was taken."""
        return "".join(sign if free else "\x00" for sign, free in zip(self.text, self._free, strict=True))

    def tokens(self) -> list[Token]:
        """Words of what is left."""
        return tokens_of(self.left())

    def note(self, kind: str, hits: Sequence[Hit]) -> None:
        """Keep hits, and let others take the same words."""
        if hits:
            self.hits[kind] = [*self.hits.get(kind, []), *(hit for hit in hits if hit not in self.hits.get(kind, []))]

    def take(self, kind: str, hits: Sequence[Hit]) -> None:
        """Keep hits; their words are nobody else's."""
        hits = [
            hit for hit in hits if all(self._free[hit.start : hit.end]) or (hit.start, hit.end, kind) in self._kinds
        ]
        self.note(kind, hits)
        for hit in hits:
            self._free[hit.start : hit.end] = [False] * (hit.end - hit.start)
            if (hit.start, hit.end, kind) not in self._kinds:
                self._kinds.append((hit.start, hit.end, kind))

    def masked(self, *more: str) -> str:
        """The flattened text with the kinds of what was taken, and of more that was noted, in capitals."""
        spans = list(self._kinds)
        for kind in more:
            for hit in self.hits.get(kind, []):
                if hit.value == "customers":
                    # `the number of customers who` asks to count, not for a number of a segment.
                    continue
                if (
                    kind == "field"
                    and not self.hits.get("quoted")
                    and not re.search(r"\b(?:change|set|replace|edit|update|put)\b|[改换设]", self.flattened)
                ):
                    continue
                said = self.flattened[hit.start : hit.end]
                if kind == "group":
                    spans.append((hit.start, hit.end, "segment"))
                    continue
                noun = not said.isascii() or bool(_BEFORE_METRIC.search(self.flattened[: hit.start]))
                noun = noun and not _SUPERLATIVE.search(said)
                if (kind == "field" or noun) and not any(s < hit.end and hit.start < e for s, e, _ in spans):
                    spans.append((hit.start, hit.end, kind))
        made, at = [], 0
        for start, end, kind in sorted(spans):
            if start < at:
                continue
            made.append(self.flattened[at:start])
            made.append(_MASKS.get(kind, kind).upper())
            at = end
        made.append(self.flattened[at:])
        return "".join(made)


def _longer(one: Hit, other: Hit) -> bool:
    """Whether both share words and the first has more of them."""
    shared = one.start < other.end and other.start < one.end
    return shared and one.end - one.start > other.end - other.start


def _metric_phrases(lexicon: Lexicon) -> dict[str, list[str]]:
    """Metric -> all it may be called: the shop's label, house words and Chinese ones."""
    phrases: dict[str, list[str]] = {}
    # A feature that no fact sheet has is still understood: as its topic.
    for feature in BASE_FEATURES:
        phrases[feature.name] = [feature.label]
    for metric, label in lexicon.metrics.items():
        phrases.setdefault(metric, []).append(label)
    for source in (words()["metrics"], metric_words()):
        for metric, names in source.items():
            phrases.setdefault(metric, []).extend(names)
    return phrases
