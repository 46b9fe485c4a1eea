"""One process that tells many patients at once that the unit closes.

    python -m tests.bench.teller FIRST COUNT

Which database says the environment, as for the console. It says ``ready``, begins at a line on standard input, tells
``COUNT`` of the filled cases whom it is safe to tell, from case ``FIRST`` on, and prints how many it told in how many
seconds. For it, the unit closes soon.
"""

import sys
import time
from datetime import timedelta

from p24tui import bootstrap, settings
from p24tui.clock import PacedClock, SystemClock, local_date
from p24tui.routine.closing import may_tell_among_many
from p24tui.routine.hours import closes_for_day
from p24tui.services import closing, staff, units
from p24tui.services.views import Told
from p24tui.store import cases
from tests.bench.filled import STAFF, case_id
from tests.world import UNIT

BEFORE_CLOSING = timedelta(minutes=10)


def main(first: int, count: int) -> None:
    now = SystemClock().now()
    with bootstrap.running(settings.load()) as system:
        closes_at = closes_for_day(units.find_unit(system, UNIT).hours, now)
    assert closes_at is not None
    with bootstrap.running(settings.load(), clock=PacedClock(closes_at - BEFORE_CLOSING)) as system:
        actor = staff.acting(system, STAFF, UNIT, bootstrap.place("console"))
        with system.store.reading() as tx:
            rows = cases.of_units(tx, [UNIT])
        day = local_date(system.clock.now())
        ids = sorted(
            row.case.id
            for row in rows
            if row.case.id >= case_id(first)
            and may_tell_among_many(row.case, actor, row.patient.protection, day) is None
        )
        print("ready", flush=True)
        sys.stdin.readline()
        began = time.perf_counter()

        def heed(_told: Told) -> bool:
            time.sleep(closing.PAUSE)
            return True

        told = closing.tell_many(system, actor, ids[:count], heed)
        print(sum(one.problem is None for one in told), time.perf_counter() - began, ids[count - 1][4:], flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
