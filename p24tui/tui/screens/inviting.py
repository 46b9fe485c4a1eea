"""Inviting to a video visit: a colleague, an interpreter, the other guardian, a relative, a guest (VI-8 to VI-12)."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from p24tui import services
from p24tui.errors import Refused
from p24tui.i18n import N_, _
from p24tui.routine import phone
from p24tui.routine.actor import Actor
from p24tui.routine.link import INTERPRETER_NAME, Participant, Role, colleague_channel, may_still_invite
from p24tui.routine.protection import is_protected
from p24tui.routine.proxy import Guardian
from p24tui.routine.visit import Visit, VisitKind, is_half_ended
from p24tui.services.visit_views import Profile
from p24tui.store.values import Staff
from p24tui.text import clean_line
from p24tui.tui.screens.booking_guardians import guardian_words
from p24tui.tui.screens.booking_parts import Question, VisitParts, chosen, text
from p24tui.tui.screens.form import Answers, Choice, Line
from p24tui.tui.widgets.dialog import Dialog
from p24tui.words.cases import profession_word
from p24tui.words.times import day_and_time
from p24tui.words.visits import CHANNELS

if TYPE_CHECKING:
    from p24tui.services.invitations import Guest

YES, NO = "yes", "no"

WHO = {
    Role.COLLEAGUE: (N_("en kollega i Region Halland"), "VI-10"),
    Role.INTERPRETER: (N_("en tolk"), "VI-12"),
    Role.GUARDIAN: (N_("den andra vårdnadshavaren"), "VI-8"),
    Role.RELATIVE: (N_("en anhörig"), "VI-4"),
    Role.GUEST: (N_("en extern gäst"), "VI-11"),
}
"""Whom one can invite, in the order that they are offered, and by which rule."""


class Invited(Struct, frozen=True):
    """The visit that one invites to, and its patient's name as it is shown here and nowhere else.

    ``half_ended`` says that its video has been ended: whoever comes now waits.
    """

    visit: Visit
    name: str
    half_ended: bool = False


class WhoToInviteScreen(ModalScreen[Role | None]):
    """Digits choose who it is."""

    BINDINGS = [
        *(Binding(str(digit), f"choose({digit})", show=False) for digit in range(1, len(WHO) + 1)),
        Binding("escape", "leave", show=False),
    ]
    AUTO_FOCUS = ""

    def __init__(self, title: str, roles: tuple[Role, ...], *, half_ended: bool = False) -> None:
        super().__init__()
        self._title = title
        self._roles = roles
        self._half_ended = half_ended

    def compose(self) -> ComposeResult:
        with Dialog():
            yield Static(Content.styled(self._title, "bold"), classes="dialog-title")
            yield Static(Content("\n").join(self._lines()))
            words = _("Det som går ut är en länk till just det här besöket, aldrig patientens namn.")
            yield Static(words, classes="dialog-note")
            if self._half_ended:
                waits = _("Videon är avslutad: den som bjuds in väntar tills den startas igen.")
                yield Static(Content.styled(waits, "bold $warning"), classes="dialog-note")
            yield Static(_("Siffra välj   Esc låt bli"), classes="dialog-keys")

    def action_choose(self, digit: int) -> None:
        if digit <= len(self._roles):
            self.dismiss(self._roles[digit - 1])

    def action_leave(self) -> None:
        self.dismiss(None)

    def _lines(self) -> list[Content]:
        return [
            Content.assemble(
                (f" {digit}  ", "bold $primary"), _(WHO[role][0]), (f"  {WHO[role][1]}", "$foreground 60%")
            )
            for digit, role in enumerate(self._roles, 1)
        ]


class Inviting(VisitParts):
    """The section of the desk where others are invited to a visit."""

    def action_invite(self) -> None:
        """Ask whom to invite to the visit, then how they are reached."""
        if (line := self._chosen_visit()) is None:
            return
        if refusal := may_still_invite(line.visit):
            self._refuse(refusal)
            return
        half = line.case is not None and is_half_ended(line.case)
        to = Invited(line.visit, clean_line(line.patient.name) or _("skyddad person"), half)
        self._keep_drafts()
        if to.visit.kind is not VisitKind.CHILD:
            self._ask_whom(to, ())
            return
        here, actor = self._still_here(), self._as(to.visit.unit_id)

        def ask(profile: Profile) -> None:
            if here():
                self._ask_whom(to, tuple(one for one in profile.guardians if one.number != to.visit.proxy_number))

        self._reads.run(lambda: services.patients.profile(self._system, actor, to.visit.patient_id), ask)

    def _ask_whom(self, to: Invited, others: tuple[Guardian, ...]) -> None:
        """The other guardian is among those to choose from where there is one (VI-8)."""
        roles = tuple(role for role in WHO if role is not Role.GUARDIAN or others)
        title = _("Bjud in till besöket {at} · {name}").format(at=day_and_time(to.visit.starts_at), name=to.name)

        def answered(role: Role | None) -> None:
            if role is not None:
                self._invite(to, role, others)

        self.app.push_screen(WhoToInviteScreen(title, roles, half_ended=to.half_ended), answered)

    def _invite(self, to: Invited, role: Role, others: tuple[Guardian, ...]) -> None:
        """Ask how somebody in this role is reached, and invite them."""
        actor = self._as(to.visit.unit_id)
        match role:
            case Role.COLLEAGUE:
                self._invite_colleague(to, actor)
            case Role.GUARDIAN:
                self._invite_guardian(to, actor, others)
            case Role.INTERPRETER:
                mailbox = self._system.settings.interpreter_mailbox
                self._ask_guest(interpreter_question(to, mailbox), to, actor, _interpreter)
            case _:
                self._ask_guest(guest_question(to, role), to, actor, lambda said: _named(said, role))

    def _invite_colleague(self, to: Invited, actor: Actor) -> None:
        here, ids = self._still_here(), [unit.id for unit in self._units]

        def read() -> list[Staff]:
            found = {one.id: one for unit_id in ids for one in services.staff.staff_of(self._system, unit_id)}
            return sorted((one for one in found.values() if one.id != actor.staff_id), key=lambda one: one.name)

        def show(staff: list[Staff]) -> None:
            if here():
                self._ask_guest(colleague_question(to, staff), to, actor, _colleague)

        self._reads.run(read, show)

    def _invite_guardian(self, to: Invited, actor: Actor, others: tuple[Guardian, ...]) -> None:
        known = {one.number: one for one in others if not is_protected(one.protection)}
        if not known:
            words = _("Den andra vårdnadshavaren har skyddade personuppgifter, och bjuds inte in här.")
            self._refusal_bar.say(_("Regel {rule}").format(rule="PR-1"), words)
            return
        question = guardian_question(to, list(known.values()), hides=len(known) < len(others))
        self._ask_guest(question, to, actor, lambda said: _guardian(said, known))

    def _ask_guest(self, question: Question, to: Invited, actor: Actor, made: Callable[[Answers], "Guest"]) -> None:
        def deed(said: Answers) -> Callable[[], Participant]:
            guest = made(said)
            return lambda: services.invitations.invite(self._system, actor, to.visit.id, guest)

        self._ask_and_do(question, deed, self._say_invited)

    def _say_invited(self, one: Participant) -> None:
        self._visits_changed()
        if one.channel is None:
            words = _("Inbjuden: {name}. Besöket syns i hens egen lista.")
        else:
            words = _("Inbjuden: {name}. Länken går med {way}.")
        self._say(words.format(name=clean_line(one.name), way=_(CHANNELS[one.channel])))


def colleague_question(to: Invited, staff: list[Staff]) -> Question:
    """Which colleague, and by what it goes (VI-10)."""
    options = {one.id: _colleague_words(one) for one in staff}
    note = _(
        "E-post går först, annars sms till den som har mobil här, annars syns besöket i hens egen lista. "
        "Det som går ut är tiden och en länk, inget om patienten."
    )
    return _question(_("Bjud in en kollega"), to, (Choice("staff", _("Kollega"), options),), note)


def interpreter_question(to: Invited, mailbox: str) -> Question:
    """To which mailbox (VI-12)."""
    parts = (Line("address", _("Brevlåda"), mailbox, _("tolkförmedlingens e-postadress")),)
    note = _(
        "Namnet blir alltid ”{name}”. Det som går ut är tiden och en länk, inget om patienten. "
        "Språk och annat beställs som vanligt hos tolkförmedlingen."
    ).format(name=" ".join(INTERPRETER_NAME))
    return _question(_("Bjud in en tolk"), to, parts, note)


def guardian_question(to: Invited, others: list[Guardian], *, hides: bool) -> Question:
    """Which of the other guardians, and where the link goes (VI-8); ``hides`` says that a protected one is left out."""
    options = {one.number: _guardian_words(one) for one in others}
    parts = (
        Choice("guardian", _("Vårdnadshavare"), options, others[0].number if len(others) == 1 else ""),
        Line("address", _("E-post, mobil"), hint=_("tomt: mobilen som står ovan")),
    )
    note = _("Hen ansluter som gäst, utan e-legitimation. Det som går ut är en länk, inget om patienten.")
    if hides:
        note += " " + _("En vårdnadshavare med skyddade personuppgifter bjuds inte in (PR-1).")
    return _question(_("Bjud in den andra vårdnadshavaren"), to, parts, note)


def guest_question(to: Invited, role: Role) -> Question:
    """A relative's or a guest's name, where the link goes, and whether they must be sure who it is (VI-11)."""
    identity = {NO: _("behöver inte säkerställas"), YES: _("måste säkerställas: gästen visar legitimation")}
    parts = (
        Line("name", _("Namn"), hint=_("den som bjuds in")),
        Line("address", _("E-post, mobil"), hint=_("namn@exempel.se eller 070-123 45 67")),
        Choice("identity", _("Identiteten"), identity, NO),
    )
    words = _("Länken gäller bara det här besöket, utan e-legitimation. Det som går ut är en länk, inget om patienten.")
    title = _("Bjud in en anhörig") if role is Role.RELATIVE else _("Bjud in en extern gäst")
    return _question(title, to, parts, words)


def _question(title: str, to: Invited, parts: tuple[Choice | Line, ...], note: str) -> Question:
    at = day_and_time(to.visit.starts_at)
    return Question(f"{title} · {at} · {to.name}", parts, note, _("bjud in"))


def _colleague_words(one: Staff) -> str:
    way = colleague_channel(one.email, one.mobile)
    how = _("med {way}").format(way=_(CHANNELS[way[0]])) if way else _("syns i hens egen lista")
    return f"{clean_line(one.name)}, {profession_word(one.profession)} · {how}"


def _guardian_words(one: Guardian) -> str:
    mobile = phone.shown(one.mobile) if one.mobile else _("mobil saknas")
    return f"{guardian_words(one)} · {mobile}"


def _interpreter(said: Answers) -> "Guest":
    return services.invitations.Guest(role=Role.INTERPRETER, address=text(said, "address"))


def _colleague(said: Answers) -> "Guest":
    return services.invitations.Guest(role=Role.COLLEAGUE, staff_id=chosen(said, "staff"))


def _guardian(said: Answers, known: dict[str, Guardian]) -> "Guest":
    one = known[chosen(said, "guardian")]
    address = text(said, "address") or one.mobile
    if not address:
        raise Refused("VI-8", "guest-address")
    return services.invitations.Guest(role=Role.GUARDIAN, name=one.name, address=address, number=one.number)


def _named(said: Answers, role: Role) -> "Guest":
    address = text(said, "address")
    if not address:
        raise Refused(WHO[role][1], "guest-address")
    must = text(said, "identity") == YES
    return services.invitations.Guest(role=role, name=text(said, "name"), address=address, must_identify=must)
