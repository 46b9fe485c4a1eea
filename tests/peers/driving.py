"""Each program driven: how it is started on its 10,000, what it then shows, and by which keys one moves in the list."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.figures import DOWN, UP
from tests.bench.filled import PATIENT, Filled
from tests.bench.label import WORD
from tests.bench.measuring import CURSOR, LABEL
from tests.peers import content
from tests.peers.having import Had, debian_program, python_program

HOME, PAGE_DOWN, PAGE_UP = b"\x1b[H", b"\x1b[6~", b"\x1b[5~"
POSTING_REQUESTS = 1_000
_LAST = "No more patients"

Pattern = re.Pattern[bytes]


@dataclass(frozen=True, slots=True)
class Driven:
    """A program on its content. Patterns are of what is painted, without the escape sequences."""

    command: list[str]
    first: Pattern
    """What is painted when it shows something of its own content."""
    moved: Pattern
    """What is painted when the cursor has moved by a line."""
    environment: dict[str, str] = field(default_factory=dict)
    ask: bytes = b""
    """What is typed after the first paint to have the list, where it does not come by itself."""
    whole: Pattern | None = None
    """What is painted when all of the list is there."""
    enter: tuple[bytes, ...] = ()
    """What is typed, one after the other, to stand in the list."""
    keys: tuple[bytes, bytes] = (DOWN, UP)
    page: bytes | None = PAGE_DOWN
    """What moves the list by a page; none where there is no list."""
    paged: Pattern = re.compile(PATIENT.encode())
    page_lines: int = 20
    """How often ``paged`` is painted, at the least, by a page."""
    leave: bytes = b"\x11\x11"
    """What ends it."""
    marks_frames: bool = True
    """Whether it says where a frame ends; else it ends when nothing more is painted for a while."""
    begin: Callable[[], None] = lambda: None
    """What must be so before it is started."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A program to measure beside the console, what it is written in, what it lists, and how it is had."""

    name: str
    written_in: str
    lists: str
    have: Callable[[Path], Had]
    drive: Callable[[Had, Path], Driven]
    """Given an empty folder for its content."""
    count: int = content.COUNT


def ours(on: Filled) -> Driven:
    """The console, with the read log on, as it always is."""
    return Driven(
        on.command,
        first=re.compile(rf"{CURSOR}.*{PATIENT} \d{{5}}".encode(), re.DOTALL),
        whole=re.compile(rb"Vilande +\d"),
        moved=re.compile(CURSOR.encode()),
        environment=on.environment,
        begin=on.begin_shift,
    )


def floor() -> Driven:
    """The least Textual program."""
    return Driven(LABEL, first=re.compile(WORD.encode()), moved=re.compile(rb"\d"), page=None)


def _posting(had: Had, folder: Path) -> Driven:
    content.make_requests(folder / "requests", POSTING_REQUESTS)
    return Driven(
        [str(had.program), "--collection", str(folder / "requests")],
        first=re.compile(rf"{PATIENT} 00001".encode()),
        moved=re.compile(PATIENT.encode()),
        environment={"POSTING_FOCUS__ON_STARTUP": "collection"},
        page_lines=15,
        leave=b"\x03",
    )


def _harlequin(had: Had, folder: Path) -> Driven:
    content.make_database(folder / "desk.sqlite")
    return Driven(
        [str(had.program), "--adapter", "sqlite", str(folder / "desk.sqlite")],
        first=re.compile(rb"main"),
        ask=b"select * from waiting\n",
        whole=re.compile(rf"{PATIENT} 00001".encode()),
        moved=re.compile(rb"\d"),
        page_lines=10,
    )


def _toolong(had: Had, folder: Path) -> Driven:
    content.make_log(folder / "desk.log")
    return Driven(
        [str(had.program), str(folder / "desk.log")],
        first=re.compile(PATIENT.encode()),
        whole=re.compile(rf"{PATIENT} {content.COUNT}".encode()),
        moved=re.compile(PATIENT.encode()),
        enter=(HOME, b"\r"),
        leave=b"\x03",
    )


def _aerc(had: Had, folder: Path) -> Driven:
    content.make_maildir(folder / "mail" / "INBOX")
    settings = str(folder / "config")
    content.make_mail_settings(Path(settings) / "aerc", had.shared, folder / "mail")
    return Driven(
        [str(had.program)],
        first=re.compile(PATIENT.encode()),
        moved=re.compile(rb"\d"),
        paged=re.compile(rb"\d"),
        leave=b":quit -f\r",
        environment={
            **had.environment,
            "XDG_CONFIG_HOME": str(folder / "config"),
            "XDG_DATA_HOME": str(folder / "config"),
        },
        marks_frames=False,
    )


def _weechat(had: Had, folder: Path) -> Driven:
    prints = [part for _n, who, what in content.lines() for part in ("--run-command", f"/print {who}: {what}")]
    plugins = had.environment.get("LD_LIBRARY_PATH", "")
    return Driven(
        [
            str(had.program), "--dir", str(folder / "weechat"), "--no-connect", *prints,
            "--run-command", f"/print {_LAST}",
        ],
        first=re.compile(PATIENT.encode()),
        whole=re.compile(_LAST.encode()),
        moved=re.compile(rb"\S"),
        paged=re.compile(rb"\S"),
        enter=(*(b"word %d\r" % number for number in range(12)), UP),
        keys=(UP, DOWN),
        page=PAGE_UP,
        leave=b"\x15/quit\r",
        environment={**had.environment, "WEECHAT_EXTRA_LIBDIR": f"{plugins}/weechat"},
        marks_frames=False,
    )  # fmt: skip


def _have_posting(cache: Path) -> Had:
    return python_program(cache, "posting", "posting", "tree-sitter<0.26")  # its Textual crashes with 0.26


PEERS = (
    Peer("posting", "Python", "requests", _have_posting, _posting, POSTING_REQUESTS),
    Peer("harlequin", "Python", "rows", lambda cache: python_program(cache, "harlequin", "harlequin"), _harlequin),
    Peer("toolong", "Python", "log lines", lambda cache: python_program(cache, "toolong", "tl"), _toolong),
    Peer("aerc", "Go", "mails", lambda cache: debian_program(cache, "aerc", "aerc"), _aerc),
    Peer("weechat", "C", "lines", lambda cache: debian_program(cache, "weechat-curses", "weechat"), _weechat),
)
NOT_MEASURED = {"zulip-terminal": "what it lists comes from a Zulip server, and there is none"}
"""Peers that one would look for here, and why they are missing."""
