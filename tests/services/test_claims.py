"""Two consoles claim one case in the same instant: one gets it (on both databases)."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from p24tui.errors import Refused, Stale
from p24tui.services import chat
from tests.world import World


@pytest.mark.parametrize("rounds", [10])
def test_one_claim_wins(world: World, rounds: int) -> None:
    for _round in range(rounds):
        case = world.case()
        together = Barrier(2)

        def claim(who: str, case_id: str = case.id, version: int = case.version, together: Barrier = together) -> str:
            together.wait()
            try:
                chat.claim(world.system, world.actor(who), case_id, version)
            except (Stale, Refused):
                return ""
            return who

        with ThreadPoolExecutor(2) as pool:
            winners = [one for one in pool.map(claim, ("maria", "johan")) if one]
        assert len(winners) == 1
        assert world.row(case.id).case.owner_id == world.actor(winners[0]).staff_id
        assert world.event_kinds(case.id).count("case.claimed") == 1
