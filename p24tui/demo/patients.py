"""The demo's patients: they write to the intake as any source does, and read what staff answer."""

import json
import logging
from datetime import datetime

from msgspec import Struct

from p24tui.demo import fhir
from p24tui.demo.content import Content, Story
from p24tui.services import intake, patient_side
from p24tui.system import System

SOURCE = "demo"

_log = logging.getLogger(__name__)


class Heard(Struct, frozen=True):
    """Staff have written to a patient: whose story it is, how many times by now, and when."""

    story: str
    times: int
    at: datetime


class Patients:
    """Everybody who writes to the demo unit. What they do happens at the instant that the system's clock shows."""

    def __init__(self, system: System, content: Content) -> None:
        self._system = system
        self._unit_id = content.unit_id
        self._stories = {story.id for story in content.stories}
        self._heard: dict[str, int] = {}
        self._after: str | None = None

    def arrive(self, story: Story) -> str:
        """Come with the story's matter; the id of the case that it becomes, empty where it was not taken."""
        at = self._system.clock.now()
        outcome = self._send(fhir.contact(story, story.id, self._unit_id, at))
        prefix = "Encounter/"
        locations = (one.location for one in outcome.results if one.location.startswith(prefix))
        return next((location.removeprefix(prefix) for location in locations), "")

    def write(self, story: Story, id: str, text: str, files: tuple[str, ...] = ()) -> None:
        """Write one more message in the story's case."""
        sender = f"RelatedPerson/{story.id}-guardian" if story.guardian else ""
        at = self._system.clock.now()
        self._send(fhir.message(story.id, f"{story.id}-{id}", text, at, files=files, sender=sender))

    def hear(self) -> list[Heard]:
        """What staff have written since this was last asked."""
        heard = []
        full = True
        while full:
            page = patient_side.answers(self._system, SOURCE, self._after)
            self._after, full = page.after, page.full
            for _cursor, answer in page.answers:
                story = next((name for name in map(_bare, answer.case_names) if name in self._stories), "")
                if story and answer.author:  # not what the program itself has sent
                    times = self._heard[story] = self._heard.get(story, 0) + 1
                    heard.append(Heard(story, times, answer.sent_at))
        return heard

    def times_heard(self, story: Story) -> int:
        """How many times staff have written in the story's case, as far as its patient has heard."""
        return self._heard.get(story.id, 0)

    def _send(self, resource: fhir.Resource) -> intake.Outcome:
        outcome = intake.load(self._system, SOURCE, json.dumps(resource).encode())
        for refused in outcome.rejected:
            _log.warning("the intake refused a demo patient: %s %s", refused.path, refused.problem)
        return outcome


def _bare(name: str) -> str:
    """A case's own id without its type or system."""
    return name.rpartition("/")[2].rpartition("|")[2]
