"""The booking form, which knows the rules: with whom the visit is follows from the day, and what is asked from that."""

from collections.abc import Callable, Collection
from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace
from rich.text import Text as Plain
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Label, Select, Static

from p24tui.clock import local_date
from p24tui.errors import BadInput, Refused
from p24tui.i18n import _
from p24tui.ids import fresh_id
from p24tui.routine import phone, proxy
from p24tui.routine.chat import CLINICIANS
from p24tui.routine.decision import Refusal
from p24tui.routine.hours import Span, openness
from p24tui.routine.identity import age_on, show_number
from p24tui.routine.protection import is_protected
from p24tui.routine.proxy import Guardian
from p24tui.routine.visit import Summons, VisitKind
from p24tui.services.limits import limit, limit_on
from p24tui.services.visit_views import Profile
from p24tui.store.values import Staff, Unit
from p24tui.text import clean_line
from p24tui.tui.screens.booking_guardians import booked_words, guardian_words
from p24tui.tui.screens.booking_parts import OutsideHours, read_span, summons_options, why
from p24tui.tui.widgets.dialog import Dialog
from p24tui.tui.widgets.field import Field
from p24tui.words.cases import profession_word
from p24tui.words.times import day_and_time, read_day

PATIENT, RELATIVE = "patient", "relative"
YOUNG = 18
"""Years below which it is said why somebody is booked without a proxy."""

CLOSED = "▲"


class Facts(Struct, frozen=True, kw_only=True):
    """What the form is filled in from. ``by_hand`` says whether a patient's visit may be booked here (VI-2)."""

    profile: Profile
    unit: Unit
    staff: tuple[Staff, ...]
    staff_id: str | None
    now: datetime
    by_hand: bool


class Asked(Struct, frozen=True, kw_only=True):
    """What is to be booked. Instants are UTC; ``mobile`` is that of whoever joins where it has changed, else empty.

    ``visit_id`` is the same however often the form is sent, so that it books one visit.
    """

    visit_id: str
    starts_at: datetime
    ends_at: datetime
    relative: bool
    holder_id: str | None
    proxy_number: str
    mobile: str
    summons: Summons | None
    reason: str


class Standing(Struct, frozen=True):
    """With whom a visit on a day would be. ``age`` is on that day; ``hindrance`` says why it cannot be booked."""

    kind: VisitKind
    age: int | None = None
    hindrance: Refusal | None = None


def standing(profile: Profile, day: date, *, relative: bool) -> Standing:
    """What the rules say of a visit on that day, whatever else is filled in (VI-6, VI-7, VI-9)."""
    age = None if profile.born is None else age_on(profile.born, day)
    if relative:
        return Standing(VisitKind.RELATIVE, age)
    child = proxy.needs_proxy(profile.born, day, limit_on("proxy_below_age", day))
    if isinstance(child, Refusal):
        return Standing(VisitKind.PATIENT, age, child)
    if not child:
        return Standing(VisitKind.PATIENT, age)
    reached = [replace(one, mobile=one.mobile or "is asked for in the form") for one in profile.guardians]
    chosen = proxy.choose_proxy(reached, None)
    return Standing(VisitKind.CHILD, age, chosen if isinstance(chosen, Refusal) else None)


class BookingScreen(ModalScreen[None]):
    """One form for a booking. ``book`` is told what is asked; it answers by ``booked`` or ``say``, and all stays.

    ``show_guardians`` lets one see to a child's guardians, and answers by ``have``.
    """

    BINDINGS = [
        Binding("escape", "leave", show=False),
        Binding("ctrl+s", "save", show=False, priority=True),
        Binding("ctrl+g", "guardians", show=False, priority=True),
    ]

    def __init__(
        self,
        facts: Facts,
        book: Callable[["BookingScreen", Asked], None],
        show_guardians: Callable[["BookingScreen"], None],
    ) -> None:
        super().__init__()
        self._facts = facts
        self._profile = facts.profile
        self._book = book
        self._show_guardians = show_guardians
        self._visit_id = fresh_id()
        self._outside = OutsideHours(facts.unit.hours)
        self._saving = self._leaving = False
        self._mobiles: dict[str, str] = {}
        self._reached: str | None = None
        self._summons_for: VisitKind | None = None
        self._day = local_date(facts.now)
        self._kind = Select(self._kinds(), allow_blank=False, compact=True, id="booking-kind")
        self._kind.disabled = not facts.by_hand
        self._date = Field(self._day.isoformat(), id="booking-day")
        self._clock = Field(placeholder=_("som 10.30"), id="booking-clock")
        self._minutes = Field(str(limit("visit_lasts", facts.now)), id="booking-minutes")
        self._holder = Select(
            _holders(facts.staff),
            prompt=_("ingen bestämd än"),
            value=self._oneself(),
            compact=True,
            id="booking-holder",
        )
        self._proxy = Select[str]([], prompt=_("ingen kan väljas"), compact=True, id="booking-proxy")
        self._mobile_label = Label()
        self._mobile = Field(placeholder=_("saknas: skriv som 070-123 45 67"), id="booking-mobile")
        self._summons = Select[str]([], prompt=_("välj den som är vald i VAS"), compact=True, id="booking-summons")
        self._reason = Field(placeholder=_("frivilligt, kort"), id="booking-reason")
        self._about = Static(id="booking-about")
        self._note = Static(id="booking-note")
        self._problem = Static(id="form-problem", classes="dialog-problem")
        self._keys = Static(id="form-keys")

    def compose(self) -> ComposeResult:
        with Dialog(classes="wide", id="form-dialog"):
            title = _("Boka videobesök · {name}").format(name=clean_line(self._profile.patient.name))
            yield Static(Content.styled(title, "bold"))
            yield self._about
            with VerticalScroll(id="form-parts", can_focus=False):
                yield from (_row(label, widget) for label, widget in self._rows())
            yield self._note
            yield self._problem
            yield self._keys

    def on_mount(self) -> None:
        self.have(self._profile)
        self._date.focus()

    @property
    def profile(self) -> Profile:
        """The patient's profile as it was read last."""
        return self._profile

    def have(self, profile: Profile) -> None:
        """The profile is like this now; what has been filled in stays, but for what the profile says anew."""
        before, chosen = self._profile, self._proxy.value
        self._profile = profile
        allowed = {one.number: one for one in profile.guardians if not is_protected(one.protection)}
        self._proxy.set_options((Plain(_proxy_words(one)), number) for number, one in allowed.items())
        stays = chosen in allowed and profile.preselected == before.preselected
        if allowed:
            self._proxy.value = str(chosen) if stays else profile.preselected
        if profile.guardians != before.guardians:
            self._mobiles, self._reached = {}, None
        self._look()

    def booked(self) -> None:
        """It is booked."""
        if self.is_current:
            self.dismiss(None)

    def say(self, words: str) -> None:
        """Say why it was not booked; it stands until something is changed."""
        self._saving = False
        self._problem.update(Content(words))

    def action_save(self) -> None:
        if self._saving:
            return
        self._look()  # the key may have come before word of the last choice
        try:
            asked = self._asked()
            self._outside.warn_once(asked.starts_at)
        except (BadInput, Refused) as error:
            self.say(why(error))
            return
        self._saving = True
        self._problem.update(Content(_("Bokar …")))
        self._book(self, asked)

    def action_guardians(self) -> None:
        if self._shows_proxy():
            self._show_guardians(self)

    def action_leave(self) -> None:
        """What has been filled in is thrown away only by a second press."""
        typed = self._clock.value or self._reason.value or self._mobiles or not self._summons.is_blank()
        if self._leaving or not typed:
            self.dismiss(None)
            return
        self.say(_("Inget är bokat. Esc en gång till kastar det du skrev."))
        self._leaving = True

    def on_input_submitted(self) -> None:
        self.focus_next()

    def on_input_changed(self, event: Field.Changed) -> None:
        reached = self._reached
        if event.input is self._mobile and reached is not None and self._mobile.value != self._known_mobile(reached):
            self._mobiles[reached] = self._mobile.value
        self._changed()

    def on_select_changed(self) -> None:
        self._changed()

    def _changed(self) -> None:
        self._leaving = False
        if not self._saving:
            self._problem.update("")
        self._look()

    def _rows(self) -> list[tuple[str | Label, Widget]]:
        return [
            (_("Med"), self._kind),
            (_("Dag"), self._date),
            (_("Klockan"), self._clock),
            (_("Minuter"), self._minutes),
            (_("Hålls av"), self._holder),
            (_("Ombud"), self._proxy),
            (self._mobile_label, self._mobile),
            (_("Kallelse i VAS"), self._summons),
            (_("Gäller"), self._reason),
        ]

    def _kinds(self) -> list[tuple[str, str]]:
        patient = [(_("patienten, ett barn med sitt ombud"), PATIENT)] if self._facts.by_hand else []
        return [*patient, (_("en anhörig ensam (ASAM)"), RELATIVE)]

    def _oneself(self) -> str | object:
        ids = [one.id for one in self._facts.staff if one.profession in CLINICIANS]
        return self._facts.staff_id if self._facts.staff_id in ids else Select.NULL

    def _standing(self) -> Standing:
        return standing(self._profile, self._day, relative=self._kind.value == RELATIVE)

    def _shows_proxy(self) -> bool:
        return self._standing().kind is VisitKind.CHILD

    def _look(self) -> None:
        """Ask for what the day and the choices call for, and say why."""
        day = read_day(self._date.value, local_date(self._facts.now))
        if day is not None and day >= local_date(self._facts.now):
            self._day = day
        now = self._standing()
        child, relative = now.kind is VisitKind.CHILD, now.kind is VisitKind.RELATIVE
        _show(self._proxy, child)
        _show(self._mobile, not relative and (not child or not self._proxy.is_blank()))
        _show(self._summons, not relative)
        self._mobile_label.update(_("Ombudets mobil") if child else _("Patientens mobil"))
        self._reach(str(self._proxy.value) if child and not self._proxy.is_blank() else "")
        if now.kind is not self._summons_for:
            self._summons_for = now.kind
            self._summons.set_options((words, value) for value, words in summons_options(now.kind).items())
        self._about.update(self._about_words(now))
        self._note.update(Content("\n").join(self._notes(now)))
        guardians = _("   Ctrl+G vårdnadshavare") if child else ""
        self._keys.update(_("Tab nästa fält   Ctrl+S boka{guardians}   Esc låt bli").format(guardians=guardians))

    def _reach(self, number: str) -> None:
        """Show the mobile of this guardian, or the patient's: what was typed for them, else what is known."""
        if number != self._reached:
            self._reached = number
            self._mobile.value = self._mobiles.get(number, self._known_mobile(number))

    def _known_mobile(self, number: str) -> str:
        if not number:
            mobile = self._profile.mobile
        else:
            mobile = next((one.mobile for one in self._profile.guardians if one.number == number), "")
        return phone.shown(mobile) if mobile else ""

    def _about_words(self, now: Standing) -> Content:
        one = self._profile
        age = _("ålder okänd") if now.age is None else _("{count} år den dagen").format(count=now.age)
        known = f"{show_number(clean_line(one.number))} · {age}"
        booked = " · ".join(booked_words(each) for each in one.booked[:2])
        more = _("Redan bokat: {visits}").format(visits=booked) if booked else ""
        return Content("\n").join(filter(None, [Content(known), Content.styled(more, "$warning") if more else None]))

    def _notes(self, now: Standing) -> list[Content]:
        """What hinders the booking, what one should know, and why the form asks as it does: the gravest first."""
        said = []
        if now.hindrance is not None:
            said.append(Content.styled(why(Refused(now.hindrance.rule, now.hindrance.reason)), "bold $error"))
        if closed := self._closed_words():
            said.append(Content.styled(f"{CLOSED} {closed}", "bold $warning"))
        if now.kind is VisitKind.CHILD:
            hidden = [one for one in self._profile.guardians if is_protected(one.protection)]
            words = _("{who}: kan inte vara ombud (PR-1).")
            said += [Content.styled(words.format(who=guardian_words(one)), "$warning") for one in hidden]
        return [*said, *(Content(words) for words in self._reasons(now))]

    def _reasons(self, now: Standing) -> list[str]:
        if now.kind is VisitKind.RELATIVE:
            booked = _("Boka ASAM i VAS på patienten, på en aktivitet som inte visas på 1177. Bjud sedan in (VI-4).")
            in_vas = _("Besök med patienten bokas i VAS med DIVL och kommer hit därifrån (VI-2).")
            return [booked] if self._facts.by_hand else [in_vas, booked]
        if now.kind is VisitKind.CHILD:
            return [_("Under 13 år den dagen: ett ombud (VI-7). Den andra kan bli gäst (VI-8).")]
        if now.age is not None and now.age < YOUNG:
            return [_("13 år eller mer den dagen: bokas som vuxen, utan ombud (VI-9).")]
        return []

    def _closed_words(self) -> str:
        """That the unit is closed at the time of the visit, and when it opens; empty where it is open."""
        try:
            starts_at, _ends_at = self._span()
        except BadInput:
            return ""
        then = openness(self._facts.unit.hours, starts_at)
        if then.open:
            return ""
        if then.changes_at is None:
            return _("Enheten är stängd då.")
        return _("Enheten är stängd då, och öppnar {at}.").format(at=day_and_time(then.changes_at))

    def _span(self) -> Span:
        """When it is to be. Raises ``BadInput`` where that cannot be read."""
        return read_span(self._date.value, self._clock.value, self._minutes.value, local_date(self._facts.now))

    def _asked(self) -> Asked:
        """What the form asks. Raises ``BadInput`` where it cannot be read, ``Refused`` where it cannot be."""
        starts_at, ends_at = self._span()
        now = self._standing()
        if now.hindrance is not None:
            raise Refused(now.hindrance.rule, now.hindrance.reason)
        relative = now.kind is VisitKind.RELATIVE
        return Asked(
            visit_id=self._visit_id,
            starts_at=starts_at,
            ends_at=ends_at,
            relative=relative,
            holder_id=None if self._holder.is_blank() else str(self._holder.value),
            proxy_number=self._reached or "",
            mobile="" if relative else self._changed_mobile(),
            summons=None if relative or self._summons.is_blank() else Summons(str(self._summons.value)),
            reason=self._reason.value,
        )

    def _changed_mobile(self) -> str:
        typed = self._mobile.value.strip()
        return "" if typed == self._known_mobile(self._reached or "") else typed


def _row(label: str | Label, widget: Widget) -> Widget:
    return Horizontal(label if isinstance(label, Label) else Label(label), widget, classes="form-row")


def _show(widget: Widget, shows: bool) -> None:
    """Show or hide the row that the widget stands in."""
    if isinstance(widget.parent, Widget):
        widget.parent.display = shows


def _holders(staff: Collection[Staff]) -> list[tuple[Plain, str]]:
    """Those of the unit who may hold a visit."""
    return [
        (Plain(f"{clean_line(one.name)}, {profession_word(one.profession)}"), one.id)
        for one in staff
        if one.profession in CLINICIANS
    ]


def _proxy_words(one: Guardian) -> str:
    words, primary = guardian_words(one), _("primär")
    return f"{words} · {primary}" if one.is_primary else words
