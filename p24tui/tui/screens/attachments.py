"""The files that came with a case: which they are, and the text of those that are text."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from p24tui.i18n import _
from p24tui.store.values import Attachment, AttachmentLine
from p24tui.text import clean_line, clean_text
from p24tui.tui.entries import file_words

SHOWN_BYTES = 100_000
"""How much of a text is shown."""


class AttachmentsScreen(ModalScreen[str | None]):
    """Ends with the id of the file to open."""

    BINDINGS = [Binding("escape", "leave", show=False)]

    def __init__(self, files: tuple[AttachmentLine, ...]) -> None:
        super().__init__()
        self._files = files

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Content.styled(_("Bilagor"), "bold"), classes="dialog-title")
            if self._files:
                yield OptionList(*(Option(Content(file_words(one))) for one in self._files), id="files", markup=False)
                yield Static(_("Enter öppna, det loggas   Esc tillbaka"), classes="dialog-keys")
            else:
                yield Static(_("Ärendet har inga bilagor."))
                yield Static(_("Esc tillbaka"), classes="dialog-keys")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._files[event.option_index].id)

    def action_leave(self) -> None:
        self.dismiss(None)


class AttachmentScreen(ModalScreen[None]):
    """One file: its text, or of what is no text, what it is."""

    BINDINGS = [Binding("escape,enter", "leave", show=False)]

    def __init__(self, file: Attachment, name: str) -> None:
        super().__init__()
        self._file = file
        self._name = name

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog wide"):
            yield Static(
                Content.styled(f"{clean_line(self._file.title)} · {self._name}", "bold"), classes="dialog-title"
            )
            yield Static(Content(self._words()))
            yield Static(_("Esc tillbaka"), classes="dialog-keys")

    def action_leave(self) -> None:
        self.dismiss()

    def _words(self) -> str:
        if self._file.content_type.startswith("text/"):
            return clean_text(self._file.data[:SHOWN_BYTES].decode(errors="replace"))
        kind, size = clean_line(self._file.content_type), self._file.size // 1024 + 1
        return _("{kind}, {size} kB. Bilder visas inte i konsolen ännu.").format(kind=kind, size=size)
