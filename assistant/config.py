"""`assistant.toml`: what a workspace is set to. Every value has a default that suits a shop of any size."""

import datetime as dt
import difflib
import tomllib
import zoneinfo
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from pydantic import ConfigDict, Field, ValidationError, field_validator, model_validator

from assistant.errors import ConfigError
from assistant.records import BrandKit, Breaks, Brief, Method, Price, Record, TierTable

RecordT = TypeVar("RecordT", bound=Record)

RENAMED = {
    "models.writer": "models.copy",
    "models.concurrency": "models.limits.concurrency",
}
"""Settings that had another name."""


class ShopSettings(Record):
    """The shop as its customers know it."""

    name: str = Field(default="The shop", min_length=1, max_length=40)
    currency: str = Field(default="USD", pattern=r"^[A-Z]{3}$", description="ISO 4217 code of every amount")
    time_zone: str = Field(
        default="",
        description="IANA name, such as Europe/Berlin; unset: moments are taken as they are written, and those "
        "counted since 1970 as UTC",
    )
    first_name_default: str = Field(
        default="there",
        min_length=1,
        max_length=20,
        description="said where a customer's first name is unknown",
    )
    first_name_worst: int = Field(
        default=20, ge=1, le=60, description="characters of the longest first name, where the data has none"
    )

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name and name not in zoneinfo.available_timezones():
            raise ValueError(f"{name!r} is no IANA time zone, such as Europe/Berlin")
        return name


class DataSettings(Record):
    """How far the data may be looked at."""

    as_of: dt.date | None = Field(
        default=None,
        description="rows of this day or later are not seen; unset: the day after the last order",
    )
    known_at: dt.datetime | None = Field(
        default=None, description="rows that the shop came to know at this moment or later are not seen; unset: all are"
    )
    horizon_days: int = Field(default=90, ge=7, le=730, description="days kept back to judge segments and forecasts by")
    rates: dict[str, Decimal] = Field(
        default_factory=dict,
        description="what one unit of another currency is worth in the shop's own, such as GBP = 1.17; without it "
        "amounts in other currencies are refused",
    )


class RfmSettings(Record):
    """How recency, frequency and spend are scored from 1 to 5, and what the scores are called."""

    tiers: TierTable | None = Field(
        default=None, description="replaces the whole table of named tiers; unset: assistant/segments/tiers.toml"
    )
    recency_days: Breaks | None = Field(
        default=None, description="up to the first 5, above the last 1; unset: quintiles of the customers"
    )
    frequency: Breaks | None = Field(default=None, description="orders; up to the first 1, above the last 5")
    monetary_minor: Breaks | None = Field(default=None, description="minor units; up to the first 1, above the last 5")


class SegmentSettings(Record):
    """How segments are found and when they are trusted."""

    method: Method = Field(default="kmeans", description="kmeans, gmm: found; rfm, column: given by rule")
    # Recency, frequency and spend alone hold to six clusters on the demo's data but say nothing of behaviour; all
    # features together hold to two. Of the features that can be added to the three, the share of orders with a coupon
    # keeps stability up to eight clusters (smallest mean Jaccard .82 and .83 with two seeds) and tells a marketer who
    # answers an offer.
    features: tuple[str, ...] = Field(
        default=("recency_days", "frequency", "monetary_minor", "coupon_share"),
        min_length=2,
        max_length=20,
        description="what distance is measured on and the map is drawn from; columns of the customer table",
    )
    column: str | None = Field(
        default=None, min_length=1, description="of the customers table, for method column: its values are the segments"
    )
    rfm: RfmSettings = RfmSettings()
    k_max: int = Field(default=8, ge=2, le=20)
    min_jaccard: float = Field(default=0.75, gt=0, le=1, description="every segment's mean bootstrap Jaccard")
    min_share: float = Field(default=0.03, ge=0, lt=0.5, description="customers of the smallest segment")
    resamples: int = Field(default=20, ge=2, le=1000)
    seed: int = Field(default=7, ge=0, lt=2**31)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        twice = sorted({name for name in self.features if self.features.count(name) > 1})
        if twice:
            raise ValueError(f"features names {twice[0]!r} twice; name each feature once")
        if self.method == "column" and self.column is None:
            raise ValueError('method is "column" and no column is named; add column = "NAME", of the customers table')
        if self.method != "column" and self.column is not None:
            raise ValueError(
                f'column is {self.column!r} and method is {self.method!r}, which takes none; set method = "column" '
                "or leave the column out"
            )
        return self


class LifetimeSettings(Record):
    """When a model of buying may say what customers will order and be worth; else the naive rate does."""

    min_customers: int = Field(default=500, ge=50, description="customers with an order")
    min_history_days: int = Field(default=180, ge=28, description="from the first order to `as_of`")
    max_days_since_order: int = Field(default=30, ge=1, description="from the shop's last order to `as_of`")
    min_regulars: int = Field(
        default=40, ge=10, description="customers who ordered on three days or more; ten for each of four parameters"
    )
    interval: float = Field(default=0.9, ge=0.5, le=0.99, description="share of outcomes that an interval is to hold")
    draws: int = Field(default=400, ge=100, le=10_000, description="simulated outcomes behind an interval")
    resamples: int = Field(default=1000, ge=100, le=100_000, description="bootstrap draws behind the holdout's verdict")


class RecommendationSettings(Record):
    """How what to buy next is found."""

    # Chosen on Complete Journey with the cutoff 2017-08-01 by NDCG@10 on the 61 days from then on. Buying again:
    # half-lives of 90, 120 and 150 days .6081 .6085 .6082, days of purchase merely counted .593. New: EASE of strength
    # .07, .15, .3 and .5 .0991 .1011 .1018 .1006; on the 2,000, 4,000 and 6,000 products bought by most .1021 .1016
    # .1016, and longer tails need the room. SVD with 16, 32, 64 and 128 factors .0972 .0952 .0932 .0856.
    count: int = Field(default=10, ge=1, le=100, description="products of each kind on a customer's list")
    half_life_days: int = Field(
        default=120, ge=1, le=3650, description="after which a purchase counts half towards buying again"
    )
    prior_buyers: int = Field(
        default=20, ge=1, le=10_000, description="buyers' worth of the shop's mean in how many come back for a product"
    )
    max_products: int = Field(
        default=4000, ge=10, le=20_000, description="products EASE has room for; 4,000 take 0.3 GB while it is fitted"
    )
    strength: float = Field(default=0.3, gt=0, le=100, description="EASE's ridge, as a share of the customers")
    factors: int = Field(default=16, ge=1, le=1024, description="directions of the SVD, for larger catalogues")


class FactSettings(Record):
    """What may be said of a group."""

    min_group_size: int = Field(default=20, ge=2, description="no fact is stated of fewer customers")
    resamples: int = Field(default=1000, ge=100, le=100_000, description="bootstrap draws behind an interval")


class Limits(Record):
    """How hard a hosted model may be asked; local models have none of it."""

    concurrency: int = Field(default=8, ge=1, le=256, description="requests in flight")
    requests_per_minute: int | None = Field(default=None, ge=1, description="unset: as many as are answered")
    tokens_per_minute: int | None = Field(default=None, ge=1, description="read and written; unset: no limit")
    timeout_seconds: float = Field(default=120.0, gt=0, le=3600, description="for one whole answer")
    retries: int = Field(default=5, ge=0, le=20, description="further attempts after a fault that may pass")


class ModelSettings(Record):
    """Which model plays which role; names as `assistant models list` shows them."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    persona: str = "local:"
    # A record's own method is called `copy`, so the field cannot be.
    copywriter: str = Field(default="local:", alias="copy")
    judge: str = "local:"
    chat: str = "local:"
    embedder: str = "minilm"
    seed: int = 7
    limits: Limits = Limits()
    spend_cap: Decimal | None = Field(
        default=None, ge=0, description="dollars that one command may spend on models; it stops before it passes them"
    )
    ask_above: Decimal = Field(
        default=Decimal(1),
        ge=0,
        description="dollars; a campaign that is estimated to cost more is written only when a person says yes",
    )
    prices: dict[str, Price] = Field(
        default_factory=dict, description="by a model's name: dollars a million tokens, over the product's own table"
    )
    guard_allow: tuple[str, ...] = Field(
        default=(), description="texts that look like a person's data and are none, such as the shop's own number"
    )


class WritingSettings(Record):
    """How many candidates the checks may choose from."""

    persona_candidates: int = Field(default=4, ge=1, le=32)
    copy_candidates: int = Field(default=8, ge=1, le=64)


class ChatSettings(Record):
    """How the chat answers."""

    router: Literal["auto", "on", "off"] = Field(
        default="auto", description="who chooses tools: the router, the model, or the router for local models alone"
    )


class Settings(Record):
    """All of `assistant.toml`."""

    engine: str = Field(
        default="duckdb",
        pattern=r"^(duckdb|spark:.+)$",
        description="where features are computed: duckdb, in this process, or spark:local[2] or spark://host:port",
    )
    shop: ShopSettings = ShopSettings()
    data: DataSettings = DataSettings()
    segments: SegmentSettings = SegmentSettings()
    lifetime: LifetimeSettings = LifetimeSettings()
    recommendations: RecommendationSettings = RecommendationSettings()
    facts: FactSettings = FactSettings()
    models: ModelSettings = ModelSettings()
    writing: WritingSettings = WritingSettings()
    chat: ChatSettings = ChatSettings()


def load_settings(path: Path) -> Settings:
    """Read a workspace's settings.

    Raises:
        ConfigError: the file is no TOML, names a setting that does not exist or holds an impossible value.
    """
    return _load(path, Settings)


def load_brief(path: Path) -> Brief:
    """Read a campaign's brief.

    Raises:
        ConfigError: as `load_settings`, or the brief contradicts itself.
    """
    brief = _load(path, Brief)
    if brief.deadline < brief.starts:
        raise ConfigError(
            f"{path}: deadline is {brief.deadline}, before starts ({brief.starts}); set a deadline on or after it."
        )
    if brief.offer.kind == "percent_off" and brief.offer.amount > 100:
        raise ConfigError(
            f"{path}: offer.amount is {brief.offer.amount} percent; expected a whole number from 1 to 100."
        )
    return brief


def load_brand(path: Path) -> BrandKit:
    """Read a workspace's brand kit.

    Raises:
        ConfigError: as `load_settings`, or the kit contradicts itself.
    """
    return _load(path, BrandKit)


def _load(path: Path, record: type[RecordT]) -> RecordT:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path} does not exist; expected a TOML file there.") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}); expected a TOML file there.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}.") from None
    try:
        return record.model_validate(raw)
    except ValidationError as error:
        raise ConfigError(_explain(path, record, error)) from None


def _explain(path: Path, record: type[Record], error: ValidationError) -> str:
    """One line a mistake: where, what was found, what was expected."""
    lines = []
    for mistake in error.errors():
        place = ".".join(str(part) for part in mistake["loc"])
        if mistake["type"] == "extra_forbidden":
            known = _known_keys(record)
            if place in RENAMED:
                lines.append(f"{path}: {place!r} is called {RENAMED[place]!r}; rename it.")
                continue
            close = difflib.get_close_matches(place, known, n=1)
            hint = f"did you mean {close[0]!r}?" if close else "known: " + ", ".join(known)
            lines.append(f"{path}: there is no setting {place!r}; {hint}")
        elif mistake["type"] == "missing":
            lines.append(f"{path}: {place!r} is missing; add it.")
        elif mistake["type"] == "value_error" and not isinstance(mistake["input"], str):
            # What was found is a whole table; the message names the part of it that is wrong.
            lines.append(f"{path}: {place}: {mistake['ctx']['error']}.")
        else:
            said = mistake["msg"].removeprefix("Value error, ")
            lines.append(f"{path}: {place} is {mistake['input']!r}; {said[0].lower()}{said[1:]}.")
    return "\n".join(lines)


def _known_keys(record: type[Record], prefix: str = "") -> list[str]:
    keys: list[str] = []
    for name, field in record.model_fields.items():
        kind: Any = field.annotation
        if isinstance(kind, type) and issubclass(kind, Record):
            keys += _known_keys(kind, f"{prefix}{name}.")
        else:
            keys.append(prefix + (field.alias or name))
    return keys
