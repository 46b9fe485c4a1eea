"""``p24tui report``: in words, as JSON and as CSV, and nothing of it becomes a formula."""

import csv
import io
import json
from pathlib import Path

import pytest

from p24tui.clock import SystemClock, local_date
from p24tui.store.schema import open_store
from p24tui.text import spreadsheet_text
from tests.acceptance.test_cli import INIT, home, run
from tests.world import UNIT

__all__ = ["home"]

OTHER = "SE2321000016-BVC1"

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\tnamn",
    " =1",
    "   @x",
    "\u00a0=1",
    "\u3000=1",
    "\u200b=1",
    "\ufeff=1",
    "\u2028=1",
    "\x00=1",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    "﹦1",
    " ＝1",
    '=HYPERLINK("http://x";"y")',
    "=cmd|' /C calc'!A0",
]


@pytest.mark.hazard("H23")
@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_spreadsheet_would_take_for_a_formula_is_text(text: str) -> None:
    assert spreadsheet_text(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Maria Lind", "12.5", "a=1", "Åsa-Britt", "2026-11-23", "'=1", " namn", "?", "✉"])
def test_what_is_no_formula_stays(text: str) -> None:
    assert spreadsheet_text(text) == text


def table(*args: str) -> list[dict[str, str]]:
    done = run("report", "--csv", *args)
    assert done.exit_code == 0, done.output
    return list(csv.DictReader(io.StringIO(done.output)))


@pytest.mark.hazard("H23")
def test_a_name_that_is_a_formula_is_one_field_of_the_csv_and_no_formula(home: Path) -> None:
    run(*INIT)
    formula = '=HYPERLINK("http://x";"a,b")'
    run("staff", "add", "SE2321000016-XX01", "--name", formula, "--profession", "nurse", "--unit", UNIT)
    with_answer_by(home, "SE2321000016-XX01")
    rows = table()
    assert [row for row in rows if row["key"] == f"'{formula}"] == [
        {**common(UNIT), "measure": name, "key": f"'{formula}", "value": "1"}
        for name in ("answered_cases", "answered_messages")
    ]
    assert not any(field.startswith(("=", "+", "-", "@")) for row in rows for field in row.values())
    raw = run("report", "--csv").output
    assert all(line.startswith('"') and line.endswith('"') for line in raw.splitlines())


def with_answer_by(home: Path, staff_id: str) -> None:
    """That this person has just written to a patient."""
    from p24tui import settings
    from p24tui.routine.actor import Actor, Profession
    from p24tui.store import events

    store = open_store(settings.load())
    try:
        with store.writing() as tx:
            actor = Actor(staff_id, "X", Profession.NURSE, UNIT, "console:test")
            events.append(tx, actor, SystemClock().now(), "message.sent")
    finally:
        store.close()


def common(unit: str) -> dict[str, str]:
    today = local_date(SystemClock().now()).isoformat()
    return {"unit": unit, "from": today, "to": today}


def test_without_a_choice_it_is_today_in_words(home: Path) -> None:
    run(*INIT)
    done = run("report")
    assert done.exit_code == 0, done.output
    for words in ("Kom in", "0 ärenden", "Kontakt samma dag", "inga ärenden att räkna", "Öppna nu", "Utskick"):
        assert words in done.output


def test_a_week_and_a_month_have_their_days_and_their_names(home: Path) -> None:
    run(*INIT)
    week = run("report", "--week", "2026-48")
    assert "vecka 48 2026" in week.output
    assert "fre 27 nov" in week.output
    month = run("report", "--month", "2026-11")
    assert "november 2026" in month.output
    assert "Öppna nu" not in month.output
    (found,) = json.loads(run("report", "--month", "2026-11", "--json").output)
    assert (found["unit"], found["from"], found["to"]) == (UNIT, "2026-11-01", "2026-11-30")
    inflow = [one["key"] for one in found["measures"] if one["measure"] == "inflow"]
    assert (len(inflow), inflow[0], inflow[-1]) == (30, "2026-11-01", "2026-11-30")


def test_the_hours_of_a_day_on_which_the_clocks_change_have_keys_of_their_own(home: Path) -> None:
    run(*INIT)
    hours = [row["key"] for row in table("--day", "25/10 2026") if row["measure"] == "inflow"]
    assert len(hours) == len(set(hours)) == 25
    assert hours[2:4] == ["2026-10-25T02:00+02:00", "2026-10-25T02:00+01:00"]


def test_each_unit_that_is_asked_for_is_reported_for_itself(home: Path) -> None:
    run(*INIT)
    run("unit", "add", OTHER, "--name", "BVC Åsen", "--kind", "other")
    assert {row["unit"] for row in table("--unit", UNIT, "--unit", OTHER)} == {UNIT, OTHER}
    assert {row["unit"] for row in table("--unit", OTHER)} == {OTHER}
    assert [one["unit"] for one in json.loads(run("report", "--unit", OTHER, "--json").output)] == [OTHER]


def test_json_and_csv_hold_the_same(home: Path) -> None:
    run(*INIT)
    (found,) = json.loads(run("report", "--day", "2026-11-23", "--json").output)
    rows = table("--day", "2026-11-23")
    assert [(one["measure"], one["key"], str(one["value"])) for one in found["measures"]] == [
        (row["measure"], row["key"], row["value"]) for row in rows
    ]
    assert {(row["measure"], row["value"]) for row in rows if row["key"] == "2026-11-23"} >= {
        ("opening_minutes", "540.0"), ("nobody_responsible_minutes", "540.0"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--day", "julafton"), "julafton är inget datum"),
        (("--week", "48"), "ingen vecka"),
        (("--month", "2026-13"), "ingen månad"),
        (("--day", "2026-11-23", "--week", "2026-48"), "Välj en"),
        (("--json", "--csv"), "Välj en"),
        (("--unit", "SE2321000016-NONE"), "finns inte"),
    ],
)
def test_what_cannot_be_reported_is_said(home: Path, args: tuple[str, ...], said: str) -> None:
    run(*INIT)
    done = run("report", *args)
    assert done.exit_code == 2
    assert said in done.output


def test_the_help_shows_the_json_by_example(home: Path) -> None:
    done = run("report", "--help")
    assert '"measure": "first_answer_minutes"' in done.output
