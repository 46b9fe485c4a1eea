"""What a key of the console is: where it acts, what it leads to, and how it is written."""

from enum import StrEnum

from msgspec import Struct

from p24tui.tui.key_names import shown


class Where(StrEnum):
    """Where a key acts. Letters act on the list and on an open case, never while one types."""

    EVERYWHERE = "everywhere"
    LIST = "list"
    CASE = "case"
    COMPOSER = "composer"
    PLACE = "place"
    VIDEO = "video"
    CLOSING = "closing"
    REGISTRATION = "registration"
    OVERVIEW = "overview"
    LOG_CONTROL = "log-control"


class Key(Struct, frozen=True):
    """A key, the action of the desk that it leads to, its label in the key bar and a sentence for the help.

    ``key`` may be several with commas between. ``id`` is needed only where an action has several rows.
    """

    key: str
    action: str
    label: str
    help: str
    where: tuple[Where, ...]
    in_bar: bool = True
    id: str = ""

    @property
    def setting(self) -> str:
        """What the row is called in the settings."""
        return self.id or self.action

    @property
    def of_app(self) -> bool:
        """Whether the action is the console's, and not one of its screens'."""
        return self.action in {"command_palette", "help", "lock", "quit"}

    @property
    def target(self) -> str:
        """The action as Textual finds it."""
        return f"app.{self.action}" if self.of_app else f"screen.{self.action}"

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key of the row, by Textual's names."""
        return tuple(self.key.split(","))

    @property
    def name(self) -> str:
        """How the key is written on the screen; the first where there are several."""
        return shown(self.keys[0])

    @property
    def names(self) -> str:
        """How every key of the row is written."""
        return ", ".join(map(shown, self.keys))
