"""The words for video visits, the same on every screen and on the command line."""

from collections.abc import Mapping

from p24tui.explain.visits import BOOKING_TASKS
from p24tui.i18n import N_, _
from p24tui.routine.link import Role
from p24tui.routine.outgoing import Channel
from p24tui.routine.visit import CallOutcome, Summons, VisitKind, VisitState

STATES: Mapping[VisitState, str] = {
    VisitState.BOOKED: N_("Bokat"),
    VisitState.TAKEN_IN: N_("Intaget"),
    VisitState.STARTED: N_("Startat"),
    VisitState.ENDED: N_("Avslutat"),
    VisitState.ABSENT: N_("Uteblev"),
    VisitState.CANCELLED: N_("Avbokat"),
}

KINDS: Mapping[VisitKind, str] = {
    VisitKind.PATIENT: N_("patient"),
    VisitKind.CHILD: N_("barn med ombud"),
    VisitKind.RELATIVE: N_("anhörigsamtal"),
}

ROLES: Mapping[Role, str] = {
    Role.PATIENT: N_("patient"),
    Role.PROXY: N_("ombud"),
    Role.GUARDIAN: N_("vårdnadshavare"),
    Role.RELATIVE: N_("anhörig"),
    Role.GUEST: N_("gäst"),
    Role.INTERPRETER: N_("tolk"),
    Role.COLLEAGUE: N_("kollega"),
}

SUMMONS: Mapping[Summons, str] = {
    Summons.ADULT_SAVED: N_("vuxen, sparad (1177.se)"),
    Summons.ADULT_POSTED: N_("vuxen, utskriven för post"),
    Summons.CHILD_SAVED: N_("barn, sparad (1177.se)"),
    Summons.CHILD_POSTED: N_("barn, utskriven för post"),
}

CALLS: Mapping[CallOutcome, str] = {
    CallOutcome.NO_ANSWER: N_("inget svar"),
    CallOutcome.VOICEMAIL: N_("talade in ett meddelande"),
    CallOutcome.WRONG_NUMBER: N_("fel nummer"),
    CallOutcome.JOINS: N_("svarade: ansluter nu"),
    CallOutcome.BY_TELEPHONE: N_("svarade: besöket hölls per telefon"),
    CallOutcome.NEW_TIME: N_("svarade: får en ny tid"),
}

CHANNELS: Mapping[Channel | None, str] = {
    Channel.EMAIL: N_("e-post"),
    Channel.SMS: N_("sms"),
    None: N_("i kollegans egen lista"),
}

TASKS: Mapping[str, str] = BOOKING_TASKS
"""What somebody must see to, by the problem of a booking task."""


def shown_role(role: Role, name: str) -> str:
    """What the others in the room see: the role, and a name only of who is no patient and no relative of one."""
    word = _(ROLES[role]).capitalize()
    return f"{word} {name}".strip() if role in (Role.GUEST, Role.INTERPRETER, Role.COLLEAGUE) else word
