"""``p24tui roster``, as the head of a unit and a planning program use it."""

import json
from pathlib import Path

import pytest

from tests.acceptance.test_cli import as_maria, home, run
from tests.gateways.test_roster_calendar import event, file
from tests.world import PEOPLE, UNIT

__all__ = ["as_maria", "home"]

pytestmark = pytest.mark.usefixtures("as_maria")

MARIA = PEOPLE["maria"][0]


@pytest.mark.rule("CH-2")
def test_a_week_is_put_together_copied_and_looked_at() -> None:
    assert "LUCKA" in run("roster", "--week", "2030-10").output
    added = run("roster", "add", MARIA, "2030-03-04", "08:00", "12:00")
    assert added.exit_code == 0, added.output
    assert "mån 4 mar 08.00–12.00" in added.output
    shown = run("roster", "--week", "2030-10").output.splitlines()
    assert "Maria Lind" in shown[0]
    assert "mån 4 mar 12.00–17.00" in shown[1]
    assert "▲ LUCKA" in shown[1]
    planned = run("roster", "copy", "2030-10", "2030-11", "--dry-run")
    assert "Inget ändrat: nya 1," in planned.output
    assert "nya 1," in run("roster", "copy", "2030-10", "2030-11").output
    assert "nya 0, fanns redan 1" in run("roster", "copy", "2030-10", "2030-11").output
    week = json.loads(run("roster", "--week", "2030-11", "--json").output)
    assert [(one["name"], one["starts_at"]) for one in week["entries"]] == [("Maria Lind", "2030-03-11T07:00:00Z")]
    assert len(week["gaps"]) == 5
    assert run("roster", "drop", week["entries"][0]["id"][:8]).exit_code == 0
    assert json.loads(run("roster", "--week", "2030-11", "--json").output)["entries"] == []


def test_a_night_ends_the_day_after() -> None:
    assert "mån 4 mar 22.00–tis 06.00" in run("roster", "add", MARIA, "2030-03-04", "22:00", "06:00").output


@pytest.mark.rule("CH-2")
def test_a_calendar_comes_in_and_goes_out(tmp_path: Path) -> None:
    given = tmp_path / "in.ics"
    given.write_bytes(file(event(start=":20300305T080000", end=":20300305T120000"), event("DTEND:-", uid="2")))
    done = run("roster", "import", str(given))
    assert done.exit_code == 1
    assert "nya 1, ändrade 0, borttagna 0, oförändrade 0" in done.output
    assert "✗ tis 24 nov 08.00  Maria Lind: sluttid saknas" in done.output
    again = json.loads(run("roster", "import", str(given), "--json").stdout)
    assert (again["added"], again["unchanged"]) == (0, 1)
    assert again["unusable"] == [{"title": "Maria Lind", "at": "2026-11-24T07:00:00Z", "reason": "no-end"}]
    written = tmp_path / "out.ics"
    assert run("roster", "export", str(written), "--from", "1/3 2030", "--to", "5 mars 2030").exit_code == 0
    assert b"DTSTART:20300305T070000Z" in written.read_bytes()
    assert b"VEVENT" not in run("roster", "export", "--from", "2030-03-06", "--to", "2030-03-31").stdout_bytes


@pytest.mark.rule("CH-2")
def test_gaps_are_listed_and_tell_a_script_by_their_exit_code() -> None:
    found = run("roster", "gaps", "--days", "14")
    assert found.exit_code == 1
    assert "LUCKA" in found.output
    assert run("unit", "change", UNIT, "--hours", "mon-sun closed").exit_code == 0
    none = run("roster", "gaps", "--days", "14")
    assert (none.exit_code, none.output) == (0, "Inga luckor.\n")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--week", "48"), "48 är ingen vecka"),
        (("add", MARIA, "i övermorgon", "08:00", "12:00"), "i övermorgon är inget datum"),
        (("add", MARIA, "9999-12-31", "08:00", "12:00"), "9999-12-31 är inget datum"),
        (("export", "--from", "9999-12-31"), "9999-12-31 är inget datum"),
        (("add", MARIA, "2030-03-04", "åtta", "12:00"), "åtta är inget klockslag"),
        (("add", "SE2321000016-NOBODY", "2030-03-04", "08:00", "12:00"), "Personen är inte aktiv"),
        (("add", MARIA, "2030-03-04", "08:00", "08:00"), "sluta efter att det har börjat"),
        (("drop", "zzz"), "Passet finns inte"),
        (("drop", ""), "Passet finns inte"),
        (("import", "nowhere.ics"), "nowhere.ics går inte att läsa"),
        (("export", "nowhere/out.ics"), "går inte att läsa eller skriva"),
        (("gaps", "--days", "0"), "ska vara 1–400"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(args: tuple[str, ...], said: str) -> None:
    done = run("roster", *args)
    assert done.exit_code in (2, 3)
    assert said in done.output
