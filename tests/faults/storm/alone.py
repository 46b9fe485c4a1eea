"""A world of its own for the storm: its processes and mounts are nobody else's, and end with it whatever happens.

Linux gives that to root, and to anybody where user namespaces are allowed: when the first process there ends, even by
SIGKILL, the kernel ends all others, and what was mounted is gone.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

_NAMESPACES = ("--mount", "--pid", "--fork", "--kill-child", "--mount-proc")


MEMORY = Path("/dev/shm")


def command(module: str, arguments: list[str], database: str) -> list[str] | None:
    """How the module is run in a world of its own; none where that cannot be had here.

    PostgreSQL refuses root, also one that is so in a namespace alone: who is not really root has none there.
    """
    unshare = shutil.which("unshare")
    if sys.platform != "linux" or unshare is None:
        return None
    if os.geteuid() != 0 and database == "postgresql":
        return None
    as_root = [] if os.geteuid() == 0 else ["--map-root-user"]
    alone = [unshare, *as_root, *_NAMESPACES]
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        return None
    return [*alone, sys.executable, "-m", module, *arguments]


def memory() -> Path:
    """A folder for all the files of this world, which nobody else sees, and which is gone with it."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=1777", "tmpfs", str(MEMORY)], check=True)
    folder = MEMORY / "storm"
    folder.mkdir()
    return folder
