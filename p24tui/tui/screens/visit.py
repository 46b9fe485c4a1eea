"""A video visit: all that is known of it, the next step by the routine, and every step there is."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from textwrap import wrap

from msgspec import Struct
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from p24tui.i18n import N_, _
from p24tui.routine.attendance import has_come, is_known_to_have_come
from p24tui.routine.case import Case, CaseState, Video
from p24tui.routine.identity import show_number
from p24tui.routine.link import WITH_E_ID, Participant, Role
from p24tui.routine.visit import OPEN, Visit, VisitCall, VisitKind, VisitState, is_half_ended
from p24tui.routine.visit_step import Step
from p24tui.services.visit_views import VisitLine
from p24tui.store.values import OutgoingRow
from p24tui.text import clean_line
from p24tui.tui.case_heading import E_IDS
from p24tui.tui.screens.steps import StepsScreen, step_lines
from p24tui.tui.visit_page import is_past, patient_words, state_cell, waiting_words
from p24tui.tui.widgets.dialog import Dialog
from p24tui.words.cases import outgoing_problem_words, outgoing_state_word, purpose_words
from p24tui.words.times import clock_time, short_moment, span_words
from p24tui.words.visits import CALLS, CHANNELS, KINDS, ROLES, SUMMONS


class VisitStep(StrEnum):
    """What one can do with a visit, in the order of the day."""

    TAKE_IN = "take-in"
    START = "start"
    START_VIDEO = "start-video"
    OPEN_VIDEO = "open-video"
    END_VIDEO = "end-video"
    CAME = "came"
    CALL = "call"
    END_ABSENT = "end-absent"
    END_VISIT = "end-visit"
    CHAT = "chat"
    INVITE = "invite"
    PEOPLE = "people"
    SUMMONS = "summons"
    MOVE = "move"
    CANCEL = "cancel"


STEPS = {
    VisitStep.TAKE_IN: (N_("Ta in: besöket blir ditt, och får sin chatt"), "VI-14"),
    VisitStep.START: (N_("Starta besöket"), "VI-14"),
    VisitStep.START_VIDEO: (N_("Starta videon"), "VI-14"),
    VisitStep.OPEN_VIDEO: (N_("Öppna videon igen"), "VI-14"),
    VisitStep.END_VIDEO: (N_("Avsluta videon: besöket lever vidare som chatt"), "VI-14"),
    VisitStep.CAME: (N_("Säg om patienten var med på videon"), "VI-13"),
    VisitStep.CALL: (N_("Ring, och anteckna vad som hände"), "VI-13"),
    VisitStep.END_ABSENT: (N_("Avsluta som uteblivet"), "VI-13"),
    VisitStep.END_VISIT: (N_("Avsluta besöket, i två steg"), "VI-14"),
    VisitStep.CHAT: (N_("Gå till chatten"), "VI-14"),
    VisitStep.INVITE: (N_("Bjud in någon"), "VI-11"),
    VisitStep.PEOPLE: (N_("Deltagare: återkalla en länk, legitimation visad"), "VI-11"),
    VisitStep.SUMMONS: (N_("Kallelse: vilken som är vald i VAS"), "VI-3"),
    VisitStep.MOVE: (N_("Flytta besöket"), "NA-3"),
    VisitStep.CANCEL: (N_("Avboka besöket"), "NA-3"),
}

NEXT = {
    Step.TAKE_IN: VisitStep.TAKE_IN,
    Step.START: VisitStep.START,
    Step.START_VIDEO: VisitStep.START_VIDEO,
    Step.TELEPHONE: VisitStep.CALL,
    Step.END_VIDEO: VisitStep.END_VIDEO,
    Step.END_VISIT: VisitStep.END_VISIT,
    Step.END_ABSENT: VisitStep.END_ABSENT,
}
"""What the routine wants next, as one of the steps; while one waits, and when all is done, there is none."""

HALF = N_("Videon är av, och besöket lever som chatt: avsluta besöket också, i två steg (VI-14).")

ADVICE = {
    Step.WAIT: N_("Inget att göra än: länkarna leder in från {at}."),
    Step.TAKE_IN: N_("Ta in besöket: det blir ditt (VI-14)."),
    Step.START: N_("Starta besöket (VI-14)."),
    Step.START_VIDEO: N_("Starta videon, så släpps de som väntar in (VI-14)."),
    Step.TELEPHONE: N_("Patienten har inte kommit: ring nu, och anteckna samtalet (VI-13)."),
    Step.END_VIDEO: N_("Videon är på. När ni är klara: avsluta videon, och sedan besöket (VI-14)."),
    Step.END_VISIT: N_("Patienten är uppringd och har inte kommit: avsluta besöket, i två steg (VI-13)."),
    Step.END_ABSENT: N_("Patienten är uppringd och har inte kommit: besöket kan avslutas (VI-13)."),
    Step.NONE: N_("Besöket är över. Inget är kvar att göra."),
}


def steps_for(line: VisitLine, now: datetime) -> tuple[VisitStep, ...]:
    """The steps that lead on from where the visit stands: what the routine wants next first, the others by the day."""
    found = set(_steps(line, now))
    first = NEXT.get(line.step)
    return tuple(sorted(found, key=lambda step: (step is not first, list(VisitStep).index(step))))


def _steps(line: VisitLine, now: datetime) -> Iterator[VisitStep]:
    visit, case = line.visit, line.case
    if case is not None:
        yield VisitStep.CHAT
    if line.patient.protected:
        return
    if case is not None and case.state is not CaseState.ENDED:
        yield from _steps_in_case(visit, case)
    if visit.state in OPEN:
        yield from (VisitStep.INVITE, VisitStep.PEOPLE)
        unseen = has_come(visit, line.participants) is not True
        if now >= visit.starts_at and unseen:
            yield VisitStep.CALL
        if visit.video_at is not None and unseen:
            yield VisitStep.CAME
    if visit.state is VisitState.BOOKED:
        yield from (VisitStep.TAKE_IN, VisitStep.MOVE, VisitStep.CANCEL)
        if visit.kind is not VisitKind.RELATIVE:
            yield VisitStep.SUMMONS
        if line.calls:
            yield VisitStep.END_ABSENT


def _steps_in_case(visit: Visit, case: Case) -> Iterator[VisitStep]:
    """What its chat allows: a video that is on is ended first, and then the visit (VI-14)."""
    if visit.state not in OPEN and not is_half_ended(case):
        return
    if case.video is Video.ON:
        yield from (VisitStep.OPEN_VIDEO, VisitStep.END_VIDEO)
    else:
        yield VisitStep.END_VISIT
        yield VisitStep.START if visit.state is VisitState.TAKEN_IN else VisitStep.START_VIDEO


class Chosen(Struct, frozen=True):
    """The step that one takes, from what one saw."""

    step: VisitStep
    line: VisitLine


WIDTH, FRAME = 100, 9
"""Cells of the dialog, and those of them that are edges, padding and scrollbar."""

AROUND = 8
"""Lines of the dialog that are neither steps, advice nor what is known: edges, title, state, keys and gaps."""

FEWEST = 4
"""Lines that what is known has at least; one scrolls to the others."""


class VisitScreen(StepsScreen[Chosen]):
    """Digits choose a step. ``problem`` says why the last one was not taken."""

    def __init__(self, line: VisitLine, now: datetime, problem: str = "") -> None:
        super().__init__("visit-facts")
        self._line = line
        self._now = now
        self._problem = problem
        self._steps = steps_for(line, now)
        self.outcomes = tuple(Chosen(step, line) for step in self._steps)
        self._known = tuple(facts(line, now))
        self._advised = Static(self._advice(), id="visit-advice")
        self._told = Static()

    def compose(self) -> ComposeResult:
        line = self._line
        with Dialog(classes="wide", id="visit-dialog"):
            title = _("Videobesök · {name}").format(name=patient_words(line))
            yield Static(Content.styled(title, "bold"))
            words, look = state_cell(line, in_full=True)
            styles = {"urgent": "bold $error", "unread": "bold $accent"}
            yield Static(Content.styled(words, styles.get(look, "bold")), id="visit-state")
            yield self._advised
            with self.scrolled:
                yield self._told
            with VerticalScroll(classes="choices", can_focus=False):
                yield Static(step_lines(STEPS[one] for one in self._steps), id="visit-steps")
            yield Static(Content(self._problem), id="visit-problem", classes="dialog-problem")
            yield Static(self.keys, classes="dialog-keys")

    def on_mount(self) -> None:
        self.query("#visit-problem").set(display=bool(self._problem))

    def on_resize(self) -> None:
        """What is known gets the lines that the steps leave."""
        room = min(WIDTH, self.size.width) - FRAME
        self._told.update(Content("\n").join(one for fact in self._known for one in _wrapped(fact, room)))
        advice = -(-self._advice().cell_length // room)
        problem = -(-len(self._problem) // room)
        left = self.size.height - (len(self._steps) + advice + problem + AROUND)
        self.scrolled.styles.max_height = max(FEWEST, left)

    def _advice(self) -> Content:
        line = self._line
        if line.patient.protected:
            words = _("Patienten har skyddade personuppgifter: besöket hålls inte här (PR-1).")
            return Content.styled(words, "bold $warning")
        half = line.case is not None and is_half_ended(line.case)
        words = _(HALF if half else ADVICE[line.step]).format(at=clock_time(line.opens_at))
        return Content.assemble((_("Nästa steg: "), "bold"), (words, "bold $warning" if half or line.is_absent else ""))


class Fact(Struct, frozen=True):
    """A thing that is known of a visit: what it is, and that; ``urgent`` is what somebody must see to."""

    word: str
    said: str
    urgent: bool = False


LABEL = 11
"""Cells of what stands before a fact."""


def facts(line: VisitLine, now: datetime) -> Iterator[Fact]:
    """All that is known of the visit."""
    visit = line.visit
    yield Fact(_("Tid"), span_words(visit.starts_at, visit.ends_at))
    yield Fact(_("Gäller"), " · ".join(filter(None, [_(KINDS[visit.kind]), clean_line(visit.reason)])))
    yield Fact(_("Hålls av"), clean_line(line.holder) or _("ingen än"))
    if line.patient.protected:
        return
    if line.patient.number:
        yield Fact(_("Patient"), show_number(line.patient.number))
    if visit.kind is VisitKind.CHILD:
        proxy = f"{clean_line(visit.proxy_name)}  {show_number(visit.proxy_number)}"
        yield Fact(_("Ombud"), _("{proxy} · valt vid bokningen").format(proxy=proxy))
    yield Fact(_("Mobil"), clean_line(line.number) or _("saknas"), urgent=not line.number)
    if visit.kind is not VisitKind.RELATIVE:
        yield _summons(line, now)
    yield from _said(_("Deltagare"), (_participant(one, line, now) for one in in_order(line)))
    yield from _said(_("Samtal"), (call_words(one, now) for one in line.calls))
    for number, row in enumerate(sorted(line.sent, key=lambda one: (one.at, one.purpose, one.recipient))):
        yield Fact("" if number else _("Utskick"), _outgoing(row, now), urgent=row.is_undecided)


def _said(word: str, said: Iterable[str]) -> Iterator[Fact]:
    """Several things of one sort, under one word."""
    return (Fact("" if number else word, one) for number, one in enumerate(said))


def _wrapped(fact: Fact, room: int) -> Iterator[Content]:
    """A fact on as many lines as it needs, each beginning beside its word."""
    style = "bold $warning" if fact.urgent else ""
    for number, words in enumerate(wrap(fact.said, max(20, room - LABEL)) or [""]):
        word = ("" if number else fact.word).ljust(LABEL)
        yield Content.assemble((word, "$foreground 75%"), (words, style))


def _summons(line: VisitLine, now: datetime) -> Fact:
    visit = line.visit
    if visit.summons is None:
        over = visit.state is not VisitState.BOOKED
        return Fact(_("Kallelse"), _("inte antecknad vilken som är vald i VAS (VI-3)"), urgent=not over)
    by, at = clean_line(visit.summons_by), short_moment(visit.summons_at, now) if visit.summons_at else ""
    return Fact(_("Kallelse"), f"{_(SUMMONS[visit.summons])} · {by} {at}")


def in_order(line: VisitLine) -> tuple[Participant, ...]:
    """Those who take part: the patient or the proxy, then who is invited."""
    return tuple(sorted(line.participants, key=lambda one: one.role not in WITH_E_ID))


def participant_name(one: Participant) -> str:
    """The role, and the name where it is known; an interpreter's says both (VI-12)."""
    if one.role is Role.INTERPRETER:
        return clean_line(one.name)
    return " ".join(filter(None, [_(ROLES[one.role]), clean_line(one.name)]))


def _participant(one: Participant, line: VisitLine, now: datetime) -> str:
    """Who it is, how they were invited, and how far they have come."""
    return " · ".join(filter(None, [participant_name(one), *participant_words(one, line, now)]))


def participant_words(one: Participant, line: VisitLine, now: datetime) -> Iterator[str]:
    """How somebody was invited, whether they have come, what they logged in by, and who has seen who they are."""
    if one.role not in WITH_E_ID:
        yield f"{_(CHANNELS[one.channel])} {clean_line(one.address)}".strip()
        at = short_moment(one.invited_at, now)
        yield _("inbjuden {at} av {name}").format(at=at, name=clean_line(one.invited_by))
    if one.revoked_at is not None:
        yield _("återkallad {at}").format(at=short_moment(one.revoked_at, now))
    elif one in line.waiting:
        yield waiting_words(one).partition(" ")[2] if one.role in WITH_E_ID else waiting_words(one)
    elif one.entered_at is not None:
        yield _("kom in {at}").format(at=short_moment(one.entered_at, now))
    elif is_past(line):
        yield from _once_past(one, line.visit)
    else:
        yield _("har inte kommit")
    if one.e_id and one.e_id_at is not None:
        e_id = E_IDS.get(one.e_id, clean_line(one.e_id))
        yield f"{e_id} {short_moment(one.e_id_at, now)}"
    if one.identified_at is not None:
        by = clean_line(one.identified_by)
        yield _("legitimation visad {at}, {by}").format(at=short_moment(one.identified_at, now), by=by)
    elif one.must_identify:
        yield _("ska visa legitimation")


def _once_past(one: Participant, visit: Visit) -> Iterator[str]:
    """What is known of somebody whose link never led into a video that is over."""
    if is_known_to_have_come(visit, one):
        yield _("var med")
    elif one.role in WITH_E_ID and (visit.came is False or visit.state is VisitState.ABSENT):
        yield _("kom inte")
    elif visit.state is not VisitState.CANCELLED:
        yield _("sågs inte gå in")


def call_words(call: VisitCall, now: datetime) -> str:
    """When somebody telephoned, whom, and what came of it."""
    words = _("{at} till {number}: {outcome} · {name}")
    return words.format(
        at=short_moment(call.at, now),
        number=clean_line(call.number) or "–",
        outcome=_(CALLS[call.outcome]),
        name=clean_line(call.name),
    )


def _outgoing(row: OutgoingRow, now: datetime) -> str:
    said = [
        f"{short_moment(row.at, now)} {purpose_words(row.purpose)}",
        clean_line(row.recipient),
        outgoing_state_word(row.state) + (f": {outgoing_problem_words(row.problem)}" if row.problem else ""),
    ]
    return " · ".join(filter(None, said))
