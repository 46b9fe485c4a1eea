"""What registration is tried with: contacts that have ended, and the posts that are in VAS for them."""

from typing import Any

from msgspec.structs import replace

from p24tui.routine.case import Case
from p24tui.routine.handover import Consent, ConsentState, ConsentWay, Target
from p24tui.routine.registration import Answers, VisitType, Wanted, Way
from p24tui.services import chat, ending, handover, registration
from p24tui.store import handovers
from p24tui.store.registration_values import Registration
from tests.world import PEOPLE, UNIT, World

REPLACES = Answers(replaces=True, visit_type=VisitType.TELEPHONE)
POST = Wanted(REPLACES, Way.WATCH_POST, reason="Eksem")
MESSAGE = Wanted(REPLACES, Way.MESSAGE, new_visit=True, reason="Eksem")
NOT = Wanted(Answers(replaces=False))
FREE = Wanted(Answers(replaces=True, visit_type=VisitType.WRITTEN, always_free=True), reason="Eksem", payment="Gena")


def ended(world: World, who: str = "maria", **facts: Any) -> Case:
    """A contact that this person has had and ended."""
    one, actor = world.case(**{"unread": 0, **facts}), world.actor(who)
    case = chat.claim(world.system, actor, one.id, one.version)
    case = ending.request_end(world.system, actor, one.id, case.version)
    return ending.confirm_end(world.system, actor, one.id, case.version)


def made(world: World, who: str = "maria", wanted: Wanted = POST, **facts: Any) -> Registration:
    """The registration of a contact that has ended."""
    return registration.make(world.system, world.actor(who), ended(world, who, **facts).id, wanted)


def handed_over(
    world: World, receiver: str = "sara", *, case: Case | None = None, unit_id: str = UNIT, **facts: Any
) -> Case:
    """A nurse's case that a colleague has taken on, here or at another unit."""
    maria, one = world.actor("maria"), case or world.case(**{"unread": 0, **facts})
    case = chat.claim(world.system, maria, one.id, one.version)
    staff_id, _name, profession = PEOPLE[receiver]
    agreed = Consent(ConsentState.GIVEN, ConsentWay.CHAT, world.clock.now())
    handover.offer(world.system, maria, case.id, case.version, Target(unit_id, profession, staff_id), "", agreed)
    with world.system.store.reading() as tx:
        offer = handovers.standing(tx, case.id)
    assert offer is not None
    return handover.accept(world.system, replace(world.actor(receiver), unit_id=unit_id), case.id, offer.id)
