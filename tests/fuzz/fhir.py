"""FHIR: what a source sends to the intake. It is stored and said to be, or it lies in quarantine with its reason."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from p24tui.gateways.fhir.model import Severity
from p24tui.gateways.fhir.parcel import TAKEN_TYPES
from p24tui.services import intake
from p24tui.services.intake import Outcome, Verdict
from p24tui.services.intake.run import kept_id
from p24tui.store import tables
from p24tui.store.intake import kept_aside
from p24tui.text import clean_text
from tests import samples
from tests.fuzz.bending import bent, mangled, odd_text, written
from tests.fuzz.standing import Stored, check_sentence, unit
from tests.fuzz.target import Check, Target
from tests.world import UNIT, World

SOURCE = "portal"
REAL = "P24TUI_REAL_INPUT"
"""What names a folder of files that others wrote: they are bent too."""

PIECES = (b"\x00", b"\xff", b"\xed\xa0\x80", b"{", b"}", b"[", b"]", b'"', b"\\", b",", b":", b"\n", b"\xef\xbb\xbf",
          b'"entry":[', b'"resourceType":"Patient",', b"\\ud800", b"1e400", b"NaN")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sent:
    """A body, and how it is sent: as NDJSON, and to the address of one type."""

    body: bytes
    lines: bool = False
    type: str = ""


def _real() -> list[Any]:
    folder = os.environ.get(REAL, "")
    return [json.loads(one.read_bytes()) for one in sorted(Path(folder).rglob("*.json"))] if folder else []


_extensions = st.lists(
    st.sampled_from(
        [
            {"url": "urn:p24tui:e-id", "valueCode": "bankid"},
            {"url": "urn:p24tui:e-id-at", "valueDateTime": "2026-11-23T08:31:00+01:00"},
            {"url": "urn:p24tui:way-in", "valueCode": "1177"},
            {"url": "urn:p24tui:suicide-risk", "valueBoolean": True},
            {"url": "urn:p24tui:mental-health", "valueBoolean": True},
        ]
    ),
    max_size=4,
)
_names = st.sampled_from(["p", "e", "g", "m", "q", "b1", "p0", "e0", "x1", "x2", "x3"])
_telecom = [{"system": "phone", "use": "mobile", "value": "070-174 06 07"}]
_item = {
    "linkId": "1",
    "text": "Fråga",
    "answer": [
        {"valueCoding": {"system": "s", "code": "c", "display": "Ja"}},
        {"valueDecimal": 1.5, "item": [{"linkId": "1.1", "answer": [{"valueDate": "2026-11-01"}]}]},
        {"valueQuantity": {"value": 38.5, "unit": "°C"}},
        {"valueAttachment": samples.file()},
        {"valueReference": {"reference": "Patient/p", "display": "p"}},
        {"valueUri": "http://x.example"},
        {"valueTime": "10:00:00"},
    ],
}
_payload = [{"contentString": "Hej"}, {"contentAttachment": samples.file()}, {"contentReference": {"reference": "X/1"}}]
_contained: dict[str, Any] = {
    "contained": [
        {"resourceType": "Organization", "id": "o", "identifier": [{"system": samples.HSA_ID, "value": UNIT}]},
    ],
    "serviceProvider": {"reference": "#o"},
}
_organization = {
    "resourceType": "Organization",
    "id": "o",
    "identifier": [{"system": samples.HSA_ID, "value": UNIT}],
    "meta": {"lastUpdated": "2026-11-23T07:55:00Z"},
}

resources = st.one_of(
    st.builds(lambda id: samples.patient(id, telecom=_telecom, birthDate="1961-01-18"), _names),
    st.builds(samples.guardian, _names, _names),
    st.builds(lambda id, more: samples.encounter(id, extension=more), _names, _extensions),
    st.builds(lambda id: samples.encounter(id, **_contained), _names),
    st.builds(samples.message, _names, _names, odd_text),
    st.builds(lambda id: samples.message(id, payload=_payload), _names),
    st.builds(samples.form, _names, _names),
    st.builds(lambda id: samples.form(id, item=[_item]), _names),
    st.builds(samples.appointment, _names),
    st.builds(lambda id: samples.appointment(id, status="cancelled", identifier=None), _names),
    st.just(_organization),
    st.sampled_from(_real() or [_organization]),
)
bundles = st.builds(
    lambda ones, type, urls: samples.bundle(*ones, type=type, urls=urls),
    st.lists(resources, max_size=6) | st.just(samples.contact()),
    st.sampled_from(TAKEN_TYPES),
    st.booleans(),
)


@st.composite
def sent(draw: st.DrawFn) -> Sent:
    """A parcel of any of the kinds that are taken."""
    match draw(st.sampled_from(["one", "bundle", "bundle", "lines"])):
        case "lines":
            values = draw(st.lists(bent(resources), max_size=5))
            return Sent(draw(mangled(st.just(b"\n".join(map(written, values))), PIECES)), lines=draw(st.booleans()))
        case "one":
            value = draw(bent(resources))
            said = value.get("resourceType") if isinstance(value, dict) else ""
            type = said if isinstance(said, str) and draw(st.booleans()) else ""
            return Sent(draw(mangled(st.just(written(value)), PIECES)), type=type)
        case _:
            return Sent(draw(mangled(bent(bundles).map(written), PIECES)))


@contextmanager
def opened() -> Iterator[Check]:
    with unit() as world:
        intake.load(world.system, SOURCE, samples.body(samples.bundle(*_there())))
        stored = Stored(world)
        yield lambda example: check(world, stored, example)


def _there() -> list[samples.Json]:
    """What has come before, for what comes to refer to."""
    return [samples.patient(telecom=_telecom), samples.encounter(), samples.message("there"), samples.guardian()]


def check(world: World, stored: Stored, sent: Sent) -> None:
    """What must hold of what a source sends."""
    outcome = intake.load(world.system, SOURCE, sent.body, lines=sent.lines, type=sent.type)
    new = stored.new()
    _check_answers(world, outcome, sent)
    _check_nothing_half(outcome, new)
    _check_reads_back(sent, outcome, new)
    again = intake.load(world.system, SOURCE, sent.body, lines=sent.lines, type=sent.type)
    assert not _created(again), "sent twice it is stored twice"
    stored.new()


def _created(outcome: Outcome) -> list[str]:
    """What is new, but for visits: of two statements that contradict each other the one that comes later counts."""
    made = [one.location for one in outcome.results if one.verdict is Verdict.CREATED]
    return [one for one in made if not one.startswith("Appointment/")]


def _check_answers(world: World, outcome: Outcome, sent: Sent) -> None:
    """Each resource is taken, or refused with its reason and kept."""
    for one in outcome.results:
        for issue in one.issues:
            check_sentence(issue.problem)
        if one.verdict is Verdict.REFUSED:
            assert any(issue.severity is Severity.ERROR for issue in one.issues)
    if outcome.unreadable:
        with world.system.store.reading() as tx:
            kept = [one.id for one in kept_aside(tx, settled=True)]
        assert kept_id(SOURCE, sha256(sent.body).hexdigest()) in kept, "what cannot be read is not kept"
    elif any(one.verdict is Verdict.REFUSED for one in outcome.results):
        assert intake.unsettled(world.system), "what was refused is not kept"


def _check_nothing_half(outcome: Outcome, new: dict[str, list[dict[str, Any]]]) -> None:
    """What is said to be stored is there, and nothing else is; but for what had waited for it."""
    created = _created(outcome)
    remembered = len(new.get(tables.received.name, ()))
    assert len(created) <= remembered, "it is said to be stored and is not known"
    if not outcome.released:
        assert set(created) or not (new.get("messages") or new.get("cases") or new.get("form_answers")), "half stored"


def _check_reads_back(sent: Sent, outcome: Outcome, new: dict[str, list[dict[str, Any]]]) -> None:
    """The words of one message are stored as they were sent, but for what nobody may see."""
    if outcome.bundle or len(outcome.results) != 1 or outcome.results[0].verdict is not Verdict.CREATED:
        return
    try:
        payload = json.loads(sent.body.removeprefix(b"\xef\xbb\xbf"))["payload"]
        ((said,),) = [one.values() for one in payload]
    except (ValueError, KeyError, TypeError, AttributeError):
        return
    if isinstance(said, str) and "contentString" in payload[0]:
        assert clean_text(said).strip() in [row["text"] for row in new["messages"]], "it does not read back as itself"


TARGET = Target("fhir", "resources, Bundles and NDJSON, as a source sends them", sent(), opened, 60)
