"""A unit's hours and warnings on the command line."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from p24tui.clock import SystemClock, local_date
from p24tui.routine.holidays import is_holiday
from p24tui.routine.hours import parse_hours
from p24tui.words.hours import change_words, day_words, week_words
from tests.acceptance.test_cli import INIT, run
from tests.world import UNIT

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def unit_at_home(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A unit in an empty database."""
    monkeypatch.setenv("P24TUI_HOME", str(tmp_path))
    if database_url:
        monkeypatch.setenv("P24TUI_DATABASE", database_url)
    assert run(*INIT).exit_code == 0


def hours() -> dict[str, object]:
    (unit,) = json.loads(run("unit", "--json").output)
    found: dict[str, object] = unit["hours"]
    return found


def ordinary_day() -> date:
    """A Wednesday ahead of us that is no holiday."""
    today = local_date(SystemClock().now())
    ahead = (today + n * DAY for n in range(20, 60))
    return next(day for day in ahead if day.weekday() == 2 and not is_holiday(day))


@pytest.mark.rule("CH-1")
def test_unit_change_keeps_what_one_writes_of_days_and_eves_and_what_stood_there() -> None:
    first, second = ordinary_day(), ordinary_day() + DAY
    assert run("unit", "day", UNIT, str(first), "closed").exit_code == 0
    written = f"mon-thu 08:00-16:00; {second} 09:00-11:00; eves open"
    assert run("unit", "change", UNIT, "--hours", written).exit_code == 0
    expected = parse_hours(f"{written}; {first} closed")
    assert hours() == expected.to_data()
    assert run("unit", "change", UNIT, "--name", "Nytt namn").exit_code == 0
    assert hours() == expected.to_data()


@pytest.mark.rule("CH-1")
def test_unit_hours_changes_what_is_written_says_what_that_means_and_shows_it() -> None:
    day = ordinary_day()
    today = local_date(SystemClock().now())
    done = run("unit", "hours", UNIT, f"mon-fri 08:00-12:00,13:00-17:00; {day} closed")
    assert done.exit_code == 0, done.output
    assert done.output.splitlines() == [
        "mån–fre: 08.00–12.00, 13.00–17.00",
        f"{day_words(day, today)}: stängt (eget beslut)",
    ]
    shown = run("unit", "hours", UNIT).output
    assert "mån–fre     08.00–12.00, 13.00–17.00" in shown
    assert "aftnar      stängt" in shown
    assert "varning 60, 30, 15 och larm 5 minuter före stängning" in shown
    data = json.loads(run("unit", "hours", UNIT, "--json").output)
    assert data["hours"]["closed"] == [str(day)]
    assert (data["warnings"], len(data["days"])) == ([60, 30, 15, 5], 14)
    assert data["days"][0]["date"] == str(today)


@pytest.mark.rule("CH-1")
def test_a_day_is_closed_given_openings_of_its_own_and_as_usual_again() -> None:
    day = str(ordinary_day())
    assert run("unit", "day", UNIT, day, "closed").output.endswith(": stängt (eget beslut)\n")
    assert hours()["closed"] == [day]
    assert run("unit", "day", UNIT, day, "08:00-10:00, 10:30-12:00").output.endswith(
        ": 08.00–10.00, 10.30–12.00 (egna tider)\n"
    )
    assert hours()["special"] == {day: [["08:00", "10:00"], ["10:30", "12:00"]]}
    assert run("unit", "day", UNIT, day, "8-12").output.endswith(": 08.00–12.00 (egna tider)\n")
    assert run("unit", "day", UNIT, day, "stängt").output.endswith(": stängt (eget beslut)\n")
    assert run("unit", "day", UNIT, day, "usual").output.endswith(": 08.00–17.00\n")
    assert (hours()["special"], hours()["closed"]) == ({}, [])


def test_eves_are_opened_and_closed() -> None:
    opened = run("unit", "eves", UNIT, "open").output
    assert opened.startswith("aftnar: som veckan i övrigt, ")
    assert hours()["closed_eves"] is False
    assert run("unit", "eves", UNIT, "open").output == "Inget har ändrats: det var redan så.\n"
    assert run("unit", "eves", UNIT, "closed").output.startswith("aftnar: stängt, ")


@pytest.mark.rule("CH-5", "CH-7")
def test_warnings_are_shown_and_changed() -> None:
    assert run("unit", "warnings", UNIT).output == "varning 60, 30, 15 och larm 5 minuter före stängning\n"
    assert run("unit", "warnings", UNIT, "45", "20", "10").output.startswith("varning 45, 20 och larm 10 minuter")
    assert run("unit", "warnings", UNIT).output.startswith("varning 45, 20 och larm 10 minuter")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("hours", UNIT, "alltid"), "Öppettiderna går inte att använda"),
        (("hours", "SE2321000016-NONE"), "finns inte"),
        (("hours", UNIT, "mon-fri 08:00-17:00; 2020-01-02 closed"), "2020-01-02 har redan varit."),
        (("day", UNIT, "2020-01-02", "closed"), "2020-01-02 har redan varit."),
        (("day", UNIT, "övermorgon", "closed"), "övermorgon är inget datum."),
        (("day", UNIT, "2099-01-02", "12-8"), "Öppettiderna går inte att använda: stänger före öppning: 12.00-08.00."),
        (("day", UNIT, "9999-12-31", "closed"), "9999-12-31 är inget datum."),
        (("warnings", UNIT, "5", "10"), "2 till 6 fallande tal"),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(args: tuple[str, ...], said: str) -> None:
    before = hours()
    done = run("unit", *args)
    assert done.exit_code == 2
    assert said in done.output
    assert "Traceback" not in done.output
    assert hours() == before


# The words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mon-fri 08:00-17:00", [("mån–fre", "08.00–17.00"), ("lör–sön", "stängt")]),
        (
            "mon-tue 08:00-17:00; wed 08:00-12:00; thu-sat 08:00-17:00",
            [("mån–tis", "08.00–17.00"), ("ons", "08.00–12.00"), ("tor–lör", "08.00–17.00"), ("sön", "stängt")],
        ),
    ],
)
def test_a_week_in_words(text: str, words: list[tuple[str, str]]) -> None:
    assert list(week_words(parse_hours(text))) == words


def test_a_change_in_words() -> None:
    before = parse_hours("mon-fri 08:00-17:00; 2026-12-23 closed; 2026-12-28 closed; 2027-11-01 closed")
    after = parse_hours(
        "mon,wed-thu 08:00-12:00; tue 08:00-17:00; 2026-12-24 09:00-11:00; 2026-12-23 closed; eves open"
    )
    assert list(change_words(before, after, date(2026, 11, 23))) == [
        "mån: 08.00–12.00",
        "ons–tor: 08.00–12.00",
        "fre: stängt",
        "aftnar: som veckan i övrigt, tor 24 dec: 09.00–11.00 (julafton, egna tider)",
        "tor 24 dec: 09.00–11.00 (julafton, egna tider)",
        "mån 28 dec: 08.00–12.00",
        "mån 1 nov 2027: 08.00–12.00",
    ]
