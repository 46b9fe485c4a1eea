"""Settings that would make the console fall silent are said, not taken."""

from dataclasses import fields
from pathlib import Path

import pytest

from p24tui import settings
from p24tui.errors import BadInput
from p24tui.explain import explain


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
