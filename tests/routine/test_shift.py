"""A shift: what must be done before it ends, and what becomes of a case whose owner is lost."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from p24tui.routine import chat, ending, shift, takeover
from p24tui.routine.actor import Actor, Profession
from p24tui.routine.alert import Reason, alerts
from p24tui.routine.case import Case, CaseState, ContactKind, SuicideRisk
from p24tui.routine.decision import Refusal
from p24tui.routine.protection import Protection
from p24tui.routine.shift import Ongoing
from tests.routine.cases import HANDED_ON, NOW, PACE, actor, any_case, case

ME = "SE2321000016-ML01"
JOHAN = "SE2321000016-JB02"
AMIR = Actor("SE2321000016-AK04", "Amir Karimi", Profession.PSYCHOLOGIST, "SE2321000016-ASEN", "console:test:3")
GRACE = timedelta(minutes=10)
pytestmark = [pytest.mark.rule("SH-1"), pytest.mark.hazard("H12")]


@pytest.mark.parametrize(
    ("facts", "texts", "left"),
    [
        ({"owner_id": ME}, {}, (Ongoing.OWNED,)),
        ({"owner_id": ME, "state": CaseState.WAITING}, {}, (Ongoing.OWNED,)),
        ({"owner_id": ME, "kind": ContactKind.VIDEO}, {}, (Ongoing.VISIT,)),
        ({"owner_id": ME, "handed_to": "psykolog"}, {}, (Ongoing.OWNED, Ongoing.OFFERED)),
        ({"owner_id": ME}, {"draft": True}, (Ongoing.OWNED, Ongoing.DRAFT)),
        ({"owner_id": ME}, {"note_draft": True}, (Ongoing.OWNED, Ongoing.NOTE_DRAFT)),
        ({"owner_id": JOHAN, "handed_to": "psykolog"}, {}, ()),
        ({"owner_id": JOHAN}, {"draft": True}, ()),
        ({}, {"draft": True}, ()),
        ({}, {"note_draft": True}, (Ongoing.NOTE_DRAFT,)),
        ({"state": CaseState.HELD}, {}, ()),
        ({"state": CaseState.ENDED}, {"draft": True, "note_draft": True}, ()),
    ],
)
def test_what_one_would_leave_behind(
    facts: dict[str, object], texts: dict[str, bool], left: tuple[Ongoing, ...]
) -> None:
    assert shift.ongoing(case(**facts), ME, Protection.NONE, **texts) == left
    assert shift.may_end(left) == (Refusal("SH-1", "shift-ongoing") if left else None)


def test_no_text_can_be_left_with_a_protected_person_but_the_case_can() -> None:
    mine = case(owner_id=ME)
    assert shift.ongoing(mine, ME, Protection.MARKED, draft=True, note_draft=True) == (Ongoing.OWNED,)


@given(any_case(), st.booleans(), st.booleans())
def test_no_open_case_of_ones_own_is_ever_left_behind(one: Case, draft: bool, note_draft: bool) -> None:
    left = shift.ongoing(one, ME, Protection.NONE, draft=draft, note_draft=note_draft)
    if one.owner_id == ME and one.state is not CaseState.ENDED:
        assert shift.may_end(left) == Refusal("SH-1", "shift-ongoing")


@pytest.mark.parametrize(("seconds", "is_lost"), [(-60, False), (0, False), (599, False), (600, True), (90_000, True)])
def test_when_somebody_is_lost(seconds: int, is_lost: bool) -> None:
    assert shift.lost(NOW, NOW + timedelta(seconds=seconds), GRACE) is is_lost


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({"state": CaseState.ONGOING}, CaseState.NEW),
        ({"state": CaseState.ONGOING, "answered_at": NOW}, CaseState.ANSWERED),
        ({"state": CaseState.ONGOING, "answered_at": NOW, "waiting_since": None}, CaseState.WAITING),
        ({"state": CaseState.WAITING, "waiting_since": None}, CaseState.WAITING),
        ({"state": CaseState.ANSWERED}, CaseState.ANSWERED),
    ],
)
def test_a_lost_persons_case_goes_back_as_one_that_is_released(facts: dict[str, object], state: CaseState) -> None:
    mine = case(owner_id=ME, asked_by=JOHAN, asked_at=NOW, asked_reason="tid", ending_by=ME, **facts)
    gone = shift.give_up(mine, NOW)
    assert gone.state is state
    assert replace(gone, owner_lost_at=None) == chat.release(mine, actor())
    assert gone.owner_lost_at == NOW


@given(any_case())
def test_the_patients_waiting_and_what_is_unread_stay(one: Case) -> None:
    gone = shift.give_up(replace(one, owner_id=ME, held_reason="prov"), NOW)
    kept = ("waiting_since", "unread", "unread_free_text", "held_until", "held_reason", "held_by", "suicide", "kind")
    assert [getattr(gone, name) for name in kept[:4]] == [getattr(one, name) for name in kept[:4]]
    assert (gone.suicide, gone.held_reason) == (one.suicide, "prov")
    assert (gone.ending_by, gone.owner_lost_at) == (None, NOW)


@given(any_case())
def test_what_is_given_up_calls_until_somebody_has_it(one: Case) -> None:
    gone = shift.give_up(replace(one, owner_id=ME, state=CaseState.ONGOING), NOW)
    called = {call.reason: call for call in alerts(gone, None)}
    reason = Reason.LOST if one.suicide is SuicideRisk.NONE else Reason.SUICIDE
    assert called[reason].since == NOW
    assert all(call.everywhere for call in called.values())
    if gone.owner_id is None:
        taken = chat.claim(gone, actor(staff_id=JOHAN), Protection.NONE)
        assert isinstance(taken, Case)
        assert Reason.LOST not in {call.reason for call in alerts(taken, None)}


@pytest.mark.rule("SU-2")
@pytest.mark.hazard("H7")
@pytest.mark.parametrize("risk", [SuicideRisk.AWAITING, SuicideRisk.TAKEN_ON])
def test_suicide_risk_keeps_its_owner_and_a_colleague_who_asks_for_it(risk: SuicideRisk) -> None:
    mine = case(owner_id=ME, suicide=risk, state=CaseState.ONGOING, ending_by=ME, asked_by=JOHAN, asked_at=NOW)
    assert shift.give_up(mine, NOW) == replace(mine, ending_by=None, owner_lost_at=NOW)


@pytest.mark.rule("SU-2", "CH-11")
@pytest.mark.hazard("H7")
def test_another_psychologist_or_doctor_takes_it_at_once_and_nobody_else() -> None:
    sara = "SE2321000016-SH03"
    hers = case(owner_id=sara, suicide=SuicideRisk.TAKEN_ON, state=CaseState.ONGOING)
    assert not takeover.is_free_to_take(hers, AMIR)
    lost = shift.give_up(hers, NOW)
    assert takeover.is_free_to_take(lost, AMIR)
    assert not takeover.is_free_to_take(lost, actor())
    taken = takeover.take(lost, AMIR, Protection.NONE, NOW, GRACE)
    assert isinstance(taken, Case)
    assert (taken.owner_id, taken.suicide, taken.owner_lost_at) == (AMIR.staff_id, SuicideRisk.TAKEN_ON, None)


def test_whoever_comes_back_is_lost_no_longer_and_has_only_what_is_theirs() -> None:
    lost = shift.give_up(case(owner_id=ME, suicide=SuicideRisk.AWAITING), NOW)
    assert shift.come_back(lost, ME).owner_lost_at is None
    assert shift.come_back(lost, JOHAN) == lost
    returned = shift.give_up(case(owner_id=ME), NOW)
    assert shift.come_back(returned, ME) == returned


@pytest.mark.rule("CH-12")
def test_a_case_that_has_ended_calls_no_longer() -> None:
    lost = shift.give_up(case(owner_id=AMIR.staff_id, suicide=SuicideRisk.TAKEN_ON), NOW)
    begun = ending.request_end(lost, AMIR, Protection.NONE, HANDED_ON, PACE)
    assert isinstance(begun, Case)
    ended = ending.confirm_end(begun, AMIR, Protection.NONE, HANDED_ON, PACE, NOW, 1)
    assert isinstance(ended, Case)
    assert ended.owner_lost_at is None
