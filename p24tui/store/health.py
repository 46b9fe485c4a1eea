"""How the database is: what it is, whether it is whole, and whether it lies where it may."""

from pathlib import Path

from msgspec import Struct

from p24tui.store.engine import Store

_MOUNTS = Path("/proc/self/mounts")
_NETWORK = ("nfs", "cifs", "smb", "fuse.sshfs", "afs", "9p", "webdav", "ncpfs")


class Health(Struct, frozen=True):
    """The kind and version of the database, and what its own check found wrong."""

    kind: str
    version: str
    problems: tuple[str, ...]


def look(store: Store) -> Health:
    """Ask the database how it is. Raises ``Unavailable`` or ``BadInput`` where it cannot say."""
    with store.reading() as tx:
        run = tx.connection.exec_driver_sql
        if tx.on_postgresql:
            return Health("PostgreSQL", str(run("SHOW server_version").scalar_one()).partition(" ")[0], ())
        version = str(run("PRAGMA cipher_version").scalar_one())
        wrong = [str(row[0]) for row in run("PRAGMA quick_check(5)")]
        wrong += [str(row[0]) for row in run("PRAGMA cipher_integrity_check")]
        return Health("SQLCipher", version, tuple(one for one in wrong if one != "ok"))


def network_file_system(path: Path) -> str | None:
    """The kind of network drive that the file lies on; none where it is local, or where that cannot be learnt."""
    if not _MOUNTS.exists():
        return None
    place, best, kind = str(path.resolve()), "", ""
    for line in _MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines():
        _device, mount, file_system, *_rest = line.split(" ")
        mount = mount.replace("\\040", " ")
        if place.startswith(mount.rstrip("/") + "/") and len(mount) > len(best):
            best, kind = mount, file_system
    return kind if kind.startswith(_NETWORK) else None
