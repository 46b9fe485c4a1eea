"""The video visit: who can be booked and how, the steps of its day, an absent patient, and its two-step ending."""

from datetime import timedelta

import pytest

from p24tui.routine import visit as rules
from p24tui.routine.actor import Actor, Profession
from p24tui.routine.case import Case, CaseState, Video
from p24tui.routine.decision import Refusal
from p24tui.routine.patient import Patient
from p24tui.routine.protection import Protection
from p24tui.routine.visit import Summons, Visit, VisitKind, VisitState
from tests.routine.cases import NOW, actor, case
from tests.routine.visits import HOLDER, OTHER, STARTS, visit

S, K = VisitState, VisitKind
MINUTE = timedelta(minutes=1)
NONE, MARKED = Protection.NONE, Protection.MARKED


def patient(protection: Protection = NONE) -> Patient:
    return Patient("p", "196101182803", "Maria Ljungberg", None, protection)


def had(**facts: object) -> Case:
    """A case that Maria has."""
    return case(owner_id=HOLDER, state=CaseState.ONGOING, **facts)


@pytest.mark.rule("VI-1", "PR-1")
@pytest.mark.parametrize(
    ("protection", "mobile", "refusal"),
    [
        (NONE, "+46701740605", None),
        (Protection.UNKNOWN, "+46701740605", None),
        (NONE, "", Refusal("VI-1", "no-mobile")),
        (MARKED, "+46701740605", Refusal("PR-1", "protected")),
        (Protection.POPULATION, "", Refusal("PR-1", "protected")),
    ],
)
def test_who_is_booked_has_a_mobile_and_is_not_protected(
    protection: Protection, mobile: str, refusal: Refusal | None
) -> None:
    assert rules.may_book(patient(protection), mobile) == refusal


@pytest.mark.rule("VI-2", "VI-4")
@pytest.mark.parametrize(
    ("kind", "allowed", "refusal"),
    [
        (K.PATIENT, True, None),
        (K.CHILD, True, None),
        (K.PATIENT, False, Refusal("VI-2", "booked-in-vas")),
        (K.CHILD, False, Refusal("VI-2", "booked-in-vas")),
        (K.RELATIVE, False, None),
    ],
)
def test_visits_are_booked_in_vas_but_a_relatives_here(kind: VisitKind, allowed: bool, refusal: Refusal | None) -> None:
    assert rules.may_book_by_hand(kind, allowed=allowed) == refusal


@pytest.mark.rule("VI-3")
@pytest.mark.parametrize(
    ("kind", "summons", "refusal"),
    [
        (K.PATIENT, Summons.ADULT_SAVED, None),
        (K.PATIENT, Summons.ADULT_POSTED, None),
        (K.CHILD, Summons.CHILD_SAVED, None),
        (K.CHILD, Summons.CHILD_POSTED, None),
        (K.RELATIVE, None, None),
        (K.PATIENT, None, Refusal("VI-3", "summons-missing")),
        (K.CHILD, None, Refusal("VI-3", "summons-missing")),
        (K.PATIENT, Summons.CHILD_SAVED, Refusal("VI-3", "summons-adult")),
        (K.CHILD, Summons.ADULT_POSTED, Refusal("VI-3", "summons-child")),
    ],
)
def test_a_summons_is_always_chosen_and_the_right_one(
    kind: VisitKind, summons: Summons | None, refusal: Refusal | None
) -> None:
    assert rules.may_summon(kind, summons) == refusal


@pytest.mark.rule("VI-3")
def test_that_it_was_chosen_is_confirmed_by_somebody() -> None:
    confirmed = rules.summoned(visit(), Summons.ADULT_POSTED, actor(), NOW)
    assert isinstance(confirmed, Visit)
    assert (confirmed.summons, confirmed.summons_by, confirmed.summons_at) == (Summons.ADULT_POSTED, "Maria Lind", NOW)
    assert rules.summoned(visit(), Summons.CHILD_SAVED, actor(), NOW) == Refusal("VI-3", "summons-adult")
    begun = visit(state=S.STARTED)
    assert rules.summoned(begun, Summons.ADULT_SAVED, actor(), NOW) == Refusal("VI-3", "visit-begun")


def test_a_visit_that_is_booked_says_nothing_more() -> None:
    one = visit()
    assert (one.proxy_number, one.proxy_name, one.mobile, one.reason, one.summons_by, one.source) == ("",) * 6
    assert (one.version, one.state, one.kind) == (1, S.BOOKED, K.PATIENT)
    assert {kind: visit(kind=kind).has_reminders for kind in VisitKind} == {
        K.PATIENT: True,
        K.CHILD: True,
        K.RELATIVE: False,
    }


@pytest.mark.parametrize("state", VisitState)
def test_only_what_has_not_begun_is_moved_or_cancelled(state: VisitState) -> None:
    one, later = visit(state=state), STARTS + timedelta(days=1)
    moved, cancelled = rules.move(one, later, later + MINUTE), rules.cancel(one, NOW)
    if state is S.BOOKED:
        assert isinstance(moved, Visit)
        assert isinstance(cancelled, Visit)
        assert (moved.starts_at, moved.ends_at) == (later, later + MINUTE)
        assert (cancelled.state, cancelled.ended_at) == (S.CANCELLED, NOW)
    else:
        reason = "visit-cancelled" if state is S.CANCELLED else "visit-begun"
        assert moved == cancelled == Refusal("VI-1", reason)


@pytest.mark.rule("VI-14", "PR-1")
def test_it_is_taken_in_by_whoever_will_hold_it() -> None:
    taken = rules.take_in(visit(), actor(staff_id=OTHER), NONE, "c", NOW)
    assert isinstance(taken, Visit)
    assert (taken.state, taken.holder_id, taken.case_id, taken.taken_in_at) == (S.TAKEN_IN, OTHER, "c", NOW)
    assert rules.take_in(visit(), actor(), MARKED, "c", NOW) == Refusal("PR-1", "protected")
    assert rules.take_in(visit(state=S.STARTED), actor(), NONE, "c", NOW) == Refusal("VI-1", "visit-begun")


@pytest.mark.rule("VI-14")
def test_it_starts_once_it_has_been_taken_in_by_who_has_its_case() -> None:
    started = rules.start(visit(state=S.TAKEN_IN, holder_id=OTHER), had(), actor(), NONE, NOW)
    assert isinstance(started, Visit)
    assert (started.state, started.started_at, started.holder_id) == (S.STARTED, NOW, HOLDER)
    assert rules.start(visit(), had(), actor(), NONE, NOW) == Refusal("VI-14", "visit-not-open")
    assert rules.start(visit(state=S.STARTED), had(), actor(), NONE, NOW) == Refusal("VI-14", "visit-begun")
    other = rules.start(visit(state=S.TAKEN_IN), had(), actor(staff_id=OTHER), NONE, NOW)
    assert other == Refusal("CH-11", "owned")


@pytest.mark.rule("VI-14")
@pytest.mark.parametrize(
    ("one", "who", "protection", "refusal"),
    [
        (had(), actor(staff_id=OTHER), NONE, Refusal("CH-11", "owned")),
        (case(), actor(), NONE, Refusal("CH-11", "unclaimed")),
        (had(), actor(Profession.ADMINISTRATION), NONE, Refusal("CH-4", "not-clinician")),
        (had(), actor(), MARKED, Refusal("PR-1", "protected")),
        (case(state=CaseState.ENDED), actor(), NONE, Refusal("CH-12", "ended")),
        (had(video=Video.ON), actor(), NONE, Refusal("VI-14", "video-on-already")),
    ],
)
def test_the_video_is_started_by_who_has_the_case(
    one: Case, who: Actor, protection: Protection, refusal: Refusal
) -> None:
    assert rules.start_video(one, who, protection) == refusal


@pytest.mark.rule("VI-14")
@pytest.mark.hazard("H11")
def test_after_the_first_step_alone_the_visit_lives_on_as_a_chat_and_says_so() -> None:
    on = rules.start_video(had(), actor(), NONE)
    assert isinstance(on, Case)
    assert not rules.is_half_ended(on)
    off = rules.end_video(on, actor())
    assert isinstance(off, Case)
    assert rules.is_half_ended(off)
    assert off.state is CaseState.ONGOING
    assert off.owner_id == HOLDER
    again = rules.start_video(off, actor(), NONE)
    assert isinstance(again, Case)
    assert again.video is Video.ON
    assert not rules.is_half_ended(case(video=Video.OVER, state=CaseState.ENDED))
    assert rules.end_video(had(), actor()) == Refusal("VI-14", "video-off")
    assert rules.end_video(on, actor(staff_id=OTHER)) == Refusal("CH-11", "owned")


@pytest.mark.rule("VI-14")
def test_what_had_ended_lives_again_with_its_video() -> None:
    first = rules.on_video(visit(state=S.TAKEN_IN, holder_id=OTHER), actor(), NOW)
    assert (first.state, first.video_at, first.started_at, first.holder_id) == (S.STARTED, NOW, NOW, HOLDER)
    ended = visit(state=S.ENDED, started_at=NOW, video_at=NOW, ended_at=NOW)
    again = rules.on_video(ended, actor(), NOW + MINUTE)
    assert (again.state, again.started_at, again.video_at, again.ended_at) == (S.STARTED, NOW, NOW, None)
    assert rules.on_video(visit(state=S.STARTED, came=False), actor(), NOW).came is None
    assert rules.on_video(visit(state=S.STARTED, came=True), actor(), NOW).came is True


@pytest.mark.rule("VI-13")
def test_whoever_holds_it_says_whether_the_patient_came_and_may_mend_that() -> None:
    said = rules.attended(visit(state=S.STARTED), came=False)
    assert isinstance(said, Visit)
    assert said.came is False
    mended = rules.attended(said, came=True)
    assert isinstance(mended, Visit)
    assert mended.came is True
    assert rules.attended(visit(state=S.ENDED), came=True) == Refusal("VI-13", "visit-not-open")


@pytest.mark.rule("VI-14")
def test_an_ending_that_is_undone_lets_the_visit_live_again() -> None:
    assert rules.resumed(visit(state=S.ENDED, started_at=NOW, ended_at=NOW)) == visit(state=S.STARTED, started_at=NOW)
    assert rules.resumed(visit(state=S.ABSENT, ended_at=NOW)) == visit(state=S.TAKEN_IN)
    assert rules.resumed(visit(state=S.CANCELLED)) == visit(state=S.CANCELLED)


@pytest.mark.rule("VI-14")
def test_what_nobody_would_read_is_not_written() -> None:
    assert rules.reaches("visit") == Refusal("VI-14", "chat-unread")
    assert rules.reaches("1177") is None


@pytest.mark.rule("PR-1")
@pytest.mark.parametrize("state", VisitState)
def test_of_who_turns_out_to_be_protected_no_visit_goes_on(state: VisitState) -> None:
    after = rules.dropped(visit(state=state), NOW)
    over = {S.BOOKED: S.CANCELLED, S.TAKEN_IN: S.ENDED, S.STARTED: S.ENDED}
    assert after.state is over.get(state, state)
    assert (after.ended_at == NOW) is (state in over)
