"""The states of a case, drawn from the rules themselves: ``python -m tests.states [--write]``.

Starts from new cases and takes every step that the rules know, by a nurse, a psychologist, an administrator, the
patient and the clock, until no new situation is found. ``docs/states.md`` shows what was found. Without ``--write`` it
ends with 1 where that document says something else.
"""

import sys
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import product
from pathlib import Path

from msgspec import structs

from p24tui.explain import REFUSALS
from p24tui.routine import chat, ending, handover, holding, shift, takeover
from p24tui.routine import undo as undoing
from p24tui.routine.actor import Actor, Profession
from p24tui.routine.case import Case, CaseState, ContactKind, SuicideRisk
from p24tui.routine.decision import Refusal
from p24tui.routine.handover import NO_CONSENT, Consent, ConsentState, ConsentWay, Target
from p24tui.routine.protection import Protection
from p24tui.routine.risk_course import Course
from tests.routine.cases import HANDED_ON, PACE, UNSAID

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "states.md"
BEGIN = "<!-- made from the code: begin; python -m tests.states --write -->"
END = "<!-- made from the code: end -->"

UNIT = "SE2321000016-ASEN"
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
TODAY = NOW.date()
TOMORROW = TODAY + timedelta(days=1)
PATIENCE = timedelta(minutes=2)

NURSE = Actor("SE2321000016-ML01", "Maria Lind", Profession.NURSE, UNIT, "console:test:1")
PSYCHOLOGIST = Actor("SE2321000016-JB02", "Johan Berg", Profession.PSYCHOLOGIST, UNIT, "console:test:2")
ADMINISTRATOR = Actor("SE2321000016-AK03", "Anna Ek", Profession.ADMINISTRATION, UNIT, "console:test:3")
STAFF = (NURSE, PSYCHOLOGIST, ADMINISTRATOR)
PROFESSIONS = {one.staff_id: one.profession for one in STAFF}

AGREED = Consent(ConsentState.GIVEN, ConsentWay.CHAT, NOW)
TARGETS = (
    Target(UNIT, Profession.PSYCHOLOGIST, PSYCHOLOGIST.staff_id, PSYCHOLOGIST.name),
    Target(UNIT, Profession.NURSE),
    Target(UNIT, Profession.ADMINISTRATION),
)
"""To whom a case is handed over: the psychologist by name, any nurse, and somebody who takes no chats."""

Outcomes = Iterable[Case | Refusal]


@dataclass(frozen=True, slots=True)
class Deed:
    """The last deed, while it can be undone: what it was, whose, and the case before it."""

    kind: str
    by: str | None
    before: Case


@dataclass(frozen=True, slots=True)
class Situation:
    """A case, what is known of its patient's protection, and what can be undone."""

    case: Case
    protection: Protection
    last: Deed | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """A step that was tried in a situation, and what came of it. The patient and the clock are no ``actor``."""

    step: str
    actor: Actor | None
    before: Situation
    after: Situation | Refusal


def _course(at: Situation) -> Course:
    """The course of a risk that may end: what that takes is drawn in ``docs/suicide.md``."""
    return HANDED_ON if at.case.suicide is not SuicideRisk.NONE else UNSAID


def _read(at: Situation, who: Actor) -> Outcomes:
    return [chat.read(at.case)] if chat.reads(at.case, who) else []


def _read_free_text(at: Situation, who: Actor) -> Outcomes:
    return [chat.read_free_text(at.case)] if chat.reads(at.case, who) else []


def _hold(at: Situation, who: Actor) -> Outcomes:
    tried = [(TOMORROW, "provsvar"), (TODAY, "provsvar"), (TOMORROW, " ")]
    return [holding.hold(at.case, who, until, reason, TODAY) for until, reason in tried]


def _ask(at: Situation, who: Actor) -> Outcomes:
    return [takeover.ask(at.case, who, at.protection, reason, NOW) for reason in ("jag har tid", " ")]


def _let_go(at: Situation, who: Actor) -> Outcomes:
    return [takeover.let_go(at.case, who, receiver) for receiver in (PROFESSIONS.get(at.case.asked_by), None)]


def _take(at: Situation, who: Actor) -> Outcomes:
    return [takeover.take(at.case, who, at.protection, now, PATIENCE) for now in (NOW, NOW + PATIENCE)]


def _offer(at: Situation, who: Actor) -> Outcomes:
    agreed = [handover.offer(at.case, who, at.protection, target, AGREED, NOW) for target in TARGETS]
    unknown = structs.replace(AGREED, how=None)
    others = [handover.offer(at.case, who, at.protection, TARGETS[0], one, NOW) for one in (NO_CONSENT, unknown)]
    return [*agreed, *others]


def _offered_to(case: Case) -> Target:
    return next((one for one in TARGETS if one.words == case.handed_to), TARGETS[0])


def _decline(at: Situation, who: Actor) -> Outcomes:
    return [handover.decline(at.case, _offered_to(at.case), who, reason) for reason in ("fullt i dag", " ")]


def _undo(at: Situation, who: Actor) -> Outcomes:
    if at.last is None:
        return []
    return [undoing.undo(at.case, at.last.before, at.last.kind, at.last.by, who, at.protection)]


def _come_back(at: Situation, who: Actor) -> Outcomes:
    lost = at.case.owner_lost_at is not None and at.case.owner_id == who.staff_id
    return [shift.come_back(at.case, who.staff_id)] if lost and who.staff_id else []


STAFF_STEPS: dict[str, Callable[[Situation, Actor], Outcomes]] = {
    "claim": lambda at, who: [chat.claim(at.case, who, at.protection)],
    "read": _read,
    "read_free_text": _read_free_text,
    "answer": lambda at, who: [chat.answer(at.case, who, at.protection, NOW)],
    "hold": _hold,
    "release": lambda at, who: [chat.release(at.case, who)],
    "ask": _ask,
    "let_go": _let_go,
    "keep": lambda at, who: [takeover.keep(at.case, who)],
    "withdraw": lambda at, who: [takeover.withdraw(at.case, who), handover.withdraw(at.case, who)],
    "take": _take,
    "offer": _offer,
    "accept": lambda at, who: [handover.accept(at.case, _offered_to(at.case), who, at.protection)],
    "decline": _decline,
    "request_end": lambda at, who: [ending.request_end(at.case, who, at.protection, _course(at), PACE)],
    "keep_open": lambda at, who: [ending.keep_open(at.case, who)],
    "confirm_end": lambda at, who: [ending.confirm_end(at.case, who, at.protection, _course(at), PACE, NOW, 1)],
    "undo": _undo,
    "come_back": _come_back,
}
"""What staff do, each with what else it is tried with: a day too early, no reason, too little patience."""

READINGS = {"read", "read_free_text"}
"""Steps that leave what was done before them to be undone."""

OTHER_STEPS: dict[str, Callable[[Case], Outcomes]] = {
    "receive": lambda case: [chat.receive(case, NOW)],
    "wake": lambda case: [holding.wake(case, NOW)] if holding.hold_is_due(case, TOMORROW) else [],
    "give_up": lambda case: [shift.give_up(case, NOW)] if case.owner_id else [],
}
"""What the patient does, and the clock."""

STEPS = (*STAFF_STEPS, *OTHER_STEPS)

DEEDS = {"claim": "case.claimed", "release": "case.released", "hold": "case.held", "confirm_end": "case.ended"}
"""Steps that can be undone, by the name that their events have."""


def new_cases() -> list[Situation]:
    """What comes in: with and without suspected suicide risk, free text, and protected personal data."""
    case = Case("a", UNIT, "p", ContactKind.TRIAGED, "Hosta", NOW, waiting_since=NOW)
    risks = (SuicideRisk.NONE, SuicideRisk.AWAITING)
    protections = (Protection.NONE, Protection.MARKED)
    return [
        Situation(structs.replace(case, suicide=risk, unread_free_text=texts), protection)
        for risk, texts, protection in product(risks, (0, 1), protections)
    ]


@cache
def moves() -> tuple[Move, ...]:
    """Every step tried in every situation that real steps lead to."""
    found: list[Move] = []
    waiting = deque(new_cases())
    reached = set(waiting)
    while waiting:
        for move in _moves(waiting.popleft()):
            found.append(move)
            if isinstance(move.after, Situation) and move.after not in reached:
                reached.add(move.after)
                waiting.append(move.after)
    return tuple(found)


def _moves(at: Situation) -> Iterator[Move]:
    for name, staff_step in STAFF_STEPS.items():
        for who in STAFF:
            for outcome in staff_step(at, who):
                yield Move(name, who, at, _after(at, name, who, outcome))
    for name, step in OTHER_STEPS.items():
        for outcome in step(at.case):
            yield Move(name, None, at, _after(at, name, None, outcome))


def _after(at: Situation, step: str, who: Actor | None, outcome: Case | Refusal) -> Situation | Refusal:
    if isinstance(outcome, Refusal):
        return outcome
    case = handover.kept(at.case, outcome)
    case = structs.replace(case, unread=min(case.unread, 1))  # how many are unread makes no difference
    if step in READINGS:
        return replace(at, case=case)
    last = Deed(DEEDS[step], who.staff_id, at.case) if who and step in DEEDS else None
    return Situation(case, at.protection, last)


def situations() -> frozenset[Situation]:
    """Every situation that was reached."""
    return frozenset(move.before for move in moves())


def done() -> Iterator[tuple[Move, Case]]:
    """Every step that was not refused, and the case after it."""
    for move in moves():
        if isinstance(move.after, Situation):
            yield move, move.after.case


def transitions() -> dict[tuple[CaseState, str], set[CaseState]]:
    """For every state and step the states that it leads to."""
    found: defaultdict[tuple[CaseState, str], set[CaseState]] = defaultdict(set)
    for move, after in done():
        found[move.before.case.state, move.step].add(after.state)
    return dict(found)


def refusals() -> dict[Refusal, set[str]]:
    """For every refusal that was met the steps that it was met at."""
    found: defaultdict[Refusal, set[str]] = defaultdict(set)
    for move in moves():
        if isinstance(move.after, Refusal):
            found[move.after].add(move.step)
    return dict(found)


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
    found = transitions()
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield f"    [*] --> {CaseState.NEW}"
    for before, after in product(CaseState, CaseState):
        steps = [step for step in STEPS if after in found.get((before, step), ())]
        if steps and before is not after:
            yield f"    {before} --> {after}: {', '.join(steps)}"
    yield "```"


def _step_table() -> Iterator[str]:
    found = transitions()
    yield f"| step | {' | '.join(CaseState)} |"
    yield "|---" * (len(CaseState) + 1) + "|"
    for step in STEPS:
        cells = [
            ", ".join(after for after in CaseState if after in found.get((state, step), ())) for state in CaseState
        ]
        yield f"| `{step}` | {' | '.join(cell or '–' for cell in cells)} |"


def _refusal_table() -> Iterator[str]:
    yield "| rule | reason | refuses | what the screen says |"
    yield "|---|---|---|---|"
    for refusal, steps in sorted(refusals().items(), key=lambda item: (item[0].rule, item[0].reason)):
        names = ", ".join(f"`{step}`" for step in STEPS if step in steps)
        yield f"| {refusal.rule} | {refusal.reason} | {names} | {REFUSALS[refusal.reason]} |"


def main() -> int:
    if "--write" in sys.argv[1:]:
        DOCUMENT.write_text(with_drawing(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
    if not is_current():
        print("docs/states.md is not what the rules do: python -m tests.states --write", file=sys.stderr)
        return 1
    print(f"states: {len(situations())} situations, {len(moves())} steps tried")
    return 0


if __name__ == "__main__":
    sys.exit(main())
