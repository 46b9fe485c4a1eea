"""What a clinician says of a case stands beside the priority that came with it, and never in its place (CH-4)."""

from datetime import date, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from p24tui.clock import local_date
from p24tui.routine.actor import Profession
from p24tui.routine.assessment import assess, is_urgent
from p24tui.routine.case import Case, CaseState, ContactKind, Need, SuicideRisk, Urgency
from p24tui.routine.decision import Refusal
from p24tui.routine.protection import Protection
from tests.routine.cases import NOW, actor, case

NURSE = actor()
TOMORROW = local_date(NOW) + timedelta(days=1)


def assessed(one: Case, **said: Any) -> Case | Refusal:
    given = {"urgency": Urgency.CAN_WAIT, "need": Need.UNSAID, **said}
    return assess(one, NURSE, Protection.NONE, given.pop("urgency"), given.pop("need"), NOW, **given)


@pytest.mark.rule("CH-4")
@pytest.mark.hazard("H6")
@pytest.mark.parametrize("urgency", Urgency)
def test_the_received_priority_stays_as_it_came(urgency: Urgency) -> None:
    one = case(priority=4, owner_id="SE2321000016-JB02")
    after = assessed(one, urgency=urgency)
    assert after == replace(one, urgency=urgency)


@pytest.mark.rule("CH-4")
def test_the_medical_assessment_is_noted_once_and_stays() -> None:
    after = assessed(case(), is_assessed=True)
    assert isinstance(after, Case)
    assert (after.assessed_by, after.assessed_at) == (NURSE.staff_id, NOW)
    again = assess(after, actor(staff_id="other"), Protection.NONE, Urgency.URGENT, Need.NEW, NOW)
    assert isinstance(again, Case)
    assert (again.assessed_by, again.assessed_at) == (NURSE.staff_id, NOW)


@pytest.mark.rule("CH-4", "GA-1")
@pytest.mark.parametrize(
    ("facts", "said", "refusal"),
    [
        ({"state": CaseState.ENDED}, {}, Refusal("CH-12", "ended")),
        ({"unread": 1}, {}, Refusal("CH-4", "assess-unread")),
        ({"unread_free_text": 1}, {}, Refusal("CH-4", "assess-unread")),
        ({}, {"need": Need.TREATMENT}, Refusal("GA-1", "need-since")),
        ({}, {"need": Need.NEW, "need_since": date(2026, 11, 20)}, Refusal("GA-1", "need-since")),
        (
            {},
            {"need": Need.TREATMENT, "need_since": TOMORROW},
            Refusal("GA-1", "need-ahead"),
        ),
    ],
)
def test_what_cannot_be_assessed(facts: dict[str, Any], said: dict[str, Any], refusal: Refusal) -> None:
    assert assessed(case(**facts), **said) == refusal


@pytest.mark.rule("CH-4", "PR-1")
def test_only_clinicians_assess_and_nobody_a_protected_person() -> None:
    administrator = actor(Profession.ADMINISTRATION)
    said = (Urgency.URGENT, Need.UNSAID, NOW)
    assert assess(case(), administrator, Protection.NONE, *said) == Refusal("CH-4", "not-clinician")
    assert assess(case(), NURSE, Protection.MARKED, *said) == Refusal("PR-1", "protected")


@pytest.mark.rule("CH-4", "CH-7")
@pytest.mark.hazard("H6")
@pytest.mark.parametrize(
    ("facts", "urgent"),
    [
        ({"priority": 2}, False),
        ({"priority": 1}, True),
        ({"priority": 1, "urgency": Urgency.CAN_WAIT}, False),
        ({"priority": 1, "answered_at": NOW}, False),
        ({"priority": 1, "answered_at": NOW, "urgency": Urgency.URGENT}, True),
        ({"priority": 5, "urgency": Urgency.URGENT}, True),
        ({"priority": None, "urgency": Urgency.URGENT}, True),
        ({"priority": None}, True),
        ({"priority": None, "urgency": Urgency.CAN_WAIT}, False),
        ({"priority": None, "kind": ContactKind.MESSAGE}, False),
        ({"suicide": SuicideRisk.AWAITING, "urgency": Urgency.CAN_WAIT}, True),
        ({"suicide": SuicideRisk.TAKEN_ON}, False),
    ],
)
def test_urgency_is_the_clinicians_word_and_priority_1_until_there_is_one(facts: dict[str, Any], urgent: bool) -> None:
    assert is_urgent(case(**facts)) is urgent
