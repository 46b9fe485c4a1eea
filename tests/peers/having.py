"""How the peers are had: what is on PATH, else a throw-away environment or unpacked packages in a cache folder.

Nothing is installed: Python programs get a virtual environment each, Debian's packages are only unpacked.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE = 1800
"""Seconds that a step of fetching may take."""

_COMPLETE = "complete"
"""The file that says that a folder of the cache was made to its end."""

_VERSION_OF = "import sys; from importlib.metadata import version; print(version(sys.argv[1]))"


class CannotBeHad(Exception):
    """A peer that cannot be started here; says why."""


@dataclass(frozen=True, slots=True)
class Had:
    """A program that can be started: by what, in which environment, and its version."""

    program: Path
    version: str
    environment: dict[str, str] = field(default_factory=dict)
    shared: Path = Path("/usr/share")
    """Where its packages have put what is not code."""


def python_program(cache: Path, distribution: str, program: str, *beside: str) -> Had:
    """A program from PyPI in an environment of its own, with what else must be said. Raises ``CannotBeHad``."""
    folder = cache / distribution
    python = folder / "bin" / "python"
    if not (folder / _COMPLETE).exists():
        shutil.rmtree(folder, ignore_errors=True)
        _run([sys.executable, "-m", "venv", str(folder)])
        _run([str(python), "-m", "pip", "install", "--quiet", distribution, *beside])
        (folder / _COMPLETE).touch()
    return Had(python.with_name(program), _run([str(python), "-c", _VERSION_OF, distribution]).strip())


def debian_program(cache: Path, package: str, program: str) -> Had:
    """A program on PATH, else from Debian's packages, unpacked. Raises ``CannotBeHad``."""
    if found := shutil.which(program):
        return Had(Path(found), _version_told(Path(found), {}))
    if not shutil.which("apt-get"):
        raise CannotBeHad("it is not on PATH, and there is no apt-get")
    folder = cache / package
    if not (folder / _COMPLETE).exists():
        shutil.rmtree(folder, ignore_errors=True)
        _unpack(package, folder)
        (folder / _COMPLETE).touch()
    libraries = os.pathsep.join(str(one) for one in folder.glob("usr/lib/*-linux-gnu*"))
    environment = {"LD_LIBRARY_PATH": libraries}
    unpacked = folder / "usr" / "bin" / program
    return Had(unpacked, _version_told(unpacked, environment), environment, folder / "usr" / "share")


def _unpack(package: str, folder: Path) -> None:
    """The package, and what it needs that is not installed."""
    downloads = folder / "packages"
    downloads.mkdir(parents=True)
    told = _run(["apt-get", "--simulate", "--no-install-recommends", "install", package])
    _run(["apt-get", "--quiet", "download", *needed(told)], downloads)
    for archive in downloads.iterdir():
        _run(["dpkg-deb", "--extract", str(archive), str(folder)])


def needed(simulated: str) -> list[str]:
    """The packages that apt-get would install."""
    return [line.split()[1] for line in simulated.splitlines() if line.startswith("Inst ")]


def _version_told(program: Path, environment: dict[str, str]) -> str:
    """What ``-v`` prints, without the program's name."""
    told = _run([str(program), "-v"], environment=environment).split("\n")[0]
    return next((word for word in told.split() if word[0].isdigit()), told)


def without_network() -> list[str]:
    """What is put before a command so that it has no network; nothing where that is not allowed."""
    apart = ["unshare", "--net", "--map-current-user", "--"]
    try:
        _run([*apart, "true"])
    except CannotBeHad:
        return []
    return apart


def _run(command: list[str], folder: Path | None = None, environment: dict[str, str] | None = None) -> str:
    """What a command prints. Raises ``CannotBeHad`` with the last line that it complained in."""
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotBeHad(str(error)) from error
    if done.returncode:
        complaint = (done.stderr.strip() or done.stdout.strip()).split("\n")[-1]
        raise CannotBeHad(f"{Path(command[0]).name}: {complaint}")
    return done.stdout
