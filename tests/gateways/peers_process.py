"""Programs of others that ours is tested against, by npm: an OpenID provider, and readers of tokens and QR codes."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.npm import NoNpmError, installed

FOLDER = Path(__file__).parent / "peers"

CLIENT, SECRET = "p24tui", "hemligt + med % och :"

_READS_WITHIN = 30.0


def needed() -> Path:
    """The folder ``node_modules`` for a test, which says so and is skipped without it; with ``CI`` it fails."""
    try:
        return installed(FOLDER)
    except NoNpmError as error:
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
