"""The console in a browser: its keys and what it paints go by way of the server that has started it (NA-5)."""

import os
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Literal, TextIO

from textual.app import App
from textual.drivers.web_driver import WebDriver

from p24tui.tui.messages import TerminalWent


class BrowserDriver(WebDriver):
    """Textual's own, but that it says when the browser has gone, and that no file leaves by it."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._write = partial(_write_while_read, self.fileno)

    def run_input_thread(self) -> None:
        """Until the server lets go: the tab is closed, the line is cut, or the server itself has died."""
        super().run_input_thread()
        if not self.exit_event.is_set():
            self._app.post_message(TerminalWent())

    def deliver_binary(
        self,
        binary: BinaryIO | TextIO,
        *,
        delivery_key: str,
        save_path: Path,
        open_method: Literal["browser", "download"] = "download",
        encoding: str | None = None,
        mime_type: str | None = None,
        name: str | None = None,
    ) -> None:
        """Nothing: a file is shown from the temporary storage, which empties itself; a downloaded one would stay."""
        binary.close()


def _write_while_read(descriptor: int, data: bytes) -> int:
    """A console that nobody reads any longer must live on until it has kept what was typed."""
    with suppress(BrokenPipeError):
        return os.write(descriptor, data)
    return len(data)
