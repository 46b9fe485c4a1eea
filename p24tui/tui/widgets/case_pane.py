"""One case: who the patient is, what there is to read in its parts, and where one writes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from textual import events
from textual.app import ComposeResult, RenderResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message as Happening
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from p24tui.duty_words import GUARANTEE, assessment_words, guarantee_words
from p24tui.i18n import N_, _
from p24tui.risk_words import standing_words
from p24tui.routine.actor import Actor
from p24tui.routine.case import Case, CaseState, RiskLevel, SuicideRisk, Urgency
from p24tui.routine.identity import show_number
from p24tui.routine.outgoing import OutgoingState
from p24tui.routine.protection import Protection
from p24tui.routine.queue import triage_failed
from p24tui.routine.risk_course import course_of
from p24tui.routine.risk_path import is_suspected
from p24tui.routine.tone import Remark
from p24tui.services.views import OpenCase
from p24tui.store.values import Audience, Doing, Message, OutgoingRow
from p24tui.text import clean_line
from p24tui.time_words import clock_time, day_and_time, short_moment
from p24tui.tui.entries import Part, entries
from p24tui.tui.keys import key_name
from p24tui.tui.widgets.composer import Composer
from p24tui.tui.widgets.conversation import Conversation
from p24tui.words import (
    FREE_TEXT,
    SUICIDE,
    TYPING,
    VIEWING,
    handed_word,
    kind_word,
    outgoing_state_word,
    remark_words,
    state_word,
)

E_IDS = {"bankid": "BankID", "freja": "Freja eID Plus"}
PARTS = {Part.CHAT: N_("Chatt"), Part.ANAMNESIS: N_("Anamnes"), Part.HISTORY: N_("Händelser")}


class PartLine(Widget):
    """Which parts the case has, and which of them one reads; they can be clicked."""

    chosen: reactive[Part] = reactive(Part.CHAT)
    unread: reactive[bool] = reactive(False)

    class Chosen(Happening):
        """A part is to be read."""

        def __init__(self, part: Part) -> None:
            super().__init__()
            self.part = part

    def render(self) -> RenderResult:
        words = [
            (label, "bold reverse" if part is self.chosen else "$foreground 80%") for part, label in self._labels()
        ]
        return Content(" ").join(Content.styled(label, style) for label, style in words)

    def on_click(self, event: events.Click) -> None:
        at = 0
        for part, label in self._labels():
            at += len(label) + 1
            if event.x < at:
                self.post_message(self.Chosen(part))
                return

    def _labels(self) -> list[tuple[Part, str]]:
        marks = {Part.ANAMNESIS: f" {FREE_TEXT}" if self.unread else ""}
        return [(part, f" {key_name(f'read_{part}')} {_(name)}{marks.get(part, '')} ") for part, name in PARTS.items()]


class CasePane(Vertical):
    """Shows an open case. Values in by ``show``; what one writes goes out from the composers in it."""

    class EarlierWanted(Happening):
        """One has scrolled up to the first message: those before it are to be read."""

        def __init__(self, pane: "CasePane", case_id: str, before: Message) -> None:
            super().__init__()
            self.pane = pane
            self.case_id = case_id
            self.before = before

    class PartRead(Happening):
        """One has turned to a part of the case."""

        def __init__(self, pane: "CasePane", part: Part) -> None:
            super().__init__()
            self.pane = pane
            self.part = part

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._opened: OpenCase | None = None
        self._messages: list[Message] = []
        self._more = self._fetching = False
        self._shown_at: datetime | None = None
        self.part = Part.CHAT
        self._who = Static(classes="case-who")
        self._part_line = PartLine(classes="part-line")
        self.conversation = Conversation(id=f"{id}-conversation")
        self._hint = Static(classes="case-hint")
        self._remark_line = Static(classes="remark-line")
        self.composer = Composer(id=f"{id}-composer")
        self.note = Composer(Audience.NOTE, id=f"{id}-note")
        self._noting = self._may_write = False

    @property
    def opened(self) -> OpenCase | None:
        """The case that is shown."""
        return self._opened

    @property
    def written(self) -> OpenCase | None:
        """The case with what stands in its boxes now: what was saved of that may not have been read again yet."""
        if self._opened is None:
            return None
        return replace(self._opened, draft=self.composer.text, note_draft=self.note.text)

    @property
    def case(self) -> Case | None:
        """Its facts."""
        return self._opened.line.case if self._opened else None

    @property
    def case_id(self) -> str:
        """Its id; empty where none is shown."""
        return self._opened.line.case.id if self._opened else ""

    @property
    def composers(self) -> tuple[Composer, Composer]:
        """The one for the patient, and the one for colleagues."""
        return self.composer, self.note

    @property
    def shows_latest(self) -> bool:
        """Whether the end of the chat is what one sees."""
        return self.part is Part.CHAT and self.conversation.follows

    @property
    def entrance(self) -> Composer | Conversation:
        """Where one goes on: where one writes, or where one reads."""
        return self.composer if self.composer.display else self.conversation

    def compose(self) -> ComposeResult:
        yield self._who
        yield self._part_line
        yield self.conversation
        yield self._hint
        yield self._remark_line
        yield self.composer
        yield self.note

    def on_mount(self) -> None:
        self.composer.display = self.note.display = self._remark_line.display = False

    def show(self, opened: OpenCase, actor: Actor, now: datetime) -> None:
        """Show a case, or the same one as it is now."""
        another = self.case_id != opened.line.case.id
        self._take_messages(opened, another)
        self._opened, self._shown_at = opened, now
        case, patient = opened.line.case, opened.line.patient
        if another:
            self.part, self._noting = Part.CHAT, False
        self._who.update(_who(opened, now))
        self._hint.update(_hint(opened, actor, now))
        mine = case.owner_id == actor.staff_id and case.state is not CaseState.ENDED and not patient.protected
        self.composer.write_in(case.id, patient.name, opened.draft)
        self.note.write_in(case.id, patient.name, opened.note_draft)
        self._arrange(may_write=mine)
        self._show_part(at_end=another)

    def read(self, part: Part) -> None:
        """Turn to a part of the case."""
        self.part = part
        self._show_part(at_end=part is not Part.ANAMNESIS, at_start=part is Part.ANAMNESIS)
        self.post_message(self.PartRead(self, part))

    def have_earlier(self, case_id: str, earlier: Sequence[Message]) -> None:
        """These messages come before those that are shown."""
        if case_id == self.case_id:
            self._more, self._fetching = bool(earlier), False
            self._messages = [*earlier, *self._messages]
            self._show_part()

    def could_not_fetch(self) -> None:
        """They can be asked for again."""
        self._fetching = False

    def write_note(self, noting: bool) -> None:
        """Write to colleagues, or to the patient again."""
        self._noting = noting
        self._arrange(may_write=self._may_write)

    def clear(self) -> None:
        """Show no case."""
        for one in self.composers:
            one.put_away()
        self._opened, self._messages = None, []

    def on_part_line_chosen(self, message: PartLine.Chosen) -> None:
        self.read(message.part)

    def on_conversation_top_reached(self) -> None:
        if self.part is Part.CHAT and self._more and self._messages and not self._fetching:
            self._fetching = True
            self.post_message(self.EarlierWanted(self, self.case_id, self._messages[0]))

    def on_composer_remarked(self, message: Composer.Remarked) -> None:
        self._say_remark(message.remark)

    def _arrange(self, *, may_write: bool) -> None:
        """A box that one writes in does not vanish under one's fingers: it stays, and takes nothing more (H21).

        Of a protected person nothing stays, and the letters go nowhere.
        """
        self._may_write = may_write
        protected = self._opened is not None and self._opened.line.patient.protected
        if protected and any(one.has_focus for one in self.composers):
            self.screen.set_focus(None)
        self.composer.read_only = not may_write
        self.composer.display = (may_write or (self.composer.has_focus and not protected)) and not self._noting
        self.note.display = self._noting and not protected
        self._hint.display = bool(str(self._hint.render())) and not self._noting
        if not self.composer.display:
            self._remark_line.display = False

    def _show_part(self, *, at_end: bool = False, at_start: bool = False) -> None:
        if self._opened is None or self._shown_at is None:
            return
        self._part_line.chosen = self.part
        self._part_line.unread = bool(self._opened.line.case.unread_free_text)
        self._part_line.display = not self._opened.line.patient.protected
        shown = entries(self._opened, self.part, self._messages, self._shown_at, more=self._more)
        self.conversation.show(shown, at_end=at_end, at_start=at_start)

    def _take_messages(self, opened: OpenCase, another: bool) -> None:
        """The messages as they are now, and before them those that have been read on the way up."""
        latest = list(opened.messages)
        first = latest[0].id if latest else ""
        places = {one.id: place for place, one in enumerate(self._messages)}
        if another or first not in places:
            self._messages, self._more, self._fetching = latest, opened.earlier, False
        else:
            self._messages = self._messages[: places[first]] + latest

    def _say_remark(self, remark: Remark | None) -> None:
        self._remark_line.display = remark is not None and self.composer.display
        if remark is not None:
            offer = _("  {key} byter").format(key=key_name("better")) if remark.better else ""
            words = Content.assemble((f"{remark.rule} ", "bold $warning"), remark_words(remark), (offer, "$primary"))
            self._remark_line.update(words)


def _who(opened: OpenCase, now: datetime) -> Content:
    case, patient = opened.line.case, opened.line.patient
    if patient.protected:
        return Content.assemble((_("Skyddad person"), "bold $warning"))
    owner = clean_line(opened.line.owner) or _("ingen")
    if case.handed_at is not None:
        owner = f"{owner} → {handed_word(case.handed_to)}"
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
    if risk := _risk(opened, now):
        lines.append(risk)
    if promised := _promised(opened, now):
        lines.append(promised)
    if reminder := _reminder(opened.reminders, now):
        lines.append(reminder)
    if here := _present(opened):
        lines.append(Content.styled(here, "$accent"))
    return Content("\n").join(lines)


def _facts(opened: OpenCase) -> list[str]:
    case, e_id = opened.line.case, opened.contact.e_id
    facts = [kind_word(case.kind), clean_line(case.matter), state_word(case.state), E_IDS.get(e_id, clean_line(e_id))]
    if opened.line.patient.protection is Protection.UNKNOWN:
        facts.append(_("skydd okänt: inga sms"))
    return facts


def _risk(opened: OpenCase, now: datetime) -> Content | None:
    """Where suicide risk stands, and the key to what has been stated of it; none where nothing is asked of it."""
    case = opened.line.case
    at_risk = case.suicide is not SuicideRisk.NONE
    locked = _("OBS FEL PATIENT: ärendet är låst, inget mer dokumenteras här.") if case.wrong_patient_at else ""
    if not (at_risk or case.mental_health or case.risk_words or case.risk is not RiskLevel.UNSAID):
        return Content.styled(locked, "bold $error") if locked else None
    words = standing_words(case, course_of(opened.risk), now)
    if case.risk_words:
        words = " · ".join([words, _("ord som kan tyda på suicidrisk, läs")])
    said = " · ".join(filter(None, [locked, f"{SUICIDE} {words}" if at_risk else words]))
    key = f"  ({key_name('risk')})"
    return Content.assemble((said, "bold $error" if at_risk or locked else "$warning"), (key, "$primary"))


def _promised(opened: OpenCase, now: datetime) -> Content | None:
    """What the care guarantee promises, until when, and what a clinician has said of the case."""
    line = opened.line
    said = assessment_words(line.case.urgency, line.case.need) if line.case.urgency is not Urgency.UNSAID else ""
    if line.guarantee is None:
        return Content.styled(said, "$foreground 80%") if said else None
    near = line.guarantee.is_near(now)
    words = f"{GUARANTEE} {guarantee_words(line.guarantee, now)}"
    promised = Content.styled(words, "bold $warning" if near else "$foreground 80%")
    urgent = "bold $error" if line.case.urgency is Urgency.URGENT else "$foreground 80%"
    return Content.assemble(promised, (f"  {said}", urgent)) if said else promised


def _reminder(reminders: Sequence[OutgoingRow], now: datetime) -> Content | None:
    """How the patient's latest SMS fares, and the next that is planned."""
    gone = [one for one in reminders if one.state not in (OutgoingState.QUEUED, OutgoingState.CANCELLED)]
    planned = [one for one in reminders if one.state is OutgoingState.QUEUED]
    said = []
    if gone:
        one = max(gone, key=lambda row: row.at)
        said.append(f"{short_moment(one.at, now)} {outgoing_state_word(one.state)}")
    if planned:
        due = planned[0].due_at
        said.append(_("går nu") if due <= now else _("nästa {at}").format(at=short_moment(due, now)))
    if not said:
        return None
    calls = any(one.is_undecided for one in gone)
    words = _("sms {said} ({key})").format(said=" · ".join(said), key=key_name("outgoing"))
    return Content.styled(words, "bold $warning" if calls else "$foreground 80%")


def _priority(case: Case) -> tuple[str, str]:
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
            "Tryck {key} för att avsluta: personen får då veta att vård söks på 1177.se, per telefon eller på "
            "mottagningen."
        )
        if is_suspected(case, patient.protection) and case.state is not CaseState.ENDED:
            risk = _(
                "Suicidrisk är misstänkt. Tryck {key}: se hur personen nås (en gång, och det loggas), och ring "
                "personen eller 112. Först när det är antecknat går ärendet att avsluta."
            )
            return Content.styled(risk.format(key=key_name("risk")), "bold $error")
        return Content.styled(words.format(key=key_name("end")), "$warning")
    if case.state is CaseState.ENDED:
        words = _("Avslutat {at}.").format(at=day_and_time(case.ended_at) if case.ended_at else "")
        if case.answer_until:
            words += " " + _("Patienten kan svara till {at}; då öppnas ärendet igen.").format(
                at=day_and_time(case.answer_until)
            )
        return Content.styled(words, "$foreground 80%")
    if case.ending_by:
        words = _("Avslutet är begärt men inte bekräftat: tryck {key} igen.").format(key=key_name("end"))
        return Content.styled(words, "$warning")
    if case.owner_id is None:
        return Content.styled(_nobodys(case), "$primary")
    if case.owner_id != actor.staff_id:
        return Content.styled(_anothers(opened, actor, now), "$foreground 80%")
    if case.handed_at is not None:
        words = _("Erbjudet till {to} sedan {at}. Det är ditt tills någon tar emot det; {key} tar tillbaka.")
        return Content.styled(words.format(**_handed(case, now), key=key_name("hand_over")), "$accent")
    waiting = (
        _("Skickat {at}. Väntar på patienten.").format(at=clock_time(case.answered_at)) if case.answered_at else ""
    )
    return Content.styled(waiting if case.state is CaseState.WAITING else "", "$foreground 70%")


def _nobodys(case: Case) -> str:
    """Why nobody has the case, and how one takes it on."""
    if case.wrong_patient_at is not None:
        return _("Ärendet tas inte emot. Läs det, och tryck {key} för att avsluta.").format(key=key_name("end"))
    if case.held_until is not None:
        words = _("Vilar till {day}: {reason}").format(
            day=case.held_until.isoformat(), reason=clean_line(case.held_reason)
        )
        claim = _("Tryck {key} för att ta emot.").format(key=key_name("claim"))
        return f"{words}  {claim}"
    return _("Ingen har ärendet. Tryck {key} för att ta emot och svara.").format(key=key_name("claim"))


def _anothers(opened: OpenCase, actor: Actor, now: datetime) -> str:
    """Who has the case, what one can do about that, and what one still has to do with it."""
    case = opened.line.case
    words = _("{owner} har ärendet; bara den som har det svarar.").format(owner=clean_line(opened.line.owner))
    if case.asked_by == actor.staff_id:
        words += " " + _("Du har bett att få ta över.")
    else:
        words += " " + _("Tryck {key} för att be att få ta över.").format(key=key_name("claim"))
    if case.handed_at is not None:
        words += " " + _("Erbjudet till {to} sedan {at}.").format(**_handed(case, now))
    if opened.line.guest:
        words += " " + _("Du lämnade över det och är gäst: din egen bedömning dokumenterar du fortfarande.")
    return words


def _handed(case: Case, now: datetime) -> dict[str, str]:
    """To whom it is offered, and since when."""
    at = short_moment(case.handed_at, now) if case.handed_at else ""
    return {"to": handed_word(case.handed_to), "at": at}
