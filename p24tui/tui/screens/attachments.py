"""The files that came with a case: what they are, how they look, and how they fare in the temporary storage (IM)."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Center, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from p24tui.i18n import _
from p24tui.services.image_views import FileLine, OpenedFile
from p24tui.store.values import Attachment
from p24tui.text import clean_line, clean_text
from p24tui.tui.file_page import facts_words, files_page, problem_words, size_words, standing_words
from p24tui.tui.places import Page
from p24tui.tui.screens.list_dialog import ListDialog
from p24tui.tui.screens.scrolled import ScrolledScreen
from p24tui.tui.widgets.dialog import Dialog
from p24tui.tui.widgets.picture import Way, picture_widget

SHOWN_BYTES = 100_000
"""How much of a text is shown."""


class Deed(StrEnum):
    """What one can do with a file."""

    SHOW = "show"
    EXPORT = "export"
    VIEW = "view"
    JOURNAL = "journal"
    NEEDS_NONE = "needs-none"


class AttachmentsScreen(ListDialog[tuple[FileLine, ...], None]):
    """The files of one case. ``do`` is told what one wants of a file; what comes of it is shown here."""

    NAME = "files"
    BINDINGS = [
        Binding("x", "do('export')", show=False),
        Binding("v", "do('view')", show=False),
        Binding("j", "do('journal')", show=False),
        Binding("k", "do('needs-none')", show=False),
    ]

    def __init__(self, name: str, folder: str, before: timedelta, do: Callable[[FileLine, Deed], None]) -> None:
        super().__init__(_("Bilagor · {name}").format(name=name))
        self._folder = folder
        self._before = before
        self._do = do
        self._taking_back = False

    @property
    def files(self) -> tuple[FileLine, ...]:
        """What is shown."""
        return self._shown[0] if self._shown else ()

    def page(self, shown: tuple[FileLine, ...], now: datetime) -> Page:
        return files_page(shown, now, self._before)

    def advice(self) -> Content:
        chosen = self._chosen()
        words = standing_words(chosen, self._folder) if chosen is not None else ""
        said = Content.styled(f"{self._said}\n", "bold $warning") if self._said else Content("")
        return Content.assemble(said, words)

    def keys(self) -> Iterable[str]:
        return keys_for(self._chosen())

    def forget(self) -> None:
        super().forget()
        self._taking_back = False

    def action_do(self, deed: str) -> None:
        chosen, wanted = self._chosen(), Deed(deed)
        if chosen is None:
            return
        takes_back = wanted is Deed.NEEDS_NONE and chosen.exported is not None and bool(chosen.exported.shows)
        asks, self._taking_back = takes_back and not self._taking_back, takes_back
        if wanted not in deeds_for(chosen):
            self.say(why_not(chosen, wanted))
        elif asks:
            self.say(_("Du har sagt att den finns i Vidiview. k en gång till tar tillbaka det."))
        else:
            self.forget()
            self._do(chosen, wanted)

    def action_open_row(self) -> None:
        self.action_do(Deed.SHOW)

    def _chosen(self) -> FileLine | None:
        return next((one for one in self.files if one.file.id == self._list.cursor_id), None)


class FileScreen(ScrolledScreen[None]):
    """One file: its text; or of what is no text, what it is, and why it is not shown."""

    BINDINGS = [Binding("enter", "leave", show=False)]

    def __init__(self, opened: OpenedFile, name: str) -> None:
        super().__init__("file-text")
        self._opened = opened
        self._patient = name

    def compose(self) -> ComposeResult:
        with Dialog(classes="wide"):
            yield Static(title_of(self._opened.file, self._patient), classes="dialog-title")
            if self._opened.problem:
                yield Static(Content(problem_words(self._opened.problem)), classes="dialog-problem")
            with self.scrolled:
                yield Static(Content(self._words()))
            yield Static(_("↑ ↓ rulla   Esc tillbaka"), classes="dialog-keys")

    def _words(self) -> str:
        file, facts = self._opened.file, self._opened.facts
        if facts.kind == "text" if facts is not None else file.content_type.startswith("text/"):
            return clean_text(file.data[:SHOWN_BYTES].decode(errors="replace"))
        if facts is not None:
            words = _("{what}. Den visas inte här: spara den i mellanlagringen och öppna den därifrån.")
            return words.format(what=facts_words(facts, file.size))
        return f"{clean_line(file.content_type)}, {size_words(file.size)}"


class ImageScreen(ModalScreen[None]):
    """One image, as large as the window lets it be."""

    BINDINGS = [Binding("escape,enter", "leave", show=False)]

    def __init__(self, opened: OpenedFile, name: str, way: Way) -> None:
        super().__init__()
        self._opened = opened
        self._patient = name
        self._way = way

    def compose(self) -> ComposeResult:
        file, facts, picture = self._opened.file, self._opened.facts, self._opened.picture
        with Vertical(id="image-dialog"):
            yield Static(title_of(file, self._patient), id="image-title")
            with Center(id="image-frame"):
                if picture is not None:
                    yield picture_widget(picture, self._way)
            what = facts_words(facts, file.size) if facts is not None else ""
            keys = _("Esc tillbaka   {what}   Grov bild: v i listan öppnar bildvisaren")
            yield Static(Content(keys.format(what=what)), id="image-keys")

    def action_leave(self) -> None:
        self.dismiss()


def title_of(file: Attachment, name: str) -> Content:
    """What a file is called, and whose it is."""
    return Content.styled(f"{clean_line(file.title)} · {name}", "bold")


def deeds_for(one: FileLine) -> frozenset[Deed]:
    """What can be done with a file as it stands."""
    if one.facts is None:
        return frozenset({Deed.SHOW})
    deeds = {Deed.SHOW, Deed.VIEW} | (set() if one.is_there else {Deed.EXPORT})
    return frozenset(deeds | ({Deed.JOURNAL, Deed.NEEDS_NONE} if one.exported is not None else set()))


def why_not(one: FileLine, deed: Deed) -> str:
    """Why a file as it stands cannot have this done with it."""
    if one.facts is None:
        return _("Filen öppnas inte och sparas inte ut härifrån.")
    if deed is Deed.EXPORT:
        return _("Den ligger redan i mellanlagringen.")
    return _("Spara först ut den med x.")


def keys_for(one: FileLine | None) -> list[str]:
    """The keys that do something with a file."""
    words = {
        Deed.SHOW: _("Enter visa"),
        Deed.EXPORT: _("x spara ut"),
        Deed.VIEW: _("v bildvisare"),
        Deed.JOURNAL: _("j journalförd"),
        Deed.NEEDS_NONE: _("k behövs inte"),
    }
    deeds = deeds_for(one) if one is not None else frozenset[Deed]()
    return [*(said for deed, said in words.items() if deed in deeds), _("Esc tillbaka")]
