"""Each hazard has rule, control and test, and the log is refused where it lacks one of them."""

import re

import pytest

from tests import controls, hazard_log, proofs

LOG = proofs.HAZARD_LOG.read_text(encoding="utf-8")
PROVED = proofs.proofs()["hazards"]
NAMED = {one.id: hazard_log.code_named(one.control) for one in hazard_log.hazards(LOG)}


def test_every_hazard_has_rule_control_and_test() -> None:
    assert len(NAMED) == 24
    assert proofs.lacking(LOG, PROVED) == []


@pytest.mark.parametrize(
    ("taken_out", "instead", "said"),
    [
        ("**Rules:** CH-7\n", "**Rules:**\n", ["H3: no rule, and no reason for that", "H3: the table has other rules"]),
        ("**Rules:** – The routine takes it .*?\n\n", "**Rules:** –\n\n", ["H24: no rule, and no reason for that"]),
        ("**Rules:** CH-7\n", "**Rules:** CH-77\n", ["H3: CH-77 is no rule", "H3: the table has other rules"]),
        ("| CH-7 | in place |", "| CH-6 | in place |", ["H3: the table has other rules"]),
        (
            "**Control:** The closing check has every .*?\n\n",
            "",
            ["H3: no control that says where in the code it stands"],
        ),
        ("`services/holding.py`", "`services/holdings.py`", ["H3: services/holdings.py is not there"]),
        ("`routine/closing.may_sign`", "`routine/closing.may_not`", ["H3: routine/closing.may_not is not there"]),
        ("## H3\n", "## H33\n", ["H3: in the table, and nowhere below"]),
    ],
)
def test_a_log_that_lacks_something_is_refused(taken_out: str, instead: str, said: list[str]) -> None:
    pattern = ".*?".join(map(re.escape, taken_out.split(".*?")))
    changed, times = re.subn(pattern, lambda _one: instead, LOG, count=1, flags=re.DOTALL)
    assert times == 1
    assert [one for one in proofs.lacking(changed, PROVED) if not one.startswith("H33")] == said


def test_a_hazard_that_no_test_proves_is_refused() -> None:
    without = {hazard: tests for hazard, tests in PROVED.items() if hazard != "H9"}
    assert proofs.lacking(LOG, without) == ["H9: no test proves its control"]
    assert proofs.lacking(LOG, {**PROVED, "H25": ["tests/test_x.py::test_x"]}) == [
        "H25: tests prove it, and the log has no such hazard"
    ]


def test_the_code_that_a_control_names_is_found_from_what_stands_before_it() -> None:
    control = (
        "As `routine/chat.may_handle_case`, `may_note`, `services/intake/writings.py`, `contacts.py`, `crash.py`, "
    )
    control += "`gateways/outgoing/`, `text.clean_text`, `assets/roles.toml`, `GET /after-hours`, `synchronous=FULL`"
    assert hazard_log.code_named(control) == [
        *("routine/chat.may_handle_case", "routine/chat.may_note", "services/intake/writings.py"),
        *("services/intake/contacts.py", "crash.py", "gateways/outgoing/", "text.clean_text", "assets/roles.toml"),
    ]


def test_every_control_that_the_log_names_is_taken_out_and_no_other() -> None:
    taken_out = {hazard: {one["control"] for one in ones} for hazard, ones in controls.table().items()}
    assert taken_out == {hazard: set(named) for hazard, named in NAMED.items()}
