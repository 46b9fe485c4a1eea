"""The command line, as a technician and a named person use it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from p24tui.cli import make_root
from p24tui.gateways.system_user import system_user
from p24tui.store.schema import open_store
from tests.world import PEOPLE, UNIT, World

INIT = (
    "init", "--unit-name", "Vårdcentralen Åsen", "--unit-hsa-id", UNIT, "--unit-kind", "primary-care",
    "--staff-name", "Maria Lind", "--staff-hsa-id", PEOPLE["maria"][0], "--profession", "nurse",
)  # fmt: skip


@pytest.fixture
def home(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("P24TUI_HOME", str(tmp_path))
    if database_url:
        monkeypatch.setenv("P24TUI_DATABASE", database_url)
    return tmp_path


@pytest.fixture
def as_maria(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What ``INIT`` sets up, on Maria's own machine: it is her user, which proves who she is."""
    monkeypatch.setenv("P24TUI_LOGIN", "system-user")
    for done in (run(*INIT), run("staff", "change", PEOPLE["maria"][0], "--system-user", system_user())):
        assert done.exit_code == 0, done.output


def run(*args: str) -> Result:
    return CliRunner().invoke(make_root(), args, prog_name="p24tui")


@pytest.mark.usefixtures("as_maria")
def test_init_makes_a_unit_and_a_person() -> None:
    assert json.loads(run("staff", "--json").output)[0]["name"] == "Maria Lind"
    assert json.loads(run("unit", "--json").output)[0]["hsa_id"] == UNIT
    assert run("cases", "--json").output == "[]\n"


def test_init_twice_is_refused(home: Path) -> None:
    run(*INIT)
    again = run(*INIT)
    assert again.exit_code == 2
    assert "finns redan" in again.output


@pytest.mark.parametrize(
    ("flag", "value", "said"),
    [
        ("--unit-hsa-id", "ÅSEN", "HSA"),
        ("--staff-hsa-id", "SE1", "HSA"),
        ("--unit-name", " ", "namn"),
        ("--staff-name", "\x1b", "namn"),
    ],
)
def test_init_says_what_does_not_fit_and_makes_nothing(home: Path, flag: str, value: str, said: str) -> None:
    args = list(INIT)
    args[args.index(flag) + 1] = value
    done = run(*args)
    if flag == "--staff-name":  # what cannot be shown becomes a mark, which is a name of sorts
        assert done.exit_code == 0
        return
    assert done.exit_code == 2
    assert said in done.output
    assert not (home / "settings.toml").exists()


def test_nothing_set_up_is_said(home: Path) -> None:
    done = run("cases")
    assert done.exit_code == 2
    assert "p24tui init" in done.output


def test_staff_and_units_are_added_and_changed(home: Path) -> None:
    run(*INIT)
    assert run("unit", "add", "SE2321000016-BVC1", "--name", "BVC Åsen", "--kind", "other").exit_code == 0
    added = run("staff", "add", PEOPLE["sara"][0], "--name", "Sara Holm", "--profession", "doctor", "--unit", UNIT)
    assert added.exit_code == 0
    assert run("staff", "change", PEOPLE["sara"][0], "--inactive", "--unit", "SE2321000016-BVC1").exit_code == 0
    people = {one["name"]: one for one in json.loads(run("staff", "--json").output)}
    assert (people["Sara Holm"]["active"], people["Sara Holm"]["units"]) == (False, ["SE2321000016-BVC1"])
    hours = "mon-thu 07:30-12:00,13:00-16:00"
    assert run("unit", "change", UNIT, "--hours", hours, "--message-after", "2").exit_code == 0
    unit = next(one for one in json.loads(run("unit", "--json").output) if one["hsa_id"] == UNIT)
    assert unit["hours"]["weekly"]["mon"] == [["07:30", "12:00"], ["13:00", "16:00"]]
    assert unit["message_after"] == 2


@pytest.mark.rule("VI-10")
def test_where_staff_are_reached_is_added_changed_shown_and_taken_away(home: Path) -> None:
    run(*INIT)
    sara = ("--name", "Sara Holm", "--profession", "doctor", "--email", "sara@example.se", "--mobile", "070-174 06 05")
    assert run("staff", "add", PEOPLE["sara"][0], *sara).exit_code == 0
    assert run("staff").output.splitlines()[1].endswith(f"{UNIT}  sara@example.se  +46701740605")
    assert run("staff", "change", PEOPLE["sara"][0], "--name", "Sara Ek", "--email", "").exit_code == 0
    changed = next(one for one in json.loads(run("staff", "--json").output) if one["name"] == "Sara Ek")
    assert (changed["email"], changed["mobile"]) == ("", "+46701740605")
    refused = run("staff", "change", PEOPLE["sara"][0], "--email", "sara@")
    assert (refused.exit_code, "e-postadress" in refused.output) == (2, True)
    assert run("staff", "change", PEOPLE["sara"][0], "--mobile", "035-12 34 56").exit_code == 2


@pytest.mark.rule("CH-8")
@pytest.mark.rule("NA-1")
@pytest.mark.usefixtures("as_maria")
def test_an_office_is_given_acted_in_and_taken_back() -> None:
    maria = PEOPLE["maria"][0]
    given = run("staff", "role", maria, "--unit", UNIT, "--give", "log-controller")
    assert given.output.split(maxsplit=1) == [UNIT, "sjuksköterska, loggkontrollant\n"]
    assert run("cases").exit_code == 0
    refused = run("--role", "log-controller", "cases")
    assert refused.exit_code == 3
    assert "Det ingår inte i rollen loggkontrollant" in refused.output
    for role, said in (("head", "har inte rollen verksamhetschef"), ("chief", "finns inte")):
        not_theirs = run("--role", role, "cases")
        assert not_theirs.exit_code == 2
        assert said in not_theirs.output
    taken = run("staff", "role", maria, "--take", "log-controller")
    assert taken.output.split(maxsplit=1) == [UNIT, "sjuksköterska\n"]


def test_a_unit_decides_where_it_refers_while_it_is_closed(home: Path) -> None:
    run(*INIT)
    shown = run("unit", "after-hours", UNIT).output.splitlines()
    assert shown[0].split() == ["suicide", "misstänkt", "suicidrisk", "112"]
    assert shown[-1].split() == ["message", "meddelande", "utan", "triage", "112", "och", "1177"]
    changed = run("unit", "after-hours", UNIT, "3", "both").output
    assert next(one for one in changed.splitlines() if one.startswith("3 ")).endswith("112 och 1177  (enhetens eget)")
    listed = json.loads(run("unit", "after-hours", UNIT, "--json").output)
    assert {"severity": "3", "refers_to": "both", "own": True} in listed
    assert {"severity": "4", "refers_to": "1177", "own": False} in listed
    assert "(enhetens eget)" not in run("unit", "after-hours", UNIT, "3", "usual").output


@pytest.mark.parametrize(
    "args",
    [
        ("unit", "after-hours", "SE2321000016-NONE"),
        ("unit", "after-hours", UNIT, "1"),
        ("unit", "after-hours", UNIT, "6", "112"),
        ("unit", "after-hours", UNIT, "1", "113"),
        ("unit", "change", UNIT, "--hours", "alltid"),
        ("unit", "change", "SE2321000016-NONE", "--name", "x"),
        ("staff", "change", "SE2321000016-NONE", "--name", "x"),
        ("staff", "add", PEOPLE["sara"][0], "--name", "Sara", "--profession", "doctor", "--unit", "SE2321000016-NONE"),
        ("--unit", "SE2321000016-NONE", "cases"),
    ],
)
@pytest.mark.usefixtures("as_maria")
def test_what_does_not_exist_or_fit_is_said(args: tuple[str, ...]) -> None:
    done = run(*args)
    assert done.exit_code == 2
    assert done.output.strip().endswith(".")
    assert "Traceback" not in done.output


def test_a_settings_file_that_cannot_be_read_is_said_and_left(home: Path) -> None:
    run(*INIT)
    (home / "settings.toml").write_text("unit = \n")
    done = run("cases")
    assert done.exit_code == 2
    assert "settings.toml" in done.output
    assert (home / "settings.toml").read_text() == "unit = \n"


def test_an_unknown_setting_is_said(home: Path) -> None:
    run(*INIT)
    with (home / "settings.toml").open("a") as file:
        file.write('colour = "blue"\n')
    assert "colour" in run("cases").output


def test_doctor_finds_nothing_wrong_and_says_what_is_missing(home: Path) -> None:
    run(*INIT)
    done = run("doctor", "--json")
    found = {one["name"]: one["verdict"] for one in json.loads(done.output)}
    assert done.exit_code == 0
    assert found["databas"] == "good"
    assert found["personuppgifter"] == "warning"


def test_doctor_says_what_is_wrong(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(*INIT)
    monkeypatch.setenv("P24TUI_PERSON_DATA", str(home / "none.json"))
    done = run("doctor")
    assert done.exit_code == 1
    assert "skyddet räknas som okänt" in done.output


@pytest.mark.rule("NA-1")
def test_the_console_for_browsers_says_what_it_needs_to_know_cards_by(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(*INIT)
    for setting, value in (("card_roots", ""), ("card_revocation", "/etc/roots.pem")):
        monkeypatch.setenv("P24TUI_CARD_ROOTS", value)
        done = run("web")
        assert done.exit_code == 2
        assert setting in done.output
        assert done.output.endswith("Se docs/card.md.\n")


def test_rules_lists_every_rule() -> None:
    listed = json.loads(run("rules", "--json").output)
    assert {one["id"] for one in listed} >= {"NA-1", "CH-12", "SU-13", "LO-2"}
    order = next(one for one in listed if one["id"] == "CH-3")
    assert "p24tui.routine.queue.order_key" in order["enforced"]
    assert order["tests"]


def test_the_console_without_a_terminal_says_so(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "p24tui"],
        env={"P24TUI_HOME": str(tmp_path), "PATH": ""},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "terminal" in done.stderr.decode()


@pytest.mark.rule("CH-7", "CH-3", "CH-10")
@pytest.mark.hazard("H3")
def test_cases_prints_the_list_in_order_and_never_hides_older_ones(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = world.system.settings
    for name, value in (("HOME", settings.home), ("DATABASE", settings.database), ("UNIT", UNIT)):
        monkeypatch.setenv(f"P24TUI_{name}", str(value))
    monkeypatch.setenv("P24TUI_LOGIN", "system-user")
    world.is_system_user("maria", system_user())
    monkeypatch.setattr("p24tui.bootstrap.SystemClock", lambda: world.clock)
    world.case(name="Maria Ljungberg", matter="Hosta", priority=2, minutes_ago=5)
    world.case(name="Katja Hennig", matter="Feber", priority=1, minutes_ago=3)
    world.case(name="Albertina Hammar", matter="Yrsel", priority=5, minutes_ago=60 * 30)
    today = run("cases", "--today", "--open", "--json")
    shown = json.loads(today.stdout)
    assert [one["patient"] for one in shown] == ["Katja Hennig", "Maria Ljungberg"]
    assert set(shown[0]) == {"id", "priority", "state", "patient", "matter", "owner", "waiting_since", "unread"}
    assert shown[0]["waiting_since"] == "2026-11-23T07:57:00Z"
    assert "1 äldre" in today.stderr
    assert [one["priority"] for one in json.loads(run("cases", "--json").stdout)] == [1, 2, 5]
    open_store(settings).close()


@pytest.mark.rule("SH-1")
@pytest.mark.hazard("H12")
@pytest.mark.usefixtures("as_maria")
def test_a_shift_begins_is_shown_and_ends_unless_something_is_left() -> None:
    acting = ("--unit", UNIT)
    assert run(*acting, "shift").output == "Ingen är på skift.\n"
    assert "Ditt skift (videobesök) pågår sedan" in run(*acting, "shift", "start", "--kind", "video").output
    (one,) = json.loads(run(*acting, "shift", "--json").output)
    assert (one["name"], one["kind"], one["unit"]) == ("Maria Lind", "video", UNIT)
    assert "Maria Lind" in run(*acting, "shift").output
    ended = run(*acting, "shift", "end")
    assert (ended.exit_code, ended.output) == (0, "Ditt skift är avslutat; inget är kvar hos dig.\n")
    again = run(*acting, "shift", "end")
    assert again.exit_code == 2
    assert "inget skift" in again.output
