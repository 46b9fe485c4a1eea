"""Links into a visit: opaque, to one visit, within its time, revocable; every use is logged (H16)."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import select

from p24tui.gateways.e_id import LoggedIn
from p24tui.routine.link import Role
from p24tui.routine.protection import Protection
from p24tui.routine.visit import Summons, Visit
from p24tui.services import invitations, links, visit_day, visits
from p24tui.services.invitations import Guest
from p24tui.services.links import Go, NeedsLogin, NotReady, Over, Revoked, TooEarly, Unknown, WrongPerson
from p24tui.store import cases, people
from p24tui.store.tables import events, visit_links
from tests.outgoing import MOBILE, persons, rows_of, with_gateway
from tests.visiting import FATHER, MOTHER, book, child, stored_visit, with_video
from tests.world import UNIT, World

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
