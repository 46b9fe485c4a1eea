"""A database that was restored from a backup lacks seals that are anchored: that is found, until somebody says why."""

from pathlib import Path

import pytest
from sqlalchemy import text

from p24tui.errors import BadInput, Refused
from p24tui.gateways import seal_file
from p24tui.gateways.seal_file import Restored
from p24tui.routine.actor import Actor
from p24tui.services import log_restore, log_seals
from p24tui.services.log_verify import Found, Tally, What, verify
from tests.controlling import make_controller
from tests.services.test_log_seals import a_minute_later, lines
from tests.tampering import KEPT, Row, content, put_back, triggers_off
from tests.world import UNIT, World

pytestmark = [pytest.mark.rule("LO-2"), pytest.mark.hazard("H20")]

OPERATOR = Actor(None, "tekniker", None, UNIT, "cli:test")
WHY = "disken gick sönder; säkerhetskopian från i går"


def sealed(world: World, times: int) -> None:
    for _time in range(times):
        a_minute_later(world)
        log_seals.keep(world.system)


def restored(world: World, backup: dict[str, list[Row]]) -> None:
    """The logs as they were when the backup was made, and with their triggers."""
    with world.system.store.writing() as tx:
        triggers_off(tx)
    put_back(world, backup)
    with world.system.store.writing() as tx:
        for name in KEPT if tx.on_postgresql else ():
            tx.connection.execute(text(f"ALTER TABLE {name} ENABLE TRIGGER USER"))


def looked(world: World) -> tuple[list[Found], list[Restored]]:
    tally = Tally()
    return list(verify(world.system, tally)), tally.restored


def test_it_goes_on_once_somebody_has_said_why_and_the_gap_is_told_ever_after(world: World) -> None:
    sealed(world, 2)
    backup, kept = content(world), lines(world)[-1]
    sealed(world, 3)
    anchored = lines(world)
    restored(world, backup)
    assert not log_seals.standing(world.system).agrees
    for _time in range(2):
        a_minute_later(world)
        with pytest.raises(BadInput, match="seal-differs"):
            log_seals.keep(world.system)
    found, told = looked(world)
    assert {(one.what, one.position) for one in found} == {(What.ANCHOR, 3), (What.ANCHOR, 4), (What.SEALS_MISSING, 5)}
    assert told == []
    one = log_restore.accept(world.system, OPERATOR, f" {WHY}\n")
    assert (one.by, one.why, one.after, one.lost) == ("tekniker", WHY, kept, 5)
    assert looked(world) == ([], [one])
    sealed(world, 2)
    assert looked(world) == ([], [one])
    assert lines(world)[: len(anchored) + 1] == [*anchored, one.line], "nothing is taken out of the file"
    assert log_seals.standing(world.system).agrees
    (event,) = (row for row in rows_of_events(world) if row["kind"] == "log.restore-accepted")
    assert event["details"] == {"after": 2, "lost": 5, "why": WHY}


def rows_of_events(world: World) -> list[Row]:
    return content(world)["events"]


def test_what_is_lost_without_such_a_line_is_found_before_and_after_one(world: World) -> None:
    sealed(world, 1)
    first = content(world)
    sealed(world, 2)
    second = content(world)
    sealed(world, 1)
    restored(world, second)
    one = log_restore.accept(world.system, OPERATOR, WHY)
    sealed(world, 2)
    restored(world, first)  # and again, further back
    found, told = looked(world)
    assert {one.what for one in found} == {What.SEALS_MISSING}
    assert {one.position for one in found} == {2, 3, 4, 5}
    assert told == [one], "what was lost the first time is told all the same"
    with pytest.raises(BadInput, match="seal-differs"):
        log_seals.keep(world.system)
    other = log_restore.accept(world.system, OPERATOR, WHY)
    assert (other.kept, other.lost) == (1, 5)
    sealed(world, 3)
    assert looked(world) == ([], [one, other])


def test_a_backup_that_is_older_than_all_of_the_file(world: World) -> None:
    sealed(world, 1)
    backup = content(world)
    sealed(world, 2)
    path = log_seals.path(world.system.settings)
    path.write_text(f"{lines(world)[-1]}\n")  # of a machine that came later
    restored(world, backup)
    one = log_restore.accept(world.system, make_controller(world), WHY)
    assert (one.by, one.kept, one.lost) == ("Eva Nyström", 0, 3)
    sealed(world, 1)
    assert looked(world) == ([], [one])
    assert [seal_file.number_of(line) for line in lines(world)] == [3, None, 1, 2]


def test_nothing_is_accepted_without_a_reason_or_where_nothing_is_lost_or_by_just_anybody(world: World) -> None:
    sealed(world, 2)
    for who, why, said in (
        (OPERATOR, " \n", "restore-why"),
        (OPERATOR, WHY, "seals-agree"),
        (world.actor("maria"), WHY, "role-may-not"),
    ):
        with pytest.raises((BadInput, Refused), match=said):
            log_restore.accept(world.system, who, why)
    assert looked(world) == ([], [])
    assert len(lines(world)) == 2


def test_a_crash_between_the_log_and_the_file_leaves_it_to_be_done_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed(world, 1)
    backup = content(world)
    sealed(world, 1)
    restored(world, backup)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(seal_file.SealFile, "append", killed)
        with pytest.raises(KeyboardInterrupt):
            log_restore.accept(world.system, OPERATOR, WHY)
    assert looked(world)[0]
    one = log_restore.accept(world.system, OPERATOR, WHY)
    assert looked(world) == ([], [one])


RESTORED = Restored("2026-11-23T08:00:00.000000Z", "Åsa \x1b[2J", "två\nrader", "2 x y", 4)


def test_a_line_of_a_restore_is_one_line_of_ascii_whatever_somebody_wrote() -> None:
    assert RESTORED.line.isascii()
    assert RESTORED.line.isprintable()
    assert seal_file.restored_in(RESTORED.line) == RESTORED


@pytest.mark.parametrize("rubbish", ["restored ", "restored {}", "restored [1]", 'restored {"at": 1}', "restored \x1b"])
def test_what_only_looks_like_such_a_line_is_no_restore_and_found(world: World, rubbish: str) -> None:
    sealed(world, 2)
    with log_seals.path(world.system.settings).open("a") as file:
        file.write(f"{rubbish}\n")
    found, told = looked(world)
    assert ([(one.what, one.position) for one in found], told) == ([(What.ANCHOR, 0)], [])
    with pytest.raises(BadInput, match="seal-differs"):
        log_seals.keep(world.system)


def test_lines_in_force_are_those_that_no_later_restore_took_away(tmp_path: Path) -> None:
    def back_to(kept: int) -> str:
        return Restored("", "", "", f"{kept} x" if kept else "", 9).line

    path = tmp_path / "seals"
    for file, holds in (
        (["1", "2", "3"], ["1", "2", "3"]),
        (["1", "2", "3", back_to(1), "2"], ["1", "2"]),
        (["1", "2", "3", back_to(2), "3", "4", back_to(3), "4"], ["1", "2", "3", "4"]),
        (["1", "2", "3", back_to(2), "3", "4", back_to(1), "2"], ["1", "2"]),
        (["5", back_to(0), "1"], ["1"]),
        ([back_to(0)], []),
    ):
        path.write_text("".join(f"{line}\n" for line in file))
        assert list(seal_file.in_force(path)) == holds
