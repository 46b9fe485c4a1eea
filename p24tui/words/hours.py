"""Opening hours in words: a week, a day and why it is as it is, and what a change means."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby

from p24tui.i18n import N_, _
from p24tui.routine.holidays import is_eve
from p24tui.routine.hours import BadHours, OpeningHours
from p24tui.routine.opening import CLOSED, Openings, parse_openings
from p24tui.routine.special_days import DayPlan, Ground, changed_days, coming, plan
from p24tui.text import clean_line
from p24tui.words.times import MONTHS, WEEKDAYS

DAYS = (N_("måndag"), N_("tisdag"), N_("onsdag"), N_("torsdag"), N_("fredag"), N_("lördag"), N_("söndag"))

HOLIDAYS = {
    "Nyårsdagen": N_("nyårsdagen"),
    "Trettondedag jul": N_("trettondedag jul"),
    "Långfredagen": N_("långfredagen"),
    "Påskafton": N_("påskafton"),
    "Påskdagen": N_("påskdagen"),
    "Annandag påsk": N_("annandag påsk"),
    "Första maj": N_("första maj"),
    "Kristi himmelsfärdsdag": N_("Kristi himmelsfärdsdag"),
    "Pingstdagen": N_("pingstdagen"),
    "Nationaldagen": N_("nationaldagen"),
    "Midsommarafton": N_("midsommarafton"),
    "Midsommardagen": N_("midsommardagen"),
    "Alla helgons dag": N_("alla helgons dag"),
    "Julafton": N_("julafton"),
    "Juldagen": N_("juldagen"),
    "Annandag jul": N_("annandag jul"),
    "Nyårsafton": N_("nyårsafton"),
}

PROBLEMS = {
    "time": N_("inget klockslag: {text}"),
    "order": N_("stänger före öppning: {text}"),
    "overlap": N_("tiderna går i varandra"),
    "shape": N_("skriv som 08.00-17.00 eller stängt"),
}

_HOUR = re.compile(r"\b([0-9]{1,2})(?::([0-9]{2}))?\b(?!:)")

FAR_AHEAD = 300
"""Days ahead from which a date needs its year."""

LATER = 400
"""Days ahead among which there is always an eve, to show what a change of the eves means."""


def openings_words(openings: Openings) -> str:
    """A day's openings, such as ``08.00–12.00, 13.00–17.00``, or that it is closed."""
    return ", ".join(f"{one.opens:%H.%M}–{one.closes:%H.%M}" for one in openings) or _("stängt")


def holiday_words(name: str) -> str:
    """The name of a holiday or an eve as it stands in a sentence; of two on one day, both."""
    return ", ".join(_(HOLIDAYS[one]) if one in HOLIDAYS else one for one in name.split("; ") if one)


def day_words(day: date, today: date) -> str:
    """Weekday, day and month, such as ``tor 24 dec``; with the year where it is far ahead."""
    words = f"{_(WEEKDAYS[day.weekday()])} {day.day} {_(MONTHS[day.month - 1])}"
    return f"{words} {day.year}" if abs((day - today).days) > FAR_AHEAD else words


def applies_words(found: DayPlan) -> str:
    """What applies on a day and why, such as ``stängt (julafton)``; without a reason where it is the week's."""
    decided = _("egna tider") if found.openings else _("eget beslut")
    own = decided if found.ground is Ground.OWN else ""
    why = ", ".join(filter(None, [holiday_words(found.name), own]))
    words = openings_words(found.openings)
    return f"{words} ({why})" if why else words


def week_words(hours: OpeningHours) -> Iterator[tuple[str, str]]:
    """The week, days that are alike and follow each other together: such as ``mån–fre`` and its openings."""
    return _runs(hours, range(len(WEEKDAYS)))


def eves_words(hours: OpeningHours) -> str:
    """What applies on the usual eves."""
    return _("stängt") if hours.closed_eves else _("som veckan i övrigt")


def warnings_words(minutes: tuple[int, ...]) -> str:
    """When a unit is warned before closing."""
    *words, alarm = minutes
    said = _("varning {minutes} och larm {alarm} minuter före stängning")
    return said.format(minutes=", ".join(map(str, words)), alarm=alarm)


def change_words(before: OpeningHours, after: OpeningHours, today: date) -> Iterator[str]:
    """What a change means, one sentence for each thing: such as ``tor 24 dec: stängt (julafton)``."""
    for days, openings in _runs(after, [n for n in range(len(WEEKDAYS)) if before.weekly[n] != after.weekly[n]]):
        yield f"{days}: {openings}"
    if before.closed_eves != after.closed_eves:
        following = next((one for one in coming(after, today, LATER) if is_eve(one.day)), None)
        example = f", {_plan_words(following, today)}" if following else ""
        yield _("aftnar: {what}").format(what=eves_words(after)) + example
    for day in changed_days(before, after):
        yield _plan_words(plan(after, day), today)


def read_openings(typed: str) -> Openings:
    """A day's openings as people write them: ``8-12, 13.00–17`` too, and that it is closed in words.

    Raises ``BadHours`` where they cannot be used.
    """
    plain = clean_line(typed).strip().lower()
    if plain in {_("stängt"), _("stängd"), CLOSED}:
        return ()
    plain = plain.replace("–", "-").replace(".", ":")
    return parse_openings(_HOUR.sub(lambda one: f"{one[1]:0>2}:{one[2] or '00'}", plain))


def problem_words(error: BadHours) -> str:
    """What is wrong with a day's openings that somebody typed, short enough to stand beside them."""
    return _(PROBLEMS.get(error.reason, PROBLEMS["shape"])).format(text=clean_line(error.text).replace(":", "."))


def _runs(hours: OpeningHours, weekdays: Iterable[int]) -> Iterator[tuple[str, str]]:
    """Of these weekdays those that are alike and follow each other together, and their openings."""
    in_a_row = enumerate(weekdays)
    for (openings, _gap), group in groupby(in_a_row, lambda one: (hours.weekly[one[1]], one[1] - one[0])):
        days = [day for _place, day in group]
        first, last = _(WEEKDAYS[days[0]]), _(WEEKDAYS[days[-1]])
        yield (first if first == last else f"{first}–{last}"), openings_words(openings)


def _plan_words(found: DayPlan, today: date) -> str:
    return f"{day_words(found.day, today)}: {applies_words(found)}"
