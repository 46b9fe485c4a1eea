"""The log on the command line."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from p24tui.cli import log as cli_log
from p24tui.services import log_removal
from p24tui.services import log_seals as sealing
from tests.acceptance.test_cli import run
from tests.services.test_log_removal import old
from tests.services.test_log_restore import restored
from tests.tampering import content
from tests.world import World

__all__ = ["old"]


@pytest.fixture
def here(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The world as the commands find it, with a log that is sealed."""
    monkeypatch.setenv("P24TUI_HOME", str(world.system.settings.home))
    monkeypatch.setenv("P24TUI_DATABASE", world.system.settings.database)
    world.case()
    sealing.keep(world.system)
    return world


@pytest.mark.rule("LO-2")
def test_a_log_as_it_was_written(here: World) -> None:
    done = run("log", "verify")
    assert done.exit_code == 0, done.output
    assert "✓ Loggarna är som de skrevs." in done.output
    assert "Sigill: 1, varav i filen här: 1." in done.output
    assert "Senaste sigillet är från 2026-11-23 09.00.00;" in done.output
    said = json.loads(run("log", "verify", "--json").output)
    assert (said["found"], said["seals"], said["anchored"]) == ([], 1, 1)
    assert said["seal_file"] == str(here.system.settings.home / "log-seals")


@pytest.mark.rule("LO-2")
def test_what_is_changed_is_said_with_its_place(here: World) -> None:
    with here.system.store.writing() as tx:
        off = "ALTER TABLE events DISABLE TRIGGER USER" if tx.on_postgresql else "DROP TRIGGER events_not_changed"
        tx.connection.execute(text(off))
        query = text("SELECT chain, chain_position, seq FROM events WHERE kind = 'case.received'")
        chain, position, seq = tx.connection.execute(query).one()
        tx.connection.execute(text("UPDATE events SET actor = 'x' WHERE kind = 'case.received'"))
    done = run("log", "verify")
    assert done.exit_code == 1
    where = f"✗ händelser {chain} {position} (nr {seq}, 2026-11-23 09.00.00): "
    assert where + "ändrad: raden säger inte det som skrevs\n" in done.output
    assert "1 fel. Utred det." in done.output
    told = run("log", "verify", "--json")
    assert told.exit_code == 1
    (found,) = json.loads(told.output)["found"]
    assert (found["what"], found["log"], found["position"], found["seq"]) == ("changed", "events", position, seq)
    assert found["at"] == "2026-11-23T08:00:00Z"


@pytest.mark.rule("LO-2")
def test_a_chain_with_a_hostile_name_does_not_reach_the_terminal(here: World) -> None:
    with here.system.store.writing() as tx:
        name = "\x1b[2J\nfalse"
        values = {"chain": name, "hash": b"x"}
        tx.connection.execute(text("INSERT INTO chain_heads VALUES ('events', :chain, 1, :hash)"), values)
    done = run("log", "verify")
    assert done.exit_code == 1
    assert "\x1b" not in done.output
    assert "false 1: avkortad" in done.output.replace("\n", " ")


@pytest.mark.rule("LO-2")
def test_a_restored_database_is_accepted_with_a_reason_and_told_of_ever_after(here: World) -> None:
    backup = content(here)
    here.clock.advance(timedelta(minutes=1))
    here.case()
    sealing.keep(here.system)
    assert run("log", "anchor").exit_code == 0
    assert run("log", "anchor", "--accept-restore", "--reason", "x").exit_code == 3
    restored(here, backup)
    said = run("log", "anchor")
    assert said.exit_code == 1
    assert "Sigill i filen till och med 2, i databasen till och med 1." in said.output
    assert run("log", "verify").exit_code == 1
    assert run("log", "anchor", "--accept-restore").exit_code == 2, "nobody says why"
    accepted = run("log", "anchor", "--accept-restore", "--reason", "disken gick sönder")
    assert accepted.exit_code == 0, accepted.output
    told = run("log", "verify")
    assert told.exit_code == 0, told.output
    (gap,) = (line for line in told.output.splitlines() if line.startswith("!"))
    assert "sigill 2 är borta" in gap
    assert gap.endswith("disken gick sönder")
    (one,) = json.loads(run("log", "verify", "--json").output)["restored"]
    assert (one["lost"], one["why"]) == (2, "disken gick sönder")


def test_interrupted_it_says_that_not_all_is_looked_at(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli_log, "_teller", lambda: interrupted)
    done = run("log", "verify")
    assert done.exit_code == 130
    assert "Avbrutet." in done.output
    assert "✓" not in done.output


@pytest.mark.rule("LO-2")
def test_old_months_are_removed_when_asked(old: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("P24TUI_HOME", str(tmp_path))
    monkeypatch.setenv("P24TUI_DATABASE", old.system.settings.database)
    assert run("log", "remove-old").exit_code == 1  # nobody said yes
    done = run("log", "remove-old", "--yes")
    assert "2019-12: borttaget ur händelserna 1, ur läsningarna 2." in done.output
    assert run("log", "verify").exit_code == 0
    again = run("log", "remove-old", "--yes")
    assert again.exit_code == 3
    assert "Inget i loggarna är gammalt nog" in again.output
    monkeypatch.setattr(log_removal, "remove_old", lambda *_: {})
    assert "Inget har varit förseglat länge nog" in run("log", "remove-old", "--yes").output
