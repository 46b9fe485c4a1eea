"""The use cases: one public function is one thing that a person or a tick does, in one transaction.

``services.chat`` and the others are loaded when they are first used: the console paints before the database layer,
which takes longer to load than all the rest, is there.
"""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from p24tui.services import (
        alerts,
        assessment,
        booking_tasks,
        cases,
        chat,
        closing,
        documentation,
        duty,
        ending,
        guardians,
        handover,
        holding,
        images,
        invitations,
        links,
        list_views,
        login,
        notes,
        outbox,
        overview,
        passwords,
        patients,
        phrases,
        presence,
        queue,
        read_log,
        registration,
        reminders,
        report,
        roster,
        shift,
        staff,
        suicide,
        takeover,
        ticks,
        tone,
        undo,
        unit_settings,
        units,
        visit_day,
        visit_list,
        visits,
        wrong_patient,
    )

__all__ = [
    "alerts",
    "assessment",
    "booking_tasks",
    "cases",
    "chat",
    "closing",
    "documentation",
    "duty",
    "ending",
    "guardians",
    "handover",
    "holding",
    "images",
    "invitations",
    "links",
    "list_views",
    "login",
    "notes",
    "outbox",
    "overview",
    "passwords",
    "patients",
    "phrases",
    "presence",
    "queue",
    "read_log",
    "registration",
    "reminders",
    "report",
    "roster",
    "shift",
    "staff",
    "suicide",
    "takeover",
    "ticks",
    "tone",
    "undo",
    "unit_settings",
    "units",
    "visit_day",
    "visit_list",
    "visits",
    "wrong_patient",
]


def __getattr__(name: str) -> ModuleType:
    if name not in __all__:
        raise AttributeError(name)
    return import_module(f"{__name__}.{name}")
