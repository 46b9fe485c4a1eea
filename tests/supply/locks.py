"""The locks: exact versions, each with hashes, without an address of a registry, and all that is asked for is there."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent.parent
PYPROJECT = ROOT / "pyproject.toml"

RUNTIME, TEST, AUDIT = "requirements.lock", "requirements-test.lock", "requirements-audit.lock"

_PINNED = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;]+)(?: ; (.+))?")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")

Platform = dict[str, str]
"""A platform and its Python as markers see them."""

_SYSTEMS = {
    "linux": ("Linux", "posix", ("x86_64", "aarch64")),
    "darwin": ("Darwin", "posix", ("x86_64", "arm64")),
    "win32": ("Windows", "nt", ("AMD64",)),
}
_PYTHONS = ("3.11", "3.12", "3.13", "3.14")


@dataclass(frozen=True, slots=True)
class Pin:
    """One package of a lock. ``marker`` says where it is installed; none is everywhere."""

    name: str
    version: str
    marker: Marker | None
    hashes: frozenset[str]

    def holds(self, platform: Platform | None = None) -> bool:
        """Whether it is installed there, or else here."""
        return self.marker is None or self.marker.evaluate(platform)


def pins(lock: str) -> tuple[list[Pin], list[str]]:
    """The packages of a lock, and what in it is none with a version and hashes, in words."""
    found: list[Pin] = []
    faults: list[str] = []
    for entry in _entries(lock):
        pinned, *hashes = entry
        said = _PINNED.fullmatch(pinned)
        digests = [match[1] for one in hashes if (match := _HASH.fullmatch(one))]
        if said is None or len(digests) != len(hashes):
            faults.append(f"no package with a version and hashes: {' '.join(entry)[:100]}")
        elif not digests:
            faults.append(f"{said[1]} has no hash")
        else:
            marker = Marker(said[3]) if said[3] else None
            found.append(Pin(canonicalize_name(said[1]), said[2], marker, frozenset(digests)))
    return found, faults


def _entries(lock: str) -> Iterator[list[str]]:
    """Each logical line in its parts: the package, and what follows on lines of its own."""
    for line in lock.replace("\\\n", "\0").splitlines():
        parts = [part.strip() for part in line.split("\0")]
        if parts[0] and not parts[0].startswith("#"):
            yield [part for part in parts if part]


def wanted(pyproject: Mapping[str, Any], lock: str) -> list[Requirement]:
    """What ``pyproject.toml`` asks for in a lock."""
    project, groups = pyproject["project"], pyproject["dependency-groups"]
    extras = [one for named in project.get("optional-dependencies", {}).values() for one in named]
    asked = {
        RUNTIME: project["dependencies"],
        TEST: [*project["dependencies"], *extras, *groups["test"]],
        AUDIT: groups["audit"],
    }
    return [Requirement(one) for one in asked[lock]]


def lacking(found: Iterable[Pin], asked: Iterable[Requirement]) -> list[str]:
    """What is asked for on some platform and is not in the lock there, or in another version, or twice."""
    by_name: dict[str, list[Pin]] = {}
    for pin in found:
        by_name.setdefault(pin.name, []).append(pin)
    said: dict[str, None] = {}
    for platform in platforms():
        for name, several in by_name.items():
            if sum(pin.holds(platform) for pin in several) > 1:
                said[f"{name} is there twice on {_words(platform)}"] = None
        for one in asked:
            if one.marker is None or one.marker.evaluate(platform):
                here = [pin for pin in by_name.get(canonicalize_name(one.name), []) if pin.holds(platform)]
                if not here:
                    said[f"{one.name} is not there on {_words(platform)}"] = None
                said |= {
                    f"{one} asks for another version than {pin.version}": None for pin in here if not _fits(one, pin)
                }
    return list(said)


def _fits(one: Requirement, pin: Pin) -> bool:
    return one.specifier.contains(Version(pin.version), prereleases=True)


def platforms() -> Iterator[Platform]:
    """Every platform and Python that the project names, as markers see them."""
    for system, (name, os_name, machines) in _SYSTEMS.items():
        for machine in machines:
            for python in _PYTHONS:
                yield {
                    "implementation_name": "cpython",
                    "implementation_version": f"{python}.0",
                    "os_name": os_name,
                    "platform_machine": machine,
                    "platform_python_implementation": "CPython",
                    "platform_release": "",
                    "platform_system": name,
                    "platform_version": "",
                    "python_full_version": f"{python}.0",
                    "python_version": python,
                    "sys_platform": system,
                }


def _words(platform: Platform) -> str:
    return f"{platform['sys_platform']} {platform['platform_machine']}, Python {platform['python_version']}"


def faults(lock: str) -> list[str]:
    """All that is wrong with a lock of the project."""
    found, said = pins((ROOT / lock).read_text(encoding="utf-8"))
    pyproject = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))
    return [f"{lock}: {one}" for one in (*said, *lacking(found, wanted(pyproject, lock)))]
