"""What staff do together in a chat: notes, taking over, undoing, and messages read in parts (on both databases)."""

from datetime import date, timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from p24tui.errors import BadInput, Refused, Stale
from p24tui.ids import fresh_id
from p24tui.routine.case import Case, CaseState, SuicideRisk
from p24tui.routine.protection import Protection
from p24tui.services import cases, chat, ending, images, notes, patient_side, takeover, undo
from p24tui.services.cases import SHOWN
from p24tui.store import messages
from p24tui.store.tables import read_log
from p24tui.store.values import Attachment, Audience, Author, Message
from tests.world import BERGA, World


def claimed(world: World, who: str = "maria", **facts: Any) -> Case:
    case = world.case(**facts)
    return chat.claim(world.system, world.actor(who), case.id, case.version)


def refused(error: pytest.ExceptionInfo[Refused]) -> tuple[str, str]:
    return error.value.rule, error.value.reason


@pytest.mark.rule("PR-1")
def test_no_note_is_within_the_patients_reach(world: World) -> None:
    case = claimed(world)
    notes.write_note(world.system, world.actor("johan"), case.id, "Låter som en lunginflammation", fresh_id())
    assert [one.text for one in cases.look_again(world.system, world.actor("maria"), case.id).notes] == [
        "Låter som en lunginflammation"
    ]
    chat.answer(world.system, world.actor("maria"), case.id, case.version, "Har du feber?", fresh_id())
    page = patient_side.answers(world.system, "test")
    assert [answer.text for _cursor, answer in page.answers] == ["Har du feber?"]
    with world.system.store.reading() as tx:
        assert "lunginflammation" not in " ".join(one.text for one in messages.of_case(tx, case.id))
    protected = world.case(protection=Protection.MARKED)
    with pytest.raises(Refused) as error:
        notes.write_note(world.system, world.actor("maria"), protected.id, "Något", fresh_id())
    assert refused(error) == ("PR-1", "protected")


def test_a_note_pressed_twice_is_one_note_and_takes_its_draft_with_it(world: World) -> None:
    maria, case, id = world.actor("maria"), world.case(), fresh_id()
    chat.save_draft(world.system, maria, case.id, "Ring dottern", Audience.NOTE)
    chat.save_draft(world.system, maria, case.id, "Hej Maria", Audience.MESSAGE)
    opened = cases.look_again(world.system, maria, case.id)
    assert (opened.note_draft, opened.draft) == ("Ring dottern", "Hej Maria")
    for _press in range(2):
        notes.write_note(world.system, maria, case.id, "Ring dottern", id)
    opened = cases.look_again(world.system, maria, case.id)
    assert (len(opened.notes), opened.note_draft, opened.draft) == (1, "", "Hej Maria")
    with pytest.raises(BadInput):
        notes.write_note(world.system, maria, case.id, " \n ", fresh_id())


@pytest.mark.rule("SE-1")
def test_nothing_is_sent_with_a_gap_in_it(world: World) -> None:
    case = claimed(world)
    with pytest.raises(Refused) as error:
        chat.answer(world.system, world.actor("maria"), case.id, case.version, "Du får tid {dag}.", fresh_id())
    assert refused(error) == ("SE-1", "unfilled")
    assert error.value.details == {"names": "dag"}
    assert len(cases.look_again(world.system, world.actor("maria"), case.id).messages) == 1


@pytest.mark.rule("CH-11")
def test_taking_over_is_asked_logged_and_told(world: World) -> None:
    maria, johan = world.actor("maria"), world.actor("johan")
    case = claimed(world)
    asked = takeover.ask(world.system, johan, case.id, case.version, "Hon ringde mig nyss")
    assert (asked.owner_id, asked.asked_by_name) == (maria.staff_id, "Johan Berg")
    given = takeover.let_go(world.system, maria, case.id, world.actor("johan").staff_id or "")
    assert (given.owner_id, given.asked_by) == (johan.staff_id, None)
    history = cases.look_again(world.system, maria, case.id).events
    assert [(one.kind, one.actor) for one in history[-2:]] == [
        ("takeover.asked", "Johan Berg"),
        ("takeover.granted", "Maria Lind"),
    ]
    assert history[-2].details["reason"] == "Hon ringde mig nyss"


@pytest.mark.rule("CH-11")
def test_an_owner_who_does_not_answer_is_waited_for_two_minutes(world: World) -> None:
    johan, case = world.actor("johan"), claimed(world)
    asked = takeover.ask(world.system, johan, case.id, case.version, "Maria har gått hem")
    with pytest.raises(Refused) as error:
        takeover.take(world.system, johan, case.id, asked.version)
    assert refused(error) == ("CH-11", "ask-wait")
    world.clock.advance(timedelta(minutes=2))
    taken = takeover.take(world.system, johan, case.id, asked.version)
    assert taken.owner_id == johan.staff_id
    last = cases.look_again(world.system, johan, case.id).events[-1]
    assert (last.kind, last.rule, last.details["owner"]) == ("case.taken-over", "CH-11", "Maria Lind")


@pytest.mark.rule("CH-11")
def test_the_owner_keeps_it_or_whoever_asked_changes_their_mind(world: World) -> None:
    maria, johan, case = world.actor("maria"), world.actor("johan"), claimed(world)
    takeover.ask(world.system, johan, case.id, case.version, "Får jag?")
    kept = takeover.keep(world.system, maria, case.id)
    assert (kept.owner_id, kept.asked_by) == (maria.staff_id, None)
    takeover.ask(world.system, johan, case.id, kept.version, "Får jag nu då?")
    assert takeover.withdraw(world.system, johan, case.id).asked_by is None
    with pytest.raises(Refused):
        takeover.let_go(world.system, maria, case.id, world.actor("johan").staff_id or "")


@pytest.mark.rule("SU-2")
def test_the_psychologist_need_not_wait_for_suicide_risk(world: World) -> None:
    case = claimed(world, suicide=SuicideRisk.AWAITING)
    taken = takeover.take(world.system, world.actor("amir"), case.id, case.version)
    assert taken.suicide is SuicideRisk.TAKEN_ON
    assert cases.look_again(world.system, world.actor("amir"), case.id).events[-1].rule == "SU-2"


@pytest.mark.rule("CH-12")
def test_every_slip_can_be_undone_at_once(world: World) -> None:
    maria, case = world.actor("maria"), world.case(unread=0)
    as_it_came = world.row(case.id).case

    claimed = chat.claim(world.system, maria, case.id, case.version)
    assert undo.undo(world.system, maria, case.id) == "case.claimed"
    now = world.row(case.id).case
    assert replace(now, version=0) == replace(as_it_came, version=0)

    claimed = chat.claim(world.system, maria, case.id, now.version)
    held = chat.hold(world.system, maria, case.id, claimed.version, date(2026, 11, 24), "tid i morgon")
    assert undo.undo(world.system, maria, case.id) == "case.held"
    now = world.row(case.id).case
    assert replace(now, version=0) == replace(claimed, version=0)
    assert held.state is CaseState.HELD

    chat.release(world.system, maria, case.id, now.version)
    assert undo.undo(world.system, maria, case.id) == "case.released"

    requested = ending.request_end(world.system, maria, case.id, world.row(case.id).case.version)
    ending.confirm_end(world.system, maria, case.id, requested.version)
    assert undo.undo(world.system, maria, case.id) == "case.ended"
    now = world.row(case.id).case
    assert (now.state, now.owner_id, now.ending_by) == (CaseState.ONGOING, maria.staff_id, None)


@pytest.mark.rule("CH-12")
@pytest.mark.hazard("H10")
def test_nothing_is_undone_over_what_has_come_since(world: World) -> None:
    maria, case = world.actor("maria"), world.case()
    chat.claim(world.system, maria, case.id, case.version)
    with pytest.raises(Refused) as error:
        undo.undo(world.system, world.actor("johan"), case.id)
    assert refused(error) == ("CH-12", "nothing-to-undo")
    world.writes(case.id)
    with pytest.raises(Refused) as error:
        undo.undo(world.system, maria, case.id)
    assert refused(error) == ("CH-12", "too-late-to-undo")
    with pytest.raises(Refused) as error:
        undo.undo(world.system, maria, world.case().id)
    assert refused(error) == ("CH-12", "nothing-to-undo")


@pytest.mark.rule("CH-12")
def test_undoing_twice_undoes_once(world: World) -> None:
    maria, case = world.actor("maria"), world.case()
    chat.claim(world.system, maria, case.id, case.version)
    undo.undo(world.system, maria, case.id)
    with pytest.raises(Refused):
        undo.undo(world.system, maria, case.id)


def test_a_long_chat_is_read_from_its_end_and_back_to_its_beginning(world: World) -> None:
    maria, case = world.actor("maria"), world.case(text="nummer 0")
    at = world.clock.now()
    with world.system.store.writing() as tx:
        for number in range(1, 2 * SHOWN + 21):
            sent = at + timedelta(seconds=number // 3)  # several in the same second
            messages.add(
                tx, Message(fresh_id(), case.id, Author.PATIENT, None, "Maria", f"nummer {number}", sent, sent)
            )
    with world.system.store.reading() as tx:
        everything = messages.of_case(tx, case.id)
    opened = cases.open_case(world.system, maria, case.id)
    assert (len(opened.messages), opened.earlier) == (SHOWN, True)
    read = list(opened.messages)
    while part := cases.earlier_messages(world.system, maria, case.id, read[0]):
        read = [*part, *read]
    assert read == everything
    short = cases.open_case(world.system, maria, world.case().id)
    assert (len(short.messages), short.earlier) == (1, False)


@pytest.mark.rule("CH-13")
def test_reading_the_chat_is_not_reading_the_free_text(world: World) -> None:
    maria, case = world.actor("maria"), world.case(unread=1, unread_free_text=2)
    cases.open_case(world.system, maria, case.id)
    assert (world.row(case.id).case.unread, world.row(case.id).case.unread_free_text) == (0, 2)
    cases.read_free_text(world.system, maria, case.id)
    assert world.row(case.id).case.unread_free_text == 0
    assert world.event_kinds(case.id)[-2:] == ["case.read", "case.read"]


@pytest.mark.rule("LO-1", "PR-1")
@pytest.mark.hazard("H20")
def test_opening_an_attachment_is_logged_first(world: World) -> None:
    maria = world.actor("maria")
    case, hidden = world.case(), world.case(protection=Protection.MARKED)
    with world.system.store.writing() as tx:
        for id, of in (("bild", case), ("dold", hidden)):
            messages.add_attachment(tx, Attachment(id, of.id, None, "Arm.png", "image/png", 3, "00", b"png"))
    assert images.open_file(world.system, maria, "bild").file.data == b"png"
    with world.system.store.reading() as tx:
        logged = tx.connection.execute(select(read_log.c.kind, read_log.c.case_id)).all()
    assert logged == [("attachment", case.id)]
    for id in ("dold", "ingen"):
        with pytest.raises(BadInput):
            images.open_file(world.system, maria, id)
    with pytest.raises(BadInput):
        images.open_file(world.system, replace(maria, unit_id=BERGA), "bild")


@pytest.mark.hazard("H21")
def test_another_text_by_an_id_that_has_gone_is_not_taken_for_the_one_that_went(world: World) -> None:
    """The first was stored though nobody was told; what was written on since is neither sent nor said to be."""
    maria = world.actor("maria")
    case = chat.claim(world.system, maria, (one := world.case(unread=0)).id, one.version)
    chat.answer(world.system, maria, case.id, case.version, "Hej Ali", "id")
    assert chat.answer(world.system, maria, case.id, case.version, "Hej Ali", "id").id == case.id
    with pytest.raises(Stale):
        chat.answer(world.system, maria, case.id, case.version, "Hej Ali igen", "id")
    with world.system.store.reading() as tx:
        sent = [one.text for one in messages.of_case(tx, case.id) if one.author is Author.STAFF]
    assert sent == ["Hej Ali"]


@pytest.mark.hazard("H21")
def test_another_note_by_an_id_that_is_known_is_not_taken_for_it(world: World) -> None:
    maria, case = world.actor("maria"), world.case()
    notes.write_note(world.system, maria, case.id, "Ring henne", "id")
    notes.write_note(world.system, maria, case.id, "Ring henne", "id")
    with pytest.raises(Stale):
        notes.write_note(world.system, maria, case.id, "Ring henne i morgon", "id")
