"""Handovers that equal triage, as they stand on record (RE-2)."""

from datetime import datetime

from p24tui.routine.actor import Profession
from p24tui.routine.handover import OfferState, is_triage
from p24tui.routine.rule import rule
from p24tui.store import handovers
from p24tui.store.duty_values import HandoverRow
from p24tui.store.engine import Tx


@rule("RE-2")
def receivers(tx: Tx, case_id: str) -> tuple[tuple[str, datetime], ...]:
    """Who has taken a case over by a handover that equals triage, and when (UTC), in the order of the offers."""
    return tuple(
        (row.answered_by, row.answered_at)
        for row in handovers.of_case(tx, case_id)
        if row.answered_by and row.answered_at and _is_triage(row)
    )


def _is_triage(row: HandoverRow) -> bool:
    sender = Profession(row.from_profession) if row.from_profession else None
    return row.state is OfferState.ACCEPTED and is_triage(sender, row.to_profession)
