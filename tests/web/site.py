"""A whole site: the server for browsers in a process of its own, behind a proxy, for the unit's people."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from p24tui.clock import SystemClock
from p24tui.routine.shift import ShiftKind
from p24tui.services import shift
from tests.web.authority import Authority
from tests.web.chromium import PATIENCE, Unseen
from tests.web.proxy import Proxy
from tests.world import UNIT, World

ROOT = Path(__file__).resolve().parent.parent.parent
SECRET = "det-som-bara-proxyn-och-servern-vet"
_PORT = re.compile(r":(\d+)")
DATABASE_SECRET = "skyddad-adress"


@dataclass(slots=True)
class Site:
    """``process`` is the server's; ``proxy`` is what browsers reach."""

    process: subprocess.Popen[str]
    proxy: Proxy
    authority: Authority

    @property
    def address(self) -> str:
        """Where browsers go."""
        return self.proxy.address

    def card(self, who: str) -> None:
        """Whose card lies in the reader from now on."""
        self.proxy.card = self.authority.card(who)

    def consoles(self) -> list[psutil.Process]:
        """The console processes that run."""
        return list(psutil.Process(self.process.pid).children())

    def until(self, count: int) -> list[psutil.Process]:
        """The console processes, once there are so many."""
        deadline = time.monotonic() + PATIENCE
        while len(found := self.consoles()) != count:
            if time.monotonic() > deadline:
                raise Unseen(f"{len(found)} consoles run, not {count}")
            time.sleep(0.05)
        return found


@contextmanager
def site(world: World, folder: Path, *on_shift: str, **more: str) -> Iterator[Site]:
    """A site on the world's data; who is on shift is not asked for one. ``more`` is in the server's environment."""
    real = replace(world.system, clock=SystemClock())
    for who in on_shift:
        shift.start(real, world.actor(who), ShiftKind.CHAT)
    proxy = Proxy(SECRET)
    authority = Authority(folder / "authority", SystemClock().now())
    environ = {
        **{name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ},
        "P24TUI_HOME": str(world.system.settings.home),
        "P24TUI_UNIT": UNIT,
        "P24TUI_WEB_ADDRESS": proxy.address,
        "P24TUI_WEB_PORT": "0",
        "P24TUI_WEB_PROXY_SECRET": SECRET,
        **authority.settings,
        **more,
    }
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "p24tui", "web"],
            cwd=ROOT,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        assert said, (folder / "server.log").read_text()
        proxy.to = int(_PORT.findall(said)[0])
        yield Site(process, proxy, authority)
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        finally:
            process.kill()
            proxy.close()
