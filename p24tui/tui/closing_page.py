"""The closing check as a page: every open case of one's units, with where each stands, what is left to do first."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime

from p24tui.clock import day_began, local_date
from p24tui.i18n import _, ngettext
from p24tui.routine.case import Case
from p24tui.routine.closing import DONE, Standing, standing
from p24tui.routine.visit import is_half_ended
from p24tui.services.views import CaseLine
from p24tui.store.duty_values import Closing
from p24tui.text import clean_line
from p24tui.tui.places import MATTER, NAME, WIDE, Cell, Column, Page, Row, came, counted, name_of, still_open
from p24tui.words.cases import (
    HALF_ENDED,
    SUICIDE,
    TRIAGE_FAILED,
    VIDEO_ON,
    free_text_mark,
    priority_mark,
    state_marks,
    video_mark,
)
from p24tui.words.duty import closing_mark, guarantee_mark
from p24tui.words.times import clock_time, waited

VERY_WIDE = 140
"""Cells from which it stands why a case is held, and who has it in full."""

LOOKS = {Standing.SUICIDE: "urgent", Standing.URGENT: "urgent", Standing.UNREAD: "unread", Standing.LEFT: ""}


def closing_page(
    lines: Iterable[CaseLine],
    unit_names: Mapping[str, str],
    now: datetime,
    days: Mapping[str, date],
    signed: Collection[Closing] = (),
) -> Page:
    """Every open case; none is left out. ``lines`` are in the list's order.

    ``days`` are those that are to be closed, by unit, and ``signed`` the signatures that there are.

    First what is left to do, those from before today before the others, and then what is done.
    """
    everything = list(still_open(lines))
    today = local_date(now)
    where = {one.case.id: standing(one.case, days.get(one.case.unit_id, today)) for one in everything}
    began = day_began(now)
    ordered = sorted(
        everything, key=lambda one: (_is_done(one.case, where[one.case.id]), one.case.received_at >= began)
    )  # the rest of the order is the list's
    by_id = {one.case.id: one for one in ordered}
    several = len(unit_names) > 1
    names = unit_names if several else {}

    def columns(width: int) -> tuple[Column, ...]:
        wide = width >= WIDE
        unit = (Column(_("Enhet"), 10 if wide else 5),) if several else ()
        state = (Column(_("Läge")),) if wide else ()
        return (
            Column(_("P"), 1),
            Column(_("Kom"), 12),
            Column(_("Väntat"), 7, right=True),
            Column(_("Patient"), most=NAME),
            Column(_("Ärende"), most=MATTER),
            *unit,
            *state,
            Column(_("Stängning"), 13),
            Column(_("Hos"), 18 if width >= VERY_WIDE else 7),
        )

    def row(id: str, width: int) -> Row:
        return _row(by_id[id], where[id], names, now, width=width)

    above = [*_above(everything, where, began), *_signed(signed, names)]
    left = [id for id in days if id not in {one.unit_id for one in signed}]
    if left or not signed:
        of = f" ({', '.join(names[id] for id in left)})" if names and signed else ""
        above += [*counted(everything), (_("inte signerad") + of, "quiet")]
    return Page(tuple(above), columns, tuple(by_id), row, _("Inga öppna ärenden: inget är kvar."))


def is_done(line: CaseLine, day: date) -> bool:
    """Whether nothing is left to do with the case at the closing of that day."""
    return _is_done(line.case, standing(line.case, day))


def _is_done(case: Case, where: Standing) -> bool:
    """Whether nothing is left to do: of a visit that lives on with its video on, or half ended, something is (H11)."""
    return where in DONE and not video_mark(case)


def _above(everything: list[CaseLine], where: Mapping[str, Standing], began: datetime) -> list[Cell]:
    many = len(everything)
    done = sum(_is_done(one.case, where[one.case.id]) for one in everything)
    older = sum(one.case.received_at < began for one in everything)
    above: list[Cell] = [
        (ngettext("{count} öppet ärende", "{count} öppna ärenden", many).format(count=many), "strong"),
        (_("{count} kvar").format(count=many - done), "strong" if many > done else "done"),
    ]
    if older:
        above.append((_("{count} äldre").format(count=older), "unread"))
    if half := sum(is_half_ended(one.case) for one in everything):
        words = ngettext("{count} halvt avslutat", "{count} halvt avslutade", half)
        above.append((words.format(count=half), "urgent"))
    return above


def _signed(signed: Collection[Closing], names: Mapping[str, str]) -> Iterator[Cell]:
    for one in signed:
        words = _("signerad {at} av {name}").format(at=clock_time(one.signed_at), name=clean_line(one.staff_name))
        yield f"{words} ({names[one.unit_id]})" if names else words, "done"


def _row(line: CaseLine, where: Standing, unit_names: Mapping[str, str], now: datetime, *, width: int) -> Row:
    case, mark = line.case, priority_mark(line.case)
    urgently = mark in (SUICIDE, TRIAGE_FAILED, "1")
    quiet = "quiet" if _is_done(case, where) else ""
    owner = line.owner if width >= VERY_WIDE else line.owner.split(" ")[0]
    unit: tuple[Cell, ...] = ((unit_names.get(case.unit_id, ""), "quiet"),) if unit_names else ()
    words = state_marks(case, promised=guarantee_mark(line.guarantee, now), why=width >= VERY_WIDE)
    state: tuple[Cell, ...] = ((words, quiet),) if width >= WIDE else ()
    return Row(
        (
            (mark, "urgent" if urgently else quiet),
            came(case, now),
            (waited(case.waiting_since, now), quiet),
            (name_of(line), quiet),
            (line.matter, quiet),
            *unit,
            *state,
            _closing_cell(case, where),
            (owner or "–", "" if owner else "quiet"),
        ),
        case,
    )


def _closing_cell(case: Case, where: Standing) -> Cell:
    """Where the case stands, and what is to be done; nothing graver hides that a visit is half ended, or on video."""
    if where in (*DONE, Standing.LEFT) and video_mark(case):
        half = is_half_ended(case)
        words = _("{mark} avsluta").format(mark=HALF_ENDED) if half else _("{mark} video på").format(mark=VIDEO_ON)
        return (words, "urgent" if half else "unread")
    if where is Standing.UNREAD and case.unread_free_text and not case.unread:
        return (free_text_mark(), LOOKS[where])
    return (closing_mark(case, where), LOOKS.get(where, "quiet"))
