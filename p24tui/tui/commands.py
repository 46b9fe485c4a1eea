"""What the command palette offers: every action of the table of keys that can be done now, and the themes."""

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import groupby
from typing import Any

from textual.app import App, SystemCommand
from textual.screen import Screen

from p24tui.i18n import N_, _
from p24tui.routine.role import Role
from p24tui.tui.key import Key
from p24tui.tui.key_names import shown
from p24tui.tui.keys import keys_in_use
from p24tui.tui.role_keys import may_press

THEMES = {"dark": N_("Mörkt utseende"), "light": N_("Ljust utseende"), "contrast": N_("Hög kontrast")}


def commands(app: App[Any], screen: Screen[Any], role: Role | None = None) -> Iterable[SystemCommand]:
    """The commands of this screen for one's role, in the order of the table; then the other themes.

    A key stands with its command where pressing it does that now: elsewhere it may do something else.
    """
    bound = {key: one.binding.action for key, one in screen.active_bindings.items()}
    for _action, rows in groupby(_by_action(), key=lambda row: row.action):
        first, *others = rows
        if may_press(role, first.action) and _offers(screen, first):
            here = [key for row in (first, *others) for key in row.keys if bound.get(key) == row.target]
            keys = ", ".join(dict.fromkeys(map(shown, here)))
            words = f"{keys}  {_(first.help)}" if keys else _(first.help)
            yield SystemCommand(_(first.label).capitalize(), words, partial(app.run_action, first.target))
    for name, title in THEMES.items():
        if name != app.theme:
            yield SystemCommand(_(title), _("Byt konsolens färger."), partial(setattr, app, "theme", name))


def _by_action() -> Iterator[Key]:
    """The table in its order, the rows of one action together."""
    table = keys_in_use()
    order = {row.action: place for place, row in reversed(list(enumerate(table)))}
    return iter(sorted(table, key=lambda row: order[row.action]))


def _offers(screen: Screen[Any], row: Key) -> bool:
    """Whether the screen has the action, and allows it now. The palette does not offer itself."""
    if row.of_app:
        return row.action != "command_palette"
    return hasattr(screen, f"action_{row.action}") and bool(screen.check_action(row.action, ()))
