"""Which tests prove which rules and hazards: ``python -m tests.proofs [--write]``.

Reads the marks ``@pytest.mark.rule("CH-3")`` and ``@pytest.mark.hazard("H6")`` on test functions, test classes and
whole modules (``pytestmark``) without running anything, and keeps them in ``assets/proofs.json``, where the program
finds them; their files stand under each hazard in ``docs/hazards.md``. Without ``--write`` it ends with 1 where these
do not say what the tests say, and with or without where a hazard lacks rule, control or test. A test that is skipped or
expected to fail proves nothing.
"""

import ast
import json
import re
import sys
import textwrap
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests import hazard_log

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests"
PROOFS = ROOT / "assets" / "proofs.json"
RULES = ROOT / "assets" / "rules.toml"
HAZARD_LOG = ROOT / "docs" / "hazards.md"
LOG_WIDTH = 120

KINDS = {"rule": "rules", "hazard": "hazards"}
NO_PROOF = {"skip", "xfail"}

_FLOORS = ("routine", "store", "services", "gateways", "intake", "jobs", "tui", "acceptance", "demo", "faults", "bench")
"""The folders of the tests in the order in which the hazard log names them."""

Proofs = dict[str, dict[str, list[str]]]


@dataclass(frozen=True, slots=True)
class Mark:
    """One ``pytest.mark``: its name and the ids that it names."""

    name: str
    ids: tuple[str, ...] = ()


def proofs(tests: Path = TESTS) -> Proofs:
    """For every rule and every hazard the tests that prove it, sorted."""
    found: dict[str, defaultdict[str, set[str]]] = {kind: defaultdict(set) for kind in KINDS.values()}
    for file in sorted(tests.rglob("test_*.py")):
        place = file.relative_to(tests.parent).as_posix()
        tree = ast.parse(file.read_text(encoding="utf-8"), place)
        for name, marks in _tests(tree.body, place, _module_marks(tree, place)):
            if NO_PROOF.isdisjoint(mark.name for mark in marks):
                for mark in marks:
                    for one in mark.ids:
                        found[KINDS[mark.name]][one].add(name)
    return {kind: {one: sorted(names) for one, names in sorted(by_id.items())} for kind, by_id in found.items()}


def as_json(found: Proofs) -> str:
    """The proofs as the file holds them."""
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def with_proofs(log: str, hazards: Mapping[str, list[str]]) -> str:
    """The hazard log with the files that prove each control, by the folder of the tests that they lie in."""
    sections = re.split(r"^(?=## H\d+\n)", log, flags=re.MULTILINE)
    return "".join(_with_proof(one, hazards) for one in sections)


def _with_proof(section: str, hazards: Mapping[str, list[str]]) -> str:
    named = re.match(r"## (H\d+)\n", section)
    if named is None:
        return section
    folders: defaultdict[str, set[str]] = defaultdict(set)
    for one in hazards.get(named[1], []):
        file = Path(one.split("::")[0]).relative_to("tests")
        folders["" if file.parent == Path() else file.parent.as_posix()].add(file.name)
    places = sorted(folders, key=lambda one: (one == "", _FLOORS.index(one.split("/")[0]) if one else 0, one))
    said = " · ".join(
        f"{folder}: {names}" if folder else names
        for folder in places
        if (names := ", ".join(f"`{name}`" for name in sorted(folders[folder])))
    )
    paragraph = textwrap.fill(f"**Proof:** {said or 'none.'}", LOG_WIDTH, break_on_hyphens=False)
    return re.sub(r"\*\*Proof:\*\*.*?(?=\n\n|\n\Z)", lambda _one: paragraph, section, flags=re.DOTALL)


def is_current() -> bool:
    """Whether the files say what the tests say."""
    found, log = proofs(), HAZARD_LOG.read_text(encoding="utf-8")
    is_said = PROOFS.exists() and PROOFS.read_text(encoding="utf-8") == as_json(found)
    return is_said and log == with_proofs(log, found["hazards"])


def lacking(log: str, hazards: Mapping[str, list[str]]) -> list[str]:
    """What is missing of rule, control and test of each hazard, in words."""
    rules = {one["id"] for one in tomllib.loads(RULES.read_text(encoding="utf-8"))["rule"]}
    return hazard_log.lacking(log, rules, hazards)


def _tests(body: list[ast.stmt], place: str, outer: list[Mark]) -> Iterator[tuple[str, list[Mark]]]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield f"{place}::{node.name}", [*outer, *_marks(node.decorator_list, place)]
        elif isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            marks = [*outer, *_marks(node.decorator_list, place)]
            yield from _tests(node.body, f"{place}::{node.name}", marks)


def _module_marks(tree: ast.Module, place: str) -> list[Mark]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(_is_name(target, "pytestmark") for target in node.targets):
            value = node.value
            return _marks(value.elts if isinstance(value, ast.List | ast.Tuple) else [value], place)
    return []


def _marks(nodes: list[ast.expr], place: str) -> list[Mark]:
    return [mark for mark in (_mark(node, place) for node in nodes) if mark]


def _mark(node: ast.expr, place: str) -> Mark | None:
    called = node.func if isinstance(node, ast.Call) else node
    if not (isinstance(called, ast.Attribute) and _is_pytest_mark(called.value)):
        return None
    if called.attr not in KINDS:
        return Mark(called.attr)
    values = (
        [one.value if isinstance(one, ast.Constant) else None for one in node.args]
        if isinstance(node, ast.Call)
        else []
    )
    ids = tuple(value for value in values if isinstance(value, str))
    if not ids or len(ids) != len(values):
        raise SystemExit(f"{place}:{node.lineno}: {called.attr} wants the ids themselves, in quotes")
    return Mark(called.attr, ids)


def _is_pytest_mark(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "mark" and _is_name(node.value, "pytest")


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def main() -> int:
    if "--write" in sys.argv[1:]:
        found, log = proofs(), HAZARD_LOG.read_text(encoding="utf-8")
        PROOFS.write_text(as_json(found), encoding="utf-8")
        HAZARD_LOG.write_text(with_proofs(log, found["hazards"]), encoding="utf-8")
    if not is_current():
        stale = "assets/proofs.json or docs/hazards.md is not what the tests say: python -m tests.proofs --write"
        print(stale, file=sys.stderr)
        return 1
    if missing := lacking(HAZARD_LOG.read_text(encoding="utf-8"), proofs()["hazards"]):
        print("\n".join(missing), file=sys.stderr)
        return 1
    counts = {kind: len(by_id) for kind, by_id in proofs().items()}
    print(f"proofs: {counts['rules']} rules and {counts['hazards']} hazards have tests")
    return 0


if __name__ == "__main__":
    sys.exit(main())
