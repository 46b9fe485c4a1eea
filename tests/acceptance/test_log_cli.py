"""``p24tui log`` for a log controller, on a real database, and for whoever is none."""

import io
import json
import stat
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from pypdf import PdfReader

from p24tui.clock import SystemClock, local_date
from p24tui.gateways.system_user import system_user
from p24tui.routine.hours import instant_of
from tests.acceptance.test_cli import run
from tests.controlling import NUMBERS, a_day_of_reading, make_controller, number_of
from tests.world import BERGA, PEOPLE, UNIT, World

pytestmark = pytest.mark.rule("LO-2")

EVA, MARIA = PEOPLE["eva"][0], PEOPLE["maria"][0]


@dataclass(frozen=True, slots=True)
class Read:
    """A home in which much was read on a day, the day before yesterday."""

    world: World
    day: date

    @property
    def home(self) -> Path:
        return self.world.system.settings.home

    def log(self, *args: str, who: str = "eva") -> Result:
        """As somebody at a machine of their own."""
        self.world.is_system_user(who, system_user())
        return run("--unit", UNIT, "log", *args)

    @property
    def on_the_day(self) -> tuple[str, ...]:
        return ("--from", self.day.isoformat(), "--to", self.day.isoformat())


@pytest.fixture
def read(world: World, monkeypatch: pytest.MonkeyPatch) -> Read:
    settings = world.system.settings
    day = local_date(SystemClock().now()) - timedelta(days=2)
    world.clock.instant = instant_of(day, time(9))
    number_of(world, a_day_of_reading(world)["care"])
    make_controller(world)
    monkeypatch.setenv("P24TUI_HOME", str(settings.home))
    monkeypatch.setenv("P24TUI_LOGIN", "system-user")
    if settings.database:
        monkeypatch.setenv("P24TUI_DATABASE", settings.database)
    return Read(world, day)


def test_a_log_controller_looks_at_the_log(read: Read) -> None:
    unusual = read.log("unusual", *read.on_the_day)
    assert unusual.exit_code == 0, unusual.output
    first, *_others = unusual.stdout.splitlines()
    assert first.startswith(f"{read.day} 09.02.00  Maria Lind")
    assert "Sara Holm" in first
    assert "kollega, utan vårdrelation" in first
    of_patient = read.log("patient", NUMBERS[0]).stdout
    assert [line.split()[2] for line in of_patient.splitlines()] == ["Maria", "Johan"]
    assert "5 patienter" in of_patient
    assert len(read.log("staff", MARIA).stdout.splitlines()) == 5


def test_what_was_read_at_a_unit_on_days(read: Read) -> None:
    of_the_day = read.log("unit", UNIT, *read.on_the_day)
    assert of_the_day.exit_code == 0, of_the_day.output
    lines = of_the_day.stdout.splitlines()
    assert (lines[0][:19], len(lines)) == (f"{read.day} 09.05.00", 6)
    assert read.log("unit", UNIT, "--to", read.day.isoformat()).stdout == of_the_day.stdout
    assert {"loggkontroll" in line for line in read.log("unit", UNIT).stdout.splitlines()} == {True}, "today's looks"
    assert read.log("unit", BERGA).exit_code == 2


def test_a_sample_is_the_same_again(read: Read) -> None:
    first = read.log("sample", *read.on_the_day, "--count", "3", "--seed", "ek")
    assert first.exit_code == 0, first.output
    assert "Frö: ek" in first.stderr
    again = read.log("sample", *read.on_the_day, "--count", "3", "--seed", "ek")
    assert again.stdout == first.stdout
    assert len(first.stdout.splitlines()) == 3


@pytest.mark.rule("LO-1")
def test_the_patients_extract_as_text_and_as_a_file_of_ones_own(read: Read) -> None:
    said = read.log("patient", NUMBERS[0], "--text")
    assert said.exit_code == 0, said.output
    assert f"{read.day} 09.01    Vårdcentralen Åsen                      ärendet" in said.stdout
    assert "Maria" not in said.stdout
    path = read.home / "utdrag.pdf"
    saved = read.log("patient", NUMBERS[0], "--pdf", str(path))
    assert saved.exit_code == 0, saved.output
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert NUMBERS[0] in PdfReader(io.BytesIO(path.read_bytes())).pages[0].extract_text()
    assert read.log("patient", NUMBERS[0], "--pdf", str(path)).exit_code == 2, "what is there is left there"


def test_the_log_as_audit_events(read: Read) -> None:
    done = read.log("export", *read.on_the_day)
    assert done.exit_code == 0, done.output
    assert {json.loads(line)["resourceType"] for line in done.stdout.splitlines()} == {"AuditEvent"}
    assert len(done.stdout.splitlines()) == 10


@pytest.mark.rule("NA-1")
def test_nobody_else_gets_anything_of_it(read: Read) -> None:
    for command in (
        ("unusual",),
        ("patient", NUMBERS[0]),
        ("patient", NUMBERS[0], "--text"),
        ("staff", EVA),
        ("unit", UNIT),
        ("sample",),
        ("export", *read.on_the_day),
    ):
        done = read.log(*command, who="maria")
        assert (done.exit_code, done.stdout) == (3, "")


def test_what_is_no_day(read: Read) -> None:
    assert read.log("unusual", "--from", "häromdagen").exit_code == 2
    assert read.log("unusual", "--from", "igår").exit_code == 0
    assert read.log("sample", "--to", "2099-01-01").exit_code == 2
