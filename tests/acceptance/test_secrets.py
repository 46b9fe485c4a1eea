"""Secrets and patients' words, planted where they belong, are found in no log, report, command line or child."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import httpx
import psutil
import pytest
from click.testing import CliRunner
from sqlalchemy import select

from p24tui.cli import COMMANDS, make_root
from p24tui.clock import SystemClock
from p24tui.gateways import detached, storage_guard
from p24tui.gateways.system_user import system_user
from p24tui.routine.shift import ShiftKind
from p24tui.services import intake, shift
from p24tui.settings import Settings
from p24tui.store import drafts, tables
from tests.intake.serving import wait_until
from tests.world import PEOPLE, UNIT, World

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="it reads /proc and pseudo-terminals")

if sys.platform.startswith("linux"):
    from tests.acceptance.start_console import ALTERNATE_SCREEN_OFF, Terminal, Unseen

PATIENT = "Hemlingsson"
"""Stands in the name and the words of a patient, and in the text, the values and the log lines of every error here."""

SECRET = "zqhemlig"
"""Stands in every secret setting but the key of the database; SMPP has room for eight characters."""

SECRETS = {
    "person_data_token": SECRET,
    "sms": f"smpp://p24:{SECRET}@127.0.0.1:9",
    "mail": f"smtp://p24:{SECRET}@127.0.0.1:9",
    "report_secret": SECRET * 4,
    "video_secret": SECRET * 4,
    "e_id_secret": SECRET,
    "staff_oidc_secret": SECRET,
    "web_proxy_secret": SECRET * 4,
}
OTHERS = {
    "person_data": "https://127.0.0.1:9/p",
    "mail_sender": "enheten@example.se",
    "video": "https://127.0.0.1:9",
    "video_app": "p24",
    "e_id": "https://127.0.0.1:9",
    "e_id_client": "p24",
    "intake_port": "0",
    "login": "system-user",
}

FALLING = f"""
import asyncio, logging, sys, threading

from p24tui import cli, crash

def fall(*_any):
    patient = "{PATIENT}"
    raise ValueError(f"{{patient}} {SECRET}")

async def fall_apart():
    fall()

def babble():
    for name in ("p24tui.here", "httpx", "sqlalchemy.engine.Engine", "psycopg", "smpplib.client", "uvicorn.error"):
        try:
            fall()
        except ValueError as error:
            logging.getLogger(name).exception("it fell: %s", error)
    logging.getLogger("httpx").debug("{PATIENT} %s", "{SECRET}")
    one = threading.Thread(target=fall)
    one.start()
    one.join()

def log_all(handler, log_to=crash.log_to):
    log_to(handler)
    logging.root.setLevel(logging.DEBUG)

crash.log_to = log_all
"""
"""What every program here begins with: a bug that speaks, and a log that wants to know everything."""

CONSOLE = f"""{FALLING}
from p24tui.tui.app import P24App

how = sys.argv.pop()

def fall_in_app(app):
    babble()
    app.lost = asyncio.ensure_future(fall_apart())
    if how == "screen":
        fall()
    elif how == "worker":
        app.run_worker(fall, thread=True)
    else:
        app.screen._reads.run(fall)

P24App.action_help = fall_in_app
cli.main()
"""

WORKER = f"""{FALLING}
from p24tui.jobs import clockwork
from p24tui.services import presence

presence.expire = fall
clockwork.Clockwork.stop = lambda self, stop=clockwork.Clockwork.stop: (stop(self), babble(), fall())
cli.main()
"""

INTAKE = f"""{FALLING}
import p24tui.intake.serve as serving

def build(system, build=serving.build):
    app = build(system)
    async def falls(scope, receive, send):
        if scope.get("path") == "/fall":
            fall()
        await app(scope, receive, send)
    falls.state = app.state
    return falls

def fall_at_end(self, sockets, run=serving.Server.run):
    run(self, sockets)
    fall()

serving.build = build
serving.Server.run = fall_at_end
cli.main()
"""

PATIENCE = 60.0


@dataclass
class Planted:
    """A unit whose every secret is set, with a patient. ``markers`` are what must be found nowhere else."""

    world: World
    environment: dict[str, str]
    markers: tuple[str, ...]

    @property
    def home(self) -> Path:
        return self.world.system.settings.home

    def command(self, folder: Path, program: str, *args: str) -> list[str]:
        """The command that runs a program of this file; its text stands in a file, and not in the command."""
        path = folder / "program.py"
        path.write_text(program, encoding="utf-8")
        return [sys.executable, str(path), *args]

    def found(self, *texts: str | bytes) -> set[str]:
        """The markers that stand in texts, in the log and in the reports of crashes."""
        files = [path.read_bytes() for path in (*self.home.glob("*.log"),)]
        everything = b"\n".join([*files, *(one.encode() if isinstance(one, str) else one for one in texts)])
        return {one for one in self.markers if one.lower().encode() in everything.lower()}

    def reported(self) -> str:
        """The one report of a crash."""
        (path,) = self.home.glob("crash-*.log")
        return path.read_text(encoding="utf-8")


@pytest.fixture
def planted(world: World) -> Planted:
    settings = world.system.settings
    world.is_system_user("maria", system_user())
    given = {"home": str(settings.home), "unit": UNIT, "staff": PEOPLE["maria"][0], **SECRETS, **OTHERS}
    if settings.database:
        password = settings.database.split("://")[1].split("@")[0].partition(":")[2]
        return Planted(world, in_environment({**given, "database": settings.database}), (PATIENT, SECRET, password))
    key = (settings.home / "p24tui.key").read_text().strip()
    (settings.home / "p24tui.key").unlink()
    return Planted(world, in_environment({**given, "key": key, "key_from": "environment"}), (PATIENT, SECRET, key))


def in_environment(settings: dict[str, str]) -> dict[str, str]:
    return {f"P24TUI_{name.upper()}": value for name, value in settings.items()}


@contextmanager
def program(planted: Planted, command: list[str]) -> "Iterator[subprocess.Popen[str]]":
    """A program that has said that it is at work; killed at the end where it still is."""
    environment = {**os.environ, **planted.environment}
    one = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    try:
        yield one
    finally:
        one.kill()
        one.communicate()


def command_lines(pid: int) -> str:
    """How a program and all that it has started were started, and the environment of what it has started."""
    one = psutil.Process(pid)
    below = one.children(recursive=True)
    return "\n".join([*(" ".join(each.cmdline()) for each in (one, *below)), *(str(each.environ()) for each in below)])


@pytest.mark.parametrize(
    ("how", "world"), [("screen", "sqlcipher"), ("worker", "postgresql"), ("errand", "sqlcipher")], indirect=["world"]
)
def test_a_console_that_falls_tells_of_no_patient_and_keeps_what_was_typed(
    planted: Planted, how: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    world = planted.world
    case = world.case(name=f"Ali {PATIENT}", matter="Hosta", text=f"Jag är {PATIENT} och hostar.")
    maria = world.actor("maria")
    shift.start(replace(world.system, clock=SystemClock()), maria, ShiftKind.CHAT)
    command = planted.command(tmp_path_factory.mktemp("program"), CONSOLE, how)
    with Terminal(command, environment=planted.environment) as console:
        console.see(f"Ali {PATIENT}")
        console.press("t")
        console.see("Svar till Ali")
        console.press("Hej Ali, drick varmt.")
        console.see("drick varmt.")
        started_as = command_lines(console._program.pid)
        console.press("\x1bOP")
        with pytest.raises(Unseen, match="it ended with 1"):
            console.end()
    said = console.written.rpartition(ALTERNATE_SCREEN_OFF)[2].decode()
    assert said.count("\n") == 1
    assert "p24tui stannade av ett fel" in said
    assert str(planted.home) in said
    assert "\nValueError\n" in planted.reported()
    assert planted.reported().splitlines()[-1].endswith(" fall")
    assert (planted.home / "p24tui.log").read_text(encoding="utf-8").count("ValueError") >= 7
    assert planted.found(said, started_as) == set()
    with world.system.store.reading() as tx:
        assert drafts.of_person(tx, case.id, maria.staff_id or "") == "Hej Ali, drick varmt."


@pytest.mark.parametrize("world", ["postgresql"], indirect=True)
def test_a_worker_that_falls_tells_of_no_patient(planted: Planted, tmp_path_factory: pytest.TempPathFactory) -> None:
    command = planted.command(tmp_path_factory.mktemp("program"), WORKER, "worker")
    with program(planted, command) as one:
        assert one.stdout is not None
        assert one.stdout.readline().startswith("Det tidsstyrda går")
        started_as = command_lines(one.pid)
        one.send_signal(signal.SIGTERM)
        out, err = one.communicate(timeout=PATIENCE)
    assert one.returncode == 1
    assert "tick presence failed: ValueError" in err
    assert "p24tui stannade av ett fel" in err
    assert planted.reported().splitlines()[-1].endswith(" fall")
    assert planted.found(out, err, started_as) == set()
    assert planted.found(*everything_stored(planted.world)) == set()


@pytest.mark.parametrize("world", ["sqlcipher"], indirect=True)
def test_an_intake_that_falls_tells_of_no_patient(planted: Planted, tmp_path_factory: pytest.TempPathFactory) -> None:
    token = intake.make_token(planted.world.system, "portal")
    planted.markers += (token,)
    command = planted.command(tmp_path_factory.mktemp("program"), INTAKE, "intake", "serve")
    with program(planted, command) as one:
        assert one.stdout is not None
        address = next(word for word in one.stdout.readline().split() if word.startswith("http"))
        base = address.removesuffix(".").removesuffix("/fhir")
        headers = {"Authorization": f"Bearer {token}"}
        body = {"resourceType": "Patient", "name": [{"text": PATIENT}]}
        with httpx.Client(base_url=base, headers=headers, timeout=PATIENCE) as source:
            answers = [source.post("/fall", json=body), source.post(f"/fhir/{PATIENT}", json=body)]
        started_as = command_lines(one.pid)
        one.send_signal(signal.SIGINT)
        out, err = one.communicate(timeout=PATIENCE)
    assert [answer.status_code for answer in answers] == [500, 400]
    assert "ERROR uvicorn.error" in err
    assert planted.found(out, err, started_as, answers[0].text) == set()
    assert token not in "".join(everything_stored(planted.world))


def everything_stored(world: World) -> list[str]:
    """Every value of every table."""
    with world.system.store.reading() as tx:
        return [str(row) for table in tables.metadata.tables.values() for row in tx.connection.execute(select(table))]


def test_the_doctor_and_every_refusal_keep_the_secrets(planted: Planted, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in planted.environment.items():
        monkeypatch.setenv(name, value)
    run = CliRunner().invoke
    said = [run(make_root(), args).output for args in (["doctor"], ["doctor", "--json"], ["gateway", "test"])]
    for address in (f"postgresql://p24:{SECRET}@127.0.0.1:9/p24", f"postgresql://p24:{SECRET}@host:port/p24"):
        monkeypatch.setenv("P24TUI_DATABASE", address)
        result = run(make_root(), ["doctor", "--json"])
        assert json.loads(result.output)[0]["verdict"] == "bad"
        said += [result.output, str(result.exception)]
    assert planted.found(*said) == set()


def test_no_secret_setting_is_shown_with_the_others() -> None:
    named = {one.name for one in fields(Settings) if one.name.endswith(("key", "secret", "token"))}
    secret = {one.name for one in fields(Settings) if not one.repr}
    assert secret == {"database", "key", *SECRETS}
    assert named <= secret
    given: dict[str, Any] = dict.fromkeys(secret, SECRET)
    assert SECRET not in repr(Settings(home=Path("/"), **given))


def test_no_command_takes_a_secret() -> None:
    """What stands on a command line can be read by everybody on the machine: only that it comes otherwise is said."""
    root = make_root()
    with click.Context(root) as ctx:
        every = [one for name in COMMANDS for one in parameters(root.get_command(ctx, name))]
    taken = [one.name for one in every if not getattr(one, "is_flag", False)]
    assert len(taken) > 50
    assert [
        name for name in taken if name and set(name.split("_")) & {"token", "password", "secret", "pin", "key"}
    ] == []


def parameters(command: click.Command | None) -> Iterator[click.Parameter]:
    """All that a command, and those below it, take."""
    assert command is not None
    yield from command.params
    if isinstance(command, click.Group):
        for one in command.commands.values():
            yield from parameters(one)


def test_a_program_that_we_start_gets_none_of_our_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in in_environment(SECRETS).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PGPASSWORD", SECRET)
    monkeypatch.setenv("DISPLAY", ":99")
    noted = tmp_path / "environ"
    assert detached.start(["sh", "-c", f"cat /proc/self/environ >{noted}.part && mv {noted}.part {noted}"])
    wait_until(noted.exists, PATIENCE)
    environ = noted.read_text()
    assert "DISPLAY=:99" in environ
    assert SECRET not in environ


def test_the_guard_of_the_temporary_storage_gets_nothing_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[tuple[object, ...]] = []

    def noted(*what: object) -> bool:
        given.append(what)
        return True

    monkeypatch.setattr(detached, "start", noted)
    assert storage_guard.start(tmp_path, timedelta(hours=2))
    ((_command, environ),) = given
    assert environ == {"LC_ALL": "C.UTF-8"}
