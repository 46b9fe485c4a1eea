"""The hazard log as a table: each hazard's rules, controls and proof, what of these is missing, what code it names."""

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOG = ROOT / "docs" / "hazards.md"
PROGRAM = ROOT / "p24tui"

NO_RULE = "–"
"""What stands for the rules of a hazard that the routine says nothing of; the reason comes after it."""


@dataclass(frozen=True, slots=True)
class Hazard:
    """One hazard as the log has it. ``why_no_rule`` is the reason that stands in the place of rules."""

    id: str
    rules: tuple[str, ...]
    why_no_rule: str
    control: str
    proof: str


def hazards(log: str) -> list[Hazard]:
    """Every hazard of the log, in its order."""
    sections = re.findall(r"^## (H\d+)\n(.*?)(?=^## |\Z)", log, re.DOTALL | re.MULTILINE)
    return [_hazard(name, words) for name, words in sections]


def _hazard(name: str, words: str) -> Hazard:
    rules = _part(words, "Rules")
    return Hazard(
        id=name,
        rules=tuple(re.findall(r"\b[A-Z]{2}-\d+\b", rules)) if not rules.startswith(NO_RULE) else (),
        why_no_rule=rules.removeprefix(NO_RULE).strip() if rules.startswith(NO_RULE) else "",
        control=_part(words, "Control"),
        proof=_part(words, "Proof"),
    )


def _part(words: str, heading: str) -> str:
    found = re.search(rf"^\*\*{heading}:\*\*(.*?)(?=\n\n\*\*|\Z)", words, re.DOTALL | re.MULTILINE)
    return " ".join(found[1].split()) if found else ""


def lacking(log: str, rules: Collection[str], proofs: Mapping[str, Collection[str]]) -> list[str]:
    """What is missing of hazard, rule, control, test: a sentence for each."""
    listed = dict(re.findall(r"^\| \[(H\d+)\]\([^)]*\) \|[^|]*\| ([^|]*) \|", log, re.MULTILINE))
    found = hazards(log)
    missing = [f"{one}: in the table, and nowhere below" for one in listed if one not in {one.id for one in found}]
    missing += [f"{one}: tests prove it, and the log has no such hazard" for one in proofs if one not in listed]
    for one in found:
        missing += (f"{one.id}: {what}" for what in _lacks(one, listed.get(one.id, ""), rules, proofs.get(one.id, ())))
    return missing


def _lacks(hazard: Hazard, listed: str, rules: Collection[str], tests: Collection[str]) -> Iterator[str]:
    if not hazard.rules and not hazard.why_no_rule:
        yield "no rule, and no reason for that"
    yield from (f"{one} is no rule" for one in hazard.rules if one not in rules)
    if listed != (", ".join(hazard.rules) or NO_RULE):
        yield "the table has other rules"
    if not any(code_named(hazard.control)):
        yield "no control that says where in the code it stands"
    yield from (f"{one} is not there" for one in code_named(hazard.control) if not is_there(one))
    if not tests:
        yield "no test proves its control"


def code_named(control: str) -> list[str]:
    """What of the code a control names: ``routine/chat.receive``, ``services/sending.py``, ``gateways/outgoing/``.

    A name without its folder or module is of the one named before it.
    """
    named: list[str] = []
    folder = module = ""
    for said in re.findall(r"`([^`\s=]+)`", control):
        if said.endswith(("/", ".py")) or said.startswith("assets/"):
            one = f"{folder}{said}" if "/" not in said and (PROGRAM / folder / said).exists() else said
            module = one.removesuffix(".py")
        else:
            one = said if "." in said else f"{module}.{said}"
            module = one[: one.index(".", one.rfind("/") + 1)]
        folder = one[: one.rfind("/") + 1]
        if one not in named:
            named.append(one)
    return named


def is_there(place: str) -> bool:
    """Whether what the log names exists."""
    file, function = file_of(place)
    if not (ROOT / file).exists():
        return False
    return not function or function_in((ROOT / file).read_text(encoding="utf-8"), function) is not None


def file_of(place: str) -> tuple[str, str]:
    """The file of a place, from the root of the project, and the function in it; none where the whole file is meant."""
    if place.startswith("assets/"):
        return place, ""
    if place.endswith(("/", ".py")):
        return f"p24tui/{place}", ""
    folder, _, name = place.rpartition("/")
    module, _, function = name.partition(".")
    return "/".join(filter(None, ("p24tui", folder, f"{module}.py"))), function


def function_in(source: str, name: str) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    """A function by its name, or a method by ``Class.method``."""
    body: list[ast.stmt] = ast.parse(source).body
    *outer, last = name.split(".")
    for one in outer:
        body = next((node.body for node in body if isinstance(node, ast.ClassDef) and node.name == one), [])
    functions = (node for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return next((node for node in functions if node.name == last), None)
