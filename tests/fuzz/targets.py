"""Every entrance that is fuzzed, and the module that it is fuzzed in: not everybody has what all of them need."""

from importlib import import_module

from tests.fuzz.target import Target

TARGETS = {
    "fhir": "fhir",
    "hl7": "hl7",
    "http": "http",
    "settings": "settings_file",
    "phrases": "phrases",
    "hours": "hours",
    "roster": "rosters",
    "tokens": "tokens",
    "certificates": "certificates",
    "files": "images",
    "browser": "browsers",
}


def target(name: str) -> Target:
    """The target of that name."""
    found: Target = import_module(f"tests.fuzz.{TARGETS[name]}").TARGET
    assert found.name == name
    return found
