"""``p24tui report``: how a day, a week or a month went, in numbers, on standard output."""

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

import click

from p24tui.cli.base import echo_json, operator, running
from p24tui.clock import local, local_date
from p24tui.errors import BadInput
from p24tui.i18n import N_, _
from p24tui.routine.period import Length, Period, period_of, read_period
from p24tui.services import report as services_report
from p24tui.services.report_views import Report, Waits
from p24tui.services.report_words import closing_words, facts, responsible_words, waits_words
from p24tui.text import clean_line, spreadsheet_text
from p24tui.words.cases import MARKS, kind_word, state_word
from p24tui.words.times import clock_time, day_of, day_words, period_words

COLUMNS = ("unit", "from", "to", "measure", "key", "value")

HELP = N_("""Skriv ut hur en dag, en vecka eller en månad har gått: inflöde, väntan, svar, stängning. Bara personal nämns.

Utan val gäller det idag. Tal i --json och --csv är antal, eller minuter där namnet slutar på minutes. Exempel på --json:

\b
  [{"unit": "SE2321000016-ASEN", "from": "2026-11-23", "to": "2026-11-23",
    "measures": [
      {"measure": "inflow", "key": "2026-11-23T08:00+01:00", "value": 3},
      {"measure": "inflow_priority", "key": "1", "value": 2},
      {"measure": "first_answer_minutes", "key": "median", "value": 12.5},
      {"measure": "closing_signed", "key": "2026-11-23", "value": "Maria Lind 17.05"}]}]

En rad i --csv är ett av dem, med enhet och dagar framför: unit, from, to, measure, key, value.""")

Measure = tuple[str, str, int | float | str]
"""What is measured, of what, and how much."""


@click.command(help=_(HELP))
@click.option("--day", metavar="2026-11-23", help=_("En dag."))
@click.option("--week", metavar="2026-48", help=_("En vecka, måndag till söndag."))
@click.option("--month", metavar="2026-11", help=_("En månad."))
@click.option("--unit", "units", metavar="HSA-ID", multiple=True, help=_("Vilken enhet; kan anges flera gånger."))
@click.option("--json", "as_json", is_flag=True, help=_("Som JSON."))
@click.option("--csv", "as_csv", is_flag=True, help=_("Som CSV, säkert att öppna i ett kalkylprogram."))
def report(
    day: str | None, week: str | None, month: str | None, units: tuple[str, ...], as_json: bool, as_csv: bool
) -> None:
    asked = [(length, said) for length, said in zip(Length, (day, week, month), strict=True) if said is not None]
    if len(asked) > 1 or (as_json and as_csv):
        raise BadInput("report-choice")
    with running() as system:
        wanted = units or tuple(filter(None, [system.settings.unit]))
        if not wanted:
            raise BadInput("which-unit")
        today = local_date(system.clock.now())
        period = _period(*asked[0], today) if asked else period_of(Length.DAY, today)
        actor = operator(system)
        reports = [services_report.report_of(system, actor, (unit_id,), period) for unit_id in dict.fromkeys(wanted)]
    if as_json:
        echo_json([_data(one) for one in reports])
    elif as_csv:
        click.echo(to_csv(reports), nl=False)
    else:
        click.echo("\n\n".join("\n".join(_lines(one)) for one in reports))


def to_csv(reports: list[Report]) -> str:
    """One flat table; no field of it is taken for a formula, and every one is quoted."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    for one in reports:
        for measure in measures(one):
            fields = (one.unit_ids[0], one.period.first, one.period.last, *measure)
            writer.writerow([spreadsheet_text(clean_line(str(field), 1000)) for field in fields])
    return text.getvalue()


def measures(report: Report) -> Iterator[Measure]:
    """Every number of a report of one unit, under names that do not change with the language."""
    yield from _inflow(report)
    first, same_day, flow, sent = report.first_answers, report.same_day, report.flow, report.sent
    yield "first_answer", "answered", first.answered
    yield "first_answer", "unanswered", first.unanswered
    yield from _waits("first_answer_minutes", first.waits)
    yield from _waits("first_answer_staffed_minutes", first.staffed)
    yield "contact_same_day", "kept", same_day.kept
    yield "contact_same_day", "missed", same_day.missed
    yield "contact_same_day", "pending", same_day.pending
    yield "cases", "ended", flow.ended
    yield "cases", "reopened", flow.reopened
    yield "messages", "in", flow.messages_in
    yield "messages", "out", flow.messages_out
    for key in ("taken", "delivered", "failed", "uncertain"):
        yield "reminders", key, getattr(sent, key)
    for key in ("signed", "in_vas", "nothing", "owed"):
        yield "notes", key, getattr(report.recorded, key)
    yield from _waits("note_minutes", report.recorded.waits)
    for key in ("told", "own", "nothing", "left"):
        yield "registrations", key, getattr(report.registered, key)
    yield from _waits("registration_minutes", report.registered.waits)
    for one in report.answering:
        yield "answered_cases", one.name, one.cases
        yield "answered_messages", one.name, one.messages
    yield from _days(report)
    yield from _now(report)


def _inflow(report: Report) -> Iterator[Measure]:
    inflow = report.inflow
    for slot in inflow.slots:
        at = local(slot.begins)
        key = at.isoformat(timespec="minutes") if report.period.length is Length.DAY else at.date().isoformat()
        yield "inflow", key, slot.cases
        yield "inflow_urgent", key, slot.urgent
    for mark, many in inflow.marks.items():
        yield "inflow_priority", mark, many
    for kind, many in inflow.kinds.items():
        yield "inflow_kind", kind.value, many


def _waits(name: str, waits: Waits | None) -> Iterator[Measure]:
    if waits is not None:
        yield name, "median", _minutes(waits.median)
        yield name, "90th_percentile", _minutes(waits.ninth)
        yield name, "longest", _minutes(waits.longest)


def _days(report: Report) -> Iterator[Measure]:
    for one in report.days:
        key = one.day.isoformat()
        yield "opening_minutes", key, _minutes(one.opening)
        yield "nobody_responsible_minutes", key, _minutes(one.unmanned)
        if one.signed is not None:
            name, at = one.signed
            yield "closing_signed", key, f"{name} {clock_time(at)}"
        elif one.over:
            yield "closing_signed", key, ""


def _now(report: Report) -> Iterator[Measure]:
    now = report.now
    if now is None:
        return
    yield "unread_now", "cases", now.unread
    named = {
        "state": {state.value: one for state, one in now.states.items()},
        "priority": now.priorities,
        "owner": now.owners,
    }
    for name, standings in named.items():
        for key, one in standings.items():
            yield f"open_now_{name}", key, one.cases
            if one.since is not None:
                yield f"longest_wait_now_{name}_minutes", key, _minutes(report.made_at - one.since)


def _minutes(time: timedelta) -> float:
    return round(time / timedelta(minutes=1), 1)


def _data(report: Report) -> dict[str, object]:
    found = [{"measure": name, "key": key, "value": value} for name, key, value in measures(report)]
    period = report.period
    return {"unit": report.unit_ids[0], "from": period.first, "to": period.last, "measures": found}


def _period(length: Length, written: str, today: date) -> Period:
    if length is Length.DAY:
        return period_of(length, day_of(written, today, has_been=True))
    try:
        return read_period(length, written)
    except ValueError as error:
        raise BadInput(f"report-{length.value}", value=clean_line(written, 40)) from error


def _lines(report: Report) -> Iterator[str]:
    """The report in words, for people."""
    first = report.first_answers
    yield f"{report.unit_ids[0]}  {period_words(report.period)}"
    yield from (_line(name, said) for name, said in facts(report))
    for name, waits in ((_("Väntan, verklig tid"), first.waits), (_("Väntan, bemannad tid"), first.staffed)):
        yield _line(name, _("ingen är besvarad") if waits is None else waits_words(waits))
    yield from _table(_("Kom in, efter tid"), {_at(slot.begins, report): slot.cases for slot in report.inflow.slots})
    yield from _table(
        _("Kom in, efter prio"), {f"{mark} {_(MARKS[mark])}": n for mark, n in report.inflow.marks.items()}
    )
    yield from _table(_("Kom in, efter kontakt"), {kind_word(kind): n for kind, n in report.inflow.kinds.items()})
    if report.now is not None:
        yield from _table(_("Öppna nu"), {state_word(state): one.cases for state, one in report.now.states.items()})
        yield from _table(
            _("Hos vem nu"), {clean_line(name) or _("ingen"): one.cases for name, one in report.now.owners.items()}
        )
    if report.answering:
        yield _line(_("Vem som svarade"), "")
    for one in report.answering:
        said = _("{cases} ärenden, {messages} meddelanden").format(cases=one.cases, messages=one.messages)
        yield _line(f"  {clean_line(one.name)}", said)
    if report.days:
        yield _line(_("Dag"), _("chattansvarig").ljust(24) + _("stängning signerad"))
    for day in report.days:
        yield _line(f"  {day_words(day.day)}", f"{responsible_words(day):<24}{closing_words(day)}")
    yield _("Brådskande är prio 1, eller misstänkt suicidrisk.")


def _table(title: str, numbers: Mapping[str, int]) -> Iterator[str]:
    """A number on each line, without those that are nothing."""
    yield _line(title, str(sum(numbers.values())))
    yield from (_line(f"  {name}", str(many)) for name, many in numbers.items() if many)


def _at(instant: datetime, report: Report) -> str:
    return clock_time(instant) if report.period.length is Length.DAY else day_words(local_date(instant))


def _line(name: str, said: str) -> str:
    return f"{name:<28.28}  {said}".rstrip()
