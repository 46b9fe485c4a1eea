"""The table beside the peers: its form in the document, and how it is made of what was painted and measured."""

import re
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.bench.terminal import Terminal
from tests.peers import content
from tests.peers.driving import NOT_MEASURED, PEERS, Driven
from tests.peers.having import needed
from tests.peers.rounds import FIGURES, Measured, Painted, started, text
from tests.peers.table import BEGIN, DOCUMENT, END, FLOOR, OURS, Column, behind, put, section, table, told

REQUIRED = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")


def column(name: str, language: str = "Python", **values: float) -> Column:
    return Column(name, "1.0", language, "10,000 lines", Measured([values]))


def cells(made: str) -> list[list[str]]:
    return [
        line.removeprefix("| ").removesuffix(" |").split(" | ") for line in made.splitlines() if line.startswith("|")
    ]


def test_the_documents_table_has_the_form_that_the_command_makes() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    between = document.partition(BEGIN)[2].partition(END)[0].strip("\n")
    assert put(document, between) == document
    shown = cells(between)
    made = cells(table([column(OURS), column(FLOOR)]))
    assert [row[0] for row in shown] == [row[0] for row in made]
    assert {len(row) for row in shown} == {len(shown[2])}
    names = shown[0]
    assert {OURS, FLOOR} <= set(names)
    unmeasured = between.partition("Not measured:")[2].partition("Behind:")[0]
    missing = set(re.findall(r"^- ([\w-]+): ", unmeasured, re.MULTILINE))
    assert {one.name for one in PEERS} | set(NOT_MEASURED) == (set(names) - {OURS, FLOOR, ""}) | missing


def test_the_value_of_a_figure_is_the_median_of_its_rounds() -> None:
    measured = Measured([{"first": 900.0}, {"first": 500.0}, {"first": 510.0, "whole": 7.0}])
    assert measured.value("first") == 510.0
    assert measured.value("whole") == 7.0
    assert measured.value("page_p50") is None


@pytest.mark.parametrize(
    ("figure", "value", "said"),
    [("first", 1234.4, "1,234"), ("key_p50", 2.345, "2.3"), ("memory", 9.4, "9"), ("page_p50", None, "–")],
)
def test_a_value_is_told(figure: str, value: float | None, said: str) -> None:
    assert told(figure, value) == said


def test_behind_is_a_program_in_python_that_is_better_and_aerc_at_a_key() -> None:
    ours = column(OURS, first=500, key_p50=3, memory=90)
    floor = column(FLOOR, first=200, key_p50=1, memory=30)
    other = column("toolong", first=700, key_p50=5, memory=40)
    aerc = column("aerc", "Go", first=100, key_p50=2, memory=30)
    assert behind([ours, floor, other, aerc]) == [
        "cursor key to paint, p50: 3.0, and aerc 2.0",
        "memory (PSS): 90, and toolong 40",
    ]


def test_the_section_says_what_is_missing_and_why() -> None:
    made = section([column(OURS)], "Today.", {"weechat": "it is not on PATH"})
    assert made.startswith("Today.\n\n|")
    assert made.endswith("Not measured:\n\n- weechat: it is not on PATH.")
    assert len(cells(made)) == 5 + len(FIGURES)


def test_a_document_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="two marks"):
        put("# Nothing", "a table")


def test_the_packages_that_are_not_installed_are_found_in_what_apt_says() -> None:
    said = (
        "Reading…\nInst libnotmuch5 (0.37-1 Debian:12 [amd64])\nInst aerc (0.14 Debian:12 [amd64])\nConf aerc (0.14)\n"
    )
    assert needed(said) == ["libnotmuch5", "aerc"]


def test_the_text_is_what_is_left_without_what_moves_and_colours() -> None:
    painted = b"\x1b[?2026h\x1b[1;1H\x1b[38;2;1;2;3mTestperson\x1b[0m \x1b]8;;x\x1b\\00001\x1b(B\x1b[?2026l"
    assert text(painted) == b"Testperson 00001"


def test_each_is_given_ten_thousand(tmp_path: Path) -> None:
    content.make_log(tmp_path / "log")
    content.make_database(tmp_path / "database")
    content.make_requests(tmp_path / "requests", 3)
    lines = (tmp_path / "log").read_text(encoding="utf-8").splitlines()
    assert len(lines) == content.COUNT
    assert "Testperson 10000" in lines[-1]
    assert len(list((tmp_path / "requests").iterdir())) == 3


def program(tmp_path: Path, body: str) -> Sequence[str]:
    file = tmp_path / "program.py"
    file.write_text(textwrap.dedent(body), encoding="utf-8")
    return [sys.executable, "-u", str(file)]


@REQUIRED
@pytest.mark.parametrize("marks_frames", [True, False])
def test_a_frame_is_over_at_its_mark_or_when_nothing_more_comes(tmp_path: Path, marks_frames: bool) -> None:
    command = program(
        tmp_path,
        """
        import sys, time
        sys.stdout.write("\\x1b[?2026h\\x1b[31mTest\\x1b[0mperson")
        time.sleep(0.3)
        sys.stdout.write("\\x1b[?2026l")
        time.sleep(30)
        """,
    )
    driven = Driven([*command], re.compile(b"Testperson"), re.compile(b"x"), marks_frames=marks_frames, leave=b"\x03")
    with started(driven, tmp_path, ()) as terminal:
        painted = Painted(terminal, marks_frames)
        at = painted.until(driven.first, "a person", 20.0)
        assert (terminal.now() - at < 0.2) or not marks_frames
        assert painted.until(driven.first, "a person again", 20.0) == at


@REQUIRED
def test_a_terminal_that_controls_its_program_can_be_opened_by_name(tmp_path: Path) -> None:
    command = program(tmp_path, "print(open('/dev/tty', 'w').write('here'), flush=True); import time; time.sleep(30)")
    with Terminal([*command], controlling=True, leave=b"\x03") as terminal:
        terminal.rest(0.1)
        while "here4" not in terminal.shown():
            assert terminal.read(20.0)
