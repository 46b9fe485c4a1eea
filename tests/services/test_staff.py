"""Where staff are reached: an e-mail address and a mobile that can be used, or none (VI-10)."""

from typing import Any

import pytest

from p24tui.errors import BadInput
from p24tui.services import staff
from tests.outgoing import MOBILE
from tests.world import PEOPLE, UNIT, World

SARA = PEOPLE["sara"]


@pytest.mark.rule("VI-10")
def test_what_was_typed_is_kept_as_it_is_sent_to(world: World) -> None:
    member = staff.make_staff(*SARA, email=" sara.holm@example.se ", mobile="070-174 06 05")
    staff.put_staff(world.system, world.source, member, (UNIT,))
    stored = next(one for one in staff.staff_of(world.system, UNIT) if one.id == SARA[0])
    assert (stored.email, stored.mobile) == ("sara.holm@example.se", MOBILE)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"email": "sara"}, "email"),
        ({"email": "sara@example.se, bo@example.se"}, "email"),
        ({"email": "sara@example.se\nBcc: x@example.se"}, "email"),
        ({"mobile": "035-12 34 56"}, "mobile"),
        ({"mobile": "hej"}, "mobile"),
    ],
)
def test_what_nothing_can_be_sent_to_is_refused(facts: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadInput) as said:
        staff.make_staff(*SARA, **facts)
    assert said.value.reason == reason
