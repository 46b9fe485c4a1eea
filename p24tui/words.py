"""The words and marks for cases, professions and times, the same on every screen and in every list.

Word and symbol come first, so that colour never says anything alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from p24tui.clock import local
from p24tui.i18n import N_, _
from p24tui.routine.actor import Profession
from p24tui.routine.after_hours import RefersTo, Severity
from p24tui.routine.alert import Reason
from p24tui.routine.case import Case, CaseState, ContactKind, Need, SuicideRisk, Urgency
from p24tui.routine.closing import Standing
from p24tui.routine.guarantee import Guarantee, Why
from p24tui.routine.handover import ConsentWay
from p24tui.routine.list_filter import Age, ListFilter
from p24tui.routine.outgoing import OutgoingState, Purpose
from p24tui.routine.period import Length, Period
from p24tui.routine.queue import is_first_task, triage_failed
from p24tui.routine.shift import Ongoing, ShiftKind
from p24tui.routine.tone import Fault, Remark
from p24tui.text import clean_line

SUICIDE = "!"
TRIAGE_FAILED = "?"
MESSAGE = "✉"
UNREAD = "●"
FREE_TEXT = "¶"
TYPING = "✎"
VIEWING = "◉"
LOST = "▲"
GUARANTEE = "§"

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
    SUICIDE: N_("suicidrisk väntar"),
    TRIAGE_FAILED: N_("utan prio"),
    "1": N_("prio 1"),
    "2": N_("prio 2"),
    "3": N_("prio 3"),
    "4": N_("prio 4"),
    "5": N_("prio 5"),
    MESSAGE: N_("meddelande"),
}
"""What the marks in the column of priorities mean, the most urgent first."""

WEEKDAYS = (N_("mån"), N_("tis"), N_("ons"), N_("tor"), N_("fre"), N_("lör"), N_("sön"))
MONTHS = (
    N_("jan"), N_("feb"), N_("mar"), N_("apr"), N_("maj"), N_("jun"),
    N_("jul"), N_("aug"), N_("sep"), N_("okt"), N_("nov"), N_("dec"),
)  # fmt: skip
MONTHS_IN_FULL = (
    N_("januari"), N_("februari"), N_("mars"), N_("april"), N_("maj"), N_("juni"),
    N_("juli"), N_("augusti"), N_("september"), N_("oktober"), N_("november"), N_("december"),
)  # fmt: skip


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
    ages = {Age.ANY: "", Age.TODAY: _("idag"), Age.OLDER: _("äldre")}
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
    "handover.accepted": N_("Tog emot ärendet, som {sender} lämnade över."),
    "handover.declined": N_("Avböjde att ta emot ärendet: {reason}"),
    "handover.withdrawn": N_("Överlämningen är tillbakatagen."),
    "handover.called": N_("Ingen har svarat på överlämningen. {called}"),
    "ending.requested": N_("Begärde avslut, steg 1 av 2."),
    "ending.withdrawn": N_("Lät ärendet vara öppet."),
    "deed.undone": N_("Ångrade det senaste."),
    "message.received": N_("Patienten skrev."),
    "message.sent": N_("Skrev till patienten."),
    "note.written": N_("Skrev en intern anteckning."),
    "form.received": N_("Ett formulär kom in."),
    "attachment.refused": N_("En bilaga kunde inte tas emot."),
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
    "patient.received": N_("Patientens uppgifter kom in."),
    "patient.updated": N_("Patientens uppgifter ändrades."),
}


def event_words(kind: str, details: Mapping[str, Any]) -> str:
    """What happened to a case, in words; of a kind that has none, the kind itself."""
    cleaned = defaultdict(str, {name: clean_line(str(value)) for name, value in details.items()})
    if kind == "case.assessed":
        cleaned["assessment"] = assessment_words(cleaned["urgency"], cleaned["need"])
    if kind.startswith("sms."):
        cleaned["problem"] = outgoing_problem_words(cleaned["problem"])
    if kind.startswith("handover."):
        cleaned["to"] = handed_word(cleaned["to"])
        cleaned["consent"] = consent_words(cleaned["how"], cleaned["agreed_at"], cleaned["ground"])
        cleaned["called"] = _(CALLED.get(cleaned["level"], ""))
    return _(EVENTS[kind]).format_map(cleaned) if kind in EVENTS else kind


SEVERITIES = {
    Severity.SUICIDE: N_("misstänkt suicidrisk"),
    Severity.PRIORITY_1: N_("prioritet 1"),
    Severity.PRIORITY_2: N_("prioritet 2"),
    Severity.PRIORITY_3: N_("prioritet 3"),
    Severity.PRIORITY_4: N_("prioritet 4"),
    Severity.PRIORITY_5: N_("prioritet 5"),
    Severity.FAILED: N_("triage utan prioritet"),
    Severity.MESSAGE: N_("meddelande utan triage"),
}


def severity_words(severity: Severity) -> str:
    """How severe a contact is that comes while a unit is closed, in words."""
    return _(SEVERITIES[severity])


def refers_to_words(refers_to: RefersTo) -> str:
    """Where one is referred by telephone, in words."""
    return _(" och ").join(refers_to.named)


CONSENT_WAYS = {
    ConsentWay.CHAT: N_("i chatten"),
    ConsentWay.TELEPHONE: N_("per telefon"),
    ConsentWay.VISIT: N_("vid besök"),
}

CALLED = {
    "0": N_("Den som erbjuds det påminns."),
    "1": N_("Den som är chattansvarig larmas."),
    "2": N_("Alla larmas."),
}

SHIFT_WARNINGS = {
    "other-unit": N_("ANNAN ENHET: ärendet flyttar dit."),
    "not-on-shift": N_("Inte i tjänst nu."),
}


def handed_word(to: str) -> str:
    """To whom a case is offered: a profession in words, or the person's name."""
    return profession_word(Profession(to)) if to in set(Profession) else clean_line(to)


def consent_words(how: str, at: str, ground: str) -> str:
    """How and when the patient agreed to a handover, or why it went without; ``at`` is as the event has it."""
    if ground:
        return _("Utan samtycke: grunden är {rule}.").format(rule=ground)
    if not how or not at:
        return ""
    said = _("Samtycke {how} {at}.")
    return said.format(how=_(CONSENT_WAYS[ConsentWay(how)]), at=day_and_time(datetime.fromisoformat(at)))


PURPOSES = {
    Purpose.ANSWER: N_("påminnelse"),
    Purpose.VISIT_BOOKED: N_("videobesök bokat"),
    Purpose.VISIT_MOVED: N_("videobesök ny tid"),
    Purpose.VISIT_TODAY: N_("videobesök idag"),
    Purpose.VISIT_SOON: N_("videobesök strax"),
    Purpose.INVITATION: N_("inbjudan till videobesök"),
}

CLOSING_MARKS = {
    Standing.SUICIDE: N_("! suicidrisk"),
    Standing.URGENT: N_("! brådskande"),
    Standing.UNREAD: N_("● oläst"),
    Standing.LEFT: N_("kvar"),
    Standing.TOLD: N_("✓ informerad"),
}
"""Where a case stands in the closing check."""

URGENCIES = {
    Urgency.UNSAID: N_("inget sagt om brådska"),
    Urgency.URGENT: N_("brådskande"),
    Urgency.CAN_WAIT: N_("kan vänta"),
}

NEEDS = {
    Need.UNSAID: N_("inget sagt om vad som söks"),
    Need.NEW: N_("nytt eller tydligt sämre besvär"),
    Need.RETURN: N_("återbesök, prov, eller väntan av medicinska skäl"),
    Need.TREATMENT: N_("behandling som är beslutad"),
}

GUARANTEES = {
    Why.CONTACT: N_("kontakt samma dag"),
    Why.ASSESSMENT: N_("medicinsk bedömning inom 3 dagar"),
    Why.ASSESSMENT_ASSUMED: N_("medicinsk bedömning inom 3 dagar, om besväret är nytt"),
    Why.VISIT: N_("besök inom 90 dagar"),
    Why.TREATMENT: N_("behandling inom 90 dagar från beslutet"),
    Why.ASSESSED: N_("bedömningen är gjord"),
    Why.ANSWERED: N_("kontakten är tagen"),
    Why.RETURN: N_("gäller inte: återbesök, prov eller väntan av medicinska skäl"),
    Why.BOOKED: N_("besöket är bokat"),
}


def guarantee_words(one: Guarantee, now: datetime) -> str:
    """What the care guarantee promises the case, and until when."""
    words = _(GUARANTEES[one.why])
    if one.due_at is None:
        return words
    last = one.due_at - timedelta(seconds=1)
    if now >= one.due_at:
        return _("{words}: gick ut {day}").format(words=words, day=day_words(local(last).date()))
    today = local(last).date() == local(now).date()
    return _("{words}: senast {day}").format(words=words, day=_("i dag") if today else day_words(local(last).date()))


def guarantee_mark(one: Guarantee | None, now: datetime) -> str:
    """A short mark for a deadline that is near or has passed; empty else."""
    if one is None or one.due_at is None or not one.is_near(now):
        return ""
    last = one.due_at - timedelta(seconds=1)
    if now >= one.due_at:
        return GUARANTEE + _("ute")
    same_day = local(last).date() == local(now).date()
    return GUARANTEE + (_("idag") if same_day else f"{local(last).day} {_(MONTHS[local(last).month - 1])}")


def closing_mark(case: Case, where: Standing) -> str:
    """Where a case stands in the closing check, as short as a column needs it."""
    if where is Standing.RESTS and case.held_until is not None:
        return _("✓ till {day}").format(day=f"{case.held_until.day} {_(MONTHS[case.held_until.month - 1])}")
    return _(CLOSING_MARKS[where])


def assessment_words(urgency: str, need: str) -> str:
    """What a clinician has said of a case, from the history."""
    said = [_(URGENCIES[Urgency(urgency)])] if urgency else []
    said += [_(NEEDS[Need(need)])] if need and need != Need.UNSAID else []
    return ", ".join(said)


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
}


def job_words(name: str) -> str:
    """What a job by the clock looks after, in words; of one that has none, its name."""
    return _(JOBS[name]) if name in JOBS else name


SHIFT_KINDS = {
    ShiftKind.CHAT: N_("chatt"),
    ShiftKind.VIDEO: N_("videobesök"),
    ShiftKind.RESPONSIBLE: N_("chattansvarig"),
    ShiftKind.OTHER: N_("annat"),
}

ONGOING = {
    Ongoing.VISIT: N_("pågående besök"),
    Ongoing.OWNED: N_("ditt ärende"),
    Ongoing.OFFERED: N_("överlämnat, ej mottaget"),
    Ongoing.DRAFT: N_("utkast ej skickat"),
    Ongoing.NOTE_DRAFT: N_("anteckning ej sparad"),
}


def shift_kind_word(kind: ShiftKind) -> str:
    """What one does on a shift, in a word."""
    return _(SHIFT_KINDS[kind])


def ongoing_words(left: Iterable[Ongoing]) -> str:
    """What one would leave behind in a case, in words."""
    return ", ".join(_(ONGOING[one]) for one in left)


def purpose_words(purpose: Purpose) -> str:
    """Why something goes out, in words."""
    return _(PURPOSES[purpose])


def outgoing_state_word(state: OutgoingState) -> str:
    """Where something that goes out stands, in a word."""
    return _(OUTGOING_STATES[state])


def outgoing_problem_words(problem: str) -> str:
    """What is in the way of something that goes out, in words; of what has none, its key."""
    return _(OUTGOING_PROBLEMS[problem]) if problem in OUTGOING_PROBLEMS else problem


CALENDAR_PROBLEMS = {
    "person-unknown": N_("ingen på enheten heter eller har HSA-id så"),
    "person-ambiguous": N_("flera på enheten heter så: ange HSA-id"),
    "no-uid": N_("händelsen saknar UID"),
    "no-end": N_("sluttid saknas"),
    "all-day": N_("heldag utan klockslag"),
    "time": N_("tiden går inte att läsa"),
    "zone": N_("okänd tidszon"),
    "recurrence": N_("upprepas på ett sätt som inte går att följa: bara varje dag eller vecka"),
    "exception-alone": N_("ändrar en serie som inte finns i filen"),
    "superseded": N_("finns i en senare version i samma fil"),
    "roster-order": N_("slutar innan det har börjat"),
    "roster-long": N_("är längre än ett pass får vara"),
}


def calendar_problem_words(reason: str) -> str:
    """Why an event of a calendar cannot be used, in words; of what has none, its key."""
    return _(CALENDAR_PROBLEMS[reason]) if reason in CALENDAR_PROBLEMS else reason


READINGS = {
    "case": N_("öppnade ett ärende"),
    "list": N_("såg en lista"),
    "arrivals": N_("såg nya i en lista"),
    "offers": N_("såg vad som erbjuds"),
    "attachment": N_("öppnade en bilaga"),
    "export": N_("tog ut uppgifter"),
    "own-log": N_("såg sin egen logg"),
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
    if case.suicide is SuicideRisk.AWAITING:
        return SUICIDE
    if triage_failed(case):
        return TRIAGE_FAILED
    return MESSAGE if case.priority is None else str(case.priority)


def state_marks(case: Case, *, promised: str = "", why: bool = False) -> str:
    """State, what is special, and what is unread, as short as a column needs it.

    ``promised`` is the mark of a deadline that is near; ``why`` adds why a case is held.
    """
    words = [*_special(case), _handed(case, why=why) or _(STATE_MARKS[case.state]), promised]
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
        free_text = _("fritext")
        words.append(f"{FREE_TEXT} {free_text}")
    if why and case.held_until is not None:
        words.append(f"· {case.held_reason}")
    return " ".join(filter(None, words))


def _handed(case: Case, *, why: bool) -> str:
    """To whom a case is offered; empty where it is not."""
    if case.handed_at is None:
        return ""
    short = case.suicide is SuicideRisk.AWAITING and not why  # SUI and to whom are all that there is room for
    return (_("→ {to}") if short else _("LÄMNAS → {to}")).format(to=handed_word(case.handed_to))


def _special(case: Case) -> list[str]:
    """What must be seen of a case before its state."""
    marks = {
        N_("TID I DAG"): is_first_task(case),
        N_("BRÅDSK"): case.urgency is Urgency.URGENT,
        N_("SUI"): case.suicide is SuicideRisk.AWAITING,
    }
    return [_(mark) for mark, holds in marks.items() if holds]


def waited(since: datetime | None, now: datetime) -> str:
    """How long someone has waited: minutes, then hours, then days. A dash where nobody waits."""
    if since is None:
        return "–"
    return time_words(now - since)


def time_words(time: timedelta) -> str:
    """How long something took: minutes, then hours, then days."""
    minutes = max(0, int(time.total_seconds() // 60))
    if minutes < 100:
        return _("{count} min").format(count=minutes)
    if minutes < 48 * 60:
        return _("{count} tim").format(count=minutes // 60)
    return _("{count} dgr").format(count=minutes // (24 * 60))


def clock_time(instant: datetime) -> str:
    """The time of day in Sweden, such as ``16.32``."""
    return local(instant).strftime("%H.%M")


def day_and_time(instant: datetime) -> str:
    """Weekday, day, month and time, such as ``mån 23 nov 16.32``."""
    return f"{day_words(local(instant).date())} {clock_time(instant)}"


def day_words(day: date) -> str:
    """Weekday, day and month, such as ``mån 23 nov``."""
    return f"{_(WEEKDAYS[day.weekday()])} {day.day} {_(MONTHS[day.month - 1])}"


def period_words(period: Period) -> str:
    """A period in words, such as ``mån 23 nov 2026``, ``vecka 48 2026`` or ``november 2026``."""
    first = period.first
    if period.length is Length.WEEK:
        year, week, _day = first.isocalendar()
        return _("vecka {week} {year}").format(week=week, year=year)
    if period.length is Length.MONTH:
        return f"{_(MONTHS_IN_FULL[first.month - 1])} {first.year}"
    return f"{day_words(first)} {first.year}"


def moment(instant: datetime, now: datetime) -> str:
    """The time alone where it was today, else with its day."""
    return clock_time(instant) if local(instant).date() == local(now).date() else day_and_time(instant)


def short_moment(instant: datetime, now: datetime) -> str:
    """The time alone where it was today, else with its date, such as ``24 nov 08.00``."""
    at = local(instant)
    today = at.date() == local(now).date()
    return clock_time(instant) if today else f"{at.day} {_(MONTHS[at.month - 1])} {clock_time(instant)}"


def span_words(start: datetime, end: datetime) -> str:
    """From when until when, such as ``mån 23 nov 08.00–12.00``; an end on another day has its weekday."""
    same_day = local(start).date() == local(end).date()
    return f"{day_and_time(start)}–{clock_time(end) if same_day else weekday_and_time(end)}"


def weekday_and_time(instant: datetime) -> str:
    """Weekday and time, such as ``mån 16.32``."""
    return f"{_(WEEKDAYS[local(instant).weekday()])} {clock_time(instant)}"


def short_name(unit_name: str) -> str:
    """A unit's name without the word that all of them begin with."""
    first, _space, rest = unit_name.partition(" ")
    return rest if rest and first.lower() in UNIT_WORDS else unit_name
