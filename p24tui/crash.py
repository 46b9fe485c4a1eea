"""What is written down of errors that nobody foresaw: which kind and where, never what about.

The text of an error, the values around it and the lines that libraries log may hold a patient's name or a password. So
nothing of them is ever written; what is left, types and places, finds the bug.
"""

import logging
import os
import platform
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from p24tui import __version__, settings
from p24tui.clock import SystemClock
from p24tui.errors import BadInput, P24Error
from p24tui.i18n import _

KEPT = 10
"""How many reports lie in the home folder; the oldest make way."""

MOST_ERRORS = 20
"""Errors that a report tells of, each with its places."""

MOST_FRAMES = 100
"""How many places of one error are told, the innermost ones."""

_OURS = __name__.partition(".")[0]
_log = logging.getLogger(__name__)


def install() -> None:
    """From now on whatever ends this program, or a thread of it, is told of in this way alone."""
    sys.excepthook = _end
    threading.excepthook = _thread_ended
    sys.unraisablehook = _could_not_be_raised
    logging.raiseExceptions = False  # or a line that does not fit its arguments is printed with them
    logging.captureWarnings(True)
    if logging.lastResort is not None:
        logging.lastResort.setFormatter(LogFormatter())


def log_to(handler: logging.Handler) -> None:
    """Send the log of this process there, unless it goes somewhere already."""
    handler.setFormatter(LogFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler])


class LogFormatter(logging.Formatter):
    """Our own lines, with errors told by their kind and place; of the lines of libraries, only where they come from."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        told = logging.makeLogRecord(record.__dict__)
        told.exc_text = told.stack_info = None
        if record.name.partition(".")[0] != _OURS:
            told.msg, told.args = f"{record.module}:{record.lineno} {record.funcName}", ()
        elif isinstance(record.args, tuple):
            told.args = tuple(kind(one) if isinstance(one, BaseException) else one for one in record.args)
        return super().format(told)

    def formatException(  # noqa: N802 - logging's own name
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        return trace(ei[1]) if ei[1] is not None else ""


def kind(error: BaseException) -> str:
    """What kind of error it is; of our own also the keys, which are all that their text has."""
    name = type(error).__name__
    return f"{name} ({error})" if isinstance(error, P24Error) else name


def trace(error: BaseException) -> str:
    """The kind of error, and the places that it went through, outermost first; then those that it came of."""
    return "\n".join(line for one in _chain(error) for line in (kind(one), *_places(one)))


def report(error: BaseException) -> str:
    """What a technician gets to read."""
    at = SystemClock().now().isoformat(timespec="seconds")
    machine = f"Python {platform.python_version()}, {platform.system()} {platform.release()}"
    return f"p24tui {__version__}, {machine}, {at}\n\n{trace(error)}\n"


def save(error: BaseException) -> Path | None:
    """Put a report into the home folder; where it lies, or none where nothing can be written there."""
    try:
        folder = settings.home_folder()
        path = folder / f"crash-{SystemClock().now():%Y%m%d-%H%M%S-%f}-{os.getpid()}.log"
        folder.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(report(error))
        for old in sorted(folder.glob("crash-*.log"))[:-KEPT]:
            old.unlink(missing_ok=True)
    except (OSError, BadInput):  # also where there is no such home folder
        return None
    return path


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and those that it came of, each once, and so many at most."""
    told: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting and len(told) < MOST_ERRORS:
        one = waiting.pop()
        if one is None or id(one) in told:
            continue
        told.add(id(one))
        yield one
        below = one.exceptions if isinstance(one, BaseExceptionGroup) else ()
        context = None if one.__suppress_context__ else one.__context__
        waiting += reversed((*below, one.__cause__, context))


def _places(error: BaseException) -> list[str]:
    places, step = [], error.__traceback__
    while step is not None:
        frame = step.tb_frame
        places.append(f"  {frame.f_globals.get('__name__', '?')}:{step.tb_lineno} {frame.f_code.co_qualname}")
        step = step.tb_next
    return places[-MOST_FRAMES:]


def _end(_type: type[BaseException], error: BaseException, _traceback: TracebackType | None) -> None:
    if not isinstance(error, Exception):  # interrupted by the keyboard
        return
    try:
        _tell(error)
    except Exception:  # noqa: BLE001 - else Python would print it, with all that it says
        sys.stderr.write(f"p24tui: {type(error).__name__}\n")


def _tell(error: Exception) -> None:
    path = save(error)
    words = _(
        "p24tui stannade av ett fel som ingen hade räknat med. Det som var sparat eller skickat är kvar, och det du"
        " höll på att skriva ligger som utkast; det allra sista kan saknas. Starta igen och fortsätt. Händer det på"
        " nytt, ge supporten rapporten {path}. Den säger var i programmet felet är, och inget om någon patient."
    )
    instead = _("här nedanför, som inte gick att spara")
    sys.stderr.write(words.format(path=path or instead) + "\n" + ("" if path else f"\n{report(error)}"))


def _thread_ended(ended: threading.ExceptHookArgs) -> None:
    if ended.exc_value is not None and ended.exc_type is not SystemExit:
        name = ended.thread.name if ended.thread is not None else "?"
        _log.error("the thread %s has ended: %s", name, trace(ended.exc_value))


def _could_not_be_raised(lost: "sys.UnraisableHookArgs") -> None:
    if lost.exc_value is not None:
        _log.error("an error came where none can be raised: %s", trace(lost.exc_value))
