"""One SMPP connection, octet by octet."""

import socket
import struct
from collections.abc import Iterator

import pytest

from p24tui.gateways.outgoing.smpp_link import LONGEST, Link, Pdu

SUBMIT_SM, SUBMIT_SM_RESP, ENQUIRE_LINK, GENERIC_NACK = 0x04, 0x80000004, 0x15, 0x80000000


def pdu(command: int, sequence: int, body: bytes = b"", status: int = 0) -> bytes:
    return struct.pack(">LLLL", 16 + len(body), command, status, sequence) + body


def optional(tag: int, value: bytes) -> bytes:
    return struct.pack(">HH", tag, len(value)) + value


@pytest.fixture
def ends() -> Iterator[tuple[Link, socket.socket]]:
    """A link, and the other end of its connection."""
    ours, theirs = socket.socketpair()
    theirs.settimeout(5)
    link = Link(ours, timeout=5)
    yield link, theirs
    link.end()
    theirs.close()


def turned(link: Link, turns: int = 3) -> list[Pdu]:
    return [one for _ in range(turns) for one in link.turn(0.01)]


def test_a_pdu_may_come_in_pieces_and_several_at_once(ends: tuple[Link, socket.socket]) -> None:
    link, theirs = ends
    seen = []
    for octet in pdu(ENQUIRE_LINK, 1) + pdu(ENQUIRE_LINK, 2):
        theirs.sendall(bytes([octet]))
        seen += link.turn(1)
    theirs.sendall(pdu(ENQUIRE_LINK, 3) + pdu(ENQUIRE_LINK, 4))
    seen += link.turn(1)
    assert [(one.command, one.sequence) for one in seen] == [("enquire_link", number) for number in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    "more",
    [b"", optional(0x1400, b"operator's own"), optional(0x0427, b"\x02"), b"\x04\x27", optional(0x0204, b"")],
    ids=["nothing", "unknown parameter", "unexpected parameter", "cut off", "empty parameter"],
)
@pytest.mark.hazard("H13")
def test_an_id_is_read_whatever_follows_it(ends: tuple[Link, socket.socket], more: bytes) -> None:
    link, theirs = ends
    answers: list[Pdu] = []
    link.ask("submit_sm", answers.append, destination_addr="46701740605", short_message=b"Hej")
    link.turn(0.01)
    theirs.sendall(pdu(SUBMIT_SM_RESP, 1, b"abc-1\0" + more))
    assert turned(link) == []
    assert [(one.command, one.status, one.message_id) for one in answers] == [("submit_sm_resp", 0, b"abc-1")]


@pytest.mark.hazard("H13")
def test_what_was_withdrawn_in_time_is_not_written(ends: tuple[Link, socket.socket]) -> None:
    link, theirs = ends
    first, second = (link.ask("submit_sm", lambda _: None, short_message=text) for text in (b"first", b"second"))
    assert first is not None
    assert second is not None
    link.withdraw(first)
    link.turn(0.01)
    link.withdraw(second)
    assert (first.written, second.written) == (False, True)
    octets = theirs.recv(LONGEST)
    assert b"second" in octets
    assert b"first" not in octets


@pytest.mark.hazard("H13")
def test_who_waits_when_the_connection_ends_is_told_so(ends: tuple[Link, socket.socket]) -> None:
    link, _ = ends
    answers: list[Pdu | None] = []
    written = link.ask("enquire_link", answers.append)
    link.turn(0.01)
    unwritten = link.ask("enquire_link", answers.append)
    link.end()
    assert answers == [None, None]
    assert written is not None
    assert unwritten is not None
    assert (written.written, unwritten.written) == (True, False)
    assert link.ask("enquire_link", answers.append) is None


def test_what_came_before_the_end_is_read_before_the_end_is_told(ends: tuple[Link, socket.socket]) -> None:
    link, theirs = ends
    theirs.sendall(pdu(ENQUIRE_LINK, 1))
    theirs.close()
    assert [one.sequence for one in link.turn(1)] == [1]
    with pytest.raises(ConnectionAbortedError):
        link.turn(0)


def test_an_unknown_command_is_answered_as_such(ends: tuple[Link, socket.socket]) -> None:
    link, theirs = ends
    theirs.sendall(pdu(0x0999, 7) + pdu(ENQUIRE_LINK, 8))
    assert [one.sequence for one in turned(link)] == [8]
    assert theirs.recv(LONGEST) == pdu(GENERIC_NACK, 7, status=3)


def test_an_answer_that_nobody_asked_for_is_passed_over(ends: tuple[Link, socket.socket]) -> None:
    link, theirs = ends
    theirs.sendall(pdu(SUBMIT_SM_RESP, 99, b"1\0") + pdu(ENQUIRE_LINK, 8))
    assert [one.sequence for one in turned(link)] == [8]


@pytest.mark.hazard("H13")
def test_what_came_before_a_length_that_cannot_be_is_taken(ends: tuple[Link, socket.socket]) -> None:
    link, theirs = ends
    answers: list[Pdu | None] = []
    asked = link.ask("submit_sm", answers.append)
    assert asked is not None
    link.turn(0.01)
    theirs.sendall(pdu(SUBMIT_SM_RESP, asked.sequence, b"abc-1\0") + b"HTTP/1.1 400 Bad Request")
    link.turn(1)
    assert [one and one.message_id for one in answers] == [b"abc-1"]
    with pytest.raises(ConnectionAbortedError):
        link.turn(0)


@pytest.mark.parametrize("length", [0, 15, LONGEST + 1, 0xFFFFFFFF])
def test_a_length_that_cannot_be_ends_the_connection(ends: tuple[Link, socket.socket], length: int) -> None:
    link, theirs = ends
    theirs.sendall(struct.pack(">LLLL", length, ENQUIRE_LINK, 0, 1))
    with pytest.raises(ConnectionAbortedError):
        turned(link)
