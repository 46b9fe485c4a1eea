"""The proxy of a child below 13: who may be one, and who is chosen (VI-6 to VI-9)."""

from collections.abc import Collection
from datetime import date

from msgspec import Struct

from p24tui.routine.decision import Refusal
from p24tui.routine.identity import age_on
from p24tui.routine.protection import Protection, is_protected
from p24tui.routine.rule import rule
from p24tui.routine.visit import OPEN, Visit, VisitKind


class Guardian(Struct, frozen=True):
    """A guardian (vårdnadshavare) of a patient who is a child. ``mobile`` is E.164 or empty.

    One who is protected has neither name nor number here. ``is_primary`` is preselected as proxy.
    """

    number: str
    name: str
    relationship: str = ""
    mobile: str = ""
    is_primary: bool = False
    protection: Protection = Protection.NONE


@rule("VI-9")
def needs_proxy(born: date | None, day: date, below_age: int) -> bool | Refusal:
    """Whether whoever was born then has a proxy on the day of the visit; the age on that day counts (H14)."""
    if born is None:
        return Refusal("VI-9", "age-unknown")
    return age_on(born, day) < below_age


@rule("VI-7", "PR-1")
def preselected(guardians: Collection[Guardian]) -> Guardian | None:
    """Who is preselected as proxy: the primary guardian, else the first who may be one."""
    allowed = [one for one in guardians if not is_protected(one.protection)]
    return next((one for one in allowed if one.is_primary), allowed[0] if allowed else None)


@rule("VI-7", "PR-1")
def choose_proxy(guardians: Collection[Guardian], wanted: str | None) -> Guardian | Refusal:
    """The one proxy of a booking: the guardian with the number that is wanted, else whoever is preselected.

    Refused where the child has no guardian on record, or none who may be one; a protected guardian never is.
    """
    if not guardians:
        return Refusal("VI-6", "no-guardian")
    if wanted:
        chosen = _with(guardians, wanted)
        if chosen is None:
            return Refusal("VI-7", "not-guardian")
    else:
        chosen = preselected(guardians)
        if chosen is None:
            return Refusal("PR-1", "guardian-protected")
    if is_protected(chosen.protection):
        return Refusal("PR-1", "guardian-protected")
    return chosen if chosen.mobile else Refusal("VI-1", "proxy-no-mobile")


@rule("VI-7", "PR-1")
def may_stay(guardians: Collection[Guardian], number: str) -> Refusal | None:
    """Whether the proxy of a visit, with this number, may still be it; a visit whose proxy was protected has none."""
    if not number:
        return Refusal("PR-1", "guardian-protected")
    found = _with(guardians, number)
    if found is None:
        return Refusal("VI-7", "not-guardian")
    return Refusal("PR-1", "guardian-protected") if is_protected(found.protection) else None


@rule("VI-8", "PR-1")
def as_guest(guardians: Collection[Guardian], number: str) -> Guardian | Refusal:
    """The child's guardian with this number, who is to be a guest: nobody else may be one in that role."""
    found = _with(guardians, number)
    if found is None:
        return Refusal("VI-8", "not-guardian")
    return Refusal("PR-1", "guardian-protected") if is_protected(found.protection) else found


@rule("VI-7", "PR-1")
def lacks_proxy(visit: Visit) -> bool:
    """Whether nobody joins a child's visit any longer, and nobody is told of it: staff must see that."""
    return visit.state in OPEN and visit.kind is VisitKind.CHILD and not visit.proxy_number


@rule("VI-7", "PR-1")
def reached_at(visit: Visit, mobile: str) -> str:
    """Where the visit's SMS and calls go (E.164 or empty): ``mobile``, the patient's own, but never for a child."""
    return visit.mobile if visit.kind is VisitKind.CHILD else visit.mobile or mobile


def _with(guardians: Collection[Guardian], number: str) -> Guardian | None:
    return next((one for one in guardians if one.number == number), None)
