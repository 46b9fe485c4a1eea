"""Messages that cross from threads to the screens."""

from textual.message import Message

from p24tui.store.values import Notice


class FeedSpoke(Message):
    """The change feed has said something."""

    def __init__(self, notice: Notice) -> None:
        super().__init__()
        self.notice = notice


class TerminalWent(Message):
    """Nobody sees what the console paints any longer."""
