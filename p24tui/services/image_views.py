"""What the images of a case are to whoever shows them: plain values."""

from pathlib import Path

from msgspec import Struct

from p24tui.gateways.file_check import FileFacts
from p24tui.gateways.image_decode import Picture
from p24tui.routine.images import Exported
from p24tui.store.values import Attachment, AttachmentLine


class FileLine(Struct, frozen=True):
    """A file of a case: what it is by its content, or the key of why it is not taken; and where one has it, if one has.

    ``exported`` is one's own latest taking out of it. ``is_there`` says that it lies in this machine's storage now.
    """

    file: AttachmentLine
    facts: FileFacts | None
    problem: str = ""
    exported: Exported | None = None
    is_there: bool = False


class OpenedFile(Struct, frozen=True):
    """A file as it is shown. ``picture`` is there for an image that can be drawn, else ``problem`` may say why not."""

    file: Attachment
    facts: FileFacts | None
    problem: str = ""
    picture: Picture | None = None


class Viewed(Struct, frozen=True):
    """A file in the temporary storage that has been given to the system's viewer, where there ``is_viewer`` one."""

    exported: Exported
    path: Path
    is_viewer: bool
