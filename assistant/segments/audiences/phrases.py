"""English phrases as rules: a small grammar without guesses, whose result is shown as TOML to be edited.

A phrase is conditions joined by a comma, `and` or `but` (all of them) and by `or` (any of its neighbours, which
binds closer). A condition may be turned round by `not`, `never`, `no` or `without`. A time alone speaks of orders:
`bought wine, not in 60 days` is bought wine ever, and nothing ordered for 60 days.
"""

import textwrap
from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from assistant.errors import DataError
from assistant.records.audiences import LONGEST_NAME, Audience, Rule
from assistant.segments.audiences.catalogue import KINDS, Catalogue, Kind, folded, suggestion
from assistant.segments.audiences.lexicon import (
    BEFORE_NAMES,
    BUYING,
    CARTING,
    CONSENTS,
    COUPON,
    EVENTS,
    FILLERS,
    LOOKING,
    MAIL,
    NEGATIONS,
    NEW,
    ORDERING,
    PHRASES,
    QUIET,
    RANKED_BY,
    SEARCHING,
    SPENDING,
    STARTERS,
    STOPS,
)
from assistant.segments.audiences.naming import Named, Naming
from assistant.segments.audiences.quantities import bound_of, days_of, often_and_when, often_of, when_of
from assistant.segments.audiences.toml_text import explained
from assistant.segments.audiences.words import Cursor, words_of

_LONGEST = 500


def parse_phrase(phrase: str, catalogue: Catalogue, minor_units: int = 100) -> Audience:
    """Read a phrase as an audience; show `audience_to_toml` of it before it is used.

    Args:
        phrase: as a marketer says it.
        catalogue: the names that may stand in it.
        minor_units: of one major unit of the shop's currency: 100 cents to the dollar.

    Raises:
        DataError: words that cannot be read, with the phrases that are understood.
    """
    if len(phrase) > _LONGEST:
        raise DataError(f"The phrase is {len(phrase):,} characters long; expected at most {_LONGEST}.")
    phrase = " ".join("".join(sign if sign.isprintable() else " " for sign in phrase).split())
    words = words_of(phrase)
    if not words:
        raise DataError(f"The phrase is empty; understood are: {'; '.join(PHRASES)}.")
    name = textwrap.shorten(phrase, LONGEST_NAME, placeholder=" ...")
    try:
        rule = _Reader(Cursor(words), catalogue, minor_units).phrase()
        return Audience(name=f"{name[:1].upper()}{name[1:]}"[:LONGEST_NAME], **_fields(rule))
    except ValidationError as error:
        raise DataError(explained("The phrase", error)) from None


def _fields(rule: Rule) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in rule.model_fields_set}


class _Reader:
    """Reads conditions from a cursor; every method steps over what it has read."""

    def __init__(self, cursor: Cursor, catalogue: Catalogue, minor_units: int) -> None:
        self.cursor = cursor
        self.catalogue = catalogue
        self.naming = Naming(catalogue)
        self.minor_units = minor_units

    def phrase(self) -> Rule:
        parts = [self._choice()]
        while not self.cursor.done:
            if not self._joined():
                raise self._unread()
            parts.append(self._choice())
        return parts[0] if len(parts) == 1 else Rule(all=tuple(parts))

    def _joined(self) -> bool:
        before = self.cursor.at
        self.cursor.skip((",", ";", "and", "but"))
        return self.cursor.at > before or self.cursor.key() in NEGATIONS | {"who", "that", "which"}

    def _choice(self) -> Rule:
        parts = [self._condition()]
        while self.cursor.take("or", ", or"):
            parts.append(self._condition())
        return parts[0] if len(parts) == 1 else Rule(any=tuple(parts))

    def _condition(self) -> Rule:
        cursor = self.cursor
        turned = False
        while cursor.key() in FILLERS | NEGATIONS:
            turned ^= cursor.key() in NEGATIONS
            cursor.at += 1
        began = cursor.at
        for read in (
            self._buying, self._spending, self._ordering, self._looking, self._coupons, self._mail, self._since,
            self._ranking, self._segment, self._consent, self._attribute, self._time_alone,
        ):  # fmt: skip
            rule = read()
            if rule is not None:
                return Rule(not_=rule) if turned else rule
            cursor.at = began
        raise self._unread()

    def _buying(self) -> Rule | None:
        if self.cursor.take("bought nothing", "purchased nothing", "ordered nothing"):
            return Rule(not_=Rule.model_validate({"ordered": when_of(self.cursor)}))
        if not self.cursor.take(*BUYING):
            return None
        if self.cursor.key() in ("anything", "something") and self.cursor.key(1) not in ("from", "of"):
            self.cursor.at += 1
            return Rule.model_validate({"ordered": when_of(self.cursor)})
        return self._about_names("bought", lambda named, more: {"bought": {named.kind: named.names, **more}})

    def _about_names(self, verb: str, made: Callable[[Named, dict[str, Any]], dict[str, Any]]) -> Rule:
        """`milk, bread or eggs twice in the last 30 days`: one condition a name, the rest said of each."""
        found, either = [self._name(verb)], False
        while True:
            before = self.cursor.at
            self.cursor.skip((",", "and"))
            other = self.cursor.take("or")
            named = self._maybe_name() if self.cursor.at > before and not self._begins() else None
            if named is None:
                self.cursor.at = before
                break
            found.append(named)
            either |= other
        if verb == "cart":
            self._to_cart()
        more, turned = often_and_when(self.cursor)
        parts = tuple(Rule.model_validate(made(named, more)) for named in found)
        joined = parts[0] if len(parts) == 1 else Rule(any=parts) if either else Rule(all=parts)
        return Rule(not_=joined) if turned else joined

    def _begins(self) -> bool:
        """Whether another condition begins here; a name of that beginning needs quotation marks."""
        before = self.cursor.at
        other = self.cursor.key() in STARTERS or self.cursor.number() is not None or self._attribute() is not None
        self.cursor.at = before
        return other

    def _name(self, verb: str) -> Named:
        found = self._maybe_name()
        if found is None:
            words = self.cursor.rest(3)
            if not words:
                raise DataError(f"There is no name behind {verb!r}; understood are: {'; '.join(PHRASES)}.")
            raise DataError(
                f"The shop has no product, category, department or brand called {words!r}; "
                f"{self.naming.hint(self.cursor.rest(1))}"
            )
        return found

    def _maybe_name(self) -> Named | None:
        cursor = self.cursor
        began = cursor.at
        cursor.skip(BEFORE_NAMES)
        kinds = self._kind()
        plain = 0
        while cursor.key(plain) and cursor.key(plain) not in STOPS:
            plain += 1
        found = self.naming.find(cursor.words[cursor.at :], plain, kinds)
        if found is None:
            cursor.at = began
            return None
        start = cursor.at
        cursor.at += found.words
        after = self._kind()
        if after != KINDS:
            found = self.naming.find(cursor.words[start : start + found.words], found.words, after) or found
        return found

    def _kind(self) -> tuple[Kind, ...]:
        for kind in KINDS:
            if self.cursor.take(kind):
                return (kind,)
        return KINDS

    def _ordering(self) -> Rule | None:
        # `3 orders` and `at least 3 orders` say the number first.
        if self.cursor.take(*ORDERING):
            self.cursor.skip(("anything", "something", "again"))
            coupon = self.cursor.take("with a coupon", "with coupons", "with coupon")
            more, turned = often_and_when(self.cursor)
            coupon |= self.cursor.take("with a coupon", "with coupons", "with coupon")
        else:
            often = often_of(self.cursor)
            if often is None or not self.cursor.take("orders", "order"):
                return None
            coupon = self.cursor.take("with a coupon", "with coupons", "with coupon")
            more, turned = {"at_least": often[0], **when_of(self.cursor)}, often[1]
        ordered = Rule.model_validate({"ordered": {**more, **({"with_coupon": True} if coupon else {})}})
        return Rule(not_=ordered) if turned else ordered

    def _spending(self) -> Rule | None:
        cursor = self.cursor
        if not cursor.take(*SPENDING):
            return None
        least, turned = bound_of(cursor)
        amount = cursor.number()
        if amount is None:
            return None
        cursor.skip(("dollars", "euros", "pounds"))
        minor = int(amount * self.minor_units) + least
        when = when_of(self.cursor)
        if cursor.take("on"):
            named = self._name("spent on")
            raw: dict[str, Any] = {
                "bought": {named.kind: named.names, "at_least_minor": minor, **when_of(self.cursor), **when}
            }
        else:
            raw = {"ordered": {"at_least_minor": minor, **when}}
        if minor < 1:
            raise DataError(f"{amount} is no amount that somebody can spend; expected a number above 0.")
        rule = Rule.model_validate(raw)
        return Rule(not_=rule) if turned else rule

    def _looking(self) -> Rule | None:
        cursor = self.cursor
        if cursor.take(*SEARCHING):
            cursor.take("for")
            words = []
            while not cursor.done and cursor.key() not in STOPS - {"on", "to"}:
                words.append(cursor.words[cursor.at].text)
                cursor.at += 1
            text = {"search_text": " ".join(words)} if words else {}
            return self._event("search", text)
        kind = ""
        if cursor.take(*LOOKING):
            kind = "browse"
        elif cursor.take(*CARTING):
            kind = "cart"
        if not kind:
            return None
        cursor.skip(("something", "anything"))
        if cursor.done or cursor.key() in STOPS:
            self._to_cart()
            return self._event(kind, {})

        def made(named: Named, more: dict[str, Any]) -> dict[str, Any]:
            return {"event": {"kind": kind, named.kind: named.names, **more}}

        return self._about_names(kind, made)

    def _to_cart(self) -> None:
        if self.cursor.take("to", "in", "into"):
            self.cursor.skip(("the", "a", "their"))
            if not self.cursor.take("cart", "basket"):
                raise self._unread()

    def _event(self, kind: str, about: dict[str, Any]) -> Rule:
        more, turned = often_and_when(self.cursor)
        rule = Rule.model_validate({"event": {"kind": kind, **about, **more}})
        return Rule(not_=rule) if turned else rule

    def _coupons(self) -> Rule | None:
        if self.cursor.take("redeemed", "redeem"):
            self.cursor.take(*COUPON)
            return self._event("coupon_redeemed", {})
        self.cursor.take("used", "use", "uses")
        if not self.cursor.take(*COUPON):
            return None
        more, turned = often_and_when(self.cursor)
        rule = Rule.model_validate({"ordered": {"with_coupon": True, **more}})
        return Rule(not_=rule) if turned else rule

    def _mail(self) -> Rule | None:
        for word in sorted(EVENTS, key=len, reverse=True):
            if self.cursor.take(word):
                self.cursor.take(*MAIL)
                return self._event(EVENTS[word], {})
        return None

    def _since(self) -> Rule | None:
        for words, made in (
            (QUIET, lambda days: {"not": {"ordered": {"within_days": days}}}),
            (("active",), lambda days: {"ordered": {"within_days": days}}),
            (NEW, lambda days: {"feature": {"name": "tenure_days", "at_most": days}}),
        ):
            if self.cursor.take(*words):
                days = days_of(self.cursor)
                return None if days is None else Rule.model_validate(made(days))
        return None

    def _ranking(self) -> Rule | None:
        cursor = self.cursor
        cursor.take("the")
        if cursor.take("in the top", "top", "best"):
            side = "top_percent"
        elif cursor.take("in the bottom", "bottom", "lowest"):
            side = "bottom_percent"
        else:
            return None
        percent = cursor.number()
        if percent is None:
            return None
        cursor.skip(("percent", "%", "of", "customers", "spenders", "shoppers"))
        feature = "monetary_minor"
        if cursor.take("by"):
            name = cursor.key()
            feature = RANKED_BY.get(name, name)
            if feature not in self.catalogue.features:
                return None
            cursor.at += 1
        if not 0 < percent <= 100:
            raise DataError(f"{percent} is no percentage; expected a number above 0 and up to 100.")
        return Rule.model_validate({"feature": {"name": feature, side: float(percent)}})

    def _segment(self) -> Rule | None:
        if not self.cursor.take("in segment", "from segment", "of segment", "segment") or self.cursor.done:
            return None
        self.cursor.at += 1
        name = self.cursor.words[self.cursor.at - 1].text
        if folded(name) not in map(folded, self.catalogue.segments):
            known = self.catalogue.segments
            hint = suggestion(name, known) if known else "fit segments with `assistant segments fit`."
            raise DataError(f"There is no segment {name!r}; {hint}")
        return Rule(segment=name)

    def _consent(self) -> Rule | None:
        if not self.cursor.take("subscribed to", "opted in to", "opted into", "agreed to", "subscribed"):
            return None
        for word, column in CONSENTS.items():
            if self.cursor.take(word):
                return Rule.model_validate({"attribute": {"name": column, "equals": True}})
        return None

    def _attribute(self) -> Rule | None:
        cursor = self.cursor
        named = {folded(name): name for name in self.catalogue.attributes}
        for length in (3, 2, 1):
            words = " ".join(cursor.key(ahead) for ahead in range(length))
            name = named.get(words) or named.get(words.replace(" ", "_"))
            if name is None:
                continue
            cursor.at += length
            if cursor.take("is", "=", "are") and not cursor.done:
                cursor.at += 1
                value = cursor.words[cursor.at - 1].text
                return Rule.model_validate({"attribute": {"name": name, "equals": value}})
            return None
        return None

    def _time_alone(self) -> Rule | None:
        days = days_of(self.cursor)
        return None if days is None else Rule.model_validate({"ordered": {"within_days": days}})

    def _unread(self) -> DataError:
        found = f"{self.cursor.rest()!r} cannot be read" if self.cursor.rest() else "The phrase ends too soon"
        return DataError(f"{found}; understood are: {'; '.join(PHRASES)}.")
