"""Closing: patients are told once, what had no times comes first the next day, and it is signed (CH-5, CH-7, SE-4)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from msgspec.structs import replace

from p24tui.errors import BadInput, Refused, Stale
from p24tui.routine.case import Case, CaseState, SuicideRisk, Urgency
from p24tui.routine.protection import Protection
from p24tui.routine.unit_alert import UnitAlert, UnitReason
from p24tui.services import assessment, cases, chat, closing, duty, holding, phrases, queue, undo
from p24tui.services.views import Duty, Phrase, PhraseKind, Told
from p24tui.store import events, messages, people
from p24tui.store.values import Author, PatientRecord
from tests.world import BERGA, UNIT, World

HALF_PAST_FOUR = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
CLOSES = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def late_in_the_day(world: World) -> None:
    world.clock.instant = HALF_PAST_FOUR
    world.rostered()


def quiet(world: World, **facts: Any) -> Case:
    """A case whose patient has not answered."""
    given = {"state": CaseState.WAITING, "waiting_since": None, "unread": 0, "answered_at": world.clock.now()}
    return world.case(**{**given, **facts})


def said_to(world: World, case: Case) -> list[str]:
    """What staff have written to the patient, or the program."""
    with world.system.store.reading() as tx:
        return [one.text for one in messages.of_case(tx, case.id) if one.author is not Author.PATIENT]


def refusal(deed: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        deed()
    return refused.value.rule, refused.value.reason


@pytest.mark.rule("CH-5")
def test_the_patient_is_told_by_name_and_the_case_stays_whose_it_is(world: World) -> None:
    case = world.case(name="Karin Öberg", unread=0)
    johan = world.actor("johan")
    mine = chat.claim(world.system, johan, case.id, case.version)
    closing.tell(world.system, world.actor("maria"), case.id)
    row = world.row(case.id)
    assert (row.case.owner_id, row.case.state) == (johan.staff_id, CaseState.ONGOING)
    assert (row.case.waiting_since, row.case.answered_at) == (mine.waiting_since, None)
    assert row.case.told_closing_at == world.clock.now()
    (text,) = said_to(world, case)
    assert text.startswith("Hej Karin Öberg. Nu stänger Vårdcentralen Åsen för i dag.")
    assert "1177" in text
    assert "112" in text
    assert world.event_kinds(case.id)[-1] == "closing.told"


@pytest.mark.rule("CH-5")
def test_nobody_is_told_twice_a_day_and_everybody_again_the_next(world: World) -> None:
    case, maria = quiet(world), world.actor("maria")
    closing.tell(world.system, maria, case.id)
    for later in (timedelta(), timedelta(hours=8)):
        world.clock.instant = HALF_PAST_FOUR + later
        assert refusal(lambda: closing.tell(world.system, maria, case.id)) == ("CH-5", "closing-told")
    assert len(said_to(world, case)) == 1
    world.clock.instant = HALF_PAST_FOUR + timedelta(hours=16)
    assert refusal(lambda: closing.tell(world.system, maria, case.id)) == ("CH-5", "closing-early")
    world.clock.instant = HALF_PAST_FOUR + timedelta(days=1)
    closing.tell(world.system, maria, case.id)
    assert len(said_to(world, case)) == 2


@pytest.mark.rule("CH-5")
def test_the_units_own_words_are_used_and_a_gap_in_them_stops_them(world: World) -> None:
    case, maria = quiet(world, name="Ali Noor"), world.actor("maria")

    def unit_says(text: str) -> None:
        phrases.put_phrase(world.system, maria, Phrase(own.id, "Stängning", text, PhraseKind.UNIT, replaces="closing"))

    own = phrases.put_phrase(
        world.system, maria, Phrase("closing", "Stängning", "Hej {patient}. {något}.", PhraseKind.UNIT)
    )
    assert refusal(lambda: closing.tell(world.system, maria, case.id)) == ("SE-1", "unfilled")
    assert said_to(world, case) == []
    unit_says("Hej {patient}. Vi ses i morgon på {unit}.")
    closing.tell(world.system, maria, case.id)
    assert said_to(world, case) == ["Hej Ali Noor. Vi ses i morgon på Vårdcentralen Åsen."]


@pytest.mark.rule("CH-5")
def test_another_units_case_is_not_told(world: World) -> None:
    world.second_unit("maria")
    case = quiet(world, unit_id=BERGA)
    with pytest.raises(BadInput):
        closing.tell(world.system, world.actor("maria"), case.id)


def everything(world: World) -> dict[str, Case]:
    return {
        "quiet": quiet(world, name="Tyst Tora"),
        "waits": world.case(name="Vänta Vera", unread=0),
        "urgent": quiet(world, urgency=Urgency.URGENT),
        "first": quiet(world, priority=1, urgency=Urgency.CAN_WAIT),
        "unread": world.case(),
        "free": quiet(world, unread_free_text=1),
        "suicide": quiet(world, suicide=SuicideRisk.TAKEN_ON),
        "protected": quiet(world, protection=Protection.MARKED),
        "ended": world.case(state=CaseState.ENDED, ended_at=world.clock.now()),
    }


@pytest.mark.rule("CH-4", "CH-5", "CH-7", "PR-1", "SU-2")
def test_many_are_told_at_once_but_those_it_is_no_answer_to(world: World) -> None:
    queued = everything(world)
    told = closing.tell_many(world.system, world.actor("maria"), [case.id for case in queued.values()])
    assert [one.case_id for one in told] == [case.id for case in queued.values()]
    assert {name for name, case in queued.items() if said_to(world, case)} == {"quiet", "waits"}
    by_id = {one.case_id: one.problem for one in told}

    def why(name: str) -> str:
        problem = by_id[queued[name].id]
        assert isinstance(problem, Refused)
        return problem.reason

    assert why("urgent") == "closing-urgent"
    assert why("first") == "closing-priority"
    assert why("unread") == why("free") == "unread"
    assert why("suicide") == "closing-suicide"
    assert why("protected") == "protected"
    assert why("ended") == "ended"


@pytest.mark.rule("CH-5")
def test_what_is_broken_off_is_begun_again_and_nobody_is_told_twice(world: World) -> None:
    silent = [quiet(world) for _ in range(6)]
    ids, maria, heard = [case.id for case in silent], world.actor("maria"), list[Told]()

    def until_the_third(told: Told) -> bool:
        heard.append(told)
        return len(heard) < 3

    first = closing.tell_many(world.system, maria, ids, until_the_third)
    assert first == heard == [Told(id) for id in ids[:3]]
    again = closing.tell_many(world.system, maria, ids)
    assert [one.problem is None for one in again] == [False] * 3 + [True] * 3
    assert [len(said_to(world, case)) for case in silent] == [1] * 6


@pytest.mark.rule("CH-5")
def test_two_who_tell_the_same_at_the_same_time_tell_each_once(world: World) -> None:
    silent = [quiet(world) for _ in range(12)]
    results: list[list[Told]] = []

    def tell(name: str) -> None:
        results.append(closing.tell_many(world.system, world.actor(name), [case.id for case in silent]))

    threads = [Thread(target=tell, args=(name,)) for name in ("maria", "johan")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(said_to(world, case)) for case in silent] == [1] * 12
    assert sum(one.problem is None for result in results for one in result) == 12


@pytest.mark.rule("SE-4")
def test_where_there_were_no_times_the_case_is_the_first_task_of_the_next_weekday(world: World) -> None:
    world.clock.instant = HALF_PAST_FOUR + timedelta(days=4)  # Friday
    case, maria = world.case(name="Ont Ulla", priority=4, unread=0), world.actor("maria")
    kept = closing.keep_for_tomorrow(world.system, maria, case.id, case.version)
    assert (kept.state, kept.held_until, kept.owner_id) == (CaseState.HELD, date(2026, 11, 30), None)
    (text,) = said_to(world, case)
    assert "inga lediga tider" in text
    world.clock.instant = datetime(2026, 11, 30, 7, 0, tzinfo=UTC)
    waits_longer = world.case(priority=2, minutes_ago=600)
    urgent = world.case(priority=1)
    assert holding.wake_due(world.system) == 1
    found = [one.case.id for one in queue.open_list(world.system, maria).lines]
    assert found == [urgent.id, case.id, waits_longer.id]
    mine = chat.claim(world.system, maria, case.id, world.row(case.id).case.version)
    answered = chat.answer(world.system, maria, case.id, mine.version, "Kan du komma klockan 10?", "m1")
    assert not answered.no_times


@pytest.mark.rule("SE-4", "CH-11")
def test_what_a_colleague_has_is_not_kept_over_their_head(world: World) -> None:
    case, maria = world.case(unread=0), world.actor("maria")
    claimed = chat.claim(world.system, world.actor("johan"), case.id, case.version)
    said = refusal(lambda: closing.keep_for_tomorrow(world.system, maria, case.id, claimed.version))
    assert said == ("CH-11", "owned")
    assert said_to(world, case) == []
    with pytest.raises(Stale):
        closing.keep_for_tomorrow(world.system, maria, case.id, case.version)


@pytest.mark.rule("CH-5", "CH-6", "CH-12", "SE-3")
def test_a_silent_patient_is_told_that_the_chat_ends_and_has_the_whole_next_day(world: World) -> None:
    case = quiet(world, name="Tyst Tora")
    ended = closing.end_with_day(world.system, world.actor("maria"), case.id, case.version)
    assert ended.state is CaseState.ENDED
    assert ended.answer_until == datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
    (text,) = said_to(world, case)
    assert "svara här under hela dagen i morgon" in text
    assert world.event_kinds(case.id)[-2:] == ["ending.requested", "case.ended"]
    assert world.writes(case.id).state is CaseState.ANSWERED


@pytest.mark.rule("CH-6")
def test_no_day_is_added_where_it_is_the_unit_that_has_not_answered(world: World) -> None:
    case, maria = world.case(unread=0), world.actor("maria")
    said = refusal(lambda: closing.end_with_day(world.system, maria, case.id, case.version))
    assert said == ("CH-6", "patient-waits")
    assert world.row(case.id).case == case
    assert said_to(world, case) == []


@pytest.mark.rule("CH-7", "SU-2")
@pytest.mark.hazard("H3")
def test_it_is_signed_when_nothing_is_forgotten_and_says_who_has_what_remains(world: World) -> None:
    maria = world.actor("maria")
    suicide = world.case(suicide=SuicideRisk.AWAITING, unread=0)
    urgent = world.case(priority=1, unread=0)
    unread = world.case(minutes_ago=60 * 24 * 10)
    left = quiet(world, minutes_ago=60 * 24 * 3)

    def why() -> str:
        return refusal(lambda: closing.sign(world.system, maria))[1]

    assert why() == "sign-suicide"
    amir = world.actor("amir")
    chat.claim(world.system, amir, suicide.id, suicide.version)
    assert why() == "sign-urgent"
    assessment.assess(world.system, maria, urgent.id, urgent.version, Urgency.CAN_WAIT, urgent.need)
    assert why() == "sign-unread"
    mine = chat.claim(world.system, maria, unread.id, unread.version)
    answered = chat.answer(world.system, maria, unread.id, mine.version, "Jag har läst.", "m1")
    assert why() == "sign-unread"
    closing_of(world, answered)
    assert why() == "sign-left"
    closing.tell_many(world.system, maria, [urgent.id, left.id, unread.id])
    closing.tell(world.system, maria, urgent.id)
    signed = closing.sign(world.system, maria)
    assert (signed.local_date, signed.staff_name) == (date(2026, 11, 23), "Maria Lind")
    assert [(one.case_id, one.owner) for one in signed.remaining] == [(suicide.id, "Amir Karimi")]
    assert stands(world).signed == signed


def closing_of(world: World, case: Case) -> None:
    """The owner opens the case, which reads it."""
    cases.open_case(world.system, world.actor("maria"), case.id)


def stands(world: World) -> Duty:
    return duty.duty_of(world.system, [UNIT])[UNIT]


@pytest.mark.rule("CH-7")
@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 11, 23, 14, 59, tzinfo=UTC), None),
        (datetime(2026, 11, 23, 15, 0, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 11, 23, 20, 0, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 11, 24, 6, 59, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 11, 24, 7, 0, tzinfo=UTC), None),
        (datetime(2026, 11, 29, 12, 0, tzinfo=UTC), date(2026, 11, 27)),
    ],
)
def test_a_closing_is_signed_from_an_hour_before_it_until_the_unit_opens(
    world: World, at: datetime, day: date | None
) -> None:
    world.clock.instant = at
    if day is None:
        assert refusal(lambda: closing.sign(world.system, world.actor("maria"))) == ("CH-7", "sign-early")
    else:
        assert closing.sign(world.system, world.actor("maria")).local_date == day


@pytest.mark.rule("CH-7")
def test_what_comes_in_before_closing_asks_for_another_signature_and_what_comes_later_does_not(world: World) -> None:
    maria, case = world.actor("maria"), quiet(world)
    closing.tell(world.system, maria, case.id)
    signed = closing.sign(world.system, maria)
    world.clock.advance(timedelta(minutes=10))
    assert stands(world).signed == signed
    world.writes(case.id)
    assert stands(world).signed is None
    assert refusal(lambda: closing.sign(world.system, maria)) == ("CH-7", "sign-unread")
    closing_of(world, case)
    closing.tell(world.system, maria, case.id)
    again = closing.sign(world.system, maria)
    world.clock.instant = CLOSES + timedelta(minutes=5)
    world.writes(case.id)
    world.case()
    assert stands(world).signed == again
    assert stands(world).alerts == ()


@pytest.mark.rule("CH-7")
@pytest.mark.hazard("H3")
def test_unsigned_at_closing_calls_until_it_is_signed_or_the_unit_opens(world: World) -> None:
    maria = world.actor("maria")
    case = quiet(world)
    assert stands(world).alerts == ()
    world.clock.instant = CLOSES
    call = UnitAlert(UNIT, UnitReason.UNSIGNED, CLOSES)
    assert stands(world).alerts == stands(world).unseen == (call,)
    assert duty.acknowledge(world.system, maria, [call]) == 1
    assert duty.acknowledge(world.system, world.actor("johan"), [call]) == 0
    assert (stands(world).alerts, stands(world).unseen) == ((call,), ())
    closing.tell(world.system, maria, case.id)
    closing.sign(world.system, maria)
    assert stands(world).alerts == ()


@pytest.mark.rule("CH-7")
def test_a_unit_that_nobody_has_written_to_yet_does_not_call(world: World) -> None:
    world.clock.instant = CLOSES
    assert stands(world).alerts == ()
    world.case()
    assert stands(world).alerts == ()


@pytest.mark.rule("CH-7")
@pytest.mark.hazard("H3")
def test_the_worker_notes_once_that_a_closing_is_unsigned(world: World) -> None:
    quiet(world)
    assert closing.look_for_unsigned(world.system) == 0
    world.clock.instant = CLOSES + timedelta(seconds=1)
    assert closing.look_for_unsigned(world.system) == 1
    assert closing.look_for_unsigned(world.system) == 0
    world.clock.advance(timedelta(days=1))
    assert closing.look_for_unsigned(world.system) == 1


@pytest.mark.rule("CH-5")
def test_a_preview_says_what_each_would_be_told(world: World) -> None:
    case = quiet(world, name="Tyst Tora")
    found = closing.text_for(world.system, world.actor("maria"), [case.id])
    assert found[case.id].startswith("Hej Tyst Tora. Nu stänger")
    assert said_to(world, case) == []


@pytest.mark.rule("PR-1", "PR-3")
def test_nobody_is_written_to_whose_protection_becomes_known_meanwhile(world: World) -> None:
    maria = world.actor("maria")
    for deed in (closing.keep_for_tomorrow, closing.end_with_day):
        case = quiet(world)
        mine = chat.claim(world.system, maria, case.id, case.version)
        protect(world, case)
        assert refusal(lambda: deed(world.system, maria, case.id, mine.version))[0] == "PR-1"  # noqa: B023
        assert said_to(world, case) == []
        assert world.row(case.id).case == mine


def protect(world: World, case: Case) -> None:
    """The person-data service says that the patient is protected."""
    row = world.row(case.id)
    with world.system.store.writing() as tx:
        record = PatientRecord(
            replace(row.patient, protection=Protection.MARKED), "personnummer", Protection.MARKED, world.clock.now()
        )
        people.put_patient(tx, record, world.clock.now())


@pytest.mark.rule("CH-7")
@pytest.mark.hazard("H3")
def test_a_case_that_nobody_has_opened_is_neither_told_among_many_nor_signed_away(world: World) -> None:
    case, maria = world.case(unread=0, has_form=True, opened_at=None), world.actor("maria")
    (told,) = closing.tell_many(world.system, maria, [case.id])
    assert isinstance(told.problem, Refused)
    assert refusal(lambda: closing.sign(world.system, maria)) == ("CH-7", "sign-unread")
    cases.open_case(world.system, maria, case.id, read=False)
    closing.tell(world.system, maria, case.id)
    assert closing.sign(world.system, maria).remaining == ()


@pytest.mark.rule("CH-7", "SU-2")
@pytest.mark.parametrize("what", ["form", "risk", "release", "late"])
def test_a_signature_is_worth_nothing_once_something_has_happened_before_closing(world: World, what: str) -> None:
    maria, case = world.actor("maria"), quiet(world)
    mine = chat.claim(world.system, maria, case.id, case.version)
    signed_before = world.clock.now()
    closing.sign(world.system, maria)
    assert stands(world).signed is not None
    world.clock.advance(timedelta(minutes=1))
    if what == "release":
        chat.release(world.system, maria, case.id, mine.version)
    else:
        kind = {"form": "form.received", "risk": "case.updated", "late": "case.received"}[what]
        at = (
            signed_before - timedelta(minutes=1) if what == "late" else world.clock.now()
        )  # begun before, committed now
        with world.system.store.writing() as tx:
            events.append(tx, world.source, at, kind, case.id, unit_id=UNIT)
    assert stands(world).signed is None


@pytest.mark.rule("CH-11", "CH-7")
def test_what_the_rules_refuse_does_not_leave_the_case_taken_on(world: World) -> None:
    case, maria = world.case(), world.actor("maria")
    until = date(2026, 11, 24)
    said = refusal(lambda: chat.hold(world.system, maria, case.id, case.version, until, "provsvar", takes_on=True))
    assert said == ("CH-7", "unread")
    assert world.row(case.id).case.owner_id is None
    read = world.case(unread=0)
    held = chat.hold(world.system, maria, read.id, read.version, until, "provsvar", takes_on=True)
    assert (held.state, held.owner_id) == (CaseState.HELD, None)
    undo.undo(world.system, maria, read.id)
    assert world.row(read.id).case.state is CaseState.NEW


@pytest.mark.rule("CH-6")
def test_an_ending_that_the_patient_was_told_of_is_not_undone(world: World) -> None:
    case, maria = quiet(world), world.actor("maria")
    closing.end_with_day(world.system, maria, case.id, case.version)
    assert refusal(lambda: undo.undo(world.system, maria, case.id))[1] == "nothing-to-undo"


@pytest.mark.rule("CH-7")
def test_two_who_acknowledge_at_the_same_moment_both_have(world: World) -> None:
    quiet(world)
    world.clock.instant = CLOSES
    call = UnitAlert(UNIT, UnitReason.UNSIGNED, CLOSES)
    found: list[int] = []

    def acknowledge(name: str) -> None:
        found.append(duty.acknowledge(world.system, world.actor(name), [call]))

    threads = [Thread(target=acknowledge, args=(name,)) for name in ("maria", "johan", "sara", "amir")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [0, 0, 0, 1]
