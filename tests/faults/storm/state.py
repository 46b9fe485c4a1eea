"""What has come of all rounds so far, kept in a file, so that they may be run in several calls."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.storm.checking import Finding

KEPT = 100
"""How many findings are kept in words; all are counted."""


@dataclass
class Totals:
    """The rounds of one database and one seed."""

    database: str
    seed: int
    rounds: int = 0
    seconds: float = 0.0
    acknowledged: Counter[str] = field(default_factory=Counter)
    strikes: Counter[str] = field(default_factory=Counter)
    not_tried: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    found: list[str] = field(default_factory=list)
    sms: int = 0
    slowest: float = 0.0
    """Seconds that the slowest recovery took, until everybody had got something done again."""

    def add(self, findings: list[Finding]) -> None:
        """Count them, and keep the first in words."""
        for one in findings:
            self.faults[one.fault.value] += 1
            if len(self.found) < KEPT:
                self.found.append(f"round {self.rounds + 1}: {one.fault.value}: {one.of}: {one.seen}")

    @property
    def good(self) -> bool:
        """Whether nothing was found."""
        return not self.faults

    def save(self, path: Path) -> None:
        """Write it all, so that there is the old or the new and nothing between."""
        beside = path.with_name(f"{path.name}.new")
        beside.write_text(json.dumps(vars(self), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        beside.replace(path)


class OtherStateError(Exception):
    """The file tells of another database or seed."""


def load(path: Path | None, database: str, seed: int) -> Totals:
    """What the file says, or nothing yet. Raises ``OtherStateError``."""
    if path is None or not path.exists():
        return Totals(database, seed)
    said = json.loads(path.read_text(encoding="utf-8"))
    if (said["database"], said["seed"]) != (database, seed):
        raise OtherStateError(f"{path}: {said['database']}, seed {said['seed']}")
    totals = Totals(database, seed)
    for name, value in said.items():
        setattr(totals, name, Counter(value) if isinstance(value, dict) else value)
    return totals
