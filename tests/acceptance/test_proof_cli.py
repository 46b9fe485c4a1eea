"""Whoever gives a command in somebody's name has proven to be them, by the login in force (NA-1)."""

import ast
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import httpx
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

import p24tui.cli
from p24tui import bootstrap
from p24tui.cli import make_root, proof
from p24tui.clock import SystemClock
from p24tui.gateways import browser
from p24tui.gateways.browser import Opened
from p24tui.gateways.openid_begun import Begun
from p24tui.gateways.person_data import NoPersonData
from p24tui.gateways.staff_login import Card, NoCard
from p24tui.routine.login import Means, Proven
from p24tui.services import passwords, shift, staff
from p24tui.settings import Settings
from p24tui.store.connect import database_address
from p24tui.store.engine import Store
from p24tui.store.schema import open_store
from p24tui.store.tables import events as event_table
from p24tui.store.tables import read_log
from p24tui.system import System
from tests.world import BERGA, PEOPLE, UNIT, World

pytestmark = [pytest.mark.rule("NA-1"), pytest.mark.hazard("H20")]

MARIA, JOHAN = PEOPLE["maria"][0], PEOPLE["johan"][0]
PASSWORD = "korrekt hast batteri"
NEW = "annat hast batteri"

GIVEN: dict[str, tuple[str, ...]] = {
    "backup": ("nowhere/backup.p24", "--passphrase-stdin"),
    "init": (
        *("--unit-name", "A", "--unit-hsa-id", UNIT, "--staff-name", "B", "--staff-hsa-id", MARIA),
        *("--profession", "nurse"),
    ),
    "intake load": ("nowhere.json",),
    "intake quarantine settle": ("x",),
    "intake quarantine show": ("x",),
    "intake token": ("--list",),
    "log anchor": ("--accept-restore", "--reason", "x"),
    "log export": ("--from", "2026-11-23", "--to", "2026-11-23"),
    "log patient": ("195009072553",),
    "log remove-old": ("--yes",),
    "log staff": (MARIA,),
    "log unit": (UNIT,),
    "restore": ("nowhere/backup.p24", "--passphrase-stdin"),
    "roster add": (MARIA, "2030-03-04", "08:00", "12:00"),
    "roster copy": ("2030-10", "2030-11"),
    "roster drop": ("x",),
    "roster import": ("-",),
    "sms set": ("invitation", "{link}"),
    "staff add": ("SE2321000016-NY99", "--name", "Ny", "--profession", "nurse"),
    "staff change": (MARIA, "--email", "maria@example.se"),
    "staff password": ("--own",),
    "staff role": (MARIA, "--unit", UNIT, "--give", "head"),
    "storage purge": ("--yes",),
    "unit add": (BERGA, "--name", "Berga"),
    "unit after-hours": (UNIT,),
    "unit change": (UNIT, "--name", "Åsen"),
    "unit day": (UNIT, "2030-03-04", "closed"),
    "unit eves": (UNIT, "closed"),
    "unit hours": (UNIT,),
    "unit lock-after": (UNIT, "4"),
    "unit protection": (UNIT,),
    "unit warnings": (UNIT,),
}
"""What a command needs to be given; without it nothing would be tried."""

GOES_ON = {"intake mllp", "intake serve", "web", "worker"}
"""Ends only when it is stopped: what it does, it does by the clock or for patients, or for whom a proxy has seen."""

IN_ONES_OWN_NAME = {
    *("cases", "shift start", "shift end", "staff password"),
    *("roster add", "roster copy", "roster drop", "roster import"),
    *("log export", "log patient", "log sample", "log staff", "log unit", "log unusual"),
}
"""What docs/settings.md says that somebody has to prove who they are for; all else the operating system's user does."""


def every_command() -> list[str]:
    """The names of all commands that can be given, those within others too."""
    root = make_root()
    return sorted(_named(root, (), click.Context(root)))


def _named(command: click.Command, path: tuple[str, ...], ctx: click.Context) -> Iterator[str]:
    if not isinstance(command, click.Group) or (path and command.invoke_without_command):
        yield " ".join(path)
    if isinstance(command, click.Group):
        for name in command.list_commands(ctx):
            inner = command.get_command(ctx, name)
            assert inner is not None
            yield from _named(inner, (*path, name), ctx)


@pytest.fixture(autouse=True)
def _cheap_passwords(cheap_passwords: None) -> None:
    """Argon2 as it is takes long by intent."""


@pytest.fixture
def unit(sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A unit that logs in by password; the settings name Maria, who has one."""
    settings = sqlcipher_world.system.settings
    for name, value in (("HOME", settings.home), ("UNIT", UNIT), ("STAFF", MARIA)):
        monkeypatch.setenv(f"P24TUI_{name}", str(value))
    monkeypatch.setattr(bootstrap, "SystemClock", lambda: sqlcipher_world.clock)
    passwords.choose(sqlcipher_world.system, sqlcipher_world.source, MARIA, PASSWORD)
    return sqlcipher_world


def run(*args: str, typed: str = "") -> Result:
    return CliRunner().invoke(make_root(), args, prog_name="p24tui", input=typed)


def proving(password: str, *args: str) -> Result:
    return run("--password-stdin", *args, typed=f"{password}\n")


def rows_of(world: World, staff_id: str = MARIA) -> int:
    """How much there is in the logs that somebody has done or read."""
    with world.system.store.reading() as tx:
        return sum(
            tx.connection.scalar(select(func.count()).where(log.c.staff_id == staff_id)) or 0
            for log in (event_table, read_log)
        )


def refused(world: World) -> list[dict[str, Any]]:
    """What is recorded of those who were not let in."""
    with world.system.store.reading() as tx:
        found = tx.connection.execute(
            select(event_table.c.details).where(event_table.c.kind == "login.refused").order_by(event_table.c.seq)
        )
        return [row.details for row in found]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What commands ask for."""
    seen: list[str] = []
    ask = proof.asked

    def asking(prompt: str) -> str:
        seen.append(prompt)
        return ask(prompt)

    monkeypatch.setattr(proof, "asked", asking)
    return seen


@pytest.mark.parametrize("name", [one for one in every_command() if one not in GOES_ON])
def test_no_command_does_anything_in_somebodys_name_without_proof(unit: World, asked: list[str], name: str) -> None:
    """A new command is among them, and has to be given what it needs: then it is seen whether it asks."""
    before = rows_of(unit)
    done = run("--staff", MARIA, *name.split(), *GIVEN.get(name, ()))
    assert "Usage:" not in done.stderr, "say in GIVEN what the command needs"
    assert rows_of(unit) == before
    assert bool(asked) == (name in IN_ONES_OWN_NAME)
    if asked:
        assert (done.exit_code, done.stdout) == (2, "")
        assert "--password-stdin" in done.stderr


def test_every_command_that_is_left_out_is_there() -> None:
    assert set(every_command()) >= GOES_ON | IN_ONES_OWN_NAME | set(GIVEN)


@pytest.mark.parametrize("name", sorted(IN_ONES_OWN_NAME))
def test_a_wrong_proof_does_nothing_and_is_recorded(unit: World, tmp_path: Path, name: str) -> None:
    (calendar := tmp_path / "in.ics").write_bytes(b"")
    args = {**GIVEN, "roster import": (str(calendar),)}.get(name, ())
    done = run("--password-stdin", *name.split(), *args, typed=f"fel\n{NEW}\n{NEW}\n")
    assert (done.exit_code, done.stdout) == (3, "")
    assert "stämmer inte" in done.stderr
    assert rows_of(unit) == 0
    assert refused(unit) == [{"reason": "login-wrong", "staff": MARIA, "means": "password"}]


def test_whoever_acts_is_made_in_one_place() -> None:
    """The rest of the command line gets whoever acts from there, and there they have proven who they are."""
    made = set()
    for path in Path(p24tui.cli.__file__).parent.glob("*.py"):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef):
                calls = {ast.unparse(one.func) for one in ast.walk(function) if isinstance(one, ast.Call)}
                made |= {f"{path.stem}.{function.name}" for one in calls if one in {"Actor", "staff.acting"}}
                assert not any("services_staff.acting" in one for one in calls)
    assert made == {"base.person", "base.operator", "console.run_demo"}  # who sets up is no person, who plays nobody


def test_a_script_proves_it_by_the_first_line_of_standard_input(unit: World) -> None:
    unit.case(name="Maria Ljungberg")
    listed = proving(PASSWORD, "cases", "--json")
    assert listed.exit_code == 0, listed.output
    assert [one["patient"] for one in json.loads(listed.stdout)] == ["Maria Ljungberg"]
    assert PASSWORD not in listed.output
    assert rows_of(unit) == 1  # the list that she read
    assert proving(PASSWORD, "shift", "start").exit_code == 0
    (on_shift,) = json.loads(run("shift", "--json").stdout)
    assert on_shift["name"] == "Maria Lind"
    assert refused(unit) == []


def test_the_password_is_of_whom_the_command_names_and_of_nobody_else(unit: World) -> None:
    assert proving(PASSWORD, "--staff", JOHAN, "cases").exit_code == 3
    assert proving(PASSWORD, "--staff", "SE2321000016-NONE", "cases").exit_code == 3
    assert [one["staff"] for one in refused(unit)] == [JOHAN, None]
    nobody = proving(PASSWORD, "--staff", "", "cases")
    assert (nobody.exit_code, "Säg vem du är" in nobody.stderr) == (2, True)
    none = run("--password-stdin", "cases")
    assert (none.exit_code, "Inget lösenord kom" in none.stderr) == (2, True)


def test_after_many_that_were_wrong_one_waits_here_and_at_the_console(unit: World) -> None:
    for _try in range(5):
        assert proving("fel", "cases").exit_code == 3
    waits = proving(PASSWORD, "cases")
    assert (waits.exit_code, "Vänta" in waits.stderr) == (3, True)
    with bootstrap.running(unit.system.settings) as system, pytest.raises(Exception, match="login-wait"):
        passwords.prove(system, MARIA, PASSWORD, bootstrap.place("console"))


def test_who_has_left_is_not_let_in_however_right_the_password_is(unit: World) -> None:
    gone = staff.make_staff(*PEOPLE["maria"], active=False)
    staff.put_staff(unit.system, unit.source, gone, (UNIT,))
    done = proving(PASSWORD, "cases")
    assert (done.exit_code, "arbetar inte kvar här" in done.stderr) == (3, True)
    assert [one["reason"] for one in refused(unit)] == ["login-inactive"]


def test_a_calendar_and_a_password_do_not_both_come_on_standard_input(unit: World) -> None:
    done = proving(PASSWORD, "roster", "import", "-")
    assert (done.exit_code, "Ange filen med namn" in done.stderr) == (2, True)
    assert rows_of(unit) == 0


def test_a_one_time_password_opens_nothing_until_its_owner_has_chosen_another(unit: World) -> None:
    one_time = passwords.give_one_time(unit.system, unit.source, MARIA)
    done = proving(one_time, "cases")
    assert (done.exit_code, "p24tui staff password --own" in done.stderr) == (3, True)
    changed = run("--password-stdin", "staff", "password", "--own", typed=f"{one_time}\n{NEW}\n{NEW}\n")
    assert (changed.exit_code, changed.output) == (0, "Lösenordet är bytt.\n")
    assert proving(NEW, "cases").exit_code == 0


@pytest.mark.parametrize(
    ("lines", "code", "said"),
    [
        ((PASSWORD, NEW, PASSWORD), 2, "inte lika"),
        (("fel", NEW, NEW), 3, "stämmer inte"),
        ((PASSWORD, "kort", "kort"), 3, "för kort"),
        ((PASSWORD, PASSWORD, PASSWORD), 3, "är det gamla"),
        ((PASSWORD,), 2, "Inget lösenord kom"),
    ],
)
def test_what_is_no_change_leaves_ones_own_password(unit: World, lines: tuple[str, ...], code: int, said: str) -> None:
    done = run("--password-stdin", "staff", "password", "--own", typed="\n".join(lines) + "\n")
    assert (done.exit_code, done.stdout, said in done.stderr) == (code, "", True)
    assert proving(PASSWORD, "cases").exit_code == 0


@pytest.mark.parametrize("args", [(), (MARIA, "--own")])
def test_it_is_somebody_elses_password_or_ones_own(unit: World, args: tuple[str, ...]) -> None:
    done = run("staff", "password", *args)
    assert (done.exit_code, "Ange ett HSA-id, eller --own." in done.stderr) == (2, True)


class FakeIdp:
    """The region's provider; the real one is tried in ``tests/gateways``."""

    def __init__(self) -> None:
        self.return_to = ""

    def begin(self, return_to: str) -> Begun:
        self.return_to = return_to
        return Begun("https://idp.example.se/authorize?state=s", "s", "n", "v")

    def finish(self, begun: Begun, answer: Mapping[str, str], return_to: str) -> Proven:
        return Proven(JOHAN, "Johan Berg", Means.OIDC, SystemClock().now())


def test_by_the_browser_it_is_whoever_logs_in_there_and_never_in_a_script(
    unit: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    idp = FakeIdp()

    def log_in_there(_address: str) -> Opened:
        back = f"{idp.return_to}?state=s&code=c"
        threading.Thread(target=lambda: httpx.get(back, trust_env=False, timeout=60)).start()
        return Opened.NOWHERE

    monkeypatch.setattr(bootstrap, "_staff_idp", lambda _settings, _clock: idp)
    monkeypatch.setattr(browser, "open_address", log_in_there)
    monkeypatch.setenv("P24TUI_LOGIN", "oidc")
    for script in (run("shift", "start"), proving(PASSWORD, "shift", "start")):
        assert (script.exit_code, "bara från en terminal" in script.stderr) == (2, True)
    monkeypatch.setattr(proof, "at_terminal", lambda: True)
    begun = run("shift", "start")
    assert begun.exit_code == 0, begun.output
    assert "https://idp.example.se/authorize?state=s" in begun.stderr
    assert [one.shift.staff_id for one in shift.on_shift(unit.system, [UNIT])] == [JOHAN]


class JohansCard(NoCard):
    """Johan's card is in the reader."""

    def read(self, pin: str) -> Proven:
        return Proven(JOHAN, "Johan Berg", Means.CARD, SystemClock().now())


@pytest.mark.parametrize(
    ("means", "card", "names", "as_whom"),
    [
        ("password", NoCard(), MARIA, [MARIA]),
        ("card", JohansCard(), MARIA, [JOHAN]),
        ("card", JohansCard(), "", [JOHAN]),
    ],
)
def test_a_database_of_people_is_opened_as_whoever_has_proven_it(
    unit: World, monkeypatch: pytest.MonkeyPatch, means: str, card: Card, names: str, as_whom: list[str]
) -> None:
    opened: list[str] = []

    def open_as(settings: Settings) -> Store:
        database_address(settings)  # raises where it names nobody
        opened.append(settings.staff)
        return open_store(replace(settings, database=""))

    @contextmanager
    def running(settings: Settings, *, open_later: bool, **_more: Any) -> Iterator[System]:
        system = System(settings, unit.clock, lambda: open_as(system.settings), NoPersonData(), card=card)
        if not open_later:
            _ = system.store
        yield system
        system.close()

    monkeypatch.setattr(bootstrap, "running", running)
    monkeypatch.setenv("P24TUI_DATABASE", "postgresql://{person}@/p24")
    monkeypatch.setenv("P24TUI_LOGIN", means)
    done = proving(PASSWORD, "--staff", names, "cases")
    assert done.exit_code == 0, done.output
    assert opened == as_whom
    assert rows_of(unit, as_whom[0]) == 1


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")
def test_at_a_terminal_it_is_asked_for_and_stands_nowhere(unit: World) -> None:
    """The program itself, in a terminal of its own: a one-time password, another one, the list."""
    from tests.acceptance.start_console import Terminal

    unit.case(name="Ali Noor")
    one_time = passwords.give_one_time(replace(unit.system, clock=SystemClock()), unit.source, MARIA)

    def give(*args: str, typed: tuple[tuple[str, str], ...], said: str) -> int:
        with Terminal([sys.executable, "-m", "p24tui", *args]) as terminal:
            for prompt, answer in typed:
                terminal.see(prompt)
                terminal.press(answer + "\n")
            terminal.see(said)
            code = terminal.code()
        assert not any(answer.encode() in terminal.written for _prompt, answer in typed)
        return code

    asks = f"Lösenord för {MARIA}"
    assert give("cases", typed=((asks, one_time),), said="bara en gång") == 3
    own = ((asks, one_time), ("Nytt lösenord", NEW), ("En gång till", NEW))
    assert give("staff", "password", "--own", typed=own, said="Lösenordet är bytt.") == 0
    assert give("cases", typed=((asks, one_time),), said="stämmer inte") == 3
    assert give("cases", typed=((asks, NEW),), said="Ali Noor") == 0
    assert [one["reason"] for one in refused(unit)] == ["login-wrong"]
    assert not list(unit.system.settings.home.glob("crash*"))


def test_without_a_terminal_it_does_not_wait_for_anybody(unit: World) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "p24tui", "cases"], stdin=subprocess.PIPE, capture_output=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout) == (2, b"")
    assert "--password-stdin" in done.stderr.decode()
