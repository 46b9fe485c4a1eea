"""What is to go out holds the link for as long as it may go, and not longer (H16)."""

import re
from datetime import timedelta

import pytest

from p24tui.errors import Refused
from p24tui.gateways.outgoing.model import Fate, Problem, Rejected, Report, Uncertain
from p24tui.routine.outgoing import Channel, Purpose
from p24tui.routine.visit import Visit
from p24tui.services import delivery, invitations, outbox, visits
from p24tui.store.values import OutgoingRow
from tests.outgoing import MOBILE, ScriptedGateway, rows_of, send
from tests.services.test_links import booked, invited, joining, the_guest
from tests.visiting import book
from tests.world import World

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
TOKEN = re.compile(r"/v/[A-Za-z0-9_-]{20}")


def the_booking(world: World, visit: Visit) -> OutgoingRow:
    return next(row for row in rows_of(world, visit.patient_id) if row.purpose is Purpose.VISIT_BOOKED)


def links_kept(world: World, visit: Visit) -> dict[str, bool]:
    """Whether a link stands in clear in what was to go out, by why it was to."""
    return {row.purpose.value: bool(TOKEN.search(row.text)) for row in rows_of(world, visit.patient_id)}


@pytest.mark.rule("VI-11")
@pytest.mark.hazard("H16")
def test_of_a_link_that_never_goes_only_the_digest_is_kept(world: World) -> None:
    visit, maria = booked(world), world.actor("maria")
    invited(world, visit)
    assert links_kept(world, visit) == {"visit-booked": True, "visit-soon": True, "invitation": True}
    outbox.cancel(world.system, maria, the_booking(world, visit).id)
    assert links_kept(world, visit)["visit-booked"] is False, "somebody has stopped it"
    invitations.revoke(world.system, maria, visit.id, the_guest(visit))
    assert links_kept(world, visit)["invitation"] is False, "it is taken back"
    world.clock.instant = visit.starts_at - MINUTE
    assert links_kept(world, visit)["visit-soon"], "it is still to go"
    visits.cancel(world.system, maria, visit.id)
    assert not any(links_kept(world, visit).values())


@pytest.mark.rule("VI-11", "SE-2")
@pytest.mark.hazard("H16")
@pytest.mark.parametrize("answer", [Rejected(Problem.ADDRESS), Uncertain(Problem.SILENCE)])
def test_a_link_that_may_go_once_more_is_kept_until_somebody_decides_or_it_is_too_late(
    world: World, answer: Rejected | Uncertain
) -> None:
    for decides in (True, False):
        joining(world)
        world.system.gateways = {Channel.SMS: ScriptedGateway([answer])}
        visit = book(world, world.patient(mobile=MOBILE).id, world.clock.now() + 2 * HOUR)
        send(world)
        row = the_booking(world, visit)
        delivery.look_up(world.system)
        assert links_kept(world, visit)["visit-booked"], "somebody may send it again"
        if decides:
            outbox.settle(world.system, world.actor("maria"), row.id)
        else:
            world.clock.instant = row.expires_at
            delivery.look_up(world.system)
        assert links_kept(world, visit)["visit-booked"] is False


@pytest.mark.rule("VI-11", "SE-2")
@pytest.mark.hazard("H16")
def test_what_was_taken_and_then_failed_is_not_sent_again_without_its_link(world: World) -> None:
    joining(world)
    visit, maria = booked(world), world.actor("maria")
    send(world)
    row = the_booking(world, visit)
    delivery.hear(world.system, "scripted", Report(Fate.FAILED, id=row.id, gateway_id=row.gateway_id))
    with pytest.raises(Refused, match="sms-link-spent"):
        outbox.send_again(world.system, maria, row.id)


@pytest.mark.rule("VI-11")
@pytest.mark.hazard("H16")
def test_what_a_report_says_was_taken_keeps_no_link(world: World) -> None:
    joining(world)
    world.system.gateways = {Channel.SMS: ScriptedGateway([Uncertain(Problem.SILENCE)])}
    visit = book(world, world.patient(mobile=MOBILE).id, world.clock.now() + 2 * HOUR)
    send(world)
    row = the_booking(world, visit)
    delivery.hear(world.system, "scripted", Report(Fate.TAKEN, id=row.id, gateway_id="gw"))
    assert links_kept(world, visit)["visit-booked"] is False
