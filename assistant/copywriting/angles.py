"""Angles: the reason a message gives for acting. A brief names at least two."""

import difflib
from dataclasses import dataclass

from assistant.errors import ConfigError

CONTROL = "control"


@dataclass(frozen=True)
class Angle:
    """One way to put an offer."""

    name: str
    words: str
    """What the prompt calls it."""
    motive: str
    """What it appeals to."""


ANGLES: dict[str, Angle] = {
    angle.name: angle
    for angle in (
        Angle("thrift", "saving", "spending less"),
        Angle("ease", "easy", "having it done"),
        Angle("treat", "a treat", "something nice for oneself"),
    )
}


def angle_named(name: str) -> Angle:
    """An angle by name.

    Raises:
        ConfigError: there is none of that name.
    """
    if name in ANGLES:
        return ANGLES[name]
    close = difflib.get_close_matches(name, ANGLES, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"known angles: {', '.join(ANGLES)}."
    raise ConfigError(f"There is no angle {name!r}; {hint}")
