"""Some of the services' tests once more, each deed under the database role of whoever does it (LO-2).

A person has their own, the clock the worker's, what comes in the intake's. Only what the tests themselves put into the
tables is the owner's.
"""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from tests.database_roles import everybody_as_themselves
from tests.postgres import Server
from tests.world import World, make_world_again

MODULES = ("closing_down", "delivery", "first_screen", "handover", "intake", "read_log", "shift")

AT_ANOTHERS_UNIT: frozenset[str] = frozenset()
"""Tests whose people act at units where they do not work: here the database already refuses them."""


@pytest.fixture
def world(postgres_server: Server, roles_template: str, tmp_path: Path) -> Iterator[World]:
    with (
        postgres_server.fresh(roles_template) as url,
        make_world_again(tmp_path, url) as one,
        everybody_as_themselves(one) as held,
    ):
        yield held


for _module in MODULES:
    for _name, _test in vars(import_module(f"tests.services.test_{_module}")).items():
        if _name.startswith("test_") and _name not in AT_ANOTHERS_UNIT:
            globals()[f"test_{_module}_{_name.removeprefix('test_')}"] = _test
