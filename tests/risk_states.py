"""The course of suicide risk, drawn from the rules themselves: ``python -m tests.risk_states [--write]``.

Starts from what comes in and takes every step that the rules know of suicide risk, by a nurse, a psychologist, an
administrator, the patient and the clock, until no new situation is found. ``docs/suicide.md`` shows what was found.
Without ``--write`` it ends with 1 where that document says something else.
"""

import sys
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import product
from pathlib import Path

from msgspec import structs

from p24tui.explain import REFUSALS
from p24tui.routine import acting_outside, chat, ending, risk_path, suicide, wrong_patient
from p24tui.routine.actor import Actor, Profession
from p24tui.routine.case import Case, CaseState, ContactKind, RiskLevel, SuicideRisk
from p24tui.routine.closing_down import closed_down
from p24tui.routine.decision import Refusal
from p24tui.routine.protection import Protection, is_protected
from p24tui.routine.risk_course import (
    Booking,
    Call,
    ClosedDown,
    Course,
    Entry,
    Looked,
    NoSuspicion,
    Outcome,
    Overdue,
    Stated,
    Suspicion,
    Wrote,
    course_of,
)
from tests.routine.cases import NOW, PACE, UNIT
from tests.routine.risks import (
    ADMINISTRATOR,
    CAME,
    DAY,
    HIGH,
    HOUR,
    LOW,
    LOW_CERTAIN,
    MODERATE,
    NO_ANSWER,
    NURSE,
    PROLONGED,
    PSYCHOLOGIST,
    REACHED,
    REFUSES,
    SAFE,
    STAYED_AWAY,
    SUSPICION,
    TO_112,
    TO_ON_CALL,
    WEEKEND,
)

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "suicide.md"
BEGIN = "<!-- made from the code: begin; python -m tests.risk_states --write -->"
END = "<!-- made from the code: end -->"

STAFF = (NURSE, PSYCHOLOGIST, ADMINISTRATOR)
VISIT = Booking(NOW + 23 * HOUR, Profession.DOCTOR, "Sara Holm", "rum 3")
TODAY = NOW.date()

Tried = Iterable[tuple[Entry | None, Case | Refusal]]


@dataclass(frozen=True, slots=True)
class Situation:
    """A case, where its risk has led, and what is known of its patient's protection.

    ``stated`` is one way in which it came so. It is always now: when a day passes, what lies ahead comes nearer.
    """

    case: Case
    course: Course
    protection: Protection
    stated: tuple[Stated, ...] = field(compare=False)


@dataclass(frozen=True, slots=True)
class Move:
    """A step that was taken: by whom, from where to where. The patient, a source and the clock are no ``actor``."""

    step: str
    actor: Actor | None
    before: Situation
    after: Situation


@dataclass(frozen=True, slots=True)
class Found:
    """All steps that were taken, and for every refusal the steps that it was met at."""

    moves: tuple[Move, ...]
    refusals: dict[Refusal, set[str]]


def _claim(at: Situation, who: Actor) -> Tried:
    return [(None, chat.claim(at.case, who, at.protection))]


def _release(at: Situation, who: Actor) -> Tried:
    return [(None, chat.release(at.case, who))]


def _read(at: Situation, who: Actor) -> Tried:
    return [(None, chat.read(at.case))] if at.case.unread and chat.reads(at.case, who) else []


def _suspect(at: Situation, who: Actor) -> Tried:
    tried = (SUSPICION, Suspicion(" "))
    return [(said, suicide.suspect(at.case, who, at.protection, said)) for said in tried]


def _say_no_suspicion(at: Situation, who: Actor) -> Tried:
    return [(NoSuspicion(), suicide.say_no_suspicion(at.case, who, at.protection))]


_ASSESSMENTS = (
    *(LOW, LOW_CERTAIN, MODERATE, HIGH),
    *(structs.replace(LOW, level=RiskLevel.UNSAID), structs.replace(LOW, basis=()), structs.replace(LOW, rung="")),
    structs.replace(LOW, protective_factors=" "),
)


def _assess(at: Situation, who: Actor) -> Tried:
    return [(said, suicide.assess(at.case, at.course, who, at.protection, said, NOW, PACE)) for said in _ASSESSMENTS]


def _say_safe(at: Situation, who: Actor) -> Tried:
    tried = (SAFE, structs.replace(SAFE, feels_safe=False))
    return [(said, suicide.say_safe(at.case, at.course, who, at.protection, said)) for said in tried]


_BOOKINGS = (
    *(VISIT, structs.replace(VISIT, profession=Profession.NURSE), structs.replace(VISIT, where=" ")),
    *(structs.replace(VISIT, at=NOW), structs.replace(VISIT, at=NOW + 3 * DAY)),
)


def _book(at: Situation, who: Actor) -> Tried:
    return [(said, suicide.book(at.case, at.course, who, at.protection, said, NOW, PACE)) for said in _BOOKINGS]


def _visited(at: Situation, who: Actor) -> Tried:
    return [(said, suicide.visited(at.case, at.course, who, at.protection, said, NOW)) for said in (CAME, STAYED_AWAY)]


def _decide(at: Situation, who: Actor) -> Tried:
    tried = ((REFUSES, False), (WEEKEND, True), (WEEKEND, False), (structs.replace(REFUSES, reason=" "), False))
    return [
        (said, suicide.decide(at.case, at.course, who, at.protection, said, closed_within=closed))
        for said, closed in tried
    ]


def _prolong(at: Situation, who: Actor) -> Tried:
    tried = (PROLONGED, structs.replace(PROLONGED, reason=" "), structs.replace(PROLONGED, until=NOW + 2 * DAY))
    return [(said, suicide.prolong(at.case, at.course, who, at.protection, said, NOW, PACE)) for said in tried]


def _call(at: Situation, who: Actor) -> Tried:
    """Calls are kept where they count: not while the risk is raised, for that makes too many situations."""
    said = (NO_ANSWER, REACHED, structs.replace(NO_ANSWER, at=NOW + HOUR), structs.replace(REACHED, note=" "))
    kept = is_left(at) or at.course.level not in risk_path.RAISED
    return [
        (one if kept else None, acting_outside.call(at.case, at.course, who, at.protection, one, NOW)) for one in said
    ]


def _hand_on(at: Situation, who: Actor) -> Tried:
    tried = (TO_112, TO_ON_CALL, structs.replace(TO_112, whom=" "), structs.replace(TO_112, at=NOW + HOUR))
    return [(said, acting_outside.hand_on(at.case, at.course, who, at.protection, said, NOW)) for said in tried]


def _look(at: Situation, who: Actor) -> Tried:
    tried = (Looked("ringa henne"), Looked(" "))
    return [
        (said, acting_outside.may_look(at.case, at.course, who, at.protection, said.why, NOW, PACE) or at.case)
        for said in tried
    ]


def _mark(at: Situation, who: Actor) -> Tried:
    return [
        (None, wrong_patient.mark(at.case, who, at.protection, at.course, PACE, NOW, by_proxy=by_proxy))
        for by_proxy in (False, True)
    ]


def _end(at: Situation, who: Actor) -> Tried:
    """Both steps of ending at once: ``docs/states.md`` draws what may come between."""
    asked = ending.request_end(at.case, who, at.protection, at.course, PACE)
    if isinstance(asked, Refusal):
        return [(None, asked)]
    return [(None, ending.confirm_end(asked, who, at.protection, at.course, PACE, NOW, 1))]


STAFF_STEPS: dict[str, Callable[[Situation, Actor], Tried]] = {
    "claim": _claim,
    "release": _release,
    "read": _read,
    "suspect": _suspect,
    "say_no_suspicion": _say_no_suspicion,
    "assess": _assess,
    "say_safe": _say_safe,
    "book": _book,
    "visited": _visited,
    "decide": _decide,
    "prolong": _prolong,
    "call": _call,
    "hand_on": _hand_on,
    "look": _look,
    "mark": _mark,
    "end": _end,
}
"""What staff do, each with what else it is tried with: no reason, another profession, a time past or too late."""


def _write(at: Situation) -> Tried:
    """The patient writes; words that somebody must read with suicide in mind are flagged where that says more."""
    said = Wrote() if at.case.suicide is not SuicideRisk.NONE or at.case.risk is not RiskLevel.UNSAID else None
    woken = chat.receive(at.case, NOW)
    yield said, woken
    if at.case.suicide is SuicideRisk.NONE or at.case.risk in risk_path.RAISED:
        yield said, structs.replace(woken, risk_words=True)


def _fall_due(at: Situation) -> Tried:
    return [(Overdue(), suicide.fall_due(at.case, at.course, NOW, PACE))] if suicide.is_due(at.case, NOW) else []


def _close_down(at: Situation) -> Tried:
    return [(ClosedDown(), closed_down(at.case, NOW))] if at.protection is Protection.NONE else []


OTHER_STEPS: dict[str, Callable[[Situation], Tried]] = {
    "write": _write,
    "fall_due": _fall_due,
    "close_down": _close_down,
    "a day passes": lambda at: [(None, at.case)],
}
"""What the patient does, the clock, and a source that says of the patient that they are protected."""

STEPS = (*STAFF_STEPS, *OTHER_STEPS)


def starts() -> list[Situation]:
    """What comes in: nothing said, a matter within mental health, and risk that the form suggests, also of a protected
    person."""
    case = Case("a", UNIT, "p", ContactKind.TRIAGED, "Hosta", NOW, waiting_since=NOW)
    by_form = structs.replace(case, suicide=SuicideRisk.AWAITING)
    said = (Stated(Suspicion(""), NOW),)
    came_in = [
        Situation(case, Course(), Protection.NONE, ()),
        Situation(structs.replace(case, mental_health=True), Course(), Protection.NONE, ()),
        Situation(by_form, Course(), Protection.NONE, said),
        Situation(by_form, Course(), Protection.MARKED, said),
    ]
    return [alike(one) for one in came_in]


def tried(at: Situation) -> Iterator[tuple[str, Actor | None, Entry | None, Case | Refusal]]:
    """Every step, as everybody may try it here, and what comes of it."""
    for (name, staff_step), who in product(STAFF_STEPS.items(), STAFF):
        for entry, outcome in staff_step(at, who):
            yield name, who, entry, outcome
    for name, step in OTHER_STEPS.items():
        for entry, outcome in step(at):
            yield name, None, entry, outcome


@cache
def found() -> Found:
    """Every step tried in every situation that real steps lead to."""
    moves: list[Move] = []
    refusals: defaultdict[Refusal, set[str]] = defaultdict(set)
    waiting = deque(starts())
    reached = set(waiting)
    while waiting:
        at = waiting.popleft()
        for step, who, entry, outcome in tried(at):
            if isinstance(outcome, Refusal):
                refusals[outcome].add(step)
                continue
            after = alike(led_on(at, step, who, entry, outcome))
            moves.append(Move(step, who, at, after))
            if after not in reached:
                reached.add(after)
                waiting.append(after)
    return Found(tuple(moves), dict(refusals))


def led_on(at: Situation, step: str, who: Actor | None, entry: Entry | None, case: Case) -> Situation:
    """The situation after a step."""
    if step == "a day passes":
        return _a_day_later(at)
    stated = at.stated
    if entry is not None:
        by = who or Actor(None, "", None, UNIT, "")
        stated = (*stated, Stated(entry, NOW, by.staff_id, by.name, by.profession))
    protection = Protection.MARKED if step == "close_down" else at.protection
    return Situation(case, course_of(stated), protection, stated)


def _a_day_later(at: Situation) -> Situation:
    """What lies ahead has come a day nearer; how long ago something was makes no difference but at its boundaries."""
    due, by = at.case.risk_due_at, at.case.visit_by
    case = structs.replace(
        at.case,
        risk_due_at=max(due - DAY, NOW) if due else None,
        visit_by=max(by - DAY, TODAY - DAY) if by else None,
    )
    stated = tuple(structs.replace(one, at=NOW - DAY, entry=_earlier(one.entry)) for one in at.stated)
    return Situation(case, course_of(stated), at.protection, stated)


def _earlier(entry: Entry) -> Entry:
    return structs.replace(entry, at=max(entry.at - DAY, NOW - HOUR)) if isinstance(entry, Booking) else entry


def is_left(at: Situation) -> bool:
    """Whether the contact is not handled here at all."""
    return is_protected(at.protection) or at.case.wrong_patient_at is not None


def alike(at: Situation) -> Situation:
    """The situation with what makes no difference to any step the same in all that are otherwise alike.

    How often somebody was called matters up to the number that is asked for, and since they were last reached; that it
    is about mental health, until something is said. What was decided on a visit matters no more where the contact is
    not handled here. Who has the word is drawn elsewhere.
    """
    course, state = at.course, at.case.state
    case = structs.replace(
        at.case,
        state=state if state is CaseState.ENDED else CaseState.ONGOING,
        waiting_since=None,
        unread=min(at.case.unread, 1),
    )
    course = structs.replace(
        course,
        assessed=None,
        safety=SAFE if course.safety else None,
        decision=REFUSES if course.decision else None,
        handed_on=TO_112 if course.handed_on else None,
        calls=_since_reached(course.calls),
        looked=Stated(Looked(""), course.looked.at, course.looked.staff_id) if course.looked else None,
    )
    stated = at.stated
    if is_left(at):
        course = structs.replace(course, certain=False, safety=None, visit=None, visited=None, decision=None)
        case = structs.replace(case, visit_by=None)
    elif course.level in risk_path.RAISED:
        course, stated = (
            structs.replace(course, calls=()),
            tuple(one for one in stated if not isinstance(one.entry, Call)),
        )
    if case.suicide is not SuicideRisk.NONE or case.risk is not RiskLevel.UNSAID:
        case = structs.replace(case, mental_health=False)
    return replace(at, case=case, course=course, stated=stated)


def _since_reached(calls: tuple[Call, ...]) -> tuple[Call, ...]:
    reached = [place for place, one in enumerate(calls) if one.outcome is Outcome.REACHED]
    unanswered = len(calls) - (reached[-1] + 1 if reached else 0)
    return (REACHED,) * bool(reached) + (NO_ANSWER,) * min(unanswered, PACE.calls)


def situations() -> frozenset[Situation]:
    """Every situation that was reached."""
    return frozenset(starts()) | {move.after for move in found().moves}


def place(at: Situation) -> str:
    """Where the risk stands, in a few words."""
    if at.case.state is CaseState.ENDED:
        return "ended"
    if is_left(at):
        return "not handled here" if at.case.suicide is SuicideRisk.NONE else "not handled here, suspected"
    if at.case.suicide is SuicideRisk.NONE:
        return _QUIET[at.case.risk]
    return f"{_LOUD[at.case.risk]}, {_WHO[at.case.suicide]}"


_QUIET = {RiskLevel.UNSAID: "nothing said", RiskLevel.NO_SUSPICION: "no suspicion", RiskLevel.LOW: "low"}
_LOUD = {RiskLevel.UNSAID: "suspected", RiskLevel.MODERATE: "moderate", RiskLevel.HIGH: "high"}
_WHO = {SuicideRisk.AWAITING: "awaited", SuicideRisk.TAKEN_ON: "taken on", SuicideRisk.FOLLOWED: "followed"}

PLACES = (
    *("nothing said", "no suspicion", "suspected, awaited", "suspected, taken on", "low"),
    *("moderate, awaited", "moderate, taken on", "moderate, followed", "high, awaited", "high, taken on"),
    *("not handled here", "not handled here, suspected", "ended"),
)


def transitions() -> dict[tuple[str, str], set[str]]:
    """For every place and step the places that it leads to."""
    led: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for move in found().moves:
        led[place(move.before), move.step].add(place(move.after))
    return dict(led)


def drawn() -> str:
    """The diagram and both tables, in Markdown."""
    return "\n".join([*_diagram(), "", *_step_table(), "", *_refusal_table()])


def with_drawing(document: str) -> str:
    """The document with what is drawn between its marks. Raises ``ValueError`` where it has no marks."""
    before, _begin, rest = document.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"no {BEGIN} … {END}")
    return f"{before}{BEGIN}\n\n{drawn()}\n\n{END}{after}"


def is_current() -> bool:
    """Whether the document says what the rules do."""
    document = DOCUMENT.read_text(encoding="utf-8")
    return document == with_drawing(document)


def _diagram() -> Iterator[str]:
    led, names = transitions(), {one: one.replace(",", "").replace(" ", "_") for one in PLACES}
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield from (f'    state "{one}" as {name}' for one, name in names.items())
    yield from (f"    [*] --> {names[one]}" for one in PLACES if one in {place(at) for at in starts()})
    for before, after in product(PLACES, PLACES):
        steps = [step for step in STEPS if after in led.get((before, step), ())]
        if steps and before != after:
            yield f"    {names[before]} --> {names[after]}: {', '.join(steps)}"
    yield "```"


def _step_table() -> Iterator[str]:
    led = transitions()
    yield "| from | leads elsewhere | may leave it there |"
    yield "|---|---|---|"
    for before in PLACES:
        away = [
            f"`{step}`: {' / '.join(others)}"
            for step in STEPS
            if (others := [one for one in PLACES if one in led.get((before, step), ()) and one != before])
        ]
        stays = [f"`{step}`" for step in STEPS if before in led.get((before, step), ())]
        yield f"| {before} | {'; '.join(away) or '–'} | {', '.join(stays) or '–'} |"


def _refusal_table() -> Iterator[str]:
    yield "| rule | reason | refuses | what the screen says |"
    yield "|---|---|---|---|"
    for refusal, steps in sorted(found().refusals.items(), key=lambda item: (item[0].rule, item[0].reason)):
        names = ", ".join(f"`{step}`" for step in STEPS if step in steps)
        yield f"| {refusal.rule} | {refusal.reason} | {names} | {REFUSALS[refusal.reason]} |"


def main() -> int:
    if "--write" in sys.argv[1:]:
        DOCUMENT.write_text(with_drawing(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
    if not is_current():
        print("docs/suicide.md is not what the rules do: python -m tests.risk_states --write", file=sys.stderr)
        return 1
    print(f"suicide risk: {len(situations())} situations, {len(found().moves)} steps taken")
    return 0


if __name__ == "__main__":
    sys.exit(main())
