"""The link into a visit: whom it lets in, from when, and until when; who is invited, and how (VI-8, VI-10 to VI-12)."""

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from p24tui.routine.decision import Refusal
from p24tui.routine.hours import local_day
from p24tui.routine.outgoing import Channel
from p24tui.routine.rule import rule
from p24tui.routine.visit import OPEN, Visit, VisitState

PATH = "/v/"
"""Where the join endpoint of the intake lies: what stands before a link's token in its address."""

SPENT = f"{PATH}…"
"""What stands in a text where a link was."""

_TOKEN = re.compile(rf"{PATH}[A-Za-z0-9_-]{{20,64}}")


def spent(text: str) -> str:
    """A text that has gone out, or never will, without its link's token, which is for whoever gets it alone (H16)."""
    return _TOKEN.sub(SPENT, text)


class Role(StrEnum):
    """Who somebody is in a visit."""

    PATIENT = "patient"
    PROXY = "proxy"
    GUARDIAN = "guardian"
    RELATIVE = "relative"
    GUEST = "guest"
    INTERPRETER = "interpreter"
    COLLEAGUE = "colleague"


WITH_E_ID = frozenset({Role.PATIENT, Role.PROXY})
"""Those who log in with an e-ID; whoever is invited does not (NA-2)."""

INTERPRETER_NAME = ("tolk", "digital")
"""First and last name of every interpreter (VI-12)."""


class Participant(Struct, frozen=True, kw_only=True):
    """Somebody who may come into a visit. Instants are UTC.

    ``number`` is their identity number where that is known. ``channel`` is none where nothing is sent: a colleague sees
    the invitation in their own list. ``must_identify`` says that photo identification is to be shown, ``identified_by``
    who has seen it. ``sequence`` counts their invitations. ``entered_at`` is when their link first led into the
    video, ``arrived_at`` when it last let them wait: who has come in waits no longer, until they come back once the
    video is off. ``e_id`` is what they logged in with (NA-2).
    """

    id: str
    visit_id: str
    role: Role
    name: str = ""
    channel: Channel | None = None
    address: str = ""
    number: str = ""
    staff_id: str | None = None
    must_identify: bool = False
    identified_by: str = ""
    identified_at: datetime | None = None
    invited_by: str = ""
    invited_at: datetime
    sequence: int = 0
    arrived_at: datetime | None = None
    entered_at: datetime | None = None
    revoked_at: datetime | None = None
    e_id: str = ""
    e_id_at: datetime | None = None

    @property
    def waits(self) -> bool:
        """Whether they have come and not gone in since."""
        return self.arrived_at is not None and (self.entered_at is None or self.arrived_at > self.entered_at)


class Standing(StrEnum):
    """What a link does now."""

    EARLY = "early"
    OPEN = "open"
    OVER = "over"
    REVOKED = "revoked"


@rule("VI-11")
def standing(visit: Visit, participant: Participant, now: datetime, opens_before: timedelta) -> Standing:
    """What a link of this participant does: it leads to this visit alone, from a while before it until its end (H16).

    A visit that has begun goes on past its booked end, until it is ended or its day is. Nor is it over for who has come
    and waits on that day, where staff are late.
    """
    if participant.revoked_at is not None:
        return Standing.REVOKED
    if visit.state not in OPEN or _is_past(visit, participant, now, opens_before):
        return Standing.OVER
    if visit.state is VisitState.STARTED or now >= visit.starts_at - opens_before:
        return Standing.OPEN
    return Standing.EARLY


def _is_past(visit: Visit, participant: Participant, now: datetime, opens_before: timedelta) -> bool:
    """Whether the time of an open visit has run out for a participant."""
    if now < visit.ends_at:
        return False
    if visit.state is VisitState.BOOKED:
        arrived = participant.arrived_at
        came = arrived is not None and arrived >= visit.starts_at - opens_before  # it may have had another time then
        return not came or local_day(now) > local_day(visit.ends_at)
    began = (visit.ends_at, visit.taken_in_at, visit.started_at, participant.invited_at)
    return local_day(now) > max(local_day(one) for one in began if one is not None)


@rule("VI-10")
def colleague_channel(email: str, mobile: str) -> tuple[Channel, str] | None:
    """How a colleague is invited: by e-mail first, by SMS where they have a mobile; else they see it in their list."""
    if email:
        return Channel.EMAIL, email
    return (Channel.SMS, mobile) if mobile else None


@rule("VI-11")
def may_still_invite(visit: Visit) -> Refusal | None:
    """Whether anybody at all may be invited: not to a visit that is over or called off."""
    return None if visit.state in OPEN else Refusal("VI-11", "visit-not-open")


@rule("VI-4", "VI-8", "VI-10", "VI-11", "VI-12")
def may_invite(visit: Visit, role: Role, there: Collection[Participant], channel: Channel | None) -> Refusal | None:
    """Whether somebody may be invited to the visit in this role, by this way."""
    if refusal := may_still_invite(visit):
        return refusal
    if role in WITH_E_ID:
        return Refusal("VI-7", "one-proxy")
    if role is Role.INTERPRETER and channel is not Channel.EMAIL:
        return Refusal("VI-12", "interpreter-mail")
    if role is not Role.COLLEAGUE and channel is None:
        return Refusal("VI-11", "guest-address")
    if role is Role.INTERPRETER and any(one.role is role and one.revoked_at is None for one in there):
        return Refusal("VI-12", "interpreter-there")
    return None
