"""Whether a test notices that a control is gone: ``python -m tests.controls [H1 …] [--jobs N] [--verbose]``.

``tests/controls.toml`` has for every hazard of ``docs/hazards.md`` its controls and how each is taken out: another body
of a function, other words in a file, or an SQL statement on the test's own database. The tests that prove the hazard's
control run without it, in a process of their own that loads the changed module or data file in the place of the real
one; nothing on the disk is changed. At least one of them must turn red, which must be green with all controls in place.
It ends with 1 where that is not so, and where a removal no longer fits the code.
"""

import argparse
import ast
import json
import os
import subprocess
import sys
import textwrap
import time
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

from tests import hazard_log, proofs
from tests.in_its_place import ROOT

TABLE = ROOT / "tests" / "controls.toml"
LONGEST = 600
"""Seconds for the tests of one removal. What takes longer has noticed nothing."""

DATABASES = ("sqlite", "postgresql")

TEST_FAILED = 1
"""What pytest ends with where a test failed; whatever else it ends with says nothing about the control."""


class DoesNotFitError(Exception):
    """A removal that is not what the code, or the list of proofs, has."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is other without a control: a ``file`` with another ``text``, or ``sql`` for each kind of database.

    ``what`` says it in words.
    """

    what: str
    file: str = ""
    text: str = ""
    sql: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Removal:
    """One control of a hazard, what is other without it, and the tests that are asked."""

    hazard: str
    control: str
    change: Change
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the tests: the first that turned red, or none; ``wrong`` says why that could not be learnt."""

    red: str = ""
    wrong: str = ""
    seconds: float = 0.0


def table(file: Path = TABLE) -> dict[str, list[dict[str, Any]]]:
    """The table as it stands: for each hazard its removals."""
    return tomllib.loads(file.read_text(encoding="utf-8"))


def removals(
    listed: Mapping[str, Iterable[Mapping[str, Any]]], proved: Mapping[str, Iterable[str]]
) -> tuple[list[Removal], list[str]]:
    """Every removal of the table, made; and of those that do not fit, why."""
    made, faults = [], []
    for hazard, one in ((hazard, one) for hazard, ones in listed.items() for one in ones):
        try:
            tests = tuple(_chosen(one["tests"], proved.get(hazard, ())))
            made.append(Removal(hazard, one["control"], change_of(one), tests))
        except (DoesNotFitError, OSError, SyntaxError, KeyError) as error:
            faults.append(f"{hazard} {one.get('at', one.get('control'))}: {type(error).__name__}: {error}")
    return made, faults


def change_of(one: Mapping[str, Any]) -> Change:
    """What a row of the table changes. Raises ``DoesNotFitError`` where the code is not as it says."""
    place = one.get("at", one["control"])
    if sql := {kind: one[kind] for kind in DATABASES if kind in one}:
        return Change(f"{place}: {next(iter(sql.values()))}", sql=sql)
    file, function = hazard_log.file_of(place)
    source = (ROOT / file).read_text(encoding="utf-8")
    if "body" in one:
        text, what = _with_body(source, function, one["body"]), f"{place}: {one['body'].strip()}"
    else:
        text = _with_words(source, function, one["words"], one["instead"])
        what = f"{place}: “{_short(one['words'])}” → “{_short(one['instead'])}”"
    if file.endswith(".py"):
        ast.parse(text)
    return Change(what, file, text)


def _with_body(source: str, function: str, body: str) -> str:
    """The file with another body of one function."""
    found = hazard_log.function_in(source, function)
    if found is None:
        raise DoesNotFitError("there is no such function")
    lines = source.splitlines(keepends=True)
    first, last = found.body[0], found.body[-1]
    indented = textwrap.indent(f"{textwrap.dedent(body).strip()}\n", " " * first.col_offset)
    lines[first.lineno - 1 : last.end_lineno] = [indented]
    return "".join(lines)


def _with_words(source: str, function: str, words: str, instead: str) -> str:
    """The file with other words in one function, or anywhere, where they stand once."""
    begin, end = 0, len(source)
    if function:
        found = hazard_log.function_in(source, function)
        if found is None:
            raise DoesNotFitError("there is no such function")
        lines = source.splitlines(keepends=True)
        begin = sum(map(len, lines[: found.lineno - 1]))
        end = sum(map(len, lines[: found.end_lineno]))
    inside = source[begin:end]
    if inside.count(words) != 1:
        raise DoesNotFitError(f"{inside.count(words)} times there: {words!r}")
    return source[:begin] + inside.replace(words, instead) + source[end:]


def _short(words: str) -> str:
    return textwrap.shorten(words, 70, placeholder=" …")


def _chosen(named: Iterable[str], proved: Iterable[str]) -> Iterator[str]:
    """Of the tests that prove the hazard those in the files named, or those named themselves."""
    proved = list(proved)
    for one in named:
        place = f"tests/{one}"
        found = [test for test in proved if test == place or test.split("::")[0] == place]
        if not found:
            raise DoesNotFitError(f"no test there proves this hazard: {one}")
        yield from found


class Runs:
    """Runs tests in processes of their own, several at once, and ends those processes when it is told to."""

    def __init__(self) -> None:
        self._over = Event()
        self._running: set[subprocess.Popen[str]] = set()

    def ask(self, tests: Iterable[str], change: Change | None) -> Outcome:
        """What becomes of the tests with this change, or as everything is."""
        if self._over.is_set():
            return Outcome(wrong="not asked")
        begun = time.monotonic()
        said_change = json.dumps(None if change is None else asdict(change))
        command = [sys.executable, "-m", "tests.without", *tests]
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | {"CI": "true", "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        self._running.add(process)
        try:
            said, _ = process.communicate(said_change, timeout=LONGEST)
        except subprocess.TimeoutExpired:
            end(process)
            return Outcome(wrong=f"not done after {LONGEST} seconds")
        finally:
            self._running.discard(process)
        return outcome(said, time.monotonic() - begun)

    def stop(self) -> None:
        """End what runs, and begin nothing more."""
        self._over.set()
        for process in list(self._running):
            end(process)


def end(process: subprocess.Popen[str]) -> None:
    """End the process, with force where it does not let itself be ended; its database goes with it."""
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def outcome(said: str, seconds: float) -> Outcome:
    """What a test run said at its end."""
    lines = [line for line in said.splitlines() if line.strip()]
    try:
        last = json.loads(lines[-1])
        status, red, broken = last["status"], last["red"], last["broken"]
    except (LookupError, ValueError, TypeError):
        return Outcome(wrong=" / ".join(lines[-3:]) or "it ended without a word", seconds=seconds)
    if status == 0 or (status == TEST_FAILED and red):
        return Outcome(red, seconds=seconds)
    return Outcome(wrong=f"{broken or 'pytest'} ended with {status}: {' / '.join(lines[-4:-1])}", seconds=seconds)


def verdict(found: Outcome, *, removed: bool) -> str:
    """What is wrong, in words; empty where all is as it should be."""
    if found.wrong:
        return f"NOT LEARNT: {found.wrong}"
    if removed:
        return "" if found.red else "NOTICED BY NO TEST"
    return f"RED AS IT IS: {found.red}" if found.red else ""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.controls")
    parser.add_argument("hazards", nargs="*", metavar="HAZARD", help="such as H1; all of them where none is named")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--verbose", action="store_true", help="say of each which test noticed it")
    parser.add_argument("--table", type=Path, default=TABLE, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    made, faults = removals(table(chosen.table), proofs.proofs()["hazards"])
    if faults:
        print("\n".join(f"DOES NOT FIT: {one}" for one in faults), file=sys.stderr)
        return 1
    if unknown := set(chosen.hazards) - {one.hazard for one in made}:
        parser.error(f"no removal for {', '.join(sorted(unknown))}")
    wanted = [one for one in made if not chosen.hazards or one.hazard in chosen.hazards]
    return _all(wanted, Runs(), chosen.jobs, verbose=chosen.verbose)


def _all(wanted: list[Removal], runs: Runs, jobs: int, *, verbose: bool) -> int:
    """Ask about every removal, and then whether the tests that have turned red are green with everything in place."""
    begun, wrong = time.monotonic(), 0
    noticed: dict[str, None] = {}
    with ThreadPoolExecutor(jobs) as pool:
        try:
            asked = {pool.submit(runs.ask, one.tests, one.change): one for one in wanted}
            for count, future in enumerate(as_completed(asked), 1):
                one, found = asked[future], future.result()
                fault = verdict(found, removed=True)
                _say(f"[{count}/{len(asked)}] {one.hazard}", one, found, fault, verbose=verbose)
                wrong += bool(fault)
                noticed |= {found.red: None} if found.red else {}
            batches = [part for start in range(jobs) if (part := list(noticed)[start::jobs])]
            for future in as_completed([pool.submit(runs.ask, part, None) for part in batches]):
                if fault := verdict(future.result(), removed=False):
                    print(fault, flush=True)
                    wrong += 1
        except KeyboardInterrupt:
            runs.stop()
            print("Ended before it was done: nothing is changed.", file=sys.stderr)
            return 130
    hazards = len({one.hazard for one in wanted})
    print(
        f"{len(wanted)} controls of {hazards} hazards taken out, {wrong or 'nothing'} wrong; "
        f"{len(noticed)} tests that turned red looked at with all controls; "
        f"{(time.monotonic() - begun) / 60:.0f} minutes",
        flush=True,
    )
    return 1 if wrong else 0


def _say(begin: str, one: Removal, found: Outcome, fault: str, *, verbose: bool) -> None:
    if fault:
        print(f"{begin} {fault}: {one.change.what}", flush=True)
    elif verbose:
        print(f"{begin} {one.change.what}: {found.red}, {found.seconds:.0f} s", flush=True)
    else:
        print(f"{begin} {one.control}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
