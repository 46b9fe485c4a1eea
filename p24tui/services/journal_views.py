"""What the services of documentation hand to whoever shows it."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from p24tui.routine.documentation import Documented, FormWay, NoteText, Scope
from p24tui.services.views import CaseLine
from p24tui.store.journal_values import DebtRow, JournalNote


class JournalView(Struct, frozen=True):
    """What there is to write down on a case: what is owed, what was settled, and the note as it stands.

    ``prefilled`` is Aktuellt as the case gives it, by what becomes of the form; ``text`` is what one has begun, else
    that. ``answered`` counts the form's answers, ``images`` are the lines of images in Vidiview.
    """

    line: CaseLine
    documented: Documented
    notes: tuple[JournalNote, ...]
    scope: Scope
    prefilled: Mapping[FormWay, str]
    text: NoteText
    answered: int
    images: tuple[str, ...]
    is_begun: bool

    @property
    def has_current(self) -> bool:
        """Whether the note has an Aktuellt: the anamnesis, or what the patient has told since that was written down."""
        return self.scope is Scope.BOTH or any(one.strip() for one in (self.text.current, *self.prefilled.values()))


class Signed(Struct, frozen=True):
    """A note that was signed, and its text as it is copied into VAS."""

    note: JournalNote
    text: str


class OwedLine(Struct, frozen=True):
    """A note that somebody owes, and on which case."""

    line: CaseLine
    debt: DebtRow


class Filed(Struct, frozen=True):
    """A text that lies in the temporary storage, and whether it was opened in the system's viewer."""

    path: Path
    is_open: bool


class ReportPart(StrEnum):
    """A part of the anamnesis report, which can be copied by itself."""

    FORM = "form"
    CHAT = "chat"
    FILES = "files"


class AnamnesisReport(Struct, frozen=True):
    """What a case tells, as text by its parts; a part that has nothing is not there."""

    line: CaseLine
    parts: Mapping[ReportPart, str]
