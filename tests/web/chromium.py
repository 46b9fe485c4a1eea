"""A real Chromium, driven over the DevTools protocol through its pipe, and what its terminals show."""

import base64
import json
import os
import select
import shutil
import subprocess
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import pyte

from tests.acceptance.start_console import UNREADABLE

PATIENCE = 60.0
"""Seconds for each thing that is waited for; a slow machine that is busy with other tests is meant."""

COLUMNS, ROWS = 200, 80
"""More than any page here has: what it shows stands in the upper left."""

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--no-default-browser-check"),
    *("--disable-dev-shm-usage", "--disable-extensions", "--hide-scrollbars", "--window-size=1280,800"),
    *("--password-store=basic", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
)
KEYS = {"Enter": 13, "Escape": 27}


class Unseen(Exception):
    """Something did not come true in time."""


def path() -> str | None:
    """Where Chromium is."""
    return shutil.which("chromium")


class Chromium:
    """The browser. It reaches this machine alone; ``outside`` is whatever else it was to ask for."""

    def __init__(self, profile: Path) -> None:
        to_us, from_it = os.pipe()
        to_it, from_us = os.pipe()
        found = path()
        assert found is not None
        # Chromium reads its pipe at 3 and writes at 4.
        given = ["bash", "-c", f'exec "$@" 3<&{to_it} 4>&{from_it}', "chromium", found, *FLAGS]
        self._process = subprocess.Popen(
            [*given, f"--user-data-dir={profile}", "--remote-debugging-pipe", "about:blank"],
            pass_fds=(to_it, from_it),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "HOME": str(profile), "LANG": "C.UTF-8"},
            start_new_session=True,
        )
        os.close(to_it)
        os.close(from_it)
        self._reads, self._writes = to_us, from_us
        self._unread = b""
        self._asked = 0
        self.heard: deque[dict[str, Any]] = deque()
        self.pages: dict[str, Page] = {}

    def open(self, address: str) -> "Page":
        """A new tab at this address."""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = self.pages[session] = Page(self, target, session)
        for domain in ("Page", "Network", "Runtime", "Log"):
            page.ask(f"{domain}.enable")
        page.go(address)
        return page

    def addresses(self) -> list[str]:
        """What stands in the tabs."""
        return [one["url"] for one in self.ask("Target.getTargets")["targetInfos"] if one["type"] == "page"]

    def ask(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        """Carry out one command of the protocol."""
        self._asked += 1
        message = {"id": self._asked, "method": method, "params": params}
        os.write(self._writes, json.dumps(message | ({"sessionId": session} if session else {})).encode() + b"\0")
        answer = self._next(lambda said: said.get("id") == self._asked)
        if "error" in answer:
            raise Unseen(f"{method}: {answer['error']['message']}")
        result: dict[str, Any] = answer["result"]
        return result

    def listen(self, seconds: float) -> None:
        """Take in what the pages have received, for at most so long."""
        if select.select([self._reads], [], [], seconds)[0]:
            self._take_in()

    def wait(self, is_true: Callable[[], object], what: str) -> None:
        """Until this is true."""
        deadline = time.monotonic() + PATIENCE
        while not is_true():
            if time.monotonic() > deadline:
                raise Unseen(what)
            self.listen(0.05)

    def close(self) -> None:
        """End it, and all that it has started."""
        os.close(self._writes)
        os.close(self._reads)
        self._process.terminate()
        self._process.wait(PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _next(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE
        while True:
            for said in list(self.heard):
                self.heard.remove(said)
                if wanted(said):
                    return said
            if time.monotonic() > deadline:
                raise Unseen("Chromium does not answer")
            self.listen(1.0)

    def _take_in(self) -> None:
        self._unread += os.read(self._reads, 1 << 20)
        *whole, self._unread = self._unread.split(b"\0")
        for text in whole:
            said = json.loads(text)
            page = self.pages.get(said.get("sessionId", ""))
            if "id" in said:
                self.heard.append(said)
            elif page is not None:
                page.hear(said["method"], said["params"])


class Page:
    """A tab. ``shown`` is its terminal as a person sees it, made from what came over its WebSocket."""

    def __init__(self, browser: Chromium, target: str, session: str) -> None:
        self._browser = browser
        self._target = target
        self._session = session
        self.statuses: dict[str, int] = {}
        self.headers: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self._socket = ""
        self.forget()

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Carry out one command of the protocol in this tab."""
        return self._browser.ask(method, self._session, **params)

    def go(self, address: str) -> None:
        """Go to the address, with an empty terminal."""
        self.forget()
        self.ask("Page.navigate", url=address)

    def reload(self) -> None:
        """Load the page anew."""
        self.forget()
        self.ask("Page.reload")

    def ask_for_card(self) -> None:
        """Load the page anew, as a console that is locked asks for."""
        self.forget()
        self.evaluate("window.open('/', '_self')")

    def close(self) -> None:
        """Close the tab."""
        del self._browser.pages[self._session]
        self._browser.ask("Target.closeTarget", targetId=self._target)

    def shown(self) -> str:
        """The terminal's screen."""
        return "\n".join(line.rstrip() for line in self._screen.display).rstrip()

    def see(self, text: str) -> None:
        """Wait until the text stands on the terminal."""
        try:
            self._browser.wait(lambda: text in self.shown(), f"{text!r} was not seen")
        except Unseen as error:
            raise Unseen(f"{error}. The page: {self.text()}\n{self.complaints}\n{self.shown()}") from None

    def lose(self, text: str) -> None:
        """Wait until the text stands on the terminal no longer."""
        self._browser.wait(lambda: text not in self.shown(), f"{text!r} is still seen")

    def read(self, text: str) -> None:
        """Wait until the text stands on the page itself, where one sees it."""
        try:
            self._browser.wait(lambda: text in self.text(), f"{text!r} was not read")
        except Unseen as error:
            raise Unseen(f"{error}. The page: {self.text()}\n{self.shown()}") from None

    def text(self) -> str:
        """The words of the page that one sees, but the terminal's."""
        return str(self.evaluate("document.body ? document.body.innerText : ''"))

    def evaluate(self, expression: str) -> Any:
        """What the expression is in the page."""
        return self.ask("Runtime.evaluate", expression=expression, userGesture=True)["result"].get("value")

    def press(self, key: str) -> None:
        """Press a key: a character, one of ``KEYS``, or Ctrl+ and a letter."""
        held, _plus, key = key.rpartition("+") if key.startswith("Ctrl+") else ("", "", key)
        told = {"key": key, "windowsVirtualKeyCode": KEYS.get(key, ord(key[0].upper())), "modifiers": 2 if held else 0}
        text = "" if held else "\r" if key == "Enter" else key if len(key) == 1 else ""
        self.ask("Input.dispatchKeyEvent", type="keyDown", text=text, **told)
        self.ask("Input.dispatchKeyEvent", type="keyUp", **told)

    def picture(self) -> bytes:
        """The tab as PNG."""
        return base64.b64decode(self.ask("Page.captureScreenshot", format="png")["data"])

    def hear(self, method: str, params: dict[str, Any]) -> None:
        """Something has happened in the tab."""
        if method == "Network.webSocketFrameReceived" and params["response"]["opcode"] == 2:
            # Until the page has gone, the console before still paints.
            if params["requestId"] == self._socket:
                painted = base64.b64decode(params["response"]["payloadData"])
                self._stream.feed(UNREADABLE.sub(b"", painted))
        elif method == "Network.requestWillBeSent":
            self.asked.append(params["request"]["url"])
        elif method == "Network.webSocketCreated":
            self.asked.append(params["url"])
            self._socket = params["requestId"]
        elif method == "Network.responseReceived":
            self.statuses[params["response"]["url"]] = params["response"]["status"]
            self.headers[params["response"]["url"]] = params["response"]["headers"]
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(str(params["exceptionDetails"]))
        elif method == "Log.entryAdded":
            self.complaints.append(params["entry"]["text"])

    def forget(self) -> None:
        """What the terminal has shown until now, and the console that painted it."""
        self._socket = ""
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)
