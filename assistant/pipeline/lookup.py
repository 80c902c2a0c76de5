"""Segments and audiences of a workspace as they lie there: looked up without a lock, nothing is made."""

import datetime as dt

import pandas as pd

from assistant.data import Cutoff, Tables
from assistant.errors import ConfigError, MissingArtefact
from assistant.facts import format_value
from assistant.pipeline.listening import Silent
from assistant.pipeline.numbers import Numbers
from assistant.pipeline.paths import Paths
from assistant.records import Segment, Segmentation, TreeRule
from assistant.records.certificates import Certificate
from assistant.segments.audiences import Shop, open_shop
from assistant.workspace import Workspace, read_record


def segmentation_of(place: Workspace) -> Segmentation:
    """The segmentation in force.

    Raises:
        MissingArtefact: there is none yet.
    """
    path = Paths(place).segmentation
    if not path.exists():
        raise MissingArtefact("There are no segments yet; type `assistant segments fit`.")
    return read_record(path, Segmentation)


def audiences_of(place: Workspace) -> tuple[Segment, ...]:
    """Audiences that have been counted."""
    files = (path for path in Paths(place).audiences.glob("A*.json") if "." not in path.stem)
    paths = sorted(files, key=lambda path: (len(path.stem), path.stem))
    return tuple(read_record(path, Segment) for path in paths)


def certificate_of(place: Workspace) -> Certificate | None:
    """The certificate of the segmentation, where it has been made."""
    path = Paths(place).certificate
    return read_record(path, Certificate) if path.exists() else None


def segment_named(place: Workspace, name: str) -> Segment:
    """A segment or an audience by id, in any case.

    Raises:
        ConfigError: there is none.
        MissingArtefact: there are no segments yet.
    """
    groups = (*segmentation_of(place).segments, *audiences_of(place))
    for segment in groups:
        if segment.segment.lower() == name.lower():
            return segment
    raise ConfigError(f"There is no segment {name!r}; there are {', '.join(own.segment for own in groups)}.")


def known_segment(place: Workspace, name: str | None) -> str | None:
    """The id of the segment that an option names, as it is written; None where it names none.

    Raises:
        ConfigError: there is no such segment.
        MissingArtefact: there are no segments yet.
    """
    return None if name is None else segment_named(place, name).segment


def kept_shop(place: Workspace) -> tuple[Shop, pd.DataFrame]:
    """What rules are asked of, and the customer table, both as the last command left them.

    Raises:
        MissingArtefact: features or segments have not been made yet.
    """
    manifest = place.manifest(place.segments, "features")
    numbers = Numbers(place, Silent())
    if manifest is None or not numbers.paths.assignments.exists():
        raise MissingArtefact("There are no segments yet; type `assistant segments fit`.")
    data = place.settings.data
    cutoff = Cutoff(dt.date.fromisoformat(str(manifest.notes["as_of"])), data.known_at, data.horizon_days)
    features = numbers.table()
    return open_shop(Tables(place.data), cutoff, features, numbers.memberships()), features


def rule_in_words(rule: TreeRule, currency: str) -> str:
    """A rule of thumb: `orders above 12 orders, spend at most $400.00`."""
    parts = []
    for condition in rule.conditions:
        low, high = (
            None if value is None else format_value(value, condition.unit, currency)
            for value in (condition.above, condition.at_most)
        )
        bounds = [f"above {low}" if low else "", f"at most {high}" if high else ""]
        parts.append(f"{condition.label} {' and '.join(bound for bound in bounds if bound)}")
    return ", ".join(parts) or "everybody"
