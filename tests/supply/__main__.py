"""The packages as the build looks at them: ``python -m tests.supply locks``, ``installed``, ``sbom`` and ``audit``.

``PYTHON`` is the interpreter of the environment that is looked at. What makes the list and the audit is installed from
``requirements-audit.lock``, in an environment of its own.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.supply import audit, installed, locks, sbom


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.supply")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("locks", help="every package has a version and hashes, and what is asked for is there")
    looks = commands.add_parser("installed", help="what is installed is what is locked, and nothing more")
    lists = commands.add_parser("sbom", help="write a CycloneDX list of what is installed")
    audits = commands.add_parser("audit", help="known vulnerabilities of what is installed")
    for one in (looks, lists, audits):
        one.add_argument("python", type=Path)
    lists.add_argument("--report", type=Path, required=True, help="pip's report of how it was installed")
    lists.add_argument("--output", type=Path, required=True)
    audits.add_argument("--summary", type=Path, help="a file for what is to be said at the end of the build")
    audits.add_argument("--required", action="store_true", help="end with 1 also where it could not be audited")
    audits.add_argument(
        "--service", help="another vulnerability service than pip-audit's own: the address of an OSV one"
    )
    chosen = parser.parse_args(arguments)
    return {"locks": _locks, "installed": _installed, "sbom": _sbom, "audit": _audit}[chosen.command](chosen)


def _locks(_chosen: argparse.Namespace) -> int:
    every = (locks.RUNTIME, locks.TEST, locks.AUDIT)
    return _say(
        [fault for lock in every for fault in locks.faults(lock)], f"{len(every)} locks: every package has hashes"
    )


def _installed(chosen: argparse.Namespace) -> int:
    found = installed.installed(chosen.python)
    locked = installed.locked_here(installed.runtime_lock())
    return _say(
        installed.differences(found, locked), f"{len(locked)} packages are installed as locked, and nothing more"
    )


def _sbom(chosen: argparse.Namespace) -> int:
    found = installed.installed(chosen.python)
    made = sbom.make(chosen.python, sbom.hashes(json.loads(chosen.report.read_text(encoding="utf-8"))))
    chosen.output.write_text(made, encoding="utf-8")
    listed = json.loads(made)
    silent = ", ".join(sbom.without_licence(listed)) or "none"
    lacks = sbom.lacking(listed, found, installed.locked_here(installed.runtime_lock()))
    return _say(lacks, f"{len(listed['components'])} packages listed with hash; without a licence: {silent}")


def _audit(chosen: argparse.Namespace) -> int:
    options = ["--vulnerability-service", "osv", "--osv-url", chosen.service] if chosen.service else []
    learnt = audit.ask(chosen.python, installed.installed(chosen.python), options)
    verdict = audit.judge(learnt, audit.known())
    if chosen.summary:
        chosen.summary.write_text(verdict.summary + "\n", encoding="utf-8")
    missing = [verdict.summary] if chosen.required and learnt.not_audited else []
    return _say([*verdict.faults, *missing], verdict.summary)


def _say(faults: Sequence[str], words: str) -> int:
    for one in faults:
        print(one, file=sys.stderr)
    if not faults:
        print(words)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
