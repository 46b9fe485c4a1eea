"""Suicide risk in words: levels, where it stands, and what has been stated of it."""

from datetime import datetime
from typing import Any

import msgspec

from p24tui import assets
from p24tui.i18n import N_, _, language
from p24tui.routine.case import Case, RiskLevel, SuicideRisk
from p24tui.routine.risk_course import (
    KINDS,
    Assessment,
    Basis,
    Booking,
    Call,
    ClosedDown,
    Course,
    Decision,
    Entry,
    HandedOn,
    InsteadOfVisit,
    Looked,
    NoSuspicion,
    Outcome,
    Overdue,
    Prolonged,
    Safety,
    Service,
    Stated,
    Suspicion,
    Visited,
    Wrote,
)
from p24tui.text import clean_line
from p24tui.words.times import MONTHS, day_and_time, short_moment

LEVELS = {
    RiskLevel.UNSAID: N_("inget sagt"),
    RiskLevel.NO_SUSPICION: N_("ingen misstanke"),
    RiskLevel.LOW: N_("ingen eller låg risk"),
    RiskLevel.MODERATE: N_("måttlig risk"),
    RiskLevel.HIGH: N_("hög risk"),
}
BASES = {
    Basis.ANAMNESIS: N_("anamnesrapporten"),
    Basis.JOURNAL: N_("journalen i VAS"),
    Basis.CHAT: N_("chatten"),
    Basis.TELEPHONE: N_("telefon"),
    Basis.VIDEO: N_("video"),
    Basis.IN_PERSON: N_("besök på mottagning"),
}
OUTCOMES = {
    Outcome.NO_ANSWER: N_("inget svar"),
    Outcome.VOICEMAIL: N_("telefonsvarare"),
    Outcome.NOT_IN_USE: N_("numret används inte"),
    Outcome.REACHED: N_("patienten svarade"),
}
SERVICES = {Service.ON_CALL: N_("beredskapsjouren"), Service.EMERGENCY: N_("112")}
INSTEAD = {
    InsteadOfVisit.WEEKEND: N_("helg eller långhelg"),
    InsteadOfVisit.REFUSES: N_("patienten vill inte"),
}

SUSPECTED = N_("SUI")
MARKS = {RiskLevel.MODERATE: N_("SUI MÅTTLIG"), RiskLevel.HIGH: N_("SUI HÖG")}


def risk_mark(case: Case) -> str:
    """What the list says of suicide risk, as short as a column needs it; empty where there is none."""
    if case.suicide is SuicideRisk.NONE:
        return _("LÄS: SUICID") if case.risk_words else ""
    return _(MARKS.get(case.risk, SUSPECTED))


def rungs() -> dict[str, str]:
    """The rungs of the suicide ladder in words, by id, from below. An aid: no level follows from one (SU-4)."""
    return {one["id"]: one[language()] for one in assets.load("suicide.toml")["rung"]}


def standing_words(case: Case, course: Course, now: datetime) -> str:
    """Where the risk stands, and until when."""
    if case.suicide is SuicideRisk.NONE:
        said = _(LEVELS[case.risk])
        return _("psykisk hälsa: {said}").format(said=said) if case.mental_health else said
    said = _(LEVELS[case.risk]) if case.risk in MARKS else _("misstänkt, inte bedömd")
    waits = _("väntar på psykolog eller läkare") if case.suicide is SuicideRisk.AWAITING else ""
    visit = course.visit
    booked = (
        _("besök {at} hos {whom}").format(at=short_moment(visit.at, now), whom=clean_line(visit.whom)) if visit else ""
    )
    until = ""
    if not visit and case.risk_due_at is not None:
        until = _("chatten förlängd till {at}").format(at=short_moment(case.risk_due_at, now))
    elif not visit and case.visit_by is not None:
        until = _("besök senast {day}").format(day=f"{case.visit_by.day} {_(MONTHS[case.visit_by.month - 1])}")
    return " · ".join(filter(None, [said, waits, booked, until]))


def entry_of(kind: str, fields: dict[str, Any]) -> Entry:
    """The entry of this kind whose fields were kept."""
    return msgspec.convert(fields, type=KINDS[kind])


def stated_words(one: Stated, now: datetime) -> str:
    """One entry with when and by whom, in a line."""
    words = entry_words(one.entry)
    who = clean_line(one.name) if one.staff_id else ""
    at = short_moment(one.at, now)
    return f"{at}  {who}: {words}" if who else f"{at}  {words}"


def entry_words(entry: Entry) -> str:
    """What an entry states, in a sentence that is safe to show."""
    return clean_line(_words(entry), 20_000)


def _words(entry: Entry) -> str:  # noqa: C901 - one line for each sort of entry
    match entry:
        case Suspicion(why):
            return _("misstänker suicidrisk: {why}").format(why=why) if why else _("formuläret tyder på suicidrisk")
        case NoSuspicion(why):
            return _with(_("ingen misstanke om suicidrisk"), why)
        case Assessment() as assessed:
            return assessed_words(assessed)
        case Safety(True):
            return _("patienten känner sig trygg att fortsätta online")
        case Safety(instead=instead):
            return _("patienten känner sig inte trygg online: {instead}").format(instead=instead)
        case Booking() as visit:
            return _("besök på mottagning {at} hos {whom}, {where}").format(
                at=day_and_time(visit.at), whom=visit.whom, where=visit.where
            )
        case Visited(came, note):
            return _with(_("besöket har ägt rum") if came else _("patienten kom inte till besöket"), note)
        case Decision(because, decision, reason):
            return _("individuellt beslut ({because}): {decision} {reason}").format(
                because=_(INSTEAD[because]), decision=_with_stop(decision), reason=reason
            )
        case Prolonged(until, reason):
            return _("chatten förlängd till {at}: {reason}").format(at=day_and_time(until), reason=reason)
        case Call(at, outcome, note):
            return _with(_("ringde {at}: {outcome}").format(at=day_and_time(at), outcome=_(OUTCOMES[outcome])), note)
        case HandedOn() as to:
            return _with(
                _("{service} tog över {at}: {whom}").format(
                    service=_(SERVICES[to.service]), at=day_and_time(to.at), whom=to.whom
                ),
                to.why,
            )
        case Looked(why):
            return _with(_("såg hur personen nås"), why)
        case Overdue():
            return _("tiden är ute: besöket är inte antecknat, eller väntan är slut")
        case Wrote():
            return _("patienten skrev")
        case ClosedDown():
            return _("personen är skyddad: det som var gjort och bokat gäller inte längre")


def _with(words: str, more: str) -> str:
    return f"{words}: {more}" if more else words


def _with_stop(typed: str) -> str:
    """What was typed, so that more can follow: it has a stop of its own, or gets one."""
    typed = typed.rstrip()
    return typed if typed.endswith((".", "!", "?", "…")) else f"{typed}."


def assessed_words(said: Assessment) -> str:
    """The overall assessment in a sentence."""
    words = _(
        "bedömning: {level}. Suicidstegen: {rung}. Riskfaktorer: {risk} Skyddsfaktorer: {protective} Bygger på {basis}"
    ).format(
        level=_(LEVELS[said.level]),
        rung=rungs().get(said.rung, said.rung),
        risk=_with_stop(said.risk_factors),
        protective=_with_stop(said.protective_factors),
        basis=", ".join(_(BASES[one]) for one in said.basis),
    )
    return words + _(". Låg med rimlig säkerhet") if said.certain else words
