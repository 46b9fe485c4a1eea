"""The command that takes controls out: its table fits the code, and it says so where a test notices nothing."""

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from tests import controls, proofs
from tests.in_its_place import ROOT

SOURCE = '''"""A module."""


@rule("SU-1")
def may(case: Case) -> Refusal | None:
    """Whether it may."""
    if case.unread:
        return Refusal("SU-1", "unread")
    return None


class Sender:
    def send(self) -> int:
        return 1
'''

NOTICED = """
[[H1]]
control = "routine/protection.may_receive_sms"
body = "return None"
tests = ["routine/test_protection.py::test_an_sms_goes_only_where_no_protection_is_known"]
"""
NOT_NOTICED = """
[[H11]]
control = "routine/protection.may_receive_sms"
body = "return None"
tests = ["routine/test_ending.py::test_the_first_step_ends_nothing"]
"""


def ran(tmp_path: Path, rows: str) -> tuple[int, str, str]:
    table = tmp_path / "controls.toml"
    table.write_text(rows, encoding="utf-8")
    command = [sys.executable, "-m", "tests.controls", "--table", str(table), "--jobs", "1", "--verbose"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    return run.returncode, run.stdout, run.stderr


def test_every_removal_fits_the_code_and_the_tests_that_prove_the_hazard() -> None:
    made, faults = controls.removals(controls.table(), proofs.proofs()["hazards"])
    assert faults == []
    assert len({(one.hazard, one.change.what) for one in made}) == len(made)


@pytest.mark.slow
def test_a_control_that_is_gone_is_noticed_or_said_to_be_noticed_by_none(tmp_path: Path) -> None:
    status, said, _errors = ran(tmp_path, NOTICED + NOT_NOTICED)
    assert status == 1
    assert "H1 routine/protection.may_receive_sms: return None: tests/routine/test_protection.py::" in said
    assert "H11 NOTICED BY NO TEST: routine/protection.may_receive_sms: return None" in said
    assert "2 controls of 2 hazards taken out, 1 wrong; 1 tests that turned red looked at" in said


def test_what_does_not_fit_is_said_before_anything_is_run(tmp_path: Path) -> None:
    status, _said, errors = ran(
        tmp_path, NOTICED.replace("may_receive_sms", "may_send") + NOT_NOTICED.replace("H11", "H2")
    )
    assert status == 1
    assert "DOES NOT FIT: H1 routine/protection.may_send: DoesNotFitError: there is no such function" in errors
    assert "DOES NOT FIT: H2 routine/protection.may_receive_sms: DoesNotFitError: no test there proves this" in errors


def test_a_function_gets_another_body_and_all_else_stays() -> None:
    assert controls._with_body(SOURCE, "may", "return None") == SOURCE.replace(
        '    """Whether it may."""\n    if case.unread:\n        return Refusal("SU-1", "unread")\n', ""
    )
    assert controls._with_body(SOURCE, "Sender.send", "\nif x:\n    pass\n").endswith(
        "        if x:\n            pass\n"
    )


@pytest.mark.parametrize("words", ["return", "nowhere"])
def test_words_that_stand_there_more_than_once_or_never_do_not_fit(words: str) -> None:
    with pytest.raises(controls.DoesNotFitError):
        controls._with_words(SOURCE, "", words, "x")
    assert "return 2" in controls._with_words(SOURCE, "Sender.send", "return 1", "return 2")


@pytest.mark.parametrize(
    ("said", "wrong", "fault"),
    [
        ('{"status": 1, "red": "t::a", "broken": ""}', False, ""),
        ('{"status": 0, "red": "", "broken": ""}', False, "NOTICED BY NO TEST"),
        ('x\n{"status": 1, "red": "", "broken": "t::setup"}', True, "NOT LEARNT: t::setup ended with 1: x"),
        ('E\n{"status": 2, "red": "", "broken": ""}', True, "NOT LEARNT: pytest ended with 2: E"),
        ('E\n{"status": 5, "red": "", "broken": ""}', True, "NOT LEARNT: pytest ended with 5: E"),
        ("Killed", True, "NOT LEARNT: Killed"),
        ("", True, "NOT LEARNT: it ended without a word"),
    ],
)
def test_only_a_test_that_failed_has_noticed(said: str, wrong: bool, fault: str) -> None:
    found = controls.outcome(said, 1.0)
    assert bool(found.wrong) is wrong
    assert controls.verdict(found, removed=True) == fault


def test_a_test_that_is_red_with_all_controls_is_a_fault() -> None:
    assert controls.verdict(controls.Outcome("t::a"), removed=False) == "RED AS IT IS: t::a"
    assert controls.verdict(controls.Outcome(), removed=False) == ""


def test_the_table_is_read_by_hazard(tmp_path: Path) -> None:
    table = tmp_path / "controls.toml"
    table.write_text(dedent(NOTICED), encoding="utf-8")
    assert controls.table(table)["H1"][0]["body"] == "return None"
