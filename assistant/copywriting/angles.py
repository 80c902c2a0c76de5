"""Angles: the reason a message gives for acting. A brief names at least two."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.errors import unknown_name
from assistant.records.copy import Elements

CONTROL = "control"


@dataclass(frozen=True)
class Angle:
    """One way to put an offer."""

    name: str
    motive: str
    """What it appeals to; what the prompt calls it is the language's."""


ANGLES: dict[str, Angle] = {
    angle.name: angle
    for angle in (
        Angle("thrift", "spending less"),
        Angle("ease", "having it done"),
        Angle("treat", "something nice for oneself"),
        Angle("discovery", "something new to try"),
    )
}


def angle_named(name: str) -> Angle:
    """An angle by name.

    Raises:
        ConfigError: there is none of that name.
    """
    if name in ANGLES:
        return ANGLES[name]
    raise unknown_name("angle", name, ANGLES)


def elements_of(
    angle: str,
    at: int,
    block: int,
    *,
    forms: Sequence[str] = ("statement",),
    openings: Sequence[str] = ("reason",),
    calls: Sequence[str] = ("look",),
) -> Elements:
    """What a piece is made of beside its motive, laid out so that effects can be told apart.

    The elements run through all combinations of their levels, over the blocks (segments, channels, languages) and in
    each block over its angles with a shift, so that no element always goes with another one or with a motive.

    Args:
        angle: the piece's.
        at: its place among the brief's angles.
        block: number of the segment, channel and language.
        forms: of the opening, that the channel and the language have.
        openings: what the opening may begin with.
        calls: kinds of call to action, where the channel has one.
    """
    # The three bits of a number that runs through 0 to 7 are an orthogonal layout of three elements.
    drawn = (at + 3 * block) % 8
    return Elements.model_validate(
        {
            "motive": angle,
            "form": forms[drawn % len(forms)],
            "opening": openings[drawn // 2 % len(openings)],
            "call_to_action": calls[drawn // 4 % len(calls)],
        }
    )
