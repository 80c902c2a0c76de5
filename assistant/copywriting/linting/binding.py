"""Facts of a text bound to their sources: a text of nobody's slots becomes a document of them."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as attribute
from decimal import ROUND_HALF_UP, Decimal
from urllib.parse import urlsplit

import regex
from babel.numbers import get_currency_precision

from assistant.copywriting.linting.grounds import LintGround
from assistant.copywriting.linting.literals import Literals, Place, Source
from assistant.copywriting.linting.mentions import Mention, day_of, mentions_in
from assistant.copywriting.linting.wording import wording_of
from assistant.copywriting.slots import PieceSlots
from assistant.records import Slot, Span, Unit
from assistant.records.copy import Severity
from assistant.records.linting import Bound, Finding

_SENTENCE_END = regex.compile(r"[.!?](?=\s|$)|\n|[。！？]")


@dataclass
class Document:
    """A text, its facts bound."""

    text: str
    field: str
    spans: tuple[Span, ...] = ()
    slots: PieceSlots = attribute(default_factory=lambda: PieceSlots(()))
    bound: list[Bound] = attribute(default_factory=list)
    findings: list[Finding] = attribute(default_factory=list)
    products: list[str] = attribute(default_factory=list)
    """Products of the catalogue that it names."""


@dataclass(frozen=True)
class _Trouble:
    check: str
    message: str
    severity: Severity = "error"


class Binder:
    """Binds the texts of one ground; what can be prepared is prepared once."""

    def __init__(self, ground: LintGround) -> None:
        self.ground = ground
        self._said = wording_of(ground.language)
        self._literals = Literals(ground)

    def bind(self, text: str, field: str) -> Document:
        """A text as a document: bound facts are slots, the rest is text.

        Args:
            text: as it would be sent.
            field: of the ground's channel; its name stands in findings.
        """
        made = Document(text, field)
        places = self._literals.places_in(text)
        named = [place for place in places if place.source.kind == "product"]
        made.products = list(dict.fromkeys(place.name for place in named))
        free = "".join(
            "\ue000" if any(place.start <= at < place.end for place in places) else sign for at, sign in enumerate(text)
        )
        for mention in mentions_in(free, self.ground.language):
            told = self._judge(mention, text, named)
            if isinstance(told, Source):
                places.append(Place(mention.start, mention.end, told))
            elif told is not None:
                made.findings.append(
                    Finding(check=told.check, severity=told.severity, field=field, message=told.message)
                )
        made.findings += self._scope(text, named, field)
        self._lay_out(made, sorted(places, key=lambda place: place.start))
        return made

    def _lay_out(self, made: Document, places: list[Place]) -> None:
        spans: list[Span] = []
        slots: list[Slot] = []
        end = 0
        for number, place in enumerate(places):
            spans += _texts(made.text[end : place.start])
            quote = made.text[place.start : place.end]
            name = f"bound_{number}"
            slots.append(Slot(slot=name, kind="text", value=quote, worst=quote, receipt=place.source.receipt))
            spans.append(Span(kind="slot", slot=name))
            made.bound.append(
                Bound(quote=quote, kind=place.source.kind, receipt=place.source.receipt, field=made.field)
            )
            end = place.end
        made.spans = (*spans, *_texts(made.text[end:]))
        made.slots = PieceSlots(tuple(slots))

    # What has to be reckoned.

    def _judge(self, mention: Mention, text: str, named: list[Place]) -> Source | _Trouble | None:
        quote = text[mention.start : mention.end]
        if mention.kind not in ("percent", "money") and self._catalogue_says(quote, named):
            return Source("text", f"catalogue:{named[0].name}")
        judge = {
            "percent": self._percent,
            "money": self._money,
            "date": self._date,
            "weekday": self._weekday,
            "code": self._code,
            "url": self._url,
            "count": self._count,
        }.get(mention.kind)
        if judge:
            return judge(mention, text, named)
        reasons = {
            "rating": "a rating that no source has",
            "contact": "an address or a number to reach somebody, of no source",
            "duration": "a span of time that no source states",
        }
        return _Trouble(f"unsupported_{mention.kind}", f"{quote!r}: {reasons[mention.kind]}")

    def _catalogue_says(self, quote: str, named: list[Place]) -> bool:
        entries = [self.ground.catalogue.get(place.name) for place in named]
        return any(entry and quote.casefold() in f" {entry.words} " for entry in entries)

    def _percent(self, mention: Mention, text: str, named: list[Place]) -> Source | _Trouble:
        quote = text[mention.start : mention.end]
        brief = self.ground.brief
        if brief and brief.offer.kind == "percent_off" and mention.amount == brief.offer.amount:
            trouble = self._changed(mention, text)
            return trouble or Source("percent", "brief:offer.amount")
        source = self._of_segment(mention, Unit.SHARE)
        if source:
            return source
        if any(
            quote.casefold() in entry.words
            for place in named
            if (entry := self.ground.catalogue.get(place.name)) is not None
        ):
            return Source("percent", f"catalogue:{named[0].name}")
        return _Trouble("unsupported_percent", f"{quote!r} is no fact; {self._offer_is}")

    def _money(self, mention: Mention, text: str, named: list[Place]) -> Source | _Trouble:
        quote = text[mention.start : mention.end]
        ground, brief = self.ground, self.ground.brief
        if mention.currency and mention.currency != ground.currency and mention.currency != "CENT":
            dollars = {ground.currency, mention.currency} <= {"USD", "CAD", "AUD", "MXN"}
            yen = {ground.currency, mention.currency} <= {"CNY", "JPY"}
            if not (dollars or yen):
                return _Trouble("unsupported_money", f"{quote!r}: prices are in {ground.currency}")
        minor = None
        if mention.amount is not None:
            minor = int(
                (mention.amount.scaleb(get_currency_precision(ground.currency))).to_integral_value(ROUND_HALF_UP)
            )
        if brief and brief.offer.kind == "amount_off" and minor == brief.offer.amount and self._says_off(mention, text):
            return self._changed(mention, text) or Source("money", "brief:offer.amount")
        for place in named:
            for price in self._prices(place.name):
                for amount, receipt in self._prices_after(place.name, price):
                    if minor == amount:
                        return Source("money", receipt)
        source = self._of_segment(mention, Unit.MONEY)
        if source:
            return source
        prices = sorted({price for place in named for price in self._prices(place.name)})
        known = f"the catalogue says {', '.join(map(str, prices))} minor units" if prices else self._offer_is
        return _Trouble("unsupported_money", f"{quote!r} is no fact; {known}")

    def _prices(self, name: str) -> frozenset[int]:
        entry = self.ground.catalogue.get(name)
        return entry.prices_minor if entry else frozenset()

    def _prices_after(self, name: str, price: int) -> Iterator[tuple[int, str]]:
        """A price, and what the offer makes of it."""
        yield price, f"catalogue:{name}.price"
        brief = self.ground.brief
        if brief is None or (brief.offer.products and name not in brief.offer.products):
            return
        offer = brief.offer
        if offer.kind == "percent_off":
            off = int((Decimal(price) * offer.amount / 100).to_integral_value(ROUND_HALF_UP))
        else:
            off = offer.amount
        yield price - off, f"catalogue:{name}.price less brief:offer.amount"
        yield off, f"catalogue:{name}.price by brief:offer.amount"

    def _date(self, mention: Mention, text: str, named: list[Place]) -> Source | _Trouble:
        quote = text[mention.start : mention.end]
        brief = self.ground.brief
        if brief is None:
            return _Trouble("unsupported_date", f"{quote!r} is no fact; there is no brief to hold it against")
        if not mention.day:
            fits = mention.month in (brief.starts.month, brief.deadline.month)
            return Source("date", "brief:deadline") if fits else _Trouble("unsupported_date", f"{quote!r} is no fact")
        for day, receipt in ((brief.deadline, "brief:deadline"), (brief.starts, "brief:starts")):
            if day in (day_of(mention, day.year), _swapped(mention, day.year)):
                begins = self._said.begins.search(text[: mention.start])
                if begins and receipt == "brief:deadline" and brief.starts != brief.deadline:
                    return _Trouble("wrong_date", f"{text[begins.start() : mention.end]!r}: {quote!r} is the last day")
                return Source("date", receipt)
        return _Trouble("unsupported_date", f"{quote!r} is no fact; the offer ends on {brief.deadline}")

    def _weekday(self, mention: Mention, text: str, named: list[Place]) -> Source | _Trouble | None:
        brief = self.ground.brief
        if brief and mention.weekday in (brief.deadline.weekday(), brief.starts.weekday()):
            return Source("date", "brief:deadline")
        near = text[max(0, mention.start - 40) : mention.start]
        if brief and regex.search(rf"{_day_words(near)}", near):
            return _Trouble("unsupported_date", f"{text[mention.start : mention.end]!r} is no day of the offer")
        return None  # a shop may say when it is open

    def _code(self, mention: Mention, text: str, named: list[Place]) -> Source | _Trouble:
        quote = text[mention.start : mention.end]
        brief = self.ground.brief
        code = brief.offer.code if brief else ""
        if code and quote == code:
            after = self._said.taken.match(text[mention.end :].lstrip())
            if after:
                return _Trouble("wrong_use", f"{quote!r} {after.group()!r}: a code is used, and not taken off")
            return Source("code", "brief:offer.code")
        known = f"the offer's code is {code!r}" if code else "the offer has no code" if brief else "there is no brief"
        return _Trouble("unsupported_code", f"{quote!r} is no code of the offer; {known}")

    def _url(self, mention: Mention, text: str, named: list[Place]) -> Source | _Trouble:
        quote = text[mention.start : mention.end]
        brief = self.ground.brief
        if brief and _host(quote) == _host(brief.link):
            return Source("url", "brief:link")
        known = f"; the brief links to {_host(brief.link)}" if brief else ""
        return _Trouble("unsupported_url", f"{quote!r} is an address of no source{known}")

    def _count(self, mention: Mention, text: str, named: list[Place]) -> Source | _Trouble:
        quote = text[mention.start : mention.end]
        brief = self.ground.brief
        if brief and mention.amount in (brief.deadline.year, brief.starts.year):
            return Source("date", "brief:deadline")
        source = self._of_segment(mention, None)
        if source:
            return source
        around = text[max(0, mention.start - 15) : mention.end + 20].replace("\n", " ").strip()
        return _Trouble("unsupported_number", f"{quote!r} in {around!r} is no fact")

    def _of_segment(self, mention: Mention, unit: Unit | None) -> Source | None:
        """The fact of the segment that a number says, where one rounds to it."""
        if self.ground.sheet is None or mention.amount is None:
            return None
        for fact in self.ground.sheet.facts:
            counted = fact.unit not in (Unit.SHARE, Unit.MONEY, Unit.RATIO)
            if (unit is None and not counted) or (unit is not None and fact.unit is not unit):
                continue
            scale = {Unit.SHARE: 100.0, Unit.MONEY: 10.0 ** -get_currency_precision(self.ground.currency)}
            value = Decimal(str(fact.value * scale.get(fact.unit, 1.0)))
            digits = -int(mention.amount.as_tuple().exponent)
            if round(value, max(digits, 0)) == mention.amount:
                return Source("count" if counted else "percent", f"fact:{fact.fact}")
        return None

    # Whether the offer is told as it is.

    def _says_off(self, mention: Mention, text: str) -> bool:
        start, end = _sentence(text, mention)
        return bool(self._said.off.search(text[start:end]))

    def _changed(self, mention: Mention, text: str) -> _Trouble | None:
        start, end = _sentence(text, mention)
        quote = text[mention.start : mention.end]
        if not self._says_off(mention, text):
            return _Trouble(
                "wrong_use", f"{text[start:end].strip()!r}: {quote!r} is the offer, and it is said of something else"
            )
        before = self._said.changed_before.search(text[start : mention.start])
        after = self._said.changed_after.search(text[mention.end : end])
        terms = self.ground.brief.offer.terms.casefold() if self.ground.brief else ""
        for match in filter(None, (before, after)):
            said = match.group().strip(" \ue000,.")
            if said.casefold() not in terms:
                return _Trouble("offer_changed", f"{said!r} beside {quote!r} makes another offer than the brief's")
        return None

    def _scope(self, text: str, named: list[Place], field: str) -> list[Finding]:
        """A discount on what the offer is not on."""
        brief = self.ground.brief
        if not brief or not brief.offer.products:
            return []
        found = []
        covered = {name.casefold() for name in brief.offer.products}
        for start, end in _sentences(text):
            sentence = text[start:end]
            if not self._said.off.search(sentence):
                continue
            everything = self._said.everything.search(sentence)
            if everything:
                found.append(f"{everything.group()!r}: the offer is on {', '.join(brief.offer.products)} alone")
            found += [
                f"{text[place.start : place.end]!r}: the offer is on {', '.join(brief.offer.products)} alone"
                for place in named
                if start <= place.start < end and place.name.casefold() not in covered
            ]
        return [Finding(check="offer_scope", severity="error", field=field, message=message) for message in found]

    @property
    def _offer_is(self) -> str:
        brief = self.ground.brief
        if brief is None:
            return "there is no brief to hold it against"
        unit = "%" if brief.offer.kind == "percent_off" else f" minor units of {self.ground.currency}"
        return f"the offer is {brief.offer.amount}{unit} off"


def _texts(text: str) -> list[Span]:
    spans = []
    for at, part in enumerate(text.split("\n")):
        if at:
            spans.append(Span(kind="break"))
        if part:
            spans.append(Span(kind="text", text=part))
    return spans


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _SENTENCE_END.finditer(text):
        yield start, match.end()
        start = match.end()
    if start < len(text):
        yield start, len(text)


def _sentence(text: str, mention: Mention) -> tuple[int, int]:
    return next(((start, end) for start, end in _sentences(text) if start <= mention.start < end), (0, len(text)))


def _swapped(mention: Mention, year: int) -> dt.date | None:
    """Day and month the other way round, as half of the world writes them."""
    try:
        return dt.date(mention.year or year, mention.day, mention.month)
    except ValueError:
        return None


def _host(address: str) -> str:
    return urlsplit(address if "://" in address else f"https://{address}").netloc.lower().removeprefix("www.")


def _day_words(_: str) -> str:
    return r"(?i:until|till|by|before|ends?|through|bis|endet|hasta|termina|jusqu|fin|截止|前)"
