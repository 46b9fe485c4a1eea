"""The short part of what ``python -m tests.faults.claims`` proves at length; and that its judge is not blind."""

import os
from collections.abc import Sequence

import pytest

from tests.faults.contender import Deed, Told
from tests.faults.contest import Happened, Plan, contest, contested, judge

MARIA, JOHAN = "maria", "johan"
GOOD = (
    Happened("case.received", None),
    Happened(Deed.CLAIM, MARIA),
    Happened(Deed.ANSWER, MARIA),
    Happened(Deed.RELEASE, MARIA),
    Happened(Deed.CLAIM, JOHAN),
)


def told(history: Sequence[Happened]) -> list[Told]:
    """What they were told who did this, one version after the other."""
    done = [one for one in history if one.kind in list(Deed)]
    return [
        Told("c", Deed(one.kind), one.staff_id or "", number, number + 0.5, number + 2)
        for number, one in enumerate(done)
    ]


def test_the_judge_finds_nothing_where_all_is_well() -> None:
    assert judge(told(GOOD), {"c": GOOD}, {"c": JOHAN}) == []


@pytest.mark.parametrize(
    ("history", "owner", "seen"),
    [
        ((*GOOD, Happened(Deed.CLAIM, MARIA)), MARIA, "two owners"),
        (GOOD, MARIA, "the row says"),
        ((*GOOD, Happened(Deed.ANSWER, MARIA)), JOHAN, "message.sent by maria"),
        (GOOD[:-1], None, ""),
    ],
)
def test_the_judge_sees_two_owners_and_a_row_against_its_history(
    history: Sequence[Happened], owner: str | None, seen: str
) -> None:
    found = judge(told(history), {"c": history}, {"c": owner})
    assert any(seen in one for one in found) if seen else found == []


def test_the_judge_sees_a_deed_without_its_event_and_one_that_two_were_told_of() -> None:
    assert any("without an event" in one for one in judge(told(GOOD), {"c": GOOD[:-1]}, {"c": None}))
    twice = [*told(GOOD)[:-1], Told("c", Deed.CLAIM, JOHAN, 9, 9, 2)]
    assert any("two were told" in one for one in judge(twice, {"c": GOOD}, {"c": JOHAN}))


def test_a_try_is_contested_where_it_meets_anothers() -> None:
    def tried(who: str, began: float, ended: float) -> Told:
        return Told("c", Deed.CLAIM, who, began, ended)

    assert contested([tried(MARIA, 0, 2), tried(JOHAN, 1, 3)]) == 2
    assert contested([tried(MARIA, 0, 1), tried(JOHAN, 2, 3), tried(MARIA, 0, 5)]) == 2


@pytest.mark.slow
@pytest.mark.rule("CH-11")
@pytest.mark.skipif(os.name != "posix", reason="the processes share a gate that needs fork's server")
def test_a_case_that_many_claim_at_once_has_one_owner(database_url: str) -> None:
    with contest(Plan(claims=40, processes=4, seed=11, at_most=120.0), database_url) as one:
        outcome = one.run()
    assert outcome.found == []
    assert outcome.fell == []
    assert outcome.contested >= 40
