"""The figures for long chats: a case with very many messages against one with few, and a very long message."""

import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from p24tui.clock import SystemClock
from p24tui.ids import fresh_id
from p24tui.routine.case import Case, SuicideRisk
from p24tui.store import events, messages
from p24tui.store.values import Author, Message
from tests.bench.figures import DOWN, ENTER, ESCAPE, UP
from tests.bench.filled import PATIENT, STAFF, Filled, filled
from tests.bench.measuring import CASES, Bench, Result, console, list_painted, median, percentile, spread
from tests.bench.terminal import Terminal
from tests.world import PEOPLE, World

NURSE = PEOPLE["maria"][1]
FEW, MANY, LETTERS = 20, 2_000, 10_000
LENGTH_GOAL = 2.0
LONG_GOAL = 200.0

SENTENCE = "Jag har haft ont i halsen i en vecka och undrar om jag behöver komma in till er. "

_OLDEST = 100_000
"""Minutes since the first message of the first case in the list: longer ago than any other."""

_chance = random.Random(9)


@dataclass(frozen=True, slots=True)
class _Chat:
    """A case whose last words on the screen are ``end``."""

    case: Case
    end: str


def open_long(bench: Bench) -> Iterator[Result]:
    """Enter on each of the first three cases in turn, until the end of its chat is painted."""
    with _with_long_chats() as (on, chats), console(on) as terminal:
        few, many, long = _opened(terminal, chats, bench.times(60, 25))
        arrived = _arrived(terminal, on.world, chats[2].case, bench.times(30, 10))
    numbers = {**spread(many), **spread(few, "few_")}
    what = f"Enter to the last of {MANY:,} messages, p50 (ratio: of {FEW})"
    ratio = median(many) / median(few)
    yield Result("long", what, "ms", median(many), len(many), ratio, LENGTH_GOAL, numbers)
    what = f"Enter to a message of {LETTERS:,} characters, p99"
    yield Result("long", what, "ms", percentile(long, 99), len(long), goal=LONG_GOAL, numbers=spread(long))
    what = "the same, written while one has the case open, p99"
    yield Result("long", what, "ms", percentile(arrived, 99), len(arrived), numbers=spread(arrived))


@contextmanager
def _with_long_chats() -> Iterator[tuple[Filled, Sequence[_Chat]]]:
    """A filled database whose first three cases have few messages, many, and one that is long."""
    with tempfile.TemporaryDirectory(prefix="p24-bench-") as home, filled(Path(home), count=CASES) as on:
        yield on, [_chat(on.world, place, *chat) for place, chat in enumerate(((FEW, 200), (MANY, 200), (1, LETTERS)))]


def _chat(world: World, place: int, count: int, length: int) -> _Chat:
    """A case that comes at this place in the list: so many messages by patient and nurse in turn, the last so long."""
    end = f"slut{place}"
    name = f"{PATIENT} {CASES + place:05d}"
    texts = [*[_text("?", 200)] * (count - 1), _text(end, length)]
    case = world.case(name=name, text=texts[0], minutes_ago=_OLDEST - place, unread=0, suicide=SuicideRisk.AWAITING)
    with world.system.store.writing() as tx:
        for number, text in enumerate(texts[1:], start=1):
            at = case.received_at + timedelta(minutes=number)
            author, id, named = (Author.STAFF, STAFF, NURSE) if number % 2 else (Author.PATIENT, None, name)
            message = Message(fresh_id(), case.id, author, id, named, text, at, at)
            messages.add(tx, message)
            events.append(tx, world.source, at, "message.received", case.id, message_id=message.id)
    return _Chat(case, end)


def _text(end: str, length: int) -> str:
    """So many characters whose last word is ``end``."""
    many = SENTENCE * (length // len(SENTENCE) + 1)
    return f"{many[: length - len(end) - 1]} {end}"


def _opened(terminal: Terminal, chats: Sequence[_Chat], times: int) -> list[list[float]]:
    """Milliseconds that opening each took, time after time; the first round warms up."""
    taken: list[list[float]] = [[] for _ in chats]
    for _ in range(1 + times):
        for place, chat in enumerate(chats):
            taken[place].append(terminal.stroke(ENTER, _holds(chat.end), f"the end of the chat, {chat.end}"))
            terminal.rest(_chance.uniform(0.15, 0.3))
            terminal.press(ESCAPE)
            terminal.rest(0.2)
            if place < len(chats) - 1:
                terminal.stroke(DOWN, list_painted, "the cursor on the next case")
                terminal.rest(0.1)
        for _chat_below in chats[1:]:
            terminal.stroke(UP, list_painted, "the cursor on the case above")
            terminal.rest(0.1)
    return [some[1:] for some in taken]


def _arrived(terminal: Terminal, world: World, case: Case, times: int) -> list[float]:
    """Milliseconds from writing another long message in a case that is open here, until its end is painted."""
    for _ in range(2):
        terminal.press(DOWN)
        terminal.rest(0.2)
    terminal.press(ENTER)
    terminal.rest(1.0)
    taken = []
    for number in range(1 + times):
        end = f"nytt{number:05d}"
        world.clock.instant = SystemClock().now()
        terminal.drain()
        began = time.perf_counter()
        world.writes(case.id, _text(end, LETTERS))
        painted = terminal.wait(_holds(end), end)
        taken.append((terminal.started + painted - began) * 1000)
        terminal.rest(_chance.uniform(0.5, 0.8))
    return taken[1:]


def _holds(token: str) -> Callable[[bytes], bool]:
    return lambda output: token.encode() in output
