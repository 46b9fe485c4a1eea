"""Reading beyond one's units: for a reason, for a time, never for the protected, and reviewed by somebody else."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from p24tui.routine.actor import Actor, Profession
from p24tui.routine.break_glass import (
    BreakGlass,
    Ground,
    Outcome,
    is_overdue,
    is_reviewed_by,
    may_begin,
    may_read,
    review,
)
from p24tui.routine.decision import Refusal
from p24tui.routine.protection import Protection, is_protected

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
MARIA, SARA = (
    Actor(f"SE2321000016-{id}", name, Profession.NURSE, "berga", "test")
    for id, name in (("ML01", "Maria Lind"), ("SH03", "Sara Holm"))
)
ONE = BreakGlass(
    id="one",
    staff_id="SE2321000016-ML01",
    staff_name="Maria Lind",
    profession="nurse",
    unit_id="asen",
    patient_id="patient",
    units=("berga", "center"),
    ground=Ground.LIFE,
    words="medvetslös i väntrummet",
    begun_at=NOW,
    ends_at=NOW + HOUR,
)
PROTECTIONS = st.sampled_from(Protection)


@pytest.mark.rule("PR-1", "LO-1")
@pytest.mark.hazard("H1", "H20")
@given(words=st.text(max_size=5), protection=PROTECTIONS)
def test_it_begins_with_a_reason_and_never_for_the_protected(words: str, protection: Protection) -> None:
    refused = may_begin(words, protection)
    if is_protected(protection):
        assert refused == Refusal("PR-1", "break-glass-protected")
    else:
        assert refused == (None if words.strip() else Refusal("LO-1", "break-glass-why"))


@pytest.mark.rule("LO-1", "PR-1")
@pytest.mark.hazard("H1", "H20")
@given(minutes=st.integers(-120, 240), protection=PROTECTIONS)
def test_one_reads_while_it_lasts(minutes: int, protection: Protection) -> None:
    """Also a clock that is set back ends it."""
    refused = may_read(ONE, MARIA, protection, NOW + timedelta(minutes=minutes))
    if not 0 <= minutes < 60:
        assert refused == Refusal("LO-1", "break-glass-over")
    else:
        assert refused == (Refusal("PR-1", "break-glass-protected") if is_protected(protection) else None)
    assert may_read(ONE, SARA, Protection.NONE, NOW) == Refusal("LO-1", "break-glass-not-yours")


@pytest.mark.rule("LO-2")
@pytest.mark.hazard("H20")
@pytest.mark.parametrize(
    ("one", "actor", "words", "refused"),
    [
        (ONE, SARA, "ringde och frågade", None),
        (ONE, replace(SARA, unit_id="center"), "ringde och frågade", None),
        (ONE, replace(SARA, unit_id="asen"), "ringde", Refusal("LO-2", "break-glass-elsewhere")),
        (ONE, MARIA, "det var nödvändigt", Refusal("LO-2", "break-glass-own")),
        (ONE, SARA, "  ", Refusal("LO-2", "break-glass-outcome")),
        (replace(ONE, reviewed_at=NOW), SARA, "igen", Refusal("LO-2", "break-glass-reviewed")),
    ],
)
def test_somebody_else_at_a_unit_that_was_read_reviews_it_once(
    one: BreakGlass, actor: Actor, words: str, refused: Refusal | None
) -> None:
    after = review(one, actor, Outcome.JUSTIFIED, words, NOW + HOUR)
    if refused is not None:
        assert after == refused
        return
    assert isinstance(after, BreakGlass)
    signed = (after.reviewed_by, after.reviewed_by_name, after.reviewed_at, after.outcome, after.review_words)
    assert signed == ("SE2321000016-SH03", "Sara Holm", NOW + HOUR, Outcome.JUSTIFIED, words)
    assert not is_reviewed_by(after, SARA.staff_id, {"berga"})


@pytest.mark.rule("LO-2")
@pytest.mark.hazard("H20")
@given(minutes=st.integers(0, 3000), reviewed=st.booleans())
def test_it_is_overdue_when_nobody_has_reviewed_it_in_time(minutes: int, reviewed: bool) -> None:
    one = replace(ONE, reviewed_at=NOW) if reviewed else ONE
    late = is_overdue(one, timedelta(hours=24), NOW + timedelta(minutes=minutes))
    assert late is (not reviewed and minutes > 24 * 60)
