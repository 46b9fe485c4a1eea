"""The server for browsers as a process of its own, whose cards are of the tests' authority.

python -m tests.web.serving FOLDER
"""

import sys
from pathlib import Path

from p24tui import settings
from p24tui.clock import SystemClock
from p24tui.web.serve import serve
from tests.web import authority

if __name__ == "__main__":
    clock = SystemClock()
    say = sys.stdout.write
    serve(
        settings.load(),
        authority.check(Path(sys.argv[1]), clock),
        clock,
        when_listening=lambda where: print(where, flush=True),  # noqa: T201 - the test reads it
    )
