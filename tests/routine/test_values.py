"""What the routine takes and gives is values: of msgspec it has what makes them, and nothing that reads or writes.

Nobody changes what somebody else has read.
"""

import ast
from importlib import import_module
from pathlib import Path

import pytest
from msgspec import Struct

from p24tui import routine

FILES = sorted(Path(routine.__path__[0]).glob("*.py"))
MAKES_VALUES = {("msgspec", "Struct"), ("msgspec", "field"), ("msgspec.structs", "replace")}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_routine_reads_and_writes_no_json(file: Path) -> None:
    imports = [one for one in ast.walk(ast.parse(file.read_text())) if isinstance(one, ast.Import | ast.ImportFrom)]
    plain = {name.name.partition(".")[0] for one in imports if isinstance(one, ast.Import) for name in one.names}
    assert "msgspec" not in plain
    named = {(one.module or "", name.name) for one in imports if isinstance(one, ast.ImportFrom) for name in one.names}
    assert {one for one in named if one[0].startswith("msgspec")} <= MAKES_VALUES


def test_no_value_of_the_routine_can_be_changed() -> None:
    modules = [import_module(f"{routine.__name__}.{file.stem}") for file in FILES if file.stem != "__init__"]
    values = {
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Struct) and value.__module__ == module.__name__
    }
    assert len(values) > 50
    assert [value.__qualname__ for value in values if not value.__struct_config__.frozen] == []
