"""A contact on somebody else's behalf: explained, marked, ended and locked, in one deed (AP-1 to AP-4, H15)."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from p24tui.errors import Refused
from p24tui.routine.case import Case, CaseState, Need, SuicideRisk, Urgency
from p24tui.routine.outgoing import OutgoingState
from p24tui.routine.proxy import Guardian
from p24tui.routine.risk_course import Call, HandedOn, Outcome, Service, Suspicion
from p24tui.services import assessment, cases, chat, ending, notes, suicide, takeover, undo, wrong_patient
from p24tui.store import people
from p24tui.store.values import Author, PatientRecord
from tests.outgoing import queued, stored, waited_for, with_gateway
from tests.world import World

pytestmark = [pytest.mark.rule("AP-1", "AP-2", "AP-3"), pytest.mark.hazard("H15")]


def refused(deed: Callable[[], object]) -> tuple[str, str]:
    """The rule that said no, and its reason."""
    with pytest.raises(Refused) as caught:
        deed()
    return caught.value.rule, caught.value.reason


def marked(world: World, **facts: object) -> Case:
    one = world.case(name="Karin Öberg", **{"unread": 0, **facts})  # type: ignore[arg-type]
    world.clock.advance(timedelta(minutes=1))
    return wrong_patient.mark(world.system, world.actor("maria"), one.id, one.version)


def test_one_deed_explains_marks_ends_and_locks(world: World) -> None:
    one = marked(world)
    assert (one.state, one.wrong_patient_at, one.answer_until) == (CaseState.ENDED, world.clock.now(), None)
    seen = cases.look_again(world.system, world.actor("maria"), one.id)
    last = seen.messages[-1]
    assert (last.author, last.author_name) == (Author.STAFF, "Maria Lind")
    assert "logga in med sin egen e-legitimation" in last.text
    assert "Vårdcentralen Åsen" in last.text
    assert [(line.question, line.answer) for line in seen.answers] == [("Anamnes", "OBS FEL PATIENT")]
    assert world.event_kinds(one.id)[-1] == "case.wrong-patient"


def test_for_ones_own_child_it_explains_how_to_become_its_proxy(world: World) -> None:
    one = world.case(name="Karin Öberg", unread=0)
    world.clock.advance(timedelta(minutes=1))
    text = wrong_patient.explanation(world.system, world.actor("maria"), one.id, for_child=True)
    wrong_patient.mark(world.system, world.actor("maria"), one.id, one.version, for_child=True)
    assert "ombud för ditt barn" in text
    assert cases.look_again(world.system, world.actor("maria"), one.id).messages[-1].text == text


def test_a_later_write_is_refused_also_when_the_person_writes_again(world: World) -> None:
    one = marked(world)
    world.writes(one.id, "Men det gäller min mamma")
    again = world.row(one.id).case
    maria, amir, system = world.actor("maria"), world.actor("amir"), world.system
    assert again.state is CaseState.ANSWERED
    deeds: list[Callable[[], object]] = [
        lambda: chat.claim(system, maria, one.id, again.version),
        lambda: assessment.assess(system, maria, one.id, again.version, Urgency.URGENT, Need.NEW, is_assessed=True),
        lambda: takeover.take(system, amir, one.id, again.version),
        lambda: wrong_patient.mark(system, maria, one.id, again.version),
    ]
    assert {refused(deed) for deed in deeds} == {("AP-1", "wrong-patient")}
    explained = refused(lambda: wrong_patient.explanation(system, maria, one.id))
    assert explained == ("AP-1", "wrong-patient")
    note = refused(lambda: notes.write_note(system, maria, one.id, "Mamman heter Berit", "n1"))
    assert note == ("AP-3", "wrong-patient-locked")


@pytest.mark.rule("CH-12")
def test_what_opens_again_is_read_and_ended_by_anyone_and_the_person_told_once_more(world: World) -> None:
    one = marked(world)
    world.writes(one.id, "Hallå?")
    johan = world.actor("johan")
    version = world.row(one.id).case.version
    assert refused(lambda: ending.request_end(world.system, johan, one.id, version)) == ("CH-7", "unread")
    cases.open_case(world.system, johan, one.id)
    world.clock.advance(timedelta(minutes=1))
    begun = ending.request_end(world.system, johan, one.id, version)
    ended = ending.confirm_end(world.system, johan, one.id, begun.version)
    assert (ended.state, ended.answer_until) == (CaseState.ENDED, None)
    last = cases.look_again(world.system, johan, one.id).messages[-1]
    assert (last.author, "e-legitimation" in last.text) == (Author.SYSTEM, True)


@pytest.mark.rule("AP-4", "SU-2")
@pytest.mark.hazard("H7", "H9")
def test_risk_that_shows_when_they_write_again_is_suspected_and_acted_on_outside(world: World) -> None:
    one = marked(world)
    world.writes(one.id, "Hon vill dö")
    maria, system = world.actor("maria"), world.system
    cases.open_case(system, maria, one.id)
    suspected = suicide.state(system, maria, one.id, world.row(one.id).case.version, Suspicion("modern vill dö"))
    assert (suspected.suicide, suspected.owner_id) == (SuicideRisk.AWAITING, None)
    assert refused(lambda: ending.request_end(system, maria, one.id, suspected.version)) == ("AP-4", "act-outside")
    suicide.state(system, maria, one.id, None, HandedOn(Service.EMERGENCY, "SOS 4711", world.clock.now()))
    version = world.row(one.id).case.version
    assert ending.request_end(system, maria, one.id, version).ending_by == maria.staff_id


def test_it_cannot_be_undone(world: World) -> None:
    one = marked(world)
    assert refused(lambda: undo.undo(world.system, world.actor("maria"), one.id)) == ("CH-12", "nothing-to-undo")


def test_what_is_planned_for_it_is_cancelled(world: World) -> None:
    with_gateway(world)
    one = waited_for(world)
    row = queued(world, one)
    wrong_patient.mark(world.system, world.actor("maria"), one.id, one.version)
    assert stored(world, row.id).state is OutgoingState.CANCELLED


@pytest.mark.parametrize(
    ("born", "guardian", "passes"), [(2015, True, True), (2015, False, False), (2010, True, False)]
)
def test_a_guardian_who_is_proxy_for_their_own_child_is_let_through_and_only_then(
    world: World, born: int, guardian: bool, passes: bool
) -> None:
    one = world.case(unread=0)
    with world.system.store.writing() as tx:
        record = people.patient(tx, id=one.patient_id)
        assert record is not None
        child = PatientRecord(replace(record.patient, born=date(born, 5, 1)), record.number_kind, record.flagged, None)
        people.put_patient(tx, child, world.clock.now())
        if guardian:
            people.put_guardian(tx, one.patient_id, Guardian("196101182803", "Maria Ljungberg", "mother"))

    def deed() -> Case:
        return wrong_patient.mark(world.system, world.actor("maria"), one.id, one.version)

    if passes:
        assert refused(deed) == ("AP-1", "guardian-proxy")
    else:
        assert deed().wrong_patient_at is not None


@pytest.mark.rule("AP-4")
@pytest.mark.hazard("H9")
def test_suspected_suicide_risk_is_acted_on_outside_first(world: World) -> None:
    one = world.case(unread=0, suicide=SuicideRisk.AWAITING)
    maria, now = world.actor("maria"), world.clock.now()

    def deed() -> Case:
        return wrong_patient.mark(world.system, maria, one.id, world.row(one.id).case.version)

    assert refused(deed) == ("AP-4", "act-outside")
    suicide.state(world.system, maria, one.id, None, Call(now, Outcome.NO_ANSWER))
    assert refused(deed) == ("AP-4", "act-outside")
    suicide.state(world.system, maria, one.id, None, HandedOn(Service.EMERGENCY, "SOS 4711", now))
    assert deed().state is CaseState.ENDED


def test_it_is_not_done_under_the_hands_of_a_colleague_nor_unread(world: World) -> None:
    one = world.case(unread=0)
    chat.claim(world.system, world.actor("johan"), one.id, one.version)
    version = world.row(one.id).case.version
    assert refused(lambda: wrong_patient.mark(world.system, world.actor("maria"), one.id, version)) == (
        "CH-11",
        "owned",
    )
    other = world.case(unread=1)
    assert refused(lambda: wrong_patient.mark(world.system, world.actor("maria"), other.id, other.version)) == (
        "CH-7",
        "unread",
    )
