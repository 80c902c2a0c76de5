"""Names of a workspace in what somebody typed: segments, products, pieces, campaigns and briefs."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence

from rapidfuzz import fuzz, process

from assistant.chat.routing.words import Hit, Token, flat, key_of, singular, tokens_of, words

_ID = re.compile(
    r"(?:(?<![a-z0-9_-])|(?<=[sa]\d))([sa])(\d{1,3})(?!(?![sa]\d)[a-z0-9_%]|\.\w|-\w)"
    r"|(?<![A-Za-z0-9])s (\d{1,2})(?![a-z0-9%.])"
)
_NUMBERED = re.compile(
    r"\b(?:segments?|seg|segmnt|segement|segmant|segemnt|groups?|clusters?)(?: no\.?| number| #"
    r"|#)? ?((?:\d{1,3}|one|two|three|four|five|six|seven|eight)"
    r"(?:(?:,| and| or| vs\.?| versus| with| to| &|, and) (?:segment )?(?:\d{1,3}|one|two|three|four|five|six"
    r"|seven|eight))*)"
    r"(?![\w%])|(?:细分|分群|人群|群体|群组|第) ?(?:第)?(\d{1,3}|[一二三四五六七八九十])(?:个|组|群|号)?(?:细分"
    r"|分群|人群|群体|组)?"
    r"|\bthe (first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|\d(?:st|nd|rd|th)) (?:segment"
    r"|group|cluster)\b"
)
_BARE = re.compile(
    r"(?:\bbetween|\bcompar(?:e|ing)) (\d{1,2}) (?:and|with|to|vs\.?|versus|&) (\d{1,2})(?=\W*(?:$|on\b|by\b|in\b))"
)
_AUDIENCE = re.compile(r"\baudiences? (\d{1,3})\b|受众 ?(\d{1,3})")
_GENERIC = frozenset(
    [
        "shopper",
        "customer",
        "buyer",
        "segment",
        "group",
        "people",
        "the",
        "and",
        "of",
        "a",
        "an",
        "to",
        "in",
        "for",
        "with",
        "who",
        "household",
        "client",
    ]
)
_WEAK = frozenset(
    [
        "most",
        "high",
        "low",
        "top",
        "big",
        "small",
        "best",
        "new",
        "spending",
        "led",
        "free",
        "very",
        "more",
        "less",
        "regular",
        "buying",
        "order",
    ]
)
_PEOPLE = frozenset(["one", "those", "people", "customer", "shopper", "folk", "buyer", "segment", "group", "crowd"])
_OF_PEOPLE = frozenset(
    ["we", "we've", "have", "has", "had", "are", "is", "that", "who", "which", "were", "been", "already", "just",
     "really", "our"]
)  # fmt: skip
_NEAR = 85.0
_LEAST_FOR_TYPOS = 5
_MOST_UNKNOWN = 6
_LONGEST_PRODUCT = 8
_PIECE = re.compile(r"(?<![a-z0-9])[sa]\d{1,3}[-_][a-z][a-z0-9_-]+")


class SegmentNames:
    """Finds segments by id, by number and by name."""

    def __init__(self, segments: Mapping[str, str]) -> None:
        self._ids = list(segments)
        self._by_id = {flat(segment): segment for segment in segments}
        self._words = {
            segment: [token.key for token in tokens_of(flat(name)) if token.key not in _GENERIC]
            for segment, name in segments.items()
        }
        self._how_many = Counter(word for own in self._words.values() for word in set(own))
        self._heads = {singular(word) for word in words()["heads"]["words"]}
        self._chinese = {
            flat(name): segment for segment, name in segments.items() if re.search("[\u3400-\u9fff]", name)
        }

    def by_id(self, flattened: str) -> list[Hit]:
        """`S2`, `segments 2 and 3`, `细分2`, `第二个`, a name in Chinese; ids that are no segment too."""
        found = [
            Hit(at, at + len(name), segment)
            for name, segment in self._chinese.items()
            if name and (at := flattened.find(name)) >= 0
        ]
        found += self._in_chinese(flattened)
        for match in _ID.finditer(flattened):
            name = f"{match[1]}{match[2]}" if match[1] else f"s{match[3]}"
            found.append(Hit(match.start(), match.end(), self._by_id.get(name, name.upper())))
        for match in _BARE.finditer(flattened):
            for number in match.groups():
                if int(number) <= len(self._ids):
                    found.append(Hit(match.start(), match.end(), self._numbered(int(number))))
        for match in _AUDIENCE.finditer(flattened):
            found.append(Hit(match.start(), match.end(), f"A{match[1] or match[2]}"))
        for match in _NUMBERED.finditer(flattened):
            said = match[1] or match[2] or match[3]
            if "第" in match[0] and match.end() < len(flattened) and flattened[match.end()] in "条封点步次名":
                continue
            for number in re.findall(r"\d+|[a-z]+|[一二三四五六七八九十]", said):
                if (place := _number(number)) is not None:
                    found.append(Hit(match.start(), match.end(), self._numbered(place)))
        return sorted(found, key=lambda hit: hit.start)

    def _in_chinese(self, flattened: str) -> list[Hit]:
        """`流失的那群`: a word of one name alone, said in Chinese of a group."""
        found = []
        for word, said in words()["name_words"].items():
            own = [segment for segment, parts in self._words.items() if word in parts]
            if len(own) != 1:
                continue
            pattern = (
                rf"(?:{'|'.join(said)})了?的(?:那|这)?(?:个|一|些)?(?:群体?|细分|拨|批|组|人群)(?![^，,。]*(?:多少|几))"
            )
            found += [Hit(match.start(), match.end(), own[0]) for match in re.finditer(pattern, flattened)]
        return found[:1]

    def _numbered(self, place: int) -> str:
        known = self._by_id.get(f"s{place}")
        if known is None and 0 < place <= len(self._ids):
            known = self._ids[place - 1]
        return known or f"S{place}"

    def by_name(self, tokens: Sequence[Token]) -> list[tuple[Hit, tuple[str, ...]]]:
        """Places of names, each with the segments that it fits best: one, or several where it is not clear."""
        found = self._spoken_of(tokens)
        if found:
            return found
        for run in self._runs(tokens):
            fits = self._fits([tokens[at].key for at in run])
            start, end = run[0], run[-1]
            headed = any(token.key in self._heads for token in tokens[end + 1 : end + 2])
            said = [word for at in run if (word := self._word(tokens[at].key))]
            strong = [word for word in said if word not in _WEAK]
            whole = any(set(self._words[segment]) == set(said) for segment in fits)
            if len(fits) > 1 and not headed and not self._in_order(said, fits[0]):
                continue
            if whole or (len(said) > 1 and strong) or (headed and (strong or len(said) > 1)):
                last = tokens[end + 1].end if headed and tokens[end + 1].key in self._heads else tokens[end].end
                found.append((Hit(tokens[start].start, last, fits[0]), fits))
        return found

    def _spoken_of(self, tokens: Sequence[Token]) -> list[tuple[Hit, tuple[str, ...]]]:
        """`the ones we have lost`: a word that one name alone has, said of people."""
        keys = [token.key for token in tokens]
        if {"many", "count", "number"} & set(keys):
            return []
        for at, key in enumerate(keys):
            if key not in _PEOPLE or (at + 1 < len(keys) and keys[at + 1] not in _OF_PEOPLE):
                continue
            end = at + 1
            while end < len(keys) and keys[end] in _OF_PEOPLE:
                end += 1
            word = self._word(keys[end]) if end < len(keys) and end > at + 1 else ""
            if word and word not in _WEAK and self._how_many[word] == 1:
                segment = next(name for name, own in self._words.items() if word in own)
                return [(Hit(tokens[at].start, tokens[end].end, segment), (segment,))]
        return []

    def _in_order(self, said: Sequence[str], segment: str) -> bool:
        """Whether words stand beside each other in a name as they do in the text."""
        return len(said) > 1 and f" {' '.join(said)} " in f" {' '.join(self._words[segment])} "

    def _runs(self, tokens: Sequence[Token]) -> list[list[int]]:
        """Places of words of names that stand beside each other."""
        runs: list[list[int]] = []
        for at, token in enumerate(tokens):
            if not self._word(token.key):
                continue
            between = tokens[runs[-1][-1] + 1 : at] if runs else []
            if runs and all(token.key in _GENERIC - {"and"} for token in between) and len(between) < 2:
                runs[-1].append(at)
            else:
                runs.append([at])
        return runs

    def _word(self, key: str) -> str:
        if key in self._how_many:
            return key
        if len(key) < _LEAST_FOR_TYPOS:
            return ""
        close = process.extractOne(key, self._how_many.keys(), scorer=fuzz.ratio, score_cutoff=_NEAR)
        return str(close[0]) if close and key[0] == close[0][0] else ""

    def _fits(self, keys: Sequence[str]) -> tuple[str, ...]:
        said = {self._word(key) for key in keys}
        scores = {segment: len(said & set(own)) for segment, own in self._words.items()}
        best = max(scores.values())
        return tuple(segment for segment, score in scores.items() if score == best)


def _number(text: str) -> int | None:
    if text.isdigit():
        return int(text)
    for number, names in words()["ordinals"].items():
        if text in names:
            return int(number)
    return None


class ProductNames:
    """Finds products by name, with typing errors, among tens of thousands: words are indexed once."""

    def __init__(self, products: Sequence[str], ordinary: Collection[str]) -> None:
        """Index the names.

        Args:
            products: distinct names.
            ordinary: words that by themselves speak of other things than a product.
        """
        self._names: dict[str, str] = {}
        self._holding: dict[str, list[str]] = defaultdict(list)
        for name in products:
            key = key_of(name)
            if key:
                self._names.setdefault(key, name)
        for key in self._names:
            for word in set(key.split()):
                self._holding[word].append(key)
        self._ordinary = ordinary
        self._long = [word for word in self._holding if len(word) >= _LEAST_FOR_TYPOS]

    def find(self, tokens: Sequence[Token]) -> list[Hit]:
        """Names in a text, the longest where several fit."""
        keys = [token.key for token in tokens]
        unknown = [at for at, key in enumerate(keys) if key not in self._holding and key not in self._ordinary]
        for at in unknown[:_MOST_UNKNOWN]:
            keys[at] = self._spelled(keys[at])
        found, at = [], 0
        while at < len(keys):
            for count in range(min(_LONGEST_PRODUCT, len(keys) - at), 0, -1):
                key = " ".join(keys[at : at + count])
                if key in self._names and (count > 1 or key not in self._ordinary):
                    found.append(Hit(tokens[at].start, tokens[at + count - 1].end, self._names[key]))
                    at += count - 1
                    break
            at += 1
        return found

    def nearest(self, text: str) -> str:
        """The shop's spelling of a name, where one is meant without doubt; else the text."""
        key = key_of(text)
        if key in self._names:
            return self._names[key]
        holding = [set(self._holding.get(word, ())) for word in key.split()]
        both = set.intersection(*holding) if holding else set()
        return self._names[both.pop()] if len(both) == 1 else text

    def spelled(self, word: str) -> str:
        """The word of a product's name that is meant, typed right or not; empty where none is."""
        key = singular(flat(word))
        if key in self._holding:
            return key
        near = self._spelled(key)
        return "" if near == key else near

    def _spelled(self, key: str) -> str:
        if len(key) < _LEAST_FOR_TYPOS:
            return key
        close = process.extractOne(key, self._long, scorer=fuzz.ratio, score_cutoff=_NEAR)
        return str(close[0]) if close and close[0][0] == key[0] else key


class OwnNames:
    """Finds names such as `new-year`, however their words are joined."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = {"".join(key.split()): name for name in names if (key := key_of(name.replace("_", " ")))}

    def find(self, tokens: Sequence[Token]) -> list[Hit]:
        """Names in a text; a typing error is let pass."""
        found, at = [], 0
        while at < len(tokens):
            for count in range(min(6, len(tokens) - at), 0, -1):
                key = "".join(token.key for token in tokens[at : at + count])
                name = self._names.get(key) or self._mistyped(key)
                if name:
                    found.append(Hit(tokens[at].start, tokens[at + count - 1].end, name))
                    at += count - 1
                    break
            at += 1
        return found

    def _mistyped(self, key: str) -> str:
        if len(key) <= _LEAST_FOR_TYPOS:
            return ""
        close = process.extractOne(key, self._names.keys(), scorer=fuzz.ratio, score_cutoff=_NEAR)
        return self._names[close[0]] if close and abs(len(close[0]) - len(key)) < 3 else ""


class PieceNames:
    """Finds pieces by name."""

    def __init__(self, pieces: Sequence[str]) -> None:
        self._names = {piece.casefold(): piece for piece in pieces}
        self._own = {key_of(piece): piece for piece in pieces}
        self._longest = max((len(key.split()) for key in self._own), default=0)

    def find(self, text: str, flattened: str, tokens: Sequence[Token]) -> list[Hit]:
        """Names of pieces, `s2 email thrift` too; what looks like a name is one, known or not."""
        found = []
        for match in _PIECE.finditer(flattened):
            known = self._names.get(match[0]) or self._near(match[0])
            found.append(Hit(match.start(), match.end(), known or text[match.start() : match.end()]))
        taken = {hit.start for hit in found}
        for at in range(len(tokens)):
            for count in range(min(self._longest, len(tokens) - at), 1, -1):
                key = " ".join(token.key for token in tokens[at : at + count])
                if key in self._own and tokens[at].start not in taken:
                    found.append(Hit(tokens[at].start, tokens[at + count - 1].end, self._own[key]))
                    break
        return sorted(found, key=lambda hit: hit.start)

    def _near(self, typed: str) -> str:
        # The segment must be right: a neighbour's piece is another piece.
        own = [name for name in self._names if name.split("-")[0] == re.split("[-_]", typed)[0]]
        close = process.extractOne(typed, own, scorer=fuzz.ratio, score_cutoff=88)
        return self._names[close[0]] if close else ""
