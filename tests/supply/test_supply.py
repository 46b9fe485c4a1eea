"""Each look at the packages says so where something is wrong, and none passes because it could not look."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest
from packaging.requirements import Requirement

from tests.supply import __main__ as command
from tests.supply import audit, installed, locks, sbom
from tests.supply.audit import Audit, Verdict, Weakness
from tests.supply.locks import ROOT, Pin

AUDITORS = ROOT / ".venv-audit" / ("Scripts" if os.name == "nt" else "bin") / "python"
A, B = "a" * 64, "b" * 64
LOCK = f"""# made by hand
click==8.5.1 \\
    --hash=sha256:{A} \\
    --hash=sha256:{B}
six==1.17.0 \\
    --hash=sha256:{A}
"""
CLICK, SIX = Pin("click", "8.5.1", None, frozenset({A, B})), Pin("six", "1.17.0", None, frozenset({A}))
HERE = {"click": "8.5.1", "six": "1.17.0", "p24tui": "0.1.0"}


class TestLocks:
    @pytest.mark.parametrize("lock", [locks.RUNTIME, locks.TEST, locks.AUDIT])
    def test_every_package_has_hashes_and_what_is_asked_for_is_there_on_every_platform(self, lock: str) -> None:
        assert locks.faults(lock) == []
        assert "://" not in (ROOT / lock).read_text(encoding="utf-8")

    def test_a_lock_is_read(self) -> None:
        assert locks.pins(LOCK) == ([CLICK, SIX], [])

    @pytest.mark.parametrize(
        ("line", "fault"),
        [
            ("six==1.17.0\n", "six has no hash"),
            ("six==1.17.0 ; sys_platform == 'win32'\n", "six has no hash"),
            (f"six>=1.17.0 \\\n    --hash=sha256:{A}\n", "no package with a version and hashes: six>=1.17.0"),
            (f"six==1.17.0 \\\n    --hash=md5:{A}\n", "no package with a version and hashes: six==1.17.0"),
            ("--index-url https://registry.example/simple\n", "no package with a version and hashes: --index-url"),
            (
                f"six @ https://x.example/six.whl \\\n    --hash=sha256:{A}\n",
                "no package with a version and hashes: six",
            ),
            ("-e .\n", "no package with a version and hashes: -e"),
        ],
    )
    def test_what_is_no_version_with_hashes_is_refused(self, line: str, fault: str) -> None:
        (said,) = locks.pins(LOCK + line)[1]
        assert said.startswith(fault)

    @pytest.mark.parametrize(
        ("asked", "fault"),
        [
            ("click>=8,<9", None),
            ("rich>=1", "rich is not there on linux x86_64, Python 3.11"),
            ("click>=9", "click>=9 asks for another version than 8.5.1"),
            ("rich>=1; sys_platform == 'win32'", "rich is not there on win32 AMD64, Python 3.11"),
            ("rich>=1; python_version < '3.11'", None),
        ],
    )
    def test_what_is_asked_for_and_not_locked_is_said(self, asked: str, fault: str | None) -> None:
        said = locks.lacking([CLICK, SIX], [Requirement(asked)])
        assert said[:1] == ([fault] if fault else [])

    def test_a_package_that_is_locked_for_other_platforms_alone_is_missing_here(self) -> None:
        pins, _faults = locks.pins(f"rich==1.0 ; sys_platform == 'linux' \\\n    --hash=sha256:{A}\n")
        said = locks.lacking(pins, [Requirement("rich")])
        assert "rich is not there on darwin arm64, Python 3.14" in said
        assert not any("linux" in one for one in said)
        assert "rich is there twice on linux aarch64, Python 3.12" in locks.lacking([*pins, *pins], [])


class TestInstalled:
    def test_what_is_installed_as_locked_has_no_fault(self) -> None:
        assert installed.differences(HERE, {"click": CLICK, "six": SIX}) == []

    @pytest.mark.parametrize(
        ("other", "fault"),
        [
            ({"pip": "26.3"}, "pip 26.3 is installed and not locked"),
            ({"six": "1.16.0"}, "six is installed in 1.16.0, locked in 1.17.0"),
            ({"six": None}, "six 1.17.0 is locked and not installed"),
            ({"p24tui": None}, "p24tui itself is not installed"),
        ],
    )
    def test_one_too_many_too_few_or_of_another_version_is_said(self, other: dict[str, str | None], fault: str) -> None:
        found = {name: version for name, version in (HERE | other).items() if version is not None}
        assert installed.differences(found, {"click": CLICK, "six": SIX}) == [fault]

    def test_an_environment_is_read_from_outside(self) -> None:
        assert installed.installed(Path(sys.executable))["pytest"] == pytest.__version__

    def test_the_command_ends_with_1(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert command.main(["installed", sys.executable]) == 1
        assert "pytest" in capsys.readouterr().err


def answer(*packages: dict[str, Any]) -> str:
    """What pip-audit prints, as seen of version 2.10."""
    return json.dumps({"dependencies": list(packages), "fixes": []})


def fine(name: str) -> dict[str, Any]:
    return {"name": name, "version": HERE[name], "vulns": []}


def weak(name: str) -> dict[str, Any]:
    found = {"id": "CVE-2026-1", "fix_versions": ["9.9"], "aliases": ["GHSA-x"], "description": "It falls."}
    return fine(name) | {"vulns": [found]}


def skipped(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "skip_reason": f"Dependency not found on PyPI and could not be audited: {name} ({HERE[name]})",
    }


WEAK = Weakness("six", "1.17.0", ("CVE-2026-1", "GHSA-x"), ("9.9",))


class TestAudit:
    def test_where_everything_was_answered_for_it_is_audited(self) -> None:
        found = audit.read(0, answer(fine("click"), fine("six"), skipped("p24tui")), "", HERE)
        assert found == Audit(3)
        assert audit.judge(found, {}) == Verdict((), "Audited: 3 packages, nothing wrong")

    @pytest.mark.parametrize(
        ("status", "said", "errors", "why"),
        [
            (
                0,
                answer(skipped("click"), skipped("six")),
                "No known vulnerabilities found",
                "for 2 of 2 packages, first D",
            ),
            (0, answer(fine("click"), skipped("six")), "", "no vulnerability data for 1 of 2 packages"),
            (0, answer(fine("click")), "", "for 1 of 2 packages, first nothing was said of it"),
            (0, answer(fine("click"), fine("six") | {"version": "1.0"}), "", "for 1 of 2 packages"),
            (1, "", "Traceback\nConnectionError: refused\n\n", "pip-audit ended with 1: ConnectionError: refused"),
            (0, "", "", "pip-audit ended with 0: no word of why"),
            (1, '{"dependencies": null}', "", "pip-audit ended with 1"),
        ],
    )
    def test_what_could_not_be_asked_about_never_passes_silently(
        self, status: int, said: str, errors: str, why: str
    ) -> None:
        found = audit.read(status, said, errors, HERE)
        assert why in found.not_audited
        assert audit.judge(found, {}).summary == f"NOT AUDITED: {found.not_audited}"

    def test_a_known_weakness_is_a_fault_also_where_others_could_not_be_asked_about(self) -> None:
        for rest in (fine("click"), skipped("click")):
            found = audit.read(1, answer(rest, weak("six")), "", HERE)
            assert found.weaknesses == (WEAK,)
            assert audit.judge(found, {}).faults == ("six 1.17.0: CVE-2026-1 = GHSA-x, fixed in 9.9",)

    @pytest.mark.parametrize("id", WEAK.ids)
    def test_one_that_is_named_with_a_reason_is_taken_and_said(self, id: str) -> None:
        verdict = audit.judge(Audit(2, (WEAK,)), {("six", id): "We never call it."})
        assert verdict == Verdict((), "Audited: 2 packages, nothing wrong, 1 known weaknesses are named with a reason")

    def test_one_that_is_named_and_no_longer_found_is_a_fault_once_all_was_looked_at(self) -> None:
        taken = {("six", "CVE-2026-2"): "We never call it."}
        assert audit.judge(Audit(2), taken).faults == ("six: CVE-2026-2 is named in audit.toml and not found",)
        assert audit.judge(Audit(2, not_audited="no network"), taken).faults == ()

    def test_those_that_are_named_have_a_reason(self) -> None:
        assert all(because.endswith(".") for because in audit.known().values())

    @pytest.mark.parametrize(
        ("learnt", "options", "status"),
        [
            (Audit(2), [], 0),
            (Audit(2, not_audited="no network"), [], 0),
            (Audit(2, not_audited="no network"), ["--required"], 1),
            (Audit(2, (WEAK,)), [], 1),
        ],
    )
    def test_the_command_ends_with_1_for_a_weakness_and_says_at_the_end_what_was_not_looked_at(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, learnt: Audit, options: list[str], status: int
    ) -> None:
        monkeypatch.setattr(audit, "ask", lambda *_asked: learnt)
        summary = tmp_path / "summary"
        assert command.main(["audit", sys.executable, "--summary", str(summary), *options]) == status
        assert ("NOT AUDITED: no network" in summary.read_text(encoding="utf-8")) == bool(learnt.not_audited)


class Weaknesses(BaseHTTPRequestHandler):
    """A vulnerability service as OSV is asked: it knows of one weakness, of pytest."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["package"]
        said: dict[str, Any] = {}
        if asked["name"] == "pytest":
            ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "999"}]}]
            found = {"id": "GHSA-made-up", "aliases": ["CVE-2026-1"], "summary": "", "details": "Made up."}
            times = {"modified": "2026-01-01T00:00:00Z", "published": "2026-01-01T00:00:00Z"}
            said = {"vulns": [found | times | {"affected": [{"package": asked, "ranges": ranges}]}]}
        body = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_said: object) -> None:
        """Nothing."""


@contextmanager
def service() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Weaknesses) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
        server.shutdown()


@pytest.fixture(scope="module")
def auditors() -> Path:
    if AUDITORS.exists():
        return AUDITORS
    said = "pip-audit itself is not asked: requirements-audit.lock is not installed in .venv-audit"
    if os.environ.get("CI"):
        pytest.fail(said, pytrace=False)
    pytest.skip(said)


@pytest.mark.slow
def test_pip_audit_itself_finds_a_weakness_and_where_nobody_answers_it_is_said(auditors: Path, tmp_path: Path) -> None:
    def audited(address: str) -> tuple[int, str, str]:
        summary = tmp_path / "summary"
        asked = [str(auditors), "-m", "tests.supply", "audit", sys.executable]
        asked += ["--service", address, "--summary", str(summary)]
        run = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
        return run.returncode, run.stderr, summary.read_text(encoding="utf-8")

    with service() as address:
        status, said, summary = audited(address)
        assert status == 1
        assert said == f"pytest {pytest.__version__}: CVE-2026-1 = GHSA-made-up, fixed in 999\n"
        assert summary.startswith("Audited: ")
    status, said, summary = audited(address)
    assert (status, said) == (0, "")
    assert summary.startswith("NOT AUDITED: pip-audit ended with 1: ")


class TestList:
    LISTED: ClassVar = {
        "name": "Click",
        "version": "8.5.1",
        "hashes": [{"alg": "SHA-256", "content": B}],
        "licenses": [{}],
    }
    WHOLE: ClassVar = {"metadata": {"component": {"name": "p24tui"}}, "components": [LISTED]}
    FOUND: ClassVar = {"click": "8.5.1", "p24tui": "0.1.0"}

    def test_a_whole_list_lacks_nothing(self) -> None:
        assert sbom.lacking(self.WHOLE, self.FOUND, {"click": CLICK}) == []
        assert sbom.without_licence(self.WHOLE) == []

    @pytest.mark.parametrize(
        ("other", "fault"),
        [
            ({"hashes": []}, "click has no hash, or one that is not locked"),
            ({"hashes": [{"alg": "SHA-256", "content": "c" * 64}]}, "click has no hash, or one that is not locked"),
            ({"version": "8.5"}, "click 8.5.1 is installed and not listed"),
        ],
    )
    def test_a_package_in_another_version_or_without_a_locked_hash_is_said(
        self, other: dict[str, Any], fault: str
    ) -> None:
        listed = self.WHOLE | {"components": [self.LISTED | other]}
        assert sbom.lacking(listed, self.FOUND, {"click": CLICK}) == [fault]

    def test_a_package_too_many_or_too_few_is_said(self) -> None:
        assert sbom.lacking(self.WHOLE, {"p24tui": "0.1.0"}, {}) == ["click is listed and not installed"]
        assert sbom.lacking(self.WHOLE | {"components": []}, self.FOUND, {"click": CLICK}) == [
            "click 8.5.1 is installed and not listed"
        ]
        assert sbom.lacking(self.WHOLE | {"metadata": {}}, self.FOUND, {"click": CLICK}) == [
            "it is not said that this is p24tui"
        ]

    def test_the_hashes_are_those_that_pip_says_it_has_installed(self) -> None:
        one = {"metadata": {"name": "Click"}, "download_info": {"archive_info": {"hashes": {"sha256": A}}}}
        assert sbom.hashes({"install": [one]}) == {"click": A}

    @pytest.mark.slow
    def test_it_is_made_by_cyclonedx_and_follows_its_schema(self, auditors: Path, tmp_path: Path) -> None:
        one = {"metadata": {"name": "pytest"}, "download_info": {"archive_info": {"hashes": {"sha256": A}}}}
        (tmp_path / "report.json").write_text(json.dumps({"install": [one]}), encoding="utf-8")
        made = tmp_path / "sbom.json"
        asked = [str(auditors), "-m", "tests.supply", "sbom", sys.executable]
        asked += ["--report", str(tmp_path / "report.json"), "--output", str(made)]
        run = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
        assert run.returncode == 1
        assert "pytest has no hash, or one that is not locked" in run.stderr  # it is no package of the program's lock
        listed = json.loads(made.read_text(encoding="utf-8"))
        (found,) = [component for component in listed["components"] if component["name"] == "pytest"]
        assert found["hashes"] == [{"alg": "SHA-256", "content": A}]
        assert found["licenses"]
