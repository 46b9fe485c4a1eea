"""One case: who the patient is, the conversation, and where one answers."""

from datetime import datetime

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from p24tui.i18n import _
from p24tui.routine.actor import Actor
from p24tui.routine.case import Case, CaseState, SuicideRisk
from p24tui.routine.identity import show_number
from p24tui.routine.protection import Protection
from p24tui.routine.queue import triage_failed
from p24tui.services.views import OpenCase
from p24tui.store.values import Doing
from p24tui.text import clean_line
from p24tui.tui.widgets.composer import Composer
from p24tui.tui.widgets.conversation import Conversation, entries
from p24tui.words import SUICIDE, TYPING, VIEWING, clock_time, day_and_time, kind_word, state_word

E_IDS = {"bankid": "BankID", "freja": "Freja eID Plus"}


class CasePane(Vertical):
    """Shows an open case. Values in by ``show``; what one writes goes out from the composer in it."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._opened: OpenCase | None = None
        self.conversation = Conversation(id="conversation")
        self.composer = Composer(id="composer")

    @property
    def opened(self) -> OpenCase | None:
        """The case that is shown."""
        return self._opened

    @property
    def case(self) -> Case | None:
        """Its facts."""
        return self._opened.line.case if self._opened else None

    def compose(self) -> ComposeResult:
        yield Static(id="case-who")
        yield self.conversation
        yield Static(id="case-hint")
        yield self.composer

    def show(self, opened: OpenCase, actor: Actor, now: datetime) -> None:
        """Show a case, or the same one as it is now."""
        another = self.case is None or self.case.id != opened.line.case.id
        self._opened = opened
        case, patient = opened.line.case, opened.line.patient
        self.query_one("#case-who", Static).update(_who(opened))
        self.conversation.show([] if patient.protected else entries(opened, now), at_end=another)
        self.query_one("#case-hint", Static).update(_hint(opened, actor, now))
        mine = case.owner_id == actor.staff_id and case.state is not CaseState.ENDED and not patient.protected
        self.composer.display = mine
        self.composer.write_in(case.id, patient.name, opened.draft)

    def clear(self) -> None:
        """Show no case."""
        self.composer.keep_draft()
        self._opened = None


def _who(opened: OpenCase) -> Content:
    case, patient = opened.line.case, opened.line.patient
    if patient.protected:
        return Content.assemble((_("Skyddad person"), "bold $warning"))
    owner = clean_line(opened.line.owner) or _("ingen")
    age = "" if patient.age is None else _("{age} år").format(age=patient.age)
    who = f"  {age}  {show_number(patient.number)}" if patient.number else ""
    lines = [
        Content.assemble((clean_line(patient.name), "bold"), who),
        Content.assemble(_priority(case), ("   " + _("hos: {owner}").format(owner=owner), "$primary")),
        Content.styled(" · ".join(filter(None, _facts(opened))), "$foreground 80%"),
    ]
    if opened.guardians:
        names = ", ".join(clean_line(one.name) for one in opened.guardians)
        lines.append(Content.styled(_("vårdnadshavare: {names}").format(names=names), "$foreground 80%"))
    if here := _present(opened):
        lines.append(Content.styled(here, "$accent"))
    return Content("\n").join(lines)


def _facts(opened: OpenCase) -> list[str]:
    case, e_id = opened.line.case, opened.contact.e_id
    facts = [kind_word(case.kind), clean_line(case.matter), state_word(case.state), E_IDS.get(e_id, clean_line(e_id))]
    if opened.line.patient.protection is Protection.UNKNOWN:
        facts.append(_("skydd okänt: inga sms"))
    return facts


def _priority(case: Case) -> tuple[str, str]:
    if case.suicide is SuicideRisk.AWAITING:
        return (
            _("{mark} misstänkt suicidrisk: väntar på psykolog eller läkare").format(mark=SUICIDE),
            "bold $error",
        )
    if triage_failed(case):
        return (_("prio saknas (triagen kom inte fram)"), "bold $error")
    if case.priority is None:
        return (_("utan prio"), "")
    words = _("prio {priority} (indikator)").format(priority=case.priority)
    return (words, "bold $error" if case.priority == 1 else "")


def _present(opened: OpenCase) -> str:
    said = []
    for one in opened.line.present:
        doing = _("{name} skriver {mark}") if one.doing is Doing.TYPING else _("{name} tittar {mark}")
        mark = TYPING if one.doing is Doing.TYPING else VIEWING
        said.append(doing.format(name=clean_line(one.name), mark=mark))
    return ", ".join(said)


def _hint(opened: OpenCase, actor: Actor, now: datetime) -> Content:
    """What stands where one would write, and why one cannot, with the step that leads on."""
    case, patient = opened.line.case, opened.line.patient
    if patient.protected:
        words = _(
            "Skyddade personuppgifter: personen handläggs inte här, och namn, nummer och innehåll visas inte. "
            "Tryck a för att avsluta: personen får då veta att vård söks på 1177.se, per telefon eller på mottagningen."
        )
        return Content.styled(words, "$warning")
    if case.state is CaseState.ENDED:
        words = _("Avslutat {at}.").format(at=day_and_time(case.ended_at) if case.ended_at else "")
        if case.answer_until:
            words += " " + _("Patienten kan svara till {at}; då öppnas ärendet igen.").format(
                at=day_and_time(case.answer_until)
            )
        return Content.styled(words, "$foreground 80%")
    if case.ending_by:
        return Content.styled(_("Avslutet är begärt men inte bekräftat: tryck a igen."), "$warning")
    if case.owner_id is None:
        if case.held_until is not None:
            words = _("Vilar till {day}: {reason}").format(
                day=case.held_until.isoformat(), reason=clean_line(case.held_reason)
            )
            return Content.styled(words + "  " + _("Tryck t för att ta emot."), "$primary")
        return Content.styled(_("Ingen har ärendet. Tryck t för att ta emot och svara."), "$primary")
    if case.owner_id != actor.staff_id:
        words = _("{owner} har ärendet; bara den som har det svarar.").format(owner=clean_line(opened.line.owner))
        return Content.styled(words, "$foreground 80%")
    waiting = (
        _("Skickat {at}. Väntar på patienten.").format(at=clock_time(case.answered_at)) if case.answered_at else ""
    )
    return Content.styled(waiting if case.state is CaseState.WAITING else "", "$foreground 70%")
