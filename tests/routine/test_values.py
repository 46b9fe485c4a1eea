"""What the rules take and hand out: nobody changes what somebody else has read."""

import pkgutil
from importlib import import_module

from msgspec import Struct

from p24tui import routine


def test_no_value_of_the_rules_can_be_changed() -> None:
    modules = [import_module(f"p24tui.routine.{one.name}") for one in pkgutil.iter_modules(routine.__path__)]
    values = {
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Struct) and value.__module__ == module.__name__
    }
    assert len(values) > 50
    assert [value.__qualname__ for value in values if not value.__struct_config__.frozen] == []
