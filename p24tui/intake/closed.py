"""What a page asks before a patient sends anything, and the answer that it can show: JSON of our own."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from starlette.responses import JSONResponse, Response

from p24tui.clock import local
from p24tui.intake.replies import HttpProblem
from p24tui.routine.after_hours import Severity, severity_of_priority
from p24tui.services.after_hours import Told
from p24tui.services.patient_time import moment_words
from p24tui.services.sms_text import LANGUAGES

PRIORITIES = {"none": None, **{str(number): number for number in range(1, 6)}}


def severity(asked: Mapping[str, str]) -> Severity:
    """How severe the contact is that is about to be made. Raises ``HttpProblem`` where that is not said right."""
    priority, risk = asked.get("priority", "none"), asked.get("suicide-risk", "false")
    if priority not in PRIORITIES:
        raise HttpProblem(400, "invalid", f"priority is one of {', '.join(PRIORITIES)}")
    if risk not in ("true", "false"):
        raise HttpProblem(400, "invalid", "suicide-risk is true or false")
    return Severity.SUICIDE if risk == "true" else severity_of_priority(PRIORITIES[priority])


def lang(asked: Mapping[str, str]) -> str:
    """The language that is asked for. Raises ``HttpProblem`` for one that no texts are in."""
    found = asked.get("lang", LANGUAGES[0])
    if found not in LANGUAGES:
        raise HttpProblem(400, "invalid", f"lang is one of {', '.join(LANGUAGES)}")
    return found


def reply(told: Told, now: datetime, lang: str) -> Response:
    """The answer, for the page alone: it is another one when the unit opens or closes."""
    referral, changes = told.referral, _moment(told.changes_at, now, lang)
    content = {
        "unit": {"hsa_id": told.unit.id, "name": told.unit.name},
        "lang": lang,
        "open": told.open,
        "closes": changes if told.open else None,
        "opens": None if told.open else changes,
        "heading": told.heading,
        "paragraphs": list(told.paragraphs),
        "telephones": [
            {"number": one.number, "href": f"tel:{one.number}", "label": one.label} for one in told.telephones
        ],
        "refers_to": list(referral.refers_to.named) if referral else [],
        "may_send": referral.may_send if referral else True,
        "read_at": _moment(referral.read_at if referral else None, now, lang),
        "guarantee": {"day": told.assessed_by.isoformat(), "words": told.guarantee} if told.assessed_by else None,
    }
    return JSONResponse(content, headers={"Cache-Control": "no-store", "Content-Language": lang})


def _moment(instant: datetime | None, now: datetime, lang: str) -> dict[str, Any] | None:
    if instant is None:
        return None
    return {"at": local(instant).isoformat(timespec="seconds"), "words": moment_words(instant, now, lang)}
