"""Finding a patient by the whole identity number, and registering whoever is not here yet (VI-1, VI-6)."""

from collections.abc import Callable
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from p24tui import services
from p24tui.clock import local_date
from p24tui.errors import BadInput, P24Error, Refused
from p24tui.i18n import _
from p24tui.routine.actor import Actor
from p24tui.routine.identity import show_number
from p24tui.routine.proxy import needs_proxy
from p24tui.services.limits import limit_on
from p24tui.services.visit_views import Profile
from p24tui.text import clean_line
from p24tui.tui.screens.booking_parts import VisitParts, text, why
from p24tui.tui.screens.form import Answers, Choice, FormScreen, Line, Part, filled


class Newcomer(Struct, frozen=True):
    """Somebody who is to be registered. ``number`` is the whole identity number, ``born`` what it tells, if it does.

    ``name`` and ``mobile`` are filled in. ``asks_name`` says that nobody but whoever registers can say the name.
    """

    number: str
    born: date | None
    name: str = ""
    mobile: str = ""
    asks_name: bool = False


class Registering(VisitParts):
    """The section of the desk where a patient is found or registered."""

    def _ask_number(
        self, go_on: Callable[[Profile, Actor], None], before: Answers | None = None, problem: str = ""
    ) -> None:
        """Ask for a patient; ``go_on`` with their profile, once they are registered here."""
        parts: tuple[Part, ...] = (Line("number", _("Identitetsnummer"), hint=_("hela numret, som 19500907-2553")),)
        if len(self._units) > 1:
            units = {unit.id: clean_line(unit.name) for unit in self._units}
            parts = (*parts, Choice("unit", _("På enheten"), units, self._actor.unit_id))
        parts = parts if before is None else filled(parts, before)
        note = _("Den som inte finns här registreras först. Att du har sett patientens profil loggas.")

        def answered(said: Answers | None) -> None:
            if said is not None:
                self._find(said, go_on)

        self.app.push_screen(FormScreen(_("Boka videobesök: vem?"), parts, note, problem, _("sök")), answered)

    def _find(self, said: Answers, go_on: Callable[[Profile, Actor], None]) -> None:
        here, typed = self._still_here(), text(said, "number")
        actor = self._as(text(said, "unit") or self._actor.unit_id) if "unit" in said else self._actor

        def found(profile: Profile | None) -> None:
            if not here():
                return
            if profile is None:
                self._register_as(typed, actor, go_on)
            else:
                go_on(profile, actor)

        def failed(error: P24Error) -> None:
            if isinstance(error, Refused) or not here():
                self._fail(error)  # of somebody protected nothing stays on the screen, the number neither
            else:
                self._ask_number(go_on, said, why(error))

        self._reads.run(lambda: services.patients.find(self._system, actor, typed), found, failed)

    def _register_as(
        self, typed: str, actor: Actor, go_on: Callable[[Profile, Actor], None], name: str = "", mobile: str = ""
    ) -> None:
        """Register whoever has this number, who is not here; ``name`` and ``mobile`` are suggested."""
        try:
            number = services.patients.number_of(self._system, typed)
        except P24Error as error:
            self._fail(error)
            return
        self._register(Newcomer(number.value, number.born, name, mobile), actor, go_on)

    def _register(
        self,
        one: Newcomer,
        actor: Actor,
        go_on: Callable[[Profile, Actor], None],
        before: Answers | None = None,
        problem: str = "",
    ) -> None:
        child = self._is_child(one.born)
        parts = newcomer_parts(one, child=child)
        title = _("Inga patienter hittade · registrera {number}").format(number=show_number(one.number))
        screen = FormScreen(
            title, parts if before is None else filled(parts, before), _note(child=child), problem, _("registrera")
        )

        def answered(said: Answers | None) -> None:
            if said is not None:
                self._put_patient(one, actor, go_on, said)

        self.app.push_screen(screen, answered)

    def _put_patient(self, one: Newcomer, actor: Actor, go_on: Callable[[Profile, Actor], None], said: Answers) -> None:
        here, mobile = self._still_here(), text(said, "mobile")
        name = text(said, "name") if "name" in said else ""

        def registered(profile: Profile) -> None:
            self._say(_("Registrerad: {name}.").format(name=clean_line(profile.patient.name)))
            if here():
                go_on(profile, actor)

        def failed(error: P24Error) -> None:
            if isinstance(error, Refused) or not here():
                self._fail(error)
            else:
                asks = one.asks_name or (isinstance(error, BadInput) and error.reason == "patient-name")
                self._register(replace(one, asks_name=asks), actor, go_on, said, why(error))

        try:
            if not mobile and not self._is_child(one.born):
                raise BadInput("mobile-missing")
            born = _born(said)
        except BadInput as error:
            failed(error)
            return
        self._writes.run(
            lambda: services.patients.register(self._system, actor, one.number, mobile, name=name, born=born),
            registered,
            failed,
        )

    def _is_child(self, born: date | None) -> bool:
        today = local_date(self._system.clock.now())
        return needs_proxy(born, today, limit_on("proxy_below_age", today)) is True


def newcomer_parts(one: Newcomer, *, child: bool) -> tuple[Part, ...]:
    """What is asked of somebody who is not here: the mobile, and what neither the number nor the service can say."""
    hint = _("behövs inte: barnet nås genom sitt ombud") if child else _("patientens egen, som 070-123 45 67")
    parts: list[Part] = [Line("mobile", _("Mobil"), one.mobile, hint)]
    if one.asks_name:
        parts.append(Line("name", _("Namn"), one.name, _("förnamn och efternamn")))
    if one.born is None:
        parts.append(Line("born", _("Född"), hint=_("som 2016-05-04; numret säger det inte")))
    return tuple(parts)


def _note(*, child: bool) -> str:
    if child:
        return _("Namn, skydd och vårdnadshavare hämtas från personuppgiftstjänsten.")
    return _("Namn och skydd hämtas från personuppgiftstjänsten.")


def _born(said: Answers) -> date | None:
    """The day of birth that was typed, if any: in full, as no year is guessed. Raises ``BadInput`` where it is none."""
    typed = text(said, "born") if "born" in said else ""
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError as error:
        raise BadInput("bad-birth", value=clean_line(typed, 20)) from error
