"""Inviting colleagues, guests, interpreters, guardians and relatives to a visit."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from msgspec import structs

from p24tui.errors import BadInput, Refused
from p24tui.gateways.outgoing.model import Accepted
from p24tui.routine.link import Role
from p24tui.routine.outgoing import Channel, OutgoingState, Purpose
from p24tui.routine.protection import Protection
from p24tui.routine.proxy import lacks_proxy
from p24tui.routine.visit import Summons, Visit, VisitState
from p24tui.services import guardians, invitations, links, visit_day, visit_list, visits
from p24tui.services.invitations import Guest
from p24tui.store import participants, people
from p24tui.store import visits as stored_visits
from p24tui.store.values import OutgoingRow
from tests.outgoing import MOBILE, ScriptedGateway, persons, rows_of, send, with_gateway
from tests.visiting import FATHER, MOTHER, book, child, roles, stored_visit, with_video
from tests.world import PEOPLE, UNIT, World

HOUR = timedelta(hours=1)
BO = Guest(role=Role.GUEST, name="Bo Ek", address="bo.ek@example.se")


def with_mail(world: World) -> ScriptedGateway:
    """Let SMS and e-mail go, by gateways that take all; what is e-mail is remembered in the one that comes back."""
    sms = with_gateway(world)
    mail = ScriptedGateway([Accepted()])
    world.system.gateways = {Channel.SMS: sms, Channel.EMAIL: mail}
    world.system.settings = replace(world.system.settings, interpreter_mailbox="tolk@example.se")
    with_video(world)
    return mail


def booked(world: World) -> Visit:
    return book(world, world.patient(mobile=MOBILE).id, world.clock.now() + timedelta(days=1))


def invitations_of(world: World, visit: Visit) -> list[OutgoingRow]:
    return [row for row in rows_of(world, visit.patient_id) if row.purpose is Purpose.INVITATION]


def invite(world: World, visit: Visit, guest: Guest) -> str:
    """Maria invites them; the id of the participant."""
    return invitations.invite(world.system, world.actor("maria"), visit.id, guest).id


def known(world: World, name: str, *, email: str = "", mobile: str = "") -> str:
    """One of the people with an address of their own; their HSA-id."""
    staff_id = PEOPLE[name][0]
    with world.system.store.writing() as tx:
        found = people.staff_member(tx, staff_id)
        assert found is not None
        people.put_staff(tx, structs.replace(found[0], email=email, mobile=mobile), found[1])
    return staff_id


@pytest.mark.rule("VI-10")
@pytest.mark.parametrize(
    ("email", "mobile", "channel"),
    [
        ("sara@example.se", "+46701740605", Channel.EMAIL),
        ("", "+46701740605", Channel.SMS),
        ("", "", None),
    ],
)
def test_a_colleague_is_invited_by_email_first_then_sms_else_in_their_own_list(
    world: World, email: str, mobile: str, channel: Channel | None
) -> None:
    with_mail(world)
    visit, sara = booked(world), known(world, "sara", email=email, mobile=mobile)
    invite(world, visit, Guest(role=Role.COLLEAGUE, staff_id=sara))
    assert [row.channel for row in invitations_of(world, visit)] == ([channel] if channel else [])
    seen = visit_list.of_day(world.system, world.actor("sara"), [UNIT], world.clock.now().date()).invited
    assert [(one.unit, one.starts_at) for one in seen] == [("Vårdcentralen Åsen", visit.starts_at)]


@pytest.mark.rule("VI-12")
def test_an_interpreter_is_tolk_digital_at_the_services_mailbox_and_there_is_one(world: World) -> None:
    mail = with_mail(world)
    visit = booked(world)
    invite(world, visit, Guest(role=Role.INTERPRETER, name="Bo"))
    assert ("interpreter", "tolk digital") in roles(world, visit.id)
    send(world)
    assert [(one.to, one.subject.split(" till ")[0]) for one in mail.handed] == [("tolk@example.se", "Digital tolk")]
    with pytest.raises(Refused, match="VI-12: interpreter-there"):
        invite(world, visit, Guest(role=Role.INTERPRETER, address="annan@example.se"))


@pytest.mark.rule("VI-11")
@pytest.mark.hazard("H16")
def test_an_invitation_has_a_calendar_and_no_name_of_the_patient(world: World) -> None:
    mail = with_mail(world)
    visit = booked(world)
    invite(world, visit, BO)
    send(world)
    (letter,) = mail.handed
    assert letter.invitation is not None
    assert (letter.invitation.starts_at, letter.invitation.cancelled) == (visit.starts_at, False)
    assert "Ljungberg" not in letter.text + letter.subject
    assert "Åsen" not in letter.text + letter.subject


@pytest.mark.rule("VI-11")
def test_pressed_twice_it_is_one_invitation_and_taken_back_it_may_be_sent_again(world: World) -> None:
    mail = with_mail(world)
    visit = booked(world)
    first = invite(world, visit, BO)
    assert invite(world, visit, BO) == first
    send(world)
    invitations.revoke(world.system, world.actor("maria"), visit.id, first)
    send(world)
    assert invite(world, visit, BO) == first
    send(world)
    said = [(one.invitation.sequence, one.invitation.cancelled) for one in mail.handed if one.invitation]
    assert said == [(0, False), (1, True), (2, False)]
    assert ("guest", "Bo Ek") in roles(world, visit.id)


@pytest.mark.rule("VI-11")
def test_what_is_taken_back_before_it_went_never_goes(world: World) -> None:
    mail = with_mail(world)
    visit = booked(world)
    invitations.revoke(world.system, world.actor("maria"), visit.id, invite(world, visit, BO))
    send(world)
    assert mail.handed == []
    assert [row.state for row in invitations_of(world, visit)] == [OutgoingState.CANCELLED]


@pytest.mark.rule("VI-11")
def test_who_is_invited_is_told_of_a_new_time_and_of_a_cancelled_visit(world: World) -> None:
    mail = with_mail(world)
    visit, maria = booked(world), world.actor("maria")
    invite(world, visit, BO)
    send(world)
    visits.move(world.system, maria, visit.id, visit.starts_at + HOUR)
    send(world)
    visits.cancel(world.system, maria, visit.id)
    send(world)
    assert [one.subject.split(":")[0] for one in mail.handed[1:]] == ["Ny tid för videobesök", "Inställt"]
    times = [one.invitation.starts_at for one in mail.handed if one.invitation]
    assert times == [visit.starts_at, visit.starts_at + HOUR, visit.starts_at + HOUR]
    assert len({one.invitation.uid for one in mail.handed if one.invitation}) == 1


@pytest.mark.rule("VI-11")
def test_that_a_guest_has_shown_photo_identification_is_recorded(world: World) -> None:
    with_mail(world)
    visit = booked(world)
    guest = invite(world, visit, structs.replace(BO, must_identify=True))
    seen = invitations.identify(world.system, world.actor("maria"), visit.id, guest)
    assert (seen.must_identify, seen.identified_by, seen.identified_at) == (True, "Maria Lind", world.clock.now())
    with world.system.store.reading() as tx:
        there = participants.of_visits(tx, [visit.id])[visit.id]
    patient = next(one for one in there if one.role is Role.PATIENT)
    with pytest.raises(BadInput, match="no-participant"):
        invitations.identify(world.system, world.actor("maria"), visit.id, patient.id)


@pytest.mark.rule("VI-8", "PR-2")
@pytest.mark.hazard("H1", "H2")
def test_the_other_guardian_is_a_guest_whose_protection_is_asked_for_when_it_goes(world: World) -> None:
    with_mail(world)
    sms = world.system.gateways[Channel.SMS]
    assert isinstance(sms, ScriptedGateway)
    when = world.clock.now() + timedelta(days=1)
    visit = book(world, child(world).id, when, summons=Summons.CHILD_SAVED)
    invite(
        world,
        visit,
        Guest(role=Role.GUARDIAN, name=FATHER.name, address=FATHER.mobile, number=FATHER.number),
    )
    persons(world).protected[FATHER.number] = Protection.MARKED
    send(world)
    assert [one.to for one in sms.handed] == ["+46701740606"]  # the mother's, and none to the father
    assert [(row.state, row.problem) for row in invitations_of(world, visit)] == [
        (OutgoingState.FAILED, "protected")  # staff see that he was not told
    ]
    assert FATHER.mobile not in repr(invitations_of(world, visit))
    assert roles(world, visit.id) == [("proxy", MOTHER.name)]


@pytest.mark.rule("VI-7", "PR-2")
@pytest.mark.hazard("H1")
def test_a_proxy_who_turns_out_to_be_protected_gets_no_sms(world: World) -> None:
    with_mail(world)
    sms = world.system.gateways[Channel.SMS]
    assert isinstance(sms, ScriptedGateway)
    one = child(world)
    with world.system.store.writing() as tx:
        record = people.patient(tx, id=one.id)
        assert record is not None
        own = structs.replace(record, patient=structs.replace(record.patient, mobile=MOBILE))
        people.put_patient(tx, own, world.clock.now())
    visit = book(world, one.id, world.clock.now() + HOUR, summons=Summons.CHILD_SAVED)
    persons(world).protected["196101182803"] = Protection.POPULATION
    while world.clock.now() < visit.starts_at:
        send(world)
        world.clock.advance(timedelta(minutes=5))
    assert sms.handed == []  # nor does the child get them in their stead
    found = rows_of(world, visit.patient_id)
    assert [(row.state, row.problem) for row in found] == [(OutgoingState.FAILED, "protected")] * 2
    assert all(row.is_undecided for row in found)
    assert lacks_proxy(stored_visit(world, visit.id))


@pytest.mark.rule("VI-4")
def test_a_relative_alone_is_a_guest_and_the_patient_hears_nothing(world: World) -> None:
    mail = with_mail(world)
    visit = book(world, world.patient(mobile=MOBILE).id, world.clock.now() + HOUR, relative=True, summons=None)
    invite(world, visit, Guest(role=Role.RELATIVE, name="Eva Ek", address="eva@example.se"))
    send(world)
    assert [one.to for one in mail.handed] == ["eva@example.se"]
    assert [row.purpose for row in rows_of(world, visit.patient_id)] == [Purpose.INVITATION]
    assert roles(world, visit.id) == [("relative", "Eva Ek")]


@pytest.mark.rule("VI-11")
@pytest.mark.parametrize(
    ("guest", "reason"),
    [
        (structs.replace(BO, name="  "), "guest-name"),
        (structs.replace(BO, address="bo ek@example.se"), "email"),
        (structs.replace(BO, address="bo@example.se, eva@example.se"), "email"),
        (structs.replace(BO, address="Bo <bo@example.se>"), "email"),
        (structs.replace(BO, address="bo@example.se\r\nBcc: x@example.se"), "email"),
        (structs.replace(BO, address="bo@localhost"), "email"),
        (structs.replace(BO, address="035-12 34 56"), "mobile"),
        (structs.replace(BO, address=""), "mobile"),
        (Guest(role=Role.COLLEAGUE, staff_id="SE1-NOBODY"), "no-staff"),
    ],
)
def test_what_cannot_be_used_is_said(world: World, guest: Guest, reason: str) -> None:
    with_mail(world)
    visit = booked(world)
    with pytest.raises(BadInput, match=reason):
        invite(world, visit, guest)
    assert invitations_of(world, visit) == []


def begun(world: World, visit: Visit) -> Visit:
    """The visit that Maria has taken in and begun when it was to begin."""
    maria, world.clock.instant = world.actor("maria"), visit.starts_at
    taken, _case = visit_day.take_in(world.system, maria, visit.id, stored_visit(world, visit.id).version)
    return visit_day.start(world.system, maria, taken.id, taken.version)


@pytest.mark.rule("VI-11", "VI-12")
def test_an_interpreter_can_be_called_to_a_visit_that_goes_on_past_its_booked_end(world: World) -> None:
    mail = with_mail(world)
    visit = begun(world, booked(world))
    world.clock.instant = visit.ends_at + timedelta(minutes=1)
    invite(world, visit, Guest(role=Role.INTERPRETER))
    world.clock.advance(timedelta(minutes=29))  # the gateway was silent for a while
    send(world)
    assert [one.to for one in mail.handed] == ["tolk@example.se"]


@pytest.mark.rule("VI-10")
def test_a_colleague_without_an_address_sees_a_visit_that_goes_on_past_its_booked_end(world: World) -> None:
    with_mail(world)
    late, left = booked(world), booked(world)
    for visit in (late, left):
        invite(world, visit, Guest(role=Role.COLLEAGUE, staff_id=known(world, "sara")))
    begun(world, late)
    world.clock.instant = late.ends_at + timedelta(minutes=1)
    seen = visit_list.of_day(world.system, world.actor("sara"), [UNIT], late.starts_at.date()).invited
    assert [one.participant.visit_id for one in seen] == [late.id]  # the other nobody has begun: its time is past


@pytest.mark.rule("VI-11")
def test_who_has_had_the_first_invitation_is_told_that_it_is_cancelled_also_before_the_second_went(
    world: World,
) -> None:
    mail, maria = with_mail(world), world.actor("maria")
    visit = booked(world)
    invite(world, visit, BO)
    send(world)
    visits.move(world.system, maria, visit.id, visit.starts_at + HOUR)
    visits.cancel(world.system, maria, visit.id)
    send(world)
    said = [(one.invitation.sequence, one.invitation.cancelled) for one in mail.handed if one.invitation]
    assert said == [(0, False), (2, True)]


@pytest.mark.rule("VI-11")
def test_who_knows_that_they_are_not_needed_is_not_told_again(world: World) -> None:
    mail, maria = with_mail(world), world.actor("maria")
    visit = booked(world)
    guest = invite(world, visit, BO)
    send(world)
    invitations.revoke(world.system, maria, visit.id, guest)
    send(world)
    invite(world, visit, BO)
    visits.cancel(world.system, maria, visit.id)
    send(world)
    assert [one.invitation.cancelled for one in mail.handed if one.invitation] == [False, True]


@pytest.mark.rule("VI-7", "VI-11")
def test_the_patient_and_the_proxy_are_not_taken_back_like_a_guest(world: World) -> None:
    with_mail(world)
    visit = booked(world)
    with pytest.raises(BadInput, match="no-participant"):
        invitations.revoke(world.system, world.actor("maria"), visit.id, links.joins_as(visit))
    assert ("patient", "") in roles(world, visit.id)


@pytest.mark.rule("VI-8", "PR-1")
@pytest.mark.hazard("H1")
@pytest.mark.parametrize("number", ["", FATHER.number, guardians.numbers(FATHER.number)[1], "200302022389"])
def test_who_is_invited_as_a_guardian_is_one_of_the_childs_and_not_protected(world: World, number: str) -> None:
    with_mail(world)
    one = child(world, guardians=[MOTHER, guardians.hidden(FATHER.number, "far", Protection.MARKED)])
    visit = book(world, one.id, world.clock.now() + HOUR, summons=Summons.CHILD_SAVED)
    with pytest.raises(Refused, match=r"VI-8: not-guardian|PR-1: guardian-protected"):
        invite(world, visit, Guest(role=Role.GUARDIAN, name="Far", address=FATHER.mobile, number=number))
    assert invitations_of(world, visit) == []


@pytest.mark.rule("VI-8")
def test_a_guardian_is_a_guest_by_the_name_that_is_known_of_them(world: World) -> None:
    with_mail(world)
    visit = book(world, child(world).id, world.clock.now() + HOUR, summons=Summons.CHILD_SAVED)
    invite(world, visit, Guest(role=Role.GUARDIAN, name="Pappa", address=FATHER.mobile, number=FATHER.number))
    assert ("guardian", FATHER.name) in roles(world, visit.id)


@pytest.mark.rule("VI-11")
def test_two_guests_at_one_address_are_two(world: World) -> None:
    with_mail(world)
    visit = booked(world)
    first = invite(world, visit, BO)
    second = invite(world, visit, structs.replace(BO, name="Anna Ek", must_identify=True))
    assert invite(world, visit, BO) == first != second
    assert invite(world, visit, structs.replace(BO, name="Anna Ek")) == second
    with world.system.store.reading() as tx:
        there = participants.of_visits(tx, [visit.id])[visit.id]
    wanted = {one.name: one.must_identify for one in there if one.role is Role.GUEST}
    assert wanted == {"Bo Ek": False, "Anna Ek": True}


@pytest.mark.rule("VI-11")
@pytest.mark.hazard("H16")
def test_an_invitation_that_has_not_gone_does_not_go_when_the_visit_is_over(world: World) -> None:
    mail = with_mail(world)
    visit = begun(world, booked(world))
    invite(world, visit, BO)
    with world.system.store.writing() as tx:
        stored_visits.save(tx, structs.replace(visit, state=VisitState.ENDED, ended_at=world.clock.now()))
    send(world)
    assert mail.handed == []
    assert [(row.state, row.problem) for row in invitations_of(world, visit)] == [
        (OutgoingState.CANCELLED, "visit-over")
    ]


@pytest.mark.rule("NA-3", "VI-11")
def test_a_guest_is_not_woken_by_a_visit_that_is_moved_at_night(world: World) -> None:
    mail = with_mail(world)
    sms, maria, visit = world.system.gateways[Channel.SMS], world.actor("maria"), booked(world)
    assert isinstance(sms, ScriptedGateway)
    visit = visits.move(world.system, maria, visit.id, visit.starts_at + timedelta(days=1))
    invite(world, visit, Guest(role=Role.GUEST, name="Eva Ek", address="070-174 06 09"))
    invite(world, visit, BO)
    send(world)
    sms.handed.clear()
    mail.handed.clear()
    world.clock.instant = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)  # 02.30 in Sweden
    visits.move(world.system, maria, visit.id, visit.starts_at + HOUR)
    send(world)
    assert ([one.to for one in sms.handed], [one.to for one in mail.handed]) == ([], ["bo.ek@example.se"])
    world.clock.instant = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)  # 06.00: the night is over
    send(world)
    assert [one.to for one in sms.handed] == ["+46701740609"]


@pytest.mark.rule("VI-11")
def test_a_guest_of_a_visit_that_begins_in_the_night_is_told_at_once(world: World) -> None:
    with_mail(world)
    sms, maria, visit = world.system.gateways[Channel.SMS], world.actor("maria"), booked(world)
    assert isinstance(sms, ScriptedGateway)
    invite(world, visit, Guest(role=Role.GUEST, name="Eva Ek", address="070-174 06 09"))
    send(world)
    sms.handed.clear()
    world.clock.instant = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
    visits.move(world.system, maria, visit.id, world.clock.now() + HOUR)
    send(world)
    assert "+46701740609" in [one.to for one in sms.handed]
