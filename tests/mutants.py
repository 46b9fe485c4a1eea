"""Whether a test notices each small change to the rules: ``python -m tests.mutants [MODULE …] [--jobs N]``.

Every mutant is one change to one module of ``p24tui/routine``: another comparison, a refusal that is not given, a
condition or a field left out, another number or word. The module's tests run against it, in a process of its own that
loads the changed module in the place of the real one; nothing on the disk is changed. A mutant that no test notices
survives, and is printed. It ends with 1 where one survives that ``tests/mutants.toml`` does not name as equivalent and
say why, or where that file names one that does not survive.
"""

import argparse
import ast
import copy
import os
import signal
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from hypothesis import settings

from tests.in_its_place import ROOT, InItsPlace

EQUIVALENT = ROOT / "tests" / "mutants.toml"
RULES = "p24tui/routine"
LONGEST = 90
"""Seconds after which a mutant counts as noticed: it has made something endless."""

UNUSED = ("cacheprovider", "xdist", "syrupy", "textual-snapshot", "pytest_textual_snapshot", "anyio")
"""Plugins that the tests of the rules do without."""

_RISK = ("risk_course", "suicide", "suicide_visit", "suicide_silence")
TESTS = {
    "suicide": _RISK,
    "risk_path": _RISK,
    "acting_outside": _RISK,
    "risk_course": _RISK,
    "risk_words": ("risk_words",),
    "closing_down": ("closing_down",),
    "wrong_patient": ("wrong_patient",),
    "ending": ("ending", *_RISK, "wrong_patient", "handover"),
    "handover": ("handover",),
    "protection": ("protection",),
    "visit": ("visit", "visit_states"),
    "visit_step": ("visit_step",),
    "attendance": ("attendance",),
    "proxy": ("proxy",),
    "link": ("link",),
    "documentation": ("documentation",),
    "images": ("images",),
    "registration": ("registration",),
}
"""The tests of each module that are asked about its mutants."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one change. ``name`` stays the same when lines move: function, change, and which of several."""

    module: str
    line: int
    name: str
    code: str


_COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
}
_COUNTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.BitOr: ast.BitAnd,
    ast.Mult: ast.Add,
}
_NAMED = {"min": "max", "max": "min", "any": "all", "all": "any"}

Made = Iterator[tuple[str, Callable[[Any], ast.AST]]]
"""How a node may be changed: in words, and by a function that makes a copy of it into what is to stand there."""


def mutants_of(module: str, source: str) -> list[Mutant]:
    """Every mutant of a module."""
    tree = ast.parse(source)
    nodes = list(ast.walk(tree))
    functions = _functions(tree)
    left_alone = _left_alone(tree)
    seen: Counter[str] = Counter()
    made = []
    for place, node in enumerate(nodes):
        if id(node) in left_alone:
            continue
        for what, change in _changes(node):
            function = functions.get(id(node), "<module>")
            key = f"{function}: {what}"
            seen[key] += 1
            name = key if seen[key] == 1 else f"{key} #{seen[key]}"
            line = getattr(node, "lineno", 0) or getattr(getattr(node, "pattern", None), "lineno", 0)
            made.append(Mutant(module, line, name, _changed(tree, place, change)))
    return made


def _changed(tree: ast.Module, place: int, change: Callable[[Any], ast.AST]) -> str:
    copied = copy.deepcopy(tree)
    target = list(ast.walk(copied))[place]

    class Put(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return change(node) if node is target else self.generic_visit(node)

    return ast.unparse(ast.fix_missing_locations(Put().visit(copied)))


def _functions(tree: ast.Module) -> dict[int, str]:
    """For every node of a function or class the name of that."""
    found: dict[int, str] = {}
    for top in tree.body:
        if isinstance(top, ast.FunctionDef | ast.ClassDef):
            found |= {id(node): top.name for node in ast.walk(top)}
    return found


def _left_alone(tree: ast.Module) -> set[int]:
    """What a rule's own tests are not to notice: docstrings, marks, types, the words under which values are stored, and
    that a value cannot be changed, which is held for all of them together (``tests/routine/test_values.py``).
    """
    return {id(one) for node in ast.walk(tree) for root in _no_rule(node) for one in ast.walk(root)}


def _no_rule(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Expr(value=ast.Constant()):
            yield node
        case ast.ClassDef(bases=[ast.Name(id="StrEnum")]):
            yield node
        case ast.ClassDef():
            yield from node.decorator_list
            yield from node.keywords
        case ast.FunctionDef():
            yield from node.decorator_list
            yield from filter(None, [node.returns])
        case ast.arg():
            yield from filter(None, [node.annotation])
        case ast.AnnAssign():
            yield node if ast.unparse(node.target) == "KINDS" else node.annotation
        case ast.Assign(targets=[ast.Name(id="Entry")]):
            yield node


def _changes(node: ast.AST) -> Made:
    for kind, changes in _CHANGES.items():
        if isinstance(node, kind):
            yield from changes(node)


def _compare(node: ast.Compare) -> Made:
    for other in _COMPARED[type(node.ops[0])]:
        yield from _becomes(
            node, lambda copied, other=other: ast.Compare(copied.left, [other(), *copied.ops[1:]], copied.comparators)
        )
    if len(node.ops) > 1:
        for other in _COMPARED[type(node.ops[1])]:
            yield from _becomes(
                node, lambda copied, other=other: ast.Compare(copied.left, [copied.ops[0], other()], copied.comparators)
            )


def _bool(node: ast.BoolOp) -> Made:
    other = ast.Or if isinstance(node.op, ast.And) else ast.And
    yield from _becomes(node, lambda copied: ast.BoolOp(other(), copied.values))
    for place in range(len(node.values)):
        yield from _becomes(node, lambda copied, place=place: _without_value(copied, place))


def _without_value(node: ast.BoolOp, place: int) -> ast.AST:
    values = node.values[:place] + node.values[place + 1 :]
    return values[0] if len(values) == 1 else ast.BoolOp(node.op, values)


def _not(node: ast.UnaryOp) -> Made:
    if isinstance(node.op, ast.Not | ast.USub):
        yield from _becomes(node, _bare)


def _bare(node: ast.UnaryOp) -> ast.AST:
    return node.operand


def _if(node: ast.If) -> Made:
    said = ast.unparse(node.test)
    yield (
        f"if {said} → never",
        lambda copied: ast.If(ast.BoolOp(ast.And(), [copied.test, ast.Constant(False)]), copied.body, copied.orelse),
    )
    yield f"if {said} → not", lambda copied: ast.If(ast.UnaryOp(ast.Not(), copied.test), copied.body, copied.orelse)


def _if_exp(node: ast.IfExp) -> Made:
    for outcome in ("body", "orelse"):
        yield from _becomes(node, lambda copied, outcome=outcome: getattr(copied, outcome))


def _return(node: ast.Return) -> Made:
    if isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "Refusal":
        yield f"{ast.unparse(node)} → return None", lambda _copied: ast.Return(ast.Constant(None))


def _constant(node: ast.Constant) -> Made:
    value = node.value
    if isinstance(value, bool):
        yield from _becomes(node, lambda _copied: ast.Constant(not value))
    elif isinstance(value, int):
        yield from _becomes(node, lambda _copied: ast.Constant(value + 1))
    elif isinstance(value, str):
        yield from _becomes(node, lambda _copied: ast.Constant(f"{value}~" if value else "~"))


def _bin(node: ast.BinOp) -> Made:
    if type(node.op) in _COUNTED:
        yield from _becomes(node, lambda copied: ast.BinOp(copied.left, _COUNTED[type(node.op)](), copied.right))


def _call(node: ast.Call) -> Made:
    name = ast.unparse(node.func)
    if name in _NAMED:
        yield from _becomes(node, lambda copied: ast.Call(ast.Name(_NAMED[name]), copied.args, copied.keywords))
    for place, keyword in enumerate(node.keywords):
        if keyword.arg is not None:
            yield f"{name}(…, {ast.unparse(keyword)}) → left out", partial(_without_keyword, place=place)


def _without_keyword(node: ast.Call, place: int) -> ast.AST:
    return ast.Call(node.func, node.args, node.keywords[:place] + node.keywords[place + 1 :])


def _set(node: ast.Set) -> Made:
    for place in range(len(node.elts)):
        yield from _becomes(node, lambda copied, place=place: _one_less(copied, place))


def _one_less(node: ast.Set, place: int) -> ast.AST:
    left = node.elts[:place] + node.elts[place + 1 :]
    return ast.Set(left) if left else ast.Call(ast.Name("set"), [], [])


def _case(node: ast.match_case) -> Made:
    said = f"case {ast.unparse(node.pattern)}" + (f" if {ast.unparse(node.guard)}" if node.guard else "")
    if said != "case _":
        yield f"{said} → left out", lambda copied: ast.match_case(copied.pattern, ast.Constant(False), copied.body)


def _becomes(node: ast.AST, change: Callable[..., ast.AST]) -> Made:
    after = ast.unparse(ast.fix_missing_locations(change(copy.deepcopy(node))))
    if after != (before := ast.unparse(node)):
        yield f"{before} → {after}", change


_CHANGES: dict[type[ast.AST], Callable[..., Made]] = {
    ast.Compare: _compare,
    ast.BoolOp: _bool,
    ast.UnaryOp: _not,
    ast.If: _if,
    ast.IfExp: _if_exp,
    ast.Return: _return,
    ast.Constant: _constant,
    ast.BinOp: _bin,
    ast.Call: _call,
    ast.Set: _set,
    ast.match_case: _case,
}


def begin(mutant: Mutant) -> int:
    """Start a process that tells by its end whether a test notices the mutant; its id."""
    child = os.fork()
    if child:
        return child
    noticed = 1
    try:
        signal.alarm(LONGEST)
        sys.meta_path.insert(0, InItsPlace(f"{RULES}/{mutant.module}.py", mutant.code))
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.dup2(nowhere, sys.stderr.fileno())
        files = [f"tests/routine/test_{name}.py" for name in TESTS[mutant.module]]
        off = [part for one in UNUSED for part in ("-p", f"no:{one}")]
        noticed = int(pytest.main(["-x", "-q", "--noconftest", *off, *files]) != 0)
    finally:
        os._exit(noticed)


def survivors(mutants: Iterable[Mutant], jobs: int) -> Iterator[Mutant]:
    """Those that no test notices."""
    running: dict[int, Mutant] = {}
    waiting = iter(mutants)
    while True:
        while len(running) < jobs and (one := next(waiting, None)) is not None:
            running[begin(one)] = one
        if not running:
            return
        child, status = os.wait()
        one = running.pop(child)
        if status == 0:
            yield one


def equivalent() -> dict[tuple[str, str], str]:
    """Those that are known to change nothing, with the reason."""
    listed = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8")).get("equivalent", [])
    return {(one["module"], one["change"]): one["because"] for one in listed}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("modules", nargs="*", choices=[[], *TESTS], metavar="MODULE", default=[])
    parser.add_argument("--jobs", type=int, default=2)
    chosen = parser.parse_args()
    modules: Collection[str] = chosen.modules or TESTS
    _warm()
    known, failed = equivalent(), False
    for module in modules:
        path = ROOT / RULES / f"{module}.py"
        source = path.read_text(encoding="utf-8")
        made = mutants_of(module, source)
        if not list(survivors([Mutant(module, 0, "as it is", source)], 1)):
            print(f"{module}: its tests fail as it is", file=sys.stderr)
            return 2
        alive = {one.name: one for one in survivors(made, chosen.jobs)}
        listed = {name for named, name in known if named == module}
        for one in sorted(alive.values(), key=lambda one: one.line):
            if one.name not in listed:
                print(f"SURVIVES p24tui/routine/{module}.py:{one.line} {one.name}")
        for name in sorted(listed - set(alive)):
            print(f"NOT EQUIVALENT, or no more there: {module}: {name}")
        failed |= alive.keys() != listed
        noticed = len(made) - len(alive)
        print(f"{module}: {len(made)} mutants, {noticed} noticed, {len(listed & alive.keys())} equivalent", flush=True)
    return 1 if failed else 0


def _warm() -> None:
    """What every mutant's process would load anew, but for the program itself."""
    import msgspec  # noqa: F401

    settings.register_profile("mutants", max_examples=30, derandomize=True, database=None, deadline=None)
    settings.load_profile("mutants")
    os.chdir(ROOT)


if __name__ == "__main__":
    sys.exit(main())
