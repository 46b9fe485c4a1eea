"""Which readings stand out, how a sample is drawn, and when a check may be signed."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from p24tui.routine.actor import Actor, Profession
from p24tui.routine.decision import Refusal
from p24tui.routine.log_control import Judged, Outcome, ReadFacts, Reason, drawn, may_sign, unusual
from p24tui.routine.role import Role

pytestmark = [pytest.mark.rule("LO-2"), pytest.mark.hazard("H20")]

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
DAY = timedelta(days=1)
WEIGHTS = {reason: 10 - place for place, reason in enumerate(Reason)}
STAFF = ("Maria Lind", "Johan Berg", "Sara Holm")

USUAL = ReadFacts(1, NOON, "maria", "Maria Lind", "p1", "Karin Öberg", "care", False, True, True)
CONTROLLER = Actor("eva", "Eva Nyström", Profession.ADMINISTRATION, "unit", "test", Role.LOG_CONTROLLER)


def judged(*reads: ReadFacts, most: int = 30, minutes: int = 10) -> tuple[Judged, ...]:
    return unusual(reads, STAFF, WEIGHTS, most, timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({}, ()),
        ({"patient": "Johan Berg"}, (Reason.COLLEAGUE,)),
        ({"patient": "  johan   BERG "}, (Reason.COLLEAGUE,)),
        ({"patient": "Johan Bergman"}, ()),
        ({"patient": "Erik Lind"}, (Reason.SURNAME,)),
        ({"patient": "Erik LIND"}, (Reason.SURNAME,)),
        ({"patient": "Lind, Erik"}, (Reason.SURNAME,)),
        ({"patient": "Erik Lind-Öberg"}, (Reason.SURNAME,)),
        ({"patient": "Lind Erik"}, ()),
        ({"patient": "Lind"}, ()),
        ({"patient": "Maria Lind"}, (Reason.COLLEAGUE, Reason.SURNAME)),
        ({"patient": ""}, ()),
        ({"protected": True, "patient": ""}, (Reason.PROTECTED,)),
        ({"protected": True, "patient": "Erik Lind"}, (Reason.PROTECTED,)),
        ({"why": "break-glass:7"}, (Reason.BREAK_GLASS,)),
        ({"in_care": False}, (Reason.NO_CARE,)),
        ({"open": False}, (Reason.OUTSIDE_HOURS,)),
        ({"open": False, "in_care": False}, (Reason.NO_CARE, Reason.OUTSIDE_HOURS)),
    ],
)
def test_what_makes_a_reading_stand_out(changes: dict[str, Any], reasons: tuple[Reason, ...]) -> None:
    found = judged(replace(USUAL, **changes))
    assert [one.reasons for one in found] == ([reasons] if reasons else [])


def test_the_heaviest_stand_first_and_then_the_latest() -> None:
    alone = replace(USUAL, open=False)
    reads = [
        alone,
        replace(alone, seq=2, at=NOON + DAY),
        replace(alone, seq=3, patient="Johan Berg"),
        replace(USUAL, seq=4),
    ]
    assert [one.seq for one in judged(*reads)] == [3, 2, 1]


def test_what_weighs_nothing_is_not_told_of() -> None:
    nothing = dict.fromkeys(Reason, 0)
    assert unusual([replace(USUAL, in_care=False)], STAFF, nothing, 30, DAY) == ()


def many(*minutes: int, who: str = "maria", begins: int = 1) -> list[ReadFacts]:
    """Patients, each another, opened at these minutes past noon."""
    return [
        replace(USUAL, seq=seq, at=NOON + timedelta(minutes=minute), staff_id=who, patient_id=f"{who}{seq}")
        for seq, minute in enumerate(minutes, begins)
    ]


@pytest.mark.parametrize(
    ("reads", "found"),
    [
        (many(0, 1, 2), set()),
        (many(0, 1, 2, 3), {1, 2, 3, 4}),
        (many(0, 4, 8, 10), {1, 2, 3, 4}),
        (many(0, 4, 8, 11), set()),
        (many(0, 1, 2, 3, 13, 40), {1, 2, 3, 4}),
        (many(0, 1, 2, 3, 4, 60, 61, 62, 63), {1, 2, 3, 4, 5, 6, 7, 8, 9}),
        ([*many(0, 1), *many(2, 3, who="johan", begins=3)], set()),
        ([replace(one, patient_id="same") for one in many(0, 1, 2, 3, 4)], set()),
    ],
)
def test_many_patients_in_a_short_time(reads: list[ReadFacts], found: set[int]) -> None:
    assert {one.seq for one in judged(*reads, most=3) if Reason.MANY in one.reasons} == found


READS = st.lists(
    st.builds(
        ReadFacts,
        seq=st.integers(1, 200),
        at=st.integers(0, 120).map(lambda minute: NOON + timedelta(minutes=minute)),
        staff_id=st.sampled_from(["maria", "johan"]),
        reader=st.sampled_from(STAFF),
        patient_id=st.sampled_from("abcdefgh"),
        patient=st.sampled_from(["", "Erik Lind", "Johan Berg", "Karin Öberg"]) | st.text(max_size=12),
        why=st.sampled_from(["care", "break-glass:1", "control"]),
        protected=st.booleans(),
        in_care=st.booleans(),
        open=st.booleans(),
    ),
    max_size=40,
    unique_by=lambda one: one.seq,
)


@given(READS, st.randoms())
def test_the_order_of_the_log_does_not_change_what_stands_out(reads: list[ReadFacts], chance: Random) -> None:
    shuffled = list(reads)
    chance.shuffle(shuffled)
    found = judged(*reads, most=2)
    assert judged(*shuffled, most=2) == found
    assert [one.weight for one in found] == sorted((one.weight for one in found), reverse=True)
    assert all(one.weight == sum(WEIGHTS[reason] for reason in one.reasons) > 0 for one in found)
    of_protected = {one.seq for one in reads if one.protected}
    assert not any({Reason.COLLEAGUE, Reason.SURNAME} & {*one.reasons} for one in found if one.seq in of_protected)


SEQS = st.lists(st.integers(1, 10_000), unique=True, max_size=60)


@given(SEQS, st.text(max_size=10), st.integers(1, 80), st.randoms())
def test_a_sample_is_the_same_in_any_order(seqs: list[int], seed: str, count: int, chance: Random) -> None:
    sample = drawn(seqs, seed, NOON, NOON + DAY, count)
    shuffled = [*seqs, *seqs[:3]]
    chance.shuffle(shuffled)
    assert drawn(iter(shuffled), seed, NOON, NOON + DAY, count) == sample
    assert len(sample) == len(set(sample)) == min(count, len(seqs))
    assert set(sample) <= set(seqs)
    assert drawn(seqs, seed, NOON, NOON + DAY, count + 1)[:count] == sample


def test_another_seed_or_time_draws_another_sample_and_this_one_is_always_the_same() -> None:
    seqs = range(1, 1001)
    first = drawn(seqs, "gran", NOON, NOON + DAY, 5)
    assert first == (836, 316, 853, 400, 537)
    assert drawn(seqs, "tall", NOON, NOON + DAY, 5) != first
    assert drawn(seqs, "gran", NOON, NOON + 2 * DAY, 5) != first


def test_each_reading_is_drawn_about_as_often_as_another() -> None:
    taken = [seq for seed in range(400) for seq in drawn(range(20), str(seed), NOON, NOON + DAY, 5)]
    assert all(60 < taken.count(seq) < 140 for seq in range(20))


@pytest.mark.parametrize(
    ("made_by", "outcome", "words", "reason"),
    [
        ("eva", Outcome.NOTHING, "", ""),
        ("eva", Outcome.ASKED, "Hon hade ringt patienten.", ""),
        ("eva", Outcome.ASKED, "", "check-words"),
        ("eva", Outcome.REPORTED, "", "check-words"),
        ("eva", None, "Inget.", "check-outcome"),
        ("maria", Outcome.NOTHING, "", "check-not-yours"),
    ],
)
def test_when_a_check_is_signed(made_by: str, outcome: Outcome | None, words: str, reason: str) -> None:
    refusal = may_sign(CONTROLLER, made_by, outcome, words)
    assert refusal == (Refusal("LO-2", reason) if reason else None)
