"""A desk to try by the keyboard: a believable queue, a clock that stands."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from p24tui.routine.actor import Actor
from p24tui.routine.case import Case, CaseState, ContactKind, SuicideRisk
from p24tui.routine.protection import Protection
from p24tui.services import staff
from p24tui.store.values import FormAnswer
from p24tui.tui.app import P24App
from p24tui.tui.screens.desk import DeskScreen
from p24tui.tui.widgets.place_overview import PlaceOverview
from tests.world import UNIT, World

OPERATOR = Actor(None, "test", None, UNIT, "cli:test")
"""Whoever sees to the staff and their passwords on the command line."""

SOON = 15.0
"""Seconds in which what a screen waits for comes, also where the machine is busy."""

FORM = (
    FormAnswer("", "form", 1, 0, "1", "Om besvären", "group", "", False),
    FormAnswer("", "form", 2, 1, "1.1", "Har du ont i bröstet just nu?", "boolean", "Ja", False),
    FormAnswer("", "form", 3, 1, "1.2", "Hur länge har du haft besvären?", "choice", "Mindre än ett dygn", False),
    FormAnswer("", "form", 4, 1, "1.3", "Beskriv med egna ord", "string", "Det trycker när jag går i trappor.", True),
)


def fill(world: World) -> dict[str, Case]:
    """A queue as on a Monday morning."""
    return {
        "suicide": world.case(
            name="Erik Lund", matter="Nedstämdhet", minutes_ago=31, priority=2, suicide=SuicideRisk.AWAITING
        ),
        "chest": world.case(
            name="Karin Öberg",
            matter="Tryck i bröstet",
            text="Hej, jag har känt ett tryck över bröstet sedan i morse när jag gick i trappan.",
            minutes_ago=4,
            priority=1,
            has_form=True,
            unread_free_text=1,
            answers=FORM,
        ),
        "failed": world.case(name="Nils Björk", matter="Yrsel", minutes_ago=7, priority=None, has_form=True),
        "cough": world.case(name="Ali Noor", matter="Hosta, feber", minutes_ago=47, priority=2, unread=0),
        "recipe": world.case(
            name="Birgitta Ek", matter="Förnya recept", minutes_ago=12, kind=ContactKind.MESSAGE, priority=None
        ),
        "ear": world.case(name="Anna-Lisa Johansson-Bergström", matter="Ont i örat", minutes_ago=130, priority=4),
        "protected": world.case(
            name="Hemlig Person", matter="Hemligt ärende", minutes_ago=20, protection=Protection.MARKED
        ),
        "quiet": world.case(
            name="Omar Haddad", matter="Ryggont", priority=3, state=CaseState.WAITING, waiting_since=None, unread=0
        ),
        "old": world.case(name="Sven Åkesson", matter="Utslag på armen", minutes_ago=60 * 70, priority=5),
    }


def app(world: World, who: str = "maria", *, asks: bool = False) -> P24App:
    """The console of one of the unit's people; ``asks`` lets it ask who, as a demo does."""
    system = world.system
    actor = None if asks else world.actor(who)
    return P24App(system, staff.people_of(system, UNIT), f"console:test:{who}", actor=actor)


async def settled(pilot: Pilot[None]) -> None:
    """Wait until the desk has carried out its errands and painted what came of them.

    The pilot's own pause asks every widget: it costs more than the key that it waits for, and once is enough.
    """
    for _round in range(3):
        await asyncio.sleep(0.005)
        for screen in pilot.app.screen_stack:
            if isinstance(screen, DeskScreen):
                screen._on_timer_update()  # what waits until it is painted need not wait for the next frame
                await _heard(screen)
                await screen.idle()
                await _heard(screen)
    await pilot.pause(0)
    if await _had_to_wait_for_room(pilot.app.screen):
        await pilot.pause(0)


async def _had_to_wait_for_room(screen: Screen[Any]) -> bool:
    """Wait until what stands there has the room that it wants: on a slow machine it is drawn once before."""
    began, waited = time.monotonic(), False
    widgets = screen.walk_children(Widget, with_self=True)
    while any(one._layout_required for one in widgets) and time.monotonic() - began < SOON:
        waited = True
        await asyncio.sleep(0.005)
    return waited


async def _heard(desk: DeskScreen) -> None:
    """Wait until what has come to the desk has had its effect: under a dialog the pilot does not wait for that."""
    heard, began = asyncio.Event(), time.monotonic()
    desk.call_later(heard.set)
    while desk.is_running and not heard.is_set() and time.monotonic() - began < SOON:
        await asyncio.sleep(0.005)


@asynccontextmanager
async def at_desk(world: World, who: str = "maria", size: tuple[int, int] = (120, 40)) -> AsyncIterator[Pilot[None]]:
    """Somebody at their console."""
    async with app(world, who).run_test(size=size, notifications=True) as pilot:
        await settled(pilot)
        yield pilot


async def until(pilot: Pilot[None], holds: Callable[[], bool]) -> float:
    """Wait until it holds; how many seconds that took."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < SOON, screen_text(pilot)
        await pilot.pause(0.05)
    return time.monotonic() - began


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys one by one, each when the one before has had its effect."""
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


def desk_of(pilot: Pilot[None]) -> DeskScreen:
    """The desk."""
    (desk,) = [screen for screen in pilot.app.screen_stack if isinstance(screen, DeskScreen)]
    return desk


def overview_text(pilot: Pilot[None]) -> str:
    """All of the overview, what is scrolled out of sight too."""
    return str(desk_of(pilot).query_one(PlaceOverview).query_one(Static).visual)


def screen_text(pilot: Pilot[Any]) -> str:
    """All that stands on the screen, line by line."""
    compositor = pilot.app.screen._compositor
    return "\n".join(strip.text for strip in compositor.render_strips())
