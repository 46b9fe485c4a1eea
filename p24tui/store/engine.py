"""Opening the database, and the two kinds of transaction: reading, and writing with its changes told to others."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, exc, func, select
from sqlalchemy.pool import QueuePool

from p24tui.errors import BadInput, Unavailable
from p24tui.settings import Settings
from p24tui.store.connect import FILE_NAME, PERSON, POSTGRESQL, connect_sqlcipher, database_address
from p24tui.store.key import database_key
from p24tui.store.values import Change, Changed

CHANNEL = "p24tui"

_LONGEST = 7_900
"""Characters; PostgreSQL takes fewer than 8,000 bytes, and units and cases have ids of ASCII."""

_EVERYTHING = "*"
_MAY_NOT = "42501"
"""PostgreSQL's word for what a role has no privilege to, and for a row that a policy keeps it from writing."""

_FULL = "53100"
"""PostgreSQL's word for a disk that is full."""

_LOCKED = "55P03"
"""PostgreSQL's word for a lock that was waited for too long."""


@dataclass(slots=True)
class Tx:
    """One transaction. ``changed`` gathers what it touched, to be told when it is durable.

    ``personal`` says that it is under a person's own database role, which sees the rows of their units alone.
    """

    connection: Connection
    personal: bool = False
    changed: set[Change] = field(default_factory=set)

    @property
    def on_postgresql(self) -> bool:
        return self.connection.dialect.name == "postgresql"


class Store:
    """An open database. Safe to use from several threads; each transaction has a connection of its own."""

    def __init__(self, engine: Engine, path: Path | None, key: str | None, *, personal: bool = False) -> None:
        self.engine = engine
        self._writing_engine = engine.execution_options(writes=True)
        self.path = path
        self.key = key
        self.personal = personal
        self._listeners: list[Callable[[frozenset[Change]], None]] = []

    @contextmanager
    def reading(self) -> Iterator[Tx]:
        """A look at the data. Raises ``Unavailable`` where the database cannot be reached."""
        with explained(), self.engine.connect() as connection, connection.begin():
            yield Tx(connection, self.personal)

    @contextmanager
    def writing(self) -> Iterator[Tx]:
        """A write: all of it durable when the block has ended, or none of it where the block raised.

        Raises ``Unavailable`` where the database cannot be reached, is locked for too long, or its disk is full.
        """
        with explained(), self._writing_engine.connect() as connection, connection.begin():
            tx = Tx(connection, self.personal)
            yield tx
            if tx.changed and tx.on_postgresql:
                connection.execute(select(func.pg_notify(CHANNEL, told(tx.changed))))
        if tx.changed:
            for listener in list(self._listeners):
                listener(frozenset(tx.changed))

    @contextmanager
    def single_writes(self) -> Iterator[Connection]:
        """A connection to PostgreSQL on which every statement is a transaction of its own; it tells nobody.

        Raises ``Unavailable`` as ``writing`` does.
        """
        with explained(), self._writing_engine.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")

    def tell(self, changed: set[Change]) -> None:
        """Tell every console of changes that are durable already."""
        if changed:
            with self.writing() as tx:
                tx.changed |= changed

    def when_written(self, listener: Callable[[frozenset[Change]], None]) -> Callable[[], None]:
        """Call ``listener`` with what has changed after each write of this process; returns how to stop."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


def told(changes: Collection[Change]) -> str:
    """What consoles are told of: each change as ``unit:case``, or that it is too much to name."""
    payload = ",".join(f"{unit_id}:{case_id}" for unit_id, case_id in sorted(changes))
    return payload if len(payload) <= _LONGEST else _EVERYTHING


def heard(payload: str) -> Changed:
    """What ``told`` said. A case without a unit, as an older console tells of it, may concern anybody."""
    if payload == _EVERYTHING:
        return Changed(frozenset(), everything=True)
    parts = (one.rpartition(":") for one in payload.split(","))
    return Changed(frozenset((unit_id, case_id) for unit_id, _, case_id in parts))


def open_engine(settings: Settings, *, create: bool) -> Store:
    """The store at ``settings.database``; ``create`` allows a new file and key. The schema is not looked at here.

    Raises ``BadInput`` for an address, key or file that cannot be used.
    """
    if settings.database:
        return Store(_postgresql(database_address(settings)), None, None, personal=PERSON in settings.database)
    path = settings.home / FILE_NAME
    if not path.exists() and not create:
        raise BadInput("not-set-up", path=str(settings.home))
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput("home-not-writable", path=str(settings.home), problem=error.strerror or "") from error
    key = database_key(settings, create=create and not path.exists())
    return Store(_sqlcipher(path, key), path, key)


def _sqlcipher(path: Path, key: str) -> Engine:
    import sqlcipher3.dbapi2 as sqlcipher

    engine = create_engine(
        "sqlite://",
        module=sqlcipher,
        creator=lambda: connect_sqlcipher(path, key),
        poolclass=QueuePool,
        pool_size=5,
        hide_parameters=True,  # an error's text may be logged
    )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgresql(url: str) -> Engine:
    try:
        engine = create_engine(
            url,
            pool_pre_ping=True,
            pool_size=5,
            hide_parameters=True,
            connect_args=POSTGRESQL,
        )
    except (exc.ArgumentError, exc.NoSuchModuleError, ImportError, ValueError):
        raise BadInput("database-address") from None  # what is wrong with it would be shown with its password
    _bound_waiting(engine)
    return engine


def _bound_waiting(engine: Engine) -> None:
    """A connection that is taken into use is asked whether it works, and has to say so soon."""
    from p24tui.store import answering

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, arguments: Any, options: Any) -> Any:
        return answering.AnsweringConnection.connect(*arguments, **options)

    @event.listens_for(engine, "checkout")
    def taken(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.answers_within = answering.AT_LAST

    @event.listens_for(engine, "checkin")
    def given_back(connection: Any, _record: Any) -> None:
        if connection is not None:
            connection.answers_within = answering.SOON


@contextmanager
def explained() -> Iterator[None]:
    """Turn the drivers' errors into what people can be told."""
    try:
        yield
    except exc.IntegrityError:
        raise
    except exc.DBAPIError as error:
        raise _explain(error.orig or error) from error
    except Exception as error:
        if type(error).__module__.partition(".")[0] in ("sqlcipher3", "psycopg"):
            raise _explain(error) from error
        raise


def _explain(error: BaseException) -> Exception:
    if getattr(error, "sqlstate", None) == _MAY_NOT:
        return BadInput("database-refuses")
    if getattr(error, "sqlstate", None) == _FULL:
        return Unavailable("database", "full")
    if getattr(error, "sqlstate", None) == _LOCKED:
        return Unavailable("database", "locked")
    said = str(error).lower()
    if "file is not a database" in said or "hmac" in said:
        return BadInput("wrong-key")
    if "malformed" in said or "disk image" in said:
        return BadInput("database-corrupt")
    for part, detail in (
        ("locked", "locked"),
        ("full", "full"),
        ("readonly", "readonly"),
        ("read-only", "readonly"),
    ):
        if part in said:
            return Unavailable("database", detail)
    state = getattr(error, "sqlstate", None) or ""  # its text may hold what was to be written, or the password
    return Unavailable("database", f"{type(error).__name__} {state}".strip())
