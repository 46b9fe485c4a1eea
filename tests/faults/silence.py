"""PostgreSQL's machine falls silent while somebody waits for an answer: how many seconds until that is noticed?

Run in a network of its own (Linux: ``unshare --net``, as root): there the loopback itself can be cut, so that packets
are lost in both directions and nobody says so. Prints the seconds.
"""

import fcntl
import socket
import struct
import threading
import time

import psycopg

from p24tui.store.connect import POSTGRESQL
from tests import postgres

SET_FLAGS, UP = 0x8914, 0x1
WAITS = 1.0


def main() -> None:
    """Wait for an answer, cut the loopback, and wait for the error."""
    _loopback(UP)
    with postgres.running() as server:
        options = {name: value for name, value in POSTGRESQL.items() if name != "options"}
        with psycopg.connect(server.url(), autocommit=True, **options) as connection:
            threading.Timer(WAITS, _loopback, (0,)).start()
            began = time.monotonic()
            try:
                connection.execute("SELECT pg_sleep(600)")
            except psycopg.OperationalError:
                print(time.monotonic() - began - WAITS)
        _loopback(UP)


def _loopback(flags: int) -> None:
    with socket.socket() as one:
        fcntl.ioctl(one, SET_FLAGS, struct.pack("16sh14x", b"lo", flags))


if __name__ == "__main__":
    main()
