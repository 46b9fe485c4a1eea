"""The two lines above everything: where one is, who one is, the time, open or closed, and how the queue stands."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import Enum, StrEnum

from rich.cells import cell_len
from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from p24tui.i18n import _, ngettext
from p24tui.routine.closing import Level
from p24tui.routine.hours import Openness
from p24tui.services.views import OutboxStanding
from p24tui.store.duty_values import Responsible
from p24tui.text import clean_line
from p24tui.tui.keys import key_name
from p24tui.tui.live_list import Counts
from p24tui.tui.plots import bars
from p24tui.words.cases import HALF_ENDED, LOST, UNREAD, job_words, outgoing_problem_words, short_name
from p24tui.words.times import clock_time, day_and_time, weekday_and_time

WIDE = 100
"""Columns from which the words stand in full."""

WITH_INFLOW = 120
"""Columns from which whoever is responsible for the inflow sees it."""

VERY_WIDE = 140
"""Columns from which there is room for one's profession."""

AROUND_ALARM = 4
"""Cells of the line that are the mark of an alarm and what stands around it."""

BRIEF_BANNER = 4
"""Letters of a banner that is short enough for any line."""

LATE_AFTER = 4
"""Seconds without a word from the feed after which it is said how old the list is."""


LOUDNESS = {
    Level.FACT: "bold $success",
    Level.NOTICE: "bold $accent",
    Level.WARNING: "bold $warning",
    Level.ALARM: "bold $background on $error",
}
"""How the countdown to closing looks."""


class Trouble(Enum):
    """What the list suffers from."""

    DATABASE = "database"
    FEED = "feed"


class Unsaved(StrEnum):
    """Why what one does is not saved: it waits to be, or the database takes nothing, by the keys of ``Unavailable``."""

    WAITING = "waiting"
    SILENT = "silent"
    LOCKED = "locked"
    FULL = "full"
    READONLY = "readonly"


class DeskHeader(Widget):
    """Values in, two lines out. ``trouble`` replaces the counts by an alarm: the list may be old. So does ``unsaved``.

    ``unit_names`` are those that the person works for, the one that the console was opened on first. ``inflow`` is
    how many cases came in during each of the last hours, the last one last. ``owed`` is how many notes one owes.
    """

    openness: reactive[Mapping[str, Openness]] = reactive(dict)
    responsible: reactive[Mapping[str, Responsible] | None] = reactive(None)
    closing: reactive[Mapping[str, tuple[Level, int | None]]] = reactive(dict)
    counts: reactive[Counts | None] = reactive(None)
    trouble: reactive[Trouble | None] = reactive(None)
    unsaved: reactive[Unsaved | None] = reactive(None)
    arrived: reactive[tuple[int, int]] = reactive((0, 0))
    arrived_at: reactive[datetime | None] = reactive(None)
    notice: reactive[str] = reactive("")
    sending: reactive[OutboxStanding | None] = reactive(None)
    failing_jobs: reactive[tuple[str, ...]] = reactive(())
    inflow: reactive[tuple[int, ...]] = reactive(())
    owed: reactive[int] = reactive(0)
    shift: reactive[str] = reactive("")
    unreviewed: reactive[int] = reactive(0)

    def __init__(
        self,
        unit_names: Mapping[str, str],
        name: str,
        role: str,
        banner: str = "",
        *,
        in_office: bool = False,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._unit_names = unit_names
        self._name = clean_line(name)
        self._person = f"{self._name} ({role})" if role else self._name
        self._office = role if in_office else ""
        self._short = self._office or clean_line(name)
        self._banner = banner
        self._now: datetime | None = None
        self._fresh_at: datetime | None = None
        self._said: tuple[str, str] = ("", "")

    def tick(self, now: datetime) -> None:
        """Time has passed; it is painted only where that shows."""
        self._now = now
        self._repaint()

    def freshen(self, now: datetime) -> None:
        """The list has just been found to be as the database is."""
        self._fresh_at = now
        self._repaint()

    def _repaint(self) -> None:
        said = ("" if self._now is None else clock_time(self._now), self._latest()[0])
        if said != self._said:
            self._said = said
            self.refresh()

    def render(self) -> RenderResult:
        width = self.size.width
        return Content("\n").join([self._place(width), self._state(width)])

    def _place(self, width: int) -> Content:
        """In as many words as there is room for; where not even the fewest have room they are cut."""
        lines = list(self._lines(width))
        fitting = (one for one in lines if one[0].cell_length + one[1].cell_length < width)
        return _between(*next(fitting, lines[-1]), width)

    def _lines(self, width: int) -> Iterator[tuple[Content, Content]]:
        """Left and right in ever fewer words: the day goes before the surnames do, and one stays oneself.

        That it is open, which the countdown says by itself, and most of the banner go before who is responsible does.
        """
        wide = width >= WIDE
        time = "" if self._now is None else clock_time(self._now)
        day = "" if self._now is None else day_and_time(self._now) if wide else weekday_and_time(self._now)
        words, style = self._responsible_words(width)
        if wide:
            yield self._left(width, (words + self._until_words(), style)), self._right(day)
        yield self._left(width, (words, style)), self._right(day)
        yield self._left(width, (words, style)), self._right(time)
        brief = self._responsible_words(width, brief=True)
        yield self._left(width, brief, brief=True), self._right(time)
        yield self._left(width, brief, brief=True), self._right(time, brief=True)
        yield self._left(width, brief, brief=True, mark=_brief_mark(self._banner)), self._right(time, brief=True)
        yield self._left(width, ("", "")), self._right(time)
        yield self._left(width, ("", "")), self._right(time, brief=True)

    def _left(
        self, width: int, responsible: tuple[str, str], *, brief: bool = False, mark: str | None = None
    ) -> Content:
        mark = self._banner if mark is None else mark
        names, wide = list(self._unit_names.values()), width >= WIDE
        units = names[0] if wide and len(names) == 1 else " + ".join(map(short_name, names))
        who = _brief(self._short) if brief and not self._office else self._who(width)
        return Content.assemble(
            (" P24 ", "bold $background on $primary"),
            (f" {mark} ", "bold $warning") if mark else "",
            (f" {units}", "bold"),
            (f"   {who}", "$foreground 80%"),
            (f"   {self.shift}" if self.shift and wide else "", "bold $warning"),
            responsible,
        )

    def _right(self, time: str, *, brief: bool = False) -> Content:
        return Content.assemble((time, ""), ("   ", ""), *self._open_words(brief=brief), (" ", ""))

    def _who(self, width: int) -> str:
        """One's name, and one's role where there is room; an office is always said."""
        in_full = width >= (WIDE if self._office else VERY_WIDE)
        return self._person if in_full else self._short

    def _until_words(self) -> str:
        """Until when whoever is responsible is; nothing where that differs, or is until the day ends."""
        found = self.responsible or {}
        until = {one.until for one in found.values()}
        at = clock_time(last) if len(until) == 1 and (last := until.pop()) is not None else "00.00"
        return "" if at == "00.00" or len(found) < len(self._unit_names) else _(" till {at}").format(at=at)

    def _responsible_words(self, width: int, *, brief: bool = False) -> tuple[str, str]:
        if self.responsible is None:
            return ("", "")
        names = {clean_line(one.name) for one in self.responsible.values()}
        missing = [short_name(name) for id, name in self._unit_names.items() if id not in self.responsible]
        if missing:
            words = _("   ingen chattansvarig") if width >= WIDE else _("   ingen ansv.")
            return (words if not self.responsible else f"{words}: {', '.join(missing)}", "bold $warning")
        if names == {self._name}:
            return (_("   du är chattansvarig") if width >= WIDE else _("   du är ansv."), "bold $success")
        words = _("   Chattansvarig {names}") if width >= WIDE else _("   Ansv. {names}")
        said = map(_brief, sorted(names)) if brief else sorted(names)
        return (words.format(names=", ".join(said)), "$foreground 80%")

    def _open_words(self, *, brief: bool) -> list[tuple[str, str]]:
        """Open or closed; unit by unit where they differ."""
        states = {short_name(name): self.openness[id] for id, name in self._unit_names.items() if id in self.openness}
        if len(set(states.values())) == 1:
            return [self._countdown(brief=brief) or self._openness(next(iter(states.values())), in_full=True)]
        wide = self.size.width >= WIDE
        said = ((name, *self._openness(one, in_full=wide)) for name, one in states.items())
        return [(f"{name} {words}  ", style) for name, words, style in said]

    def _countdown(self, *, brief: bool) -> tuple[str, str] | None:
        """How soon the unit closes, from the first warning on; as loud as that is near."""
        loudness, minutes = max(self.closing.values(), key=lambda one: one[0], default=(Level.NONE, None))
        if loudness is Level.NONE or minutes is None:
            return None
        words = _("stänger om {minutes} min") if brief else _("ÖPPET · stänger om {minutes} min")
        return (words.format(minutes=minutes), LOUDNESS[loudness])

    def _openness(self, one: Openness, *, in_full: bool) -> tuple[str, str]:
        at = one.changes_at
        if not in_full:
            return (_("ÖPPET"), "bold $success") if one.open else (_("STÄNGT"), "bold $warning")
        if one.open:
            return (_("ÖPPET · stänger {at}").format(at=clock_time(at) if at else "–"), "bold $success")
        when = "–" if at is None or self._now is None else day_and_time(at)
        return (_("STÄNGT · öppnar {at}").format(at=when), "bold $warning")

    def _state(self, width: int) -> Content:
        if words := self._alarm_words(width):
            return Content.assemble((f" {LOST} {words} ".ljust(width), "bold $background on $error"))
        left = Content.assemble(" ", *self._counted(width))
        sending = self._sending_words(width)
        words, style = self._latest()
        wrong = bool(sending[0]) or (self.counts is not None and self.counts.half_ended > 0)
        if wrong and width < WIDE and not self.notice and not any(self.arrived):
            words = ""  # how fresh the list is gives way to what is wrong
        gap = "   " if words and sending[0] else ""
        right = Content.assemble(sending, gap, (words, style), " ")
        inflow = self._inflow_words(width)
        if left.cell_length + inflow.cell_length + right.cell_length < width:
            left = Content.assemble(left, inflow)
        return _between(left, right, width)

    def _inflow_words(self, width: int) -> Content:
        """What came in of late, to whoever is responsible for it, where there is room."""
        mine = any(clean_line(one.name) == self._name for one in (self.responsible or {}).values())
        if not mine or not self.inflow or width < WITH_INFLOW:
            return Content("")
        last = _("{count}/tim").format(count=self.inflow[-1])
        words = Content.styled(_("Inflöde") + " ", "$foreground 80%")
        return Content.assemble(words, (f"{bars(self.inflow)} ", "$primary"), (last, "bold"))

    def _sending_words(self, width: int) -> tuple[str, str]:
        """What is wrong with what acts by the clock, the gravest alone; nothing where all goes as it should."""
        one = self.sending
        if self.failing_jobs:
            names = ", ".join(map(job_words, self.failing_jobs))
            words = _("{mark} TIDSSTYRT FELAR: {names}") if width >= WIDE else _("{mark} FELAR: {names}")
            return (words.format(mark=LOST, names=names), "bold $error")
        if one is None:
            return ("", "")
        if one.overdue:
            why = f": {outgoing_problem_words(one.problem)}" if one.problem and width >= VERY_WIDE else ""
            words = ngettext("{mark} {count} SMS GÅR INTE ({key})", "{mark} {count} SMS GÅR INTE ({key})", one.overdue)
            return (words.format(mark=LOST, count=one.overdue, key=key_name("outgoing")) + why, "bold $error")
        said = []
        if width < WIDE and one.uncertain + one.failed:
            return (_("SMS {count} att avgöra").format(count=one.uncertain + one.failed), "bold $warning")
        if one.uncertain:
            said.append(ngettext("{count} osäkert", "{count} osäkra", one.uncertain).format(count=one.uncertain))
        if one.failed:
            said.append(ngettext("{count} misslyckat", "{count} misslyckade", one.failed).format(count=one.failed))
        if not said:
            return ("", "")
        words = _("SMS {said} ({key})")
        return (words.format(said=", ".join(said), key=key_name("outgoing")), "bold $warning")

    def _counted(self, width: int) -> Iterator[Content]:
        one = self.counts
        if self._office:  # which has no list to count
            if self.unreviewed:
                words = _("{count} skulle redan ha granskats: {key}")
                said = words.format(count=self.unreviewed, key=key_name("review_break_glass"))
                yield Content.styled(said, "bold $warning")
            return
        if one is None:
            yield Content.styled(_("Räknar …"), "$foreground 70%")
            return
        if one.half_ended:
            words = _("{mark} {count} halvt") if width < WIDE else self._half_ended_words(one.half_ended)
            yield Content.styled(words.format(mark=HALF_ENDED, count=one.half_ended) + "   ", "bold $warning")
        if self.owed:
            yield _counted(_("Att anteckna") if width >= WIDE else _("Anteckna"), self.owed, "$accent")
        yield _counted(_("Nya"), one.new, "$primary")
        yield _counted(_("Pågår"), one.ongoing, "")
        yield _counted(_("Svar"), one.answered, "$accent")
        yield _counted(_("Väntar på patient") if width >= WIDE else _("Väntar"), one.waiting, "")
        yield _counted(_("Vilande"), one.held, "")
        yield _counted(_("Äldre"), one.older, "$warning")

    @staticmethod
    def _half_ended_words(many: int) -> str:
        """How many visits live on as chats with their video ended (H11)."""
        return ngettext("{mark} {count} halvt avslutat", "{mark} {count} halvt avslutade", many)

    def _alarm_words(self, width: int) -> str:
        """What is wrong with the database, the gravest alone; nothing where all is well."""
        if self.trouble is not Trouble.DATABASE and self.unsaved is not None:
            return self._unsaved_words(self.unsaved)
        return "" if self.trouble is None else self._trouble_words(self.trouble, width)

    @staticmethod
    def _unsaved_words(unsaved: Unsaved) -> str:
        """Why nothing is saved; as short as the narrowest window needs it."""
        if unsaved is Unsaved.WAITING:
            return _("INTE SPARAT ÄN: databasen låter vänta på sig. Texten finns kvar.")
        why = {
            Unsaved.LOCKED: _("databasen är upptagen"),
            Unsaved.FULL: _("disken är full"),
            Unsaved.READONLY: _("databasen är skrivskyddad"),
        }.get(unsaved, _("databasen tar inte emot"))
        return _("INGET SPARAS: {why}. Texten finns kvar, inget skickas.").format(why=why)

    def _trouble_words(self, trouble: Trouble, width: int) -> str:
        """What is lost, how old the list is, and what still works."""
        at = clock_time(self._fresh_at) if self._fresh_at else "–"
        if trouble is Trouble.DATABASE:
            wide = _("DATABASEN SVARAR INTE. Listan visar läget {at}. Läs och skriv: texten finns kvar, inget skickas.")
            narrow = _("DATABASEN SVARAR INTE · läget {at} · inget skickas, texten finns kvar")
        else:
            wide = _("ÄNDRINGAR HÖRS INTE. Listan läses om var 5:e sekund, senast {at}. Allt annat fungerar.")
            narrow = _("ÄNDRINGAR HÖRS INTE · listan läses om var 5:e sekund, senast {at}")
        wide = wide.format(at=at)
        return wide if cell_len(wide) <= width - AROUND_ALARM else narrow.format(at=at)

    def _arrived_words(self) -> str:
        cases, answers = self.arrived
        if self.size.width < WIDE:
            return ngettext("{count} ny", "{count} nya", cases + answers).format(count=cases + answers)
        new = ngettext("{count} nytt ärende", "{count} nya ärenden", cases).format(count=cases) if cases else ""
        answered = ngettext("{count} nytt svar", "{count} nya svar", answers).format(count=answers) if answers else ""
        return ", ".join(filter(None, [new, answered]))

    def _latest(self) -> tuple[str, str]:
        """What has just been done, else what has come in and nobody here has looked at, else how fresh the list is."""
        if self.notice:
            return (self.notice, "bold $accent")
        if any(self.arrived) and self.arrived_at is not None:
            return (f"{UNREAD} {self._arrived_words()} {clock_time(self.arrived_at)}", "bold $accent")
        if self._fresh_at is None:
            return ("", "")
        late = 0 if self._now is None else int((self._now - self._fresh_at).total_seconds())
        if late >= LATE_AFTER:
            return (_("aktuell för {count} s sedan").format(count=late), "bold $warning")
        if self.shift and self.size.width < WIDE:
            return (self.shift, "bold $warning")  # the first line has no room for it
        if self.owed and self.size.width < WIDE:
            return ("", "")  # nor the second for more counts; that the list is late is said all the same
        return (_("aktuell {at}").format(at=clock_time(self._fresh_at)), "$foreground 70%")


def _brief(name: str) -> str:
    """A first name and an initial, such as ``Johan B.``."""
    first, _space, rest = name.partition(" ")
    return f"{first} {rest.split()[-1][0]}." if rest.strip() else first


def _brief_mark(banner: str) -> str:
    """Enough of a long banner to know it by."""
    return banner if len(banner) <= BRIEF_BANNER else banner[: BRIEF_BANNER - 1]


def _counted(word: str, many: int, style: str) -> Content:
    return Content.assemble(
        (f"{word} ", "$foreground 80%"), (f"{many}   ", f"bold {style}" if many else "$foreground 60%")
    )


def _between(left: Content, right: Content, width: int) -> Content:
    """Left and right on one line; what does not fit is cut from the left part."""
    room = max(0, width - right.cell_length - 1)
    if left.cell_length > room:
        left = left.truncate(room, ellipsis=True)
    return Content.assemble(left, " " * max(1, width - left.cell_length - right.cell_length), right)
