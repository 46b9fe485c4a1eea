"""What the services of registration hand to whoever shows it: plain values, with nothing that may not be shown."""

from msgspec import Struct

from p24tui.routine.decision import Refusal
from p24tui.routine.patient import ShownPatient
from p24tui.routine.registration import Codes, Situation, Way
from p24tui.services.views import CaseLine, EndedLine
from p24tui.store.registration_values import CareGiver, Registration


class RegistrationView(Struct, frozen=True):
    """All that is known of how one contact is registered, or may be.

    ``standing`` is the registration that it has. ``care_givers`` are on whom it can be registered, the likeliest first.
    ``always_free`` and ``way`` are what whoever asks has answered last at this unit. ``refused`` says why it may not
    be registered. Of a protected person there is neither name nor reason (PR-1).
    """

    case_id: str
    patient: ShownPatient
    matter: str
    unit_id: str
    unit: str
    situation: Situation
    standing: Registration | None
    care_givers: tuple[CareGiver, ...]
    always_free: bool | None
    way: Way
    codes: Codes
    refused: Refusal | None


class FollowedLine(Struct, frozen=True):
    """A watch post or message that is in VAS still, with its case; ``old`` where it has been there for too long."""

    registration: Registration
    line: CaseLine
    old: bool


class RegistrationDesk(Struct, frozen=True):
    """What is to be registered: what is in VAS still, oldest first, and what has ended and nobody has decided on.

    ``id`` ties later readings to it in the read log.
    """

    id: str
    followed: tuple[FollowedLine, ...]
    undecided: tuple[EndedLine, ...]
