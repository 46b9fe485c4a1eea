"""Every error that people may meet. Whatever is not one of these is a bug.

Their text, which may be logged, has rules and keys alone; what was given, and by whom, stands in their attributes.
"""

from typing import Any


class P24Error(Exception):
    """The root of what can be explained to people. Exit code of the command line: ``exit_code``."""

    exit_code = 1


class Refused(P24Error):
    """A rule says no. ``rule`` is its id, ``reason`` a key, ``details`` what the sentence needs (names, times)."""

    exit_code = 3

    def __init__(self, rule: str, reason: str, **details: Any) -> None:
        super().__init__(f"{rule}: {reason}")
        self.rule = rule
        self.reason = reason
        self.details = details


class Stale(P24Error):
    """Somebody else changed it first. ``by`` and ``what`` say who and what; nothing was written."""

    exit_code = 4

    def __init__(self, by: str = "", what: str = "") -> None:
        super().__init__("changed by someone")
        self.by = by
        self.what = what


class Unavailable(P24Error):
    """A part outside, such as the database or the person-data service, does not answer.

    ``detail`` is a key, or words of ours: never what somebody else's error says, for it may be logged.
    """

    exit_code = 5

    def __init__(self, part: str, detail: str = "") -> None:
        super().__init__(f"{part}: {detail}" if detail else part)
        self.part = part
        self.detail = detail


class BadInput(P24Error):
    """What was given cannot be used. ``reason`` is a key, ``details`` what the sentence needs."""

    exit_code = 2

    def __init__(self, reason: str, **details: Any) -> None:
        super().__init__(reason)
        self.reason = reason
        self.details = details
