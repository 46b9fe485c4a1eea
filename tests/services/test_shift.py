"""Shifts: begun, kept alive, ended when nothing is left behind, and given up once where their person is lost."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from p24tui.errors import BadInput, Refused, Unavailable
from p24tui.ids import fresh_id
from p24tui.routine.actor import Actor
from p24tui.routine.case import Case, CaseState, ContactKind, SuicideRisk
from p24tui.routine.protection import Protection
from p24tui.routine.shift import Ongoing, ShiftKind
from p24tui.services import alerts, cases, chat, ending, notes, shift, takeover
from p24tui.store import people, shifts
from p24tui.store.tables import events, read_log
from p24tui.store.values import Audience
from tests.routine.cases import alert
from tests.world import BERGA, UNIT, World, give_up_lost

pytestmark = [pytest.mark.rule("SH-1"), pytest.mark.hazard("H12")]

GRACE = timedelta(minutes=10)


def began(world: World, name: str = "maria", place: str = "", kind: ShiftKind = ShiftKind.CHAT) -> str:
    return shift.start(world.system, world.actor(name, place), kind).id


def claimed(world: World, who: str = "maria", **facts: Any) -> Case:
    one = world.case(**{"unread": 0, **facts})
    return chat.claim(world.system, world.actor(who), one.id, one.version)


def left(world: World, name: str = "maria") -> dict[str, tuple[Ongoing, ...]]:
    return {one.line.case.id: one.left for one in shift.ongoing(world.system, world.actor(name)).lines}


def told(world: World, kind: str) -> int:
    """How many events of this kind there are, of cases and of shifts."""
    with world.system.store.reading() as tx:
        return len(tx.connection.execute(select(events.c.seq).where(events.c.kind == kind)).all())


def staff_at(world: World, name: str, unit_id: str) -> Actor:
    return replace(world.actor(name), unit_id=unit_id)


def silent_for(world: World, minutes: float) -> None:
    world.clock.advance(timedelta(minutes=minutes))


def test_a_shift_is_begun_once_and_another_console_goes_on_with_it(world: World) -> None:
    first = shift.start(world.system, world.actor("maria"), ShiftKind.CHAT)
    silent_for(world, 9)
    again = shift.start(world.system, world.actor("maria", "console:test:other"), ShiftKind.VIDEO)
    assert (again.id, again.started_at) == (first.id, first.started_at)
    assert (again.place, again.kind, again.seen_at) == ("console:test:other", ShiftKind.VIDEO, world.clock.now())
    assert shift.current(world.system, world.actor("maria")) == again
    assert shift.current(world.system, world.actor("johan")) is None
    assert (told(world, "shift.started"), told(world, "shift.continued")) == (1, 1)


def test_a_sign_of_life_is_no_event(world: World) -> None:
    began(world)
    silent_for(world, 5)
    before = told(world, "shift.started")
    seen = shift.seen(world.system, world.actor("maria"))
    assert seen is not None
    assert seen.seen_at == world.clock.now()
    assert shift.seen(world.system, world.actor("johan")) is None
    with world.system.store.reading() as tx:
        kinds = set(tx.connection.scalars(select(events.c.kind).where(events.c.kind.like("shift.%"))))
    assert (before, kinds) == (1, {"shift.started"})


def test_what_one_does_may_change(world: World) -> None:
    began(world)
    assert shift.change(world.system, world.actor("maria"), ShiftKind.VIDEO).kind is ShiftKind.VIDEO
    with pytest.raises(BadInput, match="no-shift"):
        shift.change(world.system, world.actor("johan"), ShiftKind.VIDEO)


def test_who_is_on_shift_now(world: World) -> None:
    world.second_unit("sara")
    began(world)
    began(world, "sara", kind=ShiftKind.RESPONSIBLE)
    found = shift.on_shift(world.system, [UNIT])
    assert [(one.name, one.shift.kind) for one in found] == [
        ("Maria Lind", ShiftKind.CHAT),
        ("Sara Holm", ShiftKind.RESPONSIBLE),
    ]
    assert shift.on_shift(world.system, [BERGA]) == []
    silent_for(world, 5)
    shift.seen(world.system, world.actor("sara"))
    silent_for(world, 6)
    assert [one.name for one in shift.on_shift(world.system, [UNIT])] == ["Sara Holm"]


def test_all_that_is_ongoing_is_listed_visits_first(world: World) -> None:
    maria = world.actor("maria")
    cough, visit = claimed(world), claimed(world, kind=ContactKind.VIDEO)
    noted, others = world.case(), claimed(world, "johan")
    chat.save_draft(world.system, maria, cough.id, "Hej, ta det lugnt")
    chat.save_draft(world.system, maria, noted.id, "Ring modern", Audience.NOTE)
    chat.save_draft(world.system, maria, others.id, "Ett utkast från förr")
    assert left(world) == {
        visit.id: (Ongoing.VISIT,),
        cough.id: (Ongoing.OWNED, Ongoing.DRAFT),
        noted.id: (Ongoing.NOTE_DRAFT,),
    }
    assert next(iter(left(world))) == visit.id


@pytest.mark.rule("LO-1", "PR-1")
@pytest.mark.hazard("H20")
def test_the_list_is_logged_before_it_is_shown_and_names_nobody_protected(world: World) -> None:
    cough, hidden = claimed(world, name="Ali Noor"), claimed(world, name="Hemlig Person")
    with world.system.store.writing() as tx:
        record = people.patient(tx, id=hidden.patient_id)
        assert record is not None
        protected = replace(record, patient=replace(record.patient, protection=Protection.MARKED))
        people.put_patient(tx, protected, world.clock.now())
    view = shift.ongoing(world.system, world.actor("maria"))
    assert {one.line.patient.name for one in view.lines} == {"Ali Noor", ""}
    more = claimed(world, name="Karin Öberg")
    shown = {one.line.case.patient_id for one in view.lines}
    shift.ongoing(world.system, world.actor("maria"), view=view.id, shown_patients=shown)
    with world.system.store.reading() as tx:
        logged = tx.connection.execute(select(read_log.c.kind, read_log.c.patients).where(read_log.c.view == view.id))
        assert [tuple(row) for row in logged] == [
            ("list", sorted([cough.patient_id, hidden.patient_id])),
            ("arrivals", [more.patient_id]),
        ]


def test_a_shift_ends_when_each_is_ended_released_or_held(world: World) -> None:
    maria, system = world.actor("maria"), world.system
    began(world)
    gone, held, ended = (claimed(world) for _ in range(3))
    noted = world.case()
    chat.save_draft(system, maria, noted.id, "Ring modern", Audience.NOTE)
    chat.save_draft(system, maria, gone.id, "Hej, jag har läst")

    def refused(count: int) -> None:
        with pytest.raises(Refused) as refusal:
            shift.end(system, maria)
        assert (refusal.value.rule, refusal.value.reason) == ("SH-1", "shift-ongoing")
        assert refusal.value.details["count"] == count

    refused(4)
    chat.release(system, maria, gone.id, gone.version)
    refused(3)
    chat.hold(system, maria, held.id, held.version, date(2026, 11, 24), "tid i morgon")
    refused(2)
    begun = ending.request_end(system, maria, ended.id, ended.version)
    refused(2)  # one step of two ends nothing
    ending.confirm_end(system, maria, ended.id, begun.version)
    refused(1)
    notes.write_note(system, maria, noted.id, "Ring modern", fresh_id())
    over = shift.end(system, maria)
    assert over.ended_at == world.clock.now()
    assert shift.current(system, maria) is None
    with pytest.raises(BadInput, match="no-shift"):
        shift.end(system, maria)


def test_what_one_asks_a_colleague_for_does_not_come_when_one_has_gone(world: World) -> None:
    began(world)
    his = claimed(world, "johan")
    takeover.ask(world.system, world.actor("maria"), his.id, his.version, "Hon ringde mig")
    shift.end(world.system, world.actor("maria"))
    assert world.row(his.id).case.asked_by is None
    with pytest.raises(Refused, match="not-asked"):
        takeover.let_go(world.system, world.actor("johan"), his.id, world.actor("maria").staff_id or "")


@pytest.mark.parametrize("turn", range(8))
def test_a_case_that_comes_while_the_shift_ends_is_never_left_behind(world: World, turn: int) -> None:
    """Either the shift has ended and the case did not come, or the case is there and the shift goes on."""
    maria, johan = world.actor("maria"), world.actor("johan")
    began(world)
    his = claimed(world, "johan")
    takeover.ask(world.system, maria, his.id, his.version, "Hon ringde mig")
    free = world.case(unread=0)
    gate = Barrier(3)

    def at_once(deed: Callable[[], object]) -> bool:
        gate.wait()
        try:
            deed()
        except (Refused, Unavailable):
            return False
        return True

    with ThreadPoolExecutor(3) as pool:
        ends = pool.submit(at_once, lambda: shift.end(world.system, maria))
        gives = pool.submit(at_once, lambda: takeover.let_go(world.system, johan, his.id, maria.staff_id or ""))
        takes = pool.submit(at_once, lambda: chat.claim(world.system, maria, free.id, free.version))
        ended, given, taken = ends.result(), gives.result(), takes.result()
    mine = {one for one in (his.id, free.id) if world.row(one).case.owner_id == maria.staff_id}
    assert not (ended and given)
    if ended and taken:  # taken by their own hand when the shift was over
        assert told(world, "shift.ended") == 1
    else:
        assert bool(mine) == (given or taken)
        assert ended == (shift.current(world.system, maria) is None)


def test_nobody_can_be_given_a_case_or_begin_a_text_while_their_shift_ends(world: World) -> None:
    maria, free = world.actor("maria"), world.case(unread=0)
    began(world)
    with ThreadPoolExecutor(2) as pool:
        with world.system.store.writing() as tx:
            shifts.keep_person(tx, maria.staff_id or "")
            taken: Future[object] = pool.submit(chat.claim, world.system, maria, free.id, free.version)
            begun: Future[object] = pool.submit(chat.save_draft, world.system, maria, free.id, "Hej")
            assert not wait([taken, begun], timeout=0.5).done
        taken.result()
        begun.result()
    assert left(world) == {free.id: (Ongoing.OWNED, Ongoing.DRAFT)}


def test_a_lost_persons_cases_go_back_to_the_queue_once_and_call(world: World) -> None:
    shift_id = began(world)
    mine = [claimed(world), claimed(world, state=CaseState.ANSWERED)]
    chat.save_draft(world.system, world.actor("maria"), mine[0].id, "Hej, jag har läst")
    his = claimed(world, "johan")
    silent_for(world, 9.9)
    assert give_up_lost(world.system) == 0
    silent_for(world, 0.1)
    assert give_up_lost(world.system) == 1
    assert give_up_lost(world.system) == 0
    for one in mine:
        case = world.row(one.id).case
        assert (case.owner_id, case.owner_lost_at) == (None, world.clock.now())
        assert world.event_kinds(one.id).count("case.returned") == 1
    assert [world.row(one.id).case.state for one in mine] == [CaseState.NEW, CaseState.ANSWERED]
    assert world.row(his.id).case.owner_id == world.actor("johan").staff_id
    found = shift.find(world.system, shift_id)
    assert found is not None
    assert found.lost_at == found.ended_at == world.clock.now()
    assert told(world, "shift.lost") == 1


@pytest.mark.rule("SU-2")
@pytest.mark.hazard("H7")
def test_suicide_risk_keeps_its_owner_until_another_takes_it_or_the_owner_is_back(world: World) -> None:
    began(world, "sara")
    first, second = (claimed(world, "sara", suicide=SuicideRisk.AWAITING) for _ in range(2))
    assert world.row(first.id).case.suicide is SuicideRisk.TAKEN_ON
    silent_for(world, 10)
    give_up_lost(world.system)
    for one in (first, second):
        row = world.row(one.id)
        assert (row.owner, row.case.owner_lost_at) == ("Sara Holm", world.clock.now())
        assert world.event_kinds(one.id)[-1] == "case.owner-lost"
    amir = world.actor("amir")
    taken = takeover.take(world.system, amir, first.id, world.row(first.id).case.version)
    assert (taken.owner_id, taken.owner_lost_at) == (amir.staff_id, None)
    began(world, "sara")
    assert world.row(second.id).case.owner_lost_at is None
    assert world.event_kinds(second.id)[-1] == "case.owner-back"
    assert "case.owner-back" not in world.event_kinds(first.id)


def test_a_person_with_two_consoles_loses_nothing_when_one_dies(world: World) -> None:
    world.second_unit("sara")
    at_berga = shift.start(world.system, staff_at(world, "sara", BERGA), ShiftKind.CHAT)
    began(world, "sara")
    mine = claimed(world, "sara")
    silent_for(world, 6)
    shift.seen(world.system, world.actor("sara"))
    silent_for(world, 6)
    assert give_up_lost(world.system) == 1
    assert world.row(mine.id).case.owner_id == world.actor("sara").staff_id
    found = shift.find(world.system, at_berga.id)
    assert found is not None
    assert found.lost_at is not None
    silent_for(world, 6)
    assert give_up_lost(world.system) == 1
    assert world.row(mine.id).case.owner_id is None


def test_when_both_die_the_cases_of_both_units_go_back(world: World) -> None:
    world.second_unit("sara")
    shift.start(world.system, staff_at(world, "sara", BERGA), ShiftKind.CHAT)
    began(world, "sara")
    here, there = claimed(world, "sara"), world.case(unit_id=BERGA)
    chat.claim(world.system, staff_at(world, "sara", BERGA), there.id, there.version)
    silent_for(world, 11)
    assert give_up_lost(world.system) == 2
    assert [world.row(one.id).case.owner_id for one in (here, there)] == [None, None]
    assert world.event_kinds(there.id).count("case.returned") == 1


def test_a_shift_at_one_unit_may_end_while_another_goes_on_with_its_own_cases(world: World) -> None:
    world.second_unit("sara")
    berga = staff_at(world, "sara", BERGA)
    shift.start(world.system, berga, ShiftKind.CHAT)
    began(world, "sara")
    claimed(world, "sara")
    shift.end(world.system, berga)
    with pytest.raises(Refused, match="shift-ongoing"):
        shift.end(world.system, world.actor("sara"))


def test_whoever_never_had_a_shift_is_left_alone(world: World) -> None:
    mine = claimed(world)
    silent_for(world, 60 * 24)
    assert give_up_lost(world.system) == 0
    assert world.row(mine.id).case.owner_id == world.actor("maria").staff_id


def test_a_console_that_wakes_learns_that_its_shift_was_lost_and_the_next_begins(world: World) -> None:
    before = began(world)
    mine = claimed(world)
    silent_for(world, 30)
    give_up_lost(world.system)
    assert shift.seen(world.system, world.actor("maria")) is None
    lost = shift.find(world.system, before)
    assert lost is not None
    assert lost.lost_at is not None
    assert began(world) != before
    assert world.row(mine.id).case.owner_id is None


def test_whoever_is_back_before_anything_was_given_up_keeps_it_in_a_new_shift(world: World) -> None:
    before = began(world)
    mine = claimed(world)
    silent_for(world, 60 * 14)
    assert shift.current(world.system, world.actor("maria")) is None
    assert began(world) != before
    assert give_up_lost(world.system) == 0
    assert world.row(mine.id).case.owner_id == world.actor("maria").staff_id
    assert told(world, "shift.lost") == 1


def test_what_a_process_left_undone_that_died_over_it_is_done_by_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    began(world)
    mine = [claimed(world) for _ in range(3)]
    silent_for(world, 10)
    real = shift._give_up
    done: list[str] = []

    def dies(*given: object) -> bool:
        if len(done) == 1:
            raise KeyboardInterrupt
        done.append("")
        return real(*given)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(shift, "_give_up", dies)
        with pytest.raises(KeyboardInterrupt):
            give_up_lost(world.system)
    assert sum(world.row(one.id).case.owner_id is None for one in mine) == 1
    assert give_up_lost(world.system) == 0
    assert [world.row(one.id).case.owner_id for one in mine] == [None] * 3
    assert (told(world, "case.returned"), told(world, "shift.lost")) == (3, 1)


def test_whoever_comes_back_in_the_middle_of_it_keeps_the_rest(world: World) -> None:
    began(world)
    claimed(world)
    silent_for(world, 10)
    with world.system.store.writing() as tx:
        (late,) = shifts.not_seen_since(tx, world.clock.now() - GRACE)
        assert shifts.lose(tx, late.id, world.clock.now() - GRACE, world.clock.now())
    began(world)
    give_up_lost(world.system)
    assert told(world, "case.returned") == 0


def test_many_at_once_give_up_each_case_once(world: World) -> None:
    for name in ("maria", "johan"):
        began(world, name)
    mine = [claimed(world, name) for name in ("maria", "johan") for _ in range(4)]
    silent_for(world, 10)
    gate = Barrier(4)

    def tick() -> int:
        gate.wait()
        return give_up_lost(world.system)

    with ThreadPoolExecutor(4) as pool:
        marked = [one.result() for one in [pool.submit(tick) for _ in range(4)]]
    assert sum(marked) == 2
    assert [world.event_kinds(one.id).count("case.returned") for one in mine] == [1] * 8
    assert told(world, "shift.lost") == 2


def test_the_watch_gives_nobody_up_before_each_console_could_be_heard(world: World) -> None:
    """The database was away, or the machine that ticks has slept: nobody could say that they are there."""
    watch = shift.Watch(lambda: world.clock.now().timestamp())
    began(world)
    claimed(world)
    assert watch.give_up_lost(world.system) == 0
    silent_for(world, 30)
    assert watch.give_up_lost(world.system) == 0
    shift.seen(world.system, world.actor("maria"))
    for _ in range(8):
        silent_for(world, 0.25)
        assert watch.give_up_lost(world.system) == 0
    assert told(world, "shift.lost") == 0


def test_the_watch_gives_up_whoever_stays_silent(world: World) -> None:
    watch = shift.Watch(lambda: world.clock.now().timestamp())
    began(world)
    silent_for(world, 30)
    lost = []
    for _ in range(5):
        lost.append(watch.give_up_lost(world.system))
        silent_for(world, 0.25)
    assert lost == [0, 0, 0, 1, 0]


def test_a_database_that_does_not_answer_makes_the_watch_wait_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = shift.Watch(lambda: world.clock.now().timestamp())
    began(world)
    for _ in range(4):
        watch.give_up_lost(world.system)
        silent_for(world, 0.25)

    def away(*_given: object) -> None:
        raise Unavailable("database")

    with monkeypatch.context() as patch:
        patch.setattr(shifts, "not_seen_since", away)
        for _ in range(44):
            with pytest.raises(Unavailable):
                watch.give_up_lost(world.system)
            silent_for(world, 0.25)
    assert watch.give_up_lost(world.system) == 0
    silent_for(world, 0.25)
    assert watch.give_up_lost(world.system) == 0
    shift.seen(world.system, world.actor("maria"))
    silent_for(world, 0.5)
    assert watch.give_up_lost(world.system) == 0


def test_what_has_been_begun_is_shown_to_the_next_and_goes_when_its_owner_empties_it(world: World) -> None:
    began(world)
    maria, johan = world.actor("maria"), world.actor("johan")
    mine = claimed(world)
    chat.save_draft(world.system, maria, mine.id, "Hej, jag har läst")
    assert cases.open_case(world.system, johan, mine.id).left_drafts == ()
    silent_for(world, 10)
    give_up_lost(world.system)
    (draft,) = cases.open_case(world.system, johan, mine.id).left_drafts
    assert (draft.name, draft.text) == ("Maria Lind", "Hej, jag har läst")
    opened = cases.open_case(world.system, maria, mine.id)
    assert (opened.left_drafts, opened.draft) == ((), "Hej, jag har läst")
    taken = chat.claim(world.system, johan, mine.id, world.row(mine.id).case.version)
    assert cases.open_case(world.system, johan, mine.id).draft == ""
    chat.answer(world.system, johan, mine.id, taken.version, "Hej", fresh_id())
    assert len(cases.open_case(world.system, johan, mine.id).left_drafts) == 1
    chat.save_draft(world.system, maria, mine.id, "")
    assert cases.open_case(world.system, johan, mine.id).left_drafts == ()


@pytest.mark.rule("CH-3")
def test_an_alarm_of_a_lost_owner_can_be_acknowledged_and_calls_anew_the_next_time(world: World) -> None:
    began(world)
    mine = claimed(world)
    silent_for(world, 10)
    give_up_lost(world.system)
    called = alert(world.row(mine.id).case, None)
    assert called is not None
    assert alerts.acknowledge(world.system, world.actor("johan"), [called]) == 1
    assert alerts.acknowledge(world.system, world.actor("sara"), [called]) == 0
