"""What became of what was handed over: reports twice and out of order, and look-ups that believe only what is sure."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from p24tui.gateways.outgoing.model import Accepted, Fate, Problem, Report, Uncertain
from p24tui.routine.outgoing import OutgoingState
from p24tui.services import outbox
from p24tui.services.delivery import hear, look_up
from tests.outgoing import queued, send, stored, waited_for, with_gateway
from tests.world import UNIT, World

S = OutgoingState

REPORTS: dict[str, Callable[[str], Report]] = {
    "taken": lambda id: Report(Fate.TAKEN, id=id, gateway_id="gw-x"),
    "delivered": lambda id: Report(Fate.DELIVERED, id=id, gateway_id="gw-x"),
    "failed": lambda id: Report(Fate.FAILED, id=id, gateway_id="gw-x"),
}


@pytest.mark.hazard("H13")
@pytest.mark.parametrize(
    ("names", "state"),
    [
        (("delivered",), S.DELIVERED),
        (("taken",), S.ACCEPTED),
        (("failed",), S.FAILED),
        (("delivered", "delivered", "taken", "failed"), S.DELIVERED),
        (("failed", "delivered"), S.DELIVERED),
        (("taken", "delivered"), S.DELIVERED),
    ],
)
def test_a_report_settles_what_nobody_knew_in_whatever_order_it_comes(
    world: World, names: tuple[str, ...], state: S
) -> None:
    with_gateway(world, Uncertain(Problem.CUT_OFF))
    row = queued(world)
    send(world)
    assert all(hear(world.system, "scripted", REPORTS[name](row.id)) for name in names)
    assert stored(world, row.id).state is state
    assert outbox.standing(world.system, [UNIT]).uncertain == 0


def test_a_report_finds_its_row_by_the_gateways_own_id(world: World) -> None:
    with_gateway(world, Accepted("gw-77"))
    row = queued(world)
    send(world)
    assert hear(world.system, "scripted", Report(Fate.DELIVERED, gateway_id="gw-77"))
    assert stored(world, row.id).state is S.DELIVERED
    assert not hear(world.system, "another", Report(Fate.DELIVERED, gateway_id="gw-77"))
    assert not hear(world.system, "scripted", Report(Fate.FAILED, id="nobody"))


@pytest.mark.hazard("H13")
def test_a_report_that_overtakes_the_answer_stands(world: World) -> None:
    gateway = with_gateway(world, Accepted("gw-1"))
    gateway.before = lambda one: (hear(world.system, "scripted", REPORTS["delivered"](one.id)), None)[1]
    row = queued(world)
    send(world)
    assert stored(world, row.id).state is S.DELIVERED


@pytest.mark.hazard("H13")
def test_a_look_up_settles_what_nobody_knew_but_never_by_another_ones_id(world: World) -> None:
    gateway = with_gateway(world, Accepted("gw-1"), Uncertain(Problem.SILENCE))
    first, second = queued(world), queued(world, waited_for(world, mobile="+46701740611"))
    send(world)
    send(world)
    lost = next(id for id in (first.id, second.id) if stored(world, id).state is S.UNCERTAIN)
    gateway.known[lost] = Report(Fate.TAKEN, gateway_id="gw-1")  # the other one's
    assert look_up(world.system) == 0
    world.clock.advance(timedelta(hours=2))
    gateway.known[lost] = Report(Fate.TAKEN, gateway_id="gw-2")
    assert look_up(world.system) == 1
    assert (stored(world, lost).state, stored(world, lost).gateway_id) == (S.ACCEPTED, "gw-2")


@pytest.mark.hazard("H13")
def test_a_look_up_believes_no_history_where_another_one_went_to_the_same_number(world: World) -> None:
    """The history holds one message to a parent's number; which of the two children's it was, nobody can know."""
    gateway = with_gateway(world, Uncertain(Problem.SILENCE))
    first, second = queued(world), queued(world)
    send(world)
    send(world)
    for row in (first, second):
        gateway.known[row.id] = Report(Fate.TAKEN, gateway_id="gw-of-one-of-them")
    assert look_up(world.system) + look_up(world.system) == 0
    assert {stored(world, row.id).state for row in (first, second)} == {S.UNCERTAIN}
    assert all(stored(world, row.id).try_at > world.clock.now() for row in (first, second))  # and rests meanwhile
