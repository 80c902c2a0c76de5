"""Segments and audiences of a workspace as commands look them up."""

from assistant.errors import ConfigError, MissingArtefact
from assistant.pipeline import Paths
from assistant.records import Segment, Segmentation
from assistant.records.certificates import Certificate
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
