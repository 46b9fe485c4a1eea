"""Links into a video visit: made, used, taken back. Only the digest of a link's token is kept (H16)."""

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from msgspec import Struct
from msgspec.structs import replace

from p24tui.errors import BadInput, Unavailable
from p24tui.gateways.e_id import LoggedIn
from p24tui.ids import stable_id
from p24tui.routine.actor import Actor
from p24tui.routine.case import Case, Video
from p24tui.routine.link import PATH, WITH_E_ID, Participant, Role, Standing, standing
from p24tui.routine.outgoing import Channel
from p24tui.routine.protection import is_protected
from p24tui.routine.rule import rule
from p24tui.routine.visit import Visit, VisitKind
from p24tui.services.access import right
from p24tui.store import cases, events, intake, participants, people, visits
from p24tui.store.engine import Tx
from p24tui.system import System
from p24tui.words.visits import shown_role

WAY_IN = "sms-link"
"""How somebody who used their link came in (NA-4)."""

STAYS_FOR = timedelta(hours=4)
"""How long the address into the video holds: who is thrown out by the network comes back by it, or by their link."""

_TOKEN_BYTES = 16
_LONGEST = 64

_log = logging.getLogger(__name__)


class Unknown(Struct, frozen=True):
    """There is no such link."""


class TooEarly(Struct, frozen=True):
    """The visit has a while to go; from ``opens_at`` (UTC) on the link leads there."""

    opens_at: datetime


class Over(Struct, frozen=True):
    """The visit has ended, or does not take place."""


class Revoked(Struct, frozen=True):
    """The link has been taken back."""


class NeedsLogin(Struct, frozen=True):
    """A patient or proxy logs in with an e-ID first (NA-2)."""


class WrongPerson(Struct, frozen=True):
    """Somebody else than the link is for has logged in."""


class NotReady(Struct, frozen=True):
    """Staff have not started the video: one waits."""


class Go(Struct, frozen=True):
    """The address into the video; it is never stored or logged."""

    address: str


Answer = Unknown | TooEarly | Over | Revoked | NeedsLogin | WrongPerson | NotReady | Go


def make(tx: Tx, system: System, participant_id: str) -> str:
    """A new link for a participant; earlier ones still hold. Without a join address it is where patients log in."""
    if not system.settings.join_address:
        return system.settings.sms_link
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    participants.add_link(tx, _digest(token), participant_id, system.clock.now())
    return f"{system.settings.join_address.rstrip('/')}{PATH}{token}"


@rule("VI-11", "NA-2", "NA-4", "PR-1")
def use(system: System, token: str, logged_in: LoggedIn | None = None, *, again: bool = False) -> Answer:
    """What using a link leads to; each use is an event of the visit, committed before this returns.

    ``again`` says that a waiting page has looked anew by itself, which is no use of its own.
    """
    if len(token) > _LONGEST:
        return Unknown()
    with system.store.reading() as tx:  # a flood of guesses keeps no writer waiting
        found = participants.by_link(tx, _digest(token))
    if found is None:
        return Unknown()
    with system.store.writing() as tx:
        visit = locked_with_case(tx, found.visit_id)
        participant = participants.one(tx, found.id)
        assert visit is not None  # neither is ever taken away
        assert participant is not None
        return _Use(tx, system, participant, logged_in, again).answer(visit)


@rule("VI-10", "VI-11", "PR-1")
@right("visit.join")
def use_own(system: System, actor: Actor, participant_id: str) -> Answer:
    """The same for a colleague who sees the invitation in their own list. Raises ``BadInput`` where none is theirs."""
    with system.store.writing() as tx:
        invited = participants.invitations(tx, actor.staff_id or "", system.clock.now())
        found = next((one for one, _visit in invited if one.id == participant_id), None)
        visit = locked_with_case(tx, found.visit_id) if found else None
        participant = participants.one(tx, participant_id)
        if visit is None or participant is None:
            raise BadInput("no-participant")
        return _Use(tx, system, participant, None, False).answer(visit)


@dataclass(slots=True)
class _Use:
    """One use of a link, in a transaction."""

    tx: Tx
    system: System
    participant: Participant
    logged_in: LoggedIn | None
    again: bool

    def answer(self, visit: Visit) -> Answer:
        answer = self._decide(visit)
        waits = isinstance(answer, NotReady | TooEarly | NeedsLogin)
        if not (self.again and waits):
            said = type(answer).__name__.lower()
            self._record(visit, "visit.link-used", role=self.participant.role.value, outcome=said)
        return answer

    def _decide(self, visit: Visit) -> Answer:
        now = self.system.clock.now()
        record = people.patient(self.tx, id=visit.patient_id)
        if record is None or is_protected(record.patient.protection):
            return Over()
        opens_before = opening(self.system)
        match standing(visit, self.participant, now, opens_before):
            case Standing.REVOKED:
                return Revoked()
            case Standing.OVER:
                return Over()
            case Standing.EARLY:
                return TooEarly(visit.starts_at - opens_before)
        if self.participant.role in WITH_E_ID:
            if self.logged_in is None:
                return NeedsLogin()
            own = visit.proxy_number if self.participant.role is Role.PROXY else record.patient.number
            if self.logged_in.number != own:
                return WrongPerson()
            self._keep_e_id(visit, self.logged_in)
        return self._enter(visit, now)

    def _enter(self, visit: Visit, now: datetime) -> Answer:
        row = cases.one(self.tx, visit.case_id) if visit.case_id else None
        if row is None or not is_on(row.case):
            if self.participant.arrived_at is None or not self.again:
                self._put(visit, replace(self.participant, arrived_at=now))
            return NotReady()
        try:
            address = address_for(self.system, visit, shown_role(self.participant.role, self.participant.name))
        except Unavailable as error:
            _log.warning("%s", error)
            return NotReady()
        entered_at = self.participant.entered_at or now
        self._put(visit, replace(self.participant, arrived_at=entered_at, entered_at=entered_at))
        return Go(address)

    def _keep_e_id(self, visit: Visit, who: LoggedIn) -> None:
        self.participant = replace(self.participant, e_id=who.e_id, e_id_at=who.at)
        self._put(visit, self.participant)
        if visit.case_id:
            intake.put_contact(self.tx, visit.case_id, who.e_id, who.at, WAY_IN)

    def _put(self, visit: Visit, participant: Participant) -> None:
        self.participant = participant
        participants.save(self.tx, participant)
        events.announce(self.tx, self.system.clock.now(), visit.unit_id, visit.case_id)

    def _record(self, visit: Visit, kind: str, **details: str) -> None:
        who = Actor(None, "link", None, visit.unit_id, "intake:link")
        events.append(
            self.tx,
            who,
            self.system.clock.now(),
            kind,
            visit.case_id,
            unit_id=visit.unit_id,
            visit=visit.id,
            participant=self.participant.id,
            rule="VI-11",
            **details,
        )


def locked_with_case(tx: Tx, visit_id: str) -> Visit | None:
    """A visit kept from other writers, and its case before it, which is the order of every deed."""
    visit = visits.one(tx, visit_id)
    if visit is not None and visit.case_id is not None:
        cases.one(tx, visit.case_id, lock=True)
    return visits.one(tx, visit_id, lock=True)


def address_for(system: System, visit: Visit, name: str, *, moderator: bool = False) -> str:
    """The address into the visit's video from now on. Raises ``Unavailable`` where there is no video."""
    now = system.clock.now()
    room = system.video.room(visit.id)
    return system.video.address(room, name, moderator=moderator, not_before=now, expires=now + STAYS_FOR)


def opening(system: System) -> timedelta:
    """How long before a visit its links lead there."""
    return timedelta(minutes=system.settings.link_opens_before)


def is_on(case: Case) -> bool:
    """Whether the video of this case is on."""
    return case.video is Video.ON


@rule("VI-11")
def revoke_all(tx: Tx, visit_id: str, now: datetime) -> None:
    """No link leads to this visit any longer."""
    for one in participants.of_visit(tx, visit_id):
        if one.revoked_at is None:
            participants.save(tx, replace(one, revoked_at=now))


@rule("VI-7", "VI-11", "NA-2")
def welcome(tx: Tx, actor: Actor, visit: Visit, now: datetime) -> None:
    """The patient, or the child's proxy, takes part; whoever did so before and no longer does has no link any more."""
    if not visit.has_reminders:
        return
    there = {one.id: one for one in participants.of_visit(tx, visit.id)}
    for one in there.values():
        if one.role in WITH_E_ID and one.id != joins_as(visit) and one.revoked_at is None:
            participants.save(tx, replace(one, revoked_at=now))
    before = there.get(joins_as(visit))
    if before is not None and before.revoked_at is not None:
        let_in_again(tx, before, now)
    if before is None:
        participants.add(tx, _who_joins(visit, actor, now))


@rule("VI-11")
def let_in_again(tx: Tx, before: Participant, now: datetime) -> Participant:
    """Somebody whose invitation was taken back may come after all, by a new link: the old ones stay dead (H16)."""
    participants.drop_links(tx, before.id)
    after = replace(before, revoked_at=None, invited_at=now)
    participants.save(tx, after)
    return after


def _who_joins(visit: Visit, actor: Actor, now: datetime) -> Participant:
    return Participant(
        id=joins_as(visit),
        number=visit.proxy_number,
        visit_id=visit.id,
        role=_joining_role(visit),
        name=visit.proxy_name,
        channel=Channel.SMS,
        invited_by=actor.name,
        invited_at=now,
    )


def joins_as(visit: Visit) -> str:
    """The id of the participant that the patient is, or the child's proxy."""
    return participant_id(visit.id, _joining_role(visit), visit.proxy_number)


def _joining_role(visit: Visit) -> Role:
    return Role.PROXY if visit.kind is VisitKind.CHILD else Role.PATIENT


def participant_id(visit_id: str, role: Role, *more: str) -> str:
    """The id of a participant that there is one of: the patient, the proxy, each guest by their address."""
    return stable_id("participant", visit_id, role, *more)


def _digest(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogatepass")).digest()
