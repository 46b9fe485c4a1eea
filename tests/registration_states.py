"""The tables of docs/registration.md, drawn from the rules: ``python -m tests.registration_states [--write]``.

Without ``--write`` it ends with 1 where that document says something else.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from p24tui.routine.actor import Profession
from p24tui.routine.decision import Refusal
from p24tui.routine.protection import Protection
from p24tui.routine.registration import (
    Answers,
    InAN24,
    Nothing,
    Outcome,
    Question,
    RegistrationState,
    Situation,
    Step,
    ToAN5,
    VisitType,
    after,
    course,
    next_step,
)

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "registration.md"

SITUATIONS = {
    "protected personal data": Situation(protection=Protection.MARKED),
    "for somebody else than who logged in": Situation(wrong_patient=True),
    "a nurse who has handed it over": Situation(triaged=True),
    "the doctor who took it on": Situation(profession=Profession.DOCTOR, triaged=True),
    "one's own contact": Situation(),
    "a colleague's contact": Situation(own=False),
    "by administration": Situation(profession=Profession.ADMINISTRATION, own=False),
    "a booked visit, held by video": Situation(booked=True, by_video=True),
    "a booked visit, held otherwise": Situation(booked=True),
    "a booked visit to which nobody came": Situation(booked=False),
}

REPLIES: dict[Question, tuple[tuple[str, dict[str, object]], ...]] = {
    Question.REPLACES: (("replaces a visit", {"replaces": True}), ("replaces none", {"replaces": False})),
    Question.VISIT_TYPE: tuple((one.value, {"visit_type": one}) for one in VisitType),
    Question.ALWAYS_FREE: (("always free", {"always_free": True}), ("not always free", {"always_free": False})),
}


def outcomes(situation: Situation, answers: dict[str, object], said: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """What was answered, and where that ends, along every way through the questions."""
    found = course(situation, Answers(**answers))  # type: ignore[arg-type]
    if isinstance(found, Question):
        for words, given in REPLIES[found]:
            yield from outcomes(situation, {**answers, **given}, (*said, words))
    else:
        yield ", ".join(said) or "nothing is asked", words_for(found)


def words_for(found: Outcome | Refusal) -> str:
    match found:
        case Refusal(rule):
            return f"refused ({rule})"
        case Nothing(rule):
            return f"nothing to register ({rule})"
        case ToAN5():
            return "watch post or message, to AN5 (RE-3)"
        case InAN24():
            return "AN24 (RE-8)"


def situation_table() -> Iterator[str]:
    yield from ("| situation | asked and answered | outcome |", "|---|---|---|")
    for name, situation in SITUATIONS.items():
        for said, outcome in outcomes(situation, {}, ()):
            yield f"| {name} | {said} | {outcome} |"


def state_table() -> Iterator[str]:
    yield from ("| state | next | register | remove | withdraw |", "|---|---|---|---|---|")
    for state in RegistrationState:
        cells = {step: after(state, step) for step in Step}
        said = (f"`{one.reason}`" if isinstance(one, Refusal) else f"→ {one.value}" for one in cells.values())
        yield f"| {state.value} | {(next_step(state) or '–')} | {' | '.join(said)} |"


def with_tables(text: str) -> str:
    """The document with what the rules say between its marks."""
    for name, lines in {"situations": situation_table(), "states": state_table()}.items():
        before, begins, rest = text.partition(f"<!-- {name} -->\n")
        _old, ends, after_it = rest.partition(f"<!-- /{name} -->\n")
        assert begins, name
        assert ends, name
        text = before + begins + "\n".join([*lines, ""]) + ends + after_it
    return text


def is_current() -> bool:
    """Whether the document says what the rules do."""
    text = DOCUMENT.read_text(encoding="utf-8")
    return with_tables(text) == text


def main() -> int:
    if "--write" in sys.argv[1:]:
        DOCUMENT.write_text(with_tables(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
    return 0 if is_current() else 1


if __name__ == "__main__":
    sys.exit(main())
