"""`assistant.toml`: what a workspace is set to. Every value has a default that suits a shop of any size."""

import datetime as dt
import difflib
import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import Field, ValidationError

from assistant.errors import ConfigError
from assistant.records import Brief, Record

RecordT = TypeVar("RecordT", bound=Record)


class ShopSettings(Record):
    """The shop as its customers know it."""

    name: str = Field(default="The shop", min_length=1, max_length=40)
    currency: str = Field(default="USD", pattern=r"^[A-Z]{3}$", description="ISO 4217 code of every amount")
    first_name_default: str = Field(
        default="there",
        min_length=1,
        max_length=20,
        description="said where a customer's first name is unknown",
    )
    first_name_worst: int = Field(
        default=20, ge=1, le=60, description="characters of the longest first name, where the data has none"
    )


class DataSettings(Record):
    """How far the data may be looked at."""

    as_of: dt.date | None = Field(
        default=None,
        description="rows of this day or later are not seen; unset: the day after the last order",
    )


class SegmentSettings(Record):
    """How segments are found and when they are trusted."""

    k_max: int = Field(default=8, ge=2, le=20)
    min_jaccard: float = Field(default=0.75, gt=0, le=1, description="every segment's mean bootstrap Jaccard")
    min_share: float = Field(default=0.03, ge=0, lt=0.5, description="customers of the smallest segment")
    resamples: int = Field(default=20, ge=2, le=1000)
    seed: int = 7


class FactSettings(Record):
    """What may be said of a group."""

    min_group_size: int = Field(default=20, ge=2, description="no fact is stated of fewer customers")
    resamples: int = Field(default=1000, ge=100, le=100_000, description="bootstrap draws behind an interval")


class ModelSettings(Record):
    """Which model plays which role; names as `assistant models list` shows them."""

    persona: str = "local:"
    writer: str = "local:"
    embedder: str = "minilm"
    seed: int = 7
    concurrency: int = Field(default=8, ge=1, le=256)


class WritingSettings(Record):
    """How many candidates the checks may choose from."""

    persona_candidates: int = Field(default=4, ge=1, le=32)
    copy_candidates: int = Field(default=8, ge=1, le=64)


class Settings(Record):
    """All of `assistant.toml`."""

    shop: ShopSettings = ShopSettings()
    data: DataSettings = DataSettings()
    segments: SegmentSettings = SegmentSettings()
    facts: FactSettings = FactSettings()
    models: ModelSettings = ModelSettings()
    writing: WritingSettings = WritingSettings()


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
            close = difflib.get_close_matches(place, known, n=1)
            hint = f"did you mean {close[0]!r}?" if close else "known: " + ", ".join(known)
            lines.append(f"{path}: there is no setting {place!r}; {hint}")
        elif mistake["type"] == "missing":
            lines.append(f"{path}: {place!r} is missing; add it.")
        else:
            lines.append(f"{path}: {place} is {mistake['input']!r}; {mistake['msg'][0].lower()}{mistake['msg'][1:]}.")
    return "\n".join(lines)


def _known_keys(record: type[Record], prefix: str = "") -> list[str]:
    keys: list[str] = []
    for name, field in record.model_fields.items():
        kind: Any = field.annotation
        if isinstance(kind, type) and issubclass(kind, Record):
            keys += _known_keys(kind, f"{prefix}{name}.")
        else:
            keys.append(prefix + name)
    return keys
