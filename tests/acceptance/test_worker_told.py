"""The worker is told to end at each of the lines that it runs from its start until it stands and waits."""

import os
import signal
import sys
from itertools import count
from types import FrameType
from typing import Any

import pytest
from click.testing import CliRunner

from p24tui.cli import make_root
from tests.world import World

SOON = 0.3
"""Seconds in which it ends once it is told, and after which one that was told at no line so far is told."""


class Stub:
    """Clockwork that runs nothing, and tells the worker at the line of this number after its start."""

    def __init__(self, line: int, by: signal.Signals) -> None:
        self.ticks = ()
        self.waited = False
        self._told = False
        self._line = line
        self._by = by
        self._lines = count()

    def start(self) -> None:
        signal.signal(signal.SIGALRM, self._soon)
        signal.setitimer(signal.ITIMER_REAL, SOON, SOON)
        sys.settrace(self._trace)
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            frame.f_trace, frame = self._trace, frame.f_back

    def stop(self) -> None:
        sys.settrace(None)
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _trace(self, frame: FrameType, event: str, _arg: object) -> Any:
        if frame.f_code.co_filename == __file__:
            return None
        if event == "line" and next(self._lines) == self._line:
            self._tell()
        return self._trace

    def _soon(self, *_: object) -> None:
        assert not self._told, "it was told, and did not end"
        self.waited = True
        self._tell()

    def _tell(self) -> None:
        self._told = True
        signal.raise_signal(self._by)


@pytest.mark.skipif(os.name != "posix", reason="it is told to end by SIGTERM")
@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_the_worker_ends_at_whatever_line_it_is_told_to(
    by: signal.Signals, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("P24TUI_HOME", str(world.system.settings.home))
    monkeypatch.setenv("P24TUI_DATABASE", world.system.settings.database)
    before = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)}
    tracer = sys.gettrace()
    try:
        for line in count():
            stub = Stub(line, by)
            monkeypatch.setattr("p24tui.jobs.clockwork.Clockwork", lambda *_, stub=stub: stub)
            result = CliRunner().invoke(make_root(), ["worker"], prog_name="p24tui")
            assert result.output.endswith("inget var halvgjort.\n"), (line, result.output, result.exception)
            if stub.waited:
                break
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
        sys.settrace(tracer)
    assert line > 3
