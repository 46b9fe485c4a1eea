"""Taking part in a demo from another terminal: the record of the one that runs, and a person who plays a patient."""

import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec

from p24tui import bootstrap
from p24tui.clock import Clock, PacedClock
from p24tui.demo import content, fhir
from p24tui.errors import BadInput, Unavailable
from p24tui.gateways.fhir.write import is_automatic
from p24tui.services.patient_side import Said, SourceCase
from p24tui.settings import Settings
from p24tui.system import System
from p24tui.text import clean_line

FILE_NAME = "demo.json"
PLAYED = "played"
ANSWERS_WITHIN = 5.0
"""Seconds within which the demo's intake must answer."""

SHOWN_OF_ID = 10
"""How many characters of a case's id are shown: enough to choose by."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """All that another process needs to take part: the demo's own home and unit, its intake, and its clock.

    ``started_at`` is what the demo's clock showed at the real instant ``begun_at``; it runs at ``speed``. ``before`` is
    the one that was found until this one began: it is found again where it is the one that goes on.
    """

    home: str
    unit: str
    person_data: str
    address: str
    token: str = field(repr=False)
    seed: int
    training: bool
    pid: int
    begun_at: datetime
    started_at: datetime
    speed: float
    before: "Demo | None" = None


def make_demo(settings: Settings, clock: PacedClock, address: str, token: str, *, seed: int, training: bool) -> Demo:
    """The record of a demo of this process."""
    return Demo(
        home=str(settings.home),
        unit=settings.unit,
        person_data=settings.person_data,
        address=address,
        token=token,
        seed=seed,
        training=training,
        pid=os.getpid(),
        begun_at=clock.begun,
        started_at=clock.start,
        speed=clock.speed,
    )


@contextmanager
def announced(home: Path, demo: Demo) -> Iterator[None]:
    """Let others find the demo in this home folder for as long as the block lasts, and then one that still runs.

    Where the folder cannot be written the demo runs all the same, and is not found.
    """
    path = home / FILE_NAME
    demo = replace(demo, before=_last_running(_read(path)))
    try:
        _write_private(path, msgspec.json.encode(demo))
    except OSError as error:
        _log.warning("the demo is not announced: %s", error.strerror)
    try:
        yield
    finally:
        with suppress(OSError):
            if _read(path) == demo:
                _leave(path, _last_running(demo.before))


def running_demo(home: Path) -> Demo | None:
    """The demo that is announced in this home folder, where one answers: a process that died has left its record."""
    return _last_running(_read(home / FILE_NAME))


def _last_running(demo: Demo | None) -> Demo | None:
    """This demo where it answers, else the last of those that began before it and do."""
    while demo is not None and not _answers(demo):
        demo = demo.before
    return demo


@contextmanager
def joined(chosen: Settings, demo: Demo) -> Iterator[System]:
    """The running demo's system in another process, at the same time of day; never any other database."""
    settings = Settings(
        home=Path(demo.home),
        unit=demo.unit,
        person_data=demo.person_data,
        sms="file",
        booking_by_hand=True,
        lang=chosen.lang,
        theme=chosen.theme,
        alert_by=chosen.alert_by,
        keys=chosen.keys,
    )
    bootstrap.log_to_file(settings)
    clock = PacedClock(demo.started_at, demo.speed, demo.begun_at)
    with bootstrap.running(settings, clock=clock) as system:
        yield system


def choose(cases: tuple[SourceCase, ...], typed: str) -> SourceCase:
    """The case whose id, or whose patient's name, begins with what somebody typed.

    Raises ``BadInput`` where there is none, or more than one.
    """
    wanted = typed.strip().casefold()
    found = [one for one in cases if wanted and (_begins(one.id, wanted) or _begins(one.patient_name, wanted))]
    if not found:
        raise BadInput("no-such-patient", typed=clean_line(typed, 60))
    if len(found) > 1:
        raise BadInput("many-patients", typed=clean_line(typed, 60), found=", ".join(map(_in_short, found)))
    return found[0]


def play(home: Path, case: str) -> None:
    """From now on a person plays the patient of this case; ``home`` is the demo's own."""
    marks = home / PLAYED
    marks.mkdir(exist_ok=True)
    (marks / case).touch()


def is_played(home: Path, case: str) -> bool:
    """Whether a person plays the patient of this case, so that nothing is written for them."""
    return (home / PLAYED / case).exists()


def guardian_of(demo: Demo, case: str) -> str:
    """The reference of the guardian who writes in a child's case; empty where the patient does."""
    child = any(one.id == case and one.guardian is not None for one in content.load(demo.seed).stories)
    return f"RelatedPerson/{case}-guardian" if child else ""


class PlayedPatient:
    """A patient whom a person plays, or the guardian who writes for a child. All they do goes through the intake."""

    def __init__(self, demo: Demo, case: str, clock: Clock, guardian: str = "") -> None:
        self._client = _client(demo)
        self._case = case
        self._guardian = guardian
        self._clock = clock
        self._after = ""
        self._begun: dict[str, datetime] = {}

    def say(self, id: str, text: str) -> Said:
        """Write to the unit. The same ``id`` and text sent again are the same message, written when first tried.

        Raises ``Unavailable`` where the intake does not answer, ``BadInput`` where it refuses the message.
        """
        at = self._begun.setdefault(id, self._clock.now())
        answer = self._ask("POST", json=fhir.message(self._case, id, text, at, sender=self._guardian))
        if answer.is_client_error:
            raise BadInput("message-refused")
        return Said("", text, at)

    def hear(self) -> tuple[Said, ...]:
        """What the unit has written since this was last asked, from the first message on.

        Raises ``Unavailable`` where the intake does not answer.
        """
        answer = self._ask("GET", params={"encounter": self._case, "after": self._after})
        if not answer.is_success:
            raise Unavailable("intake", str(answer.status_code))
        bundle = answer.json()
        heard = tuple(_said(entry["resource"]) for entry in bundle.get("entry", ()))
        onward = next(link["url"] for link in bundle["link"] if link["relation"] == "next")
        self._after = httpx.URL(onward).params.get("after", self._after)
        return heard

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def _ask(self, method: str, **what: Any) -> httpx.Response:
        try:
            answer = self._client.request(method, "/fhir/Communication", **what)
        except httpx.HTTPError as error:
            raise Unavailable("intake", type(error).__name__) from error
        if answer.is_server_error:
            raise Unavailable("intake", str(answer.status_code))
        return answer


def _said(resource: dict[str, Any]) -> Said:
    text = "\n".join(part.get("contentString", "") for part in resource["payload"])
    sent_at = datetime.fromisoformat(resource["sent"])
    return Said(resource["sender"]["display"], text, sent_at, is_automatic(resource))


def _client(demo: Demo) -> httpx.Client:
    """The intake is on this machine, so no proxy stands between."""
    headers = {"Authorization": f"Bearer {demo.token}", "Content-Type": "application/fhir+json"}
    return httpx.Client(base_url=demo.address, headers=headers, timeout=ANSWERS_WITHIN, trust_env=False)


def _answers(demo: Demo) -> bool:
    """Whether that demo's own intake is at its address: another one that has the port now knows no such token."""
    try:
        with _client(demo) as client:
            return client.get("/fhir/Communication", params={"_count": 1}).is_success
    except httpx.HTTPError:
        return False


def _begins(text: str, wanted: str) -> bool:
    return text.casefold().startswith(wanted)


def _in_short(case: SourceCase) -> str:
    return f"{clean_line(case.patient_name)} ({case.id[:SHOWN_OF_ID]})".strip()


def _read(path: Path) -> Demo | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Demo)
    except (OSError, msgspec.DecodeError):
        return None


def _leave(path: Path, before: Demo | None) -> None:
    if before is None:
        path.unlink()
    else:
        _write_private(path, msgspec.json.encode(before))


def _write_private(path: Path, content: bytes) -> None:
    """The whole file or nothing of it, readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f"{path.name}.", delete=False) as file:
        file.write(content)
    Path(file.name).replace(path)
