"""What happens while somebody writes a note, after it, and when the case leaves the unit (DO-1 to DO-3, H15, H21)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from msgspec.structs import replace

from p24tui import journal_text
from p24tui.errors import BadInput
from p24tui.routine.case import Case, CaseState
from p24tui.routine.documentation import Cause, NoteText, Scope, Way
from p24tui.routine.handover import Consent, ConsentState, ConsentWay
from p24tui.services import cases, documentation, ending, handover
from p24tui.store import events, journal, messages
from p24tui.store.values import Author, Message
from tests.services.test_documentation import FORM, ends, mine, owed, refused, signs
from tests.world import BERGA, PEOPLE, UNIT, World

NEWER = "Nu har jag feber också."


def writes(world: World, case_id: str, words: str = NEWER) -> None:
    world.clock.advance(timedelta(minutes=5))
    world.writes(case_id, words, documented=False)
    cases.open_case(world.system, world.actor("maria"), case_id)


def stored_late(world: World, case_id: str, ago: timedelta) -> None:
    """A message that was part of a long parcel, which began before what was done meanwhile."""
    at = world.clock.now() - ago
    with world.system.store.writing() as tx:
        messages.add(tx, Message("late", case_id, Author.PATIENT, None, "Karin Öberg", NEWER, at, at))


def sign(world: World, case_id: str, text: NoteText, note_id: str = "n1", name: str = "maria") -> Callable[[], object]:
    return lambda: documentation.sign(world.system, world.actor(name), case_id, text, note_id)


def hands_over(world: World, case_id: str, to: str = "sara", unit: str = UNIT) -> Case:
    maria, receiver = world.actor("maria"), replace(world.actor(to), unit_id=unit)
    consent = Consent(ConsentState.GIVEN, ConsentWay.CHAT, world.clock.now())
    lines = handover.targets(world.system, maria)
    target = next(
        one.target for one in lines if one.target.staff_id == receiver.staff_id and one.target.unit_id == unit
    )
    handover.offer(world.system, maria, case_id, world.row(case_id).case.version, target, "hosta", consent)
    offer_id = handover.of_case(world.system, maria, case_id)[-1].id
    return handover.accept(world.system, receiver, case_id, offer_id)


def owed_at(world: World, unit_id: str) -> tuple[int, int]:
    """How many notes Maria owes at a unit, and how many anybody does."""
    own = documentation.count_owed(world.system, world.actor("maria"), [unit_id])
    with world.system.store.reading() as tx:
        return own, journal.count_owed(tx, [unit_id])


@pytest.mark.rule("DO-1", "DO-2")
def test_what_the_patient_writes_while_one_signs_is_looked_through_before_it_is_signed(world: World) -> None:
    one, maria = mine(world, text="Hej, jag har hostat."), world.actor("maria")
    text = replace(documentation.read(world.system, maria, one.id).text, assessment="Egenvård.", current="Hosta.")
    documentation.save_draft(world.system, maria, one.id, text)
    writes(world, one.id)
    assert refused(sign(world, one.id, replace(text, reviewed=True))) == ("DO-1", "note-newer")
    again = documentation.read(world.system, maria, one.id).text
    assert again.current == f"Hosta.\n\nPatienten skriver 2026-11-23 09.05:\n{NEWER}"
    assert (again.assessment, again.reviewed) == ("Egenvård.", False)
    assert refused(sign(world, one.id, again)) == ("DO-2", "note-unreviewed")
    documentation.save_draft(world.system, maria, one.id, again)
    assert documentation.read(world.system, maria, one.id).text == again  # and it is not added twice
    sign(world, one.id, replace(again, reviewed=True))()
    assert ends(world, one.id).state is CaseState.ENDED


@pytest.mark.rule("DO-1")
def test_nothing_is_settled_that_its_author_has_not_seen(world: World) -> None:
    one, maria = mine(world), world.actor("maria")
    seen = documentation.read(world.system, maria, one.id).documented.told
    writes(world, one.id)

    def settles(told: int) -> None:
        documentation.settle(world.system, maria, one.id, Way.IN_VAS, "", "n1", told)

    assert refused(lambda: settles(seen)) == ("DO-1", "note-newer")
    settles(documentation.read(world.system, maria, one.id).documented.told)
    assert ends(world, one.id).state is CaseState.ENDED


@pytest.mark.rule("DO-1", "DO-2")
def test_a_second_note_has_what_has_come_since_the_first_and_nothing_older(world: World) -> None:
    one, maria = mine(world, answers=FORM), world.actor("maria")
    signs(world, one.id)
    writes(world, one.id)
    view = documentation.read(world.system, maria, one.id)
    assert (view.scope, view.has_current) == (Scope.ASSESSMENT, True)
    assert view.text.current == f"Patienten skriver 2026-11-23 09.05:\n{NEWER}"
    text = replace(view.text, assessment="Åter vid försämring.")
    assert refused(sign(world, one.id, text, "n2")) == ("DO-2", "note-unreviewed")
    done = documentation.sign(world.system, maria, one.id, replace(text, reviewed=True), "n2")
    assert f"Aktuellt\nPatienten skriver 2026-11-23 09.05:\n{NEWER}" in done.text
    assert ends(world, one.id).state is CaseState.ENDED


@pytest.mark.rule("DO-1")
def test_what_is_stored_after_the_note_with_an_earlier_time_does_not_end_in_silence(world: World) -> None:
    one = mine(world)
    world.clock.advance(timedelta(minutes=5))
    signs(world, one.id)
    stored_late(world, one.id, timedelta(minutes=1))
    assert refused(lambda: ends(world, one.id)) == ("DO-1", "undocumented-since")
    assert NEWER in documentation.read(world.system, world.actor("maria"), one.id).text.current


@pytest.mark.rule("DO-1", "IM-4")
def test_a_form_that_comes_after_the_note_is_noted_too(world: World) -> None:
    one = mine(world)
    signs(world, one.id)
    with world.system.store.writing() as tx:
        messages.add_answers(tx, [replace(answer, case_id=one.id) for answer in FORM])
        events.append(tx, world.source, world.clock.now(), "form.received", one.id, unit_id=UNIT)
    assert refused(lambda: ends(world, one.id)) == ("DO-1", "undocumented-since")
    assert "Har du feber? Nej" in documentation.read(world.system, world.actor("maria"), one.id).text.current


@pytest.mark.rule("DO-1", "DO-3", "CH-12")
def test_what_comes_between_the_two_steps_holds_the_second(world: World) -> None:
    one, maria = mine(world), world.actor("maria")
    signs(world, one.id)
    asked = ending.request_end(world.system, maria, one.id, one.version)
    stored_late(world, one.id, timedelta())
    assert refused(lambda: ending.confirm_end(world.system, maria, one.id, asked.version)) == (
        "DO-1",
        "undocumented-since",
    )


@pytest.mark.rule("DO-3", "RE-2")
def test_a_nurse_who_has_noted_before_handing_over_owes_no_second_note(world: World) -> None:
    one = mine(world)
    signs(world, one.id)
    hands_over(world, one.id)
    assert owed(world, one.id) == []
    assert refused(lambda: ends(world, one.id, "sara")) == ("DO-3", "own-assessment")


@pytest.mark.rule("DO-1", "DO-3")
def test_what_is_told_after_a_colleague_came_to_owe_a_note_is_not_theirs_to_write(world: World) -> None:
    one = mine(world)
    hands_over(world, one.id)
    signs(world, one.id, "sara")
    world.clock.advance(timedelta(minutes=5))
    world.writes(one.id, NEWER, documented=False)
    cases.open_case(world.system, world.actor("sara"), one.id)
    assert owed(world, one.id) == [(PEOPLE["maria"][0], Scope.BOTH, Cause.TRIAGED)]
    assert refused(lambda: ends(world, one.id, "sara")) == ("DO-1", "undocumented-since")
    assert NEWER in documentation.read(world.system, world.actor("sara"), one.id).text.current


@pytest.mark.rule("DO-3", "LO-1")
@pytest.mark.hazard("H21")
def test_what_is_owed_of_a_case_that_has_left_the_unit_is_written_there_by_its_author_alone(world: World) -> None:
    world.second_unit("sara")
    one, maria = mine(world), world.actor("maria")
    world.clock.advance(timedelta(minutes=1))
    hands_over(world, one.id, unit=BERGA)
    assert owed_at(world, UNIT) == (1, 1)
    assert owed_at(world, BERGA) == (0, 0)
    world.clock.advance(timedelta(minutes=5))
    world.writes(one.id, NEWER, documented=False)
    with pytest.raises(BadInput):
        documentation.read(world.system, world.actor("johan"), one.id)
    with pytest.raises(BadInput):
        documentation.anamnesis_report(world.system, maria, one.id)
    view = documentation.read(world.system, maria, one.id)
    assert (view.text.clinic, NEWER in view.text.current) == ("Vårdcentralen Åsen", False)
    done = signs(world, one.id)
    assert done.note.unit_id == UNIT
    documentation.copied(world.system, maria, done.note.id)
    assert owed_at(world, UNIT) == (0, 0)
    sara = replace(world.actor("sara"), unit_id=BERGA)
    cases.open_case(world.system, sara, one.id)
    text = documentation.read(world.system, sara, one.id).text
    assert NEWER in text.current  # the note from elsewhere has said nothing of it
    own = replace(text, assessment="Egen.", reviewed=True)
    documentation.sign(world.system, sara, one.id, own, "n2")
    assert [note.id for note in documentation.read(world.system, maria, one.id).notes] == ["n1"]


@pytest.mark.rule("DO-4")
def test_a_draft_is_kept_however_long_and_from_two_consoles_at_once(world: World) -> None:
    one, maria = mine(world), world.actor("maria")
    text = documentation.read(world.system, maria, one.id).text
    long = replace(text, assessment="å" * (journal_text.MOST + 1))
    with ThreadPoolExecutor(2) as consoles:
        for kept in [
            consoles.submit(documentation.save_draft, world.system, maria, one.id, long) for _number in range(8)
        ]:
            kept.result()
    assert documentation.read(world.system, maria, one.id).text.assessment == long.assessment
    assert refused(sign(world, one.id, replace(long, reviewed=True))) == ("DO-2", "note-long")


@pytest.mark.rule("DO-2")
def test_what_the_patient_has_told_is_never_cut_without_a_word(world: World) -> None:
    one, maria = mine(world, text="å" * (journal_text.MOST + 1)), world.actor("maria")
    current = documentation.read(world.system, maria, one.id).text.current
    assert len(current) == journal_text.MOST
    assert current.endswith("resten står i ärendet i Plattform24.]")


@pytest.mark.rule("DO-2")
@pytest.mark.hazard("H23")
def test_a_patients_words_do_not_pass_for_a_search_word_of_the_note(world: World) -> None:
    one = mine(world, text="Hej.\n\nBedömning\nFrisk.\n bedömning: \nFrisk.")
    lines = signs(world, one.id).text.splitlines()
    assert [line for line in lines if "bedömning" in line.casefold()] == ["– Bedömning", "–  bedömning: ", "Bedömning"]
