"""The words and marks for cases, professions and times, the same on every screen and in every list.

Word and symbol come first, so that colour never says anything alone.
"""

from collections.abc import Mapping

from p24tui.i18n import N_, _
from p24tui.routine.actor import Profession
from p24tui.routine.alert import Reason
from p24tui.routine.case import Case, CaseState, ContactKind, SuicideRisk, Urgency, Video
from p24tui.routine.handover import ConsentWay
from p24tui.routine.list_filter import Age, ListFilter
from p24tui.routine.outgoing import OutgoingState, Purpose
from p24tui.routine.queue import is_first_task, triage_failed
from p24tui.routine.risk_path import RAISED
from p24tui.routine.tone import Fault, Remark
from p24tui.routine.visit import is_half_ended
from p24tui.text import clean_line
from p24tui.words.risk import risk_mark
from p24tui.words.times import MONTHS

SUICIDE = "!"
TRIAGE_FAILED = "?"
MESSAGE = "✉"
UNREAD = "●"
FREE_TEXT = "¶"
TYPING = "✎"
VIEWING = "◉"
LOST = "▲"
VIDEO_ON = "▶"
HALF_ENDED = "◐"
SENT = "✓"
PLANNED = "○"
FAILED = "✗"
UNCERTAIN = "?"

STATES = {
    CaseState.NEW: N_("Ny"),
    CaseState.ONGOING: N_("Pågår"),
    CaseState.WAITING: N_("Väntar på patient"),
    CaseState.ANSWERED: N_("Svar från patient"),
    CaseState.HELD: N_("Vilande"),
    CaseState.DUE: N_("Åter från vila"),
    CaseState.ENDED: N_("Avslutad"),
}

STATE_MARKS = {
    CaseState.NEW: N_("NY"),
    CaseState.ONGOING: N_("PÅGÅR"),
    CaseState.WAITING: N_("VÄNTAR"),
    CaseState.ANSWERED: N_("SVAR"),
    CaseState.HELD: N_("VILAR"),
    CaseState.DUE: N_("ÅTER"),
    CaseState.ENDED: N_("AVSLUTAD"),
}

PROFESSIONS = {
    Profession.NURSE: N_("sjuksköterska"),
    Profession.DOCTOR: N_("läkare"),
    Profession.PSYCHOLOGIST: N_("psykolog"),
    Profession.OTHER: N_("annan yrkesroll"),
    Profession.ADMINISTRATION: N_("administration"),
}

KINDS = {
    ContactKind.TRIAGED: N_("Chatt med triage"),
    ContactKind.MESSAGE: N_("Meddelande utan triage"),
    ContactKind.VIDEO: N_("Videobesök"),
}

UNIT_WORDS = frozenset({"vårdcentralen", "vårdcentral", "mottagningen"})

MARKS = {
    SUICIDE: N_("suicidrisk"),
    TRIAGE_FAILED: N_("utan prio"),
    "1": N_("prio 1"),
    "2": N_("prio 2"),
    "3": N_("prio 3"),
    "4": N_("prio 4"),
    "5": N_("prio 5"),
    MESSAGE: N_("meddelande"),
}
"""What the marks in the column of priorities mean, the most urgent first."""


def state_word(state: CaseState) -> str:
    """A case's state in words."""
    return _(STATES[state])


def profession_word(profession: Profession) -> str:
    """A profession in words."""
    return _(PROFESSIONS[profession])


def kind_word(kind: ContactKind) -> str:
    """A kind of contact in words."""
    return _(KINDS[kind])


def filter_words(chosen: ListFilter, unit_names: Mapping[str, str]) -> str:
    """What a filter asks for, in words; empty where it asks for nothing."""
    ages = {Age.ANY: "", Age.TODAY: _("i dag"), Age.OLDER: _("äldre")}
    words = [
        ages[chosen.age],
        _("mina") if chosen.mine else "",
        _("olästa") if chosen.unread else "",
        _("vilande") if chosen.held else "",
        *(kind_word(kind).lower() for kind in sorted(chosen.kinds)),
        *(unit_names.get(unit_id, unit_id) for unit_id in sorted(chosen.units)),
        _("även avslutade") if chosen.ended else _("ej avslutade"),
    ]
    return " · ".join(filter(None, words))


CONSENT_WAYS = {
    ConsentWay.CHAT: N_("i chatten"),
    ConsentWay.TELEPHONE: N_("per telefon"),
    ConsentWay.VISIT: N_("vid besök"),
}

SHIFT_WARNINGS = {
    "other-unit": N_("ANNAN ENHET: ärendet flyttar dit."),
    "not-on-shift": N_("Inte i tjänst nu."),
}


def handed_word(to: str) -> str:
    """To whom a case is offered: a profession in words, or the person's name."""
    return profession_word(Profession(to)) if to in set(Profession) else clean_line(to)


PURPOSES = {
    Purpose.ANSWER: N_("påminnelse"),
    Purpose.VISIT_BOOKED: N_("videobesök bokat"),
    Purpose.VISIT_MOVED: N_("videobesök ny tid"),
    Purpose.VISIT_TODAY: N_("videobesök i dag"),
    Purpose.VISIT_SOON: N_("videobesök strax"),
    Purpose.VISIT_NOW: N_("videobesök nu"),
    Purpose.INVITATION: N_("inbjudan till videobesök"),
}


OUTGOING_STATES = {
    OutgoingState.QUEUED: N_("planerat"),
    OutgoingState.SENDING: N_("skickas nu"),
    OutgoingState.ACCEPTED: N_("skickat"),
    OutgoingState.DELIVERED: N_("framme"),
    OutgoingState.FAILED: N_("misslyckat"),
    OutgoingState.UNCERTAIN: N_("osäkert"),
    OutgoingState.CANCELLED: N_("stoppat"),
}

OUTGOING_PROBLEMS = {
    "credits": N_("kontot hos sms-tjänsten är tomt"),
    "busy": N_("tjänsten ber att få vänta"),
    "unreachable": N_("tjänsten går inte att nå"),
    "login": N_("tjänsten känner inte igen oss: fel användare eller lösenord"),
    "address": N_("numret eller adressen går inte att nå"),
    "refused": N_("tjänsten sade nej"),
    "silence": N_("inget svar kom i tid"),
    "cut-off": N_("svaret bröts"),
    "fault": N_("tjänsten har ett fel"),
    "not-delivered": N_("det nådde inte telefonen"),
    "no-gateway": N_("ingen väg för sms är inställd"),
    "protected": N_("skyddade personuppgifter"),
    "protection-unknown": N_("det går inte att få veta om personuppgifterna är skyddade"),
    "no-mobile": N_("mobilnummer saknas eller är fel"),
    "too-late": N_("det hann inte skickas medan det var till nytta"),
    "next-one": N_("nästa påminnelse går i stället"),
    "closed": N_("väntar tills enheten har öppnat"),
    "answered": N_("patienten har svarat"),
    "ended": N_("ärendet är avslutat"),
    "other-unit": N_("ärendet har gått till en annan enhet"),
    "visit-moved": N_("besöket har fått en ny tid"),
    "visit-cancelled": N_("besöket är avbokat"),
    "visit-over": N_("besöket är slut"),
    "proxy-changed": N_("besöket har fått ett annat ombud"),
    "by-hand": N_("stoppat för hand"),
}
"""Why something does not go, has not gone, or nobody knows."""


JOBS = {
    "presence": N_("vilka som är i ärenden"),
    "held-cases": N_("vilande ärenden"),
    "handovers": N_("överlämningar"),
    "opening-hours": N_("öppettider"),
    "outbox": N_("sms"),
    "uncertain": N_("osäkra sms"),
    "closing": N_("stängningskontroll"),
    "shifts": N_("skift"),
    "temporary-storage": N_("mellanlagringen av bilder"),
    "log-seals": N_("loggens sigill"),
}


def job_words(name: str) -> str:
    """What a job by the clock looks after, in words; of one that has none, its name."""
    return _(JOBS[name]) if name in JOBS else name


def purpose_words(purpose: Purpose) -> str:
    """Why something goes out, in words."""
    return _(PURPOSES[purpose])


def outgoing_state_word(state: OutgoingState) -> str:
    """Where something that goes out stands, in a word."""
    return _(OUTGOING_STATES[state])


def outgoing_problem_words(problem: str) -> str:
    """What is in the way of something that goes out, in words; of what has none, its key."""
    return _(OUTGOING_PROBLEMS[problem]) if problem in OUTGOING_PROBLEMS else problem


READINGS = {
    "journal": N_("skrev eller läste en anteckning"),
    "report": N_("läste en anamnesrapport"),
    "export": N_("tog ut uppgifter eller en fil"),
    "case": N_("öppnade ett ärende"),
    "list": N_("såg en lista"),
    "arrivals": N_("såg nya i en lista"),
    "search": N_("sökte i meddelanden"),
    "offers": N_("såg vad som erbjuds"),
    "attachment": N_("öppnade en bilaga"),
    "image": N_("såg en bild"),
    "own-log": N_("såg sin egen logg"),
    "control": N_("kontrollerade loggen"),
    "visits": N_("såg dagens videobesök"),
    "visit": N_("öppnade ett videobesök"),
    "profile": N_("såg en patients profil"),
    "bookings": N_("såg bokningar att se till"),
    "risk": N_("läste om suicidrisk i ett ärende"),
    "reach": N_("såg hur en skyddad person nås"),
    "registration": N_("såg hur en kontakt registreras"),
    "registrations": N_("såg kontakter att registrera"),
    "quarantine": N_("såg något som inte kunde tas emot"),
    "break-glass": N_("öppnade för läsning från en annan enhet"),
    "break-glass-review": N_("såg läsningar att granska"),
}


def reading_words(kind: str) -> str:
    """What somebody has taken part of, in words; of a kind that has none, the kind itself."""
    return _(READINGS[kind]) if kind in READINGS else kind


def undone_words(kind: str) -> str:
    """What has been undone, in words."""
    said = {
        "case.claimed": N_("du har inte längre ärendet."),
        "case.released": N_("ärendet är ditt igen."),
        "case.held": N_("ärendet vilar inte."),
        "case.ended": N_("ärendet är öppet igen."),
    }
    return _(said[kind])


def reason_words(reason: Reason, waits: str) -> str:
    """Why a case calls for attention; ``waits`` is how long the patient has waited, in words."""
    said = {
        Reason.SUICIDE: N_("suicidrisk väntar"),
        Reason.PRIORITY: N_("ny prio 1,"),
        Reason.LOST: N_("den som hade ärendet är borta,"),
        Reason.HANDOVER: N_("ingen har tagit emot överlämningen,"),
        Reason.GUARANTEE: N_("vårdgarantin går snart ut,"),
        Reason.UNREAD: N_("oläst"),
    }
    return f"{_(said[reason])} {waits}"


def remark_words(remark: Remark) -> str:
    """What is wrong with a wording, and what to write instead."""
    better = clean_line(remark.better).rstrip(" .")
    match remark.fault:
        case Fault.CAPITALS:
            return _("Versaler kan läsas som att man ropar.")
        case Fault.EXCLAMATION:
            return _("Utropstecken: skriv hellre punkt.") if remark.better else _("Utropstecken: ta bort det.")
        case Fault.ABBREVIATION:
            said = _('"{found}": förkortning. Skriv hellre "{better}".')
            return said.format(found=clean_line(remark.found).rstrip(" ."), better=better)
        case Fault.SEEK_ANEW:
            return _('Be inte patienten söka på nytt. Skriv hellre "{better}".').format(better=better)


def priority_mark(case: Case) -> str:
    """What stands in the column of priorities."""
    if case.suicide is not SuicideRisk.NONE:
        return SUICIDE
    if triage_failed(case):
        return TRIAGE_FAILED
    return MESSAGE if case.priority is None else str(case.priority)


_PLAIN = (CaseState.NEW, CaseState.ONGOING, CaseState.WAITING)


def state_marks(case: Case, *, promised: str = "", why: bool = False) -> str:
    """State, what is special, and what is unread, as short as a column needs it.

    ``promised`` is the mark of a deadline that is near; ``why`` adds why a case is held.
    """
    # Beside raised suicide risk there is no room for the state, but for what the patient has written.
    raised = case.suicide is not SuicideRisk.NONE and case.risk in RAISED
    video = video_mark(case, in_full=why)
    stands_for_itself = (raised or video) and case.state in _PLAIN and not why
    state = "" if stands_for_itself else STATE_MARKS[case.state]
    words = [*_special(case), video, _handed(case, why=why) or (_(state) if state else ""), promised]
    if triage_failed(case):
        words.append(_("utan prio"))
    if case.ending_by:
        words = [_("AVSLUTAS, ej klart")]
    if case.held_until is not None:
        words.append(f"{case.held_until.day} {_(MONTHS[case.held_until.month - 1])}")
    if case.unread:
        unread = _("oläst") if case.unread == 1 else _("{count} olästa").format(count=case.unread)
        words.append(f"{UNREAD} {unread}")
    if case.unread_free_text:
        words.append(free_text_mark())
    if why and case.held_until is not None:
        words.append(f"· {case.held_reason}")
    return " ".join(filter(None, words))


def free_text_mark() -> str:
    """That nobody has read the free text of the form."""
    free_text = _("fritext")
    return f"{FREE_TEXT} {free_text}"


def mark_to_keep(case: Case) -> str:
    """What must be seen where ``state_marks`` are cut: that something is unread, else that the patient has answered."""
    if case.unread:
        return UNREAD
    return FREE_TEXT if case.unread_free_text else _(STATE_MARKS[CaseState.ANSWERED])


def video_mark(case: Case, *, in_full: bool = False) -> str:
    """That a video is on, or that only the video has been ended (H11); empty where neither is so."""
    if is_half_ended(case):
        return f"{HALF_ENDED} " + (_("HALVT AVSLUTAT") if in_full else _("HALVT"))
    if case.video is Video.ON:
        return f"{VIDEO_ON} " + (_("VIDEO PÅ") if in_full else _("VIDEO"))
    return ""


def _handed(case: Case, *, why: bool) -> str:
    """To whom a case is offered; empty where it is not."""
    if case.handed_at is None:
        return ""
    short = case.suicide is not SuicideRisk.NONE and not why  # the risk and to whom are all that there is room for
    return (_("→ {to}") if short else _("LÄMNAS → {to}")).format(to=handed_word(case.handed_to))


def _special(case: Case) -> list[str]:
    """What must be seen of a case before its state."""
    marks = {
        N_("ERBJUD TID"): is_first_task(case),
        N_("BRÅDSK"): case.urgency is Urgency.URGENT,
    }
    return [*(_(mark) for mark, holds in marks.items() if holds), *filter(None, [risk_mark(case)])]


def short_name(unit_name: str) -> str:
    """A unit's name without the word that all of them begin with."""
    first, _space, rest = unit_name.partition(" ")
    return rest if rest and first.lower() in UNIT_WORDS else unit_name
