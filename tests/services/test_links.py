"""Links into a visit: opaque, to one visit, within its time, revocable; every use is logged (H16)."""

from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256

import pytest
from msgspec import structs
from sqlalchemy import select

from p24tui.errors import Refused
from p24tui.gateways.e_id import LoggedIn
from p24tui.routine.link import Role
from p24tui.routine.outgoing import OutgoingState, Purpose
from p24tui.routine.protection import Protection
from p24tui.routine.visit import Summons, Visit, VisitState
from p24tui.services import chat, ending, invitations, links, visit_day, visit_list, visits
from p24tui.services.invitations import Guest
from p24tui.services.links import Go, NeedsLogin, NotReady, Over, Revoked, TooEarly, Unknown, WrongPerson
from p24tui.store import cases, people
from p24tui.store import visits as stored_visits
from p24tui.store.tables import events, visit_links
from tests.outgoing import MOBILE, persons, rows_of, send, with_gateway
from tests.visiting import FATHER, MOTHER, book, child, roles, stored_visit, with_video
from tests.world import UNIT, World, noted

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
JOIN = "https://besok.example.se"
GUEST = Guest(role=Role.GUEST, name="Bo Ek", address="bo.ek@example.se")


def joining(world: World) -> None:
    """Let links lead somewhere."""
    with_gateway(world)
    with_video(world)
    world.system.settings = replace(world.system.settings, join_address=JOIN)


def booked(world: World) -> Visit:
    joining(world)
    return book(world, world.patient(mobile=MOBILE).id, world.clock.now() + 2 * HOUR)


def token_of(text: str) -> str:
    """The token of the link in a text."""
    return text.split(f"{JOIN}/v/")[1].split()[0]


def patients_token(world: World, visit: Visit) -> str:
    return token_of(rows_of(world, visit.patient_id)[-1].text)


def invited(world: World, visit: Visit, guest: Guest = GUEST) -> str:
    """The token of somebody who has been invited."""
    invitations.invite(world.system, world.actor("maria"), visit.id, guest)
    return token_of(next(row.text for row in rows_of(world, visit.patient_id) if row.purpose == "invitation"))


def started(world: World, visit: Visit) -> None:
    """Let Maria start the visit and its video."""
    maria = world.actor("maria")
    taken, case = visit_day.take_in(world.system, maria, visit.id, stored_visit(world, visit.id).version)
    visit_day.start(world.system, maria, taken.id, taken.version)
    visit_day.start_video(world.system, maria, case.id)


def uses(world: World) -> list[str]:
    """What each use of a link has come to, in order."""
    with world.system.store.reading() as tx:
        query = select(events.c.details).where(events.c.kind == "visit.link-used").order_by(events.c.seq)
        return [details["outcome"] for details in tx.connection.scalars(query)]


def login(world: World, number: str) -> LoggedIn:
    return LoggedIn(number, "bankid", world.clock.now())


def number_of(world: World, visit: Visit) -> str:
    with world.system.store.reading() as tx:
        record = people.patient(tx, id=visit.patient_id)
    assert record is not None
    return record.patient.number


@pytest.mark.rule("VI-11", "NA-2")
@pytest.mark.hazard("H16")
def test_a_guest_waits_until_the_video_is_on_and_then_goes_in_without_an_e_id(world: World) -> None:
    visit = booked(world)
    token = invited(world, visit)
    assert links.use(world.system, token) == TooEarly(visit.starts_at - 30 * MINUTE)
    world.clock.instant = visit.starts_at - 10 * MINUTE
    assert links.use(world.system, token) == NotReady()
    started(world, visit)
    assert links.use(world.system, token) == Go(f"https://video.example.se/room-{visit.id}")
    assert uses(world) == ["tooearly", "notready", "go"]


@pytest.mark.rule("VI-14")
def test_who_was_in_waits_again_only_once_they_use_their_link_after_the_video(world: World) -> None:
    visit = booked(world)
    token = invited(world, visit)
    world.clock.instant = visit.starts_at
    started(world, visit)
    for _time in range(2):
        assert isinstance(links.use(world.system, token), Go)
        world.clock.advance(5 * MINUTE)
    maria, case_id = world.actor("maria"), stored_visit(world, visit.id).case_id or ""
    visit_day.end_video(world.system, maria, case_id)
    assert visit_list.one(world.system, maria, visit.id).waiting == ()
    assert links.use(world.system, token) == NotReady()
    (waits,) = visit_list.one(world.system, maria, visit.id).waiting
    assert (waits.arrived_at, waits.entered_at) == (world.clock.now(), visit.starts_at)


@pytest.mark.rule("NA-2", "NA-4")
@pytest.mark.hazard("H16")
def test_a_patient_logs_in_and_nobody_else_comes_in_by_their_link(world: World) -> None:
    visit = booked(world)
    token = patients_token(world, visit)
    world.clock.instant = visit.starts_at - 10 * MINUTE
    assert links.use(world.system, token) == NeedsLogin()
    assert links.use(world.system, token, login(world, "195009072553")) == WrongPerson()
    assert links.use(world.system, token, login(world, number_of(world, visit))) == NotReady()
    started(world, visit)
    assert isinstance(links.use(world.system, token, login(world, number_of(world, visit))), Go)
    case_id = stored_visit(world, visit.id).case_id or ""
    with world.system.store.reading() as tx:
        contact = cases.contact(tx, case_id)
    assert (contact.e_id, contact.e_id_at, contact.way_in) == ("bankid", world.clock.now(), "sms-link")


@pytest.mark.rule("NA-2", "VI-7")
@pytest.mark.hazard("H14", "H16")
def test_a_child_is_joined_for_by_the_proxy_of_the_booking_and_not_by_the_other_guardian(world: World) -> None:
    joining(world)
    visit = book(world, child(world).id, world.clock.now() + HOUR, summons=Summons.CHILD_SAVED)
    token = patients_token(world, visit)
    world.clock.instant = visit.starts_at
    started(world, visit)
    assert links.use(world.system, token, login(world, FATHER.number)) == WrongPerson()
    assert isinstance(links.use(world.system, token, login(world, MOTHER.number)), Go)


@pytest.mark.rule("VI-11")
@pytest.mark.hazard("H16")
def test_it_leads_nowhere_after_the_end_or_once_taken_back_and_a_guess_never_does(world: World) -> None:
    visit = booked(world)
    token = invited(world, visit)
    world.clock.instant = visit.ends_at
    assert links.use(world.system, token) == Over()
    world.clock.instant = visit.starts_at
    participant = links.participant_id(visit.id, Role.GUEST, "bo.ek@example.se")
    invitations.revoke(world.system, world.actor("maria"), visit.id, participant)
    assert links.use(world.system, token) == Revoked()
    for guess in ("", "x", token[:-1], token.upper(), "\ud800", "a" * 10_000, f"{token}\x00"):
        assert links.use(world.system, guess) == Unknown()
    assert uses(world) == ["over", "revoked"]


@pytest.mark.rule("VI-11")
@pytest.mark.hazard("H16")
def test_a_link_of_one_visit_does_not_lead_to_another(world: World) -> None:
    first = booked(world)
    token = invited(world, first)
    second = book(world, first.patient_id, world.clock.now() + 4 * HOUR)
    world.clock.instant = second.starts_at
    started(world, second)
    assert links.use(world.system, token) == Over()


@pytest.mark.rule("VI-11")
@pytest.mark.hazard("H16")
def test_the_token_is_of_128_bits_kept_as_a_digest_and_the_text_names_nobody(world: World) -> None:
    visit = booked(world)
    token = patients_token(world, visit)
    assert len(token) == 22  # 16 bytes in base64
    with world.system.store.reading() as tx:
        digests = list(tx.connection.scalars(select(visit_links.c.digest)))
    assert sha256(token.encode()).digest() in digests
    assert len(set(digests)) == len(digests) == 2  # one for each reminder
    for row in rows_of(world, visit.patient_id):
        assert "Ljungberg" not in row.text
        assert number_of(world, visit) not in row.text


@pytest.mark.rule("VI-11")
def test_a_page_that_waits_and_looks_again_is_one_use(world: World) -> None:
    visit = booked(world)
    token = invited(world, visit)
    world.clock.instant = visit.starts_at - MINUTE
    links.use(world.system, token)
    for _ in range(5):
        links.use(world.system, token, again=True)
    started(world, visit)
    links.use(world.system, token, again=True)
    assert uses(world) == ["notready", "go"]


@pytest.mark.rule("VI-11")
def test_a_moved_visit_is_reached_by_the_old_link_at_its_new_time(world: World) -> None:
    visit = booked(world)
    token = patients_token(world, visit)
    moved = visits.move(world.system, world.actor("maria"), visit.id, visit.starts_at + HOUR)
    world.clock.instant = visit.starts_at - MINUTE
    assert isinstance(links.use(world.system, token), TooEarly)
    world.clock.instant = moved.starts_at
    assert links.use(world.system, token) == NeedsLogin()


@pytest.mark.rule("VI-11")
@pytest.mark.parametrize("way", ["cancelled", "protected"])
@pytest.mark.hazard("H1", "H16")
def test_no_link_leads_to_what_is_cancelled_or_whose_patient_is_protected(world: World, way: str) -> None:
    visit = booked(world)
    token = patients_token(world, visit)
    if way == "cancelled":
        visits.cancel(world.system, world.actor("maria"), visit.id)
    else:
        persons(world).protected[number_of(world, visit)] = Protection.MARKED
        visits.look_up(world.system, world.actor("maria"), visit.patient_id)
    world.clock.instant = visit.starts_at
    assert isinstance(links.use(world.system, token), Revoked | Over)


@pytest.mark.rule("NA-3")
def test_without_a_join_address_the_sms_leads_to_where_patients_log_in(world: World) -> None:
    with_gateway(world)
    visit = book(world, world.patient(mobile=MOBILE).id, world.clock.now() + HOUR)
    texts = [row.text for row in rows_of(world, visit.patient_id)]
    assert texts
    assert all(world.system.settings.sms_link in one for one in texts)
    assert UNIT not in "".join(texts)


HOUR_LATE, DAY = timedelta(hours=1), timedelta(days=1)


def the_guest(visit: Visit) -> str:
    return links.participant_id(visit.id, Role.GUEST, GUEST.address)


def case_of(world: World, visit: Visit) -> str:
    return stored_visit(world, visit.id).case_id or ""


def over(world: World, visit: Visit) -> None:
    """Let Maria end the visit, which the patient came to by video."""
    maria, case_id = world.actor("maria"), case_of(world, visit)
    visit_day.end_video(world.system, maria, case_id)
    noted(world.system, maria, case_id)
    asked = ending.request_end(world.system, maria, case_id, world.row(case_id).case.version)
    ending.confirm_end(world.system, maria, case_id, asked.version)


def by_video_again(world: World, visit: Visit) -> None:
    """Let the patient write in the chat of a visit that has ended, and Maria start the video from there."""
    maria, case_id = world.actor("maria"), case_of(world, visit)
    world.writes(case_id, "Jag mår sämre.")
    chat.claim(world.system, maria, case_id, world.row(case_id).case.version)
    visit_day.start_video(world.system, maria, case_id)


def called_in(world: World, visit: Visit) -> list[str]:
    """The tokens of the links by which the patient has been called in to video here and now."""
    return [token_of(row.text) for row in rows_of(world, visit.patient_id) if row.purpose is Purpose.VISIT_NOW]


@pytest.mark.rule("VI-11")
@pytest.mark.hazard("H16")
def test_a_link_taken_back_stays_dead_when_the_same_guest_is_invited_again(world: World) -> None:
    visit, maria = booked(world), world.actor("maria")
    old = invited(world, visit)  # it was passed on to a stranger
    invitations.revoke(world.system, maria, visit.id, the_guest(visit))
    assert links.use(world.system, old) == Revoked()
    invitations.invite(world.system, maria, visit.id, GUEST)
    rows = [row for row in rows_of(world, visit.patient_id) if row.purpose is Purpose.INVITATION]
    (new,) = {token_of(row.text) for row in rows if row.state is OutgoingState.QUEUED} - {old}
    world.clock.instant = visit.starts_at
    started(world, visit)
    assert links.use(world.system, old) == Unknown()
    assert isinstance(links.use(world.system, new), Go)


@pytest.mark.rule("VI-11")
@pytest.mark.hazard("H16")
def test_a_patient_who_waits_is_not_told_that_it_is_over_because_staff_are_late(world: World) -> None:
    visit = booked(world)
    token, guest = patients_token(world, visit), invited(world, visit)
    patient = login(world, number_of(world, visit))
    world.clock.instant = visit.starts_at
    assert links.use(world.system, token, patient) == NotReady()
    world.clock.instant = visit.ends_at + HOUR_LATE
    assert links.use(world.system, token, login(world, number_of(world, visit)), again=True) == NotReady()
    assert links.use(world.system, token, login(world, number_of(world, visit))) == NotReady()
    assert links.use(world.system, guest) == Over()


@pytest.mark.rule("VI-11")
@pytest.mark.hazard("H16")
def test_a_visit_left_on_video_over_night_lets_nobody_in_the_next_day(world: World) -> None:
    visit = booked(world)
    token, guest = patients_token(world, visit), invited(world, visit)
    world.clock.instant = visit.starts_at
    started(world, visit)
    assert isinstance(links.use(world.system, guest), Go)
    world.clock.advance(DAY)
    assert links.use(world.system, guest) == Over()
    assert links.use(world.system, token, login(world, number_of(world, visit))) == Over()


@pytest.mark.rule("VI-9", "VI-11")
@pytest.mark.hazard("H14")
def test_the_proxy_of_a_visit_moved_over_the_birthday_and_back_comes_again(world: World) -> None:
    joining(world)
    one = child(world, born=date(2013, 11, 26))  # 13 on Thursday
    with world.system.store.writing() as tx:
        record = people.patient(tx, id=one.id)
        assert record is not None
        of_age = structs.replace(record, patient=structs.replace(record.patient, mobile=MOBILE))
        people.put_patient(tx, of_age, world.clock.now())
    maria, visit = world.actor("maria"), book(world, one.id, world.clock.now() + DAY, summons=Summons.CHILD_SAVED)
    visits.move(world.system, maria, visit.id, visit.starts_at + 3 * DAY)
    assert [role for role, _name in roles(world, visit.id)] == ["patient"]
    back = visits.move(world.system, maria, visit.id, visit.starts_at + HOUR)
    assert roles(world, visit.id) == [("proxy", MOTHER.name)]
    row = next(row for row in rows_of(world, one.id) if row.state == "queued")
    world.clock.instant = back.starts_at
    assert links.use(world.system, token_of(row.text), login(world, MOTHER.number)) == NotReady()


@pytest.mark.rule("VI-11", "VI-14")
@pytest.mark.hazard("H16")
def test_a_visit_that_lives_again_is_the_patients_and_nobodys_who_was_invited_to_it_then(world: World) -> None:
    visit = booked(world)
    token, guest = patients_token(world, visit), invited(world, visit)
    world.clock.instant = visit.starts_at
    started(world, visit)
    assert isinstance(links.use(world.system, token, login(world, number_of(world, visit))), Go)
    assert isinstance(links.use(world.system, guest), Go)
    over(world, visit)
    world.clock.advance(2 * DAY)
    by_video_again(world, visit)
    assert links.use(world.system, guest) == Revoked()
    (called,) = called_in(world, visit)
    assert isinstance(links.use(world.system, called, login(world, number_of(world, visit))), Go)
    assert isinstance(links.use(world.system, token, login(world, number_of(world, visit))), Go)
    assert roles(world, visit.id) == [("patient", "")]


@pytest.mark.rule("VI-11", "VI-14")
@pytest.mark.hazard("H13")
def test_each_time_that_a_visit_lives_again_the_patient_is_called_in_by_a_link_of_its_own(world: World) -> None:
    visit, system = booked(world), world.system
    gateway = with_gateway(world)
    world.clock.instant = visit.starts_at
    for times in (1, 2, 3):
        world.clock.advance(HOUR)
        with system.store.writing() as tx:
            found = stored_visits.one(tx, visit.id)
            assert found is not None
            ended = stored_visits.save(tx, structs.replace(found, state=VisitState.ENDED))
            invitations.begin_anew(tx, system, world.actor("maria"), ended, world.clock.now())
            stored_visits.save(tx, structs.replace(ended, state=VisitState.STARTED, started_at=world.clock.now()))
        assert send(world) == 1
        assert len({token_of(one.text) for one in gateway.handed}) == times


@pytest.mark.rule("PR-1", "VI-11")
@pytest.mark.hazard("H1", "H16")
def test_a_patient_whose_protection_was_a_mistake_comes_again_by_a_new_link_alone(world: World) -> None:
    visit, maria = booked(world), world.actor("maria")
    token = patients_token(world, visit)
    world.clock.instant = visit.starts_at
    _taken, case = visit_day.take_in(world.system, maria, visit.id, visit.version)
    persons(world).protected[number_of(world, visit)] = Protection.MARKED
    visits.look_up(world.system, maria, visit.patient_id)
    persons(world).protected.clear()
    visits.look_up(world.system, maria, visit.patient_id)
    chat.claim(world.system, maria, case.id, world.row(case.id).case.version)
    visit_day.start_video(world.system, maria, case.id)
    (new,) = called_in(world, visit)
    assert links.use(world.system, token, login(world, number_of(world, visit))) == Unknown()
    assert isinstance(links.use(world.system, new, login(world, number_of(world, visit))), Go)


@pytest.mark.rule("VI-7", "PR-1")
@pytest.mark.hazard("H1", "H14")
def test_a_childs_visit_lives_again_only_where_the_proxy_may_still_be_it(world: World) -> None:
    joining(world)
    visit = book(world, child(world).id, world.clock.now() + HOUR, summons=Summons.CHILD_SAVED)
    world.clock.instant = visit.starts_at
    started(world, visit)
    maria, case_id = world.actor("maria"), case_of(world, visit)
    visit_day.end_video(world.system, maria, case_id)
    persons(world).protected[MOTHER.number] = Protection.MARKED
    with pytest.raises(Refused, match="PR-1: guardian-protected"):
        visit_day.start_video(world.system, maria, case_id)
    ended = structs.replace(visit, state=VisitState.ENDED)  # with the proxy that it had then
    with world.system.store.writing() as tx, pytest.raises(Refused, match="VI-7: not-guardian"):
        invitations.begin_anew(tx, world.system, maria, ended, world.clock.now())
    assert called_in(world, visit) == []


@pytest.mark.rule("VI-7", "PR-1")
@pytest.mark.hazard("H1", "H16")
def test_a_proxy_who_turns_out_to_be_protected_does_not_come_in(world: World) -> None:
    joining(world)
    visit = book(world, child(world).id, world.clock.now() + HOUR, summons=Summons.CHILD_SAVED)
    token = patients_token(world, visit)
    persons(world).protected[MOTHER.number] = Protection.MARKED
    visits.look_up(world.system, world.actor("maria"), visit.patient_id)
    world.clock.instant = visit.starts_at
    assert links.use(world.system, token, login(world, MOTHER.number)) == Revoked()


@pytest.mark.rule("VI-11")
@pytest.mark.hazard("H16")
def test_what_is_left_from_another_day_is_over_until_the_patient_is_called_in_anew(world: World) -> None:
    visit, system = booked(world), world.system

    def is_over() -> bool:
        with system.store.writing() as tx:
            found = stored_visits.one(tx, visit.id)
            assert found is not None
            return invitations.is_over(tx, system, found, world.clock.now())

    world.clock.instant = visit.starts_at
    started(world, visit)
    assert not is_over()
    world.clock.advance(DAY)
    assert is_over()
    with system.store.writing() as tx:
        found = stored_visits.one(tx, visit.id)
        assert found is not None
        invitations.begin_anew(tx, system, world.actor("maria"), found, world.clock.now())
    assert not is_over()
    assert isinstance(links.use(system, called_in(world, visit)[-1], login(world, number_of(world, visit))), Go)


@pytest.mark.rule("VI-4", "VI-11")
@pytest.mark.hazard("H16")
def test_a_talk_with_a_relative_calls_nobody_in_when_it_lives_again(world: World) -> None:
    joining(world)
    system = world.system
    visit = book(world, world.patient(mobile=MOBILE).id, world.clock.now() + HOUR, relative=True, summons=None)
    token = invited(world, visit, Guest(role=Role.RELATIVE, name="Eva Ek", address="eva@example.se"))
    with system.store.writing() as tx:
        ended = stored_visits.save(tx, structs.replace(visit, state=VisitState.ENDED))
        assert not invitations.is_over(tx, system, visit, world.clock.now())
        assert invitations.is_over(tx, system, ended, world.clock.now())
        invitations.begin_anew(tx, system, world.actor("maria"), ended, world.clock.now())
    assert (called_in(world, visit), roles(world, visit.id)) == ([], [])
    assert links.use(system, token) == Revoked()


@pytest.mark.rule("VI-11")
@pytest.mark.hazard("H16")
def test_of_a_link_that_has_gone_out_only_the_digest_is_kept(world: World) -> None:
    gateway = with_gateway(world)
    world.system.settings = replace(world.system.settings, join_address=JOIN)
    visit = book(world, world.patient(mobile=MOBILE).id, world.clock.now() + 2 * HOUR)
    assert send(world) == 1
    token = token_of(gateway.handed[0].text)
    gone = next(row for row in rows_of(world, visit.patient_id) if row.state is OutgoingState.ACCEPTED)
    assert f"{JOIN}/v/…" in gone.text
    with world.system.store.reading() as tx:
        kept = tx.connection.exec_driver_sql("SELECT text FROM outbox").scalars().all()
        digests = tx.connection.scalars(select(visit_links.c.digest)).all()
    assert not any(token in text for text in kept)
    assert sha256(token.encode()).digest() in [bytes(one) for one in digests]
