"""A short, seeded part of ``python -m tests.hostile``: hostile text acts nowhere that it can reach (H23)."""

import asyncio
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given

from p24tui.services import intake
from p24tui.text import clean_line, clean_text
from tests.hostile import commands, entries
from tests.hostile.checks import HostileError, check, sequences
from tests.hostile.columns import unnamed
from tests.hostile.gates import GATES, on_paper
from tests.hostile.payloads import KNOWN, corpus, ecma48, halves
from tests.hostile.poison import Source, poison
from tests.hostile.screens import Walks, Worlds
from tests.hostile.worlds import DAYS
from tests.world import World

pytestmark = pytest.mark.hazard("H23")

SEED = 11


@pytest.fixture(scope="module")
def few() -> tuple[str, ...]:
    return corpus(60, SEED)


@pytest.fixture
def logged() -> Iterator[None]:
    handler = entries.Logged()
    logging.getLogger().addHandler(handler)
    yield
    logging.getLogger().removeHandler(handler)


def test_every_column_of_text_is_thought_of() -> None:
    assert unnamed() == set()


def test_every_command_is_thought_of() -> None:
    assert commands.all_commands() == set(commands.PRINTS) | set(commands.REPEATS) | commands.OTHERS


@given(ecma48())
def test_of_no_control_sequence_anything_is_left_that_acts(text: str) -> None:
    check(clean_text(text), "text")
    check(clean_line(text), "line", breaks="")


@given(ecma48())
def test_a_sequence_in_two_pieces_is_as_harmless_as_in_one(text: str) -> None:
    for first, second in halves([text]):
        assert first + second == text
        check(clean_text(first) + clean_text(second), "two messages")


@pytest.mark.parametrize("gate", GATES)
def test_hostile_text_goes_out_and_comes_in_as_text(gate: str, few: tuple[str, ...]) -> None:
    for text in few:
        GATES[gate](text)


def test_paper_bears_hostile_text_as_text(few: tuple[str, ...]) -> None:
    on_paper(few)


def test_what_comes_in_is_stored_clean(sqlcipher_world: World, few: tuple[str, ...], logged: None) -> None:
    for way in (entries.fhir, entries.hl7, entries.typed):
        way(sqlcipher_world, few[:12])
    assert entries.check_stored(sqlcipher_world) > 500


def test_over_http_nothing_comes_back_but_what_is_ours(
    sqlcipher_world: World, few: tuple[str, ...], logged: None
) -> None:
    token = intake.make_token(sqlcipher_world.system, "test")
    assert asyncio.run(entries.http(sqlcipher_world, few[:15], token)) == 90


def test_commands_print_stored_text_as_text(sqlcipher_world: World, few: tuple[str, ...]) -> None:
    DAYS["visits"].prepare(sqlcipher_world)
    poison(sqlcipher_world.system.store, Source(few))
    (kept,) = intake.unsettled(sqlcipher_world.system)
    with commands.at_home(sqlcipher_world.system.settings.home):
        for command in ("cases", "intake quarantine list", "report", "staff", "unit"):
            for arguments in commands.PRINTS[command]:
                commands.run(command, *arguments)
        commands.run("intake quarantine show", kept.id)


@pytest.mark.anyio
@pytest.mark.parametrize(("day", "way"), [("desk", "several"), ("desk", "history"), ("visits", "visit")])
async def test_screens_draw_hostile_text_and_stay_what_they_are(
    tmp_path: Path, few: tuple[str, ...], day: str, way: str
) -> None:
    await Walks(Worlds(tmp_path)).walk(day, way, Source(few), (120, 40))


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")
def test_a_real_terminal_gets_the_sequences_that_it_gets_for_harmless_text(tmp_path: Path) -> None:
    from tests.hostile import terminal
    from tests.hostile.poison import Harmless, Single
    from tests.world import make_world

    seen = []
    for name, source in (("harmless", Harmless(["Ett harmlöst ord"])), ("hostile", Single(corpus(24, SEED)))):
        with make_world(tmp_path / name) as world:
            seen.append(terminal.see(world, source, 24))
    terminal.compare(seen[1], seen[0])


@pytest.mark.parametrize(
    "raw", ["\x1b[31m", "\x9b31m", "\u202e", "\U000e0041", "\ud800", "\u200b", "\xad", "a" + "\u0301" * 9]
)
def test_what_must_not_come_through_would_be_seen(raw: str) -> None:
    with pytest.raises(HostileError):
        check(f"x{raw}y", "here")


@pytest.mark.parametrize("gate", ["e mail", "table", "sentence"])
def test_a_gate_that_is_left_open_would_be_seen(monkeypatch: pytest.MonkeyPatch, gate: str) -> None:
    opened = {"e mail": "p24tui.gateways.outgoing.smtp._subject", "table": "tests.hostile.gates.spreadsheet_text"}
    monkeypatch.setattr(opened.get(gate, "p24tui.explain._shown"), lambda text: text)
    found = 0
    for text in KNOWN:
        try:
            GATES[gate](text)
        except (HostileError, ValueError):
            found += 1
    assert found


def test_sequences_are_told_apart_by_what_they_do() -> None:
    written = b"\x1b[1;31mx\x1b[5;7H\x1b[?25l\x1b]52;c;AA\x07\x1bPq\x1b\\\x07"
    assert sequences(written) == {"CSI \u2026m", "CSI \u2026H", "CSI ?25l", "]52;c;AA", "Pq", r"'\x07'"}
