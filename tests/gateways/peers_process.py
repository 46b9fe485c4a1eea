"""Programs of others that ours is tested against, by npm: an OpenID provider, and readers of tokens and QR codes.

The packages are installed once, outside the checkout, into the cache of whoever runs the tests.
"""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import platformdirs
import pytest

FOLDER = Path(__file__).parent / "peers"

CLIENT, SECRET = "p24tui", "hemligt + med % och :"

_INSTALLS_WITHIN = 180.0
_READS_WITHIN = 30.0


class NoPeersError(Exception):
    """They cannot be had here."""


def installed() -> Path:
    """The folder ``node_modules`` with the packages. Raises ``NoPeersError`` where it cannot be had."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise NoPeersError("neither node nor npm may be missing")
    lock = hashlib.sha256((FOLDER / "package-lock.json").read_bytes()).hexdigest()[:16]
    folder = Path(platformdirs.user_cache_dir("p24tui-tests")) / f"peers-{lock}"
    if not folder.exists():
        _install(npm, folder)
    return folder / "node_modules"


def needed() -> Path:
    """The same for a test, which says so and is skipped where they cannot be had; with ``CI`` it fails."""
    try:
        return installed()
    except NoPeersError as error:
        if os.environ.get("CI"):
            pytest.fail(f"the packages of {FOLDER.name} are needed here: {error}", pytrace=False)
        pytest.skip(f"NOT TESTED AGAINST OTHERS: {error}")


def read(node_modules: Path, **asked: Any) -> dict[str, Any]:
    """What ``read.js`` makes of a token or of a QR code."""
    done = subprocess.run(
        ["node", str(FOLDER / "read.js")],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=os.environ | {"NODE_PATH": str(node_modules)},
        timeout=_READS_WITHIN,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


class Provider:
    """A running OpenID provider, where whoever was told of last logs in."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.issuer = f"http://127.0.0.1:{self._next()['port']}"

    def tell(self, **told: Any) -> None:
        """Tell it who logs in from now on (see ``oidc.mjs``), and wait until it has understood."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(told) + "\n")
        self._process.stdin.flush()
        assert self._next()["event"] == "told"

    def _next(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the OpenID provider has ended: try tests/gateways/peers/oidc.mjs by hand"
        found: dict[str, Any] = json.loads(line)
        return found


@contextmanager
def provider(node_modules: Path, return_to: str, secret: str = SECRET) -> Iterator[Provider]:
    """A provider for the time of the block, that knows one client; an empty ``secret``: a client without."""
    arguments = json.dumps({"client": CLIENT, "secret": secret, "returnTo": return_to})
    process = subprocess.Popen(
        ["node", str(FOLDER / "oidc.mjs"), arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # it warns of what suits a test alone
        text=True,
        encoding="utf-8",
        env=os.environ | {"NODE_PATH": str(node_modules)},
    )
    try:
        yield Provider(process)
    finally:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        process.wait(5)
        process.stdout.close()


def _install(npm: str, folder: Path) -> None:
    """Install beside, then move: several test processes may do so at once, and one may be killed."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix="peers-", dir=folder.parent))
    try:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(FOLDER / name, made)
        try:
            subprocess.run(
                [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                cwd=made,
                check=True,
                capture_output=True,
                timeout=_INSTALLS_WITHIN,
            )
        except (OSError, subprocess.SubprocessError) as error:
            said = getattr(error, "stderr", None) or b""
            raise NoPeersError(f"npm ci failed: {said.decode(errors='replace')[-500:] or error}") from error
        try:
            made.rename(folder)
        except OSError:
            if not folder.exists():  # else another was faster
                raise
    finally:
        shutil.rmtree(made, ignore_errors=True)
