"""Log control as pages: readings with why they stand out, and the checks that have been made."""

from collections.abc import Sequence
from datetime import datetime

from p24tui.clock import local
from p24tui.i18n import _, ngettext
from p24tui.services.log_control_views import CheckKind, CheckLine, LogCheck, LogLine, LogView
from p24tui.services.log_control_words import (
    KINDS,
    OUTCOMES,
    REASONS_IN_FULL,
    reasons_words,
    role_words,
    span_words,
    why_words,
)
from p24tui.text import clean_line
from p24tui.tui.keys import key_name
from p24tui.tui.places import WIDE, Cell, Column, Page, Row
from p24tui.words.cases import reading_words
from p24tui.words.times import short_moment

VERY_WIDE = 140
"""Cells from which unit and place stand there too."""

NAME = 30
"""Cells that a name gets at most."""


def log_view_page(view: LogView, check: LogCheck | None, now: datetime) -> Page:
    """The readings that a look has found; ``check`` is the check of them that goes on, or that they were part of."""
    by_id = {str(line.seq): line for line in view.lines}
    unusual = view.criteria.kind is CheckKind.UNUSUAL and check is None

    def columns(width: int) -> tuple[Column, ...]:
        who = (Column(_("Tid"), 12), Column(_("Vem"), most=NAME), Column(_("Patient"), most=NAME))
        what = Column(_("Vad"), 26 if width >= WIDE else 22)
        why = Column(_("Varför"), 34) if unusual else Column(_("Grund"), 18)
        if width < WIDE:
            return (*who, Column(_("Varför"), 34) if unusual else what)
        where = (Column(_("Enhet"), most=NAME), Column(_("Varifrån"), most=NAME)) if width >= VERY_WIDE else ()
        return (*who, why, what, *where)

    def row(id: str, width: int) -> Row:
        line = by_id[id]
        who: tuple[Cell, ...] = ((short_moment(line.at, now), "quiet"), (line.reader or "–", ""), _patient(line))
        what = (reading_words(line.kind), "")
        why = (reasons_words(line.reasons), "unread") if unusual else (why_words(line.why), "quiet")
        if width < WIDE:
            return Row((*who, why if unusual else what))
        where: tuple[Cell, ...] = ((line.unit, "quiet"), (line.place, "quiet")) if width >= VERY_WIDE else ()
        return Row((*who, why, what, *where))

    empty = _("Inget sticker ut.") if unusual else _("Inget är läst.")
    return Page(tuple(_above(view, check)), columns, tuple(by_id), row, empty)


def checks_page(checks: Sequence[CheckLine], now: datetime) -> Page:
    """The checks, those that go on first."""
    by_id = {one.check.id: one for one in checks}
    going_on = sum(one.check.signed_at is None for one in checks)
    many = ngettext("{count} kontroll", "{count} kontroller", len(checks)).format(count=len(checks))
    above: list[Cell] = [(many, "strong")]
    if going_on:
        words = ngettext("{count} pågår", "{count} pågår", going_on)
        above.append((words.format(count=going_on), "unread"))

    def columns(width: int) -> tuple[Column, ...]:
        roomy = width >= VERY_WIDE
        seed = (Column(_("Dagar"), 23), Column(_("Frö"), 12 if roomy else 9)) if width >= WIDE else ()
        outcome = Column(_("Utfall"), 28 if roomy else 22)
        who = (Column(_("Gjord"), 12), Column(_("Av"), 24 if roomy else 14), Column(_("Vad"), most=60))
        return (*who, *seed, Column(_("Antal"), 6, right=True), outcome)

    def row(id: str, width: int) -> Row:
        line = by_id[id]
        check = line.check
        criteria = check.criteria
        outcome = (_("pågår"), "unread")
        if check.signed_at is not None and check.outcome is not None:
            outcome = (_(OUTCOMES[check.outcome]), "quiet")
        seed: tuple[Cell, ...] = ()
        if width >= WIDE:
            seed = ((span_words(criteria.span), "quiet"), (clean_line(criteria.seed), "quiet"))
        what = " ".join(filter(None, [_(KINDS[criteria.kind]), line.subject]))
        who = ((short_moment(check.made_at, now), "quiet"), (clean_line(check.made_by_name), ""), (what, ""))
        return Row((*who, *seed, (str(len(check.reads)), ""), outcome))

    empty = _("Ingen kontroll är gjord än. {key} börjar en av det som visas.").format(key=key_name("control_begin"))
    return Page(tuple(above), columns, tuple(by_id), row, empty)


def line_words(line: LogLine) -> list[tuple[str, str]]:
    """All that the log knows of a reading, each under its name."""
    facts = [
        (_("Tid"), f"{local(line.at):%Y-%m-%d %H.%M.%S}"),
        (_("Vem"), f"{line.reader} ({line.staff_id})" if line.staff_id else line.reader),
        (_("Roll"), role_words(line.role, line.profession)),
        (_("Patient"), _patient(line)[0]),
        (_("Nummer"), line.number),
        (_("Vad"), reading_words(line.kind)),
        (_("Grund"), why_words(line.why)),
        (_("Enhet"), line.unit),
        (_("Varifrån"), line.place),
        *((_("Sticker ut"), _(REASONS_IN_FULL[reason])) for reason in line.reasons),
    ]
    return [(name, said) for name, said in facts if said]


def _above(view: LogView, check: LogCheck | None) -> list[Cell]:
    criteria, many = view.criteria, len(view.lines)
    kind = _(KINDS[criteria.kind])
    above: list[Cell] = [(f"{kind}: {view.subject}" if view.subject else kind, "strong")]
    words = ngettext("{count} läsning", "{count} läsningar", many).format(count=many)
    if view.considered > many:
        words = _("{count} av {all} läsningar").format(count=many, all=view.considered)
    above += [(words, ""), (span_words(criteria.span), "quiet")]
    if criteria.seed:
        above.append((_("frö {seed}").format(seed=clean_line(criteria.seed)), "quiet"))
    if view.next is not None:
        above.append((_("{key} hämtar fler").format(key=key_name("control_more")), "unread"))
    if check is not None:
        above.insert(0, (_("kontroll pågår"), "unread") if check.signed_at is None else (_("signerad"), "done"))
    return above


def _patient(line: LogLine) -> Cell:
    if line.protected:
        return (_("Skyddad person"), "quiet")
    if line.number:
        return (line.patient or line.number, "")
    many = ngettext("{count} patient", "{count} patienter", line.listed)
    return (many.format(count=line.listed), "quiet")
