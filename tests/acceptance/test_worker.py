"""The worker as a technician runs it, and the commands about what is sent: real processes, and the command line."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from p24tui.cli import make_root
from p24tui.clock import SystemClock
from p24tui.gateways.outgoing.model import Problem, Uncertain
from p24tui.gateways.person_data import FilePersonData
from p24tui.routine.outgoing import OutgoingState, Purpose
from p24tui.services import outbox, reminders, ticks
from p24tui.store import reminders as store_reminders
from p24tui.store.login import Password, put_password
from p24tui.store.values import OutgoingRow
from tests.gateways.outgoing.elks_server import PASSWORD, USER, elks_server
from tests.outgoing import send, stored, waited_for, with_gateway
from tests.world import PEOPLE, UNIT, World, make_world_again

INIT = (
    "init", "--unit-name", "Vårdcentralen Åsen", "--unit-hsa-id", UNIT, "--unit-kind", "primary-care",
    "--staff-name", "Maria Lind", "--staff-hsa-id", PEOPLE["maria"][0], "--profession", "nurse",
)  # fmt: skip

AT_NINE = """
import sys
from datetime import datetime

from p24tui import bootstrap, cli
from p24tui.clock import PacedClock
from tests.world import MONDAY_NINE

clock = PacedClock(MONDAY_NINE, begun=datetime.fromisoformat(sys.argv.pop(1)))
bootstrap.SystemClock = lambda: clock
cli.main()
"""
"""The program on a Monday at nine, whatever the time is when the test is run."""

PATIENCE = 30.0


@pytest.fixture
def office(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """What ``p24tui init`` has set up, with SMS to a file and a file that knows the first patients."""
    persons = tmp_path / "persons.json"
    known = [{"number": f"19610118{n:04d}", "name": "Test", "protection": "none"} for n in range(1, 60)]
    persons.write_text(json.dumps(known), encoding="utf-8")
    for name, value in (("HOME", tmp_path), ("DATABASE", database_url), ("SMS", "file"), ("PERSON_DATA", persons)):
        monkeypatch.setenv(f"P24TUI_{name}", str(value))
    assert run(*INIT).exit_code == 0
    with make_world_again(tmp_path, database_url, FilePersonData(persons)) as world:
        monkeypatch.setattr("p24tui.bootstrap.SystemClock", lambda: world.clock)
        yield world


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home where nothing but the unit is set up, with the embedded database."""
    monkeypatch.setenv("P24TUI_HOME", str(tmp_path))
    assert run(*INIT).exit_code == 0
    return tmp_path


def run(*args: str) -> Result:
    return CliRunner().invoke(make_root(), args, prog_name="p24tui")


def remind(world: World) -> OutgoingRow:
    return reminders.remind(world.system, world.actor("maria"), waited_for(world).id)


def sent(world: World) -> list[str]:
    """The ids of what stands in the file, in order."""
    path = world.system.settings.home / "sms.jsonl"
    return [json.loads(line)["id"] for line in path.read_text().splitlines()] if path.exists() else []


def wait_until_sent(world: World, *ids: str) -> None:
    end = time.monotonic() + PATIENCE
    while not set(ids) <= set(sent(world)):
        assert time.monotonic() < end, "it was not sent"
        time.sleep(0.05)


@contextmanager
def worker() -> "Iterator[subprocess.Popen[str]]":
    """A worker that has said that it is at work; killed at the end where it still is."""
    command = [sys.executable, "-c", AT_NINE, SystemClock().now().isoformat(), "worker"]
    one = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ))
    try:
        assert one.stdout is not None
        assert one.stdout.readline().startswith("Det tidsstyrda går: presence, ")
        yield one
    finally:
        if one.poll() is None:
            one.kill()
        one.communicate()


def ends(one: "subprocess.Popen[str]", by: signal.Signals = signal.SIGTERM) -> None:
    """It ends well on a signal, and says that it does."""
    one.send_signal(by)
    said, _errors = one.communicate(timeout=PATIENCE)
    assert (one.returncode, said) == (0, "Det tidsstyrda är avslutat; inget var halvgjort.\n")


@pytest.mark.rule("SE-2")
@pytest.mark.skipif(os.name != "posix", reason="it is told to end by SIGTERM")
def test_the_worker_sends_what_is_due_and_ends_when_told(office: World) -> None:
    row = remind(office)
    with worker() as one:
        wait_until_sent(office, row.id)
        late = remind(office)
        wait_until_sent(office, late.id)
        ends(one)
    assert [stored(office, id).state for id in (row.id, late.id)] == [OutgoingState.ACCEPTED] * 2
    assert stored(office, row.id).gateway == "file"
    with worker() as one:
        ends(one, signal.SIGINT)
    assert sent(office) == [row.id, late.id]


@pytest.mark.hazard("H13")
@pytest.mark.skipif(os.name != "posix", reason="it is told to end by SIGTERM")
def test_two_workers_send_everything_once(office: World) -> None:
    rows = [remind(office).id for _one in range(20)]
    with worker() as one, worker() as other:
        wait_until_sent(office, *rows)
        ends(one)
        ends(other)
    assert sorted(sent(office)) == sorted(rows)


@pytest.mark.hazard("H13")
@pytest.mark.skipif(os.name != "posix", reason="it is ended by SIGKILL")
def test_when_one_is_killed_the_other_goes_on(office: World) -> None:
    first = remind(office)
    with worker() as one, worker() as other:
        wait_until_sent(office, first.id)
        one.kill()
        assert one.wait(PATIENCE) == -signal.SIGKILL
        second = remind(office)
        wait_until_sent(office, second.id)
        ends(other)
    assert sent(office) == [first.id, second.id]


def test_sms_says_how_it_stands_unit_by_unit(office: World, monkeypatch: pytest.MonkeyPatch) -> None:
    remind(office)
    assert f"{UNIT:<32}osäkra 0, misslyckade 0, planerade 1, försenade 0\n" == run("sms").output
    office.clock.advance(timedelta(minutes=3))
    (one,) = json.loads(run("sms", "--json").output)
    assert one == {"unit": UNIT, "uncertain": 0, "failed": 0, "planned": 1, "overdue": 1, "problem": ""}
    monkeypatch.delenv("P24TUI_SMS")
    assert "försenade 1  ingen väg för sms är inställd" in run("sms").output


def test_a_unit_has_texts_of_its_own_and_gets_the_programs_back(home: Path) -> None:
    shown = run("sms", "texts").output
    assert "answer        sv  {unit} har skrivit till dig" in shown
    assert shown.count("{link}") == 2 * len(Purpose)
    done = run("sms", "set", "answer", "Du har ett svar från {unit}: {link}")
    assert done.exit_code == 0
    said = "Du har ett svar från Vårdcentralen Åsen: https://mitt.regionhalland.se/vard"
    assert done.output == f"Sparat ({len(said)} tecken, 1 sms): {said}\n"
    assert run("sms", "set", "answer", "New: {link}", "--lang", "en").exit_code == 0
    texts = {(one["purpose"], one["lang"]): one["text"] for one in json.loads(run("sms", "texts", "--json").output)}
    assert texts["answer", "sv"] == "Du har ett svar från {unit}: {link}"
    assert texts["answer", "en"] == "New: {link}"
    assert "har skrivit till dig" in run("sms", "set", "answer", "").output


@pytest.mark.rule("SE-2")
@pytest.mark.parametrize(
    ("purpose", "text", "said"),
    [
        ("answer", "Du har ett svar från {unit}.", "Texten ska ha {link}"),
        ("answer", "Hej {patient}, svara här: {link}", "här står link, patient. Inget har ändrats."),
        ("answer", "Svara här: {link} " + "mycket " * 80, "Texten blir 4 sms. Den får bli högst 3"),
        ("svar", "Svara här: {link}", "svar är inget syfte. De som finns är answer, invitation, visit-booked"),
    ],
)
def test_a_text_that_does_not_fit_is_refused_and_changes_nothing(
    home: Path, purpose: str, text: str, said: str
) -> None:
    before = run("sms", "texts").output
    refused = run("sms", "set", purpose, text)
    assert refused.exit_code == 2
    assert said in refused.output
    assert run("sms", "texts").output == before


@pytest.mark.rule("NA-3")
def test_a_unit_has_times_of_its_own(home: Path) -> None:
    words = "{} minuter före besöket, och samma dag kl. {} (tidigast när enheten öppnar).\n"
    assert run("sms", "times").output == words.format(15, "07.00")
    assert run("sms", "times", "--before", "30").output == words.format(30, "07.00")
    assert run("sms", "times", "--morning", "07:45").output == words.format(30, "07.45")
    refused = run("sms", "times", "--morning", "kvart i åtta")
    assert (refused.exit_code, refused.output) == (2, "kvart i åtta är inget klockslag. Skriv som 07:45.\n")
    assert run("sms", "times", "--before", "0").exit_code == 2
    assert run("sms", "times").output == words.format(30, "07.45")


def test_to_look_at_the_times_changes_nothing(office: World) -> None:
    run("sms", "times")
    with office.system.store.reading() as tx:
        assert store_reminders.times(tx, [UNIT]) == {}


def test_where_no_way_out_is_set_the_test_of_it_says_so(home: Path) -> None:
    done = run("gateway", "test")
    assert done.exit_code == 1
    assert "Ingen väg ut är inställd." in done.output
    assert json.loads(run("gateway", "test", "--json").output) == []


def test_a_file_is_a_way_by_which_nothing_leaves(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("P24TUI_SMS", "file")
    done = run("gateway", "test")
    assert done.exit_code == 0
    assert done.output.startswith("✓ sms    file")
    assert "(inget lämnar datorn)" in done.output
    assert not (home / "sms.jsonl").exists()


def test_the_account_is_asked_and_nothing_is_sent(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with elks_server() as server:
        monkeypatch.setenv("P24TUI_SMS", server.address.replace("http://", f"46elks+http://{USER}:{PASSWORD}@"))
        done = run("gateway", "test")
        assert (done.exit_code, done.output[:8]) == (0, "✓ sms   ")
        assert "967.05 SEK" in done.output
        assert [one.path for one in server.requests] == ["/a1/me"]
        assert server.accepted == []
        monkeypatch.setenv("P24TUI_SMS", server.address.replace("http://", f"46elks+http://{USER}:hemligt@"))
        wrong = run("gateway", "test")
        assert wrong.exit_code == 1
        assert "✗ sms    46elks     tjänsten känner inte igen oss" in wrong.output
        assert "hemligt" not in wrong.output
    down = run("gateway", "test", "--json")
    assert (down.exit_code, json.loads(down.output)[0]["said"]) == (1, "unreachable")


@pytest.mark.parametrize(
    "address", ["46elks://u:hemligt@", "smpp://u:hemligt@smsc.example.se:port", "sms:hemligt", "File"]
)
def test_an_address_that_is_none_is_named_and_not_shown(
    home: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("P24TUI_SMS", address)
    refused = run("gateway", "test")
    assert refused.exit_code == 2
    assert refused.output.startswith("Inställningen sms är ingen väg ut.")
    assert "hemligt" not in refused.output


class TestDoctor:
    def sentence(self, name: str) -> tuple[str, str]:
        """What the doctor says of one thing."""
        found = json.loads(run("doctor", "--json").output)
        return next((one["verdict"], one["sentence"]) for one in found if one["name"] == name)

    def test_all_is_well(self, office: World) -> None:
        ticks.run(office.system, "outbox", "worker:test", lambda _system: 0)
        remind(office)
        with office.system.store.writing() as tx:
            put_password(tx, PEOPLE["maria"][0], Password("x", one_time=False, set_at=office.clock.now()))
        assert run("doctor").exit_code == 0
        assert self.sentence("utskick") == ("good", "sms: file; 1 planerat.")
        assert self.sentence("klockan") == ("good", "1 tidsstyrt jobb går.")

    def test_something_should_have_gone(self, office: World) -> None:
        remind(office)
        office.clock.advance(outbox.OVERDUE_AFTER + timedelta(seconds=1))
        assert run("doctor").exit_code == 1
        words = "1 utskick skulle ha gått, och inget skickar dem. Kör p24tui worker, eller ha en konsol öppen."
        assert self.sentence("utskick") == ("bad", words)

    def test_somebody_must_decide(self, office: World) -> None:
        with_gateway(office, Uncertain(Problem.SILENCE))
        remind(office)
        send(office)
        verdict, words = self.sentence("utskick")
        assert (verdict, words[:27]) == ("warning", "1 osäkra och 0 misslyckade ")

    def test_no_way_out(self, office: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("P24TUI_SMS", "")
        assert self.sentence("utskick")[0] == "warning"
        remind(office)
        office.clock.advance(outbox.OVERDUE_AFTER + timedelta(seconds=1))
        verdict, words = self.sentence("utskick")
        assert (verdict, "ingen väg för sms är inställd" in words) == ("bad", True)

    def test_a_job_that_fails_and_one_that_was_missed(self, office: World) -> None:
        def fail(_system: object) -> int:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            ticks.run(office.system, "outbox", "worker:test", fail)
        assert self.sentence("klockan") == ("bad", "Tidsstyrda jobb misslyckas: sms: ZeroDivisionError")
        office.clock.advance(timedelta(seconds=5))
        ticks.run(office.system, "outbox", "worker:test", lambda _system: 0)
        office.clock.advance(timedelta(seconds=5))
        ticks.missed(office.system, "outbox", "worker:test")
        assert self.sentence("klockan") == ("warning", "Tidsstyrda jobb hann inte gå i tid: sms.")

    def test_what_failed_where_nobody_is_any_longer_is_no_news_once_it_has_gone_well(self, office: World) -> None:
        def fail(_system: object) -> int:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            ticks.run(office.system, "outbox", "console:gone", fail)
        office.clock.advance(timedelta(minutes=5))
        ticks.run(office.system, "outbox", "worker:test", lambda _system: 0)
        assert ticks.troubled(office.system) == ()
        assert self.sentence("klockan")[0] == "good"
