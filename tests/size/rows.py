"""The rows that cases leave behind, as COPY takes them: a case of the same number is always the same."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from p24tui.store.log_chain import COLUMNS, ZERO, canonical, microseconds
from tests.size.region import A_DAY, OPEN, PATIENTS_IN_TEN, STAFF, UNITS, name, profession, staff_id, unit_id

CHAIN = "fill"
LOGS = ("events", "read_log")
WORDS = (
    *("hosta", "feber", "huvudvärk", "utslag", "recept", "yrsel", "rygg", "blodtryck", "mage", "sömn", "oro", "knä"),
    *("sedan", "igår", "veckan", "natten", "morgonen", "lite", "mycket", "ofta", "ibland", "tablett", "tid", "svar"),
)
EVENTS_OF_CASE = 20
"""Numbers that are kept for the events of a case; it has 14 on average."""

READINGS_OF_CASE = 6
BEFORE = 10_000
"""Numbers that are left to what happened as the units and their people were put in."""

FIELDS: dict[str, tuple[str, ...]] = {
    "patients": (
        *("id", "number", "number_kind", "name", "born", "mobile", "protection", "protection_flagged"),
        "protection_checked_at",
    ),
    "cases": (
        *("id", "unit_id", "patient_id", "kind", "matter", "priority", "has_form", "suicide", "state", "owner_id"),
        *("received_at", "waiting_since", "answered_at", "unread", "unread_free_text", "held_until", "held_reason"),
        *("held_by", "ended_at", "opened_at", "version", "source", "source_id", "e_id", "e_id_at", "way_in"),
    ),
    "messages": ("id", "case_id", "author", "author_id", "author_name", "text", "sent_at", "stored_at"),
    "form_answers": (
        *("case_id", "form_id", "position", "depth", "link_id", "question", "kind", "answer", "free_text"),
    ),
    "events": (*COLUMNS["events"], "chain", "chain_position", "previous_hash", "hash"),
    "changes": ("seq", "xid", "at", "unit_id", "case_id", "event_seq"),
    "read_log": (*COLUMNS["read_log"], "chain", "chain_position", "previous_hash", "hash"),
    "outbox": (
        *("id", "unit_id", "patient_id", "case_id", "about", "purpose", "local_date", "channel", "recipient"),
        *("subject", "text", "due_at", "expires_at", "try_at", "state", "problem", "queued_at", "queued_by"),
        *("queued_by_name", "fence", "claimed_by", "sent_at", "changed_at", "gateway", "gateway_id", "parts"),
        *("settled_by", "may_have_gone"),
    ),
    "journal_notes": (
        *("id", "case_id", "unit_id", "staff_id", "author_name", "profession", "way", "scope", "why", "vas_row"),
        *("clinic", "note_type", "journal_type", "current", "assessment", "reviewed", "form_way", "form_result"),
        *("images", "signed_at", "told"),
    ),
    "registrations": (
        *("id", "case_id", "unit_id", "way", "state", "new_visit", "reason", "visit_type", "care_giver", "fee_type"),
        *("payment", "made_by", "made_by_name", "made_at", "registered_by_name", "removed_by_name"),
        *("withdrawn_by_name", "why"),
    ),
    "handovers": (
        *("id", "case_id", "unit_id", "from_staff", "from_name", "from_profession", "to_unit", "to_profession"),
        *("to_name", "message", "consent", "consent_how", "ground", "rule", "state", "offered_at", "level"),
        *("answered_by_name", "answered_at", "reason"),
    ),
    "visits": ("id", "unit_id", "patient_id", "starts_at", "state", "version", "ended_at", "source", "booking_id"),
    "intake_received": ("source", "type", "source_id", "stored_as", "digest", "received_at"),
    "shifts": ("id", "staff_id", "unit_id", "profession", "kind", "place", "started_at", "seen_at", "ended_at"),
}
"""The columns of each table that are filled; the others have what they have where nothing is said."""


@dataclass(frozen=True, slots=True)
class _Case:
    """A case, and the ``lines``, by table, that tell of it; ``ended`` is none while it is open."""

    number: int
    unit: str
    patient: str
    worker: int
    times: list[datetime]
    ended: datetime | None
    lines: dict[str, list[str]]

    @property
    def id(self) -> str:
        return case_id(self.number)

    @property
    def staff(self) -> str:
        return staff_id(self.worker)

    @property
    def received(self) -> datetime:
        return self.times[0]


@dataclass(slots=True)
class Shard:
    """Cases from one number to another, in the order in which they came, with chains of their own for both logs."""

    number: int
    count: int
    now: datetime
    open: int = OPEN
    a_day: int = A_DAY
    units: int = UNITS
    position: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LOGS, 0))
    previous: dict[str, bytes] = field(default_factory=lambda: dict.fromkeys(LOGS, ZERO))

    def rows(self, first: int, end: int) -> dict[str, list[str]]:
        """The lines for COPY of these cases, by table."""
        lines: dict[str, list[str]] = {table: [] for table in FIELDS}
        for number in range(first, end):
            self._case(number, lines)
        return lines

    def heads(self) -> Iterator[tuple[str, str, int, bytes]]:
        """Where the chains of both logs have come to."""
        for log in LOGS:
            yield log, f"{CHAIN}:{self.number}", self.position[log], self.previous[log]

    def _case(self, number: int, lines: dict[str, list[str]]) -> None:
        left = self.count - number
        received = self.now - timedelta(seconds=left * 86_400 / self.a_day + 60)
        worker = (number % UNITS) + UNITS * (number // UNITS % (STAFF // UNITS))
        many = 4 + number * 7 % 13
        times = [min(received + timedelta(minutes=90 * turn), self.now) for turn in range(many)]
        is_open = left <= self.open
        one = _Case(
            number,
            unit_id(number % self.units),
            patient_id(number * 7 % self._patients),
            worker,
            times,
            None if is_open else min(times[-1] + timedelta(hours=5), self.now - timedelta(minutes=30)),
            lines,
        )
        self._about(one)
        self._besides(one)
        self._messages(one)
        happened = [("case.received", None, received), ("case.claimed", worker, received)]
        happened += [
            ("message.sent", worker, at) if turn % 2 else ("message.received", None, at)
            for turn, at in enumerate(times)
        ]
        happened += [("case.read", worker, times[-1])] + ([("case.ended", worker, one.ended)] if one.ended else [])
        for place, (kind, by, at) in enumerate(happened):
            self._event(one, BEFORE + number * EVENTS_OF_CASE + place, kind, by, at)
        for place in range(READINGS_OF_CASE):
            reader = (worker + UNITS * (place % 2)) % STAFF
            self._reading(one, BEFORE + number * READINGS_OF_CASE + place, times[place % many], reader, place % 3 == 2)

    @property
    def _patients(self) -> int:
        return self.count * PATIENTS_IN_TEN // 10

    def _messages(self, one: _Case) -> None:
        said = _texts(one.number, len(one.times))
        for turn, (at, text) in enumerate(zip(one.times, said, strict=True)):
            who = (
                f"patient\t\\N\tTestperson {one.number:07d}"
                if turn % 2 == 0
                else f"staff\t{one.staff}\t{name(one.worker)}"
            )
            stamp = _stamp(at)
            one.lines["messages"].append(f"m{one.number:07d}{turn:018d}\t{one.id}\t{who}\t{text}\t{stamp}\t{stamp}\n")

    def _about(self, one: _Case) -> None:
        number, lines, came, at = one.number, one.lines, _stamp(one.received), _stamp(one.times[-1])
        if number < self._patients:
            born = f"19{30 + number % 70:02d}-{1 + number % 12:02d}-{1 + number % 28:02d}"
            lines["patients"].append(
                f"{patient_id(number)}\t19{30 + number // 10_000:02d}0178{number % 10_000:04d}\tsamordningsnummer"
                f"\tTestperson {number:07d}\t{born}"
                f"\t+4670174{number % 10_000:04d}\tnone\tnone\t{came}\n"
            )
        state = (
            ("new", "ongoing", "waiting", "answered", "held")[number // self.units % 5]
            if one.ended is None
            else "ended"
        )
        silent, held = state in ("waiting", "held", "ended"), state == "held"
        until = f"{self.now + timedelta(days=1 + number % 30):%Y-%m-%d}" if held else "\\N"
        owner = "\\N" if state in ("new", "held", "ended") else one.staff
        lines["cases"].append(
            f"{one.id}\t{one.unit}\t{one.patient}\ttriaged\t{WORDS[number % 12].capitalize()}\t{1 + number % 5}"
            f"\t{_flag(number % 2)}\tnone\t{state}\t{owner}\t{came}\t{_null(None if silent else at)}"
            f"\t{_null(None if state == 'new' else at)}"
            f"\t{int(state in ('new', 'answered'))}\t0\t{until}\t{'Väntar på provsvar' if held else ''}"
            f"\t{one.staff if held else _NULL}\t{_null(None if one.ended is None else _stamp(one.ended))}"
            f"\t{_null(None if state == 'new' else came)}"
            f"\t9\tsize\t{one.id}\tbankid\t{came}\t1177\n"
        )
        if number % 2:
            said = [WORDS[(number + place) % 24] for place in range(3)]
            lines["form_answers"] += [
                f"{one.id}\thosta\t{place}\t0\tq{place}\tFråga {place}?\tchoice\tJa, {word}\tf\n"
                for place, word in enumerate(said)
            ]

    def _besides(self, one: _Case) -> None:
        number, lines, came = one.number, one.lines, _stamp(one.received)
        case, unit, patient, staff = one.id, one.unit, one.patient, one.staff
        lines["intake_received"].append(f"size\tcase\t{case}\t{case}\t{number}\t{came}\n")
        if number % 3 == 0:
            due = one.received + timedelta(days=1)
            later = due > self.now
            failed = not later and number % 3000 == 0
            state = "queued" if later else "failed" if failed else "delivered"
            lines["outbox"].append(
                f"o{number:025d}\t{unit}\t{patient}\t{case}\tcase:{case}\tanswer\t{due:%Y-%m-%d}\tsms\t+46701740000\t"
                f"\tVårdcentralen väntar på ditt svar\t{_stamp(due)}\t{_stamp(due + timedelta(hours=8))}\t{_stamp(due)}"
                f"\t{state}\t{'number' if failed else ''}\t{came}\t{staff}\tTestkollega\t1\t"
                f"\t{_null(None if later else came)}\t{came}\ttest\t{'' if later else f'g{number}'}\t1\t\tf\n"
            )
        if one.ended is not None:
            at = _stamp(one.ended)
            lines["journal_notes"].append(
                f"n{number:025d}\t{case}\t{unit}\t{staff}\tTestkollega\tnurse\tin-vas\tboth\t\t\t\t\t\t\t\tf\tnone\t\t[]\t{at}\t8\n"
            )
            lines["registrations"].append(
                f"r{number:025d}\t{case}\t{unit}\tnothing\tnothing\tf\t\t\\N\t\t\t\t{staff}\tTestkollega\t{at}\t\t\t\t\n"
            )
        if number % 10 == 0 and one.ended is not None:
            lines["handovers"].append(
                f"h{number:025d}\t{case}\t{unit}\t{staff}\tTestkollega\tnurse\t{unit}\tdoctor\t\t\tgiven\tchat\t\tCH-5"
                f"\taccepted\t{came}\t0\tTestkollega\t{came}\t\n"
            )
        if number % 20 == 0:
            lines["visits"].append(f"v{number:025d}\t{unit}\t{patient}\t{came}\tended\t3\t{came}\tsize\tb{number}\n")
        if number % 5 == 0:  # 274 a day, as of 400 people on five days of seven
            ended_at = _stamp(one.received + timedelta(minutes=1))
            lines["shifts"].append(
                f"s{number:025d}\t{staff}\t{unit}\tnurse\tchat\tconsole:size\t{came}\t{came}\t{ended_at}\n"
            )

    def _event(self, one: _Case, seq: int, kind: str, by: int | None, at: datetime) -> None:
        staff = None if by is None else staff_id(by)
        actor, work = ("1177", "") if by is None else (name(by), profession(by).value)
        parts = (str(seq), str(microseconds(at)), kind, one.id, one.unit, staff, actor, work, "size", "", "{}")
        link = self._linked("events", parts)
        stamp = _stamp(at)
        one.lines["events"].append(
            f"{seq}\t{stamp}\t{kind}\t{one.id}\t{one.unit}\t{staff or _NULL}\t{actor}\t{work}\tsize\t\t{{}}\t{link}\n"
        )
        one.lines["changes"].append(f"{seq}\t1\t{stamp}\t{one.unit}\t{one.id}\t{seq}\n")

    def _reading(self, one: _Case, seq: int, at: datetime, reader: int, listed: bool) -> None:
        kind, of_case, of_patient = ("arrivals", None, None) if listed else ("case", one.id, one.patient)
        shown = f'["{one.patient}"]' if listed else "[]"
        staff, actor, work, view = staff_id(reader), name(reader), profession(reader).value, "size" if listed else ""
        parts = (
            *(str(seq), str(microseconds(at)), kind, staff, actor, work, one.unit, "size", view, of_case, of_patient),
            *(shown, work, "care"),
        )
        link = self._linked("read_log", parts)
        one.lines["read_log"].append(
            f"{seq}\t{_stamp(at)}\t{kind}\t{staff}\t{actor}\t{work}\t{one.unit}\tsize\t{view}\t{_null(of_case)}"
            f"\t{_null(of_patient)}\t{shown}\t{work}\tcare\t{link}\n"
        )

    def _linked(self, log: str, parts: tuple[str | None, ...]) -> str:
        """The four columns of the chain, as the trigger of the log would have made them."""
        chain, position, previous = f"{CHAIN}:{self.number}", self.position[log] + 1, self.previous[log]
        made = sha256(previous + canonical([log, chain, str(position), *parts]).encode()).digest()
        self.position[log], self.previous[log] = position, made
        return f"{chain}\t{position}\t\\\\x{previous.hex()}\t\\\\x{made.hex()}"


_NULL = "\\N"


def case_id(number: int) -> str:
    """The id of a case of ours."""
    return f"c{number:025d}"


def patient_id(number: int) -> str:
    """The id of a patient of ours."""
    return f"p{number:025d}"


def _texts(number: int, many: int) -> Iterator[str]:
    for turn in range(many):
        said = " ".join(WORDS[(number * (3 + turn) + word * (5 + turn)) % 24] for word in range(16))
        yield f"Hej, det gäller {said}. Ärende {number} tur {turn}."


def _stamp(at: datetime) -> str:
    return at.isoformat(sep=" ")


def _null(value: str | None) -> str:
    return _NULL if value is None else value


def _flag(value: int) -> str:
    return "t" if value else "f"
