"""The case: one patient's matter at one unit, as the rules see it."""

from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct


class ContactKind(StrEnum):
    """What sort of contact it is: with triage, a message without it (CH-10), or a video visit."""

    TRIAGED = "triaged"
    MESSAGE = "message"
    VIDEO = "video"


class CaseState(StrEnum):
    """Where a case stands. Who has it is another fact: ``Case.owner_id``.

    ``WAITING`` waits for the patient, ``ANSWERED`` has the patient's answer, ``DUE`` was held and its day has come.
    """

    NEW = "new"
    ONGOING = "ongoing"
    WAITING = "waiting"
    ANSWERED = "answered"
    HELD = "held"
    DUE = "due"
    ENDED = "ended"


class SuicideRisk(StrEnum):
    """Whether suicide risk is at hand, and who has it: a psychologist or doctor is awaited, or has taken it on (SU-2).

    ``FOLLOWED`` needs nobody until ``Case.risk_due_at``: a visit in person is booked (SU-6), or the chat has been
    prolonged (SU-9).
    """

    NONE = "none"
    AWAITING = "awaiting"
    TAKEN_ON = "taken-on"
    FOLLOWED = "followed"


class RiskLevel(StrEnum):
    """What has been said of suicide risk: nothing, that there is no suspicion (SU-1), or a level by assessment (SU-3).

    ``HIGH`` is the project's own: the routine names none above moderate (SU-13).
    """

    UNSAID = "unsaid"
    NO_SUSPICION = "no-suspicion"
    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"


class Video(StrEnum):
    """Whether a video is on: never yet, now, or it has been ended while the case lives on as a chat (VI-14)."""

    NONE = "none"
    ON = "on"
    OVER = "over"


class Urgency(StrEnum):
    """What a clinician has said of a case, apart from the priority that came with it (CH-4)."""

    UNSAID = "unsaid"
    URGENT = "urgent"
    CAN_WAIT = "can-wait"


class Need(StrEnum):
    """What the patient seeks, as a clinician has said: it decides which deadline of the care guarantee applies (GA-1).

    ``RETURN`` is a return visit, a test, or waiting that is medically motivated; ``TREATMENT`` has been decided on.
    """

    UNSAID = "unsaid"
    NEW = "new"
    RETURN = "return"
    TREATMENT = "treatment"


class Case(Struct, frozen=True):
    """The facts of a case. Instants are aware UTC.

    ``priority`` is what the triage sent, 1 to 5, shown and never computed (CH-3, CH-4). ``waiting_since`` is
    when the patient's oldest unanswered message came; it is none while the patient waits for nothing from us.
    ``answer_until`` is the end of the day that CH-6 adds. ``ending_by`` has taken the first of the two steps of
    CH-12. ``asked_by`` asks the owner to let them take the case over (CH-11). ``version`` rises with every write.

    ``urgency`` and ``need`` are a clinician's word, with ``need_since`` the local day on which a treatment was decided;
    ``assessed_by`` has made the medical assessment. ``no_times`` says that a time has been promised for the
    coming day (SE-4). ``told_closing_at`` is when the patient was last told that the unit closes (CH-5), until they
    write or are answered. ``owner_lost_at`` is when whoever had the case was lost, until somebody has it again (SH-1).
    ``opened_at`` is when somebody whose it was to read first opened it. ``risk_since`` is when suspected suicide risk
    last began to wait for somebody, or got worse: what is acknowledged before that says nothing of it.
    ``handed_to`` says in words to whom it is offered since ``handed_at`` (CH-11); empty where it is not. It has called
    for others than those since ``handed_called_at``, for everybody from ``handed_level`` 2 on.

    ``mental_health`` says that the matter lies within mental health (SU-1), ``risk_words`` that the patient has used
    words that somebody must read with suicide in mind: nothing is judged by them. ``risk`` is what was said last; at
    ``risk_due_at`` what is followed is looked at again, and ``visit_by`` is the last local day for the visit in person
    (SU-6). ``wrong_patient_at`` is when it was found that somebody else was meant (AP-3): it is locked from then on.
    """

    id: str
    unit_id: str
    patient_id: str
    kind: ContactKind
    matter: str
    received_at: datetime
    state: CaseState = CaseState.NEW
    priority: int | None = None
    has_form: bool = False
    suicide: SuicideRisk = SuicideRisk.NONE
    owner_id: str | None = None
    waiting_since: datetime | None = None
    unread: int = 0
    unread_free_text: int = 0
    answered_at: datetime | None = None
    held_until: date | None = None
    held_reason: str = ""
    held_by: str | None = None
    ending_by: str | None = None
    ended_at: datetime | None = None
    answer_until: datetime | None = None
    asked_by: str | None = None
    asked_by_name: str = ""
    asked_at: datetime | None = None
    asked_reason: str = ""
    urgency: Urgency = Urgency.UNSAID
    need: Need = Need.UNSAID
    need_since: date | None = None
    assessed_by: str | None = None
    assessed_at: datetime | None = None
    no_times: bool = False
    told_closing_at: datetime | None = None
    owner_lost_at: datetime | None = None
    opened_at: datetime | None = None
    risk_since: datetime | None = None
    handed_to: str = ""
    handed_at: datetime | None = None
    handed_level: int = 0
    handed_called_at: datetime | None = None
    mental_health: bool = False
    risk_words: bool = False
    risk: RiskLevel = RiskLevel.UNSAID
    risk_due_at: datetime | None = None
    visit_by: date | None = None
    wrong_patient_at: datetime | None = None
    video: Video = Video.NONE
    version: int = 1
