"""How a day, a week or a month went for units, in numbers: for the head of unit. Nothing in it tells of a patient."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, time, timedelta

from p24tui.clock import local_date
from p24tui.routine import documentation
from p24tui.routine.actor import Actor
from p24tui.routine.case import Case, ContactKind
from p24tui.routine.hours import Span, day_openings, instant_of, staffed_times
from p24tui.routine.outgoing import OutgoingState
from p24tui.routine.period import Length, Period
from p24tui.routine.registration import TOLD, Way
from p24tui.routine.roster import midnight, uncovered
from p24tui.services import closing
from p24tui.services.access import right
from p24tui.services.known import known_unit
from p24tui.services.overview import overview_of
from p24tui.services.report_views import (
    Answering,
    FirstAnswers,
    Flow,
    Inflow,
    Recorded,
    Registered,
    Report,
    SameDay,
    Sent,
    Slot,
    UnitDay,
    Waits,
)
from p24tui.store import closings, journal, registrations, report
from p24tui.store.duty_values import Closing
from p24tui.store.engine import Tx
from p24tui.store.report import OnDuty, Received, Written
from p24tui.store.values import Unit
from p24tui.system import System
from p24tui.words.cases import MARKS, SUICIDE, priority_mark

LATELY = 8
"""Hours of inflow that the console's header shows."""

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_NOTHING = timedelta()


@right("report.read")
def report_of(system: System, actor: Actor, unit_ids: Collection[str], period: Period) -> Report:
    """How the period went for these units together, as far as is known now.

    Raises ``BadInput`` where there is no such unit.
    """
    now = system.clock.now()
    begins, ends = period.begins, period.ends
    with system.store.reading() as tx:
        units = [known_unit(tx, unit_id) for unit_id in unit_ids]
        came = report.received(tx, unit_ids, begins, ends)
        written = report.written(tx, unit_ids, begins, ends)
        first = _first_answers(tx, came, written)
        flow = _flow(tx, unit_ids, period, written)
        sent = _sent(tx, unit_ids, begins, ends)
        names = report.names(tx, {one.staff_id for one in written})
        duties = report.on_duty(tx, unit_ids, begins, ends)
        signatures = _signatures(tx, units, period)
        recorded = _recorded(tx, unit_ids, begins, ends)
        registered = _registered(tx, unit_ids, begins, ends)
    today = period.length is Length.DAY and period.holds(local_date(now))
    return Report(
        tuple(unit_ids),
        period,
        now,
        _inflow(came, period),
        _answered(came, first, units),
        _same_day(came, first, period, now),
        flow,
        sent,
        recorded,
        registered,
        _answering(written, names),
        _days(units, period, duties, signatures, now),
        overview_of(system, unit_ids) if today else None,
    )


def inflow_lately(system: System, unit_ids: Collection[str]) -> tuple[int, ...]:
    """How many cases came in to these units during each of the last eight hours, the last one last."""
    now = system.clock.now()
    with system.store.reading() as tx:
        came = report.received_at(tx, unit_ids, now - LATELY * _HOUR, now)
    ago = Counter((now - at) // _HOUR for at in came)
    return tuple(ago[hours] for hours in reversed(range(LATELY)))


def waits_of(waits: Collection[timedelta]) -> Waits | None:
    """Median, 90th percentile (the wait that at least nine of ten had at most) and the longest; none of none."""
    if not waits:
        return None
    ordered = sorted(waits)
    many = len(ordered)
    middle = (ordered[(many - 1) // 2] + ordered[many // 2]) / 2
    return Waits(middle, ordered[-(-9 * many // 10) - 1], ordered[-1])


def _first_answers(tx: Tx, came: Collection[Received], written: Iterable[Written]) -> dict[str, datetime]:
    """When each case that came in was first answered; those that were only after the period are looked for."""
    ids = {one.id for one in came}
    first: dict[str, datetime] = {}
    for one in written:
        if one.case_id in ids:
            first[one.case_id] = min(one.first_at, first.get(one.case_id, one.first_at))
    return first | report.first_answers(tx, (one.id for one in came if one.answered and one.id not in first))


def _inflow(came: Collection[Received], period: Period) -> Inflow:
    begins = [begins for begins, _ends in period.slots]
    places = [bisect_right(begins, one.at) - 1 for one in came]
    cases = Counter(places)
    urgent = Counter(place for place, one in zip(places, came, strict=True) if one.priority == 1 or one.suspected)
    marks = dict.fromkeys((mark for mark in MARKS if mark != SUICIDE), 0)
    kinds = dict.fromkeys(ContactKind, 0)
    for (kind, priority), many in Counter((one.kind, one.priority) for one in came).items():
        marks[_mark(kind, priority, period.begins)] += many
        kinds[kind] += many
    return Inflow(tuple(Slot(at, cases[place], urgent[place]) for place, at in enumerate(begins)), marks, kinds)


def _mark(kind: ContactKind, priority: int | None, at: datetime) -> str:
    """The mark of the priority that came with such a case."""
    return priority_mark(Case("", "", "", kind, "", at, priority=priority))


def _answered(came: Collection[Received], first: Mapping[str, datetime], units: Iterable[Unit]) -> FirstAnswers:
    answered = [(one, max(first[one.id], one.at)) for one in came if one.id in first]
    waits = [at - one.at for one, at in answered]
    staffed: list[timedelta] = []
    for unit in units:
        of_unit = [(one.at, at) for one, at in answered if one.unit_id == unit.id]
        staffed += staffed_times(unit.hours, of_unit)
    return FirstAnswers(len(answered), len(came) - len(answered), waits_of(waits), waits_of(staffed))


def _same_day(came: Iterable[Received], first: Mapping[str, datetime], period: Period, now: datetime) -> SameDay:
    midnights = [instant_of(day, time(0)) for day in period.days[1:]] + [period.ends]
    kept = missed = pending = 0
    for one in came:
        day_ends = midnights[bisect_right(midnights, one.at)]
        at = first.get(one.id)
        if at is not None and at < day_ends:
            kept += 1
        elif at is None and now < day_ends:
            pending += 1
        else:
            missed += 1
    return SameDay(kept, missed, pending)


def _flow(tx: Tx, unit_ids: Collection[str], period: Period, written: Iterable[Written]) -> Flow:
    begins, ends = period.begins, period.ends
    ended = report.count(tx, unit_ids, "case.ended", begins, ends)
    return Flow(
        ended - report.undone(tx, unit_ids, "case.ended", begins, ends),
        report.count(tx, unit_ids, "case.reopened", begins, ends),
        report.count(tx, unit_ids, "message.received", begins, ends),
        sum(one.messages for one in written),
    )


def _sent(tx: Tx, unit_ids: Collection[str], begins: datetime, ends: datetime) -> Sent:
    troubled = report.troubled(tx, unit_ids, begins, ends)
    taken, delivered = (report.count(tx, unit_ids, kind, begins, ends) for kind in ("sms.accepted", "sms.delivered"))
    return Sent(taken, delivered, troubled[OutgoingState.FAILED], troubled[OutgoingState.UNCERTAIN])


def _recorded(tx: Tx, unit_ids: Collection[str], begins: datetime, ends: datetime) -> Recorded:
    settled, noted = journal.settled_between(tx, unit_ids, begins, ends), documentation.Way
    ways = Counter(way for way, _since, _at in settled)
    waits = waits_of([at - since for way, since, at in settled if since is not None and way is not noted.NOTHING])
    return Recorded(ways[noted.NOTE], ways[noted.IN_VAS], ways[noted.NOTHING], journal.count_owed(tx, unit_ids), waits)


def _registered(tx: Tx, unit_ids: Collection[str], begins: datetime, ends: datetime) -> Registered:
    made = registrations.made_between(tx, unit_ids, begins, ends)
    ways = Counter(way for way, _made, _removed in made)
    waits = waits_of([removed - at for _way, at, removed in made if removed is not None])
    told = sum(ways[way] for way in TOLD)
    return Registered(told, ways[Way.AN24], ways[Way.NOTHING], registrations.count_followed(tx, unit_ids), waits)


def _answering(written: Iterable[Written], names: Mapping[str, str]) -> tuple[Answering, ...]:
    """Who wrote in most cases first."""
    cases: Counter[str] = Counter()
    messages: Counter[str] = Counter()
    for one in written:
        cases[one.staff_id] += 1
        messages[one.staff_id] += one.messages
    found = [Answering(names.get(id, id), many, messages[id]) for id, many in cases.items()]
    return tuple(sorted(found, key=lambda one: (-one.cases, -one.messages, one.name)))


def _signatures(tx: Tx, units: Iterable[Unit], period: Period) -> list[Closing]:
    """What was signed and held until closing, the last of a day last."""
    by_id = {unit.id: unit for unit in units}
    found = closings.of_days(tx, list(by_id), period.days[0], period.days[-1])
    latest = {(one.unit_id, one.local_date): one for one in found}
    return [one for one in latest.values() if _held(tx, by_id[one.unit_id], one)]


def _held(tx: Tx, unit: Unit, signed: Closing) -> bool:
    openings = day_openings(unit.hours, signed.local_date)
    return not openings or closing.holds(tx, signed, openings[-1][1])


def _days(
    units: Iterable[Unit], period: Period, duties: Iterable[OnDuty], signatures: Iterable[Closing], now: datetime
) -> tuple[UnitDay, ...]:
    by_unit: defaultdict[str, list[Span]] = defaultdict(list)
    for one in duties:
        by_unit[one.unit_id].append((one.starts_at, one.ends_at))
    signed = {(one.unit_id, one.local_date): (one.staff_name, one.signed_at) for one in signatures}
    found = []
    for day in period.days:
        for unit in units:
            openings = day_openings(unit.hours, day)
            signature = signed.get((unit.id, day))
            if openings or signature:
                opening = sum((closes - opens for opens, closes in openings), _NOTHING)
                gaps = uncovered(unit.hours, by_unit[unit.id], midnight(day), midnight(day + _DAY))
                missing = sum((ends - begins for begins, ends in gaps), _NOTHING)
                over = max((closes for _opens, closes in openings), default=now) <= now
                found.append(UnitDay(unit.id, day, opening, missing, signature, over))
    return tuple(found)
