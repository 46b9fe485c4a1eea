"""What stands over an open case, and where one would write: who, whose, what is promised, what is the next step."""

from collections.abc import Sequence
from datetime import datetime

from textual.content import Content

from p24tui.i18n import _
from p24tui.routine.actor import Actor
from p24tui.routine.case import Case, CaseState, RiskLevel, SuicideRisk, Urgency
from p24tui.routine.identity import show_number
from p24tui.routine.outgoing import OutgoingState
from p24tui.routine.protection import Protection
from p24tui.routine.queue import triage_failed
from p24tui.routine.risk_course import course_of
from p24tui.routine.risk_path import is_suspected
from p24tui.routine.visit import is_half_ended
from p24tui.services.views import OpenCase
from p24tui.store.values import Doing, OutgoingRow
from p24tui.text import clean_line
from p24tui.tui.keys import key_name
from p24tui.words.cases import (
    SUICIDE,
    TYPING,
    VIEWING,
    handed_word,
    kind_word,
    outgoing_state_word,
    state_word,
    video_mark,
)
from p24tui.words.duty import GUARANTEE, assessment_words, guarantee_words
from p24tui.words.risk import standing_words
from p24tui.words.times import clock_time, day_and_time, day_words, short_moment

E_IDS = {"bankid": "BankID", "freja": "Freja eID Plus"}


def who(opened: OpenCase, now: datetime) -> Content:
    """Who the patient is, and all that must be known before one reads: a line for each thing."""
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
    if video := _video(case):
        lines.append(video)
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


def _video(case: Case) -> Content | None:
    """That a video is on, or that only the video has been ended (H11), and the keys that lead on."""
    mark = video_mark(case, in_full=True)
    if not mark:
        return None
    if is_half_ended(case):
        words = _("{mark}: videon är av, besöket lever som chatt. {end} avslutar besöket, {video} startar videon igen")
        said = words.format(mark=mark, end=key_name("end"), video=key_name("video"))
        return Content.styled(said, "bold $warning")
    return Content.assemble((mark, "bold $accent"), (f"  ({key_name('video')})", "$primary"))


def _risk(opened: OpenCase, now: datetime) -> Content | None:
    """Where suicide risk stands, and the key to what has been stated of it; none where nothing is asked of it."""
    case = opened.line.case
    at_risk = case.suicide is not SuicideRisk.NONE
    locked = _("OBS FEL PATIENT: låst, inget mer dokumenteras här.") if case.wrong_patient_at else ""
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


def hint(opened: OpenCase, actor: Actor, now: datetime) -> Content:
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
        return _wrong_patients(case)
    if case.held_until is not None:
        words = _("Vilar till {day}: {reason}").format(
            day=day_words(case.held_until), reason=clean_line(case.held_reason)
        )
        claim = _("Tryck {key} för att ta emot.").format(key=key_name("claim"))
        return f"{words}  {claim}"
    return _("Ingen har ärendet. Tryck {key} för att ta emot och svara.").format(key=key_name("claim"))


def _wrong_patients(case: Case) -> str:
    """What one may do when the wrong person writes on: nothing is answered or written down on them (AP-1, AP-3)."""
    if case.suicide is not SuicideRisk.NONE:
        words = _(
            "Fel patient: här svaras och antecknas inget mer. Suicidrisk är misstänkt: ring personen eller 112, och "
            "anteckna det med {risk}. Först då går ärendet att avsluta, med {end}."
        )
    else:
        words = _(
            "Fel patient: läs det nya, men svara och anteckna inget. Suicidrisk: tryck {risk}, vid fara 112. "
            "Annars {end}: avsluta igen."
        )
    return words.format(risk=key_name("risk"), end=key_name("end"))


def _anothers(opened: OpenCase, actor: Actor, now: datetime) -> str:
    """Who has the case, what one can do about that, and what one still has to do with it."""
    case = opened.line.case
    words = _("{owner} har ärendet; bara den som har det svarar.").format(owner=clean_line(opened.line.owner))
    if case.handed_at is not None and case.handed_to in (actor.name, actor.profession):
        return words + " " + _("Det är erbjudet till dig: tryck {key} för att svara.").format(key=key_name("claim"))
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
