"""Log control at the desk: the unusual first, other looks at the log, and the checks that are made of them (LO-2)."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace
from textual.message import Message

from p24tui import services
from p24tui.clock import local_date
from p24tui.errors import P24Error
from p24tui.explain import explain
from p24tui.i18n import _, ngettext
from p24tui.ids import fresh_id
from p24tui.routine.role import Role
from p24tui.services.log_control_views import CheckKind, CheckLine, LogCheck, LogLine, LogView, Outcome
from p24tui.services.log_control_words import OUTCOMES
from p24tui.store.values import Staff
from p24tui.text import clean_line
from p24tui.tui.control_keys import CONTROL_KEYS
from p24tui.tui.control_page import checks_page, line_words, log_view_page
from p24tui.tui.places import Page
from p24tui.tui.screens.desk_parts import DeskParts
from p24tui.tui.screens.form import Answers, Choice, FormScreen, Line, Part, Text
from p24tui.tui.screens.seen import SeenScreen
from p24tui.words.times import day_of

CONTROL_ACTIONS = frozenset(key.action for key in CONTROL_KEYS)
"""What a log controller does in log control, and nobody else anywhere."""

PDF, TEXT = "pdf", "text"

Days = tuple[date | None, date | None]
Found = Callable[[Answers, Days], LogView]


class Shown(Struct, frozen=True):
    """What stands in log control: readings, with the check that they belong to, or the checks."""

    view: LogView | None = None
    check: LogCheck | None = None
    checks: tuple[CheckLine, ...] = ()


class LogControl(DeskParts):
    """The section of the desk for who controls the log. It knows of no case, and leads into none."""

    class Looked(Message):
        """Another look at the log is wanted; what it finds is to stand there."""

        def __init__(self, errand: Callable[[], Shown]) -> None:
            super().__init__()
            self.errand = errand

    _log_shown = Shown()

    @property
    def _controls_log(self) -> bool:
        """Whether the person acts as log controller."""
        return self._actor.acts_as is Role.LOG_CONTROLLER

    def action_control_open(self) -> None:
        """All there is to say of the reading of the row; of a check the readings that it was of."""
        id = self._control_list.cursor_id
        if (line := self._log_line(id)) is not None:
            words = "\n".join(f"{name:<12}{said}" for name, said in line_words(line))
            self.app.push_screen(SeenScreen(_("Läsning {seq} i loggen").format(seq=line.seq), words))
        elif any(one.check.id == id for one in self._log_shown.checks):
            self._look_at_log(lambda: _again(*services.log_checks.again(self._system, self._actor, id)))

    def action_control_unusual(self) -> None:
        self._look_at_log(self._unusual_errand())

    def action_control_patient(self) -> None:
        def found(said: Answers, days: Days) -> LogView:
            return services.log_control.by_patient(self._system, self._actor, str(said["number"]), *days)

        number = Line("number", _("Identitetsnummer"), hint=_("hela numret"))
        self._ask_what(_("Vem har läst om en patient?"), [number, *self._control_days(None)], found)

    def action_control_person(self) -> None:
        """Ask who of all the staff, those who have left too."""

        def ask(staff: list[tuple[Staff, tuple[str, ...]]]) -> None:
            names = {one.id: clean_line(f"{one.name} {one.id}") for one, _units in staff}
            self._ask_what(
                _("Vad har en medarbetare läst?"), [Choice("who", _("Vem"), names), *self._control_days(None)], found
            )

        def found(said: Answers, days: Days) -> LogView:
            return services.log_control.by_person(self._system, self._actor, str(said["who"]), *days)

        self._reads.run(lambda: services.staff.all_staff(self._system), ask)

    def action_control_unit(self) -> None:
        def found(said: Answers, days: Days) -> LogView:
            first, last = days
            today = local_date(self._system.clock.now())
            return services.log_control.by_unit(
                self._system, self._actor, str(said["unit"]), first or today, last or today
            )

        units = {unit.id: clean_line(unit.name) for unit in self._units}
        parts = [Choice("unit", _("Enhet"), units, self._actor.unit_id), *self._control_days(0)]
        self._ask_what(_("Vad har lästs på en enhet?"), parts, found)

    def action_control_sample(self) -> None:
        def found(said: Answers, days: Days) -> LogView:
            first, last = days
            yesterday = local_date(self._system.clock.now()) - timedelta(days=1)
            count = str(said["count"]).strip()
            return services.log_control.sample(
                self._system,
                self._actor,
                first or yesterday,
                last or yesterday,
                int(count) if count.isdecimal() else 0,
                str(said["seed"]),
            )

        parts = [
            *self._control_days(1),
            Line("count", _("Hur många"), str(services.log_control.SAMPLE)),
            Line("seed", _("Frö"), fresh_id()[:8]),
        ]
        note = _("Samma frö och dagar ger samma läsningar, vem som än drar. Fröet följer med kontrollen.")
        self._ask_what(_("Dra ett stickprov"), parts, found, note)

    def action_control_more(self) -> None:
        """What comes after what stands there, under it."""
        view = self._log_shown.view
        if view is None or view.next is None:
            self._say(_("Det finns inga fler."))
            return
        shown, before = self._log_shown, view

        def errand() -> Shown:
            more = services.log_control.look(self._system, self._actor, before.criteria, before.next)
            lines = before.lines + more.lines
            return replace(shown, view=replace(more, lines=lines, considered=len(lines)))

        self._look_at_log(errand)

    def action_control_checks(self) -> None:
        self._look_at_log(lambda: Shown(checks=services.log_checks.checks(self._system, self._actor)))

    def action_control_begin(self) -> None:
        """Begin a check of the readings that stand there."""
        view = self._log_shown.view
        if view is None or self._log_shown.check is not None:
            self._say(_("En kontroll börjar i det du ser på: ovanliga, patient, medarbetare, enhet eller stickprov."))
            return
        criteria, seqs, looked_at = view.criteria, [line.seq for line in view.lines], view

        def begin() -> Shown:
            return Shown(looked_at, services.log_checks.begin(self._system, self._actor, criteria, seqs))

        self._look_at_log(begin)

    def action_control_sign(self) -> None:
        """Say what came of the check of the row, or of the one that goes on; with an outcome it is signed."""
        id = self._control_list.cursor_id
        check = next((one.check for one in self._log_shown.checks if one.check.id == id), self._log_shown.check)
        if check is None:
            self._say(_("Ingen kontroll pågår här. Börja en, eller välj en bland kontrollerna."))
        elif check.signed_at is not None:
            self._say(_("Kontrollen är signerad, och ändras inte mer."))
        else:
            self._ask_outcome(check)

    def action_control_extract(self) -> None:
        """Ask whose extract, and how it is wanted."""
        view = self._log_shown.view
        of_patient = view is not None and view.criteria.kind is CheckKind.PATIENT
        known = view.lines[0].number if of_patient and view is not None and view.lines else ""
        parts = (
            Line("number", _("Identitetsnummer"), known, hint=_("hela numret")),
            Choice("how", _("Som"), {PDF: _("PDF"), TEXT: _("text")}, PDF),
        )

        def answered(said: Answers | None) -> None:
            if said is not None:
                number, pdf = str(said["number"]), said["how"] != TEXT
                take_out = services.log_extract.extract_to_storage
                self._writes.run(lambda: take_out(self._system, self._actor, number, pdf=pdf), self._say_where_it_lies)

        note = _("Utdraget har tid och enhet, inte vem. Det ligger i mellanlagringen och försvinner av sig självt.")
        self.app.push_screen(FormScreen(_("Patientens utdrag ur loggen"), parts, note, saves=_("ta ut")), answered)

    def action_control_export(self) -> None:
        def answered(said: Answers | None) -> None:
            if said is not None:
                self._writes.run(lambda: self._export(said), self._say_where_it_lies)

        note = _("En läsning på varje rad, som FHIR AuditEvent. Filen försvinner av sig själv ur mellanlagringen.")
        parts = self._control_days(0)
        self.app.push_screen(FormScreen(_("Exportera loggen"), parts, note, saves=_("exportera")), answered)

    def _export(self, said: Answers) -> Path:
        first, last = self._days_of(said)
        today = local_date(self._system.clock.now())
        return services.log_extract.export_to_storage(self._system, self._actor, first or today, last or today)

    def _say_where_it_lies(self, path: Path) -> None:
        self.app.push_screen(SeenScreen(_("Sparat i mellanlagringen"), clean_line(str(path), 400)))

    def _ask_outcome(self, check: LogCheck, problem: str = "") -> None:
        here = self._still_here()

        def answered(said: Answers | None) -> None:
            if said is None:
                return
            outcome = Outcome(str(said["outcome"])) if said["outcome"] else None
            words = str(said["words"])
            deed = services.log_checks.sign if outcome else services.log_checks.say

            def done(after: LogCheck) -> None:
                self._say(_("Kontrollen är signerad.") if after.signed_at else _("Sparat. Kontrollen pågår."))
                if here():
                    self.action_control_checks()

            def failed(error: P24Error) -> None:
                if here():
                    self._ask_outcome(replace(check, outcome=outcome, words=words), explain(error))
                else:
                    self._fail(error)

            self._writes.run(lambda: deed(self._system, self._actor, check.id, outcome, words), done, failed)

        parts = (
            Choice("outcome", _("Utfall"), {one: _(words) for one, words in OUTCOMES.items()}, check.outcome or ""),
            Text("words", _("Anteckning"), check.words),
        )
        note = _("Med ett utfall signeras kontrollen med ditt namn och ändras inte mer. Utan utfall sparas orden.")
        title = ngettext(
            "Vad gav kontrollen av {count} läsning?", "Vad gav kontrollen av {count} läsningar?", len(check.reads)
        ).format(count=len(check.reads))
        self.app.push_screen(FormScreen(title, parts, note, problem, _("signera")), answered)

    def _ask_what(
        self, title: str, parts: list[Part], found: Callable[[Answers, Days], LogView], note: str = ""
    ) -> None:
        """Ask for what to look at, and look."""

        def answered(said: Answers | None) -> None:
            if said is not None:
                self._look_at_log(lambda: Shown(found(said, self._days_of(said))))

        self.app.push_screen(FormScreen(title, parts, note, saves=_("visa")), answered)

    def _control_days(self, ago: int | None) -> list[Part]:
        """From which day to which: filled in with the day so many days ago, or left open."""
        today = local_date(self._system.clock.now())
        day = "" if ago is None else (today - timedelta(days=ago)).isoformat()
        hint = _("så långt loggen finns") if ago is None else ""
        return [Line("first", _("Från dagen"), day, hint), Line("last", _("Till dagen"), day, _("i dag"))]

    def _days_of(self, said: Answers) -> Days:
        """The days that were typed; none where nothing was. Raises ``BadInput`` for what is no day."""
        today = local_date(self._system.clock.now())
        first, last = (str(said[name]).strip() for name in ("first", "last"))
        return (
            day_of(first, today, has_been=True) if first else None,
            day_of(last, today, has_been=True) if last else None,
        )

    def _look_at_log(self, errand: Callable[[], Shown]) -> None:
        self.post_message(self.Looked(errand))

    def _unusual_errand(self) -> Callable[[], Shown]:
        return lambda: Shown(services.log_control.unusual(self._system, self._actor))

    def _goes_on(self, shown: Shown) -> bool:
        """Whether it is the same look as the one that stands there."""
        before, after = self._log_shown.view, shown.view
        return before is not None and after is not None and before.criteria == after.criteria

    def _control_page(self, shown: Shown) -> Page:
        """What has been found as a page; what one does next is of that."""
        self._log_shown, now = shown, self._system.clock.now()
        is_checked = shown.view is None or shown.check is not None
        self._key_bar.next_step = "control_sign" if is_checked else "control_begin"
        if shown.view is None:
            return checks_page(shown.checks, now)
        return log_view_page(shown.view, shown.check, now)

    def _log_line(self, id: str) -> LogLine | None:
        view = self._log_shown.view
        return next((line for line in view.lines if str(line.seq) == id), None) if view is not None else None


def _again(check: LogCheck, view: LogView) -> Shown:
    return Shown(view, check)
