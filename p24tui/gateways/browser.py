"""The workstation's browser: Edge where it is, for that is what staff use (NA-5); and a QR code where there is none.

A browser that runs in the terminal would take the console's place, so none of those is ever started; nor does one that
has its own window get to write on the terminal.
"""

import os
import shutil
import sys
import webbrowser
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from p24tui.gateways.detached import start
from p24tui.routine.rule import rule

QUIET_ZONE = 4
"""Light modules that a reader wants around a QR code."""

_EDGE_NAMES = ("microsoft-edge", "microsoft-edge-stable", "msedge")
_EDGE_ON_MAC = "Microsoft Edge"
_IN_TERMINAL = frozenset({"elinks", "links", "links2", "lynx", "w3m", "www-browser"})
_EDGE_IN_REGISTRY = r"SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\msedge.exe"

_HALVES = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


class Opened(StrEnum):
    """Where an address was opened."""

    EDGE = "edge"
    BROWSER = "browser"
    NOWHERE = "nowhere"
    """There is no browser that this person would see: show the address, and its QR code."""


@rule("NA-5")
def open_address(address: str, environ: Mapping[str, str] | None = None) -> Opened:
    """Open a web address in this workstation's browser, and say where it was opened. Does not wait for it.

    ``environ`` is the process's own environment unless it is given. Raises ``ValueError`` for what is no web address.
    """
    if not address.startswith(("https://", "http://")):
        raise ValueError("a browser is given web addresses only")  # "--…" would be an option, "file:" a file
    if not has_screen(os.environ if environ is None else environ):
        return Opened.NOWHERE
    for command in _edge(address):
        if start(command):
            return Opened.EDGE
    command = _other(address)
    return Opened.BROWSER if command and start(command) else Opened.NOWHERE


def qr_rows(address: str) -> tuple[str, ...]:
    """The QR code of the address as rows of text, two modules to a character, with its quiet zone.

    Blocks are the dark modules: draw it black on white, whatever the theme. An address of at most 78 characters takes
    41 columns and 21 rows, one of at most 106 takes 45 and 23: a link to join fits on 80×24. The address of a room with
    its token, of about 600, takes some 90 columns and 45 rows, and does not.
    """
    import segno  # 30 ms, which the start of the console does not have

    code = segno.make(address, error="l", micro=False)
    modules = [[bool(one) for one in row] for row in code.matrix_iter(border=QUIET_ZONE)]
    if len(modules) % 2:
        modules.append([False] * len(modules[0]))
    pairs = zip(modules[::2], modules[1::2], strict=True)
    return tuple("".join(_HALVES[one] for one in zip(upper, lower, strict=True)) for upper, lower in pairs)


def has_screen(environ: Mapping[str, str]) -> bool:
    """Whether a window that is opened here is seen by the one at the console."""
    if environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"):
        return False
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def _edge(address: str) -> list[list[str]]:
    """The commands that may open the address in Edge, those of programs that are there."""
    if sys.platform == "darwin":
        return [["open", "-a", _EDGE_ON_MAC, address]] if _is_on_mac(_EDGE_ON_MAC) else []
    found = [path for name in _EDGE_NAMES if (path := shutil.which(name)) is not None]
    return [[path, address] for path in [*found, *_edge_on_windows()]]


def _edge_on_windows() -> list[str]:
    """Where Windows knows Edge to be; nothing on other platforms."""
    found: list[str] = []
    if sys.platform == "win32":
        import winreg

        for root in (winreg.HKEY_CURRENT_USER, winreg.HKEY_LOCAL_MACHINE):
            try:
                path = winreg.QueryValue(root, _EDGE_IN_REGISTRY)
            except OSError:
                continue
            if Path(path).is_file():
                found.append(path)
    return found


def _is_on_mac(application: str) -> bool:
    folders = (Path("/Applications"), Path.home() / "Applications")
    return any((folder / f"{application}.app").exists() for folder in folders)


def _other(address: str) -> list[str]:
    """The command of the browser that this person has chosen; empty where that is none with a window of its own."""
    if sys.platform == "win32":
        return ["rundll32", "url.dll,FileProtocolHandler", address]
    if sys.platform == "darwin":
        return ["open", address]
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return []
    # Exactly this class is for those that are waited for in the terminal, such as whatever BROWSER names.
    if type(browser) is webbrowser.GenericBrowser or Path(browser.name).name in _IN_TERMINAL:
        return []
    # ``browser.open`` would wait for some, and let others write on our terminal.
    return [browser.name, *_arguments(browser, address)]


def _arguments(browser: webbrowser.BaseBrowser, address: str) -> list[str]:
    if isinstance(browser, webbrowser.BackgroundBrowser):
        return [one.replace("%s", address) for one in browser.args]
    return [address]
