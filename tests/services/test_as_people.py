"""Some of the services' tests once more, each deed under the database role of whoever does it (LO-2).

A person has their own, the clock the worker's, what comes in the intake's. Only what the tests themselves put into the
tables is the owner's.
"""

from importlib import import_module

from tests.database_roles import world_of_people

__all__ = ["world_of_people"]

MODULES = ("closing_down", "delivery", "first_screen", "handover", "intake", "read_log", "shift")

AT_ANOTHERS_UNIT: frozenset[str] = frozenset()
"""Tests whose people act at units where they do not work: here the database already refuses them."""


for _module in MODULES:
    for _name, _test in vars(import_module(f"tests.services.test_{_module}")).items():
        if _name.startswith("test_") and _name not in AT_ANOTHERS_UNIT:
            globals()[f"test_{_module}_{_name.removeprefix('test_')}"] = _test
