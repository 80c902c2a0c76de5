"""A sentence as a predicate, where its words are ones that the data can decide; else why it stays a hypothesis.

The reader guesses nothing: every word of a sentence must be one of a metric's own, of a comparison, or stand between
them. What it cannot read whole is no predicate.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from assistant.features import BASE_FEATURES
from assistant.personas.quantities import OTHERS, Quantity, quantities
from assistant.personas.vocabulary import Vocabulary
from assistant.personas.wording import Read, found, kind_of, wording, words_of
from assistant.records import CUSTOMER_PREFIX, Comparator, Predicate, Statistic, Unit, Where

LONGEST = 400
NOTHING_SAID = "it says neither how much nor how it compares with others"

_OTHERS = re.compile(rf"\b(?:than|as|to|of|for|among|against)\s+(?:among\s+|by\s+)?{OTHERS}")
_AS_OTHERS = re.compile(r"\bas\s+(?:often|much|many|long)\b(?=.*\bas\b)")
_OF_THEM = re.compile(r"\b(more|fewer|less)\s+(?:of\s+(?:them|these\s+customers)\b)")
# "They spend $50 each" is a mean; "each of them spends $50" is another matter.
_EACH = re.compile(r"\beach\b(?=\s*(?:,|$))")
# Kinds of metrics whose name is a name of the shop's.
_NAMED = frozenset({"buys", "has_bought", "redeems", "department", "category", "channel"})
_WEEKS = re.compile(r"\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\s+weeks?\b")
_TYPICAL = frozenset({"typical", "median"})
_WAYS: dict[str, Comparator] = {"higher": ">", "lower": "<", "same": "about"}
_BOUNDS = {">": "above", ">=": "at_least", "<": "below", "<=": "at_most"}
_HOURS = {
    feature.name: feature.label.removeprefix("share of orders ")
    for feature in BASE_FEATURES
    if feature.label.startswith("share of orders from ")
}
_KINDS = {Unit.MONEY: ("money",), Unit.SHARE: ("share",), Unit.DAYS: ("days", "plain"), Unit.RATIO: ()}


@dataclass(frozen=True)
class Reading:
    """What became of a sentence."""

    predicate: Predicate | None
    reasons: tuple[str, ...] = ()
    """Why there is none."""


@dataclass(frozen=True)
class Said:
    """A sentence taken apart, with the names that it holds taken out."""

    metric: str
    quantities: tuple[Quantity, ...]
    words: tuple[str, ...]
    others: bool
    way_of_people: Comparator | None
    where: Where | None = None
    """Of a column of customers, the values that are named."""

    @property
    def whole(self) -> bool:
        """Whether it says of which whole a share is."""
        return "share" in self.words or any(own.kind == "share" for own in self.quantities)


def predicate_of(text: str, population: str, vocabulary: Vocabulary) -> Reading:
    """Read a sentence.

    Args:
        text: one English sentence about a segment.
        population: id of the segment.
        vocabulary: the names it may use.
    """
    broken = _broken(text)
    if broken:
        return Reading(None, (broken,))
    try:
        candidates = [said for said in _candidates(text, vocabulary) if _meets(said)]
    except ValueError as error:
        return Reading(None, (str(error),))
    strays = unmeasured_words(text, vocabulary, [said.metric for said in candidates])
    if strays:
        return Reading(None, (f"it speaks of what the data does not tell: {', '.join(strays)}",))
    if not candidates:
        return Reading(None, ("it speaks of nothing that is measured",))
    left = {said.metric: _left(said) for said in candidates}
    whole = [said for said in candidates if not left[said.metric]]
    if not whole:
        nearest = min(candidates, key=lambda said: (len(left[said.metric]), -_depth(said)))
        return Reading(None, (f"it also speaks of: {', '.join(left[nearest.metric])}",))
    deepest = [said for said in whole if _depth(said) == max(map(_depth, whole))]
    if len(deepest) > 1:
        return Reading(None, (f"it may mean {' or '.join(said.metric for said in deepest)}",))
    return _derived(deepest[0], population, vocabulary)


def contradictions(text: str, predicate: Predicate, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Why a sentence does not say its predicate; empty where it does, or says less.

    Args:
        text: one English sentence.
        predicate: that somebody has put beside it.
        vocabulary: the names it may use.
    """
    broken = _broken(text)
    if broken:
        return (broken,)
    try:
        own = [said for said in _candidates(text, vocabulary, predicate.metric) if said.metric == predicate.metric]
    except ValueError as error:
        return (str(error),)
    strays = unmeasured_words(text, vocabulary, [predicate.metric])
    if strays:
        return (f"it speaks of what the data does not tell: {', '.join(strays)}",)
    if not own:
        return (f"it does not name what {predicate.metric!r} counts",)
    said = own[0]
    if said.where is not None and said.where != predicate.where:
        return (f"it names {', '.join(said.where.one_of or ())}, its predicate {predicate.where}",)
    if not _meets(said):
        return (f"it does not say what {predicate.metric!r} counts",)
    left = _left(said)
    if left:
        return (f"its predicate does not decide: {', '.join(left)}",)
    read = _derived(said, predicate.population, vocabulary)
    if read.predicate is None:
        return () if read.reasons == (NOTHING_SAID,) else read.reasons
    return () if _same(read.predicate, predicate) else (f"its words say {_brief(read.predicate)}, its predicate "
                                                        f"{_brief(predicate)}",)  # fmt: skip


def unmeasured_words(text: str, vocabulary: Vocabulary, metrics: Iterable[str]) -> list[str]:
    """Words of what no row tells, but for those of a name or of a column that the shop does have."""
    said = wording()
    known = [
        word
        for metric in metrics
        for word in (*words_of(metric.partition(":")[2]), *(one for group in _entry(metric).needs for one in group))
    ]
    # A number of weeks is a number of days; what is "weekly" or "per week" is another matter.
    spoken = words_of(_WEEKS.sub(" ", text.lower()))
    return [word for word in found(spoken, (*said.unmeasured, *said.periods)) if not found([word], known)]


def _broken(text: str) -> str:
    if len(text) > LONGEST:
        return f"it is {len(text)} characters long; expected at most {LONGEST}"
    if not text.isprintable():
        return "it holds a sign that cannot be shown"
    if re.search(r"[.!?;]\s+\S", text.strip()):
        return "it is more than one sentence; make each a claim of its own"
    return ""


def _candidates(text: str, vocabulary: Vocabulary, metric: str = "") -> Iterator[Said]:
    """The sentence taken apart once for every metric that it may speak of."""
    plain = _plain(text)
    for name in wording().reading:
        if name not in _NAMED:
            yield _apart(plain, name, vocabulary)
    product = _longest(plain, vocabulary.products)
    named = metric.partition(":")[2].lower()
    # A predicate says which product is meant, though the sentence may hold the name of another.
    for subject in dict.fromkeys(own for own in (product, named) if own in vocabulary.products):
        for kind in ("buys", "has_bought"):
            if bare := _without(plain, subject):
                yield _apart(bare, f"{kind}:{vocabulary.products[subject]}", vocabulary)
    for own in (*vocabulary.metrics, *(f"redeems:{campaign}" for campaign in vocabulary.campaigns)):
        name = own.partition(":")[2].strip().lower()
        if kind_of(own) in _NAMED and (bare := _without(plain, name)):
            yield _apart(bare, own, vocabulary)
    yield from _attributes(plain, vocabulary)


def _attributes(plain: str, vocabulary: Vocabulary) -> Iterator[Said]:
    for column, own in wording().attributes.items():
        levels = vocabulary.attributes.get(column, ())
        if not levels or not found(words_of(plain), own.needs):
            continue
        named = _longest(plain, {level.lower(): level for level in levels})
        some = tuple(level for level in levels if level.lower() not in own.none)
        if named:
            where, bare = Where(one_of=({level.lower(): level for level in levels}[named],)), _without(plain, named)
        elif own.none and some:
            where, bare = Where(one_of=some), plain
        else:
            continue
        yield replace(_apart(bare, f"{CUSTOMER_PREFIX}{column}", vocabulary), where=where)


def _longest(plain: str, names: Iterable[str]) -> str:
    return max((name for name in names if name in plain and _without(plain, name)), key=len, default="")


def _without(plain: str, name: str) -> str:
    """The sentence without a name; empty where the name is no word of it."""
    bare, times = re.subn(rf"(?<![\w-]){re.escape(name)}(?![\w-])", " ", plain)
    return bare if times else ""


def _apart(plain: str, metric: str, vocabulary: Vocabulary) -> Said:
    plain = _without_hours(plain, metric)
    people = _OF_THEM.search(plain)
    if people:
        plain = _OF_THEM.sub(" ", plain)
    numbers, rest = quantities(plain.strip(), vocabulary.currency, vocabulary.minor)
    others = bool(_OTHERS.search(rest)) or any(own.role == "others" for own in numbers)
    # "As often as others" is one comparison.
    rest = _AS_OTHERS.sub(" same ", rest) if others else rest
    rest = _OTHERS.sub(" ", rest)
    rest = _EACH.sub(" ", rest)
    # Whatever is no word may say something too: `/`, `(`, `é`.
    words = (*words_of(rest), *re.findall(r"[^a-z\s,:.'-]", rest))
    way = None if people is None else _WAYS["higher" if people[1] == "more" else "lower"]
    return Said(metric, tuple(numbers), words, others, way)


def quoted(text: str, metric: str, vocabulary: Vocabulary) -> tuple[Quantity, ...]:
    """The numbers of a sentence, but for those in the names it holds.

    Raises:
        ValueError: an amount in another currency.
    """
    plain = _plain(text)
    name = metric.partition(":")[2].strip().lower()
    return _apart((name and _without(plain, name)) or plain, metric, vocabulary).quantities


def _plain(text: str) -> str:
    return " ".join(text.lower().replace("’", "'").split()).rstrip(".!")


def _without_hours(plain: str, metric: str) -> str:
    """`from nine in the evening to five in the morning` is the name of the night, not two numbers."""
    named = _HOURS.get(metric)
    return plain if named is None else plain.replace(named, _entry(metric).needs[0][0].rstrip("*"))


def _entry(metric: str) -> Read:
    if metric.startswith(CUSTOMER_PREFIX):
        own = wording().attributes.get(metric.removeprefix(CUSTOMER_PREFIX))
        return Read((own.needs,) if own else (), (), (), None)
    return wording().reading.get(kind_of(metric)) or Read((), (), (), None)


def _meets(said: Said) -> bool:
    return all(found(said.words, group) for group in _entry(said.metric).needs)


def _depth(said: Said) -> int:
    """How much a metric asks of a sentence: the one that asks most is the one that is meant."""
    return len(_entry(said.metric).needs) + (":" in said.metric)


def _left(said: Said) -> list[str]:
    entry, own = _entry(said.metric), wording()
    allowed = [*own.fillers, *entry.says, *entry.flips, *_TYPICAL]
    allowed += [word for group in (*entry.needs, *own.ways.values()) for word in group]
    return list(dict.fromkeys(word for word in said.words if not found([word], allowed)))


def _derived(said: Said, population: str, vocabulary: Vocabulary) -> Reading:
    """The predicate of a sentence whose metric is known."""
    unit = vocabulary.unit(said.metric)
    unfit = [own.shown for own in said.quantities if not _fits(own, unit)]
    if any(own.kind == "change" for own in said.quantities):
        return Reading(None, (f"how much more or less is not read: {', '.join(unfit)}",))
    if unfit:
        return Reading(None, (f"{', '.join(unfit)}: {said.metric!r} counts {unit.value}",))
    ways = {way for way, words in wording().ways.items() if found(said.words, words)}
    values = [own for own in said.quantities if own.role == "value" and own.kind != "times"]
    theirs = [own for own in said.quantities if own.role == "others"]
    people = [own for own in said.quantities if own.role == "people"]
    if len(people) + (said.way_of_people is not None) > 1 or len(theirs) > 1 or len(values) > 1:
        return Reading(None, ("it states more than one number; make each a claim of its own",))
    compared = said.others or bool(ways)
    try:
        if people or said.way_of_people:
            compares = _signs(said, ways, theirs) if compared and people else None
            if (ways and not people) or (compares and people[0].bound):
                return Reading(None, ("it compares more than once; make each a claim of its own",))
            return Reading(_of_people(said, people, values, population, compares))
        if compared:
            return Reading(_of_others(said, ways, values, theirs, population, unit))
        if not values:
            return Reading(None, (NOTHING_SAID,))
        own = values[0]
        return Reading(_made(said, population, own.bound or "about", own.value, unit))
    except ValueError as error:
        return Reading(None, (str(error),))


def _of_people(
    said: Said, people: list[Quantity], values: list[Quantity], population: str, compares: Comparator | None
) -> Predicate:
    """A share of the customers, beside a number or the same share of the others.

    Where it is set beside the others, the number of the sentence is only quoted.
    """
    where = said.where
    if not said.metric.startswith(("has_bought:", CUSTOMER_PREFIX)):
        some = _entry(said.metric).some
        if ":" in said.metric:
            raise ValueError("it counts order lines or campaigns, not customers")
        if values and values[0].bound in _BOUNDS:
            where = Where.model_validate({_BOUNDS[values[0].bound]: values[0].value})
        elif values or some is None:
            raise ValueError("it does not say from which number on a customer counts")
        else:
            where = Where(above=some)
    elif values:
        raise ValueError("it states more than one number; make each a claim of its own")
    beside = compares or said.way_of_people
    return Predicate(
        metric=said.metric,
        statistic="share",
        where=where,
        population=population,
        comparator=beside or people[0].bound or "about",
        threshold="others" if beside else people[0].value,
        unit=Unit.SHARE,
    )


def _of_others(
    said: Said, ways: set[str], values: list[Quantity], theirs: list[Quantity], population: str, unit: Unit
) -> Predicate:
    """The segment beside the others; numbers that stand in the sentence are only quoted."""
    if any(own.bound for own in values):
        raise ValueError("it compares more than once; make each a claim of its own")
    comparator = _signs(said, ways, theirs)
    if unit is Unit.SHARE and not said.whole:
        raise ValueError("it may mean a count or a share; say `a larger share of their orders`, or `more of them`")
    return _made(said, population, comparator, "others", unit)


def _signs(said: Said, ways: set[str], theirs: list[Quantity]) -> Comparator:
    """On which side of the others a sentence puts the segment."""
    signs = {_WAYS[way] for way in ways}
    if signs & {">", "<"} and found(said.words, _entry(said.metric).flips):
        signs = {">" if sign == "<" else "<" for sign in signs}
    signs |= {own.bound for own in theirs if own.bound}
    signs |= {">" if own.value > 1 else "<" for own in said.quantities if own.kind == "times"}
    if len(signs) != 1:
        raise ValueError("it says more and less at once" if signs else "it does not say how the number compares")
    return signs.pop()


def _made(said: Said, population: str, comparator: Comparator, threshold: float | str, unit: Unit) -> Predicate:
    statistic: Statistic = "median" if _TYPICAL & set(said.words) else "mean"
    share = said.metric.startswith(("buys:", "has_bought:", "redeems:", CUSTOMER_PREFIX))
    return Predicate.model_validate(
        {
            "metric": said.metric,
            "statistic": "share" if share else statistic,
            "where": said.where,
            "population": population,
            "comparator": comparator,
            "threshold": threshold,
            "unit": unit,
        }
    )


def _fits(own: Quantity, unit: Unit) -> bool:
    if own.kind == "change":
        return False
    if own.kind == "times" or own.role == "people":
        return True
    return own.kind in _KINDS.get(unit, ("plain",))


def _same(one: Predicate, other: Predicate) -> bool:
    """Equal but for the last bits of a threshold."""
    first, second = one.threshold, other.threshold
    near = first == second or (
        isinstance(first, float) and isinstance(second, float) and abs(first - second) <= 1e-9 * max(1.0, abs(first))
    )
    return near and one.model_copy(update={"threshold": second}) == other


def _brief(predicate: Predicate) -> str:
    where = "" if predicate.where is None else f" where {predicate.where.model_dump(exclude_none=True)}"
    return f"{predicate.statistic}{where} {predicate.comparator} {predicate.threshold}"
