"""Who one is, and by what that was proven (NA-1)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Means(StrEnum):
    """By what somebody has proven who they are."""

    CARD = "card"
    OIDC = "oidc"
    PASSWORD = "password"
    SYSTEM_USER = "system-user"
    HANDOFF = "handoff"
    DEMO = "demo"


@dataclass(frozen=True, slots=True)
class Proven:
    """Somebody who has proven who they are. ``staff_id`` is their HSA-id; ``at`` is UTC."""

    staff_id: str
    name: str
    means: Means
    at: datetime
