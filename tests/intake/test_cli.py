"""``p24tui intake``, as a technician uses it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from p24tui.cli import make_root
from p24tui.services import intake
from tests import samples
from tests.samples import bundle, contact, encounter, message, patient
from tests.world import World, make_world


@pytest.fixture
def home(world: World, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings = world.system.settings
    monkeypatch.setenv("P24TUI_HOME", str(settings.home))
    if settings.database:
        monkeypatch.setenv("P24TUI_DATABASE", settings.database)
    return settings.home


def run(*args: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(make_root(), ["intake", *args], prog_name="p24tui", input=stdin)


def test_load_prints_what_became_of_it(home: Path, tmp_path: Path) -> None:
    good, bad, lines = tmp_path / "a.json", tmp_path / "b.json", tmp_path / "c.ndjson"
    good.write_bytes(samples.body(bundle(*contact())))
    bad.write_bytes(b'{"resourceType": "Observation"}')
    lines.write_bytes(samples.lines(*contact(), patient("x", identifier=[])))
    done = run("load", str(bad), str(tmp_path / "none.json"), str(tmp_path), str(good), str(lines), "--json")
    said = json.loads(done.stdout)
    assert done.exit_code == 1
    assert set(said) == {"accepted", "duplicates", "rejected"}
    assert (said["accepted"], said["duplicates"]) == (4, 4)
    assert [set(one) for one in said["rejected"]] == [{"source", "path", "problem"}] * 4
    assert said["rejected"][0] == {
        "source": str(bad),
        "path": "Observation",
        "problem": '"Observation" is no resource type that is taken here',
    }
    assert [one["source"] for one in said["rejected"][1:]] == [
        str(tmp_path / "none.json"),
        str(tmp_path),
        f"{lines}:5",
    ]
    assert "No such file" in said["rejected"][1]["problem"]


def test_all_well_is_exit_0_and_a_sentence(home: Path) -> None:
    done = run("load", "-", stdin=samples.body(bundle(*contact())))
    assert done.exit_code == 0
    assert done.stdout == "Mottaget: 4. Redan känt: 0. Inte mottaget: 0.\n"
    assert json.loads(run("load", "-", "--json", stdin=samples.body(bundle(*contact()))).stdout) == {
        "accepted": 0,
        "duplicates": 4,
        "rejected": [],
    }


def test_what_was_refused_is_said_and_points_to_the_quarantine(home: Path) -> None:
    done = run("load", "-", stdin=samples.body(message()))
    assert done.exit_code == 1
    assert "Communication.encounter: Encounter/e has not been received" in done.stderr
    assert "p24tui intake quarantine" in done.stdout


def test_the_quarantine_is_shown_tried_again_and_settled(home: Path, world: World) -> None:
    assert "Inget" in run("quarantine").stdout
    run("load", "-", stdin=samples.body(message()))
    run("load", "-", stdin=b"{\x1b]0;x\x07")
    (waiting, broken) = json.loads(run("quarantine", "list", "--json").stdout)
    assert waiting["path"] == "Communication.encounter"
    listed = run("quarantine").stdout
    assert waiting["id"][:8] in listed
    shown = run("quarantine", "show", broken["id"][:8]).stdout
    assert "]0;x" in shown
    assert not {"\x1b", "\x07"} & set(shown)
    assert run("quarantine", "show", "--raw", broken["id"]).stdout_bytes == b"{\x1b]0;x\x07"
    assert "Mottaget: 0. Kvar i karantän: 2." in run("quarantine", "retry").stdout
    run("load", "-", stdin=samples.lines(encounter(), patient()))
    assert [one["id"] for one in json.loads(run("quarantine", "list", "--json").stdout)] == [broken["id"]]
    assert run("quarantine", "settle", broken["id"][:8]).exit_code == 0
    assert "Inget" in run("quarantine").stdout
    assert broken["id"][:8] in run("quarantine", "list", "--all").stdout
    for args in (("settle", broken["id"]), ("show", "zzz")):
        assert run("quarantine", *args).exit_code == 2


def test_tokens_are_made_listed_and_revoked(home: Path, world: World) -> None:
    token = run("token", "portal").stdout.strip()
    assert intake.source_of(world.system, token) == "portal"
    assert json.loads(run("token", "--list", "--json").stdout)[0]["source"] == "portal"
    assert run("token", "portal", "--revoke").exit_code == 0
    assert intake.source_of(world.system, token) is None
    assert "utestängd" in run("token", "--list").stdout
    for args in (("ingen", "--revoke"), ("Stora Bokstäver",), (), ("portal", "--list")):
        assert run("token", *args).exit_code == 2


@pytest.mark.parametrize(
    ("name", "value", "args", "status"),
    [
        ("INTAKE_HOST", "0.0.0.0", (), 2),
        ("INTAKE_HOST", "nosuchhost.invalid", ("--to-network",), 2),
        ("INTAKE_PORT", "99999", (), 2),
    ],
)
def test_an_address_that_cannot_be_served_is_said(
    home: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, args: tuple[str, ...], status: int
) -> None:
    monkeypatch.setenv(f"P24TUI_{name}", value)
    assert run("serve", *args).exit_code == status


class Served:
    """``p24tui intake serve`` in a process of its own."""

    def __init__(self, home: Path, *args: str) -> None:
        env = {**os.environ, "P24TUI_HOME": str(home), "P24TUI_INTAKE_PORT": "0"}
        command = [sys.executable, "-m", "p24tui", "intake", "serve", *args]
        self.process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        self.base = next((word.removesuffix("/fhir.") for word in line.split() if word.startswith("http")), "")
        assert self.base, self.process.stderr and self.process.stderr.read()
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                httpx.get(f"{self.base}/health")
            except httpx.HTTPError:
                time.sleep(0.02)
            else:
                return
        raise AssertionError("it does not answer")


def stop_by(served: Served, sent: int) -> int:
    served.process.send_signal(sent)
    served.process.communicate(timeout=20)
    return served.process.returncode


@pytest.mark.skipif(sys.platform == "win32", reason="signals are another matter there")
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_stop(sqlcipher_world: World, sent: signal.Signals) -> None:
    served = Served(sqlcipher_world.system.settings.home)
    token = intake.make_token(sqlcipher_world.system, "portal")
    headers = {"Authorization": f"Bearer {token}"}
    assert httpx.post(f"{served.base}/fhir", json=bundle(*contact()), headers=headers).status_code == 200
    with httpx.stream("GET", f"{served.base}/fhir/Communication/$stream", headers=headers) as stream:
        next(stream.iter_lines())
        began = time.monotonic()
        code = stop_by(served, sent)
    assert time.monotonic() - began < 8
    assert code in (0, -sent)


@pytest.mark.slow
@pytest.mark.hazard("H24")
@pytest.mark.skipif(sys.platform == "win32", reason="signals are another matter there")
def test_what_was_acknowledged_survives_every_kill(tmp_path: Path) -> None:
    """Killed in the middle of its work, again and again: every message that it acknowledged is there, once."""
    acknowledged: set[str] = set()
    with make_world(tmp_path) as world:
        token = intake.make_token(world.system, "portal")
        intake.load(world.system, "portal", samples.body(bundle(patient(), encounter())))
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/fhir+json"}
        number = 0
        for turn in range(8):
            served = Served(tmp_path)
            dies_at = time.monotonic() + 0.05 + 0.07 * turn
            with httpx.Client(base_url=served.base, headers=headers) as client:
                while served.process.poll() is None:
                    number += 1
                    text = f"Meddelande {number}."
                    try:
                        done = client.post("/fhir/Communication", json=message(f"m{number}", text=text))
                    except httpx.HTTPError:
                        break
                    assert done.status_code == 201
                    acknowledged.add(text)
                    if time.monotonic() > dies_at:
                        served.process.kill()
            served.process.communicate(timeout=10)
        with world.system.store.reading() as tx:
            from p24tui.store import messages
            from p24tui.store.tables import cases as cases_table

            case_id = tx.connection.execute(cases_table.select()).one().id
            stored = [one.text for one in messages.of_case(tx, case_id)]
        assert len(acknowledged) >= 8
        assert acknowledged <= set(stored)
        assert len(stored) == len(set(stored))
