"""Swedish public holidays (SFS 1989:253), and the eves that are not in the law but usually closed.

The law counts every Sunday too; here a Sunday is a Sunday, and only a holiday where it also is another one.
"""

import sys
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from types import MappingProxyType, ModuleType

from p24tui.routine.rule import rule

USUALLY_CLOSED_EVES = frozenset({"Påskafton", "Midsommarafton", "Julafton", "Nyårsafton"})
SATURDAY = 5


def holiday_name(day: date) -> str | None:
    """The Swedish name of the public holiday, or none. Two on the same day are joined by ``"; "``."""
    return _public(day.year).get(day)


def is_holiday(day: date) -> bool:
    """Whether the day is a public holiday by law, Sundays aside."""
    return day in _public(day.year)


def eve_name(day: date) -> str | None:
    """The Swedish name of the usually closed eve that the day is, or none."""
    return _eves(day.year).get(day)


def is_eve(day: date) -> bool:
    """Whether the day is påskafton, midsommarafton, julafton or nyårsafton."""
    return eve_name(day) is not None


@rule("CH-1")
def is_weekday(day: date) -> bool:
    """Whether the day is Monday to Friday and no public holiday; an eve may be one."""
    return day.weekday() < SATURDAY and not is_holiday(day)


@cache
def _public(year: int) -> Mapping[date, str]:
    return _days(year, "public")


@cache
def _eves(year: int) -> Mapping[date, str]:
    days = _days(year, "de_facto", "optional")
    named = ((day, USUALLY_CLOSED_EVES & set(names.split("; "))) for day, names in days.items())
    return MappingProxyType({day: "; ".join(sorted(names)) for day, names in named if names})


def _days(year: int, *categories: str) -> Mapping[date, str]:
    sweden = _library().Sweden(years=year, expand=False, language="sv", categories=categories)
    return MappingProxyType(dict(sweden))


@cache
def _library() -> ModuleType:
    """The library's Sweden, loaded when a day is first asked about, as it is slow to load.

    The package that it lies in loads every country of the world, 8 MiB of them. So that package is put in place
    without being run: whoever imports it in this process after us finds no other country in it.
    """
    package = "holidays.countries"
    spec = find_spec(package)
    if spec is not None and package not in sys.modules:
        sys.modules[package] = module_from_spec(spec)
    return import_module(f"{package}.sweden")
