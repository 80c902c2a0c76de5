"""How dark a cell is: five steps from nothing to the most there is."""

import math

STEPS = 5


def shade(value: float, most: float) -> int:
    """From 0 for nothing to `STEPS` for `most`; whatever is more than nothing has a shade."""
    if not (value > 0 and most > 0):
        return 0
    return min(math.ceil(STEPS * value / most - 1e-9), STEPS)
