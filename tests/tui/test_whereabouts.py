"""Where one is, as the others are told: once it is painted, and no more often than it changes."""

from collections.abc import Callable
from typing import Any

import pytest

from p24tui import services
from p24tui.store.values import Doing
from p24tui.tui.errands import Errands
from p24tui.tui.whereabouts import Whereabouts
from tests.world import World


class Told(Errands):
    """Errands that are carried out at once; and what waits until the screen is painted."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def run(self, errand: Callable[[], Any], *_then: object) -> None:
        errand()

    def paint(self) -> None:
        while self.waiting:
            self.waiting.pop(0)()


def test_the_others_are_told_where_one_is_once_it_is_painted(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, told, errands = sqlcipher_world, [], Told()
    presence = services.presence
    monkeypatch.setattr(presence, "be_present", lambda _system, _actor, id, doing: told.append((id, doing)))
    monkeypatch.setattr(presence, "leave", lambda _system, _actor, id: told.append((id, None)))
    one, other = world.case(), world.case()
    maria = world.actor("maria")
    whereabouts = Whereabouts(world.system, lambda _unit_id: maria, errands, errands.waiting.append)

    def painted() -> list[tuple[str, Doing | None]]:
        errands.paint()
        said = told.copy()
        told.clear()
        return said

    whereabouts.be(one, Doing.VIEWING)
    assert told == []
    assert painted() == [(one.id, Doing.VIEWING)]
    whereabouts.be(one, Doing.VIEWING)
    assert painted() == []
    whereabouts.be(one, Doing.TYPING)
    assert painted() == [(one.id, Doing.TYPING)]
    whereabouts.be(other, Doing.VIEWING)
    assert painted() == [(one.id, None), (other.id, Doing.VIEWING)]
    whereabouts.be(one, Doing.VIEWING)
    whereabouts.be(other, Doing.VIEWING)
    assert painted() == []
    whereabouts.renew()
    assert painted() == [(other.id, Doing.VIEWING)]
    whereabouts.leave()
    whereabouts.be(one, Doing.VIEWING)
    whereabouts.leave()
    assert painted() == [(other.id, None)]
    whereabouts.renew()
    assert painted() == []
