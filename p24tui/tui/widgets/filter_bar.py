"""The filter's keys, above the key bar while one chooses; the list follows each of them at once."""

from typing import TypeVar

from msgspec.structs import replace
from textual.app import RenderResult
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from p24tui.i18n import _
from p24tui.routine.case import ContactKind
from p24tui.routine.list_filter import Age, ListFilter
from p24tui.words.cases import kind_word

T = TypeVar("T")

KINDS: tuple[frozenset[ContactKind], ...] = (frozenset(), *(frozenset({kind}) for kind in ContactKind))


class FilterBar(Widget, can_focus=True):
    """Says what has been chosen by ``Changed``, and that one is done by ``Left``."""

    BINDINGS = [
        Binding("i", "age('today')", show=False),
        Binding("ä", "age('older')", show=False),
        Binding("m", "mine", show=False),
        Binding("o", "unread", show=False),
        Binding("v", "held", show=False),
        Binding("a", "ended", show=False),
        Binding("e", "next_unit", show=False),
        Binding("k", "next_kind", show=False),
        Binding("0,backspace", "clear", show=False),
        Binding("enter,escape,f", "leave", show=False),
    ]

    chosen: reactive[ListFilter] = reactive(ListFilter())

    class Changed(Message):
        """Something else is to be shown."""

        def __init__(self, chosen: ListFilter) -> None:
            super().__init__()
            self.chosen = chosen

    class Left(Message):
        """One is done."""

    def __init__(self, unit_names: dict[str, str], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._unit_names = unit_names
        self.display = False

    def open(self, chosen: ListFilter) -> None:
        """Be there, and be chosen in."""
        self.chosen = chosen
        self.display = True
        self.focus()

    def render(self) -> RenderResult:
        one = self.chosen
        kind = _("kanal") if not one.kinds else kind_word(next(iter(one.kinds))).lower()
        keys = [
            ("i", _("i dag"), one.age is Age.TODAY),
            ("ä", _("äldre"), one.age is Age.OLDER),
            ("m", _("mina"), one.mine),
            ("o", _("olästa"), one.unread),
            ("v", _("vilande"), one.held),
            ("a", _("avslutade"), one.ended),
            ("k", kind, bool(one.kinds)),
        ]
        if len(self._unit_names) > 1:
            unit = ", ".join(self._unit_names.get(id, id) for id in sorted(one.units)) or _("enhet")
            keys.append(("e", unit, bool(one.units)))
        choices = [_choice(key, f"{'■' if on else '□'} {word}", on=on) for key, word, on in keys]
        choices += [_choice("0", _("visa alla")), _choice("Enter", _("klar"))]
        return _wrapped(_(" Filter  "), choices, self.size.width)

    def action_age(self, age: str) -> None:
        same = self.chosen.age is Age(age)
        self._choose(replace(self.chosen, age=Age.ANY if same else Age(age)))

    def action_mine(self) -> None:
        self._choose(replace(self.chosen, mine=not self.chosen.mine))

    def action_unread(self) -> None:
        self._choose(replace(self.chosen, unread=not self.chosen.unread))

    def action_held(self) -> None:
        self._choose(replace(self.chosen, held=not self.chosen.held))

    def action_ended(self) -> None:
        self._choose(replace(self.chosen, ended=not self.chosen.ended))

    def action_next_kind(self) -> None:
        self._choose(replace(self.chosen, kinds=_after(KINDS, self.chosen.kinds)))

    def action_next_unit(self) -> None:
        self._choose(next_unit(self.chosen, tuple(self._unit_names)))

    def action_clear(self) -> None:
        self._choose(ListFilter())

    def action_leave(self) -> None:
        self.display = False
        self.post_message(self.Left())

    def _choose(self, chosen: ListFilter) -> None:
        self.chosen = chosen
        self.post_message(self.Changed(chosen))


def _choice(key: str, words: str, *, on: bool = False) -> Content:
    return Content.assemble((f"{key} ", "bold $primary"), (f"{words}  ", "bold $accent" if on else "$foreground 85%"))


def _wrapped(title: str, choices: list[Content], width: int) -> Content:
    """The choices after the title, on as many lines as they need, each line beginning under the first choice."""
    lines = [Content.styled(title, "bold")]
    for one in choices:
        if lines[-1].cell_length + one.rstrip().cell_length > width:
            lines.append(Content(" " * len(title)))
        lines[-1] += one
    return Content("\n").join(lines)


def next_unit(chosen: ListFilter, unit_ids: tuple[str, ...]) -> ListFilter:
    """The filter for the next unit alone, and after the last one for all of them together."""
    apart = (frozenset[str](), *(frozenset({one}) for one in unit_ids))
    return replace(chosen, units=_after(apart, chosen.units) if len(unit_ids) > 1 else frozenset())


def _after(choices: tuple[T, ...], now: T) -> T:
    """The choice after this one; the first after the last, or where this is none of them."""
    return choices[(choices.index(now) + 1) % len(choices)] if now in choices else choices[0]
