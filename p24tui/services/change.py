"""What every change of a case has in common: read it locked, let a rule decide, write it, record it."""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from p24tui.errors import BadInput, Refused
from p24tui.routine import chat, handover
from p24tui.routine.actor import Actor
from p24tui.routine.alert import calling_anew
from p24tui.routine.case import Case
from p24tui.routine.decision import Refusal
from p24tui.routine.handover import OfferState
from p24tui.routine.undo import UNDOABLE
from p24tui.services import note_debts, visit_ending
from p24tui.services.outbox import cancel_moot
from p24tui.store import cases, events, handovers
from p24tui.store.engine import Tx
from p24tui.store.values import CaseRow
from p24tui.system import System

WITHDRAWN = "handover.withdrawn"
"""The kind of event that an offer which has ended leaves."""

T = TypeVar("T")
Decide = Callable[[CaseRow], Case | Refusal]


def change(
    system: System,
    actor: Actor,
    case_id: str,
    kind: str,
    decide: Decide,
    *,
    version: int | None = None,
    rule: str = "",
    **details: Any,
) -> Case:
    """Change one case by a rule, in a transaction of its own.

    Raises ``Refused`` where the rule says no, ``Stale`` where ``version`` is no longer the case's, ``BadInput``
    where there is no such case.
    """
    with system.store.writing() as tx:
        return change_in(tx, system, actor, case_id, kind, decide, version=version, rule=rule, **details)


def change_in(
    tx: Tx,
    system: System,
    actor: Actor,
    case_id: str,
    kind: str,
    decide: Decide,
    *,
    version: int | None = None,
    rule: str = "",
    message_id: str | None = None,
    **details: Any,
) -> Case:
    """The same within a transaction that does more."""
    row = locked(tx, case_id)
    if version is not None and row.case.version != version:
        raise cases.stale(tx, case_id)
    after = handover.kept(row.case, allowed(decide(row), owner=row.owner))
    saved = cases.save(tx, calling_anew(row.case, after, system.clock.now()))
    if kind in UNDOABLE and message_id is None:  # what the patient has been told with it stands
        details |= {"before": _changed(row.case, saved), "version": saved.version}
    events.append(
        tx,
        actor,
        system.clock.now(),
        kind,
        case_id,
        unit_id=saved.unit_id,
        message_id=message_id,
        rule=rule,
        **details,
    )
    if saved.unit_id != row.case.unit_id:  # the unit that it leaves hears of it too
        events.announce(tx, system.clock.now(), row.case.unit_id, case_id)
    cancel_moot(tx, actor, row.case, saved, system.clock.now())
    visit_ending.follow(tx, actor, row.case, saved, system.clock.now(), undone=kind == "deed.undone")
    note_debts.follow(tx, actor, row.case, saved, system.clock.now())
    if row.case.handed_at is not None and saved.handed_at is None:
        _withdraw_offer(tx, system, actor, row.case, kind)
    return saved


def taking_on(actor: Actor, decide: Decide) -> Decide:
    """The same decision about a case in the actor's hands: what nobody has is taken on with it, and only with it."""

    def decided(row: CaseRow) -> Case | Refusal:
        if row.case.owner_id is not None or chat.is_left(row.case, row.patient.protection):
            return decide(row)
        claimed = chat.claim(row.case, actor, row.patient.protection)
        return claimed if isinstance(claimed, Refusal) else decide(replace(row, case=claimed))

    return decided


def _withdraw_offer(tx: Tx, system: System, actor: Actor, before: Case, deed: str) -> None:
    """The case is no longer offered: what still stands of the offer ends, which is told where nobody took it back."""
    now, row = system.clock.now(), handovers.standing(tx, before.id)
    if row is None:
        return
    by_itself = deed != WITHDRAWN
    handovers.answer(tx, before.id, OfferState.WITHDRAWN, actor, now, deed if by_itself else "")
    if by_itself:
        events.append(tx, actor, now, WITHDRAWN, before.id, unit_id=before.unit_id, rule="CH-11", deed=deed)
    if row.to_unit != before.unit_id:
        events.announce(tx, now, row.to_unit, before.id)


def _changed(before: Case, after: Case) -> dict[str, Any]:
    """What was otherwise before, so that it can be undone."""
    old, new = msgspec.to_builtins(before), msgspec.to_builtins(after)
    return {name: value for name, value in old.items() if name != "version" and new[name] != value}


def locked(tx: Tx, case_id: str) -> CaseRow:
    """The case, kept from other writers. Raises ``BadInput`` where there is none."""
    row = cases.one(tx, case_id, lock=True)
    if row is None:
        raise BadInput("no-case", case=case_id)
    return row


def permitted(refusal: Refusal | None, **details: Any) -> None:
    """Raises ``Refused`` where a rule says no."""
    if refusal is not None:
        raise Refused(refusal.rule, refusal.reason, **details)


def allowed(decision: T | Refusal, **details: Any) -> T:
    """What the rule decided; raises ``Refused`` where it says no."""
    if isinstance(decision, Refusal):
        raise Refused(decision.rule, decision.reason, **details)
    return decision
