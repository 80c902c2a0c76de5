"""A persona's file: TOML that a marketer edits, read strictly, written so that each claim says how it stands."""

import math
import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import tomli_w
from pydantic import ValidationError

from assistant.errors import DataError
from assistant.facts import minor_units
from assistant.features import BASE_FEATURES
from assistant.records import Claim, Persona, Predicate, Record, Unit
from assistant.records.personas import About, Dropped
from assistant.records.predicates import Comparator, Statistic

LONGEST = 200_000
LONGEST_TEXT = 2_000
_ABOUT = get_args(About)
_CLAIM_KEYS = ("claim", "about", "text", "predicate")
_PREDICATE_KEYS = ("metric", "statistic", "where", "comparator", "threshold", "unit")
_UNITS = {feature.name: feature.unit for feature in BASE_FEATURES}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_INTRODUCTION = """\
Edit, add or remove claims, then type `assistant personas`: each is held against the data again, and what the data
refute is told with the numbers. A new claim needs `about` and `text`; without a [claims.predicate] it is read from its
words where they can be decided, and is a hypothesis where not. Amounts are in {currency}, shares fractions of one.
Delete this file to have the persona written anew."""


class EditedClaim(Record):
    """A claim as a person may change it."""

    claim: str
    """Its id; empty: a new one."""
    about: About
    text: str
    predicate: Predicate | None = None

    @classmethod
    def of(cls, claim: "Claim | Dropped") -> "EditedClaim":
        """What a persona's file holds of a claim."""
        return cls(claim=claim.claim, about=claim.about, text=claim.text, predicate=claim.predicate)


class Edit(Record):
    """What a persona's file says."""

    segment: str
    claims: tuple[EditedClaim, ...]

    @classmethod
    def of(cls, persona: Persona) -> "Edit":
        """What the file of a persona that nobody has changed says."""
        return cls(segment=persona.segment, claims=tuple(EditedClaim.of(claim) for claim in persona.claims))


def load_edit(path: Path, segment: str, currency: str) -> Edit:
    """Read a persona's file.

    Args:
        path: the file.
        segment: whose persona it must be.
        currency: ISO 4217, of its amounts.

    Raises:
        DataError: it cannot be read; the message names the file, the claim with its line, and what was expected.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}); expected the persona as TOML there.") from None
    except UnicodeDecodeError:
        raise DataError(f"{path} is not UTF-8; save it as UTF-8, then type the same again.") from None
    return read_edit(text, str(path), segment, currency)


def read_edit(text: str, place: str, segment: str, currency: str) -> Edit:
    """A persona's file from its text; as `load_edit`."""
    if len(text) > LONGEST:
        raise DataError(f"{place} is {len(text):,} characters long; expected at most {LONGEST:,}.")
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise DataError(f"{place} is not valid TOML: {str(error) or 'too deep'}.") from None
    _known(raw, ("segment", "claims"), place)
    if raw.get("segment", segment) != segment:
        raise DataError(f"{place}: segment is {raw['segment']!r}; expected {segment!r}, as the file is called.")
    listed = raw.get("claims", [])
    if not isinstance(listed, list) or not all(isinstance(own, dict) for own in listed):
        raise DataError(f"{place}: claims is no list of tables; expected a [[claims]] for each.")
    lines = [at for at, line in enumerate(text.splitlines(), start=1) if re.match(r"\s*\[\[\s*claims\s*\]\]", line)]
    claims: list[EditedClaim] = []
    for at, own in enumerate(listed):
        line = f", line {lines[at]}" if len(lines) == len(listed) else ""
        name = own.get("claim")
        said = f"claim {at + 1} ({name}{line})" if isinstance(name, str) and name else f"claim {at + 1}{line}"
        claim = _claim(own, f"{place}: {said}", segment, currency)
        if claim.claim and any(claim.claim == other.claim for other in claims):
            raise DataError(f"{place}: {said} has an id that another claim has; remove the line to get a free one.")
        claims.append(claim)
    return Edit(segment=segment, claims=tuple(claims))


def _claim(raw: Mapping[str, Any], place: str, segment: str, currency: str) -> EditedClaim:
    _known(raw, _CLAIM_KEYS, place)
    name = raw.get("claim", "")
    if not isinstance(name, str) or (name and not re.fullmatch(rf"{re.escape(segment)}\.C\d{{2,4}}", name)):
        raise DataError(f"{place}: claim is {name!r}; expected an id such as '{segment}.C01', or no such line.")
    if raw.get("about") not in _ABOUT:
        raise DataError(f"{place}: about is {raw.get('about')!r}; expected one of {', '.join(_ABOUT)}.")
    text = raw.get("text")
    if not isinstance(text, str) or not text.strip() or len(text) > LONGEST_TEXT or _CONTROL.search(text):
        raise DataError(f"{place}: text is {_short(text)}; expected one line of at most {LONGEST_TEXT} characters.")
    predicate = raw.get("predicate")
    if predicate is not None and not isinstance(predicate, dict):
        raise DataError(f"{place}: predicate is {_short(predicate)}; expected a table [claims.predicate].")
    return EditedClaim(
        claim=name,
        about=raw["about"],
        text=text.strip(),
        predicate=None if predicate is None else _predicate(predicate, f"{place}: predicate", segment, currency),
    )


def _predicate(raw: Mapping[str, Any], place: str, segment: str, currency: str) -> Predicate:
    _known(raw, _PREDICATE_KEYS, place)
    metric = raw.get("metric")
    if not isinstance(metric, str) or not metric:
        raise DataError(f"{place}: metric is {_short(metric)}; expected a name, such as 'coupon_share'.")
    for key, known in (("statistic", get_args(Statistic)), ("comparator", get_args(Comparator))):
        if raw.get(key) not in known:
            raise DataError(f"{place}: {key} is {_short(raw.get(key))}; expected one of {', '.join(known)}.")
    own = _UNITS.get(metric, Unit.SHARE)
    unit = Unit.SHARE if raw["statistic"] == "share" else own
    scale = _scale(raw.get("unit"), unit, place, currency)
    threshold: float | str = "others"
    if raw.get("threshold") != "others":
        threshold = _number(raw.get("threshold"), scale, f"{place}: threshold", "a number or 'others'")
    where = raw.get("where")
    if isinstance(where, dict):
        _known(where, ("above", "at_least", "below", "at_most", "one_of"), f"{place}: where")
        each = Decimal(minor_units(currency)) if own is Unit.MONEY else Decimal(1)
        where = {
            key: value if key == "one_of" else _number(value, each, f"{place}: where.{key}", "a number")
            for key, value in where.items()
        }
    try:
        return Predicate.model_validate(
            {
                "metric": metric, "statistic": raw["statistic"], "where": where, "population": segment,
                "comparator": raw["comparator"], "threshold": threshold, "unit": unit,
            }
        )  # fmt: skip
    except ValidationError as error:
        said = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise DataError(f"{place}: {said}.") from None


def _scale(said: object, unit: Unit, place: str, currency: str) -> Decimal:
    """What a number of the file is multiplied by to be in the unit of the predicate."""
    written = currency if unit is Unit.MONEY else unit.value
    if said == "percent" and unit is Unit.SHARE:
        return Decimal("0.01")
    if said is not None and said != written:
        also = " or 'percent'" if unit is Unit.SHARE else ""
        raise DataError(f"{place}: unit is {_short(said)}; expected {written!r}{also}, or no such line.")
    return Decimal(minor_units(currency)) if unit is Unit.MONEY else Decimal(1)


def _number(value: Any, scale: Decimal, place: str, expected: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not math.isfinite(value):
        raise DataError(f"{place} is {_short(value)}; expected {expected}.")
    number = Decimal(value)
    if abs(number) > 10**15:
        raise DataError(f"{place} is {_short(value)}; expected at most 15 digits.")
    return float(number * scale)


def _known(raw: Mapping[str, Any], keys: tuple[str, ...], place: str) -> None:
    strange = [key for key in raw if key not in keys]
    if strange:
        raise DataError(f"{place} has no key {strange[0]!r}; known: {', '.join(keys)}.")


def _short(value: object) -> str:
    said = "missing" if value is None else f"{float(value)!r}" if isinstance(value, Decimal) else repr(value)
    return said if len(said) <= 60 else f"{said[:57]}..."


def persona_to_toml(persona: Persona, currency: str) -> str:
    """TOML that `read_edit` reads back to `Edit.of` the persona; comments say how each claim stands."""
    lines = [*_comment(f"Persona of {persona.segment}, {persona.name}.\n{persona.line}")]
    if persona.caution:
        lines += _comment(f"! {persona.caution}")
    lines += ["#", *_comment(_INTRODUCTION.format(currency=currency)), f"segment = {_value(persona.segment)}"]
    for claim in persona.claims:
        lines += ["", *_comment(_standing(claim)), "[[claims]]"]
        lines += [f"{key} = {_value(getattr(claim, key))}" for key in ("claim", "about", "text")]
        if claim.predicate is not None:
            lines += ["[claims.predicate]", *_written(claim.predicate, currency)]
    return "\n".join(lines) + "\n"


def _standing(claim: Claim) -> str:
    said = claim.evaluation.reason if claim.evaluation and claim.status == "verified" else "; ".join(claim.reasons)
    return f"{claim.status}: {said}" if said else claim.status


def _written(predicate: Predicate, currency: str) -> list[str]:
    money = _UNITS.get(predicate.metric) is Unit.MONEY
    each = Decimal(minor_units(currency))
    lines = [f"{key} = {_value(getattr(predicate, key))}" for key in ("metric", "statistic")]
    if predicate.where is not None:
        ((key, value),) = predicate.where.model_dump(exclude_none=True).items()
        shown = _value(list(value)) if key == "one_of" else _digits(value, each if money else Decimal(1))
        lines.append(f"where = {{ {key} = {shown} }}")
    lines.append(f"comparator = {_value(predicate.comparator)}")
    if predicate.threshold == "others":
        return [*lines, 'threshold = "others"']
    scale = each if predicate.unit is Unit.MONEY else Decimal(1)
    unit = currency if predicate.unit is Unit.MONEY else predicate.unit.value
    return [*lines, f"threshold = {_digits(predicate.threshold, scale)}", f"unit = {_value(unit)}"]


def _digits(value: float, scale: Decimal) -> str:
    """The shortest digits of a float, in the unit of the file: exact both ways, as powers of ten are."""
    return f"{Decimal(repr(value)) / scale:f}"


def _value(value: object) -> str:
    return " ".join(tomli_w.dumps({"x": value}).removeprefix("x = ").split("\n")).strip()


def _comment(text: str) -> list[str]:
    """Lines that no name can break out of."""
    return [f"# {''.join(sign if sign.isprintable() else ' ' for sign in line)}".rstrip() for line in text.split("\n")]
