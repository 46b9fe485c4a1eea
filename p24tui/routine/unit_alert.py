"""What calls for attention at a unit as a whole, and is no single case: who answers for the inflow, and the closing."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class UnitReason(StrEnum):
    """Why a unit calls, the gravest first.

    ``NOBODY``: it is open, and nobody is responsible for the inflow (CH-2). ``UNSIGNED``: it has closed, and nobody has
    signed that every case was gone through (CH-7). ``GAP``: the roster has a gap on the next day that it opens (CH-2).
    ``UNREMOVED``: a watch post or message has been in VAS for so long that a patient may be billed twice (RE-6).
    """

    NOBODY = "nobody"
    UNSIGNED = "unsigned"
    GAP = "gap"
    UNREMOVED = "unremoved"


CAN_WAIT = frozenset({UnitReason.GAP, UnitReason.UNREMOVED})
"""What is said until somebody has seen it, and makes no sound: nobody waits for it now."""


class UnitAlert(Struct, frozen=True):
    """A unit that calls. ``since`` tells one cause from the next (UTC), and is also when a gap begins."""

    unit_id: str
    reason: UnitReason
    since: datetime
