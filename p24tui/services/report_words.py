"""A report in sentences: the same on the screen and on standard output."""

from collections.abc import Iterator
from datetime import timedelta

from p24tui.i18n import _, ngettext
from p24tui.services.report_views import Recorded, Registered, Report, SameDay, Sent, UnitDay, Waits
from p24tui.text import clean_line
from p24tui.words.times import clock_time, time_words

MINUTES = 1000
"""From how many minutes on a wait is said in hours, and then in days."""

Fact = tuple[str, str]
"""What it is about, and what is to be said of it."""


def facts(report: Report) -> Iterator[Fact]:
    """What came in and what was done, each on a line."""
    yield _("Kom in"), _came_in(report)
    yield _("Första svar"), _first_answers(report)
    yield _("Kontakt samma dag"), same_day_words(report.same_day)
    yield _("Ärenden"), _flow(report)
    said = _("{received} från patienter, {written} från personal")
    flow = report.flow
    yield _("Meddelanden"), said.format(received=flow.messages_in, written=flow.messages_out)
    yield _("Utskick"), _sent(report.sent)
    yield _("Anteckningar"), _recorded(report.recorded)
    yield _("Registrering"), _registered(report.registered)


def waits_words(waits: Waits) -> str:
    """How long the first answer took: half of them, nine of ten, and the longest."""
    said = _("median {median} · 90 % inom {ninth} · längst {longest}")
    return said.format(median=_wait(waits.median), ninth=_wait(waits.ninth), longest=_wait(waits.longest))


def same_day_words(same: SameDay) -> str:
    """How the first part of the care guarantee was kept."""
    over = same.kept + same.missed
    words = []
    if over:
        said = ngettext("{kept} av {over} ärende ({share} %)", "{kept} av {over} ärenden ({share} %)", over)
        words.append(said.format(kept=same.kept, over=over, share=100 * same.kept // over))
    if same.pending:
        said = ngettext("{count} väntar ännu på det", "{count} väntar ännu på det", same.pending)
        words.append(said.format(count=same.pending))
    return " · ".join(words) or _("inga ärenden att räkna")


def closing_words(one: UnitDay) -> str:
    """Who has signed the day's closing."""
    if one.signed is not None:
        name, at = one.signed
        return f"{clock_time(at)} {clean_line(name)}"
    return _("inte signerad") if one.over else _("inte än")


def responsible_words(one: UnitDay) -> str:
    """How much of the opening time has nobody in the roster."""
    minutes, missing = (int(time.total_seconds() // 60) for time in (one.opening, one.unmanned))
    if not minutes:
        return _("stängt")
    if not missing:
        return _("hela dagen")
    return _("ingen i {missing} av {minutes} min").format(missing=missing, minutes=minutes)


def _wait(time: timedelta) -> str:
    """In minutes for as long as one can compare them at a glance."""
    minutes = int(time.total_seconds() // 60)
    return _("{count} min").format(count=minutes) if minutes < MINUTES else time_words(time)


def _came_in(report: Report) -> str:
    cases, urgent = report.inflow.cases, report.inflow.urgent
    came = ngettext("{count} ärende", "{count} ärenden", cases).format(count=cases)
    said = _("{came}, varav {urgent} brådskande")
    return said.format(came=came, urgent=urgent) if cases else came


def _first_answers(report: Report) -> str:
    first = report.first_answers
    answered = ngettext("{count} besvarat", "{count} besvarade", first.answered).format(count=first.answered)
    left = ngettext("{count} inte besvarat", "{count} inte besvarade", first.unanswered).format(count=first.unanswered)
    return f"{answered}, {left}"


def _flow(report: Report) -> str:
    flow = report.flow
    ended = ngettext("{count} avslutat", "{count} avslutade", flow.ended).format(count=flow.ended)
    again = ngettext("{count} öppnat igen", "{count} öppnade igen", flow.reopened).format(count=flow.reopened)
    return f"{ended}, {again}"


def _sent(sent: Sent) -> str:
    said = _("{taken} skickade, {delivered} framme, {failed} misslyckade, {uncertain} osäkra")
    return said.format(taken=sent.taken, delivered=sent.delivered, failed=sent.failed, uncertain=sent.uncertain)


def _recorded(one: Recorded) -> str:
    """What was written down, how soon where it was owed, and what is left."""
    said = _("{signed} signerade, {in_vas} i VAS, {nothing} utan, {owed} kvar att skriva")
    words = said.format(signed=one.signed, in_vas=one.in_vas, nothing=one.nothing, owed=one.owed)
    return f"{words}{_took(one.waits)}"


def _registered(one: Registered) -> str:
    """How contacts were registered, how soon their posts were gone again, and what is left."""
    said = _("{told} till AN5, {own} i AN24, {nothing} registreras inte, {left} kvar att ta bort")
    words = said.format(told=one.told, own=one.own, nothing=one.nothing, left=one.left)
    return f"{words}{_took(one.waits)}"


def _took(waits: Waits | None) -> str:
    if waits is None:
        return ""
    said = _(" · median {median}, längst {longest}")
    return said.format(median=_wait(waits.median), longest=_wait(waits.longest))
