"""A key that does nothing where it is pressed: where it does something, or what tells every key."""

from p24tui.i18n import N_, _
from p24tui.routine.role import Role
from p24tui.tui.key import Where
from p24tui.tui.key_names import shown, types_text
from p24tui.tui.keys import key_name, keys_in_use
from p24tui.tui.role_keys import may_press

_LEADS_INTO_A_CASE = N_("{key} gäller i ett öppet ärende: {way} öppnar det.")
_LEADS_TO_THE_LIST = N_("{key} gäller i listan: {way} leder dit.")

_WAYS = {
    Where.LIST: ((Where.CASE, _LEADS_INTO_A_CASE, "open_case"),),
    Where.CASE: ((Where.LIST, _LEADS_TO_THE_LIST, "back"),),
}
"""From where one is to where a key acts: the sentence, and the action that leads there."""

_FROM_A_PLACE = ((Where.LIST, _LEADS_TO_THE_LIST, "show_list"),)


def unheard(key: str, where: Where, role: Role | None) -> str:
    """What to say about Textual's ``key``, pressed ``where`` nothing is bound to it.

    Empty where one writes or chooses: there a key that does nothing is no surprise. So it is for keys that write
    nothing, such as F12.
    """
    if where in (Where.COMPOSER, Where.EVERYWHERE) or not (types_text(key) or key == "enter"):
        return ""
    acts_in = {place for row in keys_in_use() if key in row.keys and may_press(role, row.action) for place in row.where}
    for place, words, way in _WAYS.get(where, _FROM_A_PLACE):
        if place in acts_in:
            return _(words).format(key=shown(key), way=key_name(way))
    return _("{key} gör inget här. {help} visar alla tangenter.").format(key=shown(key), help=key_name("help"))
