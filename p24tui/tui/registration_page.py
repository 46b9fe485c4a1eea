"""What is to be registered as a page: what is in VAS still, what nobody has decided on, and what else is owed."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from p24tui.i18n import N_, _, ngettext
from p24tui.routine.documentation import Scope
from p24tui.routine.registration import RegistrationState
from p24tui.services.journal_views import OwedLine
from p24tui.services.registration_views import FollowedLine, RegistrationDesk
from p24tui.services.views import CaseLine, EndedLine
from p24tui.tui.places import NAME, WIDE, Cell, Column, Page, Row, name_of
from p24tui.words.registration import WAYS
from p24tui.words.times import short_moment

TO_DO: Mapping[RegistrationState, str] = {
    RegistrationState.CREATED: N_("registrera"),
    RegistrationState.REGISTERED: N_("TA BORT"),
}
"""What is to be done with a post that is in VAS."""

SCOPES: Mapping[Scope, str] = {Scope.BOTH: N_("hel anteckning"), Scope.ASSESSMENT: N_("egen bedömning")}
"""What a note that is owed is to hold."""


class Item(Struct, frozen=True):
    """Something that is owed for a contact: what and since when, of which case, and whose it is.

    ``id`` tells it from every other of the page. ``what`` is what it is about, where that is not the case's matter.
    """

    id: str
    to_do: Cell
    since: datetime
    line: CaseLine
    unit_id: str
    by: str
    post: str = ""
    what: str = ""


def registration_page(
    desk: RegistrationDesk,
    owed: Sequence[OwedLine],
    unit_names: Mapping[str, str],
    staff_id: str | None,
    now: datetime,
) -> Page:
    """First what is in VAS still, the oldest first; then notes that are ``owed``; last what nobody has decided on."""
    notes = [_owed(one, mine=one.debt.staff_id == staff_id) for one in owed]
    items = [*map(_followed, desk.followed), *notes, *map(_undecided, desk.undecided)]
    by_id = {one.id: one for one in items}
    several = len(unit_names) > 1

    def columns(width: int) -> tuple[Column, ...]:
        wide = width >= WIDE
        unit = (Column(_("Enhet"), 10 if wide else 5),) if several else ()
        post = (Column(_("Post"), 15),) if wide else ()
        by = Column(_("Av"), 20 if wide else 12)
        what = Column(_("Ärende"))
        return (
            Column(_("Att göra"), 17),
            Column(_("Sedan"), 12),
            Column(_("Patient"), most=NAME),
            what,
            *post,
            *unit,
            by,
        )

    def row(id: str, width: int) -> Row:
        return _row(by_id[id], unit_names if several else {}, now, wide=width >= WIDE)

    return Page(
        tuple(_above(desk, len(owed))), columns, tuple(by_id), row, _("Inget är kvar att registrera eller anteckna.")
    )


def patients_of(desk: RegistrationDesk) -> frozenset[str]:
    """Whose contacts it shows."""
    lines = (*(one.line for one in desk.followed), *(one.line for one in desk.undecided))
    return frozenset(line.case.patient_id for line in lines)


def _above(desk: RegistrationDesk, owed: int) -> Iterator[Cell]:
    many, old = len(desk.followed), sum(one.old for one in desk.followed)
    words = ngettext("{count} post kvar i VAS", "{count} poster kvar i VAS", many)
    yield (words.format(count=many), "strong" if many else "quiet")
    if old:
        yield (ngettext("{count} GAMMAL", "{count} GAMLA", old).format(count=old), "urgent")
    if owed:
        yield (ngettext("{count} att anteckna", "{count} att anteckna", owed).format(count=owed), "unread")
    left = len(desk.undecided)
    words = ngettext("{count} att ta ställning till", "{count} att ta ställning till", left)
    yield (words.format(count=left), "unread" if left else "quiet")


def _followed(one: FollowedLine) -> Item:
    registration = one.registration
    to_do = _(TO_DO[registration.state])
    cell = (_("GAMMAL {to_do}").format(to_do=to_do), "urgent") if one.old else (to_do, "unread")
    return Item(
        registration.case_id,
        cell,
        registration.made_at,
        one.line,
        registration.unit_id,
        registration.made_by_name,
        _(WAYS[registration.way]),
        registration.reason,
    )


def _owed(one: OwedLine, *, mine: bool) -> Item:
    to_do = (_("anteckna"), "unread" if mine else "")
    debt = one.debt
    id = f"note:{debt.case_id}:{debt.staff_id}"
    return Item(id, to_do, debt.since, one.line, debt.unit_id, debt.staff_name, "", _(SCOPES[debt.scope]))


def _undecided(one: EndedLine) -> Item:
    case = one.line.case
    to_do = (_("ta ställning"), "quiet")
    return Item(case.id, to_do, case.ended_at or case.received_at, one.line, case.unit_id, one.by)


def _row(one: Item, unit_names: Mapping[str, str], now: datetime, *, wide: bool) -> Row:
    unit: tuple[Cell, ...] = ((unit_names.get(one.unit_id, ""), "quiet"),) if unit_names else ()
    post: tuple[Cell, ...] = ((one.post, "quiet"),) if wide else ()
    at = (short_moment(one.since, now), "quiet")
    what = (one.what or one.line.matter, "")
    return Row((one.to_do, at, (name_of(one.line), ""), what, *post, *unit, (one.by or "–", "")), one.line.case)
