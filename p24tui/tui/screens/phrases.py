"""Phrases: find one by a few letters and put it into the answer; write, change and forget phrases."""

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Grid, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label, OptionList, Select, Static
from textual.widgets.option_list import Option

from p24tui import services
from p24tui.errors import BadInput
from p24tui.explain import explain
from p24tui.i18n import N_, _
from p24tui.routine.phrase import PLACEHOLDER
from p24tui.services.views import Phrase, PhraseKind
from p24tui.text import clean_line, clean_text
from p24tui.tui.widgets.dialog import Dialog
from p24tui.tui.widgets.field import Area, Field

KINDS = {PhraseKind.OWN: N_("egen"), PhraseKind.UNIT: N_("enhetens"), PhraseKind.LIBRARY: N_("bibliotek")}
FILLED = N_(" fylls i ur ärendet. En egen lucka, som {tid}, fyller du i före varje svar.")
"""What is said after the gaps that are filled in."""


class Insert(Struct, frozen=True):
    """Put this text into the answer."""

    text: str


class Put(Struct, frozen=True):
    """Keep this phrase, new or changed."""

    phrase: Phrase


class Drop(Struct, frozen=True):
    """Forget the phrase with this id."""

    id: str
    title: str


class PhrasesScreen(ModalScreen[Insert | Put | Drop | None]):
    """Ends with a text to insert, a phrase to keep or to forget, or nothing. What is typed finds phrases.

    ``preview`` is a phrase's text as it would be inserted; ``at`` is the id of the phrase that the cursor starts on.
    """

    AUTO_FOCUS = "#phrase-search"
    BINDINGS = [
        Binding("escape", "leave", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "scroll(-1)", show=False),
        Binding("pagedown", "scroll(1)", show=False),
        Binding("ctrl+n", "new", show=False, priority=True),
        Binding("ctrl+e", "change", show=False, priority=True),
        Binding("ctrl+d", "drop", show=False, priority=True),
    ]

    def __init__(self, preview: Callable[[Phrase], str], *, at: str = "") -> None:
        super().__init__()
        self._phrases: tuple[Phrase, ...] = ()
        self._preview = preview
        self._at = at
        self._found: tuple[Phrase, ...] = ()
        self._widest = 0
        self._dropping = ""

    def offer(self, phrases: tuple[Phrase, ...]) -> None:
        """These are the phrases; what has been typed by now finds among them."""
        self._phrases = phrases
        self._widest = max((_name(one).cell_length for one in phrases), default=0)
        if self.is_mounted and self.is_running:  # one may have left before they were read
            self._find(self.query_one("#phrase-search", Field).value, self._at)

    def compose(self) -> ComposeResult:
        with Dialog(classes="wide", id="phrases-dialog"):
            yield Static(Content.styled(_("Fraser"), "bold"))
            yield Field(placeholder=_("Skriv några bokstäver   ↑ ↓ välj   PgUp PgDn rulla texten"), id="phrase-search")
            yield _Titles(id="phrases", markup=False)
            with VerticalScroll(id="phrase-preview", can_focus=False):
                yield Static(id="phrase-text")
            yield Static(id="phrase-note", classes="dialog-problem")
            yield Static(_("Enter infoga   Ctrl+N ny   Ctrl+E ändra   Ctrl+D ta bort   Esc tillbaka"), id="phrase-keys")

    def on_mount(self) -> None:
        self._find("", self._at)

    def on_input_changed(self, event: Field.Changed) -> None:
        self._find(event.value)

    def on_input_submitted(self) -> None:
        self._insert()

    def on_option_list_option_selected(self) -> None:
        self._insert()

    def on_option_list_option_highlighted(self) -> None:
        self._show()

    def action_move(self, step: int) -> None:
        titles = self.query_one(_Titles)
        if step < 0:
            titles.action_cursor_up()
        else:
            titles.action_cursor_down()

    def action_scroll(self, pages: int) -> None:
        preview = self.query_one("#phrase-preview", VerticalScroll)
        preview.scroll_relative(y=pages * preview.scrollable_content_region.height, animate=False)

    def action_new(self) -> None:
        self._edit(Phrase("", "", "", PhraseKind.OWN))

    def action_change(self) -> None:
        if self._chosen is not None:
            self._edit(self._chosen)

    def action_drop(self) -> None:
        """The first press asks, the second forgets."""
        one = self._chosen
        if one is None:
            return
        if one.kind is PhraseKind.LIBRARY:
            self._note(_("Bibliotekets fraser finns alltid kvar. Ctrl+E gör en som står i stället."))
        elif self._dropping == one.id:
            self.dismiss(Drop(one.id, one.title))
        else:
            whose = _("Den är hela enhetens.") if one.kind is PhraseKind.UNIT else _("Den är din egen.")
            sure = _("Ta bort frasen? {whose} Ctrl+D en gång till tar bort den.").format(whose=whose)
            self._note(sure)
            self._dropping = one.id

    def action_leave(self) -> None:
        self.dismiss(None)

    @property
    def _chosen(self) -> Phrase | None:
        index = self.query_one(_Titles).highlighted
        return None if index is None else self._found[index]

    def _insert(self) -> None:
        if self._chosen is not None:
            self.dismiss(Insert(clean_text(self._preview(self._chosen))))

    def _edit(self, phrase: Phrase) -> None:
        self.app.push_screen(PhraseScreen(phrase), self._edited)

    def _edited(self, put: Put | None) -> None:
        if put is not None:
            self.dismiss(put)

    def _find(self, typed: str, at: str = "") -> None:
        self._found = services.phrases.find(self._phrases, typed)
        self._list(at)

    def _list(self, at: str = "") -> None:
        titles = self.query_one(_Titles)
        titles.clear_options()
        titles.add_options(self._option(one) for one in self._found)
        ids = [one.id for one in self._found]
        titles.highlighted = (ids.index(at) if at in ids else 0) if ids else None
        self._show()

    def _option(self, one: Phrase) -> Option:
        name = _name(one)
        column = name.pad_right(self._widest - name.cell_length + 3)
        return Option(Content.assemble(column, (_(KINDS[one.kind]), "$foreground 80%")))

    def _show(self) -> None:
        one = self._chosen
        if one is None:
            text = Content.styled(_("Ingen fras passar. Ctrl+N skriver en ny."), "$foreground 70%")
        else:
            text = marked(self._preview(one))
        self.query_one("#phrase-text", Static).update(text)
        self.query_one("#phrase-preview", VerticalScroll).scroll_home(animate=False)
        self._note("")

    def _note(self, words: str) -> None:
        self._dropping = ""
        self.query_one("#phrase-note", Static).update(Content(words))


class PhraseScreen(ModalScreen[Put | None]):
    """Write a phrase: its title, whose it is, its text. ``problem`` says why it could not be kept before."""

    AUTO_FOCUS = "#phrase-title"
    BINDINGS = [
        Binding("ctrl+s", "save", show=False),
        Binding("escape", "leave", show=False),
    ]

    def __init__(self, phrase: Phrase, problem: str = "") -> None:
        super().__init__()
        self._phrase = phrase
        self._problem = problem
        self._kept: Phrase | None = None
        self._leaving = False

    def compose(self) -> ComposeResult:
        one = self._phrase
        kind = PhraseKind.OWN if one.kind is PhraseKind.LIBRARY else one.kind
        kinds = [(_("bara min egen"), PhraseKind.OWN), (_("hela enhetens"), PhraseKind.UNIT)]
        with Dialog(classes="wide", id="phrase-dialog"):
            yield Static(Content.styled(self._title(), "bold"))
            with Grid(classes="form"):
                yield Label(_("Rubrik"))
                yield Field(
                    clean_line(one.title),
                    max_length=services.phrases.LONGEST_TITLE,
                    select_on_focus=False,
                    id="phrase-title",
                )
                yield Label(_("Vems"))
                yield Select(kinds, value=kind, allow_blank=False, compact=True, id="phrase-kind")
            yield Area(one.text, id="phrase-area")
            yield Static(
                Content(" ".join(f"{{{name}}}" for name in services.phrases.KNOWN) + _(FILLED)),
                classes="dialog-note",
            )
            yield Static(Content(self._problem), id="phrase-problem", classes="dialog-problem")
            yield Static(_("Tab nästa fält   Ctrl+S spara   Esc tillbaka"), id="phrase-keys")

    def on_mount(self) -> None:
        self._kept = None if self._problem else self._written()

    def on_input_changed(self) -> None:
        self._written_more()

    def on_text_area_changed(self) -> None:
        self._written_more()

    def action_save(self) -> None:
        try:
            written = services.phrases.cleaned(self._written())
        except BadInput as error:
            self._say(explain(error))
        else:
            self.dismiss(Put(written))

    def action_leave(self) -> None:
        """What has been written is thrown away only by a second press."""
        if self._leaving or self._written() == self._kept:
            self.dismiss(None)
        else:
            self._say(_("Det är inte sparat. Esc en gång till kastar det, Ctrl+S sparar."))
            self._leaving = True

    def _title(self) -> str:
        if not self._phrase.id:
            return _("Ny fras")
        if self._phrase.kind is PhraseKind.LIBRARY:
            return _("En fras som står i stället för bibliotekets")
        return _("Ändra fras")

    def _written(self) -> Phrase:
        kind = self.query_one("#phrase-kind", Select).value
        return replace(
            self._phrase,
            title=self.query_one("#phrase-title", Field).value,
            text=self.query_one("#phrase-area", Area).text,
            kind=PhraseKind(str(kind)),
        )

    def _written_more(self) -> None:
        if self._leaving:
            self._leaving = False
            self._say("")

    def _say(self, words: str) -> None:
        self.query_one("#phrase-problem", Static).update(Content(words))


def marked(text: str) -> Content:
    """The text with what is still to be filled in standing out."""
    return Content(clean_text(text)).highlight_regex(PLACEHOLDER, style="bold $warning")


def _name(one: Phrase) -> Content:
    return Content(clean_line(one.title))


class _Titles(OptionList, can_focus=False):
    """The titles. The cursor is moved from the line one types in, which keeps the focus."""
