"""Settings that would make the console fall silent are said, not taken."""

from dataclasses import fields
from pathlib import Path

import pytest

from p24tui import settings
from p24tui.errors import BadInput
from p24tui.explain import explain
from p24tui.text import clean_line


def loaded(home: Path, alert_by: str) -> settings.Settings:
    return settings.load({"P24TUI_HOME": str(home), "P24TUI_ALERT_BY": alert_by})


def test_the_ways_of_an_alarm_may_stand_with_spaces(tmp_path: Path) -> None:
    assert loaded(tmp_path, "bell, notify").alerts == {"bell", "notify"}
    assert settings.load({"P24TUI_HOME": str(tmp_path)}).alerts == {"bell", "notify", "colour"}


def test_a_way_of_an_alarm_that_there_is_not_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as error:
        loaded(tmp_path, "bel,notify")
    assert "alert_by: bel" in explain(error.value)


def with_file(home: Path, file: str, **environ: str) -> settings.Settings:
    (home / "settings.toml").write_text(file, encoding="utf-8")
    return settings.load({"P24TUI_HOME": str(home), **{f"P24TUI_{name}": value for name, value in environ.items()}})


@pytest.mark.rule("NA-1")
@pytest.mark.parametrize("key", sorted(settings.PROOF))
def test_where_the_file_says_how_one_logs_in_no_variable_weakens_it(tmp_path: Path, key: str) -> None:
    said = {"login": "system-user", "card_revocation_required": "false"}.get(key, "another")
    file = 'login = "card"\ncard_roots = "/mine.pem"\n'
    assert with_file(tmp_path, file, **{key.upper(): said, "LANG": "en"}) == with_file(tmp_path, file, LANG="en")


@pytest.mark.rule("NA-1")
def test_where_the_file_does_not_the_environment_may(tmp_path: Path) -> None:
    said = with_file(tmp_path, 'unit = "SE2321000016-ASEN"\n', LOGIN="system-user", CARD_ROOTS="/roots.pem")
    assert (said.login, said.card_roots) == ("system-user", "/roots.pem")


def test_every_key_of_a_login_is_one_that_the_file_alone_says() -> None:
    """But for those that prove nothing about staff: our own secret, and the port of this machine."""
    names = {one.name for one in fields(settings.Settings)}
    of_logins = {one for one in names if one == "login" or one.startswith(("card_", "staff_oidc"))}
    assert of_logins - settings.PROOF == {"staff_oidc_secret", "staff_oidc_port"}


@pytest.mark.parametrize(
    "written",
    [b"database = " + b"[" * 3000, b"intake_port = " + b"9" * 5000, b"x = \xff", b"x = 1979-02-30", b"x ="],
    ids=["nested", "number", "letters", "day", "nothing"],
)
def test_a_file_that_cannot_be_read_is_said(tmp_path: Path, written: bytes) -> None:
    """Nesting and numbers that Python's reader gives up on were found by ``python -m tests.fuzz settings``."""
    (tmp_path / settings.FILE_NAME).write_bytes(written)
    with pytest.raises(BadInput) as error:
        settings.load({"P24TUI_HOME": str(tmp_path)})
    assert settings.FILE_NAME in explain(error.value)


@pytest.mark.parametrize("path", ["~nobody-here/x", "x\x00y"])
@pytest.mark.parametrize("name", sorted({"home", *settings.PATHS}))
def test_a_path_that_there_cannot_be_is_said(tmp_path: Path, name: str, path: str) -> None:
    """Found by ``python -m tests.fuzz settings``: the home folder of nobody ended in a traceback."""
    with pytest.raises(BadInput) as error:
        settings.load({"P24TUI_HOME": str(tmp_path), f"P24TUI_{name.upper()}": path})
    assert f"{name}: " in explain(error.value)


@pytest.mark.hazard("H23")
@pytest.mark.parametrize("name", ["alert_by", "keys", "lang", "home"])
def test_what_is_bad_is_said_in_a_line_that_a_terminal_may_be_given(tmp_path: Path, name: str) -> None:
    """Found by ``python -m tests.fuzz settings``: a control sequence in the environment was said to the terminal."""
    environ = {"P24TUI_HOME": str(tmp_path), f"P24TUI_{name.upper()}": "~\x1b]52;c;?\x07" + "å" * 5000 + "/x"}
    with pytest.raises(BadInput) as error:
        settings.load(environ)
    sentence = explain(error.value)
    assert clean_line(sentence, 1000) == sentence
    assert f"{name}" in sentence
    assert len(sentence) < 500


def test_keys_that_there_are_not_are_said_in_such_a_line_too(tmp_path: Path) -> None:
    (tmp_path / settings.FILE_NAME).write_text('"\\u001b[2J' + "å" * 5000 + '" = 1\n', encoding="utf-8")
    with pytest.raises(BadInput) as error:
        settings.load({"P24TUI_HOME": str(tmp_path)})
    sentence = explain(error.value)
    assert clean_line(sentence, 1000) == sentence
    assert len(sentence) < 500


@pytest.mark.parametrize("name", ["lang", "staff", "intake_port", "card_roots"])
def test_bytes_that_are_no_text_are_said(tmp_path: Path, name: str) -> None:
    """Found by ``python -m tests.fuzz settings``: such a language ended in a traceback."""
    with pytest.raises(BadInput) as error:
        settings.load({"P24TUI_HOME": str(tmp_path), f"P24TUI_{name.upper()}": "x\udcff"})
    assert f"{name}: " in explain(error.value)


@pytest.mark.parametrize(
    ("home", "words"), [("taken", "en del av sökvägen är ingen mapp"), ("folder", "det är en mapp")]
)
def test_what_the_system_says_of_the_file_is_said_without_its_number_and_in_the_language_in_use(
    tmp_path: Path, home: str, words: str
) -> None:
    (tmp_path / "taken").touch()
    (tmp_path / "folder" / "settings.toml").mkdir(parents=True)
    with pytest.raises(BadInput) as error:
        settings.load({"P24TUI_HOME": str(tmp_path / home)})
    assert f"går inte att läsa: {words}. Rätta den" in explain(error.value)
