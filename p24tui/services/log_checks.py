"""The checks of the log: begun with what was looked at, gone on with, signed, and kept as they were signed (LO-2)."""

from collections.abc import Collection

from msgspec.structs import replace

from p24tui.errors import BadInput, Refused
from p24tui.ids import fresh_id
from p24tui.routine import log_control as rules
from p24tui.routine.actor import Actor
from p24tui.routine.log_control import Outcome
from p24tui.routine.rule import rule
from p24tui.services import log_control
from p24tui.services.access import right
from p24tui.services.change import permitted
from p24tui.services.log_control_views import CheckLine, LogView
from p24tui.store import events
from p24tui.store import log_control as store
from p24tui.store.engine import Tx
from p24tui.store.log_control_values import Criteria, LogCheck
from p24tui.system import System
from p24tui.text import clean_text

SHOWN = 200
"""Checks that are handed out, those that go on first."""

MOST_WORDS = 2000

CHECKS = "checks"
"""What a look at the checks is called in the log."""


@right("log.control")
@rule("LO-2")
def begin(system: System, actor: Actor, criteria: Criteria, reads: Collection[int]) -> LogCheck:
    """Begin a check of the readings that a look has shown. Raises ``Refused``, or ``BadInput`` where there are none."""
    if actor.staff_id is None:
        raise BadInput("who-acts")
    if not reads:
        raise BadInput("check-nothing")
    now = system.clock.now()
    check = LogCheck(fresh_id(), actor.unit_id, actor.staff_id, actor.name, now, criteria, tuple(reads))
    with system.store.writing() as tx:
        store.add_check(tx, check)
        looked_at = len(check.reads)
        events.append(tx, actor, now, "log-check.begun", rule="LO-2", check=check.id, of=criteria.kind, reads=looked_at)
    return check


@right("log.control")
@rule("LO-2")
def say(system: System, actor: Actor, check_id: str, outcome: Outcome | None, words: str) -> LogCheck:
    """Keep what there is to say of a check that goes on. Raises ``Refused`` where it is signed, or somebody else's."""
    with system.store.writing() as tx:
        return _save(tx, replace(_own(tx, actor, check_id), outcome=outcome, words=_clean(words)))


@right("log.control")
@rule("LO-2")
def sign(system: System, actor: Actor, check_id: str, outcome: Outcome | None, words: str) -> LogCheck:
    """Sign a check with what came of it; then it is never changed. Raises ``Refused`` as a rule says."""
    now, said = system.clock.now(), _clean(words)
    with system.store.writing() as tx:
        known = _own(tx, actor, check_id)
        permitted(rules.may_sign(actor, known.made_by, outcome, said))
        check = _save(tx, replace(known, outcome=outcome, words=said, signed_at=now))
        events.append(tx, actor, now, "log-check.signed", rule="LO-2", check=check.id, outcome=outcome)
    return check


@right("log.control")
@rule("LO-2")
def checks(system: System, actor: Actor) -> tuple[CheckLine, ...]:
    """The checks of the actor's units, those that go on first. Whom they were of is logged before it is returned."""
    with system.store.reading() as tx:
        found = store.checks(tx, log_control.units_of(tx, actor), SHOWN)
        lines = tuple(CheckLine(one, log_control.subject(tx, one.criteria)) for one in found)
    log_control.log(system, actor, CHECKS, {one.criteria.patient_id for one in found} - {""})
    return lines


@right("log.control")
@rule("LO-1", "LO-2")
def again(system: System, actor: Actor, check_id: str) -> tuple[LogCheck, LogView]:
    """A check with the readings that were looked at, those alone. Raises ``Refused``, or ``BadInput`` for none."""
    with system.store.reading() as tx:
        unit_ids = log_control.units_of(tx, actor)
        check = _known(tx, unit_ids, check_id)
        rows = store.by_seq(tx, unit_ids, check.reads)
        lines = log_control.lines_of(tx, rows)
        view = LogView(check.criteria, log_control.subject(tx, check.criteria), lines, len(check.reads))
    named = {row.patient_id for row in rows if row.patient_id}
    log_control.log(system, actor, CHECKS, named, about=check.criteria.patient_id)
    return check, view


def _own(tx: Tx, actor: Actor, check_id: str) -> LogCheck:
    check = _known(tx, log_control.units_of(tx, actor), check_id)
    if check.signed_at is not None:
        raise Refused("LO-2", "check-signed")
    if check.made_by != actor.staff_id:
        raise Refused("LO-2", "check-not-yours")
    return check


def _known(tx: Tx, unit_ids: Collection[str], check_id: str) -> LogCheck:
    check = store.check(tx, unit_ids, check_id)
    if check is None:
        raise BadInput("no-log-check")
    return check


def _save(tx: Tx, check: LogCheck) -> LogCheck:
    if not store.save_check(tx, check):  # signed meanwhile
        raise Refused("LO-2", "check-signed")
    return check


def _clean(words: str) -> str:
    return clean_text(words).strip()[:MOST_WORDS]
