"""Work that may take its time, off the UI thread, one after the other; what comes of it returns as a message."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from textual.message import Message
from textual.message_pump import MessagePump

from p24tui.errors import P24Error


class Errands:
    """One thread that runs errands in the order in which they were given; so a later write never overtakes.

    ``then`` is called on the UI thread with what the errand returned, ``failed`` with the ``P24Error`` it raised.
    Any other error is a bug, and is raised on the UI thread. ``done`` is told there of each that has come back before
    that, with the error where it failed.
    """

    class Returned(Message, bubble=False):
        """An errand is done; ``settle`` is called where it is safe to touch widgets."""

        def __init__(self, settle: Callable[[], None]) -> None:
            super().__init__()
            self.settle = settle

    def __init__(
        self,
        sender: MessagePump,
        name: str,
        failed: Callable[[P24Error], None],
        done: Callable[[P24Error | None], None] | None = None,
    ) -> None:
        self._sender = sender
        self._failed = failed
        self._done = done
        self._began: float | None = None
        self._finished = False
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    def run(
        self,
        errand: Callable[[], Any],
        then: Callable[[Any], None] | None = None,
        failed: Callable[[P24Error], None] | None = None,
    ) -> None:
        """Give an errand. After ``finish`` the screen is gone, and nothing is taken."""
        if not self._finished:
            self._thread.submit(self._carry_out, errand, then, failed or self._failed)

    @property
    def waited(self) -> float:
        """For how many seconds the errand that is being carried out has been; none where none is."""
        began = self._began
        return 0.0 if began is None else time.monotonic() - began

    async def idle(self) -> None:
        """Wait until all that was given has been carried out."""
        await asyncio.wrap_future(self._thread.submit(lambda: None))

    def finish(self) -> None:
        """Carry out what was given, and take no more."""
        self._finished = True
        self._thread.shutdown(wait=True)

    def _carry_out(
        self,
        errand: Callable[[], Any],
        then: Callable[[Any], None] | None,
        failed: Callable[[P24Error], None],
    ) -> None:
        self._began = time.monotonic()
        try:
            result = errand()
        except P24Error as error:
            self._send(partial(self._settle, partial(failed, error), error))
        except Exception as error:  # noqa: BLE001 - a bug is raised where Textual shows it
            self._send(partial(_raise, error))
        else:
            if then is not None or self._done is not None:
                self._send(partial(self._settle, partial(then, result) if then is not None else None, None))
        finally:
            self._began = None

    def _settle(self, then: Callable[[], None] | None, error: P24Error | None) -> None:
        if self._done is not None:
            self._done(error)
        if then is not None:
            then()

    def _send(self, settle: Callable[[], None]) -> None:
        self._sender.post_message(self.Returned(settle))


def _raise(error: Exception) -> None:
    raise error
