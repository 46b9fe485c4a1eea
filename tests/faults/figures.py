"""What the programs here have in common: an empty database, and times in figures."""

import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tests import postgres

DATABASES = ("sqlcipher", "postgresql")
INTERRUPTED = 130
"""What a program ends with after Ctrl-C."""


@contextmanager
def database(name: str) -> Iterator[str]:
    """The address of an empty database, as the settings name it; empty for the embedded one."""
    if name == "sqlcipher":
        yield ""
        return
    with postgres.running() as server, server.fresh() as url:
        yield url


def spread(seconds: Sequence[float]) -> str:
    """The least, the middle and the most of these times."""
    if not seconds:
        return "none"
    least, middle, most = min(seconds), statistics.median(seconds), max(seconds)
    unit, factor = ("ms", 1000) if most < 1 else ("s", 1)
    return f"min {least * factor:.2f} {unit}, median {middle * factor:.2f} {unit}, max {most * factor:.2f} {unit}"
