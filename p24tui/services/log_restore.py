"""Going on after a restored backup: this machine's anchor has seals which the database has lost, and somebody says why.

Nothing is taken out of the file. A line is added, and from then on ``log_verify`` tells of the gap instead of finding
it anew at every seal. Without that line, seals that are gone are found as they always are.
"""

from collections.abc import Iterator
from itertools import islice

from p24tui.errors import BadInput, Refused
from p24tui.gateways import seal_file
from p24tui.gateways.seal_file import Restored
from p24tui.routine.actor import Actor
from p24tui.routine.rule import rule
from p24tui.services import log_seals as sealing
from p24tui.services.access import right
from p24tui.store import events, log_seals
from p24tui.store.log_seals import written
from p24tui.system import System
from p24tui.text import clean_line

LONGEST_WHY = 200
LONGEST_NAME = 100


@right("log.control")
@rule("LO-2")
def accept(system: System, actor: Actor, why: str) -> Restored:
    """Say in this machine's anchor, and in the log, that the database was restored; then anchor what is sealed since.

    Raises ``BadInput`` where nobody says why, ``Refused`` where the anchor and the database say the same, and
    ``Unavailable`` where the anchor cannot be written.
    """
    said = clean_line(why, LONGEST_WHY)
    if not said:
        raise BadInput("restore-why")
    now = system.clock.now()
    with seal_file.held(sealing.path(system.settings)) as file:
        if sealing.agreed(system, file.last_line()) is not None:
            raise Refused("LO-2", "seals-agree")
        after, lost = _parted(system)
        one = Restored(written(now), clean_line(actor.name, LONGEST_NAME), said, after, lost)
        with system.store.writing() as tx:
            events.append(tx, actor, now, "log.restore-accepted", rule="LO-2", after=one.kept, lost=lost, why=said)
        if system.settings.seal_syslog:
            seal_file.tell_syslog([one.line])
        file.append([one.line])
    sealing.anchor(system)
    return one


def _parted(system: System) -> tuple[str, int]:
    """The last line of the anchor that the database has too, and the number of the anchor's last seal."""
    after, lost = "", 0
    for some in _parts(seal_file.in_force(sealing.path(system.settings))):
        numbers = {number for number in map(seal_file.number_of, some) if number is not None}
        with system.store.reading() as tx:
            known = {seal.line for seal in log_seals.some(tx, numbers)}
        after = next((line for line in reversed(some) if line in known), after)
        lost = max(numbers, default=lost)
    return after, lost


def _parts(lines: Iterator[str]) -> Iterator[list[str]]:
    return iter(lambda: list(islice(lines, sealing.PAGE)), [])
