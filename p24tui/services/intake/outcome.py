"""What became of what was sent."""

from enum import StrEnum

from msgspec import Struct

from p24tui.gateways.fhir.model import Issue, Severity


class Verdict(StrEnum):
    """What became of one resource."""

    CREATED = "created"
    UPDATED = "updated"
    DUPLICATE = "duplicate"
    NOTED = "noted"
    REFUSED = "refused"


TAKEN = (Verdict.CREATED, Verdict.UPDATED)


class Result(Struct, frozen=True):
    """One resource: its place among the others, what became of it, where it is, and what to say about it."""

    position: int
    verdict: Verdict
    location: str = ""
    issues: tuple[Issue, ...] = ()
    line: int = 0


class Rejection(Struct, frozen=True):
    """Something that was not taken: the file or source it came from, the place in it, and why."""

    source: str
    path: str
    problem: str


class Outcome(Struct, frozen=True):
    """What became of a parcel. All that it counts as accepted is durable.

    ``bundle`` is the type of the Bundle, empty where it was none. ``released`` counts what had waited in quarantine
    for something in it, and was taken now. ``unreadable`` says that it could not even be cut into resources.
    """

    source: str
    results: tuple[Result, ...]
    bundle: str = ""
    released: int = 0
    unreadable: bool = False

    @property
    def accepted(self) -> int:
        """How many resources were new or changed something."""
        return sum(one.verdict in TAKEN for one in self.results)

    @property
    def duplicates(self) -> int:
        """How many said nothing new."""
        return sum(one.verdict is Verdict.DUPLICATE for one in self.results)

    @property
    def rejected(self) -> tuple[Rejection, ...]:
        """What was not taken: resources, and parts of resources that were taken otherwise."""
        return tuple(
            Rejection(f"{self.source}:{one.line}" if one.line else self.source, issue.path, issue.problem)
            for one in self.results
            for issue in one.issues
            if issue.severity is Severity.ERROR
        )

    @property
    def notes(self) -> tuple[Issue, ...]:
        """What is worth knowing about what was taken."""
        return tuple(issue for one in self.results for issue in one.issues if issue.severity is Severity.INFORMATION)
