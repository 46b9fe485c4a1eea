"""Handing a case over: consent and its exceptions, who may take it, whose it is meanwhile, and for whom it calls."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from p24tui.routine import chat, ending, handover, takeover
from p24tui.routine.actor import ASSESSORS, Actor, Profession
from p24tui.routine.case import Case, CaseState, RiskLevel, SuicideRisk
from p24tui.routine.chat import CLINICIANS
from p24tui.routine.decision import Refusal
from p24tui.routine.handover import NO_CONSENT, Consent, ConsentState, ConsentWay, HandoverPace, Offer, Target
from p24tui.routine.hours import parse_hours
from p24tui.routine.protection import Protection
from tests.routine.cases import HANDED_ON, NOW, UNIT, UNSAID, actor, any_case, case
from tests.routine.cases import PACE as RISK_PACE

ME = "SE2321000016-ML01"
SARA = Actor("SE2321000016-SH03", "Sara Holm", Profession.DOCTOR, UNIT, "console:test:3")
AMIR = Actor("SE2321000016-AK04", "Amir Karimi", Profession.PSYCHOLOGIST, UNIT, "console:test:4")
JOHAN = Actor("SE2321000016-JB02", "Johan Berg", Profession.NURSE, UNIT, "console:test:2")
DOCTORS = Target(UNIT, Profession.DOCTOR)
TO_SARA = Target(UNIT, Profession.DOCTOR, SARA.staff_id, SARA.name)
AGREED = Consent(ConsentState.GIVEN, ConsentWay.TELEPHONE, NOW)
ASKED = Consent(ConsentState.ASKED)
HOURS = parse_hours("mon-fri 08:00-17:00")
NEVER = parse_hours("mon-sun closed")
PACE = HandoverPace(timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=20))
pytestmark = pytest.mark.rule("CH-11")


def done(decision: Case | Refusal) -> Case:
    assert isinstance(decision, Case), decision
    return decision


def offered(target: Target = DOCTORS, consent: Consent = AGREED, **facts: object) -> Case:
    one = case(**{"owner_id": ME, "state": CaseState.ONGOING, **facts})
    return done(handover.offer(one, actor(), Protection.NONE, target, consent, NOW))


def test_an_offered_case_stays_the_senders_who_goes_on_answering() -> None:
    after = offered()
    assert (after.owner_id, after.handed_to, after.handed_at) == (ME, "doctor", NOW)
    answered = done(chat.answer(after, actor(), Protection.NONE, NOW))
    assert (answered.owner_id, answered.handed_at) == (ME, NOW)
    assert chat.receive(answered, NOW).handed_at == NOW
    assert offered(TO_SARA).handed_to == "Sara Holm"


@pytest.mark.parametrize(
    ("facts", "who", "target", "consent", "refused"),
    [
        ({}, actor(), DOCTORS, NO_CONSENT, Refusal("CH-11", "consent")),
        ({}, actor(), DOCTORS, ASKED, Refusal("CH-11", "consent")),
        ({}, actor(), DOCTORS, replace(AGREED, how=None), Refusal("CH-11", "consent-when")),
        ({}, actor(), DOCTORS, replace(AGREED, at=None), Refusal("CH-11", "consent-when")),
        ({}, actor(), DOCTORS, replace(AGREED, at=NOW + timedelta(minutes=1)), Refusal("CH-11", "consent-when")),
        ({"owner_id": None}, actor(), DOCTORS, AGREED, Refusal("CH-11", "unclaimed")),
        ({}, JOHAN, DOCTORS, AGREED, Refusal("CH-11", "owned")),
        ({"state": CaseState.ENDED}, actor(), DOCTORS, AGREED, Refusal("CH-12", "ended")),
        ({"handed_at": NOW}, actor(), DOCTORS, AGREED, Refusal("CH-11", "handed")),
        ({}, actor(), Target(UNIT, Profession.NURSE, ME, "Maria Lind"), AGREED, Refusal("CH-11", "handed-self")),
        ({}, actor(), Target(UNIT, Profession.ADMINISTRATION), AGREED, Refusal("CH-4", "receiver")),
        ({}, actor(Profession.ADMINISTRATION), DOCTORS, AGREED, Refusal("CH-4", "not-clinician")),
    ],
)
def test_when_it_cannot_be_offered(
    facts: dict[str, object], who: Actor, target: Target, consent: Consent, refused: Refusal
) -> None:
    assert handover.offer(case(**{"owner_id": ME, **facts}), who, Protection.NONE, target, consent, NOW) == refused


@pytest.mark.rule("PR-1")
def test_nobody_hands_over_or_takes_a_protected_persons_case() -> None:
    refused = Refusal("PR-1", "protected")
    assert handover.offer(case(owner_id=ME), actor(), Protection.MARKED, DOCTORS, AGREED, NOW) == refused
    assert handover.accept(offered(), DOCTORS, SARA, Protection.POPULATION) == refused


@pytest.mark.hazard("H17")
@pytest.mark.rule("SU-2")
@pytest.mark.parametrize("consent", [NO_CONSENT, ASKED])
@pytest.mark.parametrize("risk", [SuicideRisk.AWAITING, SuicideRisk.TAKEN_ON])
def test_suspected_suicide_risk_waits_for_no_consent_and_the_ground_is_told(
    consent: Consent, risk: SuicideRisk
) -> None:
    after = offered(consent=consent, suicide=risk)
    assert after.handed_at == NOW
    assert handover.ground(after, Profession.DOCTOR, consent) == "SU-2"
    assert handover.ground(after, Profession.DOCTOR, AGREED) == ""
    assert handover.ground(case(), Profession.DOCTOR, NO_CONSENT) == ""


RISK, SILENT = {"suicide": SuicideRisk.TAKEN_ON}, {"state": CaseState.WAITING, "waiting_since": None}


@pytest.mark.hazard("H17")
@pytest.mark.rule("SU-2", "SU-9", "SU-11")
@pytest.mark.parametrize("consent", [NO_CONSENT, ASKED])
@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ({}, ""),
        (SILENT, ""),
        (RISK, "SU-2"),
        ({"suicide": SuicideRisk.AWAITING}, "SU-2"),
        ({**RISK, "risk": RiskLevel.MODERATE}, "SU-2"),
        ({**RISK, "risk": RiskLevel.HIGH, "state": CaseState.ANSWERED}, "SU-2"),
        ({**RISK, **SILENT}, "SU-9"),
        ({"suicide": SuicideRisk.AWAITING, **SILENT}, "SU-9"),
        ({**RISK, **SILENT, "risk": RiskLevel.MODERATE}, "SU-11"),
        ({**RISK, **SILENT, "risk": RiskLevel.HIGH}, "SU-11"),
        ({"risk": RiskLevel.LOW}, ""),
        ({**SILENT, "risk": RiskLevel.LOW}, "SU-9"),
        ({**SILENT, "risk": RiskLevel.NO_SUSPICION}, ""),
        ({**SILENT, "mental_health": True, "risk_words": True}, ""),
    ],
)
def test_by_which_rule_it_goes_without_consent_and_only_to_those_who_assess(
    facts: dict[str, object], rule: str, consent: Consent
) -> None:
    one = case(**{"owner_id": ME, "state": CaseState.ONGOING, **facts})
    for profession in ASSESSORS:
        assert handover.ground(one, profession, consent) == rule
        assert handover.ground(one, profession, AGREED) == ""
        goes = handover.offer(one, actor(), Protection.NONE, Target(UNIT, profession), consent, NOW)
        assert isinstance(goes, Case) is bool(rule)
        if not rule:
            assert goes == Refusal("CH-11", "consent")
    for profession in set(Profession) - ASSESSORS:
        assert handover.ground(one, profession, consent) == ""


@pytest.mark.hazard("H17")
@pytest.mark.rule("SU-2")
def test_risk_that_an_assessor_has_goes_to_a_nurse_by_consent_alone() -> None:
    one = case(owner_id=AMIR.staff_id, state=CaseState.ONGOING, **RISK)
    nurses = Target(UNIT, Profession.NURSE)
    assert handover.offer(one, AMIR, Protection.NONE, nurses, NO_CONSENT, NOW) == Refusal("CH-11", "consent")
    assert done(handover.offer(one, AMIR, Protection.NONE, nurses, AGREED, NOW)).handed_at == NOW


@pytest.mark.rule("RE-2")
@pytest.mark.parametrize("sender", [None, *Profession])
@pytest.mark.parametrize("receiver", [None, *Profession])
def test_a_nurse_who_hands_over_to_a_doctor_or_psychologist_has_triaged(
    sender: Profession | None, receiver: Profession | None
) -> None:
    triages = sender is Profession.NURSE and receiver in (Profession.DOCTOR, Profession.PSYCHOLOGIST)
    assert handover.is_triage(sender, receiver) is triages


@pytest.mark.rule("SU-2")
@pytest.mark.hazard("H7")
@pytest.mark.parametrize("profession", Profession)
def test_suspected_suicide_risk_goes_to_a_psychologist_or_doctor_alone(profession: Profession) -> None:
    risk = case(owner_id=ME, suicide=SuicideRisk.AWAITING)
    outcome = handover.offer(risk, actor(), Protection.NONE, Target(UNIT, profession), AGREED, NOW)
    assert isinstance(outcome, Case) == (profession in ASSESSORS)
    if profession in CLINICIANS - ASSESSORS:
        assert outcome == Refusal("SU-2", "suicide-receiver")


@pytest.mark.rule("SU-2")
@pytest.mark.hazard("H7")
def test_risk_that_shows_after_a_nurse_was_asked_is_not_the_nurses_to_take() -> None:
    late = replace(offered(Target(UNIT, Profession.NURSE)), suicide=SuicideRisk.AWAITING)
    taken = handover.accept(late, Target(UNIT, Profession.NURSE), JOHAN, Protection.NONE)
    assert taken == Refusal("SU-2", "suicide-receiver")


@pytest.mark.parametrize(
    ("target", "who", "fits"),
    [
        (DOCTORS, SARA, True),
        (DOCTORS, AMIR, False),
        (TO_SARA, SARA, True),
        (TO_SARA, replace(SARA, staff_id="SE2321000016-LN09"), False),
        (DOCTORS, replace(SARA, unit_id="SE2321000016-BERGA"), False),
        (replace(DOCTORS, unit_id="SE2321000016-BERGA"), SARA, False),
        (DOCTORS, replace(SARA, staff_id=None), False),
    ],
)
def test_it_is_taken_only_by_one_whom_it_is_to(target: Target, who: Actor, fits: bool) -> None:
    taken = handover.accept(offered(), target, who, Protection.NONE)
    if fits:
        assert done(taken).owner_id == who.staff_id
    else:
        assert taken == handover.decline(offered(), target, who, "fullt") == Refusal("CH-11", "not-for-you")


def test_it_is_the_receivers_from_the_moment_they_take_it() -> None:
    after = done(handover.accept(offered(unread=1), replace(DOCTORS, unit_id=UNIT), SARA, Protection.NONE))
    assert (after.owner_id, after.handed_to, after.handed_at, after.unread) == (SARA.staff_id, "", None, 1)
    assert handover.accept(after, DOCTORS, replace(SARA, staff_id="x"), Protection.NONE) == Refusal(
        "CH-11", "not-handed"
    )
    berga = replace(DOCTORS, unit_id="SE2321000016-BERGA")
    moved = done(handover.accept(offered(berga), berga, replace(SARA, unit_id=berga.unit_id), Protection.NONE))
    assert moved.unit_id == berga.unit_id


@pytest.mark.rule("SU-2")
@pytest.mark.parametrize("who", [SARA, AMIR])
def test_an_assessor_who_takes_it_has_taken_the_risk_on(who: Actor) -> None:
    target = Target(UNIT, Profession(str(who.profession)))
    risk = offered(target, NO_CONSENT, suicide=SuicideRisk.AWAITING)
    assert done(handover.accept(risk, target, who, Protection.NONE)).suicide is SuicideRisk.TAKEN_ON


@pytest.mark.rule("SU-2")
def test_risk_that_an_assessor_hands_to_a_nurse_waits_again() -> None:
    target = Target(UNIT, Profession.NURSE)
    one = case(owner_id=AMIR.staff_id, suicide=SuicideRisk.TAKEN_ON)
    risk = done(handover.offer(one, AMIR, Protection.NONE, target, AGREED, NOW))
    assert done(handover.accept(risk, target, JOHAN, Protection.NONE)).suicide is SuicideRisk.AWAITING


def test_no_is_said_with_a_reason_and_the_case_stays() -> None:
    assert handover.decline(offered(), DOCTORS, SARA, "  ") == Refusal("CH-11", "decline-reason")
    before = case(owner_id=ME, state=CaseState.ONGOING)
    assert done(handover.decline(offered(), DOCTORS, SARA, "Fullt i dag")) == before
    assert handover.decline(before, DOCTORS, SARA, "Fullt") == Refusal("CH-11", "not-handed")
    doctors_own = replace(offered(), owner_id=SARA.staff_id)
    assert handover.decline(doctors_own, DOCTORS, SARA, "Fullt") == Refusal("CH-11", "yours")


def test_only_the_sender_takes_it_back() -> None:
    assert handover.withdraw(offered(), JOHAN) == Refusal("CH-11", "owned")
    assert handover.withdraw(case(owner_id=ME), actor()) == Refusal("CH-11", "not-handed")
    assert done(handover.withdraw(offered(), actor())) == case(owner_id=ME, state=CaseState.ONGOING)


@pytest.mark.rule("SU-2")
@pytest.mark.hazard("H7")
@pytest.mark.parametrize("risk", [SuicideRisk.AWAITING, SuicideRisk.TAKEN_ON])
def test_with_suicide_risk_it_neither_ends_nor_is_let_go_until_somebody_has_taken_it(risk: SuicideRisk) -> None:
    one = replace(offered(suicide=risk), owner_id=SARA.staff_id, waiting_since=None)
    refused = Refusal("SU-2", "suicide-handover")
    assert ending.request_end(one, SARA, Protection.NONE, UNSAID, RISK_PACE) == refused
    assert chat.release(one, SARA) == refused
    begun = replace(one, ending_by=SARA.staff_id)
    assert ending.confirm_end(begun, SARA, Protection.NONE, UNSAID, RISK_PACE, NOW, 1) == refused
    alone = handover.unoffered(one)
    assert isinstance(ending.request_end(alone, SARA, Protection.NONE, HANDED_ON, RISK_PACE), Case)


def test_an_offer_ends_with_whoever_made_it_having_the_case() -> None:
    before = replace(offered(), handed_level=2, handed_called_at=NOW)
    for after in (done(chat.release(before, actor())), replace(before, owner_id=SARA.staff_id)):
        gone = handover.kept(before, after)
        assert (gone.handed_to, gone.handed_at, gone.handed_level, gone.handed_called_at) == ("", None, 0, None)
    assert handover.kept(before, replace(before, state=CaseState.WAITING)).handed_at == NOW
    asked = done(takeover.ask(before, JOHAN, Protection.NONE, "Hon ringde", NOW))
    assert done(takeover.keep(asked, actor())).handed_at == NOW


@given(any_case(), st.sampled_from([SARA, AMIR, JOHAN, actor()]), st.sampled_from([DOCTORS, TO_SARA]))
def test_whatever_is_accepted_has_one_owner_and_no_offer(one: Case, who: Actor, target: Target) -> None:
    sent = handover.offer(one, actor(), Protection.NONE, target, AGREED, NOW)
    if isinstance(sent, Refusal):
        return
    taken = handover.accept(sent, target, who, Protection.NONE)
    if isinstance(taken, Case):
        assert who is SARA
        assert (taken.owner_id, taken.handed_at, taken.ending_by) == (SARA.staff_id, None, None)
        assert (taken.waiting_since, taken.unread, taken.state) == (one.waiting_since, one.unread, one.state)
        assert (taken.suicide is SuicideRisk.NONE) == (one.suicide is SuicideRisk.NONE)
        assert taken.suicide is not SuicideRisk.AWAITING


MONDAY_TEN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
FRIDAY_LATE = datetime(2026, 11, 27, 15, 55, tzinfo=UTC)  # five minutes before closing


def minutes(many: float) -> timedelta:
    return timedelta(minutes=many)


@pytest.mark.parametrize(
    ("passed", "level", "calls"), [(0, 0, False), (4.9, 0, False), (5, 0, True), (10, 1, True), (20, 2, True)]
)
def test_an_offer_nobody_takes_calls_and_climbs(passed: float, level: int, calls: bool) -> None:
    one, now = Offer(MONDAY_TEN), MONDAY_TEN + minutes(passed)
    assert handover.level(one, case(), now, HOURS, PACE) == level
    assert handover.calls(one, case(), now, HOURS, PACE) is calls


def test_at_a_new_level_it_calls_though_it_has_just_called() -> None:
    one = Offer(MONDAY_TEN, MONDAY_TEN + minutes(9), 0)
    assert not handover.calls(one, case(), MONDAY_TEN + minutes(9.9), HOURS, PACE)
    assert handover.calls(one, case(), MONDAY_TEN + minutes(10), HOURS, PACE)


@pytest.mark.rule("CH-5")
def test_another_unit_closes_for_itself() -> None:
    berga = replace(DOCTORS, unit_id="SE2321000016-BERGA")
    there = replace(SARA, unit_id=berga.unit_id)
    for target, who, told in ((DOCTORS, SARA, NOW), (berga, there, None)):
        sent = offered(target, told_closing_at=NOW)
        assert done(handover.accept(sent, target, who, Protection.NONE)).told_closing_at == told


def test_a_begun_ending_falls_with_the_offer() -> None:
    assert offered(ending_by=ME).ending_by is None
    assert DOCTORS.name == ""


def test_at_the_top_it_goes_on_calling() -> None:
    one = Offer(MONDAY_TEN, MONDAY_TEN + minutes(60), 2)
    assert not handover.calls(one, case(), MONDAY_TEN + minutes(64), HOURS, PACE)
    assert handover.calls(one, case(), MONDAY_TEN + minutes(65), HOURS, PACE)


def test_at_night_an_ordinary_one_waits_for_the_morning() -> None:
    one, monday = Offer(FRIDAY_LATE), datetime(2026, 11, 30, 7, 0, tzinfo=UTC)
    assert handover.calls(one, case(), FRIDAY_LATE + minutes(4.99), HOURS, PACE) is False
    for night in (FRIDAY_LATE + minutes(5), monday - minutes(1)):
        assert not handover.calls(one, case(), night, HOURS, PACE)
    assert handover.calls(one, case(), monday, HOURS, PACE)
    assert handover.level(one, case(), monday, HOURS, PACE) == 0
    assert handover.level(one, case(), monday + minutes(5), HOURS, PACE) == 1


@pytest.mark.rule("SU-2")
@pytest.mark.hazard("H7")
@pytest.mark.parametrize("risk", [SuicideRisk.AWAITING, SuicideRisk.TAKEN_ON])
def test_suicide_risk_calls_at_any_hour(risk: SuicideRisk) -> None:
    one, at_risk = Offer(FRIDAY_LATE), case(suicide=risk)
    assert handover.calls(one, at_risk, FRIDAY_LATE + minutes(10), HOURS, PACE)
    assert handover.level(one, at_risk, FRIDAY_LATE + minutes(20), HOURS, PACE) == 2


def test_a_unit_that_is_never_staffed_drops_none_silently() -> None:
    assert handover.level(Offer(FRIDAY_LATE), case(), FRIDAY_LATE + minutes(20), NEVER, PACE) == 2


@pytest.mark.hazard("H7")
@given(st.lists(st.integers(0, 3000), min_size=1, max_size=30), st.sampled_from(SuicideRisk))
def test_the_level_never_sinks_however_late_the_clock_comes(ticks: list[int], risk: SuicideRisk) -> None:
    one, at = Offer(FRIDAY_LATE), case(suicide=risk)
    for passed in sorted(ticks):
        now = FRIDAY_LATE + minutes(passed)
        before = one.level
        if handover.calls(one, at, now, HOURS, PACE):
            one = replace(one, level=handover.level(one, at, now, HOURS, PACE), called_at=now)
        assert one.level >= before
        assert handover.level(one, at, now, HOURS, PACE) == one.level


@pytest.mark.parametrize(
    ("unit", "there", "said"),
    [
        (UNIT, True, ()),
        (UNIT, False, ("not-on-shift",)),
        ("SE2321000016-BERGA", True, ("other-unit",)),
        ("SE2321000016-BERGA", False, ("other-unit", "not-on-shift")),
    ],
)
def test_what_is_unusual_is_said(unit: str, there: bool, said: tuple[str, ...]) -> None:
    assert handover.warnings(replace(DOCTORS, unit_id=unit), UNIT, on_shift=there) == said
