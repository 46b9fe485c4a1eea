"""One parcel on its way in: each resource by itself in short transactions, or all of a transaction or nothing."""

import logging
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from typing import assert_never

from msgspec import Struct

from p24tui.errors import Unavailable
from p24tui.gateways.fhir import heads
from p24tui.gateways.fhir.element import Reading
from p24tui.gateways.fhir.heads import Head
from p24tui.gateways.fhir.model import (
    Issue,
    Kind,
    Sent,
    SentAppointment,
    SentCase,
    SentForm,
    SentGuardian,
    SentMessage,
    SentPatient,
    Severity,
    Unusable,
)
from p24tui.gateways.fhir.parcel import Parcel, Piece
from p24tui.ids import stable_id
from p24tui.services.intake.appointments import take_appointment
from p24tui.services.intake.contacts import take_case
from p24tui.services.intake.lookups import numbers_to_look_up
from p24tui.services.intake.outcome import Outcome, Result, Verdict
from p24tui.services.intake.parcels import Index
from p24tui.services.intake.persons import take_guardian, take_patient
from p24tui.services.intake.taking import Taken, Taking
from p24tui.services.intake.writings import take_form, take_message
from p24tui.services.protections import Protections
from p24tui.store import intake
from p24tui.store.engine import Tx
from p24tui.store.intake import NotStorable, Quarantined
from p24tui.system import System
from p24tui.text import clean_line

GROUP = 10
"""Resources in one transaction, which holds the write lock for some tens of milliseconds."""

GROUP_BYTES = 1_048_576

UNPAUSED = 10
LONGEST_PAUSE = 0.2
"""A large parcel pauses after each transaction for as long as that has lasted, at most so many seconds.

SQLite's writers do not queue: they look again every 100 ms, and one that never rests would shut the others out.
"""

BY_ITSELF = "intake"
"""Who has settled what was taken in the end."""

_log = logging.getLogger(__name__)


class Prepared(Struct, frozen=True):
    """A resource that has been read, or why it cannot be."""

    head: Head
    sent: Sent | Unusable
    path: str
    issues: list[Issue]
    kept_id: str


class _Undone(Exception):
    """A transaction Bundle is not taken: what it has written so far is undone."""


class Run:
    """One parcel. ``fresh`` gathers the names of what is newly known by it."""

    def __init__(
        self, system: System, source: str, name: str, parcel: Parcel, refused_at: datetime | None = None
    ) -> None:
        self._system = system
        self._source = source
        self._name = name
        self._parcel = parcel
        self._refused_at = refused_at
        self._now = system.clock.now()
        self._index = Index(parcel)
        self._protections = Protections(system.person_data)
        self._heads: list[Head] = []
        self._results: dict[int, Result] = {}
        self.fresh: list[tuple[Kind, str]] = []

    def take(self) -> Outcome:
        """Take all that can be taken. Raises ``Unavailable`` where the database does not answer."""
        faults = self._read_heads()
        if self._parcel.atomic:
            self._take_all_or_nothing(faults)
        else:
            self._refuse_faulty(faults)
            for number, group in enumerate(self._groups()):
                held = self._take_group(group)
                if number > UNPAUSED and self._system.store.path is not None:
                    time.sleep(min(held, LONGEST_PAUSE))
        results = sorted(self._results.values(), key=lambda one: one.position)
        return Outcome(self._name, tuple(results), self._parcel.bundle)

    def _read_heads(self) -> list[tuple[Piece, Unusable]]:
        """Put every piece that can be read in its place; those that cannot, and why."""
        faults: list[tuple[Piece, Unusable]] = []
        for piece in self._parcel.pieces:
            try:
                with faults_kept_apart(piece.path):
                    head = heads.read_head(self._parcel, piece, self._reading())
            except Unusable as error:
                faults.append((piece, error))
                self._index.add_refused(piece)
            else:
                self._index.add(head)
                self._heads.append(head)
        self._heads.sort(key=lambda head: head.order)
        return faults

    def _groups(self) -> Iterator[list[Head]]:
        """The resources in order, a few of one type at a time."""
        group: list[Head] = []
        size = 0
        for head in self._heads:
            length = head.piece.span.end - head.piece.span.start
            if group and (len(group) == GROUP or size + length > GROUP_BYTES or head.kind is not group[0].kind):
                yield group
                group, size = [], 0
            group.append(head)
            size += length
        if group:
            yield group

    def _take_group(self, group: list[Head]) -> float:
        """Take a few resources in one transaction; how many seconds that has lasted."""
        prepared = [self._prepare(head) for head in group]
        self._look_up(prepared)
        began = time.perf_counter()
        with self._system.store.writing() as tx:
            intake.alone(tx)
            results = [self._take_or_refuse(tx, one) for one in prepared]
        self._keep(results, prepared)
        return time.perf_counter() - began

    def _take_all_or_nothing(self, faults: list[tuple[Piece, Unusable]]) -> None:
        prepared = [self._prepare(head) for head in self._heads]
        problems = [(piece.position, error) for piece, error in faults]
        results: list[Result] = []
        if not problems:
            self._look_up(prepared)
            try:
                with self._system.store.writing() as tx:
                    intake.alone(tx)
                    results = self._take_each(tx, prepared, problems)
            except _Undone:
                pass
        if problems:
            self._refuse_transaction(problems)
        else:
            self._keep(results, prepared)

    def _take_each(self, tx: Tx, prepared: list[Prepared], problems: list[tuple[int, Unusable]]) -> list[Result]:
        """Take all of them; ``problems`` gathers why that cannot be, and then it raises ``_Undone``."""
        results = []
        for one in prepared:
            try:
                results.append(self._take_one(tx, one))
            except Unusable as error:
                problems.append((one.head.piece.position, error))
        if problems:
            raise _Undone
        intake.settle(tx, self._whole(), BY_ITSELF, self._now)
        return results

    def _refuse_transaction(self, problems: list[tuple[int, Unusable]]) -> None:
        problems.sort(key=lambda one: one[0])
        first = next((error for _position, error in problems if not error.waits), problems[0][1])
        with self._system.store.writing() as tx:
            intake.keep_aside(tx, self._aside(self._whole(), first, self._parcel.body))
        for position, error in problems:
            self._results[position] = Result(position, Verdict.REFUSED, issues=(_issue(error),))

    def _whole(self) -> str:
        return kept_id(self._source, sha256(self._parcel.body).hexdigest())

    def _refuse_faulty(self, faults: list[tuple[Piece, Unusable]]) -> None:
        for start in range(0, len(faults), GROUP):
            with self._system.store.writing() as tx:
                results = [self._refuse(tx, piece, error) for piece, error in faults[start : start + GROUP]]
            self._results.update({one.position: one for one in results})

    def _prepare(self, head: Head) -> Prepared:
        """Read a resource whole. What it says is not looked at again."""
        reading = self._reading()
        entry = self._parcel.entry(head.piece)
        element, kind = heads.open_resource(entry, head.piece, reading)
        sent: Sent | Unusable
        if kind is Kind.ORGANIZATION:
            sent = Unusable(
                element.path, "is not kept: an Organization only tells, within a Bundle, which unit is meant"
            )
        else:
            try:
                with faults_kept_apart(element.path):
                    sent = heads.read(element, kind, self._index.organizations)
            except Unusable as error:
                sent = error
        id = kept_id(self._source, heads.digest_of(entry.resource))
        return Prepared(head, sent, element.path, reading.issues, id)

    def _look_up(self, prepared: list[Prepared]) -> None:
        """Ask the person-data service, before any transaction is begun."""
        with self._system.store.reading() as tx:
            numbers = [number for one in prepared for number in self._numbers(tx, one)]
        self._protections.learn(numbers)

    def _numbers(self, tx: Tx, one: Prepared) -> list[str]:
        if isinstance(one.sent, Unusable):
            return []
        try:
            with faults_kept_apart(one.path):
                return numbers_to_look_up(self._taking(tx, one), one.sent)
        except Unusable:  # it is refused when it is taken, and says why
            return []

    def _take_or_refuse(self, tx: Tx, one: Prepared) -> Result:
        try:
            return self._take_one(tx, one)
        except Unusable as error:
            return self._refuse(tx, one.head.piece, error)

    def _take_one(self, tx: Tx, one: Prepared) -> Result:
        piece = one.head.piece
        if one.head.kind is Kind.ORGANIZATION and (self._parcel.bundle or piece.line):
            return Result(piece.position, Verdict.NOTED, line=piece.line)
        if isinstance(one.sent, Unusable):
            raise one.sent
        with faults_kept_apart(one.path), intake.attempt(tx):
            taken = _take(self._taking(tx, one), one.sent)
        self._settle(tx, one, taken.verdict)
        location = f"{one.head.kind}/{taken.id}"
        return Result(piece.position, taken.verdict, location, tuple(one.issues), piece.line)

    def _settle(self, tx: Tx, one: Prepared, verdict: Verdict) -> None:
        """What was taken need not lie in quarantine any more, but for parts of it that were not."""
        error = next((issue for issue in one.issues if issue.severity is Severity.ERROR), None)
        if error is None:
            intake.settle(tx, one.kept_id, BY_ITSELF, self._now)
        elif verdict is not Verdict.DUPLICATE:
            body = self._index.with_context(one.head.piece)
            intake.keep_aside(tx, self._aside(one.kept_id, error, body))

    def _refuse(self, tx: Tx, piece: Piece, error: Unusable) -> Result:
        id = kept_id(self._source, heads.content_digest(self._parcel, piece))
        intake.keep_aside(tx, self._aside(id, error, self._index.with_context(piece)))
        return Result(piece.position, Verdict.REFUSED, issues=(_issue(error),), line=piece.line)

    def _aside(self, id: str, error: Unusable | Issue, body: bytes) -> Quarantined:
        return Quarantined(id, self._source, self._now, clean_line(error.path, 1000), error.problem, body)

    def _keep(self, results: list[Result], prepared: list[Prepared]) -> None:
        """Only now, after the commit, is anything of it true."""
        for result, one in zip(results, prepared, strict=True):
            self._results[result.position] = result
            if result.verdict is Verdict.CREATED:
                self.fresh += [(one.head.kind, name) for name in one.head.names]

    def _taking(self, tx: Tx, one: Prepared) -> Taking:
        return Taking(
            tx,
            self._system,
            self._source,
            self._now,
            one.head,
            one.path,
            self._index,
            self._protections,
            one.issues,
            self._refused_at,
        )

    def _reading(self) -> Reading:
        return Reading(self._now, self._system.settings.reserve_number or None)


def kept_id(source: str, digest: str) -> str:
    """The id in quarantine of something that a source sent: the same whenever it sends it."""
    return stable_id("quarantine", source, digest)


class FaultHere(Unusable):
    """It could not be taken because of a fault of ours, whatever it says."""


@contextmanager
def faults_kept_apart(path: str) -> Iterator[None]:
    """A fault of ours, or a value that the database refuses, costs one resource and never the others."""
    try:
        yield
    except (Unusable, Unavailable, intake.DatabaseError):
        raise
    except NotStorable as error:
        raise Unusable(path, "has a value that cannot be stored") from error
    except Exception as error:
        _log.error("intake fault: %s at %s", type(error).__name__, place_of(error))
        raise FaultHere(path, f"could not be taken because of a fault here ({type(error).__name__})") from error


def place_of(error: Exception) -> str:
    """Where in the code it went wrong; the error's own words may hold patient data."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{last.name}:{last.lineno}"


def _issue(error: Unusable) -> Issue:
    return Issue(error.path, error.problem, Severity.ERROR)


def _take(taking: Taking, sent: Sent) -> Taken:
    match sent:
        case SentPatient():
            return take_patient(taking, sent)
        case SentGuardian():
            return take_guardian(taking, sent)
        case SentCase():
            return take_case(taking, sent)
        case SentForm():
            return take_form(taking, sent)
        case SentMessage():
            return take_message(taking, sent)
        case SentAppointment():
            return take_appointment(taking, sent)
    assert_never(sent)
