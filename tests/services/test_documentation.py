"""Documentation as a whole: owed by whoever assesses, signed, copied, and nothing ends in silence (DO, H15)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace

from p24tui.clock import local_date
from p24tui.errors import BadInput, Refused
from p24tui.routine.case import Case, CaseState, Need, RiskLevel, Urgency
from p24tui.routine.documentation import Cause, FormWay, NoteText, Scope, Way
from p24tui.routine.handover import Consent, ConsentState, ConsentWay
from p24tui.routine.period import Length, period_of
from p24tui.routine.protection import Protection
from p24tui.routine.risk_course import Assessment, Basis
from p24tui.services import assessment, cases, documentation, ending, handover, images, report, suicide, wrong_patient
from p24tui.services.journal_views import ReportPart, Signed
from p24tui.store import journal
from p24tui.store.values import FormAnswer
from tests.services.test_images import sent
from tests.world import PEOPLE, UNIT, World

FORM = (
    FormAnswer("", "f1", 0, 0, "1", "Har du feber?", "boolean", "Nej", False),
    FormAnswer("", "f1", 1, 0, "2", "Beskriv din hosta", "string", "Torr, mest på natten", True),
)


def refused(deed: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(Refused) as caught:
        deed()
    return caught.value.rule, caught.value.reason


def mine(world: World, name: str = "maria", **facts: object) -> Case:
    """A case that this person has, of which nothing is written down."""
    facts = {"documented": False, "unread": 0, "owner_id": PEOPLE[name][0], "state": CaseState.ONGOING, **facts}
    return world.case(name="Karin Öberg", **facts)  # type: ignore[arg-type]


def assessed(world: World, case_id: str, name: str = "maria") -> Case:
    version = world.row(case_id).case.version
    return assessment.assess(
        world.system, world.actor(name), case_id, version, Urgency.CAN_WAIT, Need.NEW, is_assessed=True
    )


def ends(world: World, case_id: str, name: str = "maria") -> Case:
    asked = ending.request_end(world.system, world.actor(name), case_id, world.row(case_id).case.version)
    return ending.confirm_end(world.system, world.actor(name), case_id, asked.version)


def signs(world: World, case_id: str, name: str = "maria", note_id: str = "n1", **said: object) -> Signed:
    view = documentation.read(world.system, world.actor(name), case_id)
    text = replace(view.text, **{"reviewed": True, "assessment": "Egenvård.", **said})
    return documentation.sign(world.system, world.actor(name), case_id, text, note_id)


def owed(world: World, case_id: str) -> list[tuple[str, Scope, Cause]]:
    with world.system.store.reading() as tx:
        return [(one.staff_id, one.scope, one.cause) for one in journal.debts_of(tx, case_id)]


@pytest.mark.rule("DO-1", "DO-4")
def test_a_case_that_nobody_has_noted_does_not_end_until_somebody_has(world: World) -> None:
    one = mine(world)
    assert refused(lambda: ends(world, one.id)) == ("DO-1", "undocumented")
    signs(world, one.id)
    assert ends(world, one.id).state is CaseState.ENDED
    kinds = world.event_kinds(one.id)
    assert kinds.index("journal.signed") < kinds.index("case.ended")


@pytest.mark.rule("DO-1")
def test_what_the_patient_writes_after_the_note_is_noted_too_or_said_to_be_nothing(world: World) -> None:
    one = mine(world)
    signs(world, one.id)
    world.clock.advance(timedelta(minutes=5))
    world.writes(one.id, "Nu har jag feber också.", documented=False)
    cases.open_case(world.system, world.actor("maria"), one.id)
    assert refused(lambda: ends(world, one.id)) == ("DO-1", "undocumented-since")
    documentation.settle(world.system, world.actor("maria"), one.id, Way.NOTHING, "", "n2")
    assert ends(world, one.id).state is CaseState.ENDED


@pytest.mark.rule("DO-3")
def test_the_first_to_assess_owes_anamnesis_and_assessment_and_does_not_end_before(world: World) -> None:
    one = mine(world)
    assessed(world, one.id)
    assessed(world, one.id)
    assert owed(world, one.id) == [(PEOPLE["maria"][0], Scope.BOTH, Cause.ASSESSED)]
    assert refused(lambda: ends(world, one.id)) == ("DO-3", "note-owed")
    done = signs(world, one.id)
    assert (done.note.scope, done.note.owed_since) == (Scope.BOTH, world.clock.now())
    assert owed(world, one.id) == []
    assert ends(world, one.id).state is CaseState.ENDED


@pytest.mark.rule("DO-3", "RE-2")
def test_a_nurse_who_hands_over_owes_the_first_note_and_the_doctor_their_own(world: World) -> None:
    one, maria, sara = mine(world), world.actor("maria"), world.actor("sara")
    consent = Consent(ConsentState.GIVEN, ConsentWay.CHAT, world.clock.now())
    target = next(
        line.target for line in handover.targets(world.system, maria) if line.target.staff_id == sara.staff_id
    )
    handover.offer(world.system, maria, one.id, one.version, target, "hosta", consent)
    offer_id = handover.of_case(world.system, maria, one.id)[-1].id
    handover.accept(world.system, sara, one.id, offer_id)
    assert owed(world, one.id) == [(PEOPLE["maria"][0], Scope.BOTH, Cause.TRIAGED)]
    assert refused(lambda: ends(world, one.id, "sara")) == ("DO-3", "own-assessment")
    done = signs(world, one.id, "sara")
    assert (done.note.scope, done.note.journal_type) == (Scope.ASSESSMENT, "Läk")
    assert "Aktuellt" not in done.text
    assert ends(world, one.id, "sara").state is CaseState.ENDED
    assert owed(world, one.id) == [(PEOPLE["maria"][0], Scope.BOTH, Cause.TRIAGED)]  # followed until it is paid
    assert [one.debt.staff_name for one in documentation.owed(world.system, maria, [UNIT], "view")] == ["Maria Lind"]
    assert [documentation.count_owed(world.system, one, [UNIT]) for one in (sara, maria)] == [0, 1]
    assert signs(world, one.id, note_id="n2").note.scope is Scope.BOTH  # also after the end
    assert [documentation.count_owed(world.system, one, [UNIT]) for one in (sara, maria)] == [0, 0]


@pytest.mark.rule("DO-3")
def test_an_assessment_of_suicide_risk_is_owed_too(world: World) -> None:
    one = mine(world, "amir")
    said = Assessment(RiskLevel.LOW, (Basis.CHAT,), "none", "inga", "familj")
    suicide.state(world.system, world.actor("amir"), one.id, one.version, said)
    assert owed(world, one.id) == [(PEOPLE["amir"][0], Scope.BOTH, Cause.RISK_ASSESSED)]


@pytest.mark.rule("DO-2", "IM-4")
def test_aktuellt_is_prefilled_from_the_case_and_nothing_else_and_must_be_looked_through(world: World) -> None:
    one = mine(world, answers=FORM, text="Hej, jag har hostat.")
    view = documentation.read(world.system, world.actor("maria"), one.id)
    assert view.text.current == (
        "Formulär som patienten har fyllt i:\nHar du feber? Nej\nBeskriv din hosta: Torr, mest på natten\n\n"
        "Patienten skriver 2026-11-23 09.00:\nHej, jag har hostat."
    )
    assert (view.text.assessment, view.text.form_way, view.answered) == ("", FormWay.COPIED, 2)
    text = replace(view.text, assessment="Egenvård.")
    sign = documentation.sign
    maria = world.actor("maria")
    assert refused(lambda: sign(world.system, maria, one.id, text, "n1")) == ("DO-2", "note-unreviewed")
    short = replace(text, form_way=FormWay.SUMMARISED, form_result="ingen feber", current="Hosta, torr.")
    done = sign(world.system, maria, one.id, short, "n1")
    assert done.text == (
        "Rad: Utan besöksanteckning\nAvd/mott: Vårdcentralen Åsen\nAnteckningstyp: DiSk\nJntyp: Ssk\n"
        "Std/kopia: Chatt\n\n"
        "Aktuellt\nHosta, torr.\n\nPatienten har fyllt i formulär i Plattform24 (2 svar), som finns kvar där. "
        "Det framkom: ingen feber\n\nBedömning\nEgenvård."
    )


@pytest.mark.rule("DO-4")
def test_a_second_press_signs_nothing_more_and_a_signed_note_stands(world: World) -> None:
    one = mine(world)
    first = signs(world, one.id)
    second = signs(world, one.id, assessment="Något annat.")
    assert second.note == first.note
    assert [one.way for one in documentation.read(world.system, world.actor("maria"), one.id).notes] == [Way.NOTE]
    documentation.copied(world.system, world.actor("maria"), "n1")
    stored = documentation.read(world.system, world.actor("maria"), one.id).notes[0]
    assert (stored.copied_at, stored.assessment) == (world.clock.now(), "Egenvård.")
    assert world.event_kinds(one.id)[-2:] == ["journal.signed", "journal.copied"]
    with pytest.raises(BadInput):
        documentation.copied(world.system, world.actor("maria"), "none")


@pytest.mark.rule("DO-4")
def test_a_draft_is_its_authors_and_goes_when_the_note_is_signed(world: World) -> None:
    one, maria = mine(world), world.actor("maria")
    begun = replace(documentation.read(world.system, maria, one.id).text, assessment="Halv\x1b[31m")
    documentation.save_draft(world.system, maria, one.id, begun)
    assert documentation.read(world.system, maria, one.id).text.assessment == "Halv�[31m"
    assert not documentation.read(world.system, world.actor("johan"), one.id).is_begun
    signs(world, one.id)
    assert not documentation.read(world.system, maria, one.id).is_begun


@pytest.mark.rule("AP-3", "DO-1")
@pytest.mark.hazard("H15")
def test_on_the_wrong_patient_nothing_is_owed_or_written_any_longer(world: World) -> None:
    one, maria = mine(world), world.actor("maria")
    before = assessed(world, one.id)
    text = replace(documentation.read(world.system, maria, one.id).text, assessment="Egenvård.", reviewed=True)
    wrong_patient.mark(world.system, maria, one.id, before.version)
    assert owed(world, one.id) == []
    locked = ("AP-3", "wrong-patient-locked")
    assert refused(lambda: documentation.sign(world.system, maria, one.id, text, "n1")) == locked
    assert refused(lambda: documentation.settle(world.system, maria, one.id, Way.IN_VAS, "", "n2")) == locked
    assert refused(lambda: documentation.anamnesis_report(world.system, maria, one.id)) == locked


@pytest.mark.rule("PR-1", "AP-4")
def test_of_a_protected_person_nothing_is_shown_and_what_is_owed_is_written_in_vas(world: World) -> None:
    one, maria = mine(world, protection=Protection.MARKED, answers=FORM), world.actor("maria")
    view = documentation.read(world.system, maria, one.id)
    assert (view.prefilled, view.text.current, view.notes) == ({}, "", ())
    text = NoteText("no-visit", "Åsen", "DiSk", "Ssk", "Hosta", "Egenvård")
    assert refused(lambda: documentation.sign(world.system, maria, one.id, text, "n1")) == ("PR-1", "protected-note")
    documentation.settle(world.system, maria, one.id, Way.IN_VAS, "", "n1")
    assert world.event_kinds(one.id)[-1] == "journal.in-vas"


@pytest.mark.rule("DO-2", "LO-1")
def test_the_report_is_logged_before_it_is_shown_and_again_when_it_is_taken(world: World) -> None:
    one, maria = mine(world, answers=FORM, text="Hej, jag har hostat."), world.actor("maria")
    report = documentation.anamnesis_report(world.system, maria, one.id)
    assert list(report.parts) == [ReportPart.FORM, ReportPart.CHAT]
    assert report.parts[ReportPart.CHAT] == "2026-11-23 09.00 Patienten:\nHej, jag har hostat."
    documentation.report_taken(world.system, maria, one.id, [ReportPart.CHAT])
    with world.system.store.reading() as tx:
        kinds = [kind for (kind,) in tx.connection.exec_driver_sql("SELECT kind FROM read_log ORDER BY seq")]
    assert kinds == ["report", "export"]
    assert world.event_kinds(one.id)[-1] == "report.taken"


@pytest.mark.rule("DO-1")
def test_the_report_counts_what_was_written_down_how_soon_and_what_is_left(world: World) -> None:
    first, second, third = mine(world), mine(world), mine(world)
    for one in (first, second):
        assessed(world, one.id)
    world.clock.advance(timedelta(minutes=40))
    signs(world, first.id)
    documentation.settle(world.system, world.actor("maria"), third.id, Way.NOTHING, "fel mottagning", "n3")
    today = period_of(Length.DAY, local_date(world.clock.now()))
    recorded = report.report_of(world.system, world.actor("maria"), [UNIT], today).recorded
    assert (recorded.signed, recorded.in_vas, recorded.nothing, recorded.owed) == (1, 0, 1, 1)
    assert recorded.waits is not None
    assert recorded.waits.median == timedelta(minutes=40)


@pytest.mark.rule("IM-1", "IM-2", "LO-1")
@pytest.mark.hazard("H18")
def test_a_text_goes_into_the_temporary_storage_for_its_person_alone_and_goes_by_itself(world: World) -> None:
    one, maria = mine(world), world.actor("maria")
    filed = documentation.to_file(world.system, maria, one.id, "../anteckning", "Bedömning\nEgenvård.")
    assert filed.path.parent == world.system.storage.folder
    assert (filed.path.stat().st_mode & 0o777, filed.path.read_text()) == (0o600, "Bedömning\nEgenvård.")
    assert world.event_kinds(one.id)[-1] == "journal.filed"
    assert world.system.storage.sweep(timedelta()).removed == (filed.path.name,)


@pytest.mark.rule("IM-3")
def test_a_note_has_the_line_of_each_image_that_is_in_vidiview(world: World) -> None:
    one, maria = sent(world, documented=False), world.actor("maria")
    images.journalled(world.system, maria, images.export(world.system, maria, one.id).id, "utslag på armen")
    done = signs(world, one.id)
    assert done.note.images == ("Bilder finns i Vidiview: utslag på armen",)
    assert "Bilder finns i Vidiview: utslag på armen\n\nBedömning" in done.text
    assert documentation.read(world.system, maria, one.id).images == done.note.images
