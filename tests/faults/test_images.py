"""Under fire: whoever takes files out is killed at any moment; no image stays, none goes unseen (H18)."""

import os
import random
import time

import pytest

from p24tui.clock import SystemClock
from p24tui.services import images
from p24tui.store import events, messages
from p24tui.store.tables import exported_files
from p24tui.store.values import Attachment
from tests.faults.exporting import KEPT, Work, export, with_guard
from tests.faults.processes import PROCESSES
from tests.stored import rows
from tests.world import World

SEED = 18
KILLS = 12
MOST_KILLS = 60
FILES = 20
LATE = 3.0
"""Seconds within which a guard gets to run, on a machine that is busy with other tests."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.rule("IM-1", "IM-2", "IM-3"),
    pytest.mark.hazard("H18"),
    pytest.mark.skipif(os.name != "posix", reason="there is no temporary storage on Windows"),
]


@pytest.fixture(autouse=True)
def two_hours_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """What ``with_guard`` sets for this process is as before in the tests that come after."""
    for name in ("kept", "ARRIVES_WITHIN"):
        monkeypatch.setattr(images, name, getattr(images, name))


def sent(world: World) -> tuple[str, ...]:
    case = world.case(unread=0)
    data = b"Alvedon\n" * 20_000
    with world.system.store.writing() as tx:
        for number in range(FILES):
            file = Attachment(f"f{number}", case.id, None, f"{number}.txt", "text/plain", len(data), "00", data)
            messages.add_attachment(tx, file)
    return tuple(f"f{number}" for number in range(FILES))


def killed_at_any_moment(work: Work, dice: random.Random) -> None:
    ours, theirs = PROCESSES.Pipe()
    process = PROCESSES.Process(target=export, args=(work, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        assert ours.recv() == "begun"
        time.sleep(dice.uniform(0, 0.9))
        assert process.is_alive()
    finally:
        process.kill()
        process.join()
        ours.close()


def test_no_image_stays_past_its_time_and_none_goes_unseen(sqlcipher_world: World) -> None:
    world, dice = sqlcipher_world, random.Random(SEED)
    work = Work(world.system.settings.home, sent(world))
    with_guard(world)
    kills, known = 0, set[str]()
    while kills < KILLS or (len(known) <= KILLS and kills < MOST_KILLS):  # a slow machine takes few out before each
        killed_at_any_moment(work, dice)
        kills += 1
        known = {row["file_name"] for row in rows(world, exported_files)}
        whole = {one.name for one in world.system.storage.files() if not one.name.endswith(".part")}
        assert whole <= known, "a file without a row"
    last = SystemClock().now()
    while left := world.system.storage.files():  # only the guard is there to remove them
        now = SystemClock().now()
        assert all(one.delete_at and (now - one.delete_at).total_seconds() < LATE for one in left)
        assert now - last < KEPT * 3
        time.sleep(0.05)
    images.sweep(world.system)
    found = rows(world, exported_files)
    assert len(found) > KILLS
    assert all(row["deleted_at"] is not None for row in found)
    with world.system.store.reading() as tx:
        told = [one.kind for one in events.of_case(tx, found[0]["case_id"])]
    unjournalled = [row for row in found if row["journalled_at"] is None]
    assert unjournalled
    assert told.count("attachment.lost") >= len(unjournalled)  # one may be journalled after it has gone
    assert told.count("attachment.lost") + told.count("attachment.removed") == len(found)
    print(f"{kills} kills, {len(found)} taken out, {len(unjournalled)} told as lost")
