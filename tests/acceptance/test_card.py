"""A workstation with a card reader, by the command line: what its technician sees, and logging in through bootstrap."""

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives import serialization

from p24tui import bootstrap, settings
from p24tui.cli import make_root
from p24tui.clock import SystemClock
from p24tui.errors import Refused
from p24tui.routine.login import Means
from tests.acceptance.test_cli import INIT
from tests.gateways.card_authority import DAY, Authority, key, pem
from tests.gateways.soft_card import PIN, SoftReader, soft_reader
from tests.world import PEOPLE

pytestmark = pytest.mark.rule("NA-1")

ROOT = Authority.root()
ISSUER = ROOT.under()
OWN = key("Maria")
MARIA = PEOPLE["maria"][0]


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoftReader]:
    """A workstation that is set up, and whose card reader is empty."""
    now = SystemClock().now()
    (tmp_path / "roots.pem").write_bytes(pem(ROOT.certificate))
    (tmp_path / "between.pem").write_bytes(pem(ISSUER.certificate))
    (tmp_path / "lists").mkdir()
    for number, issuer in enumerate((ROOT, ISSUER)):
        made = issuer.revocation_list(since=now - timedelta(hours=1), until=now + DAY)
        (tmp_path / "lists" / f"{number}.crl").write_bytes(made.public_bytes(serialization.Encoding.DER))
    with soft_reader(tmp_path / "reader") as one:
        monkeypatch.setenv("P24TUI_HOME", str(tmp_path))
        monkeypatch.setenv("P24TUI_CARD_LIBRARY", str(one.library))
        monkeypatch.setenv("P24TUI_CARD_ROOTS", str(tmp_path / "roots.pem"))
        monkeypatch.setenv("P24TUI_CARD_INTERMEDIATES", str(tmp_path / "between.pem"))
        monkeypatch.setenv("P24TUI_CARD_REVOCATION", str(tmp_path / "lists"))
        assert run(*INIT).exit_code == 0
        yield one


def run(*args: str, typed: str = "") -> Result:
    return CliRunner().invoke(make_root(), args, input=typed, prog_name="p24tui")


def insert(reader: SoftReader, staff_id: str = MARIA, **more: object) -> None:
    now = SystemClock().now()
    made = ISSUER.issue(OWN, common="Maria Lind", serial_numbers=[staff_id], since=now - DAY, until=now + 100 * DAY)
    reader.insert((made, OWN), **more)  # type: ignore[arg-type]


def test_a_person_logs_in_with_the_card_that_the_settings_name(reader: SoftReader) -> None:
    insert(reader)
    with bootstrap.running(settings.load()) as system:
        assert system.card.is_present()
        with pytest.raises(Refused, match="card-pin-wrong"):
            system.card.read("000000")
        proven = system.card.read(PIN)
        assert (proven.staff_id, proven.means) == (MARIA, Means.CARD)
        reader.pull()
        assert not system.card.is_present()


def test_the_technician_sees_whose_card_it_is(reader: SoftReader) -> None:
    insert(reader)
    read = run("staff", "card", typed=f"{PIN}\n")
    assert read.exit_code == 0, read.output
    assert f"Maria Lind, {MARIA}\n" in read.output
    assert "Test Person HSA-id CA" in read.output
    assert "Maria Lind, sjuksköterska, Vårdcentralen Åsen\n" in read.output
    assert "Kortet är äkta och går att logga in med" in read.output
    assert PIN not in read.output


def test_whoever_is_not_of_the_staff_is_said_not_to_be(reader: SoftReader) -> None:
    insert(reader, "SE2321000016-BO")
    read = run("staff", "card", typed="000000\n")
    assert read.exit_code == 3
    assert "p24tui staff add SE2321000016-BO" in read.output
    assert "Fel PIN-kod" in read.output
    assert "äkta" not in read.output
    proven = run("staff", "card", typed=f"{PIN}\n")
    assert proven.exit_code == 0
    assert "Kortet är äkta, men personen kan inte logga in här." in proven.output
    assert run("staff", "add", "SE2321000016-BO", "--name", "Bo", "--profession", "doctor").exit_code == 0
    assert run("staff", "change", "SE2321000016-BO", "--inactive").exit_code == 0
    assert "(inte aktiv)" in run("staff", "card", typed=f"{PIN}\n").output


def test_no_card_and_no_reader_are_said(reader: SoftReader, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = run("staff", "card")
    assert empty.exit_code == 3
    assert "Inget kort sitter i" in empty.output
    monkeypatch.delenv("P24TUI_CARD_LIBRARY")
    none = run("staff", "card")
    assert none.exit_code == 5
    assert "Kortläsaren svarar inte" in none.output
    assert said_of_the_card() == ("good", "Ingen kortläsare är inställd.")


def said_of_the_card() -> tuple[str, str]:
    (one,) = [one for one in json.loads(run("doctor", "--json").output) if one["name"] == "kort"]
    return one["verdict"], one["sentence"]


def test_the_doctor_looks_at_reader_roots_and_lists(reader: SoftReader, monkeypatch: pytest.MonkeyPatch) -> None:
    verdict, sentence = said_of_the_card()
    assert verdict == "good"
    assert "inget kort" in sentence
    insert(reader, label="Marias kort")
    assert "I den: Marias kort. Rotcertifikat: 1; spärrlistor: 2" in said_of_the_card()[1]

    lists = Path(os.environ["P24TUI_CARD_REVOCATION"])
    long_ago = SystemClock().now() - 3 * DAY
    old = ISSUER.revocation_list(since=long_ago, until=long_ago + DAY)
    (lists / "1.crl").write_bytes(old.public_bytes(serialization.Encoding.DER))
    verdict, sentence = said_of_the_card()
    assert verdict == "bad"
    assert "Spärrlistan är för gammal: CN=Test Person HSA-id CA." in sentence
    monkeypatch.setenv("P24TUI_CARD_REVOCATION_REQUIRED", "false")
    assert said_of_the_card()[0] == "warning"
    for one in lists.iterdir():
        one.unlink()
    assert said_of_the_card() == ("warning", "Ingen spärrlista finns: även spärrade kort tas emot.")
    monkeypatch.delenv("P24TUI_CARD_REVOCATION_REQUIRED")
    verdict, sentence = said_of_the_card()
    assert verdict == "bad"
    assert "Spärrlistan saknas" in sentence


@pytest.mark.parametrize("setting", ["card_roots", "card_library"])
def test_the_doctor_names_what_is_no_root_and_what_is_no_library(
    reader: SoftReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    (tmp_path / "rubbish").write_text("nothing")
    monkeypatch.setenv(f"P24TUI_{setting.upper()}", str(tmp_path / "rubbish"))
    verdict, sentence = said_of_the_card()
    assert verdict == "bad"
    assert setting in sentence


def test_a_command_is_given_by_whoever_the_card_is_of(
    reader: SoftReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file says login by card, and whom the settings name; neither a variable nor an option makes it another."""
    johan = PEOPLE["johan"][0]
    names = ("card_library", "card_roots", "card_intermediates", "card_revocation")
    settings.save(tmp_path, login="card", **{name: os.environ[f"P24TUI_{name.upper()}"] for name in names})
    monkeypatch.setenv("P24TUI_CARD_ROOTS", str(tmp_path / "between.pem"))
    assert run("staff", "add", johan, "--name", "Johan Berg", "--profession", "nurse").exit_code == 0
    insert(reader, johan)
    monkeypatch.setenv("P24TUI_LOGIN", "system-user")
    unasked = run("shift", "start")
    assert (unasked.exit_code, "--password-stdin" in unasked.stderr) == (2, True)
    wrong = run("--password-stdin", "shift", "start", typed="000000\n")
    assert (wrong.exit_code, "Fel PIN-kod" in wrong.stderr) == (3, True)
    assert json.loads(run("shift", "--json").stdout) == []
    begun = run("--staff", MARIA, "--password-stdin", "shift", "start", typed=f"{PIN}\n")
    assert begun.exit_code == 0, begun.output
    assert PIN not in begun.output
    assert [one["name"] for one in json.loads(run("shift", "--json").stdout)] == ["Johan Berg"]


def test_a_card_of_nobody_here_gives_no_command(reader: SoftReader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("P24TUI_LOGIN", "card")
    empty = run("--password-stdin", "cases", typed=f"{PIN}\n")
    assert (empty.exit_code, "Inget kort sitter i" in empty.stderr) == (3, True)
    insert(reader, "SE2321000016-BO")
    done = run("--password-stdin", "cases", typed=f"{PIN}\n")
    assert (done.exit_code, done.stdout, "finns inte bland personalen" in done.stderr) == (3, "", True)
