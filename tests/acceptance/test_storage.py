"""The temporary storage on the command line."""

import json
import os
import re
from pathlib import Path

import pytest

from p24tui.services import images
from tests.acceptance.test_cli import run
from tests.services.test_images import last_event, taken_out, there
from tests.world import World

pytestmark = [
    pytest.mark.rule("IM-2"),
    pytest.mark.hazard("H18"),
    pytest.mark.skipif(os.name != "posix", reason="there is no temporary storage on Windows"),
]


def test_what_lies_there_is_listed_and_removed(sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world = sqlcipher_world
    monkeypatch.setenv("P24TUI_HOME", str(world.system.settings.home))
    assert "Inget ligger där." in run("storage").output
    exported, other = taken_out(world), taken_out(world)
    images.journalled(world.system, world.actor("maria"), other.id, "armen")
    (world.system.storage.folder / "stray.png").write_bytes(b"")
    listed = run("storage").output
    assert f"{exported.file_name}  till mån 23 nov 11.00, ej journalförd\n" in listed
    assert f"{other.file_name}  till mån 23 nov 11.00\n" in listed
    assert "stray.png  okänd\n" in listed
    assert [one["known"] for one in json.loads(run("storage", "--json").output)["files"]].count(True) == 2
    refused = run("storage", "purge")
    assert (refused.exit_code, len(there(world))) == (1, 3)
    assert "2 filer är inte journalförda." in refused.output
    assert run("storage", "purge", "--yes").output == "3 filer borttagna.\n"
    assert there(world) == []
    assert last_event(world, exported.case_id).kind == "attachment.lost"


def test_the_doctor_says_whether_it_can_be_used(
    sqlcipher_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("P24TUI_HOME", str(sqlcipher_world.system.settings.home))
    assert re.search(
        rf"^✓ mellanlagring +{re.escape(str(sqlcipher_world.system.storage.folder))}$",
        run("doctor").output,
        re.MULTILINE,
    )
    (tmp_path / "link").symlink_to(tmp_path)
    monkeypatch.setenv("P24TUI_TEMPORARY_STORAGE", str(tmp_path / "link"))
    assert re.search(r"^! mellanlagring +Mellanlagringen är en länk", run("doctor").output, re.MULTILINE)
