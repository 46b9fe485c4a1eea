"""Files on their way to the record: who may take them out, and until when they lie there (IM-1 to IM-3, H18)."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from p24tui.routine import images
from p24tui.routine.actor import Profession
from p24tui.routine.case import CaseState
from p24tui.routine.decision import Refusal
from p24tui.routine.images import Exported
from p24tui.routine.protection import Protection
from p24tui.routine.temporary_storage import Stored, is_due
from tests.routine.cases import NOW, actor, case

ME, OTHER = "SE2321000016-ML01", "SE2321000016-JB02"

KEPT = timedelta(hours=2)
INSTANTS = st.timedeltas(timedelta(days=-3000), timedelta(days=3000)).map(lambda span: NOW + span)
SPANS = st.timedeltas(timedelta(), timedelta(days=400))

EXPORTED = Exported("id", "case", "file", ME, "host:/folder", "name.png", "Arm.png", NOW, NOW + KEPT)


@pytest.mark.rule("IM-1", "PR-1", "AP-3")
@pytest.mark.hazard("H15", "H18")
@pytest.mark.parametrize(
    ("facts", "profession", "protection", "refused"),
    [
        ({}, Profession.NURSE, Protection.NONE, None),
        ({"owner_id": OTHER}, Profession.DOCTOR, Protection.UNKNOWN, None),
        ({"state": CaseState.ENDED, "ended_at": NOW}, Profession.NURSE, Protection.NONE, None),
        ({}, Profession.NURSE, Protection.MARKED, Refusal("PR-1", "protected")),
        ({}, Profession.NURSE, Protection.POPULATION, Refusal("PR-1", "protected")),
        ({"wrong_patient_at": NOW}, Profession.NURSE, Protection.NONE, Refusal("AP-3", "wrong-patient-locked")),
        ({}, Profession.ADMINISTRATION, Protection.NONE, Refusal("CH-4", "not-clinician")),
    ],
)
def test_who_may_take_a_file_out(
    facts: dict[str, object], profession: Profession, protection: Protection, refused: Refusal | None
) -> None:
    assert images.may_export(case(**facts), actor(profession), protection) == refused


@pytest.mark.rule("IM-1", "IM-3", "AP-3")
def test_only_who_took_it_out_says_that_it_is_in_the_record() -> None:
    assert images.may_journal(EXPORTED, case(), actor(), Protection.NONE) is None
    theirs = replace(EXPORTED, staff_id=OTHER)
    assert images.may_journal(theirs, case(), actor(), Protection.NONE) == Refusal("IM-1", "not-your-file")
    locked = case(wrong_patient_at=NOW)
    assert images.may_journal(EXPORTED, locked, actor(), Protection.NONE) == Refusal("AP-3", "wrong-patient-locked")


@pytest.mark.rule("IM-3")
@pytest.mark.parametrize(
    ("shows", "refused"),
    [
        ("utslag på armen", None),
        ("", Refusal("IM-3", "shows-what")),
        (" \n", Refusal("IM-3", "shows-what")),
        (EXPORTED.shows, Refusal("IM-3", "shows-what")),  # nothing has been said of it
    ],
)
def test_the_record_says_what_an_image_shows(shows: str, refused: Refusal | None) -> None:
    assert images.says_what(shows) == refused


@pytest.mark.rule("IM-3")
def test_the_line_in_vas() -> None:
    assert images.vidiview_line("utslag på armen") == "Bilder finns i Vidiview: utslag på armen"


@pytest.mark.rule("IM-2")
@pytest.mark.hazard("H18")
@pytest.mark.parametrize(
    ("until", "modified", "seen", "due"),
    [
        (NOW + timedelta(seconds=1), NOW - KEPT + timedelta(seconds=1), KEPT - timedelta(seconds=1), False),
        (NOW, NOW, timedelta(), True),  # its name
        (None, NOW - KEPT, timedelta(), True),  # the file system
        (NOW + KEPT, NOW, KEPT, True),  # whoever looks: the clock has been set back
        (NOW + timedelta(days=900), NOW + timedelta(days=900), KEPT, True),
        (NOW + timedelta(days=900), NOW + timedelta(days=900), timedelta(), False),
        (None, NOW, timedelta(), False),
    ],
)
def test_a_file_is_due_by_any_of_three_clocks(
    until: datetime | None, modified: datetime, seen: timedelta, due: bool
) -> None:
    assert is_due(Stored("name", until, modified, seen), NOW, KEPT) is due


@pytest.mark.rule("IM-2")
@pytest.mark.hazard("H18")
@given(written=INSTANTS, step=st.timedeltas(timedelta(days=-400), timedelta(days=400)), passed=SPANS)
def test_no_step_of_the_clock_keeps_a_file_that_is_watched_past_its_time(
    written: datetime, step: timedelta, passed: timedelta
) -> None:
    """The clock is stepped right after the file was written; ``passed`` is the time that has really gone since."""
    stored = Stored("name", written + KEPT, written, passed)
    if passed >= KEPT:
        assert is_due(stored, written + step + passed, KEPT)
    elif step == timedelta():
        assert not is_due(stored, written + passed, KEPT)


@pytest.mark.rule("IM-2", "IM-3")
@pytest.mark.hazard("H18")
@pytest.mark.parametrize(
    ("left", "facts", "warned"),
    [
        (21, {}, False),
        (20, {}, True),
        (0, {}, True),
        (-5, {}, True),
        (10, {"journalled_at": NOW}, False),
        (10, {"deleted_at": NOW}, False),
    ],
)
def test_its_person_is_warned_before_it_goes(left: int, facts: dict[str, datetime], warned: bool) -> None:
    exported = replace(EXPORTED, delete_at=NOW + timedelta(minutes=left), **facts)
    assert images.is_warned_of(exported, NOW, timedelta(minutes=20)) is warned


@pytest.mark.rule("IM-2", "IM-3")
@pytest.mark.hazard("H18")
def test_what_went_before_it_was_journalled_is_lost() -> None:
    assert not images.is_lost(EXPORTED)
    assert images.is_lost(replace(EXPORTED, deleted_at=NOW))
    assert not images.is_lost(replace(EXPORTED, deleted_at=NOW, journalled_at=NOW))
