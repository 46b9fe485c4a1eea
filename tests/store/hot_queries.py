"""Every statement of the store, as its own functions make it: each is called once with values for its parameters.

What a parameter gets goes by its name, or by its type. A function whose parameters are not known here is an error, so
a new one is noticed: it gets values, or a place among those that are passed over.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import event

import p24tui.store
from p24tui.routine.actor import Actor, Profession
from p24tui.routine.handover import OfferState
from p24tui.routine.outgoing import Channel, OutgoingState, Purpose
from p24tui.routine.role import Role
from p24tui.store.engine import Tx
from p24tui.store.log_control_values import Span
from p24tui.store.values import Doing
from tests.size.region import staff_id, unit_id
from tests.size.rows import case_id, patient_id


@dataclass(frozen=True, slots=True)
class About:
    """What is asked about: ids of what there is."""

    unit: str = unit_id(7)
    staff: str = staff_id(7)
    case: str = case_id(7)
    patient: str = patient_id(7)


MODULES = tuple(
    importlib.import_module(f"p24tui.store.{one.name}")
    for one in pkgutil.iter_modules(p24tui.store.__path__)
    if one.name not in ("migrations", "database_roles", "schema", "dump")
)
"""But for those that only the owner's commands use."""

ONE_ROW = (
    *("add", "save", "put_unit", "put_staff", "put_patient", "put_guardian", "put_source", "put_contact", "put_task"),
    *("put_statement", "put_times", "put_text", "put_minutes", "put_closing_warnings", "put_password", "put_tries"),
    *("put", "add_attachment", "add_answers", "add_link", "add_call", "add_check", "save_check", "save_review"),
    *("save_marks", "save_call", "owe", "remember", "keep_aside", "insert_once", "mark_sending", "unmark", "release"),
    *(
        "acknowledge",
        "append",
        "announce",
        "log_reading",
        "make_responsible",
        "change",
        "facts",
        "save_draft",
        "withdraw",
    ),
    *("give", "be_guest"),
)
"""Names of functions that write rows which they are handed, by their keys."""

PASSED_OVER = {
    "intake.alone": "SQLite's lock, or a savepoint",
    "intake.attempt": "SQLite's lock, or a savepoint",
    "break_glass.begin": "a function of the database, where people have roles",
    "break_glass.clock": "the time, of a database where people have roles",
    "break_glass.unreviewed": "a function of the database, where people have roles",
    "log_seals.alone": "a lock",
    "log_rows.remove": "p24tui log remove-old, once a month",
    "log_rows.older_than": "p24tui log remove-old, once a month",
    "log_rows.count": "p24tui log verify, which reads every row",
    "outbox.another_went": "takes a row; see below",
    "closings.has_come_since": "takes a row; see below",
}


@dataclass(frozen=True, slots=True)
class Query:
    """A statement with its parameters, and the function that makes it (module.name)."""

    of: str
    statement: str
    parameters: Any

    @property
    def reads(self) -> bool:
        """Whether it changes nothing and locks nothing."""
        return self.statement.lstrip().startswith("SELECT") and "FOR UPDATE" not in self.statement


def queries(tx: Tx, now: datetime, about: About) -> Iterator[Query]:
    """What every function of the store asks or changes; all of it is taken back."""
    known = _Values(now, about)
    for name, function in functions():
        with _heard(tx) as said:
            point = tx.connection.begin_nested()
            found = function(tx, **known.of(name, function))
            if inspect.isgenerator(found):
                list(found)
            point.rollback()
        yield from (Query(name, *one) for one in said if one[0].split()[0] not in _OF_TRANSACTIONS)


def functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    """The store's functions that take a transaction, with their names, but for those that are passed over."""
    for module in MODULES:
        for name, one in vars(module).items():
            own = inspect.isfunction(one) and one.__module__ == module.__name__ and not name.startswith("_")
            full = f"{module.__name__.rpartition('.')[2]}.{name}"
            takes_tx = own and next(iter(inspect.signature(one).parameters), "") == "tx"
            if takes_tx and name not in ONE_ROW and full not in PASSED_OVER:
                yield full, one


_OF_TRANSACTIONS = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")


class _heard:  # noqa: N801 - used as a function
    """The statements that are executed within the block."""

    def __init__(self, tx: Tx) -> None:
        self._connection = tx.connection
        self._said: list[tuple[str, Any]] = []

    def __enter__(self) -> list[tuple[str, Any]]:
        event.listen(self._connection, "before_cursor_execute", self._hear)
        return self._said

    def __exit__(self, *_error: object) -> None:
        event.remove(self._connection, "before_cursor_execute", self._hear)

    def _hear(self, _c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        self._said.append((statement, parameters))


class _Values:
    """What each parameter gets."""

    def __init__(self, now: datetime, about: About) -> None:
        lately = now - timedelta(hours=1)
        self._by_name: dict[str, Any] = {
            **dict.fromkeys(("unit_id",), about.unit),
            **dict.fromkeys(("staff_id", "reader", "holder_id"), about.staff),
            **dict.fromkeys(("case_id",), about.case),
            **dict.fromkeys(("patient_id",), about.patient),
            **dict.fromkeys(("now", "at", "until", "end", "ends", "before", "expires_at", "seen_after"), now),
            **dict.fromkeys(("since", "start", "begins", "due_before", "ended_after"), lately),
            **dict.fromkeys(("day", "today", "first", "last", "local_date"), now.date()),
            **dict.fromkeys(("limit",), 50),
            **dict.fromkeys(("minutes", "level", "seq", "fence", "soon_before", "morning", "chosen"), 1),
            **dict.fromkeys(
                (
                    "id",
                    "note_id",
                    "message_id",
                    "visit_id",
                    "shift_id",
                    "export_id",
                    "registration_id",
                    "phrase_id",
                    "attachment_id",
                    "participant_id",
                    "task_id",
                    "check_id",
                    "entry_id",
                ),
                "0",
            ),
            **dict.fromkeys(
                ("visit_ids", "message_ids", "entry_ids", "calendar_ids", "names", "numbers", "besides"), ("0", "1")
            ),
            **dict.fromkeys(
                (
                    "place",
                    "prefix",
                    "source",
                    "type",
                    "stored_as",
                    "typed",
                    "whose",
                    "token_hash",
                    "booking_id",
                    "name",
                    "number",
                    "about",
                    "gateway",
                    "gateway_id",
                    "reason",
                    "problem",
                    "by",
                    "system_user",
                    "log",
                    "chain",
                    "setting",
                    "text",
                    "words",
                    "view",
                    "deed",
                ),
                "x",
            ),
            "unit_ids": (about.unit,),
            "case_ids": (about.case, case_id(8)),
            "patient_ids": (about.patient, patient_id(8)),
            "staff_ids": (about.staff,),
            "lock": False,
            "kinds": ("case.ended",),
            "kind": "message.sent",
            "what": f"case:{about.case}",
            "purpose": Purpose.ANSWER,
            "channels": (Channel.SMS,),
            "lease_until": now,
            "states": (OutgoingState.QUEUED,),
            "profession": Profession.NURSE,
            "span": Span(lately, now),
            "after": None,
            "role": Role.LOG_CONTROLLER,
            "doing": Doing.VIEWING,
            "problems": ("x",),
            "left": True,
            "digest": b"x",
            "seqs": (1, 2),
            "places": (("x", 1),),
            "audience": None,
            "actor": Actor(about.staff, "x", Profession.NURSE, about.unit, "x"),
            "settled": False,
        }
        self._by_function: dict[tuple[str, str], Any] = {
            ("messages.cases_with", "words"): ("feber",),
            ("log_control.in_order", "end"): 10**9,
            ("log_control.by_seq", "numbers"): (10_001, 10_002),
            ("feed.after", "position"): (1, 1),
            ("log_seals.after", "limit"): 50,
            ("log_rows.count", "log"): "events",
            ("intake.names_of", "source"): "size",
            ("intake.names_of", "type"): "case",
            ("intake.only_name_of", "type"): "case",
            ("people.patient", "id"): about.patient,
            ("cases.of_units", "ended_after"): None,
            ("log_rows.heads", "log"): "events",
            ("log_rows.head", "log"): "events",
            ("log_rows.hashes", "log"): "events",
            ("handovers.answer", "state"): OfferState.WITHDRAWN,
            ("handovers.answer", "by"): Actor(about.staff, "x", Profession.NURSE, about.unit, "x"),
            ("intake.outgoing", "after"): (1, 1),
            ("unit_settings.minutes", "setting"): "lock_after",
        }
        self._instants = ("log_control.in_order",)

    def of(self, name: str, function: Callable[..., Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for one in list(inspect.signature(function).parameters.values())[1:]:
            if (name, one.name) in self._by_function:
                found[one.name] = self._by_function[name, one.name]
            elif one.kind not in (one.VAR_KEYWORD, one.VAR_POSITIONAL) and one.default is one.empty:
                found[one.name] = self._by_name[one.name]
        return found
