"""Handing a case over, on both databases: consent, who takes it, what the patient is told, and for whom it calls."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from msgspec.structs import replace

from p24tui.errors import BadInput, P24Error, Refused, Stale
from p24tui.ids import fresh_id
from p24tui.routine import chat as rules
from p24tui.routine.actor import Actor, Profession
from p24tui.routine.alert import Alert, Reason
from p24tui.routine.case import Case, CaseState, SuicideRisk
from p24tui.routine.handover import NO_CONSENT, Consent, ConsentState, ConsentWay, OfferState, Target
from p24tui.routine.protection import Protection
from p24tui.services import (
    alerts,
    cases,
    chat,
    closing,
    duty,
    ending,
    handover,
    queue,
    reminders,
    staff,
    takeover,
    undo,
)
from p24tui.services.change import change_in
from p24tui.store import drafts, events, handovers, messages, outbox, people
from p24tui.store.duty_tables import shifts
from p24tui.store.duty_values import HandoverRow
from p24tui.store.tables import read_log
from p24tui.store.values import Author
from p24tui.words.events import EVENTS, event_words
from tests.outgoing import MOBILE, Persons
from tests.routine.cases import alert
from tests.world import BERGA, MONDAY_NINE, PEOPLE, UNIT, World, make_world, make_world_again

pytestmark = pytest.mark.rule("CH-11")
DOCTORS = Target(UNIT, Profession.DOCTOR)
SARA = Target(UNIT, Profession.DOCTOR, PEOPLE["sara"][0])
AGREED = Consent(ConsentState.GIVEN, ConsentWay.TELEPHONE, MONDAY_NINE - timedelta(minutes=3))


def mine(world: World, **facts: object) -> Case:
    """A case that Maria has."""
    one = world.case(**facts)  # type: ignore[arg-type]
    return chat.claim(world.system, world.actor("maria"), one.id, one.version)


def offered(world: World, target: Target = DOCTORS, consent: Consent = AGREED, **facts: object) -> Case:
    one = mine(world, **facts)
    return handover.offer(
        world.system, world.actor("maria"), one.id, one.version, target, "Behöver läkare.\x1b[2J", consent
    )


def rows(world: World, case_id: str) -> list[HandoverRow]:
    with world.system.store.reading() as tx:
        return handovers.of_case(tx, case_id)


def offer_id(world: World, case_id: str) -> str:
    return rows(world, case_id)[-1].id


def accept(world: World, case_id: str, who: str = "sara", unit: str = UNIT) -> Case:
    return handover.accept(world.system, replace(world.actor(who), unit_id=unit), case_id, offer_id(world, case_id))


def told(world: World, case_id: str) -> list[str]:
    with world.system.store.reading() as tx:
        return [one.text for one in messages.of_case(tx, case_id) if one.author is Author.SYSTEM]


def refusal(deed: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        deed()
    return refused.value.rule, refused.value.reason


@pytest.mark.hazard("H7")
@pytest.mark.parametrize("answered", ["accepted", "declined", "withdrawn", "taken over"])
def test_the_message_stays_as_a_note_whatever_becomes_of_the_offer(world: World, answered: str) -> None:
    case = offered(world, suicide=SuicideRisk.AWAITING, unread=0)
    sara = world.actor("sara")
    match answered:
        case "accepted":
            accept(world, case.id)
        case "declined":
            handover.decline(world.system, sara, case.id, offer_id(world, case.id), "fullt")
        case "withdrawn":
            handover.withdraw(world.system, world.actor("maria"), case.id)
        case _:
            takeover.take(world.system, sara, case.id, case.version)
    opened = cases.open_case(world.system, sara, case.id)
    assert [(one.author_name, one.text) for one in opened.notes] == [
        ("Maria Lind", "Behöver läkare.\N{REPLACEMENT CHARACTER}[2J")
    ]


def test_an_offer_keeps_who_to_whom_why_and_how_the_patient_agreed(world: World) -> None:
    case = offered(world)
    (row,) = rows(world, case.id)
    assert (row.unit_id, row.from_staff, row.from_name, row.from_profession) == (UNIT, *PEOPLE["maria"])
    assert (row.to_unit, row.to_profession, row.to_staff) == (UNIT, Profession.DOCTOR, None)
    assert (row.consent, row.consent_how, row.consent_at) == (ConsentState.GIVEN, "telephone", AGREED.at)
    assert (row.state, row.ground, row.rule, row.offered_at, row.level) == ("offered", "", "CH-11", MONDAY_NINE, 0)
    assert row.message == "Behöver läkare.\N{REPLACEMENT CHARACTER}[2J"
    stored = world.row(case.id).case
    assert (stored.owner_id, stored.handed_to, stored.handed_at) == (PEOPLE["maria"][0], "doctor", MONDAY_NINE)
    assert world.event_kinds(case.id)[-1] == "handover.offered"


@pytest.mark.hazard("H17")
def test_without_consent_nothing_is_offered_and_nothing_changes(world: World) -> None:
    case = mine(world)
    before = world.row(case.id), world.event_kinds(case.id)
    for consent in (NO_CONSENT, Consent(ConsentState.ASKED)):
        asked = refusal(
            lambda consent=consent: handover.offer(  # type: ignore[misc]
                world.system, world.actor("maria"), case.id, case.version, DOCTORS, "", consent
            )
        )
        assert asked == ("CH-11", "consent")
    assert (world.row(case.id), world.event_kinds(case.id)) == before
    assert rows(world, case.id) == []


@pytest.mark.hazard("H17")
@pytest.mark.rule("SU-2")
def test_suspected_suicide_risk_goes_without_consent_and_the_ground_is_kept(world: World) -> None:
    case = offered(world, consent=NO_CONSENT, suicide=SuicideRisk.AWAITING)
    (row,) = rows(world, case.id)
    assert (row.consent, row.ground, row.rule) == (ConsentState.MISSING, "SU-2", "SU-2")
    with world.system.store.reading() as tx:
        last = events.of_case(tx, case.id)[-1]
    assert (last.rule, last.details["ground"]) == ("SU-2", "SU-2")
    assert event_words(last.kind, last.details) == "Erbjöd ärendet till läkare. Utan samtycke: grunden är SU-2."
    assert accept(world, case.id).suicide is SuicideRisk.TAKEN_ON


def test_the_receiver_takes_it_the_patient_is_told_and_the_sender_is_a_guest(world: World) -> None:
    case = offered(world)
    after = accept(world, case.id)
    assert (after.owner_id, after.handed_to, after.handed_at) == (PEOPLE["sara"][0], "", None)
    (text,) = told(world, case.id)
    assert text == (
        "Hej Maria Ljungberg. Ditt ärende är nu överlämnat till Sara Holm, läkare, som läser det du har skrivit och "
        "fortsätter här i chatten. Du behöver inte göra något mer."
    )
    (row,) = rows(world, case.id)
    assert (row.state, row.answered_by_name, row.answered_at) == (OfferState.ACCEPTED, "Sara Holm", MONDAY_NINE)
    assert world.event_kinds(case.id)[-1] == "handover.accepted"
    lines = {who: queue.open_list(world.system, world.actor(who)).lines[0].guest for who in ("maria", "johan", "sara")}
    assert lines == {"maria": True, "johan": False, "sara": False}
    opened = cases.open_case(world.system, world.actor("maria"), case.id)
    assert opened.line.guest
    assert opened.messages
    assert refusal(
        lambda: chat.answer(world.system, world.actor("maria"), case.id, opened.line.case.version, "Hej", "m")
    ) == ("CH-11", "owned")


def test_who_gets_it_back_is_no_guest_any_longer(world: World) -> None:
    case = offered(world)
    taken = accept(world, case.id)
    at(world, 1)
    back = Target(UNIT, Profession.NURSE, PEOPLE["maria"][0])
    handover.offer(world.system, world.actor("sara"), case.id, taken.version, back, "", AGREED)
    accept(world, case.id, "maria")
    with world.system.store.reading() as tx:
        assert handovers.guest_of(tx, PEOPLE["maria"][0]) == frozenset()
        assert handovers.guest_of(tx, PEOPLE["sara"][0]) == {case.id}


def test_a_no_leaves_it_with_the_sender_and_says_why(world: World) -> None:
    case = offered(world)
    id = offer_id(world, case.id)
    sara = world.actor("sara")
    assert refusal(lambda: handover.decline(world.system, sara, case.id, id, " ")) == ("CH-11", "decline-reason")
    assert rows(world, case.id)[0].state is OfferState.OFFERED
    after = handover.decline(world.system, sara, case.id, id, "Fullt i dag")
    assert (after.owner_id, after.handed_at) == (PEOPLE["maria"][0], None)
    assert (rows(world, case.id)[0].state, rows(world, case.id)[0].reason) == (OfferState.DECLINED, "Fullt i dag")
    assert told(world, case.id) == []
    assert refusal(lambda: handover.accept(world.system, sara, case.id, id)) == ("CH-11", "not-handed")


def test_an_offer_made_anew_is_not_taken_by_the_old_one(world: World) -> None:
    case = offered(world, SARA)
    old = offer_id(world, case.id)
    after = handover.withdraw(world.system, world.actor("maria"), case.id)
    at(world, 1)
    handover.offer(world.system, world.actor("maria"), case.id, after.version, SARA, "Ny", AGREED)
    assert refusal(lambda: handover.accept(world.system, world.actor("sara"), case.id, old)) == ("CH-11", "not-handed")
    assert [one.state for one in rows(world, case.id)] == ["withdrawn", "offered"]


@pytest.mark.parametrize(("who", "ok"), [("sara", True), ("amir", False), ("johan", False), ("maria", False)])
def test_it_is_shown_to_those_it_is_to_alone_and_logged_once(world: World, who: str, ok: bool) -> None:
    case = offered(world)
    actor = world.actor(who)
    shown = handover.offers_for(world.system, actor, [UNIT])
    assert [one.row.case_id for one in shown] == ([case.id] if ok else [])
    handover.offers_for(world.system, actor, [UNIT], seen={one.row.id for one in shown})
    with world.system.store.reading() as tx:
        logged = tx.connection.execute(read_log.select().where(read_log.c.kind == "offers")).all()
    assert [(one.staff_id, one.patients) for one in logged] == ([(actor.staff_id, [case.patient_id])] if ok else [])
    if not ok:
        assert refusal(lambda: accept(world, case.id, who))[0] == "CH-11"


@pytest.mark.rule("PR-1")
def test_of_a_protected_person_nothing_is_offered_shown_or_told(world: World) -> None:
    case = offered(world)
    record_protected(world, case)
    assert handover.offers_for(world.system, world.actor("sara"), [UNIT]) == ()
    assert handover.of_case(world.system, world.actor("maria"), case.id) == ()
    assert refusal(lambda: accept(world, case.id)) == ("PR-1", "protected")
    assert rows(world, case.id)[0].state is OfferState.OFFERED
    assert handover.call(world.system) == 1
    assert (rows(world, case.id)[0].state, rows(world, case.id)[0].reason) == (OfferState.WITHDRAWN, "protected")
    assert (world.row(case.id).case.handed_at, told(world, case.id)) == (None, [])
    assert handover.call(world.system) == 0


def record_protected(world: World, case: Case) -> None:
    with world.system.store.writing() as tx:
        record = people.patient(tx, id=case.patient_id)
        assert record is not None
        patient = replace(record.patient, protection=Protection.MARKED)
        people.put_patient(tx, replace(record, patient=patient), world.clock.now())


def test_it_goes_to_nobody_who_does_not_work_there(world: World) -> None:
    case = mine(world)
    world.second_unit()
    for target in (replace(SARA, unit_id=BERGA), replace(SARA, staff_id="SE2321000016-XX99")):
        with pytest.raises(BadInput):
            handover.offer(world.system, world.actor("maria"), case.id, case.version, target, "", AGREED)
    assert world.row(case.id).case.handed_at is None
    handover.offer(
        world.system, world.actor("maria"), case.id, case.version, replace(DOCTORS, unit_id=BERGA), "", AGREED
    )
    with pytest.raises(BadInput):
        accept(world, case.id, "sara", BERGA)
    assert world.row(case.id).owner == "Maria Lind"


# What ends an offer by itself.


@pytest.mark.parametrize("deed", ["release", "hold", "end", "take", "let_go"])
def test_an_offer_ends_with_the_case_leaving_whoever_made_it(world: World, deed: str) -> None:
    case = offered(world, unread=0)
    system, maria, johan = world.system, world.actor("maria"), world.actor("johan")
    if deed == "release":
        chat.release(system, maria, case.id, case.version)
    elif deed == "hold":
        chat.hold(system, maria, case.id, case.version, (MONDAY_NINE + timedelta(days=1)).date(), "provsvar")
    elif deed == "end":
        asked = ending.request_end(system, maria, case.id, case.version)
        assert rows(world, case.id)[0].state is OfferState.OFFERED
        ending.confirm_end(system, maria, case.id, asked.version)
    else:
        asked = takeover.ask(system, johan, case.id, case.version, "Hon ringde")
        if deed == "let_go":
            takeover.let_go(system, maria, case.id, johan.staff_id or "")
        else:
            at(world, 3)
            takeover.take(system, johan, case.id, asked.version)
    (row,) = rows(world, case.id)
    assert row.state is OfferState.WITHDRAWN
    assert row.reason
    assert world.row(case.id).case.handed_at is None
    assert world.event_kinds(case.id)[-1] == "handover.withdrawn"
    assert refusal(lambda: accept(world, case.id)) == ("CH-11", "not-handed")


def test_undoing_does_not_bring_an_offer_back(world: World) -> None:
    case = offered(world)
    released = chat.release(world.system, world.actor("maria"), case.id, case.version)
    undo.undo(world.system, world.actor("maria"), released.id)
    again = world.row(case.id).case
    assert (again.owner_id, again.handed_at, again.handed_to) == (PEOPLE["maria"][0], None, "")


@pytest.mark.hazard("H7")
@pytest.mark.rule("SU-2")
def test_a_suicide_handover_stays_owned_and_open_until_somebody_has_taken_it(world: World) -> None:
    case = offered(world, consent=NO_CONSENT, suicide=SuicideRisk.AWAITING, unread=0)
    maria = world.actor("maria")
    assert refusal(lambda: ending.request_end(world.system, maria, case.id, case.version))[0] == "SU-2"
    assert refusal(lambda: chat.release(world.system, maria, case.id, case.version)) == ("SU-2", "suicide-handover")
    assert world.row(case.id).owner == "Maria Lind"
    with pytest.raises(Refused):
        chat.hold(world.system, maria, case.id, case.version, (MONDAY_NINE + timedelta(days=1)).date(), "x")
    accept(world, case.id)
    assert world.row(case.id).case.suicide is SuicideRisk.TAKEN_ON


# Across units.


def to_berga(world: World, **facts: object) -> Case:
    world.second_unit("sara")
    return offered(world, Target(BERGA, Profession.DOCTOR), AGREED, **facts)


def test_across_units_the_case_moves_when_it_is_taken_and_both_units_hear_of_it(world: World) -> None:
    case = to_berga(world)
    heard = changed_units(world, case.id)
    assert heard == {UNIT, BERGA}
    assert [one.unit_name for one in handover.offers_for(world.system, world.actor("sara"), [UNIT, BERGA])] == [
        "Vårdcentralen Åsen"
    ]
    assert world.row(case.id).case.unit_id == UNIT
    after = accept(world, case.id, "sara", BERGA)
    assert (after.unit_id, after.owner_id) == (BERGA, PEOPLE["sara"][0])
    assert queue.open_list(world.system, world.actor("maria")).lines == ()
    (line,) = queue.open_list(world.system, replace(world.actor("sara"), unit_id=BERGA)).lines
    assert line.case.id == case.id


@pytest.mark.rule("CH-7")
@pytest.mark.hazard("H4")
def test_a_case_from_another_unit_unsettles_the_signature_where_it_comes_and_not_where_it_leaves(world: World) -> None:
    world.clock.instant = MONDAY_NINE + timedelta(hours=7, minutes=30)
    case = to_berga(world)
    cases.open_case(world.system, world.actor("maria"), case.id)
    sara = replace(world.actor("sara"), unit_id=BERGA)
    for actor in (world.actor("maria"), sara):
        closing.sign(world.system, actor)
    assert signed_at(world) == {UNIT, BERGA}
    world.clock.advance(timedelta(minutes=1))
    accept(world, case.id, "sara", BERGA)
    assert signed_at(world) == {UNIT}


def signed_at(world: World) -> set[str]:
    """The units whose closing is signed, and stands so."""
    return {id for id, one in duty.duty_of(world.system, [UNIT, BERGA]).items() if one.signed is not None}


def changed_units(world: World, case_id: str) -> set[str]:
    from p24tui.store.tables import changes

    with world.system.store.reading() as tx:
        last = tx.connection.execute(
            changes.select().where(changes.c.case_id == case_id).order_by(changes.c.seq.desc()).limit(2)
        )
        return {one.unit_id for one in last}


def test_after_a_move_the_patients_word_and_reminders_reach_the_new_unit(world: World) -> None:
    world.system.person_data = Persons()
    case = to_berga(world, mobile=MOBILE)
    chat.answer(world.system, world.actor("maria"), case.id, case.version, "Hej", fresh_id())
    reminders.remind(world.system, world.actor("maria"), case.id)
    after = accept(world, case.id, "sara", BERGA)
    with world.system.store.reading() as tx:
        (row,) = outbox.of_patient(tx, case.patient_id, UNIT, 9)
    assert (row.state, row.problem) == ("cancelled", "other-unit")
    sara = replace(world.actor("sara"), unit_id=BERGA)
    assert reminders.remind(world.system, sara, case.id).unit_id == BERGA
    woken = world.writes(case.id)
    assert (woken.unit_id, woken.state, woken.owner_id) == (BERGA, CaseState.ANSWERED, after.owner_id)


# Calling for somebody.


def at(world: World, minutes: float) -> datetime:
    world.clock.instant = MONDAY_NINE + timedelta(minutes=minutes)
    return world.clock.now()


@pytest.mark.hazard("H7")
def test_an_offer_nobody_takes_calls_climbs_and_is_never_dropped(world: World) -> None:
    case = offered(world)
    levels = []
    for minutes in (4, 5, 6, 10, 15, 20, 25, 60):
        at(world, minutes)
        levels.append((handover.call(world.system), rows(world, case.id)[0].level))
    assert levels == [(0, 0), (1, 0), (0, 0), (1, 1), (1, 1), (1, 2), (1, 2), (1, 2)]
    stored = world.row(case.id).case
    assert (stored.handed_level, stored.handed_called_at) == (2, world.clock.now())
    assert stored.version == case.version
    assert world.event_kinds(case.id).count("handover.called") == 3
    call = alert(stored, None)
    assert call == Alert(case.id, UNIT, Reason.HANDOVER, world.clock.now(), everywhere=True)
    accept(world, case.id)
    assert alert(world.row(case.id).case, None) is None
    at(world, 120)
    assert handover.call(world.system) == 0


def test_it_calls_anew_past_what_has_been_acknowledged(world: World) -> None:
    case = offered(world)
    at(world, 10)
    handover.call(world.system)
    first = alert(world.row(case.id).case, None)
    assert first is not None
    alerts.acknowledge(world.system, world.actor("johan"), [first])
    at(world, 15)
    handover.call(world.system)
    assert alert(world.row(case.id).case, None) not in (None, first)


@pytest.mark.rule("SU-2")
@pytest.mark.hazard("H7")
def test_with_suicide_risk_it_calls_at_night_past_an_acknowledged_alarm(world: World) -> None:
    case = offered(world, consent=NO_CONSENT, suicide=SuicideRisk.AWAITING)
    ordinary = offered(world)
    seen = alert(world.row(case.id).case, None)
    assert seen is not None
    alerts.acknowledge(world.system, world.actor("johan"), [seen])
    at(world, 12 * 60)  # nine in the evening
    assert handover.call(world.system) == 1
    call = alert(world.row(case.id).case, None)
    assert call is not None
    assert (call.reason, call.since, call.everywhere) == (Reason.SUICIDE, world.clock.now(), True)
    assert rows(world, ordinary.id)[0].called_at is None


def test_the_owner_writes_on_while_it_calls(world: World) -> None:
    case = offered(world)
    at(world, 10)
    handover.call(world.system)
    after = chat.answer(world.system, world.actor("maria"), case.id, case.version, "Läkaren hör av sig.", fresh_id())
    assert (after.handed_level, after.handed_to) == (1, "doctor")


@pytest.mark.hazard("H7")
def test_an_offer_survives_that_the_program_is_killed(tmp_path: Path, database_url: str) -> None:
    with make_world(tmp_path, database_url) as world:
        case = offered(world, consent=NO_CONSENT, suicide=SuicideRisk.AWAITING)
        with pytest.raises(ZeroDivisionError):
            dies_while_accepting(world, case.id)
    with make_world_again(tmp_path, database_url) as again:
        stored = again.row(case.id)
        assert (stored.owner, stored.case.handed_to, stored.case.suicide) == ("Maria Lind", "doctor", "awaiting")
        assert [one.state for one in rows(again, case.id)] == [OfferState.OFFERED]
        at(again, 20)
        assert handover.call(again.system) == 1
        assert world_alert(again, case.id) is Reason.SUICIDE
        assert accept(again, case.id).suicide is SuicideRisk.TAKEN_ON


def dies_while_accepting(world: World, case_id: str) -> None:
    """The process dies after all has been written, before the commit."""
    sara = world.actor("sara")
    with world.system.store.writing() as tx:
        handovers.answer(tx, case_id, OfferState.ACCEPTED, sara, MONDAY_NINE)
        change_in(tx, world.system, sara, case_id, "x", lambda row: rules.given(row.case, None, None))
        raise ZeroDivisionError


def world_alert(world: World, case_id: str) -> Reason | None:
    call = alert(world.row(case_id).case, None)
    return call.reason if call else None


# Races.


def together(*deeds: Callable[[], object]) -> list[bool]:
    """These at once; which of them were done."""
    start = Barrier(len(deeds))

    def run(deed: Callable[[], object]) -> bool:
        start.wait()
        try:
            deed()
        except (Refused, Stale):
            return False
        return True

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def test_of_two_who_take_it_at_once_one_gets_it(world: World) -> None:
    other = ("SE2321000016-LN09", "Lars Norén", Profession.DOCTOR)
    staff.put_staff(world.system, world.source, staff.make_staff(*other), (UNIT,))
    lars = Actor(*other, UNIT, "console:test:lars")
    for _round in range(8):
        case = offered(world)
        id = offer_id(world, case.id)

        def take(who: Actor, case_id: str = case.id, id: str = id) -> Callable[[], object]:
            return lambda: handover.accept(world.system, who, case_id, id)

        assert sorted(together(take(lars), take(world.actor("sara")))) == [False, True]
        assert world.event_kinds(case.id).count("handover.accepted") == 1
        assert len(told(world, case.id)) == 1
        assert world.row(case.id).owner in ("Lars Norén", "Sara Holm")


def test_taking_it_and_taking_it_back_at_once_is_one_of_them(world: World) -> None:
    for _round in range(8):
        case = offered(world)
        id = offer_id(world, case.id)
        took, withdrew = together(
            lambda case=case, id=id: handover.accept(world.system, world.actor("sara"), case.id, id),  # type: ignore[misc]
            lambda case=case: handover.withdraw(world.system, world.actor("maria"), case.id),  # type: ignore[misc]
        )
        assert took != withdrew
        assert world.row(case.id).owner == ("Sara Holm" if took else "Maria Lind")
        assert rows(world, case.id)[0].state == ("accepted" if took else "withdrawn")
        assert len(told(world, case.id)) == int(took)


def test_a_patient_who_writes_meanwhile_loses_neither_the_offer_nor_a_draft(world: World) -> None:
    case = offered(world)
    chat.save_draft(world.system, world.actor("maria"), case.id, "Jag frågar läk")
    assert together(lambda: world.writes(case.id), lambda: handover.call(world.system)) == [True, True]
    stored = world.row(case.id).case
    assert (stored.handed_to, stored.state, stored.unread) == ("doctor", CaseState.ONGOING, 2)
    after = accept(world, case.id)
    assert (after.unread, after.owner_id) == (2, PEOPLE["sara"][0])
    with world.system.store.reading() as tx:
        assert drafts.of_person(tx, case.id, PEOPLE["maria"][0]) == "Jag frågar läk"


def test_an_offer_of_what_one_has_not_seen_is_refused(world: World) -> None:
    case = mine(world)
    world.writes(case.id)
    with pytest.raises(Stale):
        handover.offer(world.system, world.actor("maria"), case.id, case.version, DOCTORS, "", AGREED)
    assert rows(world, case.id) == []


# To whom.


def on_shift(world: World, who: str, unit: str = UNIT, **facts: object) -> None:
    id, _name, profession = PEOPLE[who]
    now = world.clock.now()
    values: dict[str, object] = {
        "id": fresh_id(),
        "staff_id": id,
        "unit_id": unit,
        "profession": profession,
        "kind": "chat",
    }
    values |= {"place": "console:test:1", "started_at": now, "seen_at": now, **facts}
    with world.system.store.writing() as tx:
        tx.connection.execute(shifts.insert().values(values))


def test_those_on_shift_come_first_and_other_units_after(world: World) -> None:
    world.second_unit("sara")
    on_shift(world, "amir")
    on_shift(world, "sara", BERGA)
    on_shift(world, "johan", ended_at=MONDAY_NINE)
    shown = [
        (one.unit_name.split()[-1], one.target.words, one.on_shift, one.warnings)
        for one in handover.targets(world.system, world.actor("maria"))
    ]
    assert shown == [
        ("Åsen", "psychologist", True, ()),
        ("Åsen", "Amir Karimi", True, ()),
        ("Åsen", "doctor", False, ("not-on-shift",)),
        ("Åsen", "nurse", False, ("not-on-shift",)),
        ("Åsen", "Johan Berg", False, ("not-on-shift",)),
        ("Åsen", "Sara Holm", False, ("not-on-shift",)),
        ("Berga", "doctor", True, ("other-unit",)),
        ("Berga", "Sara Holm", True, ("other-unit",)),
    ]


def test_everything_that_happens_to_a_handover_has_a_sentence(world: World) -> None:
    case = offered(world)
    at(world, 20)
    handover.call(world.system)
    handover.withdraw(world.system, world.actor("maria"), case.id)
    with world.system.store.reading() as tx:
        told = [event_words(one.kind, one.details) for one in events.of_case(tx, case.id) if one.kind in EVENTS]
    assert told[-3:] == [
        "Erbjöd ärendet till läkare. Samtycke per telefon mån 23 nov 08.57.",
        "Ingen har svarat på överlämningen. Alla larmas.",
        "Överlämningen är tillbakatagen.",
    ]
    assert isinstance(Stale(), P24Error)
