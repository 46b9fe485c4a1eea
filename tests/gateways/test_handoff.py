"""Whoever the server has seen the card of is handed on to their console: once, soon, and not to be made up (NA-1)."""

import os
import tempfile
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p24tui.clock import SetClock
from p24tui.errors import Refused
from p24tui.gateways import handoff
from p24tui.gateways.handoff import VALID, VARIABLE, offer, opened, proven_by_handoff, sealed
from p24tui.routine.login import Means, Proven

pytestmark = [
    pytest.mark.rule("NA-1"),
    pytest.mark.skipif(os.name != "posix", reason="the server for browsers is for POSIX"),
]

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
MARIA = Proven("SE2321000016-ML01", "Maria Lind Ångström", Means.CARD, NOW - timedelta(seconds=1))
KEY = bytes(range(32))


def reason(error: pytest.ExceptionInfo[Refused]) -> str:
    return error.value.reason


def test_the_console_is_the_person_whom_the_server_has_seen_and_the_environment_forgets_it() -> None:
    environ = {VARIABLE: str(offer(MARIA, NOW))}
    expected = Proven(MARIA.staff_id, MARIA.name, Means.HANDOFF, NOW)
    assert proven_by_handoff(SetClock(NOW + timedelta(seconds=5)), environ) == expected
    assert environ == {}
    assert proven_by_handoff(SetClock(NOW), environ) is None


def test_it_counts_once() -> None:
    pipe = offer(MARIA, NOW)
    again = os.dup(pipe)
    assert proven_by_handoff(SetClock(NOW), {VARIABLE: str(pipe)}) is not None
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(pipe)
    with pytest.raises(Refused) as error:
        proven_by_handoff(SetClock(NOW), {VARIABLE: str(again)})
    assert reason(error) == "handoff"


@pytest.mark.parametrize("number", ["", "x", "-1", "0", "2", "999999"])
def test_what_is_no_pipe_hands_over_nobody(number: str) -> None:
    with pytest.raises(Refused) as error:
        proven_by_handoff(SetClock(NOW), {VARIABLE: number})
    assert reason(error) == "handoff"


def test_a_file_that_looks_like_a_ticket_hands_over_nobody() -> None:
    with tempfile.TemporaryFile() as file:
        file.write(KEY + sealed(MARIA, NOW, KEY))
        file.seek(0)
        with pytest.raises(Refused):
            proven_by_handoff(SetClock(NOW), {VARIABLE: str(file.fileno())})


@pytest.mark.parametrize(
    ("passed", "is_taken"),
    [
        (timedelta(0), True),
        (VALID, True),
        (VALID + timedelta(microseconds=1), False),
        (timedelta(microseconds=-1), False),
        (timedelta(days=1), False),
    ],
)
def test_it_is_valid_for_half_a_minute(passed: timedelta, is_taken: bool) -> None:
    ticket = sealed(MARIA, NOW, KEY)
    if is_taken:
        assert opened(ticket, NOW + passed, KEY).staff_id == MARIA.staff_id
        return
    with pytest.raises(Refused) as error:
        opened(ticket, NOW + passed, KEY)
    assert reason(error) == "handoff-late"


@given(st.data())
def test_no_byte_of_it_can_be_another(data: st.DataObject) -> None:
    ticket = bytearray(sealed(MARIA, NOW, KEY))
    at = data.draw(st.integers(0, len(ticket) - 1))
    ticket[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Refused):
        opened(bytes(ticket), NOW, KEY)


@given(st.binary(max_size=400), st.binary(max_size=40))
def test_nothing_made_up_is_taken(ticket: bytes, key: bytes) -> None:
    with pytest.raises(Refused):
        opened(ticket, NOW, key)


def test_a_seal_is_of_one_handoff_alone() -> None:
    first, second = (os.fdopen(offer(MARIA, NOW), "rb").read() for _one in range(2))
    with pytest.raises(Refused):
        opened(first[32:], NOW, second[:32])
    assert len(first) < handoff._MOST
