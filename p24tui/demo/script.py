"""The demo's day as it goes: whatever is due is carried out in order of time, each thing at its own instant.

What happens follows from the content, its seed, the simulated time, and what people at consoles do; never from how
often or how late one looks.
"""

import heapq
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from msgspec import Struct

from p24tui.clock import STOCKHOLM, SetClock
from p24tui.demo import playing
from p24tui.demo.colleagues import PLACE, Colleagues, is_ours
from p24tui.demo.content import Content, Story
from p24tui.demo.patients import Patients
from p24tui.demo.visits import VisitDeed, Visits
from p24tui.routine.case import Case, CaseState
from p24tui.routine.hours import OpeningHours, openings_on
from p24tui.services import holding, units
from p24tui.services.sending import Sender
from p24tui.store import cases, presence
from p24tui.system import System

AGAIN = 0
"""The number of what a patient writes after the case has ended."""

DAY_BEGINS = time(0, 1)
LETS_GO_AFTER = timedelta(seconds=25)
"""How long a colleague thinks before somebody who asks for their case has it."""


class Deed(StrEnum):
    """What can be due."""

    WAKES = "0-wakes"
    ARRIVES = "1-arrives"
    WRITES = "2-writes"
    SKIMS = "3-skims"
    LOOKS = "4-looks"
    LETS_GO = "5-lets-go"
    VISITS = "6-visits"


class Due(Struct, frozen=True, order=True):
    """Something that happens at an instant. ``number`` says which of a patient's replies.

    Of a visit ``number`` is which, and ``story`` what is due of it.
    """

    at: datetime
    deed: Deed
    story: str = ""
    number: int = 0


class Script:
    """A demo day. ``system`` is the demo's own, with a clock that this sets to the instant of each deed."""

    def __init__(self, system: System, clock: SetClock, content: Content, day: date, starts: datetime) -> None:
        self._system = system
        self._clock = clock
        self._unit_id = content.unit_id
        self._stories = {story.id: story for story in content.stories}
        self._patients = Patients(system, content)
        self._colleagues = Colleagues(system, content, starts)
        self._sender = Sender(system, PLACE)
        self._starts = starts
        self._visits = Visits(
            system, content, PLACE, day, working_day(units.find_unit(system, content.unit_id).hours, day, -1)
        )
        self._case_ids: dict[str, str] = {}
        self._looks: dict[str, datetime] = {}
        self._known: set[tuple[str, datetime | None]] = set()
        self._due: list[Due] = []
        hours = units.find_unit(system, content.unit_id).hours
        self._visits = Visits(system, content, PLACE, day, working_day(hours, day, -1))
        self._push(datetime.combine(day, DAY_BEGINS, STOCKHOLM), Deed.WAKES)
        for at, deed, number in self._visits.due():
            self._push(at, Deed.VISITS, deed.value, number)
        for story in content.stories:
            midnight = datetime.combine(working_day(hours, day, story.day), time.min, STOCKHOLM)
            self._push(midnight + story.at, Deed.ARRIVES, story.id)

    def look(self, now: datetime) -> None:
        """Carry out all that is due by ``now``."""
        if now > self._starts:
            self._notice(now)
        self._hear()
        while self._due and self._due[0].at <= now:
            due = heapq.heappop(self._due)
            self._clock.instant = due.at
            self._carry_out(due)
            self._sender.send_due()
            if self._colleagues.have_written():
                self._hear()

    def be_there(self, now: datetime) -> None:
        """Let the colleagues begin their shifts, and go on with them; looked at as often as the day goes on."""
        self._clock.instant = now
        self._colleagues.be_there()

    def _carry_out(self, due: Due) -> None:
        if due.deed is Deed.WAKES:
            holding.wake_due(self._system)
            return
        if due.deed is Deed.VISITS:
            by_itself = due.at < self._starts or self._colleagues.are(self._visits.holder(due.number))
            self._visits.carry_out(VisitDeed(due.story), due.number, by_itself=by_itself)
            return
        story = self._stories[due.story]
        if due.deed is Deed.ARRIVES:
            self._arrive(story)
        elif due.deed is Deed.WRITES:
            self._write(story, due.number)
        elif due.deed is Deed.SKIMS:
            self._colleagues.skim(story, self._case_ids[story.id])
        elif due.deed is Deed.LETS_GO:
            self._let_go(story)
        elif self._looks.get(story.id) == due.at:
            written = self._patients.times_heard(story)
            self._look_at(self._colleagues.look(story, self._case_ids[story.id], written), story)
            self._think_again(story)

    def _arrive(self, story: Story) -> None:
        case_id = self._patients.arrive(story)
        if case_id:
            self._case_ids[story.id] = case_id
            self._push(self._colleagues.first_skim(story), Deed.SKIMS, story.id)
            self._look_at(self._colleagues.first_look(story), story)

    def _write(self, story: Story, number: int) -> None:
        """Let the patient write, unless a person plays them."""
        reply = story.again if number == AGAIN else story.replies[number - 1]
        if reply is None or playing.is_played(self._system.settings.home, story.id):
            return
        self._patients.write(story, "again" if number == AGAIN else str(number), reply.text, reply.files)
        self._look_at(self._colleagues.look_after_writing(story, number), story)

    def _hear(self) -> None:
        """Let patients think of what to answer to what staff have written."""
        for heard in self._patients.hear():
            replies = self._stories[heard.story].replies
            if heard.times <= len(replies):
                after = timedelta(seconds=replies[heard.times - 1].after)
                self._push(heard.at + after, Deed.WRITES, heard.story, heard.times)

    def _think_again(self, story: Story) -> None:
        """A patient whose case has just ended may come to think of something more."""
        if story.again is not None and self._case(story).state is CaseState.ENDED and self._is_new(story.id, None):
            self._push(self._clock.now() + timedelta(seconds=story.again.after), Deed.WRITES, story.id, AGAIN)

    def _look_at(self, at: datetime | None, story: Story) -> None:
        """Let staff look at the story's case then, and not when they would have otherwise."""
        if at is not None:
            self._looks[story.id] = self._push(at, Deed.LOOKS, story.id)

    def _notice(self, now: datetime) -> None:
        """See which staff are persons at consoles, and which of their colleagues' cases they ask for."""
        with self._system.store.reading() as tx:
            present = presence.present_at(tx, (self._unit_id,), now)
            rows = cases.of_units(tx, (self._unit_id,))
        self._clock.instant = now
        for one in present:
            if not is_ours(one.place):
                self._colleagues.give_way(one.staff_id, one.case_id)
        asked = {row.case.id: row.case.asked_at for row in rows if row.case.asked_at is not None}
        for id, case_id in self._case_ids.items():
            if case_id in asked and self._is_new(id, asked[case_id]):
                self._push(asked[case_id] + LETS_GO_AFTER, Deed.LETS_GO, id)

    def _let_go(self, story: Story) -> None:
        case = self._case(story)
        if case.asked_by is not None:
            self._colleagues.let_go(case)

    def _case(self, story: Story) -> Case:
        with self._system.store.reading() as tx:
            row = cases.one(tx, self._case_ids[story.id])
        assert row is not None  # no case is ever taken away
        return row.case

    def _is_new(self, id: str, at: datetime | None) -> bool:
        """Whether this has not been asked before; only the first time."""
        new = (id, at) not in self._known
        self._known.add((id, at))
        return new

    def _push(self, at: datetime, deed: Deed, story: str = "", number: int = 0) -> datetime:
        due = Due(at.astimezone(UTC), deed, story, number)
        heapq.heappush(self._due, due)
        return due.at


def working_day(hours: OpeningHours, day: date, number: int) -> date:
    """The day that many working days from ``day``, which is the demo's: before it where that is less than 0."""
    step = timedelta(days=1 if number > 0 else -1)
    while number:
        day += step
        number -= step.days * bool(openings_on(hours, day))
    return day
