"""The throttle under a person's own database role: it counts their own tries, and leaves everybody else's alone."""

import pytest
from sqlalchemy import text

from p24tui.errors import BadInput
from p24tui.services import passwords
from p24tui.store.connect import role_of
from p24tui.store.engine import Store
from tests.database_roles import PREFIX, engine_as, world_of_people
from tests.services import test_throttle as shared
from tests.services.test_throttle import HERE, JOHAN, MARIA, PASSWORD, THERE, few, have_password, proves, wrong
from tests.world import World

__all__ = ["world_of_people"]

ten_anywhere = shared.ten_anywhere
test_after_five_that_are_wrong = shared.test_after_five_that_are_wrong_even_the_right_one_waits
test_who_guesses_waits_alone = shared.test_who_guesses_at_a_colleague_waits_alone
test_guesses_from_everywhere = shared.test_guesses_from_everywhere_are_counted_together
test_many_tries_at_once = shared.test_many_tries_at_once_are_no_more_than_are_free


@few
@pytest.mark.rule("NA-1")
@pytest.mark.hazard("H20")
def test_nobody_reaches_the_tries_of_somebody_else(world: World) -> None:
    have_password(world)
    wrong(world, 1)
    owner = world.system.store._owner  # type: ignore[attr-defined]
    johan = Store(engine_as(owner, role_of(PREFIX, JOHAN)), None, None, personal=True)
    try:
        with johan.writing() as tx:
            seen = tx.connection.scalars(text("SELECT whose FROM login_tries")).all()
            gone = tx.connection.execute(text("DELETE FROM login_tries WHERE NOT starts_with(whose, 'place:')"))
        assert (seen, gone.rowcount) == (["place:here"], 0)
        for whose in (f"staff:{MARIA}", f"pair:{MARIA}@x", f"pair:{MARIA}", "pair:", "?"):
            with pytest.raises(BadInput, match="database-refuses"), johan.writing() as tx:
                tx.connection.execute(text("INSERT INTO login_tries VALUES (:whose, 99, now())"), {"whose": whose})
    finally:
        johan.close()
    assert proves(world) == ""


@few
@pytest.mark.rule("NA-1")
def test_one_gives_oneself_another_password_which_ends_ones_wait(world: World) -> None:
    have_password(world)
    wrong(world, 5, THERE)
    passwords.change(world.system, MARIA, PASSWORD, "annat häst batteri", HERE)
    assert proves(world, THERE, "annat häst batteri") == ""


def test_where_each_sees_only_their_own_nobody_can_tell_that_nobody_has_a_password(world: World) -> None:
    assert not passwords.nobody_has_one(world.system)
