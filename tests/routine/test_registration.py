"""Registration: what is asked and what is not, where it ends, what goes together, and the life of a watch post (RE)."""

from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p24tui.routine import registration
from p24tui.routine.actor import Profession
from p24tui.routine.chat import CLINICIANS
from p24tui.routine.decision import Refusal
from p24tui.routine.protection import Protection, is_protected
from p24tui.routine.registration import (
    FOLLOWED,
    TOLD,
    Answers,
    Choices,
    InAN24,
    Nothing,
    Outcome,
    Question,
    RegistrationState,
    Situation,
    Step,
    ToAN5,
    VisitType,
    Wanted,
    Way,
)
from p24tui.routine.visit import VisitKind, VisitState
from tests import registration_states
from tests.routine.cases import NOW

WRITTEN, TELEPHONE, VIDEO = VisitType
DOCTOR = Situation(profession=Profession.DOCTOR)
AN5 = Choices("RE-7", (WRITTEN, TELEPHONE, VIDEO), ("L2", "L1", "S1"), ("Faktura", "Barn"))
AN24 = Choices("RE-8", (WRITTEN,), ("P0",), ("Gena", "Barn"))

SITUATIONS = st.builds(
    Situation,
    protection=st.sampled_from(Protection),
    wrong_patient=st.booleans(),
    profession=st.none() | st.sampled_from(Profession),
    own=st.booleans(),
    triaged=st.booleans(),
    booked=st.none() | st.booleans(),
    by_video=st.booleans(),
)
ANSWERS = st.builds(
    Answers,
    replaces=st.none() | st.booleans(),
    visit_type=st.none() | st.sampled_from(VisitType),
    always_free=st.none() | st.booleans(),
)

TABLE: dict[str, tuple[Situation, Answers, Question | Outcome | Refusal]] = {
    "protected": (Situation(protection=Protection.MARKED), Answers(True), Refusal("PR-1", "protected")),
    "protected in the register": (Situation(protection=Protection.POPULATION), Answers(), Refusal("PR-1", "protected")),
    "wrong patient": (Situation(wrong_patient=True), Answers(True), Refusal("AP-3", "wrong-patient-locked")),
    "a nurse who has triaged": (Situation(triaged=True), Answers(), Nothing("RE-2")),
    "also where she says that it replaces a visit": (Situation(triaged=True), Answers(True, WRITTEN), Nothing("RE-2")),
    "the doctor who took it on": (
        Situation(profession=Profession.DOCTOR, triaged=True),
        Answers(True, TELEPHONE),
        ToAN5(),
    ),
    "nothing is known": (Situation(), Answers(), Question.REPLACES),
    "it replaces no visit": (Situation(), Answers(False), Nothing("RE-1")),
    "it replaces one": (Situation(), Answers(True), Question.VISIT_TYPE),
    "in writing": (Situation(), Answers(True, WRITTEN), Question.ALWAYS_FREE),
    "in writing, with a fee": (Situation(), Answers(True, WRITTEN, False), ToAN5()),
    "in writing, always free": (Situation(), Answers(True, WRITTEN, True), InAN24()),
    "by telephone": (Situation(), Answers(True, TELEPHONE), ToAN5()),
    "by video, always free": (Situation(), Answers(True, VIDEO, True), ToAN5()),
    "of a colleague's, in writing": (Situation(own=False), Answers(True, WRITTEN, True), ToAN5()),
    "by administration, in writing": (
        Situation(profession=Profession.ADMINISTRATION, own=False),
        Answers(True, WRITTEN),
        ToAN5(),
    ),
    "by administration, of its own": (
        Situation(profession=Profession.ADMINISTRATION),
        Answers(True, WRITTEN, True),
        ToAN5(),
    ),
    "a booked visit by video": (Situation(booked=True, by_video=True), Answers(), ToAN5()),
    "a booked visit held otherwise": (Situation(booked=True), Answers(), Question.VISIT_TYPE),
    "a booked visit to which nobody came": (Situation(booked=False, by_video=True), Answers(True), Nothing("RE-1")),
}
"""Every row of the rules: what is known, what was answered, and what comes of it."""


@pytest.mark.rule("RE-1", "RE-2", "RE-3", "RE-8", "PR-1", "AP-3")
@pytest.mark.hazard("H15")
@pytest.mark.parametrize("name", TABLE)
def test_every_situation_leads_to_its_question_or_its_outcome(name: str) -> None:
    situation, answers, wanted = TABLE[name]
    assert registration.course(situation, answers) == wanted


@pytest.mark.rule("RE-1", "RE-2", "RE-8")
@given(SITUATIONS, ANSWERS)
def test_whatever_is_answered_ends_as_the_routine_wants(situation: Situation, answers: Answers) -> None:
    found = registration.course(situation, answers)
    left = is_protected(situation.protection) or situation.wrong_patient
    assert isinstance(found, Refusal) == left
    known = registration.known_answers(situation, answers)
    match found:
        case InAN24():
            assert (situation.own, known.visit_type, known.always_free) == (True, WRITTEN, True)
            assert situation.profession in CLINICIANS
        case ToAN5():
            assert known.replaces
            assert known.visit_type is not None
        case Nothing("RE-1"):
            assert known.replaces is False
        case Nothing(rule):
            assert (rule, situation.triaged, situation.profession) == ("RE-2", True, Profession.NURSE)
    if situation.triaged and situation.profession is Profession.NURSE and not left:
        assert found == Nothing("RE-2")


@given(SITUATIONS)
def test_at_most_three_questions_lead_to_an_end_and_none_is_asked_twice(situation: Situation) -> None:
    for replies in product((True, False), VisitType, (True, False)):
        given_, asked = Answers(), list[Question]()
        while isinstance(found := registration.course(situation, given_), Question):
            assert found not in asked
            asked.append(found)
            replaces, visit_type, free = replies
            given_ = Answers(
                replaces if Question.REPLACES in asked else None,
                visit_type if Question.VISIT_TYPE in asked else None,
                free if Question.ALWAYS_FREE in asked else None,
            )
        assert len(asked) <= 3


@pytest.mark.rule("RE-1", "RE-7")
@pytest.mark.parametrize("kind", VisitKind)
@pytest.mark.parametrize("state", VisitState)
def test_a_booked_visit_says_itself_whether_it_took_place(kind: VisitKind, state: VisitState) -> None:
    known = {VisitState.ENDED: True, VisitState.ABSENT: False, VisitState.CANCELLED: False}
    assert registration.took_place(kind, state) is (None if kind is VisitKind.RELATIVE else known.get(state))


@pytest.mark.rule("RE-2")
@pytest.mark.parametrize("profession", Profession)
@pytest.mark.parametrize("triaged", [False, True])
def test_a_nurse_who_has_triaged_is_no_care_giver(profession: Profession, triaged: bool) -> None:
    able = profession in CLINICIANS and not (triaged and profession is Profession.NURSE)
    assert registration.may_be_care_giver(profession, triaged=triaged) is able


@pytest.mark.rule("RE-7", "RE-8")
@pytest.mark.parametrize(
    ("choices", "visit_type", "fee_type", "payment", "refused"),
    [
        (AN5, WRITTEN, "L2", "Faktura", None),
        (AN5, VIDEO, "S1", "Barn", None),
        (AN5, TELEPHONE, None, None, None),
        (AN24, None, "P0", "Gena", None),
        (AN5, TELEPHONE, "P0", "Faktura", "registration-fee-type"),
        (AN5, TELEPHONE, "L1", "Gena", "registration-payment"),
        (AN5, TELEPHONE, "", "Faktura", "registration-fee-type"),
        (AN24, WRITTEN, "P0", "Gena", None),
        (AN24, WRITTEN, "P0", "Barn", None),
        (AN24, TELEPHONE, "P0", "Gena", "registration-visit-type"),
        (AN24, VIDEO, "P0", "Gena", "registration-visit-type"),
        (AN24, WRITTEN, "L1", "Gena", "registration-fee-type"),
        (AN24, WRITTEN, "P0", "Faktura", "registration-payment"),
        (AN24, WRITTEN, "P0", "", "registration-payment"),
    ],
)
def test_only_what_the_form_takes_goes_together(
    choices: Choices, visit_type: VisitType | None, fee_type: str | None, payment: str | None, refused: str | None
) -> None:
    found = registration.permitted(choices, visit_type, fee_type, payment)
    assert found == (None if refused is None else Refusal(choices.rule, refused))


@pytest.mark.rule("RE-1", "RE-2", "RE-3", "RE-8")
@pytest.mark.parametrize("wanted", [None, *Way])
def test_the_way_follows_from_the_outcome_but_for_post_or_message(wanted: Way | None) -> None:
    assert registration.way_of(Nothing("RE-1"), wanted) is Way.NOTHING
    assert registration.way_of(InAN24(), wanted) is Way.AN24
    assert registration.way_of(Nothing("RE-2"), wanted) == Refusal("RE-2", "nurse-handed-over")
    assert registration.way_of(Question.REPLACES, wanted) == Refusal("RE-1", "registration-unanswered")
    assert registration.way_of(Refusal("PR-1", "protected"), wanted) == Refusal("PR-1", "protected")
    told = wanted if wanted in TOLD else Refusal("RE-3", "registration-way")
    assert registration.way_of(ToAN5(), wanted) == told


@pytest.mark.rule("RE-7")
def test_a_new_visit_is_not_preselected() -> None:
    assert Wanted(Answers()) == Wanted(Answers(), None, new_visit=False, reason="")


@pytest.mark.rule("RE-4", "RE-5", "RE-8")
@pytest.mark.parametrize(
    ("way", "rule"), [(Way.WATCH_POST, "RE-4"), (Way.MESSAGE, "RE-5"), (Way.AN24, "RE-8"), (Way.NOTHING, "")]
)
def test_what_goes_into_vas_has_a_reason(way: Way, rule: str) -> None:
    assert registration.complete(way, "Eksem") is None
    assert registration.complete(way, " ") == (Refusal(rule, "registration-reason") if rule else None)


STATES = RegistrationState
LIFE: dict[tuple[RegistrationState, Step], RegistrationState | str] = {
    (STATES.CREATED, Step.REGISTER): STATES.REGISTERED,
    (STATES.CREATED, Step.REMOVE): "not-arrived",
    (STATES.CREATED, Step.WITHDRAW): STATES.WITHDRAWN,
    (STATES.REGISTERED, Step.REGISTER): "already-arrived",
    (STATES.REGISTERED, Step.REMOVE): STATES.REMOVED,
    (STATES.REGISTERED, Step.WITHDRAW): "already-arrived",
    (STATES.REMOVED, Step.REGISTER): "already-arrived",
    (STATES.REMOVED, Step.REMOVE): "already-removed",
    (STATES.REMOVED, Step.WITHDRAW): "already-arrived",
    (STATES.OWN, Step.REGISTER): "already-arrived",
    (STATES.OWN, Step.REMOVE): "nothing-followed",
    (STATES.OWN, Step.WITHDRAW): "already-arrived",
    (STATES.NOTHING, Step.REGISTER): "nothing-followed",
    (STATES.NOTHING, Step.REMOVE): "nothing-followed",
    (STATES.NOTHING, Step.WITHDRAW): STATES.WITHDRAWN,
    (STATES.WITHDRAWN, Step.REGISTER): "registration-withdrawn",
    (STATES.WITHDRAWN, Step.REMOVE): "registration-withdrawn",
    (STATES.WITHDRAWN, Step.WITHDRAW): "registration-withdrawn",
}


@pytest.mark.rule("RE-6")
@pytest.mark.hazard("H19")
@pytest.mark.parametrize(("state", "step"), product(STATES, Step))
def test_every_step_in_every_state(state: RegistrationState, step: Step) -> None:
    outcome = LIFE[state, step]
    wanted = outcome if isinstance(outcome, RegistrationState) else Refusal("RE-6", outcome)
    assert registration.after(state, step) == wanted
    if registration.next_step(state) is step:
        assert isinstance(outcome, RegistrationState)


@pytest.mark.rule("RE-6")
@pytest.mark.hazard("H19")
def test_what_is_followed_leads_to_its_removal_and_nothing_else_is() -> None:
    assert {state for state in STATES if registration.next_step(state)} == set(FOLLOWED)
    assert [registration.first_state(way) for way in Way] == [
        STATES.CREATED,
        STATES.CREATED,
        STATES.OWN,
        STATES.NOTHING,
    ]
    for way in Way:
        state, steps = registration.first_state(way), list[Step]()
        while step := registration.next_step(state):
            after = registration.after(state, step)
            assert isinstance(after, RegistrationState)
            state = after
            steps.append(step)
        assert steps == ([Step.REGISTER, Step.REMOVE] if way in TOLD else [])


@pytest.mark.rule("RE-6")
@pytest.mark.hazard("H19")
@pytest.mark.parametrize("state", [None, *STATES])
def test_a_contact_has_one_until_it_is_withdrawn(state: RegistrationState | None) -> None:
    free = state in (None, STATES.WITHDRAWN)
    assert registration.may_make(state) == (None if free else Refusal("RE-6", "already-registered"))
    assert registration.may_withdraw("Fel patient") is None
    assert registration.may_withdraw("  ") == Refusal("RE-6", "withdraw-reason")


@pytest.mark.rule("RE-6")
@pytest.mark.hazard("H19")
@pytest.mark.parametrize(("minutes", "old"), [(0, False), (1439, False), (1440, True), (9999, True)])
def test_what_has_been_there_for_the_whole_time_is_old(minutes: int, old: bool) -> None:
    assert registration.is_old(NOW - timedelta(minutes=minutes), NOW, timedelta(hours=24)) is old


@pytest.mark.rule("RE-6")
@pytest.mark.hazard("H19")
@given(st.lists(st.integers(0, 10_000), max_size=5), st.integers(1, 48))
def test_the_oldest_calls_when_it_is_old_and_again_each_time_it_has_aged_as_much(ages: list[int], hours: int) -> None:
    limit, made = timedelta(hours=hours), [NOW - timedelta(minutes=age) for age in ages]
    called = registration.called_at(made, NOW, limit)
    old = [at for at in made if registration.is_old(at, NOW, limit)]
    assert (called is None) == (not old)
    if called is not None:
        assert NOW - limit < called <= NOW
        assert (called - min(made)) % limit == timedelta()
        assert called > min(made)


def test_the_document_says_what_the_rules_do() -> None:
    assert registration_states.is_current(), "python -m tests.registration_states --write"
