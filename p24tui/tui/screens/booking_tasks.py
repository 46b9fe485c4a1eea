"""Bookings that have not become visits: what each lacks, seeing to it, trying again, putting it aside (VI-1)."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from textual.binding import Binding
from textual.content import Content

from p24tui import services
from p24tui.errors import BadInput, P24Error, Refused
from p24tui.i18n import N_, _, ngettext
from p24tui.routine.actor import Actor
from p24tui.routine.identity import show_number
from p24tui.routine.visit import Visit
from p24tui.services.visit_views import Profile, TaskLine
from p24tui.store.visit_values import BookingTask
from p24tui.text import clean_line
from p24tui.tui.places import Cell, Column, Page, Row
from p24tui.tui.screens.booking_guardians import Guardians
from p24tui.tui.screens.booking_parts import Question, text, why
from p24tui.tui.screens.form import Answers, Line
from p24tui.tui.screens.list_dialog import ListDialog
from p24tui.tui.screens.registering import Registering
from p24tui.words.times import day_and_time
from p24tui.words.visits import TASKS

WIDE_LIST = 90
"""Cells from which the list has room for names in full."""

SHORT = {
    "no-patient": N_("inte registrerad"),
    "no-mobile": N_("mobil saknas"),
    "proxy-no-mobile": N_("ombudets mobil saknas"),
    "no-guardian": N_("vårdnadshavare saknas"),
    "not-guardian": N_("fel ombud"),
    "guardian-protected": N_("inget ombud möjligt"),
    "age-unknown": N_("åldern okänd"),
    "protected": N_("skyddad person"),
    "group-visit": N_("gruppbesök"),
    "no-number": N_("inget användbart nummer"),
    "visit-past": N_("kom för sent"),
    "visit-length": N_("för långt besök"),
    "moved-late": N_("flyttat för sent"),
    "cancelled-late": N_("avbokat för sent"),
    "cancelled-begun": N_("struket för sent"),
    "proxy-late": N_("bytt ombud för sent"),
    "unit-late": N_("bytt enhet för sent"),
    "group-late": N_("gruppbesök för sent"),
    "not-video-late": N_("ej video, för sent"),
    "other-patient-late": N_("annan patient, för sent"),
    "other-patient": N_("annan patient"),
}
"""What a booking lacks, in a few words, by the problem of its task."""


class Deed(StrEnum):
    """What one can do about a booking that has not become a visit."""

    SEE_TO = "see-to"
    AGAIN = "again"
    SETTLE = "settle"


SEEN_TO = {
    "no-patient": N_("Enter registrera"),
    "no-mobile": N_("Enter mobil"),
    "proxy-no-mobile": N_("Enter vårdnadshavare"),
    "no-guardian": N_("Enter vårdnadshavare"),
    "guardian-protected": N_("Enter vårdnadshavare"),
}
"""What can be seen to here, by the problem: after it the booking is tried again by itself."""

TRIED_AGAIN = frozenset(SEEN_TO) | {"not-guardian", "age-unknown"}
"""Problems for which trying again may help: what was lacking can have come by another way."""


class TasksScreen(ListDialog[tuple[TaskLine, ...], None]):
    """What somebody must see to. ``do`` is told what one wants of a booking; putting one aside takes a second press."""

    NAME = "tasks"
    BINDINGS = [
        Binding("o", "do('again')", show=False),
        Binding("k", "settle", show=False),
    ]

    def __init__(self, unit_names: Mapping[str, str], do: Callable[[TaskLine, Deed], None]) -> None:
        super().__init__(_("Bokningar från VAS att se till"))
        self._unit_names = unit_names
        self._do = do
        self._sure_of = ""

    def page(self, shown: tuple[TaskLine, ...], now: datetime) -> Page:
        return tasks_page(shown, self._unit_names, now)

    def advice(self) -> Content:
        task = self._chosen()
        words = "" if task is None else f"{task_words(task)}\n{_(TASKS.get(task.problem, task.problem))}"
        said = Content.styled(f"\n{self._said}", "bold $warning") if self._said else Content("")
        return Content.assemble(words, said)

    def keys(self) -> Iterable[str]:
        return keys_for(self._chosen())

    def forget(self) -> None:
        super().forget()
        self._sure_of = ""

    def action_do(self, deed: str) -> None:
        task, wanted = self._chosen(), Deed(deed)
        self.forget()
        if task is None or task.problem not in (TRIED_AGAIN if wanted is Deed.AGAIN else SEEN_TO):
            return
        self._do(task, wanted)

    def action_settle(self) -> None:
        """Put the booking aside, in one's own name; the first press says what that means."""
        if (task := self._chosen()) is None:
            return
        if self._sure_of == task.id:
            self._sure_of = ""
            self._do(task, Deed.SETTLE)
            return
        self._sure_of = task.id
        self.say(_("k en gång till lägger undan den, i ditt namn. Gör det när du har sett till den på annat sätt."))

    def action_open_row(self) -> None:
        self.action_do(Deed.SEE_TO)

    def _chosen(self) -> TaskLine | None:
        tasks = self._shown[0] if self._shown else ()
        return next((one for one in tasks if one.id == self._list.cursor_id), None)


class BookingTasks(Registering, Guardians):
    """The section of the desk where bookings that have not become visits are seen to."""

    _tasks: TasksScreen | None = None

    def action_booking_tasks(self) -> None:
        """Show what must be seen to, at all of one's units."""
        screen = TasksScreen(self._list.unit_names, self._do_task)
        self._tasks = screen
        self._keep_drafts()
        self.app.push_screen(screen, self._left_tasks)
        self._read_tasks()

    def _left_tasks(self, _nothing: None) -> None:
        self._tasks = None

    def _read_tasks(self) -> None:
        screen, ids = self._tasks, [unit.id for unit in self._units]
        now = self._system.clock.now()

        def have(found: tuple[TaskLine, ...]) -> None:
            if screen is not None and screen is self._tasks:
                screen.show(found, now)

        if screen is not None:
            self._reads.run(lambda: services.visit_list.tasks(self._system, self._actor, ids), have)

    def _do_task(self, task: TaskLine, deed: Deed) -> None:
        actor = self._as(task.unit_id)
        if deed is Deed.SETTLE:
            self._settle(task, actor)
        elif deed is Deed.AGAIN:
            self._try_again(task, actor)
        elif task.problem == "no-patient":
            self._register_as(task.number, actor, lambda _profile, _actor: self._try_again(task, actor), task.name)
        elif task.problem == "no-mobile":
            self._ask_patients_mobile(task, actor)
        else:
            self._see_to_guardians(task, actor)

    def _ask_patients_mobile(self, task: TaskLine, actor: Actor) -> None:
        def deed(said: Answers) -> Callable[[], Profile]:
            mobile = text(said, "mobile")
            if not mobile:
                raise BadInput("mobile-missing")

            def write() -> Profile:
                known = services.patients.find(self._system, actor, task.number)
                name = known.patient.name if known is not None else task.name
                return services.patients.register(self._system, actor, task.number, mobile, name=name)

            return write

        parts = (Line("mobile", _("Mobil"), hint=_("patientens egen, som 070-123 45 67")),)
        note = _("Dit går påminnelser och länken. Sedan bokas besöket av sig självt.")
        title = _("Mobil till {who}").format(who=clean_line(task.name) or show_number(clean_line(task.number)))
        self._ask_and_do(Question(title, parts, note), deed, lambda _profile: self._try_again(task, actor))

    def _see_to_guardians(self, task: TaskLine, actor: Actor) -> None:
        here = self._still_here()

        def show(profile: Profile | None) -> None:
            if profile is None:
                self._task_failed(BadInput("no-patient"))
            elif here():
                self._show_guardians(profile, actor, lambda _after: self._try_again(task, actor))

        self._reads.run(lambda: services.patients.find(self._system, actor, task.number), show, self._task_failed)

    def _try_again(self, task: TaskLine, actor: Actor) -> None:
        def booked(visit: Visit) -> None:
            self._task_done(_("Bokat: {name} {at}.").format(name=_who(task), at=day_and_time(visit.starts_at)))

        self._writes.run(
            lambda: services.booking_tasks.try_again(self._system, actor, task.id), booked, self._task_failed
        )

    def _settle(self, task: TaskLine, actor: Actor) -> None:
        def settled(_task: BookingTask) -> None:
            self._task_done(_("Undanlagd, i ditt namn."))

        self._writes.run(
            lambda: services.booking_tasks.settle(self._system, actor, task.id), settled, self._task_failed
        )

    def _task_done(self, words: str) -> None:
        """Say what came of it, and show what is left."""
        self._say(words)
        if self._tasks is not None:
            self._tasks.say(words)
        self._read_tasks()
        self._visits_changed()

    def _task_failed(self, error: P24Error) -> None:
        """Say why not; what the booking lacks may be something else by now."""
        if self._tasks is None:
            self._fail(error)
            return
        self._tasks.say(why(error))
        if isinstance(error, Refused | BadInput):
            self._read_tasks()


def tasks_page(tasks: tuple[TaskLine, ...], unit_names: Mapping[str, str], now: datetime) -> Page:
    """What must be seen to as a page, the oldest first."""
    by_id = {one.id: one for one in tasks}
    words = ngettext("{count} bokning att se till", "{count} bokningar att se till", len(tasks))
    above: tuple[Cell, ...] = ((words.format(count=len(tasks)), "urgent" if tasks else "quiet"),)
    several = len(unit_names) > 1

    def columns(width: int) -> tuple[Column, ...]:
        wide = width >= WIDE_LIST
        unit = (Column(_("Enhet"), 10 if wide else 5),) if several else ()
        return (Column(_("Besök"), 16), Column(_("Patient"), 30 if wide else 20), *unit, Column(_("Saknas")))

    def row(id: str, _width: int) -> Row:
        one = by_id[id]
        unit: tuple[Cell, ...] = ((unit_names.get(one.unit_id, ""), "quiet"),) if several else ()
        at = day_and_time(one.starts_at) if one.starts_at is not None else "–"
        return Row(((at, ""), (_who(one), ""), *unit, (_(SHORT.get(one.problem, one.problem)), "urgent")))

    return Page(above, columns, tuple(by_id), row, _("Inget att se till: varje bokning har blivit ett besök."))


def task_words(task: TaskLine) -> str:
    """Who it is about, and when it came."""
    number = show_number(clean_line(task.number))
    name = clean_line(task.name)
    came = _("kom {at}").format(at=day_and_time(task.received_at))
    return " · ".join(filter(None, [name, number, came]))


def keys_for(task: TaskLine | None) -> list[str]:
    """The keys that do something with a booking."""
    keys = []
    if task is not None and task.problem in SEEN_TO:
        keys.append(_(SEEN_TO[task.problem]))
    if task is not None and task.problem in TRIED_AGAIN:
        keys.append(_("o försök igen"))
    if task is not None:
        keys.append(_("k lägg undan"))
    return [*keys, _("Esc tillbaka")]


def _who(task: TaskLine) -> str:
    if task.problem == "protected":
        return _("Skyddad person")
    return clean_line(task.name) or show_number(clean_line(task.number)) or _("okänd")
