"""How whoever sets p24tui up gives people a way in, on the command line (NA-1)."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from p24tui import bootstrap, settings
from p24tui.cli import console, make_root
from p24tui.errors import Refused
from p24tui.explain import explain
from p24tui.gateways.system_user import system_user
from p24tui.services import passwords
from tests.world import PEOPLE, UNIT

MARIA = PEOPLE["maria"][0]
PASSWORD = "korrekt häst batteri"
INIT = (
    "init", "--unit-name", "Vårdcentralen Åsen", "--unit-hsa-id", UNIT, "--unit-kind", "primary-care",
    "--staff-name", "Maria Lind", "--staff-hsa-id", MARIA, "--profession", "nurse",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _cheap_passwords(cheap_passwords: None) -> None:
    """Argon2 as it is takes long by intent."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("P24TUI_HOME", str(tmp_path))
    return tmp_path


def run(*args: str, typed: str = "") -> Result:
    return CliRunner().invoke(make_root(), args, prog_name="p24tui", input=typed)


def proves(staff_id: str, password: str) -> str:
    """The reason why the password proves nothing; empty where it does."""
    with bootstrap.running(settings.load()) as system:
        try:
            passwords.prove(system, staff_id, password, "console:test:1")
        except Refused as refused:
            return refused.reason
    return ""


def one_time_in(said: str) -> str:
    (found,) = re.findall(r"^Engångslösenord: (\S+)$", said, re.MULTILINE)
    return str(found)


@pytest.mark.rule("NA-1")
def test_init_takes_a_password_from_standard_input_and_says_it_nowhere(home: Path) -> None:
    done = run(*INIT, "--password-stdin", typed=f"{PASSWORD}\r\n")
    assert done.exit_code == 0
    assert PASSWORD not in done.output
    assert "Engångslösenord" not in done.output
    assert proves(MARIA, PASSWORD) == ""


@pytest.mark.rule("NA-1")
@pytest.mark.parametrize(("typed", "said"), [("kort\n", "för kort"), ("", "standard in"), ("Maria Lind 12\n", "namn")])
def test_a_password_that_is_none_makes_nothing(home: Path, typed: str, said: str) -> None:
    done = run(*INIT, "--password-stdin", typed=typed)
    assert done.exit_code in (2, 3)
    assert said in done.output
    assert list(home.iterdir()) == []


@pytest.mark.rule("NA-1")
def test_without_one_init_prints_a_password_for_one_login(home: Path) -> None:
    one_time = one_time_in(run(*INIT).output)
    assert proves(MARIA, one_time) == "password-one-time"
    again = one_time_in(run("staff", "password", MARIA).output)
    assert again != one_time
    assert (proves(MARIA, one_time), proves(MARIA, again)) == ("login-wrong", "password-one-time")
    assert run("staff", "password", "SE2321000016-XX").exit_code == 2


def test_who_logs_in_otherwise_gets_no_password(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("P24TUI_LOGIN", "card")
    assert "Engångslösenord" not in run(*INIT).output
    assert proves(MARIA, "") == "login-wrong"


@pytest.mark.rule("NA-1")
def test_the_systems_user_is_given_shown_and_taken_away(home: Path) -> None:
    run(*INIT)
    assert run("staff", "change", MARIA, "--system-user", "mlind").exit_code == 0
    assert run("staff", "change", MARIA, "--name", "Maria Ek").exit_code == 0
    johan = ("--name", "Johan Berg", "--profession", "nurse", "--system-user")
    taken = run("staff", "add", PEOPLE["johan"][0], *johan, "mlind")
    assert (taken.exit_code, "någon annan" in taken.output) == (2, True)
    assert run("staff", "add", PEOPLE["johan"][0], *johan, "jberg").exit_code == 0
    assert {one["name"]: one["system_user"] for one in json.loads(run("staff", "--json").output)} == {
        "Maria Ek": "mlind",
        "Johan Berg": "jberg",
    }
    assert run("staff", "change", MARIA, "--system-user", "").exit_code == 0
    assert json.loads(run("staff", "--json").output)[1]["system_user"] == ""


@pytest.mark.rule("NA-1")
def test_the_environment_does_not_say_whose_the_console_is(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(*INIT)
    for name in ("USER", "LOGNAME", "USERNAME", "LNAME"):
        monkeypatch.setenv(name, "mlind")
    assert system_user() != "mlind"
    monkeypatch.setenv("P24TUI_LOGIN", "system-user")
    monkeypatch.setenv("P24TUI_STAFF", MARIA)
    with pytest.raises(Refused, match="login-system-user") as refused:
        console._open_desk(settings.load(), None)
    assert system_user() in explain(refused.value)
    assert run("--staff", MARIA, "shift", "start").exit_code == 3
    assert run("staff", "change", MARIA, "--system-user", system_user()).exit_code == 0
    started = run("--staff", PEOPLE["johan"][0], "shift", "start")
    assert (started.exit_code, json.loads(run("shift", "--json").output)[0]["name"]) == (0, "Maria Lind")


@pytest.mark.rule("NA-1")
def test_a_unit_says_when_its_consoles_lock(home: Path) -> None:
    run(*INIT)
    assert run("unit", "lock-after", UNIT).output == "lås: efter 5 minuter utan tangent\n"
    assert run("unit", "lock-after", UNIT, "1").output == "lås: efter 1 minut utan tangent\n"
    for wrong in ("0", "31"):
        done = run("unit", "lock-after", UNIT, wrong)
        assert (done.exit_code, "1 till 30 minuter" in done.output) == (2, True)
