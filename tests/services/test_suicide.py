"""Suicide risk from suspicion to ending, on both databases: what is stated stays, and ending waits for its course."""

from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from msgspec.structs import replace

from p24tui.clock import local
from p24tui.errors import BadInput, P24Error, Refused, Stale
from p24tui.routine.actor import Profession
from p24tui.routine.case import Case, CaseState, RiskLevel, SuicideRisk
from p24tui.routine.protection import Protection, is_protected
from p24tui.routine.risk_course import (
    Assessment,
    Basis,
    Booking,
    Call,
    Decision,
    HandedOn,
    InsteadOfVisit,
    NoSuspicion,
    Outcome,
    Prolonged,
    Safety,
    Service,
    Suspicion,
    Visited,
)
from p24tui.services import cases, chat, ending, protections, suicide, undo
from p24tui.services.views import Reach
from p24tui.store import risk_entries
from p24tui.store.values import RiskRow
from tests.outgoing import Persons
from tests.world import World, noted

pytestmark = pytest.mark.rule("SU-1")

LOW = Assessment(RiskLevel.LOW, (Basis.CHAT,), "low-mood", "ensam", "arbete, syster")
MODERATE = replace(LOW, level=RiskLevel.MODERATE, rung="suicidal-thoughts")
HIGH = replace(LOW, level=RiskLevel.HIGH, rung="plans")


def refused(deed: Callable[[], object]) -> tuple[str, str]:
    """The rule that said no, and its reason."""
    with pytest.raises(Refused) as caught:
        deed()
    return caught.value.rule, caught.value.reason


def taken_on(world: World, **facts: Any) -> Case:
    """A case with suspected risk that the psychologist has, and has read."""
    one = world.case(suicide=SuicideRisk.AWAITING, **facts)
    cases.open_case(world.system, world.actor("amir"), one.id)
    return chat.claim(world.system, world.actor("amir"), one.id, one.version)


def assessed(world: World, said: Assessment) -> Case:
    one = taken_on(world)
    return suicide.state(world.system, world.actor("amir"), one.id, one.version, said)


def end(world: World, case_id: str, who: str = "amir") -> Case:
    actor = world.actor(who)
    if not is_protected(world.row(case_id).patient.protection):
        noted(world.system, actor, case_id)
    begun = ending.request_end(world.system, actor, case_id, world.row(case_id).case.version)
    return ending.confirm_end(world.system, actor, case_id, begun.version)


def rows(world: World, case_id: str) -> list[RiskRow]:
    with world.system.store.reading() as tx:
        return risk_entries.of_case(tx, case_id)


def kinds(world: World, case_id: str) -> list[str]:
    return [one.kind for one in rows(world, case_id)]


@pytest.mark.rule("SU-2")
@pytest.mark.hazard("H7")
def test_a_nurse_who_suspects_keeps_the_case_and_cannot_end_it(world: World) -> None:
    one = world.case()
    cases.open_case(world.system, world.actor("maria"), one.id)
    after = suicide.state(world.system, world.actor("maria"), one.id, one.version, Suspicion("orkar inte leva"))
    assert (after.suicide, after.owner_id) == (SuicideRisk.AWAITING, world.actor("maria").staff_id)
    assert refused(lambda: end(world, one.id, "maria")) == ("SU-2", "suicide-risk")
    (row,) = rows(world, one.id)
    assert (row.kind, row.name, row.details) == ("suspicion", "Maria Lind", {"why": "orkar inte leva"})
    assert world.event_kinds(one.id)[-2:] == ["risk.suspicion", "journal.in-vas"]


@pytest.mark.rule("SU-1")
def test_in_a_matter_of_mental_health_any_clinician_says_that_there_is_no_suspicion_before_it_ends(
    world: World,
) -> None:
    one = world.case(mental_health=True, unread=0)
    maria = world.actor("maria")
    chat.claim(world.system, maria, one.id, one.version)
    assert refused(lambda: end(world, one.id, "maria")) == ("SU-1", "risk-unsaid")
    said = suicide.state(world.system, maria, one.id, world.row(one.id).case.version, NoSuspicion("Sömn, inget annat"))
    assert said.risk is RiskLevel.NO_SUSPICION
    assert end(world, one.id, "maria").state is CaseState.ENDED


@pytest.mark.rule("SU-3", "SU-4")
def test_only_a_psychologist_or_doctor_signs_and_only_a_whole_assessment(world: World) -> None:
    one = world.case(unread=0)
    maria = world.actor("maria")
    mine = chat.claim(world.system, maria, one.id, one.version)
    assert refused(lambda: suicide.state(world.system, maria, one.id, mine.version, LOW)) == ("SU-3", "not-assessor")
    other = taken_on(world)

    def assess(said: Assessment) -> Case:
        return suicide.state(world.system, world.actor("amir"), other.id, other.version, said)

    assert refused(lambda: assess(replace(LOW, basis=()))) == ("SU-3", "assessment-basis")
    assert refused(lambda: assess(replace(LOW, rung=""))) == ("SU-4", "assessment-rung")
    assert refused(lambda: assess(replace(LOW, protective_factors="  "))) == ("SU-4", "assessment-factors")
    with pytest.raises(BadInput):
        assess(replace(LOW, rung="nowhere"))
    assert kinds(world, other.id) == []
    assert assess(LOW).suicide is SuicideRisk.NONE
    with pytest.raises(Stale):
        assess(HIGH)


@pytest.mark.rule("SU-5")
def test_low_risk_ends_when_the_patient_has_said_whether_it_feels_safe_online(world: World) -> None:
    one = assessed(world, LOW)
    assert refused(lambda: end(world, one.id)) == ("SU-5", "safety-unasked")
    amir = world.actor("amir")
    unsafe = Safety(feels_safe=False)
    assert refused(lambda: suicide.state(world.system, amir, one.id, one.version, unsafe)) == (
        "SU-5",
        "safety-instead",
    )
    suicide.state(world.system, amir, one.id, one.version, Safety(feels_safe=True))
    assert end(world, one.id).state is CaseState.ENDED
    assert kinds(world, one.id) == ["assessment", "safety"]


@pytest.mark.rule("SU-6", "SU-7")
@pytest.mark.hazard("H8")
def test_moderate_risk_stays_until_the_visit_has_taken_place(world: World) -> None:
    one = assessed(world, MODERATE)
    amir, now = world.actor("amir"), world.clock.now()
    assert refused(lambda: end(world, one.id)) == ("SU-6", "visit-missing")
    late = Booking(now + timedelta(days=3), Profession.DOCTOR, "Sara Holm", "rum 4")
    assert refused(lambda: suicide.state(world.system, amir, one.id, one.version, late)) == ("SU-6", "booking-late")
    in_time = replace(late, at=now + timedelta(days=1))
    booked = suicide.state(world.system, amir, one.id, one.version, in_time)
    assert refused(lambda: end(world, one.id)) == ("SU-7", "visit-awaits")
    followed = chat.release(world.system, amir, one.id, booked.version)
    assert (followed.suicide, followed.owner_id) == (SuicideRisk.FOLLOWED, None)

    def record() -> Case:
        return suicide.state(world.system, amir, one.id, followed.version, Visited(came=True))

    assert refused(record) == ("SU-7", "visit-ahead")
    world.clock.instant = in_time.at + timedelta(minutes=30)
    assert record().suicide is SuicideRisk.AWAITING  # somebody ends it
    chat.claim(world.system, amir, one.id, world.row(one.id).case.version)
    assert end(world, one.id).state is CaseState.ENDED


@pytest.mark.rule("SU-7")
@pytest.mark.hazard("H8")
def test_a_visit_that_nobody_records_calls_again_whoever_has_the_case(world: World) -> None:
    one = assessed(world, MODERATE)
    amir = world.actor("amir")
    at = world.clock.now() + timedelta(hours=5)
    suicide.state(world.system, amir, one.id, one.version, Booking(at, Profession.DOCTOR, "Sara", "rum 4"))
    assert suicide.call_due(world.system) == 0
    world.clock.instant = at + timedelta(minutes=59)
    assert suicide.call_due(world.system) == 0
    world.clock.advance(timedelta(minutes=1))
    assert suicide.call_due(world.system) == 1
    assert suicide.call_due(world.system) == 0
    row = world.row(one.id).case
    assert (row.suicide, row.owner_id, row.risk_since) == (SuicideRisk.AWAITING, amir.staff_id, world.clock.now())
    assert kinds(world, one.id)[-1] == "overdue"


@pytest.mark.rule("SU-6")
@pytest.mark.hazard("H8")
def test_where_nothing_is_booked_the_case_calls_when_the_last_day_has_passed(world: World) -> None:
    one = assessed(world, MODERATE)
    assert one.visit_by == local(world.clock.now()).date() + timedelta(days=2)
    world.clock.instant = world.clock.now().replace(hour=22, minute=59) + timedelta(days=2)
    assert suicide.call_due(world.system) == 0
    world.clock.advance(timedelta(minutes=1))  # midnight in Sweden
    assert suicide.call_due(world.system) == 1
    assert world.row(one.id).case.suicide is SuicideRisk.AWAITING


@pytest.mark.rule("SU-8")
def test_a_weekend_is_a_reason_only_where_one_is_near(world: World) -> None:
    because = Decision(InsteadOfVisit.WEEKEND, "ringer i morgon bitti", "syster är hos hen hela helgen")
    monday = assessed(world, MODERATE)
    amir = world.actor("amir")

    def decide(one: Case) -> Case:
        return suicide.state(world.system, amir, one.id, one.version, because)

    assert refused(lambda: decide(monday)) == ("SU-8", "no-weekend")
    world.clock.advance(timedelta(days=4))
    friday = assessed(world, MODERATE)
    decide(friday)
    assert end(world, friday.id).state is CaseState.ENDED


@pytest.mark.rule("SU-9", "SU-10", "SU-11")
@pytest.mark.hazard("H9")
def test_a_silent_patient_is_called_before_the_case_ends(world: World) -> None:
    one = assessed(world, replace(LOW, certain=True))
    amir, now = world.actor("amir"), world.clock.now()
    assert refused(lambda: end(world, one.id)) == ("SU-5", "safety-unasked")
    suicide.state(world.system, amir, one.id, None, Call(now, Outcome.NO_ANSWER))
    assert refused(lambda: end(world, one.id)) == ("SU-9", "calls-left")
    suicide.state(world.system, amir, one.id, None, Call(now, Outcome.VOICEMAIL))
    assert end(world, one.id).state is CaseState.ENDED


@pytest.mark.rule("SU-9", "SU-11")
@pytest.mark.hazard("H9")
def test_the_chat_of_a_silent_patient_is_prolonged_and_then_the_on_call_service_takes_over(world: World) -> None:
    one = assessed(world, MODERATE)
    amir, now = world.actor("amir"), world.clock.now()
    too_long = Prolonged(now + timedelta(hours=25), "bor med sin mor")
    assert refused(lambda: suicide.state(world.system, amir, one.id, one.version, too_long)) == (
        "SU-9",
        "prolong-until",
    )
    kept = suicide.state(world.system, amir, one.id, one.version, replace(too_long, until=now + timedelta(hours=3)))
    chat.release(world.system, amir, one.id, kept.version)
    assert world.row(one.id).case.suicide is SuicideRisk.FOLLOWED
    world.clock.advance(timedelta(hours=3))
    assert suicide.call_due(world.system) == 1
    again = chat.claim(world.system, amir, one.id, world.row(one.id).case.version)
    assert again.suicide is SuicideRisk.TAKEN_ON
    suicide.state(
        world.system, amir, one.id, None, HandedOn(Service.ON_CALL, "dr Ek, jouren", world.clock.now(), "svarar inte")
    )
    assert end(world, one.id).state is CaseState.ENDED


@pytest.mark.rule("SU-13")
def test_high_risk_is_never_left_to_a_booking(world: World) -> None:
    one = assessed(world, HIGH)
    amir, now = world.actor("amir"), world.clock.now()
    visit = Booking(now + timedelta(hours=2), Profession.DOCTOR, "Sara", "rum 4")
    assert refused(lambda: suicide.state(world.system, amir, one.id, one.version, visit)) == ("SU-13", "high-booking")
    assert refused(lambda: end(world, one.id)) == ("SU-13", "high-hand-on")
    suicide.state(world.system, world.actor("maria"), one.id, None, HandedOn(Service.EMERGENCY, "SOS 4711", now))
    assert end(world, one.id).state is CaseState.ENDED


@pytest.mark.rule("SU-7", "SU-9")
@pytest.mark.hazard("H9", "H10")
def test_an_ended_case_with_raised_risk_calls_for_an_assessor_when_the_patient_writes(world: World) -> None:
    one = assessed(world, HIGH)
    suicide.state(
        world.system, world.actor("amir"), one.id, None, HandedOn(Service.EMERGENCY, "SOS", world.clock.now())
    )
    end(world, one.id)
    world.writes(one.id, "Jag är hemma igen")
    after = world.row(one.id).case
    assert (after.suicide, after.risk) == (SuicideRisk.AWAITING, RiskLevel.HIGH)


@pytest.mark.hazard("H8", "H9")
def test_what_is_stated_is_never_taken_back_but_stands_beside_what_is_stated_anew(world: World) -> None:
    one = assessed(world, MODERATE)
    again = suicide.state(world.system, world.actor("amir"), one.id, one.version, replace(HIGH, risk_factors="plan"))
    assert again.risk is RiskLevel.HIGH
    assert [row.details["level"] for row in rows(world, one.id)] == ["moderate", "high"]
    with pytest.raises(Refused):
        undo.undo(world.system, world.actor("amir"), one.id)
    seen = cases.look_again(world.system, world.actor("maria"), one.id)
    assert [one.entry for one in seen.risk] == [MODERATE, replace(HIGH, risk_factors="plan")]


@pytest.mark.rule("LO-1")
@pytest.mark.hazard("H20")
def test_reading_what_has_been_stated_is_logged_first(world: World) -> None:
    one = assessed(world, MODERATE)
    view = suicide.read(world.system, world.actor("maria"), one.id)
    assert view.missing is not None
    assert [stated.name for stated in view.stated] == ["Amir Karimi"]
    assert logged(world)[-1] == ("risk", one.id)
    with pytest.raises(BadInput):
        suicide.read(world.system, replace(world.actor("maria"), unit_id="SE2321000016-ANNAN"), one.id)


@pytest.mark.rule("AP-4", "PR-1")
@pytest.mark.hazard("H9", "H20")
def test_a_protected_person_at_risk_is_looked_up_once_by_name_and_acted_on_outside_before_the_case_ends(
    world: World,
) -> None:
    one = world.case(
        name="Hemlig Person", suicide=SuicideRisk.AWAITING, protection=Protection.MARKED, mobile="+46701740605"
    )
    maria, johan = world.actor("maria"), world.actor("johan")
    assert refused(lambda: end(world, one.id, "maria")) == ("AP-4", "act-outside")
    call = Call(world.clock.now(), Outcome.REACHED, "ska till akuten")
    assert refused(lambda: suicide.state(world.system, maria, one.id, None, call)) == ("AP-4", "look-first")
    assert refused(lambda: suicide.look(world.system, maria, one.id, " ")) == ("AP-4", "look-why")
    reach = suicide.look(world.system, maria, one.id, "ringa: skriver om suicid i formuläret")
    assert (reach.name, reach.mobile) == ("Hemlig Person", "+46701740605")
    assert logged(world)[-1] == ("reach", one.id)
    assert refused(lambda: suicide.look(world.system, johan, one.id, "jag med")) == ("AP-4", "looked")
    world.clock.advance(timedelta(minutes=9))
    assert suicide.look(world.system, maria, one.id, "skärmen slocknade") == reach
    world.clock.advance(timedelta(minutes=10))
    assert refused(lambda: suicide.look(world.system, maria, one.id, "igen")) == ("AP-4", "looked")
    suicide.state(world.system, johan, one.id, None, call)
    view = suicide.read(world.system, johan, one.id)
    assert view.missing is None
    assert "akuten" not in repr(view.stated)
    assert "Hemlig" not in repr(view)
    assert end(world, one.id, "johan").state is CaseState.ENDED


@pytest.mark.rule("AP-4", "SU-2")
@pytest.mark.hazard("H9")
def test_the_words_of_a_protected_person_which_nobody_reads_count_as_suspicion(world: World) -> None:
    one = world.case(protection=Protection.MARKED, risk_words=True)
    maria = world.actor("maria")
    assert refused(lambda: end(world, one.id, "maria")) == ("AP-4", "act-outside")
    suicide.look(world.system, maria, one.id, "ord om suicid")
    suicide.state(world.system, maria, one.id, None, HandedOn(Service.EMERGENCY, "SOS 4711", world.clock.now()))
    assert end(world, one.id, "maria").state is CaseState.ENDED


@pytest.mark.rule("SU-8")
def test_a_weekend_is_counted_from_the_day_of_the_assessment(world: World) -> None:
    world.clock.advance(timedelta(days=4))
    friday = assessed(world, MODERATE)
    world.clock.advance(timedelta(days=2))
    because = Decision(InsteadOfVisit.WEEKEND, "besök måndag 08.15", "mår bättre, syster är där")
    amir = world.actor("amir")
    decided = suicide.state(world.system, amir, friday.id, friday.version, because)
    monday = Booking(world.clock.now() + timedelta(days=1), Profession.PSYCHOLOGIST, "Amir Karimi", "rum 12")
    booked = suicide.state(world.system, amir, friday.id, decided.version, monday)
    assert booked.risk_due_at == monday.at + timedelta(hours=1)


@pytest.mark.rule("SU-6", "SU-7")
@pytest.mark.hazard("H8")
def test_once_the_last_day_has_called_whoever_takes_it_on_assesses_anew(world: World) -> None:
    one = assessed(world, MODERATE)
    amir = world.actor("amir")
    world.clock.advance(timedelta(days=3))
    assert suicide.call_due(world.system) == 1
    version = world.row(one.id).case.version
    again = chat.claim(world.system, amir, one.id, version)
    assert suicide.call_due(world.system) == 0
    visit = Booking(world.clock.now() + timedelta(hours=2), Profession.DOCTOR, "Sara", "rum 4")

    def book(now: Case) -> Case:
        return suicide.state(world.system, amir, one.id, now.version, visit)

    assert refused(lambda: book(again)) == ("SU-6", "booking-late")
    assert book(suicide.state(world.system, amir, one.id, again.version, MODERATE)).risk_due_at is not None


@pytest.mark.rule("AP-4", "PR-1")
@pytest.mark.hazard("H1", "H9")
def test_what_was_done_before_the_flag_came_is_not_acting_outside(world: World) -> None:
    one = assessed(world, MODERATE)
    amir, now = world.actor("amir"), world.clock.now()
    suicide.state(world.system, amir, one.id, None, Call(now, Outcome.REACHED, "lovar att komma"))
    number = world.row(one.id).patient.number
    world.system.person_data = Persons({number: Protection.MARKED})
    protections.look_up(world.system, amir, one.patient_id)
    assert world.row(one.id).case.suicide is SuicideRisk.AWAITING
    assert refused(lambda: end(world, one.id, "johan")) == ("AP-4", "act-outside")


@pytest.mark.rule("SU-7", "SU-9")
@pytest.mark.hazard("H8")
def test_prolonging_puts_off_no_visit(world: World) -> None:
    one = assessed(world, MODERATE)
    amir, now = world.actor("amir"), world.clock.now()
    visit = Booking(now + timedelta(hours=20), Profession.DOCTOR, "Sara", "rum 4")
    booked = suicide.state(world.system, amir, one.id, one.version, visit)
    suicide.state(world.system, amir, one.id, booked.version, Prolonged(now + timedelta(hours=2), "syster är där"))
    world.clock.advance(timedelta(hours=2))
    assert suicide.call_due(world.system) == 1
    again = chat.claim(world.system, amir, one.id, world.row(one.id).case.version)
    chat.release(world.system, amir, one.id, again.version)
    assert world.row(one.id).case.suicide is SuicideRisk.FOLLOWED
    world.clock.instant = visit.at + timedelta(hours=1)
    assert suicide.call_due(world.system) == 1


@pytest.mark.rule("SU-3", "SU-8")
def test_what_a_clinician_writes_stays_whole(world: World) -> None:
    one = assessed(world, MODERATE)
    long = "Patienten vill inte till mottagningen.\n" + 40 * "Syster är hos hen hela helgen. "
    said = Decision(InsteadOfVisit.REFUSES, "hembesök", long)
    suicide.state(world.system, world.actor("amir"), one.id, one.version, said)
    assert rows(world, one.id)[-1].details["reason"] == long.strip()


@pytest.mark.rule("LO-1")
@pytest.mark.hazard("H20")
def test_nobody_looks_from_another_unit(world: World) -> None:
    one = world.case(suicide=SuicideRisk.AWAITING, protection=Protection.MARKED)
    stranger = replace(world.actor("maria"), unit_id="SE2321000016-ANNAN")
    with pytest.raises(BadInput):
        suicide.look(world.system, stranger, one.id, "nyfiken")
    assert kinds(world, one.id) == []


@pytest.mark.rule("AP-4")
def test_without_suspected_risk_nothing_of_a_protected_person_is_shown(world: World) -> None:
    one = world.case(name="Hemlig Person", protection=Protection.MARKED)
    assert refused(lambda: suicide.look(world.system, world.actor("maria"), one.id, "nyfiken")) == (
        "AP-4",
        "look-no-risk",
    )
    open_one = world.case(suicide=SuicideRisk.AWAITING)
    assert refused(lambda: suicide.look(world.system, world.actor("maria"), open_one.id, "x")) == (
        "AP-4",
        "look-not-needed",
    )
    eva = world.actor("eva")
    at_risk = world.case(suicide=SuicideRisk.AWAITING, protection=Protection.MARKED)
    assert refused(lambda: suicide.look(world.system, eva, at_risk.id, "x")) == ("NA-1", "role-may-not")


@pytest.mark.rule("AP-4")
@pytest.mark.hazard("H20")
def test_of_many_who_look_at_once_one_sees(world: World) -> None:
    one = world.case(suicide=SuicideRisk.AWAITING, protection=Protection.MARKED)
    seen: list[object] = []

    def look(who: str) -> None:
        try:
            seen.append(suicide.look(world.system, world.actor(who), one.id, "ringa"))
        except P24Error as error:
            seen.append(error)

    threads = [Thread(target=look, args=(who,)) for who in ("maria", "johan", "sara", "amir")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(one, Reach) for one in seen) == 1
    assert kinds(world, one.id) == ["looked"]


def logged(world: World) -> list[tuple[str, str | None]]:
    """What kinds of reading have been logged, of which case."""
    with world.system.store.reading() as tx:
        rows = tx.connection.exec_driver_sql("SELECT kind, case_id FROM read_log ORDER BY seq").all()
    return [(kind, case_id) for kind, case_id in rows]
