"""Does a sentence say what its fact says? One predicate for writing, tests and whoever edits by hand.

A claim carries its numbers as `{value}` and `{others}`, so a wrong number cannot stand in it; what is left to check is
that the words around them speak of the same metric, in the same direction, and of nothing that was not measured.
"""

import re

from assistant.personas.wording import Wording, found, kind_of, wording, words_of
from assistant.records import Fact

VALUE = "{value}"
OTHERS = "{others}"


def check_claim(text: str, fact: Fact) -> tuple[str, ...]:
    """Why a sentence is not supported by its fact; empty where it is.

    Args:
        text: the sentence with `{value}` once and `{others}` at most once in place of the numbers.
        fact: what it rests on.
    """
    said = wording()
    bare = text.replace(VALUE, " ").replace(OTHERS, " ")
    # The metric's own words (a product's name, "nine in the evening") are the data's, not the writer's.
    free = _without_subject(bare.lower(), fact)
    words = words_of(free)
    kind = kind_of(fact.metric)
    reasons = []
    if text.count(VALUE) != 1 or text.count(OTHERS) > 1:
        reasons.append("the number of the fact must stand in it exactly once")
    if re.search(r"[\d%$€£{}<>\[\]]", bare):
        reasons.append("it holds a number, a sign or a brace that is no slot")
    counted = found(words, said.numbers)
    if counted:
        reasons.append(f"it states a number in words: {', '.join(counted)}")
    # "4.2 orders" says what it counts by itself.
    reasons += _about_the_metric(words_of(f"{bare} {fact.display}"), words, kind, fact, said)
    reasons += _direction(words, fact, said)
    for name, patterns in (("what the data does not tell", said.unmeasured), ("a span of time", said.periods)):
        strays = found(words, patterns)
        if strays:
            reasons.append(f"it speaks of {name}: {', '.join(strays)}")
    return tuple(reasons)


def subject_of(fact: Fact) -> str:
    """The part of a fact's metric that is a name: a product or a type of campaign; empty for a feature."""
    return fact.metric.partition(":")[2]


def _without_subject(text: str, fact: Fact) -> str:
    subject = subject_of(fact).lower()
    for phrase in (subject, *_spoken_hours(fact)):
        if phrase:
            text = text.replace(phrase, " ")
    return text


def _spoken_hours(fact: Fact) -> tuple[str, ...]:
    """`from nine in the evening to five in the morning`, where the label says so."""
    _, marker, rest = fact.label.partition("share of orders ")
    return (rest.lower(),) if marker and fact.topic == "when" else ()


def _about_the_metric(all_words: list[str], free: list[str], kind: str, fact: Fact, said: Wording) -> list[str]:
    reasons = [
        f"it does not say what the number counts: none of {', '.join(group)}"
        for group in said.needs.get(kind, ())
        if not found(all_words, group)
    ]
    subject = subject_of(fact)
    if subject and not set(words_of(subject)) <= set(all_words):
        reasons.append(f"it does not name {subject!r}")
    own = said.signs.get(kind, ())
    for other, signs in said.signs.items():
        strange = [word for word in found(free, signs) if not found([word], own) and not _needed(word, kind, said)]
        if other != kind and strange:
            reasons.append(f"it speaks of something else: {', '.join(strange)}")
    return list(dict.fromkeys(reasons))


def _needed(word: str, kind: str, said: Wording) -> bool:
    """A redeemed coupon is a coupon: what a metric needs is no sign of another."""
    allowed = [pattern for group in said.needs.get(kind, ()) for pattern in group]
    return bool(found([word], allowed)) or (kind == "redeems" and word.startswith("coupon"))


def _direction(words: list[str], fact: Fact, said: Wording) -> list[str]:
    ways = {way for way, patterns in said.comparison.items() if found(words, patterns)}
    if fact.direction == "none":
        return [f"the fact is compared with nothing, the sentence says {' and '.join(sorted(ways))}"] if ways else []
    if not ways:
        return [] if fact.others is None else ["it does not say how the number compares"]
    if ways != {fact.direction}:
        return [f"the fact is {fact.direction} than that of others, the sentence says {' and '.join(sorted(ways))}"]
    return []
