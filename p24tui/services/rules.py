"""The project's own list of the routine's rules, beside the code that enforces and the tests that prove each."""

import json
import pkgutil
from importlib import import_module

from msgspec import Struct

import p24tui.gateways
import p24tui.routine
import p24tui.services
from p24tui import assets
from p24tui.routine import rule as marks


class RuleEntry(Struct, frozen=True):
    """One rule. ``open`` says that it is not built yet, or not all of it."""

    id: str
    section: str
    kind: str
    origin: str
    sv: str
    en: str
    open: bool
    enforced: tuple[str, ...]
    tests: tuple[str, ...]

    @property
    def text(self) -> str:
        """The rule in our own words, in Swedish."""
        return self.sv


def every_rule() -> tuple[RuleEntry, ...]:
    """The rules in the order of the routine."""
    _load_marked()
    proofs = json.loads(assets.path("proofs.json").read_text(encoding="utf-8"))["rules"]
    return tuple(
        RuleEntry(
            one["id"],
            one["section"],
            one["kind"],
            one["origin"],
            one["sv"],
            one["en"],
            one.get("open", False),
            marks.places(one["id"]),
            tuple(proofs.get(one["id"], ())),
        )
        for one in assets.load("rules.toml")["rule"]
    )


def _load_marked() -> None:
    """Import every module that may carry a rule's mark."""
    for package in (p24tui.routine, p24tui.services, p24tui.gateways):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            import_module(module.name)
