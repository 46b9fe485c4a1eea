"""The list of what is installed (CycloneDX), by cyclonedx-bom, with the hash of each file that was installed."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from tests.supply.installed import OURS
from tests.supply.locks import Pin


def hashes(report: Mapping[str, Any]) -> dict[str, str]:
    """The SHA-256 of the file that each package was installed from, of pip's own report of it."""
    return {
        canonicalize_name(one["metadata"]["name"]): one["download_info"]["archive_info"]["hashes"]["sha256"]
        for one in report["install"]
    }


def make(python: Path, digests: Mapping[str, str]) -> str:
    """The list as JSON, valid by CycloneDX's own schema. Raises ``ValueError`` where it is not."""
    from cyclonedx.model import HashAlgorithm, HashType
    from cyclonedx.model.bom import Bom
    from cyclonedx.output.json import JsonV1Dot6
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    command = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible", str(python)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    bom = Bom.from_json(json.loads(said))
    for component in list(bom.components):
        name = canonicalize_name(component.name)
        if name == OURS:
            bom.components.remove(component)
            bom.metadata.component = component
        elif name in digests:
            component.hashes.add(HashType(alg=HashAlgorithm.SHA_256, content=digests[name]))
    made: str = JsonV1Dot6(bom).output_as_string(indent=1)
    if (invalid := JsonStrictValidator(SchemaVersion.V1_6).validate_str(made)) is not None:
        raise ValueError(f"the SBOM does not follow its schema: {invalid}")
    return made + "\n"


def lacking(sbom: Mapping[str, Any], installed: Mapping[str, str], locked: Mapping[str, Pin]) -> list[str]:
    """What the list does not say of what is installed: every package in its version, with a hash that is locked."""
    listed: dict[str, dict[str, Any]] = {canonicalize_name(one["name"]): one for one in sbom["components"]}
    said = [f"{name} is listed and not installed" for name in listed if name not in installed]
    if sbom.get("metadata", {}).get("component", {}).get("name") != OURS:
        said.append(f"it is not said that this is {OURS}")
    for name, version in installed.items():
        one = listed.get(name, {})
        digests = {digest["content"] for digest in one.get("hashes", ())}
        if name == OURS:
            continue
        if one.get("version") != version:
            said.append(f"{name} {version} is installed and not listed")
        elif not digests or not digests <= (locked[name].hashes if name in locked else frozenset()):
            said.append(f"{name} has no hash, or one that is not locked")
    return said


def without_licence(sbom: Mapping[str, Any]) -> list[str]:
    """The packages that say nothing of their licence."""
    return [one["name"] for one in sbom["components"] if not one.get("licenses")]
