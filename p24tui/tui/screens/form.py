"""A form in a box: lines, longer texts and choices, one under the other, saved together."""

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace
from rich.text import Text as Plain
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Label, Select, Static

from p24tui.errors import BadInput, P24Error
from p24tui.i18n import _
from p24tui.tui.widgets.dialog import Dialog
from p24tui.tui.widgets.field import Area, Field
from p24tui.tui.widgets.toggles import Toggles

Answer = str | tuple[str, ...]
Answers = Mapping[str, Answer]


class Line(Struct, frozen=True):
    """A line that one types in."""

    name: str
    label: str
    value: str = ""
    hint: str = ""


class Text(Struct, frozen=True):
    """A text of a few lines."""

    name: str
    label: str
    value: str = ""
    hint: str = ""


class Choice(Struct, frozen=True):
    """One of several: what each is kept as, and its words. Nothing is chosen where ``value`` is empty."""

    name: str
    label: str
    options: Mapping[str, str]
    value: str = ""


class Several(Struct, frozen=True):
    """Any number of several."""

    name: str
    label: str
    options: Mapping[str, str]
    value: tuple[str, ...] = ()


Part = Line | Text | Choice | Several


def filled(parts: Sequence[Part], answers: Answers) -> tuple[Part, ...]:
    """The parts with what was answered before."""
    return tuple(_with(one, answers[one.name]) if one.name in answers else one for one in parts)


def _with(part: Part, answer: Answer) -> Part:
    match part:
        case Several():
            return replace(part, value=tuple(answer))
        case _:
            return replace(part, value=str(answer))


def naming(error: P24Error, parts: Sequence[Part]) -> P24Error:
    """The error with the label of the part that it is about, where it is about one: its name is known to us alone."""
    if not isinstance(error, BadInput) or "part" not in error.details:
        return error
    labels = {one.name: one.label for one in parts}
    return BadInput(error.reason, **{**error.details, "part": labels[error.details["part"]]})


class FormScreen(ModalScreen[Answers | None]):
    """Ends with the answers by the names of the parts, or with nothing. What was typed goes only by a second Esc."""

    BINDINGS = [
        Binding("escape", "leave", show=False),
        Binding("ctrl+s", "save", show=False, priority=True),
    ]

    def __init__(self, title: str, parts: Sequence[Part], note: str = "", problem: str = "", saves: str = "") -> None:
        super().__init__()
        self._title = title
        self._parts = parts
        self._note = note
        self._problem = problem
        self._saves = saves or _("spara")
        self._leaving = False
        self._stood: Answers | None = None

    def compose(self) -> ComposeResult:
        with Dialog(classes="wide", id="form-dialog"):
            yield Static(Content.styled(self._title, "bold"))
            with VerticalScroll(id="form-parts", can_focus=False):
                for part in self._parts:
                    with Horizontal(classes="form-row"):
                        yield Label(part.label)
                        yield _widget(part)
            if self._note:
                yield Static(self._note, markup=False, id="form-note")
            yield Static(Content(self._problem), id="form-problem", classes="dialog-problem")
            yield Static(self.keys, id="form-keys")

    def on_mount(self) -> None:
        if all(self.query(f"#part-{part.name}") for part in self._parts):  # who is quick leaves before there are any
            self._stood = self._answers()
        self.query(f"#part-{self.first}").focus()

    @property
    def keys(self) -> str:
        """What the keys do."""
        if any(isinstance(part, Choice | Several) for part in self._parts):
            return _("Tab nästa fält   Mellanslag välj   Ctrl+S {saves}   Esc låt bli").format(saves=self._saves)
        return _("Ctrl+S {saves}   Esc låt bli").format(saves=self._saves)

    @property
    def first(self) -> str:
        """The part in which one begins."""
        return self._parts[0].name

    def on_input_submitted(self) -> None:
        self.focus_next()

    def on_input_changed(self) -> None:
        self._changed()

    def on_text_area_changed(self) -> None:
        self._changed()

    def on_select_changed(self, event: Select.Changed) -> None:
        self._changed()

    def on_toggles_changed(self) -> None:
        self._changed()

    def action_save(self) -> None:
        self.dismiss(self._answers())

    def action_leave(self) -> None:
        typed = self._answers() != {part.name: part.value for part in self._parts}
        if self._leaving or not typed:
            self.dismiss(None)
            return
        self._say(_("Inget är sparat. Esc en gång till kastar det du skrev."))
        self._leaving = True

    def _changed(self) -> None:
        """What was said was said of other answers. A part that has just been filled tells of it too."""
        if self._stood is not None and self._answers() != self._stood:
            self._say("")
            self._leaving = False

    def _say(self, words: str) -> None:
        self._stood = self._answers()
        self.query_one("#form-problem", Static).update(Content(words))

    def _answers(self) -> dict[str, Answer]:
        return {part.name: _answer(self.query_one(f"#part-{part.name}")) for part in self._parts}


def _widget(part: Part) -> Widget:
    id = f"part-{part.name}"
    match part:
        case Line():
            return Field(part.value, placeholder=part.hint, id=id)
        case Text():
            return Area(part.value, placeholder=part.hint, id=id)
        case Choice():
            options = [(Plain(words), value) for value, words in part.options.items()]
            return Select(options, prompt=_("välj"), value=part.value or Select.NULL, compact=True, id=id)
        case Several():
            return Toggles(part.options, part.value, id=id)


def _answer(widget: Widget) -> Answer:
    match widget:
        case Field():
            return widget.value
        case Area():
            return widget.text
        case Select():
            return "" if widget.is_blank() else str(widget.value)
        case Toggles():
            return widget.chosen
    raise TypeError(type(widget).__name__)
