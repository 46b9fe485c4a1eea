"""The table of keys as it is in force: bindings, key bar, help and palette are made from it, settings may change it."""

from collections.abc import Mapping
from itertools import combinations

from msgspec.structs import replace
from textual.binding import Binding, BindingType
from textual.widgets import Input, TextArea

from p24tui.errors import BadInput
from p24tui.i18n import _
from p24tui.routine.role import Role
from p24tui.tui.key import Key, Where
from p24tui.tui.key_names import canonical, shown, types_text
from p24tui.tui.key_table import KEYS
from p24tui.tui.role_keys import may_press

_MOVING = frozenset({"up", "down", "pageup", "pagedown", "home", "end", "tab", "shift+tab", "ctrl+c"})
_PLACES = frozenset(key.action for key in KEYS if key.action.startswith("show_") and Where.EVERYWHERE in key.where)
_WRITING = _MOVING | {
    "enter",
    *(one.key for field in (TextArea, Input) for one in Binding.make_bindings(field.BINDINGS)),
} - {"f6", "f7"}  # what they select in a text field, Shift and an arrow or Ctrl+A selects too

NEEDED: Mapping[Where, frozenset[str]] = {
    Where.LIST: _MOVING,
    Where.CASE: _MOVING,
    Where.COMPOSER: _WRITING,
    Where.PLACE: _MOVING,
    Where.VIDEO: _MOVING,
    Where.CLOSING: _MOVING,
    Where.REGISTRATION: _MOVING,
    Where.OVERVIEW: _MOVING - {"home"},  # it has no rows to move among, and scrolls by the others
    Where.LOG_CONTROL: _MOVING,
    Where.EVERYWHERE: _WRITING,
}
"""Keys that move the cursor or edit what one writes: no action may take them."""

_table: tuple[Key, ...] = KEYS


def use_keys(changes: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Act by the table with these changes from now on, in the whole process.

    Returns what Textual calls a keymap. Raises ``BadInput`` as ``remapped`` does, and changes nothing then.
    """
    global _table
    _table = remapped(KEYS, changes)
    return {row.setting: row.key for row, before in zip(_table, KEYS, strict=True) if row.key != before.key}


def keys_in_use() -> tuple[Key, ...]:
    """The table with the changes in force."""
    return _table


def key_name(action: str) -> str:
    """How the key of an action is written on the screen."""
    return next(row.name for row in _table if row.action == action)


def remapped(table: tuple[Key, ...], changes: Mapping[str, tuple[str, ...]]) -> tuple[Key, ...]:
    """The table with other keys for some of its rows.

    Raises ``BadInput`` where a row is unknown or loses its only key, where what is given is no key, would act while
    one types or is needed for that, and where two actions would share a key in the same place.
    """
    known = {row.setting for row in table}
    for setting in changes:
        if setting not in known:
            raise BadInput("keys-action", action=setting, known=", ".join(sorted(known)))
    changed = tuple(_changed(row, changes[row.setting]) if row.setting in changes else row for row in table)
    check_keys(changed)
    return changed


def check_keys(table: tuple[Key, ...]) -> None:
    """Raises ``BadInput`` where a key cannot act in its place, or acts for two actions there."""
    for row in table:
        for key in row.keys:
            _check_key(row, key)
    for one, other in combinations(table, 2):
        shared = set(one.keys) & set(other.keys)
        if shared and _overlap(one.where, other.where):
            key = shown(min(shared))
            raise BadInput("keys-clash", action=_said(one), key=key, other=_said(other))


def bindings(where: Where) -> list[BindingType]:
    """The bindings of one place. They lead to actions of the screen; Textual's own display shows none.

    They are the shipped ones; Textual's keymap changes them when the console opens. One can always close it, and go
    to another place of the desk.
    """
    return [
        Binding(key.key, key.target, show=False, id=key.setting, priority=key.action in {"lock", "quit", *_PLACES})
        for key in KEYS
        if where in key.where
    ]


def bar(where: Where, role: Role | None = None) -> tuple[Key, ...]:
    """The keys that the key bar shows to somebody in this role while the focus is there, the one for help last."""
    here = [key for key in _table if key.in_bar and (where in key.where or Where.EVERYWHERE in key.where)]
    if where is Where.COMPOSER:  # where the other key for help is a letter
        here += [key for key in _table if key.id == "help_anywhere"]
    here = [key for key in here if may_press(role, key.action)]
    return tuple(sorted(here, key=lambda key: key.action == "help"))


def _changed(row: Key, written: tuple[str, ...]) -> Key:
    keys = [canonical(one) for one in written]
    if not keys:
        raise BadInput("keys-none", action=_said(row))
    if None in keys:
        raise BadInput("keys-unknown", action=_said(row), key=written[keys.index(None)])
    return replace(row, key=",".join(dict.fromkeys(filter(None, keys))))


def _check_key(row: Key, key: str) -> None:
    while_typing = {Where.COMPOSER, Where.EVERYWHERE}
    if types_text(key) and while_typing & set(row.where):
        raise BadInput("keys-letter", action=_said(row), key=shown(key))
    if any(key in NEEDED[where] for where in row.where):
        raise BadInput("keys-needed", action=_said(row), key=shown(key))


def _overlap(one: tuple[Where, ...], other: tuple[Where, ...]) -> bool:
    return Where.EVERYWHERE in (*one, *other) or not set(one).isdisjoint(other)


def _said(row: Key) -> str:
    return f"{row.setting} ({_(row.label)})"
