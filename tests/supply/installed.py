"""What is installed in an environment, against the lock: the same packages in the same versions, and nothing more."""

import json
import subprocess
from collections.abc import Mapping
from importlib.metadata import distributions
from pathlib import Path

from packaging.utils import canonicalize_name

from tests.supply.locks import ROOT, RUNTIME, Pin, pins

OURS = "p24tui"

_ASKED = """
import json, sys, sysconfig
print(json.dumps({"paths": sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})}))
"""


def folders(python: Path) -> list[str]:
    """The folders in which an environment has its packages."""
    said = subprocess.run([python, "-I", "-c", _ASKED], check=True, capture_output=True, text=True).stdout
    found: list[str] = json.loads(said)["paths"]
    return found


def installed(python: Path) -> dict[str, str]:
    """The version of every package in an environment, by name."""
    found = distributions(path=folders(python))
    return {str(canonicalize_name(one.metadata["Name"])): one.version for one in found}


def locked_here(found: list[Pin]) -> dict[str, Pin]:
    """The packages of a lock that belong to this platform, by name."""
    return {pin.name: pin for pin in found if pin.holds()}


def differences(found: Mapping[str, str], locked: Mapping[str, Pin]) -> list[str]:
    """What is missing, of another version, or there without being locked."""
    others = {name: version for name, version in found.items() if name != OURS}
    return [
        *(f"{name} {pin.version} is locked and not installed" for name, pin in locked.items() if name not in others),
        *(
            f"{name} is installed in {others[name]}, locked in {pin.version}"
            for name, pin in locked.items()
            if name in others and others[name] != pin.version
        ),
        *(f"{name} {version} is installed and not locked" for name, version in others.items() if name not in locked),
        *([] if OURS in found else [f"{OURS} itself is not installed"]),
    ]


def runtime_lock() -> list[Pin]:
    """What the program is locked to."""
    return pins((ROOT / RUNTIME).read_text(encoding="utf-8"))[0]
