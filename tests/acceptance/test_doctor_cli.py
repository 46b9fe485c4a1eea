"""``p24tui doctor`` at an installation that does not open: it names what it cannot reach, and what to try."""

import json
from pathlib import Path

import pytest

from p24tui.clock import SystemClock
from p24tui.errors import BadInput, Unavailable
from p24tui.explain import explain
from p24tui.services import doctor
from p24tui.settings import Settings
from p24tui.store.connect import shown_address
from tests.acceptance.test_cli import INIT, run
from tests.web.authority import Authority
from tests.world import PEOPLE, UNIT


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("P24TUI_HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://p24:hem@ligt@db.example:5432/p24", "postgresql://p24@db.example:5432/p24"),
        ("postgresql:///p24?host=/run/postgresql&password=hemligt", "postgresql:///p24?host=/run/postgresql"),
        ("postgresql://{person}@/p24?host=/run/postgresql", "postgresql://{person}@/p24?host=/run/postgresql"),
        ("postgresql://p24:hemligt@[db/p24", "postgresql://…"),
    ],
)
def test_an_address_is_shown_without_its_password(address: str, shown: str, tmp_path: Path) -> None:
    assert shown_address(Settings(home=tmp_path, database=address)) == shown
    as_maria = shown_address(Settings(home=tmp_path, database=address, staff=PEOPLE["maria"][0]))
    assert as_maria == shown.replace("{person}", "p24_se2321000016-ml01")


def test_a_server_that_does_not_answer_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("P24TUI_DATABASE", "postgresql://p24:hemligt@127.0.0.1:1/p24")
    done = run("doctor")
    assert done.exit_code == 1
    assert "postgresql://p24@127.0.0.1:1/p24." in done.output
    assert "psql" in done.output
    assert "hemligt" not in done.output


def test_a_file_that_cannot_be_opened_is_named_and_whose_it_should_be(tmp_path: Path) -> None:
    said = doctor.without_database(Settings(home=tmp_path), Unavailable("database", "readonly"))
    assert str(tmp_path / "p24tui.db") in said
    assert "äga" in said
    assert "äga" not in doctor.without_database(Settings(home=tmp_path), Unavailable("database", "locked"))


def test_a_key_that_cannot_be_read_is_said_once_and_whose_it_should_be(home: Path) -> None:
    run(*INIT)
    key = home / "p24tui.key"
    key.unlink()
    key.mkdir(mode=0o700)
    said = run("doctor").output
    assert said.count(str(key)) == 1
    assert "Den ska ägas av den som kör p24tui." in said


def test_the_sentences_stand_below_each_other(home: Path) -> None:
    run(*INIT)
    lines = run("doctor").output.splitlines()
    assert all(len(line.split()) > 2 for line in lines)
    width = max(len(one) for one in ("personuppgifter", "mellanlagring", "databasroller"))
    assert {line[2 + width] for line in lines} == {" "}
    assert all(line[3 + width] != " " for line in lines)


def test_init_lets_an_administrators_settings_be_that_say_so_already(home: Path) -> None:
    file = home / "settings.toml"
    file.write_text(f'login = "password"\nunit = "{UNIT}"\nstaff = "{PEOPLE["maria"][0]}"\n', encoding="utf-8")
    before = (file.read_bytes(), file.stat().st_mtime_ns)
    done = run(*INIT)
    assert (done.exit_code, "Engångslösenord" in done.output) == (0, True)
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before


def test_init_makes_nothing_where_it_could_not_write_the_settings(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = home / "settings.toml"
    file.write_text('login = "password"\n', encoding="utf-8")
    monkeypatch.setattr("os.access", lambda _path, _mode: False)  # root may write everywhere
    done = run(*INIT)
    assert done.exit_code == 2
    assert str(file) in done.output
    assert not (home / "p24tui.db").exists(), "a password that is shown once would be lost"
    assert "går inte att skriva" in explain(BadInput("home-not-writable", path=str(file), problem=""))


@pytest.mark.rule("NA-1")
def test_where_cards_come_by_the_proxy_their_roots_and_lists_are_looked_at(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def card() -> tuple[str, str]:
        found = json.loads(run("doctor", "--json").output)
        return next((one["verdict"], one["sentence"]) for one in found if one["name"] == "kort")

    run(*INIT)
    authority = Authority(home / "authority", SystemClock().now())
    monkeypatch.setenv("P24TUI_WEB_ADDRESS", "https://konsol.region.example")
    assert card()[0] == "bad"
    for name, value in authority.settings.items():
        monkeypatch.setenv(name, value)
    assert card() == ("good", "Korten kommer genom proxyn. Rotcertifikat: 1; spärrlistor: 1, ingen för gammal.")
    (home / "authority" / "list.crl").unlink()
    assert (card()[0], "card_revocation" in card()[1]) == ("bad", True)
