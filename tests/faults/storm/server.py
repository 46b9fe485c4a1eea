"""A PostgreSQL that keeps what it has acknowledged, and that can be killed and started again."""

import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psycopg

from tests import postgres

STARTS_WITHIN = 60.0
SETTINGS = {
    **postgres.SETTINGS,
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_wal_size": "64MB",
    "min_wal_size": "32MB",
}


class KillableServer:
    """One server whose data lie in a folder of ``disk``, and whose programs, log and socket in ``beside``."""

    def __init__(self, disk: Path, beside: Path) -> None:
        self._user = postgres._unprivileged_user()
        self._beside = beside
        beside.mkdir(mode=0o755)
        self._programs = postgres._programs(beside, self._user)
        self.password = "storm"
        data = disk / "data"
        data.mkdir(mode=0o700)
        (beside / "data").symlink_to(data)
        if self._user:
            shutil.chown(data, self._user["user"], self._user["group"])
        postgres._make_cluster(beside, self._programs, self._user, self.password)
        self.port = postgres._free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def url(self, database: str = "postgres", port: int | None = None) -> str:
        """Where a database is, by way of another port where one is named."""
        return f"postgresql://postgres:{self.password}@127.0.0.1:{port or self.port}/{database}"

    def start(self) -> None:
        """Start it, after whatever befell it, and wait until it lets people in. Raises ``TimeoutError``."""
        ends = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < ends:
            if not self.runs:
                self._launch()
            with suppress(psycopg.OperationalError):
                psycopg.connect(self.url(), connect_timeout=5).close()
                return
            time.sleep(0.05)
        raise TimeoutError(f"PostgreSQL does not start: {(self._beside / 'log').read_text(errors='replace')[-2000:]}")

    def try_to_start(self) -> None:
        """Start it, and do not wait."""
        if not self.runs:
            self._launch()

    def kill(self) -> None:
        """SIGKILL for the first of its processes; the others see that, and end."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Let it break off what is under way, and end in order."""
        self._end(signal.SIGINT)

    def execute(self, statement: str) -> None:
        """Execute a statement by itself."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _end(self, by: signal.Signals) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, by)
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def _launch(self) -> None:
        command = [str(self._programs / "postgres"), "-D", str(self._beside / "data"), "-p", str(self.port)]
        command += ["-h", "127.0.0.1", "-k", str(self._beside)]
        for name, value in SETTINGS.items():
            command += ["-c", f"{name}={value}"]
        with (self._beside / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._beside,
                start_new_session=True,
                **self._user,
            )
