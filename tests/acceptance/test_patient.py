"""``p24tui patient`` and ``p24tui demo --join``: taking part in a demo from another terminal."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from p24tui.cli import make_root
from p24tui.clock import PacedClock
from p24tui.demo.playing import announced, make_demo
from p24tui.intake.beside import serving
from p24tui.services import intake
from tests import samples
from tests.samples import ALBERTINA, KATJA, MARIA
from tests.world import MONDAY_NINE, make_world

if os.name == "posix":
    from tests.acceptance.start_console import Terminal

SOURCE = "demo"
PEOPLE = {"demo-1": MARIA, "demo-2": KATJA, "demo-3": ALBERTINA, "demo-4": ("200302022389", "Mehmet Yilmaz")}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The ordinary home, where nothing is set up."""
    monkeypatch.setenv("P24TUI_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def demo(tmp_path: Path, home: Path) -> Iterator[Path]:
    """A demo with three patients, of whom the last is protected; its own home."""
    with make_world(tmp_path / "demo") as world:
        for name in ("demo-1", "demo-2", "demo-3"):
            label = {"security": [{"system": samples.LABEL, "code": "sekretessmarkering"}]} if name == "demo-3" else {}
            sent = [samples.patient(name, PEOPLE[name], meta=label), samples.encounter(name, name)]
            intake.load(world.system, SOURCE, samples.body(samples.bundle(*sent)))
        token = intake.make_token(world.system, SOURCE)
        with serving(world.system) as address:
            settings = world.system.settings
            record = make_demo(settings, PacedClock(MONDAY_NINE), address, token, seed=1, training=True)
            with announced(home, record):
                yield settings.home


def run(*args: str) -> Result:
    return CliRunner().invoke(make_root(), args, prog_name="p24tui")


@pytest.mark.parametrize("args", [(), ("maria",)])
def test_a_patient_is_never_played_against_real_data(args: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("P24TUI_DATABASE", "postgresql://real.example/care")
    done = run("patient", *args)
    assert done.exit_code == 2
    assert "aldrig mot riktiga data: kör p24tui demo först" in done.output


def test_joining_needs_a_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("p24tui.cli.demo.require_terminal", lambda: None)
    done = run("demo", "--join")
    assert done.exit_code == 2
    assert "Ingen demo körs. Kör p24tui demo i en annan terminal först" in done.output
    assert "atienten" not in done.output


@pytest.mark.rule("PR-1")
def test_without_a_case_those_of_the_demo_are_listed(demo: Path) -> None:
    done = run("patient")
    assert done.exit_code == 0
    found = [re.split(r"\s{2,}", line)[1:] for line in done.stdout.splitlines()]
    assert sorted(found) == [
        ["Katja Hennig", "Hosta", "Ny"],
        ["Maria Ljungberg", "Hosta", "Ny"],
        ["Skyddad person", "Ny"],
    ]
    assert f"till exempel: p24tui patient {done.stdout.split()[0]}" in done.stderr


def test_a_beginning_that_fits_none_is_said(demo: Path) -> None:
    done = run("patient", "ljungberg")
    assert done.exit_code == 2
    assert "börjar på ljungberg" in done.output


def test_nobody_is_played_where_there_is_no_terminal(demo: Path) -> None:
    done = run("patient", "maria")
    assert done.exit_code == 2
    assert "terminal" in done.output
    assert not (demo / "played").exists()


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")
def test_a_nurse_a_patient_and_a_doctor_in_three_terminals(home: Path) -> None:
    environment = {"P24TUI_HOME": str(home)}

    def start(*args: str) -> "Terminal":
        return Terminal([sys.executable, "-m", "p24tui", *args], environment=environment)

    with start("demo", "--training") as nurse:
        nurse.see("ÖVNING")
        nurse.see("Vem är du?")
        nurse.press("\r")
        nurse.see("Patientlista")
        id, name = a_new_case(environment)
        with start("patient", id) as patient, start("demo", "--join") as doctor:
            patient.see("ÖVNING: du spelar patienten")
            patient.see(name)
            patient.press("Det var en sak till.\x13")
            patient.see("Skickat")
            doctor.see("Vem är du?")
            doctor.press("\x1b[F\r")
            doctor.see("Patientlista")
            for console in (nurse, doctor):
                console.press("/")
                console.see("Sök namn")
                console.press(name)
                console.see(f"sökt: {name.lower()}")
                console.press("\r")
                console.rest()  # typed ahead, keys go where the focus was
                console.press("\r")
                console.see("Det var en sak till.")
            nurse.press("t")
            nurse.see(f"Svar till {name}")
            nurse.press("Berätta!\x13")
            patient.see("Berätta!")
            doctor.see("Berätta!")
            for one in (doctor, patient):
                one.press("\x11")
                one.end()
        nurse.press("\x11")
        nurse.end()
    assert list(home.glob("demo.json*")) == []


def a_new_case(environment: dict[str, str]) -> tuple[str, str]:
    """The id and the patient's name of one of the demo's cases that nobody has begun."""
    command = [sys.executable, "-m", "p24tui", "patient"]
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=True)
    lines = [re.split(r"\s{2,}", line) for line in done.stdout.splitlines()]
    return next((one[0], one[1]) for one in reversed(lines) if len(one) == 4 and one[3] == "Ny")
