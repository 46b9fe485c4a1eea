"""Links into a visit: from when, until when, for whom; and who is invited by what."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from p24tui.routine.decision import Refusal
from p24tui.routine.link import (
    INTERPRETER_NAME,
    Participant,
    Role,
    Standing,
    colleague_channel,
    may_invite,
    spent,
    standing,
)
from p24tui.routine.outgoing import Channel
from p24tui.routine.visit import OPEN, VisitState
from tests.routine.cases import NOW
from tests.routine.visits import LASTS, STARTS, participant, visit

S = VisitState
BEFORE, MINUTE, SECOND = timedelta(minutes=30), timedelta(minutes=1), timedelta(seconds=1)
ENDS = STARTS + LASTS


@pytest.mark.rule("VI-11")
@pytest.mark.hazard("H16")
@pytest.mark.parametrize(
    ("state", "at", "expected"),
    [
        (S.BOOKED, STARTS - BEFORE - SECOND, Standing.EARLY),
        (S.BOOKED, STARTS - BEFORE, Standing.OPEN),
        (S.BOOKED, ENDS - SECOND, Standing.OPEN),
        (S.BOOKED, ENDS, Standing.OVER),
        (S.TAKEN_IN, STARTS - BEFORE - SECOND, Standing.EARLY),
        (S.TAKEN_IN, ENDS + MINUTE, Standing.OPEN),  # it is late, and is being held
        (S.STARTED, STARTS - timedelta(hours=2), Standing.OPEN),
        (S.STARTED, ENDS + timedelta(hours=1), Standing.OPEN),
        (S.ENDED, STARTS, Standing.OVER),
        (S.ABSENT, STARTS, Standing.OVER),
        (S.CANCELLED, STARTS, Standing.OVER),
    ],
)
def test_a_link_leads_in_from_a_while_before_until_the_visit_is_over(
    state: VisitState, at: datetime, expected: Standing
) -> None:
    assert standing(visit(state=state), participant(), at, BEFORE) is expected


@pytest.mark.parametrize(
    ("arrived", "entered", "waits"),
    [
        (None, None, False),
        (None, STARTS, False),  # the link led straight in
        (STARTS, None, True),
        (STARTS, STARTS, False),
        (STARTS, STARTS + SECOND, False),
        (STARTS + SECOND, STARTS, True),  # the video was off when they came back
    ],
)
def test_who_has_come_waits_until_they_go_in(arrived: datetime | None, entered: datetime | None, waits: bool) -> None:
    assert participant(arrived_at=arrived, entered_at=entered).waits is waits


@pytest.mark.rule("VI-11")
@pytest.mark.hazard("H16")
@pytest.mark.parametrize("state", VisitState)
def test_what_has_been_taken_back_leads_nowhere(state: VisitState) -> None:
    assert standing(visit(state=state), participant(revoked_at=NOW), STARTS, BEFORE) is Standing.REVOKED


@pytest.mark.rule("VI-11")
@pytest.mark.hazard("H16")
@pytest.mark.parametrize(
    ("arrived_at", "at", "expected"),
    [
        (STARTS - BEFORE, ENDS, Standing.OPEN),  # staff are late, and they sit there
        (STARTS - BEFORE, ENDS + timedelta(hours=5), Standing.OPEN),
        (ENDS + MINUTE, ENDS + 2 * MINUTE, Standing.OPEN),  # the page has been opened once more
        (STARTS - BEFORE - SECOND, ENDS, Standing.OVER),  # that was before it was moved
        (STARTS, ENDS + timedelta(days=1), Standing.OVER),
        (None, ENDS, Standing.OVER),
    ],
)
def test_it_is_not_over_for_who_waits_while_staff_are_late(
    arrived_at: datetime | None, at: datetime, expected: Standing
) -> None:
    assert standing(visit(), participant(arrived_at=arrived_at), at, BEFORE) is expected


DAY = timedelta(days=1)


@pytest.mark.rule("VI-11")
@pytest.mark.hazard("H16")
@pytest.mark.parametrize(
    ("facts", "invited_at", "days", "expected"),
    [
        ({"state": S.STARTED, "started_at": STARTS}, NOW, 0, Standing.OPEN),
        ({"state": S.STARTED, "started_at": STARTS}, NOW, 1, Standing.OVER),
        ({"state": S.STARTED, "started_at": STARTS + DAY}, NOW, 1, Standing.OPEN),
        ({"state": S.STARTED, "started_at": STARTS + DAY}, NOW, 2, Standing.OVER),
        ({"state": S.STARTED, "started_at": STARTS}, NOW + DAY, 1, Standing.OPEN),  # invited to what goes on then
        ({"state": S.TAKEN_IN, "taken_in_at": STARTS - DAY}, NOW - DAY, 0, Standing.OPEN),
        ({"state": S.TAKEN_IN, "taken_in_at": STARTS}, NOW, 1, Standing.OVER),
        ({"state": S.TAKEN_IN, "taken_in_at": STARTS + DAY}, NOW, 1, Standing.OPEN),
    ],
)
def test_what_has_begun_and_is_left_lets_nobody_in_another_day(
    facts: dict[str, Any], invited_at: datetime, days: int, expected: Standing
) -> None:
    one = participant(invited_at=invited_at)
    assert standing(visit(**facts), one, ENDS + MINUTE + days * DAY, BEFORE) is expected


@pytest.mark.rule("VI-10")
@pytest.mark.parametrize(
    ("email", "mobile", "way"),
    [
        ("sara@vard.example.se", "+46701740605", (Channel.EMAIL, "sara@vard.example.se")),
        ("sara@vard.example.se", "", (Channel.EMAIL, "sara@vard.example.se")),
        ("", "+46701740605", (Channel.SMS, "+46701740605")),
        ("", "", None),
    ],
)
def test_a_colleague_is_invited_by_email_first(email: str, mobile: str, way: object) -> None:
    assert colleague_channel(email, mobile) == way


THERE = (participant(), participant(Role.INTERPRETER))


@pytest.mark.rule("VI-4", "VI-8", "VI-10", "VI-11", "VI-12")
@pytest.mark.parametrize(
    ("role", "there", "channel", "refusal"),
    [
        (Role.GUEST, (), Channel.SMS, None),
        (Role.GUEST, (), Channel.EMAIL, None),
        (Role.GUARDIAN, (), Channel.SMS, None),
        (Role.RELATIVE, (), Channel.EMAIL, None),
        (Role.COLLEAGUE, (), None, None),
        (Role.COLLEAGUE, (), Channel.EMAIL, None),
        (Role.INTERPRETER, (), Channel.EMAIL, None),
        (Role.INTERPRETER, (participant(Role.INTERPRETER, revoked_at=NOW),), Channel.EMAIL, None),
        (Role.INTERPRETER, (participant(Role.GUEST),), Channel.EMAIL, None),
        (Role.GUEST, THERE, Channel.EMAIL, None),
        (Role.GUEST, (participant(Role.GUEST),), Channel.EMAIL, None),
        (Role.INTERPRETER, (), Channel.SMS, Refusal("VI-12", "interpreter-mail")),
        (Role.INTERPRETER, THERE, Channel.EMAIL, Refusal("VI-12", "interpreter-there")),
        (Role.GUEST, (), None, Refusal("VI-11", "guest-address")),
        (Role.PROXY, (), Channel.SMS, Refusal("VI-7", "one-proxy")),
        (Role.PATIENT, (), Channel.SMS, Refusal("VI-7", "one-proxy")),
    ],
)
def test_who_is_invited_and_how(
    role: Role, there: tuple[Participant, ...], channel: Channel | None, refusal: Refusal | None
) -> None:
    assert may_invite(visit(), role, there, channel) == refusal


@pytest.mark.rule("VI-12")
def test_an_interpreter_is_called_as_the_routine_says() -> None:
    assert INTERPRETER_NAME == ("tolk", "digital")


def test_who_is_invited_has_done_nothing_yet() -> None:
    one = participant()
    assert (one.name, one.address, one.number, one.identified_by, one.invited_by, one.e_id) == ("",) * 6
    assert (one.must_identify, one.sequence, one.entered_at) == (False, 0, None)


@pytest.mark.rule("VI-11")
@pytest.mark.parametrize("state", [state for state in VisitState if state not in OPEN])
def test_nobody_is_invited_to_what_is_over(state: VisitState) -> None:
    refusal = Refusal("VI-11", "visit-not-open")
    assert may_invite(visit(state=state), Role.GUEST, (), Channel.SMS) == refusal


@pytest.mark.hazard("H16")
@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Gå in: https://a.se/v/AbC-_0123456789abcdefg nu.", "Gå in: https://a.se/v/… nu."),
        ("https://a.se/v/AbC-_0123456789abcdefg", "https://a.se/v/…"),
        ("Logga in på https://mitt.regionhalland.se/vard", "Logga in på https://mitt.regionhalland.se/vard"),
        ("kort /v/abc", "kort /v/abc"),
        ("", ""),
    ],
)
def test_of_what_has_gone_out_the_token_is_not_kept(text: str, kept: str) -> None:
    assert spent(text) == kept
