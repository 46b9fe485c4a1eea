"""What opens in a browser opens in Edge (NA-5), never in the terminal; and a QR code that others can read."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import segno

from p24tui.clock import SetClock
from p24tui.gateways import browser
from p24tui.gateways.browser import QUIET_ZONE, Opened, open_address, qr_rows
from p24tui.gateways.video import Jitsi
from tests.gateways import peers_process

ADDRESS = "https://video.example.se/rum?jwt=a.b.c&x=$(touch%20x);`y`'\"|z"
"""With all that a shell would make something of."""

JOIN = "https://mottagning.regionhalland.example/v/" + "a" * 22

OPEN = """
import sys
from p24tui.gateways.browser import open_address
print(open_address(sys.argv[1]))
"""

SCREEN = {"DISPLAY": ":99"}
SSH = {"SSH_CONNECTION": "192.0.2.1 5 192.0.2.2 22"}

linux = pytest.mark.skipif(sys.platform != "linux", reason="the programs that stand for browsers are shell scripts")


def program(folder: Path, name: str, ends: str = "exit 0") -> None:
    """A program that notes what it was given, and chatters."""
    path = folder / name
    lines = [
        "#!/bin/sh",
        "PATH=/usr/bin:/bin",
        f'printf "%s\\n" "$0" "$@" >"{folder}/given.part"',
        f'[ -t 0 ] && echo tty >>"{folder}/given.part"',
        f'mv "{folder}/given.part" "{folder}/given"',
        "echo chatter; echo chatter >&2",
        ends,
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    path.chmod(0o755)


def opened(folder: Path, environ: Mapping[str, str], address: str = ADDRESS) -> str:
    """Where another process opens it, which has only the programs of the folder."""
    done = subprocess.run(
        [sys.executable, "-c", OPEN, address],
        env={"PATH": str(folder), "HOME": str(folder), **environ},
        cwd=Path(browser.__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout


def given(folder: Path) -> list[str]:
    """The name that the program was called by, and what it was given."""
    deadline = time.monotonic() + 10
    while not (folder / "given").exists():
        assert time.monotonic() < deadline, "no program was started"
        time.sleep(0.01)
    name, *arguments = (folder / "given").read_text(encoding="utf-8").splitlines()
    return [Path(name).name, *arguments]


@linux
class TestOpening:
    @pytest.mark.rule("NA-5")
    @pytest.mark.parametrize("name", ["microsoft-edge", "microsoft-edge-stable", "msedge"])
    def test_edge_opens_it_where_it_is(self, tmp_path: Path, name: str) -> None:
        program(tmp_path, name)
        program(tmp_path, "firefox")
        assert opened(tmp_path, SCREEN) == "edge\n"  # and nothing of the chatter
        assert given(tmp_path) == [name, ADDRESS]

    @pytest.mark.rule("NA-5")
    def test_else_the_browser_that_is_there(self, tmp_path: Path) -> None:
        program(tmp_path, "firefox")
        assert opened(tmp_path, {"WAYLAND_DISPLAY": "wayland-0", **SCREEN}) == "browser\n"
        assert given(tmp_path) == ["firefox", ADDRESS]

    def test_one_that_the_person_has_chosen_in_the_background(self, tmp_path: Path) -> None:
        program(tmp_path, "own")
        assert opened(tmp_path, {"BROWSER": f"{tmp_path}/own --new %s &", **SCREEN}) == "browser\n"
        assert given(tmp_path) == ["own", "--new", ADDRESS]

    def test_nobody_waits_for_it(self, tmp_path: Path) -> None:
        program(tmp_path, "microsoft-edge", ends="sleep 5")
        began = time.monotonic()
        assert opened(tmp_path, SCREEN) == "edge\n"
        assert time.monotonic() - began < 4

    def test_one_that_cannot_be_started_is_passed_over(self, tmp_path: Path) -> None:
        (tmp_path / "microsoft-edge").write_bytes(b"\x7fELF but no program")
        (tmp_path / "microsoft-edge").chmod(0o755)
        program(tmp_path, "msedge")
        assert opened(tmp_path, SCREEN) == "edge\n"
        assert given(tmp_path) == ["msedge", ADDRESS]

    @pytest.mark.parametrize("name", ["lynx", "w3m", "links", "elinks", "www-browser"])
    @pytest.mark.parametrize("chosen", [True, False])
    def test_none_that_runs_in_the_terminal_is_started(self, tmp_path: Path, name: str, chosen: bool) -> None:
        program(tmp_path, name)
        assert opened(tmp_path, SCREEN | ({"BROWSER": name} if chosen else {})) == "nowhere\n"
        assert not (tmp_path / "given").exists()

    @pytest.mark.rule("NA-5")
    @pytest.mark.parametrize(
        "environ",
        [
            {},
            {"DISPLAY": ""},
            SSH | SCREEN,
            {"SSH_TTY": "/dev/pts/1", **SCREEN},
        ],
        ids=["no screen", "an empty name", "over SSH", "on a terminal over SSH"],
    )
    def test_nothing_is_opened_where_this_person_would_not_see_it(
        self, tmp_path: Path, environ: Mapping[str, str]
    ) -> None:
        program(tmp_path, "microsoft-edge")
        assert opened(tmp_path, environ) == "nowhere\n"
        assert not (tmp_path / "given").exists()

    def test_where_there_is_no_browser_it_is_said(self, tmp_path: Path) -> None:
        assert opened(tmp_path, SCREEN) == "nowhere\n"


@linux
@pytest.mark.parametrize("found", [True, False])
@pytest.mark.rule("NA-5")
def test_on_a_mac_edge_is_asked_for_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: bool) -> None:
    program(tmp_path, "open")
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(browser, "_is_on_mac", lambda _application: found)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/usr/bin{os.pathsep}/bin")
    assert open_address(ADDRESS, {}) is (Opened.EDGE if found else Opened.BROWSER)
    assert given(tmp_path) == (["open", "-a", "Microsoft Edge", ADDRESS] if found else ["open", ADDRESS])


@pytest.mark.parametrize(
    "address", ["", "--version", "file:///etc/passwd", "javascript:alert(1)", " https://a.example"]
)
def test_only_web_addresses_are_opened(address: str) -> None:
    with pytest.raises(ValueError, match="web addresses"):
        open_address(address)


def modules_of(rows: tuple[str, ...]) -> list[str]:
    """The modules that the rows show, 1 for dark."""
    halves = {" ": "00", "▀": "10", "▄": "01", "█": "11"}
    return ["".join(halves[one][half] for one in row) for row in rows for half in (0, 1)]


def room_address() -> str:
    now = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    server = Jitsi("https://video.regionhalland.example", app="vardcentralen", secret="x" * 40, clock=SetClock(now))
    room = server.room("visit-1")
    return server.address(room, "Sara Holm", moderator=True, not_before=now, expires=now + timedelta(hours=4))


class TestTheCode:
    @pytest.mark.parametrize("address", ["https://a.example", JOIN, room_address()], ids=["short", "join", "room"])
    def test_the_rows_show_the_modules_of_the_code(self, address: str) -> None:
        code = segno.make(address, error="l", micro=False)
        expected = ["".join(str(int(bool(one))) for one in row) for row in code.matrix_iter(border=QUIET_ZONE)]
        shown = modules_of(qr_rows(address))
        assert shown[: len(expected)] == expected
        assert set("".join(shown[len(expected) :])) <= {"0"}

    @pytest.mark.parametrize("address", ["https://a.example", JOIN, room_address()], ids=["short", "join", "room"])
    def test_others_read_the_address_from_it(self, address: str) -> None:
        assert peers_process.read(peers_process.needed(), modules=modules_of(qr_rows(address))) == {"text": address}

    def test_a_link_to_join_fits_on_the_smallest_screen_and_the_address_of_a_room_does_not(self) -> None:
        rows = qr_rows(JOIN)
        assert (len(rows[0]), len(rows)) == (41, 21)
        assert len({len(row) for row in rows}) == 1
        most = qr_rows("https://a.example/" + "x" * 88)  # 106
        assert (len(most[0]), len(most)) == (45, 23)
        address = room_address()
        rows = qr_rows(address)
        assert 500 < len(address) < 650
        assert len(rows[0]) > 80
        assert len(rows) > 24

    def test_the_longest_that_a_code_holds(self) -> None:
        assert len(qr_rows("https://a.example/" + "x" * 2800)[0]) == 177 + 2 * QUIET_ZONE
        with pytest.raises(ValueError, match="too large"):
            qr_rows("https://a.example/" + "x" * 3000)


def test_what_is_loaded_only_when_it_is_used() -> None:
    code = "import json, sys, p24tui.bootstrap, p24tui.gateways.browser; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in json.loads(done.stdout)}
    assert loaded & {"joserfc", "segno", "cryptography", "httpx", "p24tui.gateways.e_id_http"} == set()
