"""From a patient's message to the ended case, on both databases."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from p24tui.errors import BadInput, Refused, Stale
from p24tui.ids import fresh_id
from p24tui.routine.case import CaseState
from p24tui.routine.protection import Protection
from p24tui.services import cases, chat, ending, holding, presence, queue
from p24tui.store import messages
from p24tui.store.tables import changes, events, read_log
from p24tui.store.values import Author, Doing
from tests.world import UNIT, World


def answer(world: World, who: str, case_id: str, text: str = "Hej, hur mår du nu?") -> None:
    version = world.row(case_id).case.version
    chat.answer(world.system, world.actor(who), case_id, version, text, fresh_id())


def reads(world: World) -> list[tuple[str, str | None, list[str]]]:
    with world.system.store.reading() as tx:
        table = read_log.c
        rows = tx.connection.execute(select(table.kind, table.case_id, table.patients).order_by(table.seq))
        return [(kind, case_id, patients) for kind, case_id, patients in rows]


@pytest.mark.rule("CH-12", "CH-6", "SE-3")
def test_a_nurse_claims_reads_answers_and_ends(world: World) -> None:
    maria = world.actor("maria")
    case = world.case()
    claimed = chat.claim(world.system, maria, case.id, case.version)
    opened = cases.open_case(world.system, maria, case.id)
    assert [one.text for one in opened.messages] == ["Hej, jag har hostat i en vecka."]
    assert opened.line.case.unread == 0
    answered = chat.answer(world.system, maria, case.id, opened.line.case.version, "Har du feber?", fresh_id())
    assert answered.state is CaseState.WAITING
    first = ending.request_end(world.system, maria, case.id, answered.version)
    assert first.state is CaseState.WAITING
    last = ending.confirm_end(world.system, maria, case.id, first.version)
    assert last.state is CaseState.ENDED
    assert last.answer_until is not None
    assert last.answer_until - world.clock.now() == timedelta(hours=39)  # from nine to the next day's midnight
    assert claimed.owner_id == maria.staff_id
    assert world.event_kinds(case.id) == [
        "case.received",
        "case.claimed",
        "case.read",
        "message.sent",
        "ending.requested",
        "case.ended",
    ]


@pytest.mark.rule("CH-6")
@pytest.mark.hazard("H10")
def test_an_answer_opens_the_ended_case_again(world: World) -> None:
    maria = world.actor("maria")
    case = world.case()
    chat.claim(world.system, maria, case.id, case.version)
    cases.open_case(world.system, maria, case.id)
    answer(world, "maria", case.id)
    first = ending.request_end(world.system, maria, case.id, world.row(case.id).case.version)
    ending.confirm_end(world.system, maria, case.id, first.version)
    woken = world.writes(case.id)
    assert (woken.state, woken.owner_id, woken.unread) == (CaseState.ANSWERED, None, 1)
    assert [line.case.id for line in queue.open_list(world.system, maria).lines] == [case.id]


@pytest.mark.hazard("H10")
def test_an_answer_between_the_two_steps_keeps_it_open(world: World) -> None:
    maria = world.actor("maria")
    case = world.case(unread=0)
    chat.claim(world.system, maria, case.id, case.version)
    first = ending.request_end(world.system, maria, case.id, world.row(case.id).case.version)
    world.writes(case.id)
    with pytest.raises(Stale) as stale:
        ending.confirm_end(world.system, maria, case.id, first.version)
    assert stale.value.what == "message.received"
    assert world.row(case.id).case.state is CaseState.ONGOING


def test_a_second_claim_is_refused_and_says_who_has_it(world: World) -> None:
    case = world.case()
    claimed = chat.claim(world.system, world.actor("maria"), case.id, case.version)
    with pytest.raises(Stale) as stale:
        chat.claim(world.system, world.actor("johan"), case.id, case.version)
    assert (stale.value.by, stale.value.what) == ("Maria Lind", "case.claimed")
    with pytest.raises(Refused) as refused:
        chat.claim(world.system, world.actor("johan"), case.id, claimed.version)
    assert refused.value.details == {"owner": "Maria Lind"}


@pytest.mark.hazard("H21")
def test_nobody_but_the_owner_sends(world: World) -> None:
    case = world.case()
    for who in ("maria", "johan"):
        with pytest.raises(Refused, match="CH-11"):
            answer(world, who, case.id)
    with world.system.store.reading() as tx:
        assert all(one.author is Author.PATIENT for one in messages.of_case(tx, case.id))


@pytest.mark.hazard("H13")
def test_sending_the_same_draft_twice_stores_one_message(world: World) -> None:
    maria = world.actor("maria")
    case = world.case()
    version = chat.claim(world.system, maria, case.id, case.version).version
    draft = fresh_id()
    for _press in range(3):
        chat.answer(world.system, maria, case.id, version, "Har du feber?", draft)
    with world.system.store.reading() as tx:
        assert [one.id for one in messages.of_case(tx, case.id) if one.author is Author.STAFF] == [draft]


def test_an_empty_answer_is_not_sent(world: World) -> None:
    case = world.case()
    version = chat.claim(world.system, world.actor("maria"), case.id, case.version).version
    with pytest.raises(BadInput, match="empty-message"):
        chat.answer(world.system, world.actor("maria"), case.id, version, " \n\t ", fresh_id())


@pytest.mark.rule("LO-1")
@pytest.mark.hazard("H20")
def test_a_case_is_logged_before_it_is_shown(world: World) -> None:
    case = world.case()
    cases.open_case(world.system, world.actor("maria"), case.id)
    assert reads(world) == [("case", case.id, [])]


@pytest.mark.rule("LO-1")
@pytest.mark.hazard("H20")
def test_nothing_is_shown_where_the_log_cannot_be_written(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    case = world.case()

    def fail(*args: object, **kwargs: object) -> None:
        raise OSError

    monkeypatch.setattr("p24tui.store.read_log.log_reading", fail)
    with pytest.raises(OSError):  # noqa: PT011 - the very one above
        cases.open_case(world.system, world.actor("maria"), case.id)
    assert world.row(case.id).case.unread == 1


@pytest.mark.rule("LO-1")
@pytest.mark.hazard("H20")
def test_a_list_is_one_row_and_later_arrivals_one_row_a_batch(world: World) -> None:
    maria = world.actor("maria")
    early = world.case()
    view = queue.open_list(world.system, maria)
    late = [world.case(), world.case()]
    seen = {line.case.patient_id for line in view.lines}
    lines = queue.arrivals(world.system, maria, view, seen, [early.id, *(one.id for one in late)])
    assert {line.case.id for line in lines} == {early.id, *(one.id for one in late)}
    queue.arrivals(world.system, maria, view, seen | {one.patient_id for one in late}, [late[0].id])
    assert reads(world) == [
        ("list", None, [early.patient_id]),
        ("arrivals", None, sorted(one.patient_id for one in late)),
    ]


@pytest.mark.rule("LO-1")
@pytest.mark.hazard("H20")
def test_reading_a_list_anew_logs_only_whom_it_has_not_shown_before(world: World) -> None:
    maria = world.actor("maria")
    early = world.case()
    view = queue.open_list(world.system, maria)
    late = world.case()
    for _ in range(3):
        shown = {early.patient_id, *(line.case.patient_id for line in view.lines)}
        view = queue.open_list(world.system, maria, view=view.id, shown_patients=shown)
    assert reads(world) == [("list", None, [early.patient_id]), ("arrivals", None, [late.patient_id])]


def test_a_colleague_who_looks_in_leaves_it_unread(world: World) -> None:
    case = world.case()
    chat.claim(world.system, world.actor("maria"), case.id, case.version)
    cases.open_case(world.system, world.actor("johan"), case.id)
    assert world.row(case.id).case.unread == 1
    cases.open_case(world.system, world.actor("maria"), case.id)
    assert world.row(case.id).case.unread == 0


@pytest.mark.rule("PR-1")
@pytest.mark.parametrize("protection", [Protection.MARKED, Protection.POPULATION])
def test_of_a_protected_person_there_is_only_that_the_case_exists(world: World, protection: Protection) -> None:
    case = world.case(name="Hemlig Person", matter="Hemligt", text="Jag bor på Hemliga gatan", protection=protection)
    maria = world.actor("maria")
    everything = f"{queue.open_list(world.system, maria)} {cases.open_case(world.system, maria, case.id)}"
    assert "Hemlig Person" not in everything
    assert "Hemliga gatan" not in everything
    opened = cases.open_case(world.system, maria, case.id)
    assert (opened.line.patient.name, opened.line.patient.number, opened.line.matter) == ("", "", "")
    assert (opened.messages, opened.answers, opened.attachments, opened.guardians) == ((), (), (), ())


@pytest.mark.rule("PR-1", "PR-3")
def test_ending_a_protected_persons_case_tells_them_where_to_go(world: World) -> None:
    case = world.case(protection=Protection.MARKED)
    maria = world.actor("maria")
    with pytest.raises(Refused, match="PR-1"):
        chat.claim(world.system, maria, case.id, case.version)
    world.clock.advance(timedelta(minutes=1))
    first = ending.request_end(world.system, maria, case.id, case.version)
    ending.confirm_end(world.system, maria, case.id, first.version)
    with world.system.store.reading() as tx:
        last = messages.of_case(tx, case.id)[-1]
    assert last.author is Author.SYSTEM
    assert "1177.se" in last.text


@pytest.mark.rule("SE-4")
@pytest.mark.hazard("H3")
def test_a_held_case_comes_back_on_its_day(world: World) -> None:
    maria = world.actor("maria")
    case = world.case(unread=0)
    version = chat.claim(world.system, maria, case.id, case.version).version
    chat.hold(world.system, maria, case.id, version, date(2026, 11, 24), "tid erbjuds i morgon")
    assert holding.wake_due(world.system) == 0
    world.clock.advance(timedelta(days=1))
    assert holding.wake_due(world.system) == 1
    assert holding.wake_due(world.system) == 0
    assert world.row(case.id).case.state is CaseState.DUE


def test_drafts_are_kept_by_case_and_person(world: World) -> None:
    one, other = world.case(unread=0), world.case(unread=0)
    maria = world.actor("maria")
    chat.save_draft(world.system, maria, one.id, "till den ena")
    chat.save_draft(world.system, maria, other.id, "till den andra")
    assert cases.look_again(world.system, maria, one.id).draft == "till den ena"
    assert cases.look_again(world.system, maria, other.id).draft == "till den andra"
    assert cases.look_again(world.system, world.actor("johan"), one.id).draft == ""
    chat.claim(world.system, maria, one.id, one.version)
    answer(world, "maria", one.id)
    assert cases.look_again(world.system, maria, one.id).draft == ""


def test_others_see_who_is_in_a_case_until_it_lapses(world: World) -> None:
    case = world.case()
    maria, johan = world.actor("maria"), world.actor("johan")
    presence.be_present(world.system, maria, case.id, Doing.TYPING)
    assert [one.name for one in queue.open_list(world.system, johan).lines[0].present] == ["Maria Lind"]
    assert queue.open_list(world.system, maria).lines[0].present == ()
    world.clock.advance(presence.LASTS)
    assert queue.open_list(world.system, johan).lines[0].present == ()
    assert (presence.expire(world.system), presence.expire(world.system)) == (1, 0)


def test_every_event_has_its_change(world: World) -> None:
    case = world.case()
    chat.claim(world.system, world.actor("maria"), case.id, case.version)
    with world.system.store.reading() as tx:
        happened = set(tx.connection.scalars(select(events.c.seq)))
        told = set(tx.connection.scalars(select(changes.c.event_seq)))
    assert happened == told


def test_a_case_of_another_unit_is_not_there(world: World) -> None:
    case = world.case()
    stranger = world.actor("maria")
    elsewhere = type(stranger)(stranger.staff_id, stranger.name, stranger.profession, "SE2321000016-XXXX", "x")
    with pytest.raises(BadInput, match="no-case"):
        cases.open_case(world.system, elsewhere, case.id)
    assert queue.open_list(world.system, elsewhere).lines == ()
    assert case.unit_id == UNIT
