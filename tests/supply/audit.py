"""Known weaknesses of what is installed, asked of pip-audit. What could not be asked about is said, and never passes.

pip-audit says "No known vulnerabilities found" and ends with 0 also where it could look nothing up: here every package
that is installed must have been answered for, or the answer is "not audited" and why.
"""

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from tests.supply.installed import OURS, folders

KNOWN = Path(__file__).parent / "audit.toml"
LONGEST = 300
"""Seconds for the whole audit."""


@dataclass(frozen=True, slots=True)
class Weakness:
    """A known vulnerability of a package. ``ids`` are its names, in whatever list."""

    package: str
    version: str
    ids: tuple[str, ...]
    fixed_in: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        fixed = f", fixed in {', '.join(self.fixed_in)}" if self.fixed_in else ", no version without it"
        return f"{self.package} {self.version}: {' = '.join(self.ids)}{fixed}"


@dataclass(frozen=True, slots=True)
class Audit:
    """What was learnt. ``not_audited`` says why it is not the whole; empty where every package was answered for."""

    packages: int
    weaknesses: tuple[Weakness, ...] = ()
    not_audited: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the build makes of it: ``faults`` end it, ``summary`` is said at its end."""

    faults: tuple[str, ...]
    summary: str


def ask(python: Path, installed: Mapping[str, str], options: Sequence[str] = ()) -> Audit:
    """Ask about everything that is installed in an environment. Raises nothing: what is not learnt is said."""
    paths = [part for folder in folders(python) for part in ("--path", folder)]
    command = [sys.executable, "-m", "pip_audit", *paths, "--format", "json", "--progress-spinner", "off", *options]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Audit(len(installed), not_audited=f"pip-audit did not end: {type(error).__name__}")
    return read(run.returncode, run.stdout, run.stderr, installed)


def read(status: int, said: str, errors: str, installed: Mapping[str, str]) -> Audit:
    """What pip-audit's answer says of what is installed."""
    try:
        listed: list[dict[str, Any]] = json.loads(said)["dependencies"]
        answered = {str(canonicalize_name(one["name"])): one for one in listed if "skip_reason" not in one}
        weaknesses = tuple(
            Weakness(name, one["version"], (weak["id"], *weak["aliases"]), tuple(weak["fix_versions"]))
            for name, one in answered.items()
            for weak in one["vulns"]
        )
    except (ValueError, KeyError, TypeError):
        last = [line for line in errors.splitlines() if line.strip()][-1:] or ["no word of why"]
        return Audit(len(installed), not_audited=f"pip-audit ended with {status}: {last[0][:300]}")
    return Audit(len(installed), weaknesses, _unanswered(installed, answered, listed))


def _unanswered(
    installed: Mapping[str, str], answered: Mapping[str, Mapping[str, Any]], listed: Iterable[Mapping[str, Any]]
) -> str:
    wrong = [
        name
        for name, version in installed.items()
        if name != OURS and (name not in answered or answered[name]["version"] != version)
    ]
    if not wrong:
        return ""
    why = {str(canonicalize_name(one["name"])): str(one["skip_reason"]) for one in listed if "skip_reason" in one}
    first = why.get(wrong[0], "nothing was said of it")
    return f"no vulnerability data for {len(wrong)} of {len(installed) - (OURS in installed)} packages, first {first}"


def known(file: Path = KNOWN) -> dict[tuple[str, str], str]:
    """The weaknesses that are taken for now, by package and id, each with the reason."""
    listed = tomllib.loads(file.read_text(encoding="utf-8")).get("known", [])
    return {(canonicalize_name(one["package"]), one["id"]): one["because"] for one in listed}


def judge(audit: Audit, taken: Mapping[tuple[str, str], str]) -> Verdict:
    """What is wrong, and what is said at the end of the build."""
    used: set[tuple[str, str]] = set()
    faults = []
    for one in audit.weaknesses:
        names = {(one.package, id) for id in one.ids} & taken.keys()
        used |= names
        if not names:
            faults.append(one.words)
    if not audit.not_audited:
        faults += [f"{package}: {id} is named in audit.toml and not found" for package, id in taken.keys() - used]
    if audit.not_audited:
        return Verdict(tuple(faults), f"NOT AUDITED: {audit.not_audited}")
    named = f", {len(used)} known weaknesses are named with a reason" if used else ""
    words = f"Audited: {audit.packages} packages, {len(faults) or 'nothing'} wrong{named}"
    return Verdict(tuple(faults), words)
