"""What a key is called: by Textual, by people who write it in their settings, and on the screen."""

from textual.keys import KEY_ALIASES, REPLACED_KEYS, Keys, _character_to_key, key_to_character

_MODIFIERS = frozenset({"alt", "ctrl", "shift"})

_BASES = frozenset(
    {one.value.rpartition("+")[2] for one in Keys if "<" not in one.value and "-" not in one.value}
    | {_character_to_key(chr(code)) for code in range(ord("!"), ord("~") + 1)}
)
"""Textual's names of keys without their modifiers."""

_AS_WRITTEN = {
    "esc": "escape",
    "return": "enter",
    "del": "delete",
    "ins": "insert",
    "pgup": "pageup",
    "pgdn": "pagedown",
    "←": "left",
    "→": "right",
}
_ALIASES = {alias: key for key, aliases in KEY_ALIASES.items() for alias in aliases}

_SHOWN = {"escape": "Esc", "pageup": "PgUp", "pagedown": "PgDn", "left": "←", "right": "→"}


def canonical(written: str) -> str | None:
    """Textual's name of a key as people write it, such as ``Ctrl+S``, ``Esc`` or ``?``; none where it is no key."""
    if len(written) == 1 and written not in _AS_WRITTEN:
        return _character_to_key(written) if written.isprintable() else None
    *modifiers, base = written.lower().split("+")
    base = _AS_WRITTEN.get(base, base)
    if len(base) == 1:
        base = _character_to_key(base)
    if not _MODIFIERS.issuperset(modifiers) or not (base in _BASES or len(base) == 1):
        return None
    if modifiers == ["shift"] and len(base) == 1:
        return base.upper()
    key = "+".join([*sorted(set(modifiers)), base])
    return _ALIASES.get(key, key)


def types_text(key: str) -> bool:
    """Whether the key writes something in a text field."""
    return _character(key) is not None


def shown(key: str) -> str:
    """How a key is written on the screen: ``m``, ``Ctrl+S``, ``F1``, ``?``."""
    *modifiers, base = key.split("+")
    character = _character(base)
    if character is None or base == "space":
        base = _SHOWN.get(base, base.capitalize())
    else:
        base = character.upper() if modifiers else character
    return "+".join([*(one.capitalize() for one in modifiers), base])


def _character(key: str) -> str | None:
    character = key_to_character(REPLACED_KEYS.get(key, key))
    return character if character is not None and character.isprintable() else None
