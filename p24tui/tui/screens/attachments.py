"""The files that came with a case: what they are, how they look, and how they fare in the temporary storage (IM)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Center, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from p24tui.i18n import _
from p24tui.services.image_views import FileLine, OpenedFile
from p24tui.store.values import Attachment
from p24tui.text import clean_line, clean_text
from p24tui.tui.file_page import facts_words, files_page, problem_words, size_words, standing_words
from p24tui.tui.widgets.picture import Way, picture_widget
from p24tui.tui.widgets.place import PlaceList, PlaceNote

SHOWN_BYTES = 100_000
"""How much of a text is shown."""


class Deed(StrEnum):
    """What one can do with a file."""

    SHOW = "show"
    EXPORT = "export"
    VIEW = "view"
    JOURNAL = "journal"
    NEEDS_NONE = "needs-none"


class AttachmentsScreen(ModalScreen[None]):
    """The files of one case. ``do`` is told what one wants of a file; what comes of it is shown here."""

    BINDINGS = [
        Binding("x", "do('export')", show=False),
        Binding("v", "do('view')", show=False),
        Binding("j", "do('journal')", show=False),
        Binding("k", "do('needs-none')", show=False),
    ]

    def __init__(self, name: str, folder: str, before: timedelta, do: Callable[[FileLine, Deed], None]) -> None:
        super().__init__()
        self._patient = name
        self._folder = folder
        self._before = before
        self._do = do
        self._shown: tuple[tuple[FileLine, ...], datetime] | None = None
        self._stands_there = False
        self._said = ""
        self._taking_back = False
        self._note = PlaceNote()
        self._list = PlaceList()
        self._advice = Static(id="files-advice")
        self._keys = Static(classes="dialog-keys")

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog wide", id="files-dialog"):
            yield Static(Content.styled(_("Bilagor · {name}").format(name=self._patient), "bold"))
            yield self._note
            yield self._list
            yield self._advice
            yield self._keys

    def on_mount(self) -> None:
        self._list.focus()
        self._stands_there = True
        self._paint(anew=True)

    @property
    def files(self) -> tuple[FileLine, ...]:
        """What is shown."""
        return self._shown[0] if self._shown else ()

    def show(self, files: tuple[FileLine, ...], now: datetime) -> None:
        """Show these, with the cursor on the one it was on."""
        anew, self._shown = self._shown is None, (files, now)
        if self._stands_there:
            self._paint(anew=anew)

    def say(self, words: str) -> None:
        """Say what came of it, where the advice stands, until one moves on."""
        self._said = words
        self._advise()

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
            self._said, self._taking_back = "", False
            self._do(chosen, wanted)

    def action_open_row(self) -> None:
        self.action_do(Deed.SHOW)

    def on_place_list_chosen(self, _message: PlaceList.Chosen) -> None:
        self.action_open_row()

    def on_place_list_moved(self, _message: PlaceList.Moved) -> None:
        self._said, self._taking_back = "", False
        self._advise()

    def action_show_list(self) -> None:
        self.dismiss(None)

    def _paint(self, *, anew: bool) -> None:
        if self._shown is None:
            return
        files, now = self._shown
        page = files_page(files, now, self._before)
        self._note.cells = page.above
        self._list.show(page, anew=anew)
        self._advise()

    def _chosen(self) -> FileLine | None:
        return next((one for one in self.files if one.file.id == self._list.cursor_id), None)

    def _advise(self) -> None:
        chosen = self._chosen()
        words = standing_words(chosen, self._folder) if chosen is not None else ""
        said = Content.styled(f"{self._said}\n", "bold $warning") if self._said else Content("")
        self._advice.update(Content.assemble(said, words))
        self._keys.update("   ".join(keys_for(chosen)))


class FileScreen(ModalScreen[None]):
    """One file: its text; or of what is no text, what it is, and why it is not shown."""

    BINDINGS = [Binding("escape,enter", "leave", show=False)]

    def __init__(self, opened: OpenedFile, name: str) -> None:
        super().__init__()
        self._opened = opened
        self._patient = name

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog wide"):
            yield Static(title_of(self._opened.file, self._patient), classes="dialog-title")
            if self._opened.problem:
                yield Static(Content(problem_words(self._opened.problem)), classes="dialog-problem")
            yield Static(Content(self._words()))
            yield Static(_("Esc tillbaka"), classes="dialog-keys")

    def action_leave(self) -> None:
        self.dismiss()

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
