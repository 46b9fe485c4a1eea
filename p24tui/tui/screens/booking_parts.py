"""What the sections for booking share: the chosen visit, forms that come again where one is refused, and times."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from msgspec import Struct

from p24tui.errors import BadInput, P24Error, Refused
from p24tui.explain import explain
from p24tui.i18n import _
from p24tui.routine.hours import OpeningHours, instant_of, is_open
from p24tui.routine.visit import Summons, VisitKind
from p24tui.services.visit_views import VisitLine
from p24tui.text import clean_line
from p24tui.tui.screens.desk_parts import DeskParts
from p24tui.tui.screens.form import Answers, FormScreen, Part, filled, naming
from p24tui.words.times import day_of, parse_clock
from p24tui.words.visits import SUMMONS

MOST_HOURS = 8
"""Hours that a visit lasts at most, for the sentence that says so."""


class Question(Struct, frozen=True):
    """A form: what it is about, its parts, what stands under them, and the word for what Ctrl+S does."""

    title: str
    parts: tuple[Part, ...]
    note: str = ""
    saves: str = ""


class VisitParts(DeskParts):
    """What one does with a visit acts on the one that is chosen in their place."""

    def _chosen_visit(self) -> VisitLine | None:
        """The visit that a key acts on."""
        return None

    def _visits_changed(self) -> None:
        """A visit, or a booking to see to, is not as it was shown."""

    def _ask_and_do(
        self,
        question: Question,
        deed: Callable[[Answers], Callable[[], Any]],
        done: Callable[[Any], None],
        before: Answers | None = None,
        problem: str = "",
    ) -> None:
        """Ask, carry out the errand that ``deed`` makes of the answers, and go on with ``done``.

        What is refused, or cannot be read, makes the form come again with what was typed and why not.
        """
        parts = question.parts if before is None else filled(question.parts, before)

        def answered(said: Answers | None) -> None:
            if said is not None:
                self._carry_out(question, deed, done, said)

        self.app.push_screen(FormScreen(question.title, parts, question.note, problem, question.saves), answered)

    def _carry_out(
        self,
        question: Question,
        deed: Callable[[Answers], Callable[[], Any]],
        done: Callable[[Any], None],
        said: Answers,
    ) -> None:
        here = self._still_here()

        def failed(error: P24Error) -> None:
            if here():
                self._ask_and_do(question, deed, done, said, why(naming(error, question.parts)))
            else:
                self._fail(error)

        try:
            errand = deed(said)
        except P24Error as error:
            failed(error)
        else:
            self._writes.run(errand, done, failed)


def why(error: P24Error) -> str:
    """The sentence for an error; a refusal names its rule."""
    words = explain(error)
    return f"{words} ({error.rule})" if isinstance(error, Refused) else words


def text(said: Answers, name: str) -> str:
    """What was typed or chosen in a part."""
    return str(said[name]).strip()


def chosen(said: Answers, name: str) -> str:
    """What was chosen in a part. Raises ``BadInput`` where nothing was."""
    if not said[name]:
        raise BadInput("choose-one", part=name)
    return str(said[name])


def read_span(day: str, clock: str, minutes: str, today: date) -> tuple[datetime, datetime]:
    """When a visit is to be, in UTC, from what was typed in Swedish time. Raises ``BadInput`` where that says none."""
    on = day_of(day, today)
    at = parse_clock(clock)
    if at is None:
        raise BadInput("clock-time", value=clean_line(clock, 20))
    lasts = minutes.strip()
    if not (lasts.isascii() and lasts.isdigit() and 0 < int(lasts[:5]) <= MOST_HOURS * 60):
        raise BadInput("visit-length", most=MOST_HOURS)
    starts_at = instant_of(on, at)
    return starts_at, starts_at + timedelta(minutes=int(lasts))


class OutsideHours:
    """Lets a time when the unit is closed pass the second time that it is wanted."""

    def __init__(self, hours: OpeningHours) -> None:
        self._hours = hours
        self._warned_of: datetime | None = None

    def warn_once(self, starts_at: datetime) -> None:
        """Raises ``BadInput`` the first time that the unit is closed when the visit would begin."""
        if starts_at != self._warned_of and not is_open(self._hours, starts_at):
            self._warned_of = starts_at
            raise BadInput("visit-closed")


def summons_options(kind: VisitKind) -> Mapping[str, str]:
    """The summonses that fit this kind of visit, and their words; none for a relative's (VI-3)."""
    if kind is VisitKind.RELATIVE:
        return {}
    child = kind is VisitKind.CHILD
    return {one.value: _(words) for one, words in SUMMONS.items() if Summons(one).of_child is child}
