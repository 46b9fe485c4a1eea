"""An app that raises what goes wrong in it."""

from typing import Any, TypeVar

from textual.app import App
from textual.worker import WorkerFailed

Result = TypeVar("Result")


class RaisingApp(App[Result]):
    """Gives the terminal back and raises the error from ``run``, as any other function would.

    Textual would print it there, with the values of all that its functions held: patients' names and words.
    """

    def run(self, *args: Any, **kwargs: Any) -> Result | None:
        result = super().run(*args, **kwargs)
        error = self._exception
        if error is not None:
            raise error.error if isinstance(error, WorkerFailed) else error
        return result

    def panic(self, *_renderables: object) -> None:
        """Close, and print nothing."""
        self._fatal_error()

    def _fatal_error(self) -> None:
        self._close_messages_no_wait()
