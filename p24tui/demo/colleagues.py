"""The demo's staff: they take on cases, answer, hold and end them, and never touch what a person at a console has."""

import logging
from datetime import UTC, datetime, time, timedelta

from msgspec import Struct

from p24tui.clock import STOCKHOLM, local_date
from p24tui.demo.content import BookedVisit, Content, FoundRisk, Hold, Outcome, Story
from p24tui.demo.notes import write_note
from p24tui.errors import P24Error
from p24tui.ids import stable_id
from p24tui.routine.actor import Actor, Profession
from p24tui.routine.alert import alerts as alerts_of
from p24tui.routine.case import Case, CaseState, RiskLevel, SuicideRisk
from p24tui.routine.hours import next_staffed, next_weekday, openings_on
from p24tui.routine.risk_course import Assessment, Basis, Booking, NoSuspicion, Visited
from p24tui.routine.shift import ShiftKind
from p24tui.routine.visit import Summons
from p24tui.services import (
    alerts,
    cases,
    chat,
    ending,
    presence,
    reminders,
    shift,
    staff,
    suicide,
    takeover,
    units,
    visits,
)
from p24tui.services.visits import Wanted
from p24tui.store import cases as case_rows
from p24tui.store import events
from p24tui.store.values import Doing, Event
from p24tui.system import System

PLACE = "demo"
LATER = timedelta(minutes=10)
LEFT_ALONE = timedelta(minutes=30)
"""How long a case is left alone after somebody at a console was in it or has given it back."""

RELIEVED = timedelta(hours=2)
"""How long the user's own patients wait before a colleague helps."""

RELIEF = ("johan", "fatima")
CLAIMED_AFTER = {1: (3, 9), 2: (6, 20), 3: (25, 75), 4: (60, 190), 5: (110, 260)}
CLAIMED_AFTER_MESSAGE = (50, 180)
"""Minutes of staffed time until a colleague takes on a case, by its priority."""

REMINDED_AFTER = (45, 120)
"""Minutes after which a colleague reminds a patient who does not answer."""

READ_AFTER = {1: (1, 4), 2: (2, 8)}
"""Minutes until a colleague reads what the patient has answered, by priority; the others wait somewhat longer."""

_log = logging.getLogger(__name__)


class Standing(Struct, frozen=True):
    """How a case stands: the case, how many times staff have written in it, what people at consoles may have done."""

    case: Case
    written: int
    events: tuple[Event, ...]


class Colleagues:
    """Everybody on the demo unit's staff. The first of them is the user, who acts here only before ``starts``."""

    def __init__(self, system: System, content: Content, starts: datetime) -> None:
        self._system = system
        self._chance = content.chance
        self._starts = starts
        self._user = content.staff[0].key
        self._hours = units.find_unit(system, content.unit_id).hours
        self._actors = {
            one.key: staff.acting(system, one.hsa_id, content.unit_id, f"{PLACE}:{one.key}") for one in content.staff
        }
        self._persons: set[str | None] = {self._actors[self._user].staff_id}
        self._seen: dict[str, datetime] = {}
        self._typing: set[str] = set()
        self._held: set[str] = set()
        self._reminded: set[str] = set()
        self._have_written = False
        self._there_at: datetime | None = None

    def have_written(self) -> bool:
        """Whether any of them has written to a patient since this was last asked."""
        have, self._have_written = self._have_written, False
        return have

    def be_there(self) -> None:
        """Be on shift, everybody whom no person at a console is: begun once, and said again as a console would."""
        now = self._system.clock.now()
        if self._there_at is not None and now - self._there_at < shift.seen_every(now):
            return
        for one in self._actors.values():
            if one.staff_id not in self._persons and (self._there_at is None or shift.seen(self._system, one) is None):
                shift.start(self._system, one, ShiftKind.CHAT)
        self._there_at = now

    def are(self, staff_id: str | None) -> bool:
        """Whether it is one of them who does what this member of staff has to, and no person at a console."""
        return staff_id not in self._persons

    def give_way(self, staff_id: str, case_id: str) -> None:
        """A person at a console is this member of staff from now on, and is in this case now."""
        self._persons.add(staff_id)
        self._seen[case_id] = self._system.clock.now()

    def first_look(self, story: Story) -> datetime | None:
        """When somebody takes on a case that has just come; none where nobody does."""
        if not story.staff:
            return None
        now = self._system.clock.now()
        usual = CLAIMED_AFTER[story.priority] if story.priority else CLAIMED_AFTER_MESSAGE
        minutes = story.claimed_after or self._chance.between(*usual, story.id, "claim")
        opened = next_staffed(self._hours, now) or now
        return opened + timedelta(seconds=round(minutes * 60))

    def first_skim(self, story: Story) -> datetime:
        """When somebody skims what has come in, so that it does not call for everybody."""
        now = self._system.clock.now()
        opened = next_staffed(self._hours, now) or now
        usual = (8, 24) if story.staff else (31, 38)
        return opened + timedelta(minutes=round(self._chance.between(*usual, story.id, "skims")))

    def skim(self, story: Story, case_id: str) -> None:
        """Read what has come in a case that nobody has begun; of a protected person's only the alarm is seen."""
        standing = self._standing(case_id, 0)
        key = story.staff or self._user
        if self._is_played(key) or self._is_a_persons(standing) or standing.case.state is not CaseState.NEW:
            return
        if story.staff:
            cases.open_case(self._system, self._actors[key], case_id)
        elif called := alerts_of(standing.case, self._system.clock.now()):
            alerts.acknowledge(self._system, self._actors[key], called)

    def look_after_writing(self, story: Story, times: int) -> datetime | None:
        """When staff look at what the patient has written for the ``times``-th time; none where nobody does."""
        if not story.staff:
            return None
        return self._in_minutes(*READ_AFTER.get(story.priority or 0, (3, 14)), story.id, "reads", times)

    def look(self, story: Story, case_id: str, written: int) -> datetime | None:
        """Do the next thing there is to do in a case in which staff have written so many times; when to look again."""
        now = self._system.clock.now()
        opens = next_staffed(self._hours, now)
        if opens is None or opens > now:
            return opens and opens + timedelta(minutes=round(self._chance.between(3, 20, story.id, "opens")))
        standing = self._standing(case_id, written)
        if standing.case.state in (CaseState.ENDED, CaseState.HELD):
            return None
        if self._is_a_persons(standing):
            return now + LATER
        key = self._whose_turn(story, standing)
        if self._is_played(key):
            helps_at = max(standing.case.received_at, self._starts) + RELIEVED
            if now < helps_at or self._actors[key].profession is not Profession.NURSE:
                return max(helps_at, now + LATER)
            key = self._chance.one_of(RELIEF, story.id, "relief")
        try:
            return None if self._is_played(key) else self._do(story, self._actors[key], standing)
        except P24Error as error:
            _log.info("a colleague passes over a case: %s", type(error).__name__)
            return now + LATER

    def let_go(self, case: Case) -> None:
        """Let whoever asks for a colleague's case have it."""
        owner = next((one for one in self._actors.values() if one.staff_id == case.owner_id), None)
        if owner is None or owner.staff_id in self._persons:
            return
        try:
            takeover.let_go(self._system, owner, case.id, case.asked_by or "")
        except P24Error as error:
            _log.info("a colleague keeps a case: %s", type(error).__name__)

    def _is_played(self, key: str) -> bool:
        """Whether a person at a console is this member of staff."""
        return self._system.clock.now() >= self._starts and self._actors[key].staff_id in self._persons

    def _standing(self, case_id: str, written: int) -> Standing:
        now = self._system.clock.now()
        with self._system.store.reading() as tx:
            row = case_rows.one(tx, case_id)
            assert row is not None  # no case is ever taken away
            watched = now >= self._starts
            return Standing(row.case, written, tuple(events.of_case(tx, case_id)) if watched else ())

    def _is_a_persons(self, standing: Standing) -> bool:
        """Whether somebody at a console has the case, is in it, or was in it just now."""
        now, owner = self._system.clock.now(), standing.case.owner_id
        if now < self._starts:
            return False
        seen = self._seen.get(standing.case.id)
        if owner in self._persons or (seen is not None and now - seen < LEFT_ALONE):
            return True
        deeds = [event for event in standing.events if event.staff_id and owner in (None, event.staff_id)]
        if not deeds or is_ours(deeds[-1].place):
            return False
        return owner is not None or now - deeds[-1].at < LEFT_ALONE

    def _whose_turn(self, story: Story, standing: Standing) -> str:
        """The story's second member of staff goes on where the first has given the case back."""
        handed_over = story.then_staff and standing.written >= story.hands_over_after
        has_it = standing.case.owner_id == self._actors[story.staff].staff_id
        return story.then_staff if handed_over and not has_it else story.staff

    def _do(self, story: Story, actor: Actor, standing: Standing) -> datetime | None:
        case, written = standing.case, standing.written
        if case.owner_id is None:
            return self._claim(story, actor, case, written)
        if case.owner_id != actor.staff_id:
            return None
        if case.ending_by == actor.staff_id:
            ending.confirm_end(self._system, actor, case.id, case.version)
            return None
        if case.unread:
            cases.mark_read(self._system, actor, case.id)
        if story.then_staff and actor == self._actors[story.staff] and written >= story.hands_over_after:
            chat.release(self._system, actor, case.id, case.version)
            return self._in_minutes(4, 15, story.id, "goes on")
        if story.hold is not None and written == story.hold.after and story.id not in self._held:
            return self._hold(story, story.hold, actor, case)
        if case.waiting_since is not None and written < len(story.answers):
            return self._answer(story, actor, case, written)
        return self._finish(story, actor, case)

    def _claim(self, story: Story, actor: Actor, case: Case, written: int) -> datetime | None:
        if case.state is CaseState.WAITING:
            return None  # the patient writes next
        cases.open_case(self._system, actor, case.id)
        if case.unread_free_text:
            cases.read_free_text(self._system, actor, case.id)
        chat.claim(self._system, actor, case.id, case.version)
        return self._in_minutes(2, 7, story.id, "begins", written)

    def _answer(self, story: Story, actor: Actor, case: Case, written: int) -> datetime | None:
        """Begin to write, and a while later send it."""
        watched = self._system.clock.now() >= self._starts
        if case.id not in self._typing:
            self._typing.add(case.id)
            if watched:
                presence.be_present(self._system, actor, case.id, Doing.TYPING)
            return self._in_minutes(0.4, 0.9, story.id, "types", written)
        self._typing.discard(case.id)
        if watched:
            presence.leave(self._system, actor, case.id)
        id = stable_id(PLACE, case.id, str(written))
        chat.answer(self._system, actor, case.id, case.version, story.answers[written], id)
        self._have_written = True
        if story.visit is not None and story.visit.after == written + 1:
            self._book_visit(story.visit, actor, case)
        if story.risk is not None and story.risk.after == written + 1:
            self._assess(story.risk, actor, case)
        if written < len(story.replies):
            return None  # the patient writes next
        if story.outcome is Outcome.STAY:
            return self._in_minutes(*REMINDED_AFTER, story.id, "reminds")
        if story.outcome_after is not None:
            return self._in_minutes(story.outcome_after, story.outcome_after + 5, story.id, "outcome")
        return self._in_minutes(4, 14, story.id, "outcome")

    def _book_visit(self, visit: BookedVisit, actor: Actor, case: Case) -> None:
        day = local_date(self._system.clock.now()) + timedelta(days=visit.days)
        while not openings_on(self._hours, day):
            day += timedelta(days=1)
        at = datetime.combine(day, visit.at, STOCKHOLM).astimezone(UTC)
        wanted = Wanted(patient_id=case.patient_id, starts_at=at, summons=Summons.ADULT_SAVED)
        visits.book(self._system, actor, wanted, stable_id(PLACE, case.id, "visit"))

    def _assess(self, found: FoundRisk, actor: Actor, case: Case) -> None:
        """The psychologist has talked to the patient: moderate risk, and a visit in person the same day or the next."""
        basis = (Basis.ANAMNESIS, Basis.CHAT, Basis.TELEPHONE)
        factors = found.risk_factors, found.protective_factors
        said = Assessment(RiskLevel.MODERATE, basis, found.rung, *factors)
        version = self._standing(case.id, 0).case.version
        after = suicide.state(self._system, actor, case.id, version, said)
        now = self._system.clock.now()
        at = datetime.combine(local_date(now), found.visit, STOCKHOLM).astimezone(UTC)
        if at <= now:
            at += timedelta(days=1)
        booking = Booking(at, Profession.PSYCHOLOGIST, actor.name, found.where)
        suicide.state(self._system, actor, case.id, after.version, booking)

    def _see_visit(self, actor: Actor, case: Case) -> datetime | None:
        """The visit in person is recorded half an hour after its time; the case stays with whoever has it."""
        with self._system.store.reading() as tx:
            visit = suicide.course_in(tx, case.id).visit
        if visit is None:
            return None
        at = visit.at + timedelta(minutes=30)
        if self._system.clock.now() < at:
            return at
        suicide.state(self._system, actor, case.id, case.version, Visited(came=True, note="Kom med sin syster."))
        return None

    def _finish(self, story: Story, actor: Actor, case: Case) -> datetime | None:
        """All has been said; whoever does not answer is reminded once."""
        if story.risk is not None:
            return self._see_visit(actor, case)
        if story.outcome is Outcome.STAY:
            if case.state is CaseState.WAITING and story.id not in self._reminded:
                self._reminded.add(story.id)
                reminders.remind(self._system, actor, case.id)
            return None
        unsaid = case.suicide is SuicideRisk.NONE and case.risk is RiskLevel.UNSAID
        if unsaid and (case.mental_health or case.risk_words):
            case = suicide.state(self._system, actor, case.id, case.version, NoSuspicion())
        write_note(self._system, actor, case.id)
        ending.request_end(self._system, actor, case.id, case.version)
        return self._in_minutes(0.3, 0.8, story.id, "confirms")

    def _hold(self, story: Story, hold: Hold, actor: Actor, case: Case) -> datetime:
        """Let the case rest; somebody looks at it again in the morning of its day."""
        until = local_date(self._system.clock.now())
        for _ in range(hold.days):
            until = next_weekday(self._hours, until)
        chat.hold(self._system, actor, case.id, case.version, until, hold.reason)
        self._held.add(story.id)
        minutes = round(self._chance.between(10, 60, story.id, "takes up"))
        return datetime.combine(until, time(8, minutes), STOCKHOLM)

    def _in_minutes(self, low: float, high: float, *about: object) -> datetime:
        """That many minutes from now, in whole seconds."""
        seconds = round(self._chance.between(low * 60, high * 60, *about))
        return self._system.clock.now() + timedelta(seconds=seconds)


def is_ours(place: str) -> bool:
    """Whether the demo itself acts from this place, not a person at a console."""
    return place.startswith(f"{PLACE}:")
