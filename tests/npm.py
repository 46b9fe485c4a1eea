"""Programs of others, by npm: installed once, outside the checkout, into the cache of whoever runs the tests."""

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

import platformdirs

_WITHIN = 180.0
"""Seconds that an installation may take."""


class NoNpmError(Exception):
    """They cannot be had here."""


def installed(packages: Path) -> Path:
    """The folder ``node_modules`` with the packages that a folder locks. Raises ``NoNpmError`` where there is none."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise NoNpmError("neither node nor npm may be missing")
    lock = hashlib.sha256((packages / "package-lock.json").read_bytes()).hexdigest()[:16]
    folder = Path(platformdirs.user_cache_dir("p24tui-tests")) / f"{packages.name}-{lock}"
    if not folder.exists():
        _install(npm, packages, folder)
    return folder / "node_modules"


def _install(npm: str, packages: Path, folder: Path) -> None:
    """Install beside, then move: several test processes may do so at once, and one may be killed."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f"{packages.name}-", dir=folder.parent))
    try:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(packages / name, made)
        try:
            subprocess.run(
                [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                cwd=made,
                check=True,
                capture_output=True,
                timeout=_WITHIN,
            )
        except (OSError, subprocess.SubprocessError) as error:
            said = getattr(error, "stderr", None) or b""
            raise NoNpmError(f"npm ci failed: {said.decode(errors='replace')[-500:] or error}") from error
        try:
            made.rename(folder)
        except OSError:
            if not folder.exists():  # else another was faster
                raise
    finally:
        shutil.rmtree(made, ignore_errors=True)
