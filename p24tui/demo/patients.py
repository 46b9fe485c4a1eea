"""The demo's patients: a thread that writes to the intake over HTTP, reads staff's answers, and answers them."""

import heapq
import logging
import threading
from datetime import datetime, timedelta
from typing import Any

import httpx

from p24tui.clock import Clock
from p24tui.demo import fhir
from p24tui.demo.content import Content, Story

LOOK_EVERY = 0.3
"""Seconds between looks at what is due and what staff have answered."""

_log = logging.getLogger(__name__)


class Patients:
    """Everybody who writes to the demo unit. They know nothing but the address of the intake and their token."""

    def __init__(self, content: Content, clock: Clock, start: datetime, address: str, token: str) -> None:
        self._content = content
        self._clock = clock
        self._start = start
        self._client = httpx.Client(base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=10)
        self._coming = list(enumerate(content.stories))
        self._answered: dict[str, int] = {}
        self._due: list[tuple[datetime, str, str, str]] = []
        self._after: str | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._live, name="patients", daemon=True)

    def start(self) -> None:
        """Let those who already wait write, then let time run."""
        self.look()
        self._thread.start()

    def stop(self) -> None:
        """Let nobody write any more."""
        self._stopped.set()
        self._thread.join(timeout=5)
        self._client.close()

    def look(self) -> None:
        """Send all that is due now, and read what staff have answered."""
        now = self._clock.now()
        while self._coming and self._start + self._coming[0][1].at <= now:
            number, story = self._coming.pop(0)
            id = _id(number)
            at = min(now, self._start + story.at)
            self._send("/fhir", fhir.contact(story, id, self._content.unit_id, at))
        while self._due and self._due[0][0] <= now:
            at, case, id, text = heapq.heappop(self._due)
            self._send("/fhir/Communication", fhir.message(case, id, text, at))
        self._read_answers(now)

    def _live(self) -> None:
        while not self._stopped.wait(LOOK_EVERY):
            try:
                self.look()
            except httpx.HTTPError as error:
                _log.warning("the demo's patients cannot reach the intake: %s", type(error).__name__)

    def _send(self, path: str, resource: fhir.Resource) -> None:
        answer = self._client.post(path, json=resource, headers={"Content-Type": "application/fhir+json"})
        if answer.is_error:
            _log.warning("the intake refused a demo patient: %s", answer.text[:500])

    def _read_answers(self, now: datetime) -> None:
        given = {} if self._after is None else {"after": self._after}
        page = self._client.get("/fhir/Communication", params=given)
        page.raise_for_status()
        bundle = page.json()
        for entry in bundle.get("entry", ()):
            self._hear(entry["resource"], now)
        for link in bundle.get("link", ()):
            if link["relation"] == "next":
                self._after = httpx.URL(link["url"]).params.get("after", self._after)

    def _hear(self, answer: dict[str, Any], now: datetime) -> None:
        """Staff have written: think of the next thing to say, if there is any."""
        case = answer["encounter"]["reference"].rpartition("/")[2]
        story = self._story(case)
        heard = self._answered[case] = self._answered.get(case, 0) + 1
        if story is not None and heard <= len(story.replies):
            reply = story.replies[heard - 1]
            heapq.heappush(self._due, (now + timedelta(seconds=reply.after), case, f"{case}-{heard}", reply.text))

    def _story(self, case: str) -> Story | None:
        known = {_id(number): story for number, story in enumerate(self._content.stories)}
        return known.get(case)


def _id(number: int) -> str:
    return f"demo-{number}"
