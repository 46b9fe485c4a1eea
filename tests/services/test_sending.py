"""Sending: claimed with a lease and a fence, looked at once more, handed over once, and what became of it stored."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from p24tui.errors import Refused
from p24tui.gateways.outgoing.model import (
    Accepted,
    Answer,
    Fate,
    Invitation,
    NotNow,
    Outgoing,
    Problem,
    Rejected,
    Report,
    Uncertain,
)
from p24tui.routine.outgoing import Channel, OutgoingState, Planned, Purpose
from p24tui.routine.protection import Protection
from p24tui.services import delivery, outbox, reminders, sending
from p24tui.services.sending import BATCH, LEASE, Sender
from p24tui.store import events, people
from p24tui.store import outbox as rows
from tests.outgoing import MOBILE, ScriptedGateway, persons, queued, send, stored, waited_for, with_gateway
from tests.visiting import book
from tests.world import UNIT, World

S = OutgoingState


def claimed(world: World, place: str = "console:dead", limit: int = 20) -> list[rows.Claimed]:
    """What a process has claimed that will do no more."""
    now = world.clock.now()
    with world.system.store.writing() as tx:
        return rows.claim(tx, now, now + LEASE, place, [Channel.SMS], limit)


class Died(BaseException):
    """Stands for a process that is killed while the gateway has the message."""


def dies_while_sending(world: World, gateway: ScriptedGateway) -> None:
    def die(_outgoing: Outgoing) -> None:
        raise Died

    gateway.before = die
    with pytest.raises(Died):
        send(world, "console:dead")
    gateway.before = lambda _outgoing: None


@pytest.mark.rule("SE-2")
@pytest.mark.hazard("H13")
@pytest.mark.parametrize(
    ("answer", "state", "problem"),
    [
        (Accepted("gw-1", 2), S.ACCEPTED, ""),
        (Rejected(Problem.ADDRESS), S.FAILED, "address"),
        (NotNow(Problem.CREDITS, timedelta(minutes=5)), S.QUEUED, "credits"),
        (Uncertain(Problem.SILENCE), S.UNCERTAIN, "silence"),
    ],
)
def test_a_definite_answer_settles_it_and_no_answer_leaves_it_uncertain(
    world: World, answer: Answer, state: S, problem: str
) -> None:
    gateway = with_gateway(world, answer)
    row = queued(world)
    send(world)
    after = stored(world, row.id)
    assert (after.state, after.problem, after.lease_until) == (state, problem, None)
    assert (after.sent_at is None) is (state is S.QUEUED)
    send(world)
    assert len(gateway.handed) == 1


@pytest.mark.hazard("H13")
def test_what_was_surely_not_taken_is_tried_again_when_the_gateway_says(world: World) -> None:
    gateway = with_gateway(world, NotNow(Problem.CREDITS, timedelta(minutes=5)), Accepted("gw"))
    row = queued(world)
    send(world)
    world.clock.advance(timedelta(minutes=4))
    assert send(world) == 0
    world.clock.advance(timedelta(minutes=1))
    assert send(world) == 1
    assert (stored(world, row.id).state, len(gateway.handed)) == (S.ACCEPTED, 2)


@pytest.mark.hazard("H13")
def test_an_uncertain_one_never_goes_again_by_itself(world: World) -> None:
    gateway = with_gateway(world, Uncertain(Problem.SILENCE))
    row = queued(world)
    for _hour in range(48):
        send(world)
        delivery.look_up(world.system)
        world.clock.advance(timedelta(hours=1))
    assert len(gateway.handed) == 1
    assert stored(world, row.id).state is S.UNCERTAIN


@pytest.mark.hazard("H13")
def test_a_process_that_dies_while_the_gateway_has_it_leaves_it_uncertain_within_a_minute(world: World) -> None:
    gateway = with_gateway(world)
    row = queued(world)
    dies_while_sending(world, gateway)
    assert stored(world, row.id).state is S.SENDING
    world.clock.advance(timedelta(seconds=60))
    assert send(world) == 0
    assert (stored(world, row.id).state, gateway.handed) == (S.UNCERTAIN, [])


@pytest.mark.hazard("H13")
def test_what_a_dead_process_had_only_claimed_goes_within_a_minute(world: World) -> None:
    gateway = with_gateway(world)
    row = queued(world)
    assert [one.id for one in claimed(world)] == [row.id]
    assert send(world) == 0  # it is another's still
    world.clock.advance(timedelta(seconds=60))
    assert send(world) == 1
    assert len(gateway.handed) == 1


@pytest.mark.hazard("H13")
def test_who_has_lost_its_claim_hands_nothing_over(world: World) -> None:
    gateway = with_gateway(world)
    queued(world)
    slow = claimed(world)
    world.clock.advance(LEASE)
    send(world)
    assert Sender(world.system, "console:slow")._send(slow) == (0, 0)
    assert len(gateway.handed) == 1


@pytest.mark.hazard("H13")
def test_who_comes_late_hands_nothing_over_that_another_has_claimed_since(world: World) -> None:
    gateway = with_gateway(world)
    queued(world)
    slow = claimed(world)
    world.clock.advance(LEASE)
    fast = claimed(world, "console:fast")
    assert [one.id for one in fast] == [one.id for one in slow]
    assert Sender(world.system, "console:slow")._send(slow) == (0, 0)
    assert gateway.handed == []
    assert Sender(world.system, "console:fast")._send(fast) == (1, 0)


@pytest.mark.hazard("H13")
def test_an_answer_that_comes_after_the_lease_has_ended_still_settles_it(world: World) -> None:
    gateway = with_gateway(world)

    def sleep(_outgoing: Outgoing) -> None:
        world.clock.advance(LEASE)
        delivery.strand(world.system)

    gateway.before = sleep
    row = queued(world)
    send(world)
    assert stored(world, row.id).state is S.ACCEPTED


def test_two_processes_claim_different_rows(world: World) -> None:
    with_gateway(world)
    ids = {queued(world).id for _ in range(6)}
    first, second = claimed(world, "a", 3), claimed(world, "b", 10)
    assert len(first) == len(second) == 3
    assert {one.id for one in (*first, *second)} == ids


@pytest.mark.rule("PR-2")
@pytest.mark.hazard("H1")
def test_a_flag_raised_between_queue_and_send_stops_it(world: World) -> None:
    gateway, case = with_gateway(world), waited_for(world)
    row = queued(world, case)
    with world.system.store.writing() as tx:
        record = people.patient(tx, id=case.patient_id)
        assert record is not None
        flagged = replace(record.patient, protection=Protection.MARKED)
        people.put_patient(tx, replace(record, patient=flagged, flagged=Protection.MARKED), world.clock.now())
    assert (stored(world, row.id).state, stored(world, row.id).problem) == (S.CANCELLED, "protected")
    send(world)
    assert gateway.handed == []


@pytest.mark.rule("PR-2")
@pytest.mark.hazard("H1")
def test_a_flag_raised_after_the_claim_stops_it_too(world: World) -> None:
    gateway, case = with_gateway(world), waited_for(world)
    row = queued(world, case)
    mine = claimed(world)
    persons(world).protected[world.row(case.id).patient.number] = Protection.POPULATION
    assert Sender(world.system, "console:a")._send(mine) == (0, 0)
    assert (gateway.handed, stored(world, row.id).problem) == ([], "protected")
    assert "patient.updated" in world.event_kinds(case.id)


@pytest.mark.rule("PR-2")
@pytest.mark.hazard("H2")
def test_while_protection_cannot_be_learnt_nothing_goes_and_staff_are_told(world: World) -> None:
    gateway = with_gateway(world)
    row = queued(world)
    persons(world).silent = True
    for _minute in range(4):
        send(world)
        world.clock.advance(timedelta(minutes=1))
    assert gateway.handed == []
    stands = outbox.standing(world.system, [UNIT])
    assert (stands.overdue, stands.problem) == (1, "protection-unknown")
    persons(world).silent = False
    assert send(world) == 1
    assert stored(world, row.id).state is S.ACCEPTED


@pytest.mark.rule("SE-2")
def test_the_number_is_the_one_that_the_patient_has_when_it_goes(world: World) -> None:
    gateway, case = with_gateway(world), waited_for(world)
    row = queued(world, case)

    def give(mobile: str) -> None:
        with world.system.store.writing() as tx:
            record = people.patient(tx, id=case.patient_id)
            assert record is not None
            people.put_patient(tx, replace(record, patient=replace(record.patient, mobile=mobile)), world.clock.now())

    give("+46701740699")
    send(world)
    assert (gateway.handed[0].to, stored(world, row.id).recipient) == ("+46701740699", "+46701740699")
    world.clock.advance(timedelta(days=1))
    again = queued(world, case)
    give("ring mig inte")
    send(world)
    assert (stored(world, again.id).state, stored(world, again.id).problem) == (S.FAILED, "no-mobile")


def test_a_silent_gateway_is_left_alone_for_a_while_and_nothing_is_marked_in_vain(world: World) -> None:
    gateway = with_gateway(world, Uncertain(Problem.SILENCE), Accepted("gw"))
    ids = [queued(world).id for _ in range(5)]
    sender = Sender(world.system, "console:a", pause=timedelta(minutes=1))
    sender._at_once = 5
    assert sender.send_due() == 1
    assert sorted(stored(world, id).state for id in ids) == sorted([S.UNCERTAIN, *[S.QUEUED] * 4])
    assert all(stored(world, id).lease_until is None for id in ids)
    assert sender.send_due() == 0
    world.clock.advance(timedelta(minutes=1))
    assert sender.send_due() == 4
    assert len(gateway.handed) == 5


def test_a_slow_gateways_are_marked_one_at_a_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    gateway = with_gateway(world)
    monkeypatch.setattr(sending, "MOMENT", 0.0)
    marked: list[int] = []

    def count(_outgoing: Outgoing) -> None:
        with world.system.store.reading() as tx:
            standing = rows.counts(tx, [UNIT], world.clock.now())
        marked.append(sum(one.rows for one in standing if one.state is S.SENDING))

    gateway.before = count
    for _ in range(4):
        queued(world)
    assert send(world) == 4
    assert marked == [1, 1, 1, 1]


def test_more_than_a_batch_goes_in_one_run(world: World) -> None:
    gateway = with_gateway(world)
    for _ in range(BATCH + 3):
        queued(world)
    assert send(world) == BATCH + 3
    assert len({one.id for one in gateway.handed}) == BATCH + 3


@pytest.mark.hazard("H13")
def test_a_process_that_has_slept_past_its_lease_hands_nothing_more_over(world: World) -> None:
    """The lid is closed on two marked rows; others free them, and somebody lets the second go once more."""
    gateway = with_gateway(world)
    ids = {queued(world).id for _ in range(2)}

    def sleep(first: Outgoing) -> None:
        gateway.before = lambda _outgoing: None
        world.clock.advance(timedelta(minutes=10))
        assert delivery.strand(world.system) == 2
        (other,) = ids - {first.id}
        outbox.send_again(world.system, world.actor("johan"), other)
        assert send(world, "console:awake") == 1

    gateway.before = sleep
    sender = Sender(world.system, "console:asleep")
    sender._at_once = 2
    sender.send_due()
    assert sorted(one.id for one in gateway.handed) == sorted(ids)


@pytest.mark.rule("SE-2")
@pytest.mark.hazard("H13")
def test_staff_decide_what_nobody_knows(world: World) -> None:
    gateway = with_gateway(world, Uncertain(Problem.SILENCE), Accepted("gw"))
    case, johan = waited_for(world), world.actor("johan")
    row = queued(world, case)
    send(world)
    outbox.send_again(world.system, johan, row.id)
    assert send(world) == 1
    assert (stored(world, row.id).state, len(gateway.handed)) == (S.ACCEPTED, 2)
    with world.system.store.reading() as tx:
        again = [one for one in events.of_case(tx, case.id) if one.kind == "sms.again"]
    assert [one.actor for one in again] == ["Johan Berg"]
    late = Report(Fate.FAILED, id=row.id, gateway_id="gw-of-the-first")
    delivery.hear(world.system, "scripted", late)
    assert stored(world, row.id).state is S.ACCEPTED  # about the attempt before


@pytest.mark.rule("SE-2")
@pytest.mark.hazard("H13")
def test_what_may_have_gone_is_remembered_however_it_was_decided(world: World) -> None:
    gateway = with_gateway(world, Uncertain(Problem.SILENCE))
    case, maria = waited_for(world), world.actor("maria")
    row = queued(world, case)
    send(world)
    outbox.send_again(world.system, maria, row.id)
    outbox.cancel(world.system, maria, row.id)  # after all
    assert stored(world, row.id).state is S.UNCERTAIN
    assert outbox.standing(world.system, [UNIT]).uncertain == 0  # somebody has decided
    with pytest.raises(Refused, match="SE-2"):
        reminders.remind(world.system, maria, case.id)
    assert len(gateway.handed) == 1


def test_one_that_is_sent_again_is_not_late_at_once(world: World) -> None:
    with_gateway(world, Rejected(Problem.ADDRESS))
    row = queued(world)
    send(world)
    world.clock.advance(timedelta(hours=2))
    outbox.send_again(world.system, world.actor("maria"), row.id)
    assert outbox.standing(world.system, [UNIT]).overdue == 0
    assert stored(world, row.id).at == world.clock.now()


@pytest.mark.rule("SE-2")
def test_what_failed_calls_until_somebody_has_seen_it(world: World) -> None:
    with_gateway(world, Rejected(Problem.ADDRESS))
    row = queued(world)
    send(world)
    assert outbox.standing(world.system, [UNIT]).failed == 1
    (line,) = outbox.to_see(world.system, world.actor("johan"), [UNIT]).lines
    assert (line.row.id, line.patient.name) == (row.id, "Maria Ljungberg")
    outbox.settle(world.system, world.actor("johan"), row.id)
    assert outbox.standing(world.system, [UNIT]).failed == 0
    assert stored(world, row.id).settled_by == "Johan Berg"


@pytest.mark.parametrize("starts", [9, 40])
def test_what_was_not_sent_in_time_is_said_to_have_failed(world: World, starts: int) -> None:
    gateway = with_gateway(world)
    row = queued(world)
    world.clock.advance(timedelta(hours=starts))  # nothing ran meanwhile
    send(world)
    assert (gateway.handed, stored(world, row.id).problem) == ([], "too-late")
    assert outbox.standing(world.system, [UNIT]).failed == 1


def test_without_a_way_out_what_is_due_waits_and_is_said_to(world: World) -> None:
    with_gateway(world)
    queued(world)
    world.system.gateways = {}
    send(world)
    world.clock.advance(timedelta(minutes=3))
    assert (outbox.standing(world.system, [UNIT]).overdue, outbox.standing(world.system, [UNIT]).problem) == (
        1,
        "no-gateway",
    )


def test_an_invitation_goes_by_e_mail_with_its_calendar(world: World) -> None:
    with_gateway(world)
    mail = ScriptedGateway()
    world.system.gateways = {Channel.EMAIL: mail}
    now, patient = world.clock.now(), world.patient(mobile=MOBILE)
    starts = datetime(2026, 11, 24, 9, tzinfo=UTC)
    visit = book(world, patient.id, starts)
    said: dict[str, Any] = {"uid": "v1@p24tui", "sequence": 2, "cancelled": False}
    said |= {"starts_at": starts.isoformat(), "ends_at": (starts + timedelta(minutes=30)).isoformat()}
    planned = Planned(Purpose.INVITATION, now, starts)
    row = outbox.make_row(
        UNIT,
        patient.id,
        "visit:v1",
        planned,
        now,
        text="Välkommen",
        recipient="sara@example.org",
        by=world.actor("maria"),
        visit_id=visit.id,
    )
    with world.system.store.writing() as tx:
        outbox.queue(tx, world.actor("maria"), replace(row, channel=Channel.EMAIL, subject="Besök", invitation=said))
    assert send(world) == 1
    (letter,) = mail.handed
    assert (letter.to, letter.subject) == ("sara@example.org", "Besök")
    assert letter.invitation == Invitation("v1@p24tui", 2, starts, starts + timedelta(minutes=30))
