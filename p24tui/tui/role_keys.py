"""What the keys take: the right of each action, so that nobody is offered what their role may not do."""

from p24tui.routine.role import Role
from p24tui.services import access
from p24tui.tui.places import PLACE_RIGHTS

_ON_CASES = {
    "open_case": "case.read",
    "write": "chat.send",
    "send": "chat.send",
    "phrases": "chat.send",
    "better": "chat.send",
    "note": "colleague.write",
    "read_chat": "case.read",
    "read_anamnesis": "case.read",
    "read_history": "case.read",
    "attachments": "image.read",
    "beside": "case.read",
    "claim": "case.take",
    "release": "case.take",
    "hold": "case.take",
    "undo": "case.take",
    "hand_over": "handover.offer",
    "answer_colleague": "handover.answer",
    "end": "case.end",
    "assess": "case.assess",
    "remind": "sms.send",
    "risk": "risk.read",
    "video": "visit.hold",
    "journal": "note.write",
    "wrong_patient": "case.lock",
    "register": "registration.read",
    "outgoing": "sms.read",
}

_IN_LIST = (
    *("next_unread", "next_unowned", "longest_waiting", "search", "filter", "views", "next_unit", "show_all"),
    *("next_case", "previous_case", "close_case", "go_to_alarm", "open_row"),
)

_AT_VISITS = {
    **dict.fromkeys(("open_visit", "visits_earlier", "visits_later", "visits_today"), "visit.read"),
    **dict.fromkeys(("visit_step", "call_patient"), "visit.hold"),
    "visit_chat": "case.read",
    **dict.fromkeys(("book_visit", "invite", "move_visit", "cancel_visit", "summons", "booking_tasks"), "visit.book"),
}

_OF_UNIT = {
    "show_hours": "unit.change",
    "show_roster": "roster.change",
    "show_shift": "shift.work",
    "take_responsibility": "shift.work",
    "acknowledge": "alert.acknowledge",
    "break_glass": "break-glass.use",
    "review_break_glass": "break-glass.review",
}

RIGHTS = {
    **{place.action: name for place, name in PLACE_RIGHTS.items()},
    **_ON_CASES,
    **dict.fromkeys(_IN_LIST, "list.read"),
    **_AT_VISITS,
    **_OF_UNIT,
}
"""The right by action. What is not here, such as the help, is for everyone in the place where it acts."""

FOR_EVERYONE = frozenset({"back", "command_palette", "help", "lock", "quit"})
"""What everybody may do who gets as far."""


def right_of(action: str) -> str | None:
    """The right that an action takes; none where it is for everyone where it acts."""
    if action.startswith("closing_"):
        return "closing.do"
    if action.startswith("overview_"):
        return "report.read"
    if action.startswith("control_"):
        return "log.control"
    return RIGHTS.get(action)


def may_press(role: Role | None, action: str) -> bool:
    """Whether somebody in this role is offered the action."""
    name = right_of(action)
    return name is None or access.allows(role, name)
