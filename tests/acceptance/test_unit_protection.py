"""For how long a unit keeps an answer on protection, and what the doctor says of the service, on the command line."""

import json
import socket
from pathlib import Path

import pytest

from tests.acceptance.test_cli import INIT, run
from tests.gateways.person_service import answer, person_service, says
from tests.world import UNIT


@pytest.fixture(autouse=True)
def unit_at_home(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A unit in an empty database."""
    monkeypatch.setenv("P24TUI_HOME", str(tmp_path))
    if database_url:
        monkeypatch.setenv("P24TUI_DATABASE", database_url)
    assert run(*INIT).exit_code == 0


@pytest.mark.rule("PR-1")
def test_how_long_an_answer_is_kept_is_shown_and_changed() -> None:
    assert run("unit", "protection", UNIT).output == "skydd: svaret gäller i 1440 minuter\n"
    assert run("unit", "protection", UNIT, "60").output == "skydd: svaret gäller i 60 minuter\n"
    assert run("unit", "protection", UNIT, "1").output == "skydd: svaret gäller i 1 minut\n"
    said = "skydd: svaret sparas inte, tjänsten frågas varje gång patienten skriver\n"
    assert run("unit", "protection", UNIT, "0").output == said
    assert run("unit", "protection", UNIT).output == said


@pytest.mark.rule("PR-1")
@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((UNIT, "1441"), "högst 1440 minuter"),
        ((UNIT, "--", "-1"), "högst 1440 minuter"),
        ((UNIT, "usual"), "usual"),
        (("SE2321000016-NONE",), "finns inte"),
        (("SE2321000016-NONE", "5"), "finns inte"),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(args: tuple[str, ...], said: str) -> None:
    done = run("unit", "protection", *args)
    assert done.exit_code == 2
    assert said in done.output
    assert "Traceback" not in done.output
    assert run("unit", "protection", UNIT).output == "skydd: svaret gäller i 1440 minuter\n"


def doctor() -> tuple[str, str]:
    findings = json.loads(run("doctor", "--json").output)
    (found,) = [one for one in findings if one["name"] == "personuppgifter"]
    return found["verdict"], found["sentence"]


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H2")
def test_the_doctor_says_whether_a_service_over_http_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    with person_service() as service:
        monkeypatch.setenv("P24TUI_PERSON_DATA", service.address)
        monkeypatch.setenv("P24TUI_PERSON_DATA_TOKEN", "hemligt")
        assert doctor() == ("good", "Personuppgiftstjänsten svarar.")
        assert [asked.line for asked in service.asked] == ["GET /pu/health HTTP/1.1"]
        service.treat = says(answer(b"", 401))
        verdict, sentence = doctor()
        assert (verdict, "does not accept the token" in sentence) == ("bad", True)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("P24TUI_PERSON_DATA", f"http://127.0.0.1:{closed.getsockname()[1]}")
        verdict, sentence = doctor()
    assert (verdict, "nobody listens there" in sentence) == ("bad", True)


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H1", "H2")
@pytest.mark.parametrize("command", [("doctor",), ("cases",)])
def test_an_address_in_clear_to_another_machine_is_said_and_nothing_is_started(
    monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("P24TUI_PERSON_DATA", "http://hemligt.example.se/pu")
    done = run(*command)
    assert done.exit_code != 0
    assert "person_data: https:// is needed to another machine" in done.output
    assert "hemligt" not in done.output
