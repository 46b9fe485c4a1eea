"""What each floor loads when it is imported, seen at run time: import-linter cannot see what a library brings along."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Imports the package and every module in it (but the migrations, which only Alembic can run), and prints the names
# of all that is loaded then.
LOAD_ALL = """
import importlib, json, pkgutil, sys
for name in sys.argv[1:]:
    package = importlib.import_module(name)
    for module in pkgutil.walk_packages(getattr(package, "__path__", []), name + "."):
        if ".migrations." not in module.name:
            importlib.import_module(module.name)
print(json.dumps(sorted(sys.modules)))
"""

HTTP_SERVER = {"starlette", "uvicorn", "h11", "p24tui.intake", "aiohttp", "textual_serve", "p24tui.web"}
HTTP_CLIENT = {"httpx", "httpcore"}
SCREEN = {"textual", "rich", "p24tui.tui"}
SCHEDULER = {"apscheduler", "p24tui.jobs"}
DATABASE = {"sqlalchemy", "alembic", "psycopg", "sqlcipher3", "sqlite3", "p24tui.store"}
FHIR = {"fhir", "pydantic", "p24tui.gateways.fhir"}


def loaded_by(*names: str) -> set[str]:
    """The modules that stand in ``sys.modules`` once these packages, with all that is in them, are imported."""
    done = subprocess.run(
        [sys.executable, "-c", LOAD_ALL, *names], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    ("floor", "foreign"),
    [
        ("p24tui.routine", SCREEN | SCHEDULER | HTTP_SERVER | HTTP_CLIENT | DATABASE | FHIR),
        ("p24tui.store", SCREEN | SCHEDULER | HTTP_SERVER | HTTP_CLIENT | FHIR),
        ("p24tui.services", SCREEN | SCHEDULER | HTTP_SERVER | HTTP_CLIENT),
        ("p24tui.jobs", SCREEN | HTTP_SERVER),
        ("p24tui.intake", SCREEN | SCHEDULER),
        ("p24tui.cli", SCREEN | SCHEDULER | HTTP_SERVER | HTTP_CLIENT),
    ],
)
def test_a_floor_loads_nothing_foreign(floor: str, foreign: set[str]) -> None:
    assert loaded_by(floor) & foreign == set()


def test_the_routine_stands_alone() -> None:
    ours = {name for name in loaded_by("p24tui.routine") if name.startswith("p24tui.")}
    assert {name for name in ours if not name.startswith("p24tui.routine")} == set()


def test_the_console_paints_before_it_loads_what_its_first_screen_does_not_need() -> None:
    done = loaded_by("p24tui.cli.console", "p24tui.tui.app")
    assert "textual" in done
    late = DATABASE - {"p24tui.store"}
    later = late | {"holidays", "phonenumbers", "PIL", "textual_image"}
    assert done & (HTTP_SERVER | HTTP_CLIENT | FHIR | SCHEDULER | later) == set()


def test_a_holiday_loads_no_country_but_ours() -> None:
    ask = (
        "import sys, datetime; from p24tui.routine.holidays import is_holiday; "
        "assert is_holiday(datetime.date(2026, 6, 6)); "
        "print(*(name for name in sys.modules if 'countries.' in name))"
    )
    done = subprocess.run([sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["holidays.countries.sweden"]
