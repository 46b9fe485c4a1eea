"""Delivery reports over HTTP: at its own secret address each tells of one message, in any order and however often."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from p24tui.clock import SystemClock
from p24tui.errors import Unavailable
from p24tui.gateways.outgoing.configured import gateways
from p24tui.gateways.outgoing.report_address import report_address
from p24tui.ids import fresh_id
from p24tui.intake.endpoints import REPORT_MAX_BYTES
from p24tui.routine.outgoing import OutgoingState
from p24tui.services import delivery, reminders
from p24tui.store.values import OutgoingRow
from p24tui.system import System
from tests.gateways.outgoing.elks_server import CUT_OFF_BUT_TAKEN, PASSWORD, USER, ElksServer, elks_server
from tests.intake.serving import raw, served
from tests.outgoing import Persons, send, stored, waited_for, with_gateway
from tests.world import World

SECRET = "hemligheten för leveransbesked"
GATEWAY = "46elks"


def set_secret(system: System, secret: str = SECRET) -> None:
    system.settings = replace(system.settings, report_secret=secret)


@pytest.fixture
def base(world: World) -> Iterator[str]:
    """The address of the intake, which has a secret."""
    set_secret(world.system)
    with served(world.system) as address:
        yield address


@pytest.fixture
def small_base(sqlcipher_world: World) -> Iterator[str]:
    set_secret(sqlcipher_world.system)
    with served(sqlcipher_world.system) as address:
        yield address


def handed_over(world: World) -> OutgoingRow:
    """A reminder that 46elks has taken."""
    with_gateway(world).name = GATEWAY
    row = reminders.remind(world.system, world.actor("maria"), waited_for(world).id)
    assert send(world) == 1
    return stored(world, row.id)


def post(address: str, status: str = "delivered", id: str = "") -> int:
    form = {"id": id or "gw", "status": status, "delivered": "2026-11-23T08:00:09.000000"}
    return httpx.post(address, data=form, timeout=20).status_code


@pytest.mark.rule("SE-2")
def test_at_its_address_a_message_is_said_to_have_arrived(world: World, base: str) -> None:
    row = handed_over(world)
    assert row.state is OutgoingState.ACCEPTED
    assert post(report_address(base, SECRET, GATEWAY, row.id), id=row.gateway_id) == 204
    assert stored(world, row.id).state is OutgoingState.DELIVERED
    assert "sms.delivered" in world.event_kinds(row.case_id or "")


@pytest.mark.hazard("H13")
def test_twice_and_out_of_order_what_arrived_has_arrived(world: World, base: str) -> None:
    row = handed_over(world)
    address = report_address(base, SECRET, GATEWAY, row.id)
    for status in ("delivered", "sent", "failed", "delivered", "created"):
        assert post(address, status, row.gateway_id) == 204
        assert stored(world, row.id).state is OutgoingState.DELIVERED
    assert world.event_kinds(row.case_id or "").count("sms.delivered") == 1


def test_that_it_failed_is_told_once_and_that_it_arrived_after_all_counts(world: World, base: str) -> None:
    row = handed_over(world)
    address = report_address(base, SECRET, GATEWAY, row.id)
    for _time in range(2):
        assert post(address, "failed", row.gateway_id) == 204
    failed = stored(world, row.id)
    assert (failed.state, failed.problem) == (OutgoingState.FAILED, "not-delivered")
    assert world.event_kinds(row.case_id or "").count("sms.failed") == 1
    assert post(address, "delivered", row.gateway_id) == 204
    assert (stored(world, row.id).state, stored(world, row.id).problem) == (OutgoingState.DELIVERED, "")


@pytest.mark.hazard("H24")
def test_who_does_not_know_the_address_of_a_message_changes_nothing(sqlcipher_world: World, small_base: str) -> None:
    one, other = handed_over(sqlcipher_world), handed_over(sqlcipher_world)
    right = report_address(small_base, SECRET, GATEWAY, one.id)
    wrong = [
        report_address(small_base, "en annan hemlighet", GATEWAY, one.id),
        right.replace(f"/{one.id}", f"/{other.id}"),
        report_address(small_base, SECRET, "smpp", one.id),
        right.replace(GATEWAY, "smpp"),
        f"{small_base}/reports/{GATEWAY}/%C3%A5/{one.id}",
        f"{small_base}/reports/{GATEWAY}/{one.id}",
        f"{right}/x",
    ]
    assert [post(address, id=one.gateway_id) for address in wrong] == [404] * len(wrong)
    assert [stored(sqlcipher_world, row.id).state for row in (one, other)] == [OutgoingState.ACCEPTED] * 2


def test_without_a_secret_no_address_is_right(sqlcipher_world: World, small_base: str) -> None:
    row = handed_over(sqlcipher_world)
    set_secret(sqlcipher_world.system, "")
    for secret in (SECRET, ""):
        assert post(report_address(small_base, secret, GATEWAY, row.id), id=row.gateway_id) == 404
    assert stored(sqlcipher_world, row.id) == row


def test_of_a_message_that_is_none_of_ours_it_does_not_come_again_for_ever(
    sqlcipher_world: World, small_base: str
) -> None:
    assert post(report_address(small_base, SECRET, GATEWAY, fresh_id())) == 204
    row = handed_over(sqlcipher_world)
    address = report_address(small_base, SECRET, GATEWAY, row.id)
    assert post(address, "read by the patient", row.gateway_id) == 204
    assert httpx.post(address, content=b"\xff\x00=%zz&&&status").status_code == 204
    assert httpx.post(address).status_code == 204
    assert stored(sqlcipher_world, row.id).state is OutgoingState.ACCEPTED


@pytest.mark.parametrize("declared", [True, False])
def test_a_huge_body_is_not_read(sqlcipher_world: World, small_base: str, declared: bool) -> None:
    row = handed_over(sqlcipher_world)
    path = report_address("", SECRET, GATEWAY, row.id).encode()
    head = b"POST " + path + b" HTTP/1.1\r\nHost: x\r\n"
    if declared:
        sent = head + b"Content-Length: 99999999999\r\n\r\n"
    else:
        sent = head + b"Transfer-Encoding: chunked\r\n\r\n" + b"2001\r\n" + b" " * (REPORT_MAX_BYTES + 1) + b"\r\n"
    assert raw(small_base, sent).startswith(b"HTTP/1.1 413")
    assert stored(sqlcipher_world, row.id).state is OutgoingState.ACCEPTED


def test_it_is_no_page_to_look_at(small_base: str) -> None:
    address = report_address(small_base, SECRET, GATEWAY, fresh_id())
    assert httpx.get(address).status_code == 405
    assert httpx.put(address).status_code == 405


@pytest.mark.hazard("H24")
def test_without_the_database_it_is_to_come_again(
    sqlcipher_world: World, small_base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: object) -> None:
        raise Unavailable("database", "full")

    row = handed_over(sqlcipher_world)
    address = report_address(small_base, SECRET, GATEWAY, row.id)
    with monkeypatch.context() as patched:
        patched.setattr(type(sqlcipher_world.system.store), "writing", away)
        refused = httpx.post(address, data={"id": row.gateway_id, "status": "delivered"})
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    assert post(address, id=row.gateway_id) == 204
    assert stored(sqlcipher_world, row.id).state is OutgoingState.DELIVERED


def test_the_log_holds_no_address(sqlcipher_world: World, small_base: str, caplog: pytest.LogCaptureFixture) -> None:
    row = handed_over(sqlcipher_world)
    address = report_address(small_base, SECRET, GATEWAY, row.id)
    with caplog.at_level("INFO", "p24tui"):
        post(address, id=row.gateway_id)
    ours = "\n".join(one.getMessage() for one in caplog.records if one.name.startswith("p24tui"))
    assert "POST report - 204" in ours
    assert address.split("/")[-2] not in ours


@pytest.fixture
def elks(world: World, base: str) -> Iterator[ElksServer]:
    """46elks, by which the world's SMS go, and which reports to the world's intake."""
    with elks_server(world.clock) as server:
        way = server.address.replace("http://", f"46elks+http://{USER}:{PASSWORD}@")
        world.system.settings = replace(world.system.settings, sms=way, report_address=base)
        world.system.gateways = gateways(world.system.settings, SystemClock())
        world.system.person_data = Persons()
        yield server
        for gateway in world.system.gateways.values():
            gateway.close()


@pytest.mark.rule("SE-2")
def test_the_whole_way_from_the_button_to_the_telephone(world: World, elks: ElksServer) -> None:
    row = reminders.remind(world.system, world.actor("maria"), waited_for(world).id)
    assert send(world) == 1
    (taken,) = elks.accepted
    assert (taken.to, taken.message, taken.dontlog) == ("+46701740605", row.text, "message")
    assert elks.report(taken, "sent", "delivered", "delivered") == [204] * 3
    arrived = stored(world, row.id)
    assert (arrived.state, arrived.gateway_id) == (OutgoingState.DELIVERED, taken.id)


@pytest.mark.rule("SE-2")
@pytest.mark.hazard("H13")
def test_what_nobody_knew_is_known_by_its_report(world: World, elks: ElksServer) -> None:
    elks.behave([CUT_OFF_BUT_TAKEN])
    row = reminders.remind(world.system, world.actor("maria"), waited_for(world).id)
    send(world)
    assert stored(world, row.id).state is OutgoingState.UNCERTAIN
    world.clock.advance(timedelta(minutes=5))
    assert send(world) == 0
    (taken,) = elks.accepted
    assert elks.report(taken, "delivered") == [204]
    assert stored(world, row.id).state is OutgoingState.DELIVERED


@pytest.mark.hazard("H13")
def test_what_nobody_knew_is_looked_up_where_no_report_comes(world: World, elks: ElksServer) -> None:
    elks.behave([CUT_OFF_BUT_TAKEN])
    row = reminders.remind(world.system, world.actor("maria"), waited_for(world).id)
    send(world)
    world.clock.advance(timedelta(minutes=5))
    assert delivery.look_up(world.system) == 1
    found = stored(world, row.id)
    assert (found.state, found.gateway_id) == (OutgoingState.ACCEPTED, elks.accepted[0].id)
    assert len(elks.accepted) == 1
