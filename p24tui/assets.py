"""Where the data files that come with the program lie: beside the checkout, or inside the installed package."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).resolve().parent


def path(*parts: str) -> Path:
    """The path of one asset, such as ``path("rules.toml")``."""
    installed = _PACKAGE / "_assets"
    root = installed if installed.is_dir() else _PACKAGE.parent / "assets"
    return root.joinpath(*parts)


@cache
def load(name: str) -> dict[str, Any]:
    """A TOML asset as it stands, read once."""
    return tomllib.loads(path(name).read_text(encoding="utf-8"))
