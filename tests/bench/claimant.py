"""One process that hands over due reminders, to a gateway that answers at once.

    python -m tests.bench.claimant

Which database says the environment, as for the console. It says ``ready``, begins at a line on standard input, and when
nothing is due any longer prints how many it handed over, and when it began and ended (``time.monotonic``).
"""

import sys
import time

from p24tui import bootstrap, settings
from p24tui.clock import PacedClock
from p24tui.routine import phone
from p24tui.routine.hours import is_open
from p24tui.routine.outgoing import Channel
from p24tui.services import units
from p24tui.services.sending import Sender
from tests.outgoing import MOBILE, Persons, ScriptedGateway
from tests.world import MONDAY_NINE


def main() -> None:
    with bootstrap.running(settings.load(), clock=PacedClock(MONDAY_NINE)) as system:  # no reminder goes at night
        gateway = ScriptedGateway()
        system.gateways = {Channel.SMS: gateway}
        system.person_data = Persons()
        for unit in units.all_units(system):  # what a process that has run for a while has loaded long ago
            is_open(unit.hours, system.clock.now())
        phone.e164(MOBILE)
        sender = Sender(system, f"claimant:{time.monotonic_ns()}")
        print("ready", flush=True)
        sys.stdin.readline()
        began = time.monotonic()
        while sender.send_due():
            pass
        print(len(gateway.handed), began, time.monotonic(), flush=True)


if __name__ == "__main__":
    main()
