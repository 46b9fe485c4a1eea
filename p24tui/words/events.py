"""What has happened to a case, in words: the sentences of its history."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from p24tui.i18n import N_, _
from p24tui.routine.break_glass import Ground
from p24tui.routine.handover import ConsentWay
from p24tui.routine.link import Role
from p24tui.routine.outgoing import Channel
from p24tui.routine.visit import Summons, VisitKind
from p24tui.text import clean_line
from p24tui.words.access import ground_words
from p24tui.words.cases import CONSENT_WAYS, handed_word, outgoing_problem_words
from p24tui.words.duty import assessment_words
from p24tui.words.registration import way_words
from p24tui.words.risk import entry_of, entry_words
from p24tui.words.times import day_and_time, day_words
from p24tui.words.visits import CALLS, CHANNELS, KINDS, ROLES, SUMMONS, TASKS

EVENTS = {
    "case.received": N_("Ärendet kom in."),
    "case.updated": N_("Uppgifter om ärendet ändrades av källan."),
    "case.read": N_("Läste det olästa."),
    "case.claimed": N_("Tog emot ärendet."),
    "case.released": N_("Släppte ärendet till kön."),
    "case.referred": N_("Hänvisades automatiskt till {numbers}: enheten hade stängt."),
    "case.held": N_("Lät ärendet vila till {until}: {reason}"),
    "case.due": N_("Vilan är slut."),
    "case.ended": N_("Avslutade ärendet."),
    "case.assessed": N_("Bedömde ärendet: {assessment}"),
    "case.kept": N_("Behöll ärendet till {until}: inga tider i dag, en tid erbjuds då."),
    "closing.told": N_("Sade till patienten att enheten stänger för dagen."),
    "case.reopened": N_("Ärendet öppnades igen."),
    "case.taken-over": N_("Tog över ärendet från {owner}."),
    "takeover.asked": N_("Bad att få ta över: {reason}"),
    "takeover.granted": N_("Lämnade ärendet till {to}, som hade bett om det."),
    "takeover.declined": N_("Behöll ärendet."),
    "takeover.withdrawn": N_("Tog tillbaka sin begäran att få ta över."),
    "handover.offered": N_("Erbjöd ärendet till {to}. {consent}"),
    "handover.accepted": N_("Tog emot ärendet, som {sender} lämnade över. {triage}"),
    "handover.declined": N_("Avböjde att ta emot ärendet: {reason}"),
    "handover.withdrawn": N_("Överlämningen är tillbakatagen."),
    "handover.called": N_("Ingen har svarat på överlämningen. {called}"),
    "ending.requested": N_("Begärde avslut, steg 1 av 2."),
    "ending.withdrawn": N_("Lät ärendet vara öppet."),
    "deed.undone": N_("Ångrade det senaste."),
    "message.received": N_("Patienten skrev."),
    "message.sent": N_("Skrev till patienten."),
    "note.written": N_("Skrev en intern anteckning."),
    "journal.signed": N_("Signerade en anteckning till journalen."),
    "journal.copied": N_("Kopierade anteckningen till VAS."),
    "journal.in-vas": N_("Har antecknat direkt i VAS."),
    "journal.nothing": N_("Inget mer hör till journalen. {why}"),
    "journal.filed": N_("Lade en text i mellanlagringen."),
    "journal.locked": N_("Inget mer antecknas: fel patient."),
    "report.taken": N_("Tog ut anamnesrapporten."),
    "form.received": N_("Ett formulär kom in."),
    "attachment.refused": N_("En bilaga kunde inte tas emot."),
    "attachment.exported": N_("Sparade bilagan {title} i mellanlagringen."),
    "attachment.not-exported": N_("Bilagan {title} kunde inte sparas i mellanlagringen."),
    "attachment.journalled": N_("Läste in bilden {title} i Vidiview: {shows}"),
    "attachment.not-needed": N_("Bilagan {title} behöver inte journalföras."),
    "attachment.removed": N_("Bilagan {title} är borta ur mellanlagringen."),
    "attachment.lost": N_("Bilagan {title} är borta ur mellanlagringen och är inte journalförd. Den finns kvar här."),
    "alert.acknowledged": N_("Kvitterade ett larm."),
    "case.returned": N_("Gick tillbaka till kön: {owner} har inte hörts av."),
    "case.owner-lost": N_("{owner} har inte hörts av men har kvar ärendet: suicidrisken larmar igen."),
    "case.owner-back": N_("Är tillbaka och har ärendet."),
    "sms.queued": N_("Påminnelse med sms ska skickas."),
    "sms.again": N_("Lät påminnelsen skickas en gång till."),
    "sms.settled": N_("Lät påminnelsen vara som den är."),
    "sms.cancelled": N_("Påminnelsen skickas inte: {problem}."),
    "sms.accepted": N_("Påminnelsen skickades."),
    "sms.delivered": N_("Påminnelsen kom fram till patientens telefon."),
    "sms.failed": N_("Påminnelsen gick inte fram: {problem}."),
    "sms.uncertain": N_("Ingen vet om påminnelsen gick fram: {problem}."),
    "sms.postponed": N_("Påminnelsen väntar: {problem}."),
    "case.closed-down": N_("Ärendet handläggs inte längre: personen har skyddade personuppgifter."),
    "case.wrong-patient": N_(
        "Fel patient: förklarade för patienten, antecknade OBS FEL PATIENT och avslutade ärendet."
    ),
    "patient.received": N_("Patientens uppgifter kom in."),
    "patient.updated": N_("Patientens uppgifter ändrades."),
    "patient.registered": N_("Registrerade patienten här."),
    "guardian.received": N_("Uppgifter om en vårdnadshavare kom in."),
    "guardian.updated": N_("Uppgifterna om en vårdnadshavare ändrades."),
    "guardian.primary": N_("Valde vilken vårdnadshavare som föreslås som ombud. Besök som redan var bokade har sitt."),
    "guardian.mobile": N_("Ändrade en vårdnadshavares mobilnummer."),
    "visit.booked": N_("Bokade ett videobesök: {with_whom}."),
    "visit.moved": N_("Gav videobesöket en ny tid."),
    "visit.cancelled": N_("Avbokade videobesöket."),
    "visit.proxy": N_("Bytte ombud för videobesöket. Det förra ombudets länk leder ingenstans."),
    "visit.dropped": N_("Videobesöket hålls inte här: personen har skyddade personuppgifter."),
    "visit.summons": N_("Bekräftade kallelsen som är vald i VAS: {summons}."),
    "visit.taken-in": N_("Tog in videobesöket, och håller det."),
    "visit.started": N_("Startade besöket."),
    "visit.called": N_("Ringde patienten: {outcome}."),
    "visit.proxy-gone": N_(
        "Ombudet har skyddade personuppgifter och är borta från besöket: bestäm hur barnet ska nås."
    ),
    "visit.came": N_("Antecknade att patienten var med på videon."),
    "visit.not-came": N_("Antecknade att patienten inte kom till videon."),
    "visit.ended": N_("Besöket är avslutat."),
    "visit.absent": N_("Besöket är avslutat: patienten uteblev."),
    "visit.invited": N_("Bjöd in {role} till videobesöket, {by}."),
    "visit.revoked": N_("Återkallade inbjudan för {role}: länken leder ingenstans."),
    "visit.identified": N_("Såg fotolegitimation: {role}."),
    "visit.link-used": N_("Länken användes, {role}: {outcome}."),
    "video.started": N_("Startade videon."),
    "video.joined": N_("Gick in i videon."),
    "video.ended": N_("Avslutade videon. Besöket lever vidare som chatt tills det avslutas."),
    "booking.task": N_("En bokning blev inget besök: {problem}"),
    "booking.cancelled": N_("En bokning som inte hade blivit något besök avbokades."),
    "booking.settled": N_("Såg till en bokning som inte hade blivit något besök."),
    "registration.made": N_("Skapade i VAS för ankomstregistrering (C24): {way}."),
    "registration.own": N_("Ankomstregistrerade själv kontakten i AN24."),
    "registration.nothing": N_("Kontakten ersätter inget besök och registreras inte (RE-1)."),
    "registration.registered": N_("Ankomstregistrerade kontakten i AN5. Kvar att ta bort i VAS: {way}."),
    "registration.removed": N_("Tog bort i VAS: {way}."),
    "registration.withdrawn": N_("Tog tillbaka hur kontakten skulle registreras: {why}"),
    "break-glass.begun": N_("Öppnade för läsning från en annan enhet till {until}: {ground}."),
}


def event_words(kind: str, details: Mapping[str, Any]) -> str:
    """What happened to a case, in words; of a kind that has none, the kind itself."""
    if kind.startswith("risk."):
        return _stated(kind.removeprefix("risk."), details)
    cleaned = defaultdict(str, {name: clean_line(str(value)) for name, value in details.items()})
    if kind == "case.assessed":
        cleaned["assessment"] = assessment_words(cleaned["urgency"], cleaned["need"])
    if kind.startswith("sms."):
        cleaned["problem"] = outgoing_problem_words(cleaned["problem"])
    if kind.startswith(("visit.", "booking.")):
        cleaned.update(_visited(cleaned))
    if kind.startswith("registration."):
        cleaned["way"] = way_words(cleaned["way"])
    if kind in {"case.held", "case.kept"}:
        cleaned["until"] = _said(cleaned["until"], _day)
    if kind == "break-glass.begun":
        cleaned["until"] = _said(cleaned["until"], _instant)
        cleaned["ground"] = _said(cleaned["ground"], lambda key: ground_words(Ground(key)))
    if kind.startswith("handover."):
        cleaned["to"] = handed_word(cleaned["to"])
        cleaned["consent"] = consent_words(cleaned["how"], cleaned["agreed_at"], cleaned["ground"])
        cleaned["triage"] = _(TRIAGE) if details.get("triage") is True else ""
        cleaned["called"] = _(CALLED.get(cleaned["level"], ""))
    return _(EVENTS[kind]).format_map(cleaned).strip() if kind in EVENTS else kind


def _said(written: str, words: Callable[[str], str]) -> str:
    """What an event has, in its words; what they cannot read stands as it is written."""
    try:
        return words(written)
    except (ValueError, OverflowError):
        return written


def _day(written: str) -> str:
    return day_words(date.fromisoformat(written))


def _instant(written: str) -> str:
    return day_and_time(datetime.fromisoformat(written))


LINK_LED_TO = {
    "needslogin": N_("till inloggningen"),
    "wrongperson": N_("ingenstans, någon annan loggade in"),
    "tooearly": N_("till en sida som säger när det börjar"),
    "notready": N_("till väntrummet"),
    "over": N_("ingenstans, besöket är över"),
    "revoked": N_("ingenstans, den är återkallad"),
    "go": N_("in i videon"),
}
"""Where a link led, by the name of the answer to it."""


def _visited(details: Mapping[str, str]) -> dict[str, str]:
    """What an event of a video visit, or of a booking, says by keys, in words; an unknown key stands for itself."""
    role, by = details["role"], details["by"]
    outcome, kind = details["outcome"], details["with_whom"]
    summons, problem = details["summons"], details["problem"]
    words = {**{one.value: CALLS[one] for one in CALLS}, **LINK_LED_TO}
    return {
        "role": _(ROLES[Role(role)]) if role in set(Role) else role,
        "by": _(CHANNELS[Channel(by) if by in set(Channel) else None]),
        "outcome": _(words[outcome]) if outcome in words else outcome,
        "with_whom": _(KINDS[VisitKind(kind)]) if kind in set(VisitKind) else kind,
        "summons": _(SUMMONS[Summons(summons)]) if summons in set(Summons) else summons,
        "problem": _(TASKS[problem]) if problem in TASKS else problem,
    }


STATED = N_("Något antecknades om suicidrisk.")


def _stated(kind: str, details: Mapping[str, Any]) -> str:
    """What somebody has stated of suicide risk, as the event has it."""
    if "stated" not in details:
        return _(STATED)
    words = entry_words(entry_of(kind, details["stated"]))
    return words[:1].upper() + words[1:]


TRIAGE = N_("Det motsvarar triage: inget besök hos sjuksköterska registreras (RE-2).")
"""What is said where a nurse has handed a case over to a doctor or psychologist."""

CALLED = {
    "0": N_("Den som erbjuds det påminns."),
    "1": N_("Den som är chattansvarig larmas."),
    "2": N_("Alla larmas."),
}


def consent_words(how: str, at: str, ground: str) -> str:
    """How and when the patient agreed to a handover, or why it went without; ``at`` is as the event has it."""
    if ground:
        return _("Utan samtycke: grunden är {rule}.").format(rule=ground)
    if not how or not at:
        return ""
    said = _("Samtycke {how} {at}.")
    return said.format(how=_said(how, lambda key: _(CONSENT_WAYS[ConsentWay(key)])), at=_said(at, _instant))
