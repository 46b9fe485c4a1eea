"""Protected personal data: what is known, and what it forbids."""

from itertools import permutations, product

import pytest

from p24tui.routine.decision import Refusal
from p24tui.routine.protection import Protection, is_protected, may_receive_sms, strictest


@pytest.mark.rule("PR-1")
def test_who_is_protected() -> None:
    assert {one for one in Protection if is_protected(one)} == {Protection.MARKED, Protection.POPULATION}


@pytest.mark.rule("PR-2")
@pytest.mark.hazard("H1", "H2")
@pytest.mark.parametrize(
    ("protection", "refusal"),
    [
        (Protection.NONE, None),
        (Protection.MARKED, Refusal("PR-2", "protected")),
        (Protection.POPULATION, Refusal("PR-2", "protected")),
        (Protection.UNKNOWN, Refusal("PR-2", "protection-unknown")),
    ],
)
def test_an_sms_goes_only_where_no_protection_is_known(protection: Protection, refusal: Refusal | None) -> None:
    assert may_receive_sms(protection) == refusal


@pytest.mark.rule("PR-1")
@pytest.mark.hazard("H2")
@pytest.mark.parametrize(
    ("sources", "together"),
    [
        ((Protection.NONE,), Protection.NONE),
        ((Protection.NONE, Protection.NONE), Protection.NONE),
        ((Protection.NONE, Protection.UNKNOWN), Protection.UNKNOWN),
        ((Protection.NONE, Protection.MARKED), Protection.MARKED),
        ((Protection.UNKNOWN, Protection.MARKED), Protection.MARKED),
        ((Protection.UNKNOWN, Protection.POPULATION, Protection.NONE), Protection.POPULATION),
        ((Protection.MARKED, Protection.POPULATION), Protection.POPULATION),
    ],
)
def test_the_strictest_of_several_sources(sources: tuple[Protection, ...], together: Protection) -> None:
    for order in permutations(sources):
        assert strictest(*order) is together


@pytest.mark.rule("PR-1", "PR-2")
def test_no_source_can_take_another_ones_protection_away() -> None:
    for first, second in product(Protection, repeat=2):
        both = strictest(first, second)
        assert is_protected(both) is (is_protected(first) or is_protected(second))
        assert (may_receive_sms(both) is None) is (first is second is Protection.NONE)
