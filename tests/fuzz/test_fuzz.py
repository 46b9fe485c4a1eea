"""A short seeded part of what ``python -m tests.fuzz`` does for hours, and whether it sees what it looks for."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from tests.fuzz import __main__ as command
from tests.fuzz import running
from tests.fuzz.standing import check_sentence
from tests.fuzz.target import Check, FaultLogged, Target, watched
from tests.fuzz.targets import TARGETS, target

NEEDS = {"http": "schemathesis", "browser": "textual_serve", "certificates": "multidict"}
PROVES = {"http": ("H23", "H24"), "fhir": ("H23", "H24"), "hl7": ("H23", "H24"), "files": ("H18",), "tokens": ("H16",)}

log = logging.getLogger("p24tui.fuzzed")


def _with_hazards(name: str) -> Any:
    return pytest.param(name, marks=[pytest.mark.hazard(*PROVES[name])] if name in PROVES else [])


@pytest.mark.parametrize("name", map(_with_hazards, TARGETS))
def test_nothing_that_comes_ends_in_anything_but_an_answer(name: str) -> None:
    if name in NEEDS and not os.environ.get("CI"):
        pytest.importorskip(NEEDS[name], reason=f"NOT FUZZED: {name} needs {NEEDS[name]}")
    one = target(name)
    with one.opened() as check, watched() as call:
        running.tried(one, lambda example: call(check, example), number=1, examples=one.in_suite)


@contextmanager
def _weak() -> Iterator[Check]:
    """Some numbers raise, some are logged as a fault."""

    def check(number: int) -> None:
        if number > 1000:
            raise KeyError(number)
        if number < -1000:
            log.error("fault: at %s", "some place")

    yield check


WEAK = Target("weak", "numbers", st.integers(), _weak)


def test_what_fails_is_found_once_for_each_kind_and_kept_to_be_tried_first(tmp_path: Path) -> None:
    told: list[int] = []
    found = running.until_quiet(
        WEAK, minutes=0, at_most=1, first_seed=1, kept_in=tmp_path, tell=lambda one: told.append(one.examples)
    )
    assert (found.findings, told) == ({}, []), "it was quiet for no time at all already"
    progress = running.Progress(WEAK)
    for number in range(4):
        running.tried_round(progress, number, running.kept(tmp_path, WEAK))
    kinds = sorted(progress.findings)
    assert [one.split()[0] for one in kinds] == ["FaultLogged", "KeyError"]
    assert progress.findings[kinds[1]].startswith("1001\n")
    assert any((tmp_path / "weak").iterdir())


def test_what_the_program_logs_as_a_fault_is_a_failure() -> None:
    with watched() as call, pytest.raises(FaultLogged, match="fault: at some place"):
        call(lambda _example: log.error("fault: at %s", "some place"), None)


@pytest.mark.parametrize("said", ["", " ", "a\x1b[2J", "a fault here", "\u202ea"])
def test_a_refusal_that_says_nothing_fit_to_be_shown_is_a_failure(said: str) -> None:
    with pytest.raises(AssertionError):
        check_sentence(said)


def test_the_command_says_what_it_has_found_and_how(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "target", lambda _name: WEAK)
    monkeypatch.setattr(running, "IN_ROUND", 60)
    arguments = ["hours", "--minutes", "1", "--at-most", "0.01", "--kept-in", str(tmp_path), "--seed", "4"]
    assert command.main(arguments) == 1
    said = capsys.readouterr().out
    assert "FOUND " in said
    assert "found something" in said
    with pytest.raises(SystemExit) as ended:
        command.main(["nowhere"])
    assert ended.value.code == 2


def test_it_can_be_broken_off(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "_run", broken)
    assert command.main([]) == 130
    assert "broken off" in capsys.readouterr().out
