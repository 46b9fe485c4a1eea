"""The manual's pictures say what the program says today."""

import re
import shutil
from pathlib import Path

import pytest

from tests import documents, screenshots
from tests.manual_scenes import SCENES
from tests.picture import said

LARGEST = 80_000
"""Bytes that a picture may have."""
PICTURES = sorted(screenshots.PICTURES.rglob("*.svg"))


@pytest.mark.parametrize("language", screenshots.LANGUAGES)
@pytest.mark.parametrize("name", SCENES)
def test_a_picture_of_the_manual_shows_the_words_of_the_program(
    name: str, language: str, peopled_home: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(peopled_home, home)
    now = screenshots.scene(SCENES[name], home, language)
    there = (screenshots.PICTURES / language / f"{name}.svg").read_text(encoding="utf-8")
    assert said(now) == said(there), "stale: python -m tests.screenshots"


@pytest.mark.parametrize("picture", PICTURES, ids=lambda one: f"{one.parent.name}-{one.stem}")
def test_a_picture_is_small_and_asks_for_nothing_from_elsewhere(picture: Path) -> None:
    svg = picture.read_text(encoding="utf-8")
    assert len(svg.encode()) < LARGEST
    assert not re.search(r"(?:url\(|href=|src=)[\"']?http", svg)
    assert len(said(svg).splitlines()) > 5


def test_every_picture_is_shown_somewhere() -> None:
    shown = {
        (page.parent / target).resolve()
        for page in documents.PAGES
        for target in documents.targets(page)
        if target.endswith(".svg")
    }
    assert set(PICTURES) <= shown


def test_other_words_make_a_picture_stale() -> None:
    at, *_ = PICTURES
    svg = at.read_text(encoding="utf-8")
    assert screenshots.stale([(at, svg)]) == []
    assert screenshots.stale([(at, svg.replace("P24", "P25"))]) == [at]
    assert screenshots.stale([(at.with_name("not-there.svg"), svg)]) == [at.with_name("not-there.svg")]
