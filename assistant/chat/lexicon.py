"""Names as people type them."""

from collections.abc import Mapping

from rapidfuzz import fuzz, process, utils

_LEAST = 80.0
"""Of rapidfuzz's weighted ratio, 0 to 100: one typing mistake in a word of six letters passes, two do not."""
_LEAD = 6.0


def nearest_name(said: str, names: Mapping[str, str]) -> str:
    """The key of the one name that a text means; empty where none does, or several.

    Args:
        said: as a person typed it.
        names: key -> name.
    """
    found = process.extract(
        said, dict(names), scorer=fuzz.WRatio, processor=utils.default_process, limit=2, score_cutoff=_LEAST
    )
    if not found or (len(found) > 1 and found[0][1] - found[1][1] < _LEAD):
        return ""
    return str(found[0][2])
