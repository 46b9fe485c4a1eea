"""A flag that comes later: the case closes down as one that came in with it (PR-1, PR-2, H1, H2)."""

from datetime import date

import pytest

from p24tui.errors import Refused
from p24tui.routine.actor import Profession
from p24tui.routine.case import Case, CaseState, SuicideRisk
from p24tui.routine.handover import Consent, ConsentState, ConsentWay, OfferState, Target
from p24tui.routine.protection import Protection
from p24tui.services import chat, handover, protections, queue, shift
from p24tui.store import handovers
from tests.outgoing import Persons
from tests.world import UNIT, World

pytestmark = [pytest.mark.rule("PR-1"), pytest.mark.hazard("H2")]


def flagged(world: World, one: Case, protection: Protection = Protection.MARKED) -> Case:
    """The person-data service says so now, and somebody asks."""
    number = world.row(one.id).patient.number
    world.system.person_data = Persons({number: protection}, silent=protection is Protection.UNKNOWN)
    protections.look_up(world.system, world.actor("maria"), one.patient_id)
    return world.row(one.id).case


def test_whoever_had_the_case_has_it_no_longer_and_no_offer_of_it_stands(world: World) -> None:
    one = world.case(unread=0)
    maria = world.actor("maria")
    mine = chat.claim(world.system, maria, one.id, one.version)
    agreed = Consent(ConsentState.GIVEN, ConsentWay.CHAT, world.clock.now())
    handover.offer(world.system, maria, one.id, mine.version, Target(UNIT, Profession.DOCTOR), "EKG", agreed)
    after = flagged(world, one)
    assert (after.owner_id, after.handed_at, after.state) == (None, None, CaseState.NEW)
    with world.system.store.reading() as tx:
        (offer,) = handovers.of_case(tx, one.id)
    assert offer.state is OfferState.WITHDRAWN
    assert "case.closed-down" in world.event_kinds(one.id)
    with pytest.raises(Refused, match="PR-1"):
        chat.answer(world.system, maria, one.id, after.version, "Hej", "m1")


def test_what_rests_comes_back_to_be_ended(world: World) -> None:
    one = world.case(unread=0)
    mine = chat.claim(world.system, world.actor("maria"), one.id, one.version)
    chat.hold(world.system, world.actor("maria"), one.id, mine.version, date(2026, 11, 30), "provsvar")
    after = flagged(world, one)
    assert (after.state, after.held_until, after.held_reason) == (CaseState.DUE, None, "")


@pytest.mark.rule("AP-4")
def test_suspected_risk_calls_again_until_it_was_acted_on_outside(world: World) -> None:
    one = world.case(unread=0, suicide=SuicideRisk.AWAITING)
    chat.claim(world.system, world.actor("amir"), one.id, one.version)
    assert flagged(world, one).suicide is SuicideRisk.AWAITING


def test_a_shift_can_end_when_its_only_case_has_closed_down(world: World) -> None:
    one = world.case(unread=0)
    maria = world.actor("maria")
    chat.claim(world.system, maria, one.id, one.version)
    assert shift.ongoing(world.system, maria).lines
    flagged(world, one)
    assert not shift.ongoing(world.system, maria).lines


def test_unknown_is_no_flag_and_takes_the_case_from_nobody(world: World) -> None:
    one = world.case(unread=0)
    mine = chat.claim(world.system, world.actor("maria"), one.id, one.version)
    assert flagged(world, one, Protection.UNKNOWN).owner_id == mine.owner_id


def test_nothing_of_the_person_is_left_in_the_list(world: World) -> None:
    one = world.case(name="Hemlig Person", matter="Hemligt ärende")
    flagged(world, one)
    (line,) = queue.open_list(world.system, world.actor("maria")).lines
    assert "Hemlig" not in repr(line.patient)
