"""The places of the desk in the order of a working day: which there are for whom, and what stands in each."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from p24tui.clock import day_began, local
from p24tui.i18n import N_, _, ngettext
from p24tui.routine.assessment import is_urgent
from p24tui.routine.case import Case, CaseState
from p24tui.routine.chat import has_unread
from p24tui.routine.role import Role
from p24tui.services import access
from p24tui.services.views import CaseLine, OwnRead, OwnReads
from p24tui.words.cases import reading_words
from p24tui.words.times import MONTHS, clock_time


class Place(StrEnum):
    """Where one is at the desk."""

    LIST = "list"
    VIDEO = "video"
    CLOSING = "closing"
    REGISTRATION = "registration"
    OVERVIEW = "overview"
    LOG = "log"

    @property
    def action(self) -> str:
        """The action of the desk that leads there."""
        return f"show_{self.value}"


TITLES = {
    Place.LIST: N_("Patientlista"),
    Place.VIDEO: N_("Videobesök"),
    Place.CLOSING: N_("Stängning"),
    Place.REGISTRATION: N_("Registrering"),
    Place.OVERVIEW: N_("Översikt"),
    Place.LOG: N_("Loggkontroll"),
}

SHORT_TITLES = {**TITLES, Place.LIST: N_("Lista"), Place.VIDEO: N_("Video"), Place.LOG: N_("Logg")}

OWN_LOG = N_("Min logg")
"""The title of the log for whoever sees nobody else's readings in it."""

PLACE_RIGHTS = {
    Place.LIST: "list.read",
    Place.VIDEO: "visit.read",
    Place.CLOSING: "closing.do",
    Place.REGISTRATION: "registration.read",
    Place.OVERVIEW: "report.read",
    Place.LOG: "log.own",
}
"""The right that each place takes."""


def places_of(role: Role | None) -> tuple[Place, ...]:
    """The places that somebody in this role has, in order."""
    return tuple(place for place in Place if access.allows(role, PLACE_RIGHTS[place]))


def title_of(place: Place, role: Role | None, *, short: bool) -> str:
    """What a place is called for somebody in this role."""
    if place is Place.LOG and not access.allows(role, "log.control"):
        return _(OWN_LOG)
    return _((SHORT_TITLES if short else TITLES)[place])


Cell = tuple[str, str]
"""Text, and the name of its look."""


class Column(Struct, frozen=True):
    """A column of a place. ``width`` is in cells; one of none takes its share of what the others leave, or ``most``."""

    title: str
    width: int = 0
    right: bool = False
    most: int = 1000


class Row(Struct, frozen=True):
    """A line of a place; ``case`` is where it leads, where it leads anywhere."""

    cells: tuple[Cell, ...]
    case: Case | None = None


class Page(Struct, frozen=True):
    """What a place shows: a line above, and rows by id that are made when they come into sight.

    ``row`` is given the width of the list in cells. ``empty`` is said where there are no rows.
    """

    above: tuple[Cell, ...]
    columns: Callable[[int], tuple[Column, ...]]
    ids: tuple[str, ...]
    row: Callable[[str, int], Row]
    empty: str


WIDE = 100
"""Cells from which words stand in full."""

NAME = 32
"""Cells that a patient's name gets at most."""

MATTER = 40
"""Cells that a matter gets at most where something else has more to say."""


def waiting_page() -> Page:
    """What stands there until what is asked for has been read."""
    return Page((("", ""),), lambda _width: (), (), _no_row, _("Hämtar …"))


def _no_row(id: str, _width: int) -> Row:
    raise KeyError(id)


def still_open(lines: Iterable[CaseLine]) -> Iterable[CaseLine]:
    """Those that have not ended."""
    return (line for line in lines if line.case.state is not CaseState.ENDED)


def counted(lines: list[CaseLine]) -> list[Cell]:
    """How many are unread, and how many urgent."""
    unread = sum(has_unread(line.case) for line in lines)
    urgent = sum(is_urgent(line.case) for line in lines)
    said = [(ngettext("{count} oläst", "{count} olästa", unread).format(count=unread), "unread" if unread else "quiet")]
    words = ngettext("{count} brådskande", "{count} brådskande", urgent)
    return [*said, (words.format(count=urgent), "urgent" if urgent else "quiet")]


def came(case: Case, now: datetime) -> Cell:
    """When the case came; one from before today is marked."""
    if case.received_at < day_began(now):
        return (_("äldre {day}").format(day=_day(case.received_at)), "unread")
    return (clock_time(case.received_at), "quiet")


def _day(instant: datetime) -> str:
    at = local(instant)
    return f"{at.day} {_(MONTHS[at.month - 1])}"


def name_of(line: CaseLine) -> str:
    """The patient's name, or that it is a protected person."""
    return line.patient.name or _("Skyddad person")


def log_page(own: OwnReads, unit_names: Mapping[str, str], now: datetime) -> Page:
    """One's own readings of today."""
    by_id = {str(one.seq): one for one in own.reads}
    words = ngettext("{count} läsning i dag", "{count} läsningar i dag", own.count)
    above = [
        (words.format(count=own.count), "strong"),
        (_("hämtade {at}").format(at=clock_time(now)), "quiet"),
        (_("andras är för loggkontrollanten"), "quiet"),
    ]
    if own.count > len(own.reads):
        above.insert(1, (_("de senaste {count} visas").format(count=len(own.reads)), "unread"))

    def columns(width: int) -> tuple[Column, ...]:
        unit = Column(_("Enhet"), 24 if width >= WIDE else 14)
        did = Column(_("Vad du gjorde"), 40 if width >= WIDE else 24)
        return (Column(_("Tid"), 5), did, Column(_("Patient"), most=NAME), unit)

    def row(id: str, _width: int) -> Row:
        return _log_row(by_id[id], unit_names)

    return Page(tuple(above), columns, tuple(by_id), row, _("Du har inte läst något i dag."))


def _log_row(one: OwnRead, unit_names: Mapping[str, str]) -> Row:
    many = ngettext("{count} patient", "{count} patienter", one.patients).format(count=one.patients)
    patient = (many, "quiet") if one.line is None else (name_of(one.line), "")
    unit = unit_names.get(one.unit_id, one.unit_id)
    words = (reading_words(one.kind), "")
    case = one.line.case if one.line else None
    return Row(((clock_time(one.at), "quiet"), words, patient, (unit, "quiet")), case)
