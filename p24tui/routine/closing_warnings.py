"""How long before closing a unit is warned of it: from the first word, by way of warnings, to the alarm."""

from itertools import pairwise

from p24tui.routine.rule import rule

FEWEST, MOST = 2, 6
"""How many warnings a unit may have, the alarm among them."""

LATEST, EARLIEST = 1, 240
"""Minutes before closing between which a warning may come."""


@rule("CH-5", "CH-7")
def warnings_in_order(minutes: tuple[int, ...]) -> bool:
    """Whether these can be a unit's warnings: two to six, falling, each 1 to 240 minutes before closing."""
    return (
        FEWEST <= len(minutes) <= MOST
        and all(LATEST <= one <= EARLIEST for one in minutes)
        and all(later < earlier for earlier, later in pairwise(minutes))
    )
