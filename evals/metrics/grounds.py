"""What a text of a case is held against, as the case spells it out; for metrics of text without slots."""

import json
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from assistant.copywriting import ANGLES, CHANNELS, known_languages
from assistant.copywriting.linting import Binder, CatalogueEntry, LintGround
from assistant.records import BrandKit, Brief
from evals.records import Case

KEYS = ("brief", "product", "products", "brand", "currency")


def binder_of(case: Case, *, brief: bool = True) -> Binder | str:
    """The linter's binder of a case; else why there is none.

    Of the case's inputs, and of `expected` where they lack it: `brief` and `brand` as their files have them, `product`
    and `products` (names, or mappings of name, prices_minor and words), `currency` (ISO 4217).

    Args:
        case: channel and language are its own.
        brief: whether there has to be one; a text's limits can be told without.
    """
    if case.channel not in CHANNELS:
        return f"the case's channel is {case.channel!r}, not one of {', '.join(CHANNELS)}"
    if case.language not in known_languages():
        return f"the case's language is {case.language!r}, not one of {', '.join(known_languages())}"
    told = {key: where[key] for where in (case.expected, case.inputs) for key in KEYS if key in where}
    if not isinstance(told.get("brief"), dict):
        if brief:
            return "the case has no inputs.brief that a text could be held against"
        told.pop("brief", None)
    try:
        return _binder(case.brief, case.channel, case.language, json.dumps(told, sort_keys=True, default=str))
    except ValidationError as error:
        first = error.errors()[0]
        return f"the case's {error.title} cannot be read: {'.'.join(map(str, first['loc']))}: {first['msg']}"


@lru_cache(maxsize=512)
def _binder(campaign: str, channel: str, language: str, told: str) -> Binder:
    """Made once for all trials of a case; `told` is JSON."""
    given: dict[str, Any] = json.loads(told)
    own = {"campaign": campaign or "case", "channels": [channel], "languages": [language], "angles": list(ANGLES)}
    brief = Brief.model_validate({**own, **given["brief"]}) if "brief" in given else None
    entries = [_entry(one) for one in (given.get("product"), *given.get("products", ())) if one]
    return Binder(
        LintGround(
            channel=channel,
            language=language,
            market=brief.market if brief else "US",
            currency=given.get("currency", "USD"),
            brief=brief,
            brand=BrandKit.model_validate(given.get("brand", {})),
            catalogue={entry.name: entry for entry in entries},
        )
    )


def _entry(told: Any) -> CatalogueEntry:
    if isinstance(told, str):
        return CatalogueEntry(told, frozenset(), told.lower())
    name = str(told["name"])
    return CatalogueEntry(name, frozenset(told.get("prices_minor", ())), f"{name} {told.get('words', '')}".lower())
