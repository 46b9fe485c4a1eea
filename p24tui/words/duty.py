"""The words and marks of being on duty: closing, care guarantee, assessments, shifts, roster, and after hours."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from p24tui.clock import local
from p24tui.i18n import N_, _
from p24tui.routine.after_hours import RefersTo, Severity
from p24tui.routine.case import Case, Need, Urgency
from p24tui.routine.closing import Standing
from p24tui.routine.decision import Refusal
from p24tui.routine.guarantee import Guarantee, Why
from p24tui.routine.shift import Ongoing, ShiftKind
from p24tui.routine.unit_alert import UnitAlert, UnitReason
from p24tui.words.times import MONTHS, day_words, moment

GUARANTEE = "§"


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


CLOSING_MARKS = {
    Standing.SUICIDE: N_("! suicidrisk"),
    Standing.URGENT: N_("! brådskande"),
    Standing.UNREAD: N_("● oläst"),
    Standing.LEFT: N_("kvar"),
    Standing.TOLD: N_("✓ informerad"),
}
"""Where a case stands in the closing check."""

NOT_TOLD = {
    "protected": N_("skyddad person"),
    "closing-suicide": N_("suicidrisk"),
    "closing-urgent": N_("brådskande"),
    "closing-priority": N_("prio 1"),
    "unread": N_("oläst"),
    "closing-told": N_("vet redan"),
    "closing-rests": N_("vilar"),
}
"""Why somebody is not told with the others, by the reason of the refusal, in a word."""

URGENCIES = {
    Urgency.UNSAID: N_("inget sagt om brådska"),
    Urgency.URGENT: N_("brådskande"),
    Urgency.CAN_WAIT: N_("kan vänta"),
}

NEEDS = {
    Need.UNSAID: N_("inget sagt om vad som söks"),
    Need.NEW: N_("nytt eller tydligt sämre besvär"),
    Need.RETURN: N_("återbesök, prov eller väntan av medicinska skäl"),
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


def not_told_words(refusal: Refusal) -> str:
    """That a patient is not told with the others, and why, as short as a column needs it."""
    why = NOT_TOLD.get(refusal.reason)
    return _("nej: {why}").format(why=_(why)) if why else _("nej")


def assessment_words(urgency: str, need: str) -> str:
    """What a clinician has said of a case, from the history."""
    said = [_(URGENCIES[Urgency(urgency)])] if urgency else []
    said += [_(NEEDS[Need(need)])] if need and need != Need.UNSAID else []
    return ", ".join(said)


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


UNIT_ALERTS = {
    UnitReason.NOBODY: N_("ingen är chattansvarig sedan {at}"),
    UnitReason.UNSIGNED: N_("stängningen är inte signerad, enheten stängde {at}"),
    UnitReason.GAP: N_("ingen är schemalagd {at}"),
    UnitReason.UNREMOVED: N_("gammal C24-post i VAS: registrera och ta bort den"),
}


def unit_alert_words(one: UnitAlert, now: datetime) -> str:
    """What calls about a unit as a whole, in words."""
    return _(UNIT_ALERTS[one.reason]).format(at=moment(one.since, now))
