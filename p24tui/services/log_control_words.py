"""Log control in words: why a reading stands out, the ground for it, and what came of a check."""

from datetime import timedelta

from p24tui.clock import local_date
from p24tui.i18n import N_, _
from p24tui.routine.actor import Profession
from p24tui.routine.log_control import BREAK_GLASS, CheckKind, Outcome, Reason
from p24tui.routine.role import Role
from p24tui.store.log_control_values import Span
from p24tui.text import clean_line
from p24tui.words.cases import profession_word
from p24tui.words.times import MONTHS

REASONS = {
    Reason.PROTECTED: N_("skyddad person"),
    Reason.COLLEAGUE: N_("kollega"),
    Reason.SURNAME: N_("samma efternamn"),
    Reason.BREAK_GLASS: N_("nödöppnat"),
    Reason.NO_CARE: N_("utan vårdrelation"),
    Reason.MANY: N_("många på kort tid"),
    Reason.OUTSIDE_HOURS: N_("utanför öppettid"),
}

REASONS_IN_FULL = {
    Reason.PROTECTED: N_("Patienten har skyddade personuppgifter."),
    Reason.COLLEAGUE: N_("Patienten heter som någon i personalen."),
    Reason.SURNAME: N_("Den som läste och patienten har samma efternamn."),
    Reason.BREAK_GLASS: N_("Ärendet nödöppnades."),
    Reason.NO_CARE: N_("Den som läste har inte gjort något i ärendet och har det inte."),
    Reason.MANY: N_("Den som läste öppnade många patienter på kort tid."),
    Reason.OUTSIDE_HOURS: N_("Enheten var stängd."),
}

KINDS = {
    CheckKind.UNUSUAL: N_("Ovanliga läsningar"),
    CheckKind.PATIENT: N_("En patient"),
    CheckKind.PERSON: N_("En medarbetare"),
    CheckKind.UNIT: N_("Enhet och tid"),
    CheckKind.SAMPLE: N_("Stickprov"),
}

OUTCOMES = {
    Outcome.NOTHING: N_("inget att anmärka på"),
    Outcome.ASKED: N_("personen är tillfrågad"),
    Outcome.REPORTED: N_("anmält vidare"),
}

WHYS = {
    "care": N_("vård"),
    "control": N_("loggkontroll"),
    "acting-outside": N_("agerar utanför"),
    "operation": N_("drift"),
}

ROLES = {
    Role.HEAD: N_("verksamhetschef"),
    Role.LOG_CONTROLLER: N_("loggkontrollant"),
    Role.TECHNICIAN: N_("tekniker"),
}


def why_words(why: str) -> str:
    """Why somebody might read, in words; of a ground that has none, the ground itself."""
    if why.startswith(BREAK_GLASS):
        return _(REASONS[Reason.BREAK_GLASS])
    return _(WHYS[why]) if why in WHYS else clean_line(why)


def role_words(role: str, profession: str) -> str:
    """The role in which somebody read, in words: their profession where they had chosen none."""
    if role in set(ROLES):
        return _(ROLES[Role(role)])
    return profession_word(Profession(profession)) if profession in set(Profession) else clean_line(role or profession)


def reasons_words(reasons: tuple[Reason, ...]) -> str:
    """Why a reading stands out, the heaviest reason first."""
    return ", ".join(_(REASONS[one]) for one in reasons)


def span_words(span: Span) -> str:
    """The days that were looked at, such as ``17 nov–23 nov 2026``."""
    first, last = local_date(span.first), local_date(span.until - timedelta(microseconds=1))
    ends = f"{last.day} {_(MONTHS[last.month - 1])} {last.year}"
    if first == last:
        return ends
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day} {_(MONTHS[first.month - 1])}{year}–{ends}"
