"""The overview: how a day, a week or a month goes, as bars and tables of numbers alone."""

from collections.abc import Iterator, Mapping
from itertools import zip_longest

from msgspec import Struct
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from p24tui.clock import local_date
from p24tui.i18n import _, ngettext
from p24tui.routine.period import Length
from p24tui.services.report_views import Report
from p24tui.services.report_words import closing_words, facts, responsible_words, waits_words
from p24tui.services.views import Standing
from p24tui.tui import draw, plots
from p24tui.tui.key import Where
from p24tui.tui.keys import bindings
from p24tui.words.cases import MARKS, kind_word, state_word
from p24tui.words.times import day_words, period_words, waited

TABLE = 38
"""Cells of a table; as many stand side by side as there is room for."""

WIDE_TABLE = 2 * TABLE
NUMBER = 6
SECOND = 8
LABEL = 20
DAY = 12
UNIT = 13
RESPONSIBLE = 24

QUIET = "$foreground 60%"


class PlaceOverview(VerticalScroll, can_focus=True):
    """Values in by ``show``."""

    BINDINGS = [*bindings(Where.OVERVIEW)]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._report: Report | None = None
        self._unit_names: Mapping[str, str] = {}
        self._shown = Static()

    def compose(self) -> ComposeResult:
        yield self._shown

    def show(self, report: Report, unit_names: Mapping[str, str]) -> None:
        """Show these numbers. ``unit_names`` are those of all the units that one works for."""
        self._report, self._unit_names = report, unit_names
        self._paint()

    def clear(self, title: str = "") -> None:
        """Show none until they have been read."""
        self._report = None
        waiting = Content.styled(_("  Hämtar …"), QUIET)
        self._shown.update(Content("\n").join([Content.styled(f" {title}", "bold"), waiting]) if title else waiting)

    def on_resize(self) -> None:
        self._paint()

    def _paint(self) -> None:
        if self._report is not None:
            width = self.scrollable_content_region.width
            self._shown.update(Content("\n").join(overview_lines(self._report, self._unit_names, width)))


def overview_lines(report: Report, unit_names: Mapping[str, str], width: int) -> list[Content]:
    """The overview in a width of so many cells: what came in, how it stands now, and how it went."""
    now = list(_side_by_side(list(_open_now(report)), width))
    return [
        _title(report, unit_names),
        *_inflow(report, width),
        Content(""),
        *([*now, Content("")] if now else []),
        *_facts(report),
        *_waits(report, width),
        Content(""),
        *_side_by_side([*_of_period(report), _days(report, unit_names)], width),
    ]


class Block(Struct, frozen=True):
    """Lines of so many cells, to stand beside others."""

    width: int
    lines: tuple[Content, ...]


def _title(report: Report, unit_names: Mapping[str, str]) -> Content:
    units = " + ".join(draw.fit(unit_names.get(id, id), 24).rstrip() for id in report.unit_ids)
    unread = ""
    if report.now is not None:
        said = ngettext("{count} ärende med något oläst", "{count} ärenden med något oläst", report.now.unread)
        unread = said.format(count=report.now.unread)
    still = report.period.holds(local_date(report.made_at))
    return Content.assemble(
        (f" {period_words(report.period)}", "bold $primary"),
        (_(" · så här långt") if still else "", QUIET),
        (f" · {units}" if len(unit_names) > 1 else "", "bold"),
        (" · " if unread else "", QUIET),
        (unread, "bold $accent" if report.now is not None and report.now.unread else QUIET),
    )


def _inflow(report: Report, width: int) -> Iterator[Content]:
    inflow, by_hour = report.inflow, report.period.length is Length.DAY
    if not inflow.cases:
        yield Content.styled(_(" Inget har kommit in."), QUIET)
        return
    most = max(one.cases for one in inflow.slots)
    said = _(" Per timme, som mest {most}") if by_hour else _(" Per dag, som mest {most}")
    legend = _("{urgent} brådskande: prio 1 eller suicidrisk · {bar} övriga")
    yield Content.assemble(
        (said.format(most=most), ""),
        (f" · {legend.format(urgent=plots.URGENT, bar=plots.BARS[-1])}", QUIET),
    )
    yield from plots.columns(inflow.slots, report.period.length, width)


def _facts(report: Report) -> Iterator[Content]:
    for name, said in facts(report):
        yield Content.assemble((f" {draw.fit(name, LABEL)}", "$foreground 80%"), (said, ""))


def _waits(report: Report, width: int) -> Iterator[Content]:
    first = report.first_answers
    if first.waits is None:
        yield Content.styled(" " + draw.fit(_("Väntan"), LABEL) + _("ingen är besvarad än"), QUIET)
        return
    named = ((_("Väntan, verklig tid"), first.waits), (_("Väntan, bemannad"), first.staffed))
    room = width - LABEL - max(len(waits_words(waits)) for _name, waits in named if waits is not None) - 3
    for name, waits in named:
        if waits is not None:
            yield Content.assemble(
                (f" {draw.fit(name, LABEL)}", "$foreground 80%"),
                *plots.waits(waits, first.waits.longest, max(6, min(room, 60))),
                (f" {waits_words(waits)}", ""),
            )
    legend = _("{median} till medianen  {ninth} till 90 %  {longest} till den längsta")
    shown = legend.format(median=plots.TO_MEDIAN, ninth=plots.TO_NINTH, longest=plots.TO_LONGEST)
    yield Content.styled(" " * (LABEL + 1) + shown, QUIET)


Row = tuple[str, str, str, bool]
"""A name, two numbers, and whether there is anything of it."""


def _open_now(report: Report) -> Iterator[Block]:
    now = report.now
    if now is None:
        return
    states = {state_word(state): one for state, one in now.states.items()}
    yield _standings(_("Öppna efter läge"), states, report)
    marks = {f"{mark}  {_(MARKS[mark])}": one for mark, one in now.priorities.items()}
    yield _standings(_("Öppna efter prio"), marks, report)
    owners = {name or _("ingen"): one for name, one in now.owners.items()}
    yield _standings(_("Vem som har dem"), owners, report, _("inga öppna ärenden"))


def _of_period(report: Report) -> Iterator[Block]:
    inflow = report.inflow
    priorities = {f"{mark}  {_(MARKS[mark])}": many for mark, many in inflow.marks.items()}
    yield _shares(_("Kom in efter prio"), priorities)
    yield _shares(_("Kom in efter kontakt"), {kind_word(kind): many for kind, many in inflow.kinds.items()})
    rows = [(one.name, str(one.cases), str(one.messages), True) for one in report.answering]
    yield _table(_("Vem som har svarat"), _("ärend."), _("medd."), rows, _("ingen har svarat"))


def _standings(title: str, standings: Mapping[str, Standing], report: Report, empty: str = "") -> Block:
    rows = [
        (name, str(one.cases), waited(one.since, report.made_at) if one.cases else "", bool(one.cases))
        for name, one in standings.items()
    ]
    return _table(title, _("antal"), _("längst"), rows, empty)


def _shares(title: str, numbers: Mapping[str, int]) -> Block:
    total = sum(numbers.values())
    rows = [
        (name, str(many), _("{share} %").format(share=round(100 * many / total)) if many else "", bool(many))
        for name, many in numbers.items()
    ]
    return _table(title, _("antal"), _("andel"), rows)


def _table(title: str, first: str, second: str, rows: list[Row], empty: str = "") -> Block:
    lines = [Content.styled(_line(title, first, second), f"bold {QUIET}")]
    lines += [Content.styled(_line(name, one, other), "" if any_ else QUIET) for name, one, other, any_ in rows]
    if not rows:
        lines.append(Content.styled(_line(empty, "", ""), QUIET))
    return Block(TABLE, tuple(lines))


def _line(name: str, first: str, second: str) -> str:
    words = draw.fit(name, TABLE - NUMBER - SECOND - 2)
    return f" {words}{draw.fit_right(first, NUMBER)}{draw.fit_right(second, SECOND)} "


def _days(report: Report, unit_names: Mapping[str, str]) -> Block:
    """Day by day: whether somebody was responsible for the inflow, and who signed the closing."""
    several = len(report.unit_ids) > 1

    def line(day: str, unit: str, responsible: str, signed: str) -> str:
        unit = draw.fit(unit, UNIT - 1) + " " if several else ""
        rest = WIDE_TABLE - DAY - RESPONSIBLE - len(unit) - 1
        return f" {draw.fit(day, DAY)}{unit}{draw.fit(responsible, RESPONSIBLE)}{draw.fit(signed, rest)}"

    heading = line(_("Dag"), _("Enhet"), _("Chattansvarig"), _("Stängning signerad"))
    lines = [Content.styled(heading, f"bold {QUIET}")]
    for one in report.days:
        style = "$warning" if one.unmanned or (one.over and one.signed is None) else ""
        unit = unit_names.get(one.unit_id, one.unit_id)
        lines.append(Content.styled(line(day_words(one.day), unit, responsible_words(one), closing_words(one)), style))
    if not report.days:
        lines.append(Content.styled(line(_("inte öppet"), "", "", ""), QUIET))
    return Block(WIDE_TABLE, tuple(lines))


def _side_by_side(blocks: list[Block], width: int) -> Iterator[Content]:
    """As many beside each other as there is room for, in their order."""
    rows: list[list[Block]] = []
    for block in blocks:
        if rows and sum(one.width for one in rows[-1]) + block.width <= width:
            rows[-1].append(block)
        else:
            rows.append([block])
    for place, row in enumerate(rows):
        if place:
            yield Content("")
        for lines in zip_longest(*(block.lines for block in row)):
            padded = zip(lines, row, strict=True)
            yield Content("").join(Content(" " * block.width) if line is None else line for line, block in padded)
