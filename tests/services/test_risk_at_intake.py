"""What comes in and suicide risk: by the form, by words that only flag, and by a patient who writes again (SU)."""

from datetime import timedelta

import pytest

from p24tui.routine.case import Case, RiskLevel, SuicideRisk
from p24tui.routine.protection import Protection
from p24tui.routine.risk_course import Assessment, Basis, Call, Outcome
from p24tui.services import cases, chat, intake, suicide
from p24tui.store import risk_entries
from tests import samples
from tests.outgoing import Persons
from tests.samples import Json, bundle, encounter, form, message, patient
from tests.services.test_intake import only_row
from tests.world import World

AT_RISK = [{"url": "urn:p24tui:suicide-risk", "valueBoolean": True}]
LOW = Assessment(RiskLevel.LOW, (Basis.CHAT, Basis.ANAMNESIS), "low-mood", "ensam", "arbete")


def send(world: World, *resources: Json) -> Case:
    """What has come of this at the unit, whose only case it is."""
    intake.load(world.system, "portal", samples.body(bundle(*resources)))
    return only_row(world).case


def kinds(world: World, case_id: str) -> list[str]:
    with world.system.store.reading() as tx:
        return [one.kind for one in risk_entries.of_case(tx, case_id)]


@pytest.mark.rule("SU-2")
@pytest.mark.hazard("H7")
def test_a_form_that_suggests_suicide_risk_is_a_suspicion_on_record(world: World) -> None:
    one = send(world, patient(), encounter(extension=AT_RISK))
    assert one.suicide is SuicideRisk.AWAITING
    assert kinds(world, one.id) == ["suspicion"]


@pytest.mark.rule("SU-1", "SU-2")
@pytest.mark.hazard("H6")
def test_words_flag_for_reading_and_change_neither_place_nor_alarm(world: World) -> None:
    said = message(text="Det går bra. Ibland tänker jag att jag inte orkar leva.")
    one = send(world, patient(), encounter(), said)
    assert (one.risk_words, one.suicide, one.risk, one.risk_since) == (True, SuicideRisk.NONE, RiskLevel.UNSAID, None)
    assert kinds(world, one.id) == []


@pytest.mark.rule("SU-1")
def test_free_text_of_a_form_flags_too_and_a_matter_of_mental_health_is_one(world: World) -> None:
    items = [{"linkId": "1", "text": "Berätta", "answer": [{"valueString": "Jag vill inte leva längre"}]}]
    one = send(world, patient(), encounter(), form(item=items))
    assert one.risk_words
    assert not one.mental_health
    reason = [{"text": "Nedstämdhet och sömn"}]
    again = send(world, patient(), encounter(reasonCode=reason))
    assert again.mental_health


@pytest.mark.rule("SU-1")
def test_the_source_may_say_that_a_matter_is_within_mental_health(world: World) -> None:
    told = [{"url": "urn:p24tui:mental-health", "valueBoolean": True}]
    assert send(world, patient(), encounter(extension=told)).mental_health


@pytest.mark.rule("SU-9")
@pytest.mark.hazard("H9")
def test_a_patient_who_writes_is_silent_no_longer(world: World) -> None:
    one = _assessed(world)
    amir = world.actor("amir")
    suicide.state(world.system, amir, one.id, None, Call(world.clock.now(), Outcome.NO_ANSWER))
    suicide.state(world.system, amir, one.id, None, Call(world.clock.now(), Outcome.NO_ANSWER))
    world.clock.advance(timedelta(minutes=1))
    send(world, message("m2", text="Förlåt, jag sov"))
    with world.system.store.reading() as tx:
        assert suicide.course_in(tx, one.id).calls == ()


@pytest.mark.rule("SU-2", "SU-3")
@pytest.mark.hazard("H7", "H9")
def test_a_form_that_suggests_it_later_begins_the_course_anew(world: World) -> None:
    one = _assessed(world)
    after = send(world, patient(), encounter(extension=AT_RISK))
    assert (after.suicide, after.risk) == (SuicideRisk.AWAITING, RiskLevel.UNSAID)
    with world.system.store.reading() as tx:
        assert suicide.course_in(tx, one.id).level is RiskLevel.UNSAID


def _assessed(world: World) -> Case:
    one = send(world, patient(), encounter(), message())
    amir = world.actor("amir")
    chat.claim(world.system, amir, one.id, one.version)
    cases.open_case(world.system, amir, one.id)
    cases.read_free_text(world.system, amir, one.id)
    return suicide.state(world.system, amir, one.id, world.row(one.id).case.version, LOW)


@pytest.mark.rule("AP-4", "PR-1", "SU-2")
@pytest.mark.hazard("H7", "H9")
def test_words_of_a_protected_person_call_at_once_for_nobody_reads_them(world: World) -> None:
    world.system.person_data = Persons({samples.MARIA[0]: Protection.MARKED})
    one = send(world, patient(), encounter(), message(text="Jag orkar inte leva"))
    assert one.suicide is SuicideRisk.AWAITING
