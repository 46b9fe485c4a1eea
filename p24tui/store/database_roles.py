"""The roles of a PostgreSQL database: made as ``row_security`` says, and held against it.

Whoever applies them owns the tables and may create roles. What stands in the database besides is taken away, so that
to look is to apply, compare what was with what is, and take it all back.
"""

from collections.abc import Iterator

from msgspec import Struct
from sqlalchemy import text

from p24tui import assets
from p24tui.errors import BadInput
from p24tui.store.columns import metadata
from p24tui.store.connect import role_of
from p24tui.store.engine import Store, Tx
from p24tui.store.row_security import ACCESS, OWNER_ONLY, Groups, policies, privileges

_LOCK = 0x70323472  # "p24r": one process at a time
_PLAIN = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"


class PersonRole(Struct, frozen=True):
    """Somebody's role. ``exists`` says whether the server has it; ``active`` whether the person may log in."""

    staff_id: str
    name: str
    role: str
    active: bool
    exists: bool


class Difference(Struct, frozen=True):
    """One thing that is not as it should be: how it is, and how it should be; empty where it is not there."""

    what: str
    found: str
    wanted: str


def of_people(tx: Tx, prefix: str) -> list[PersonRole]:
    """The role of everybody, by name."""
    there = set(tx.connection.scalars(text("SELECT rolname FROM pg_roles")))
    rows = tx.connection.execute(text("SELECT id, name, active FROM staff ORDER BY name, id"))
    named = [(id, name, role_of(prefix, id), active) for id, name, active in rows]
    return [PersonRole(id, name, role, active, role in there) for id, name, role, active in named]


def apply(tx: Tx, prefix: str) -> None:
    """Make roles, privileges and policies what they should be; doing it again changes nothing."""
    groups = Groups.of(prefix)
    people = admit(tx, prefix)
    for group in groups:
        _belong(tx, group, None)
    everybody = ", ".join(["PUBLIC", *map(_quoted, [*groups, *(person.role for person in people)])])
    for statement in _statements(tx, groups, everybody):
        _run(tx, statement)


def admit(tx: Tx, prefix: str) -> list[PersonRole]:
    """Make the groups and the role of everybody, who is then known by it; privileges and policies stay as they are."""
    groups = Groups.of(prefix)
    _run(tx, f"SELECT pg_advisory_xact_lock({_LOCK})")
    for group in groups:
        _make_role(tx, group, login=False)
    people = of_people(tx, prefix)
    for person in people:
        _make_role(tx, person.role, login=person.active)
        _belong(tx, person.role, groups.staff)
    _know(tx, people)
    return people


def renew(tx: Tx, prefix: str) -> None:
    """After an upgrade: where people have roles of their own, new tables are closed at once."""
    if in_use(tx):
        apply(tx, prefix)


def in_use(tx: Tx) -> bool:
    """Whether people have roles of their own in this very database; on its server others may have theirs."""
    return tx.on_postgresql and tx.connection.execute(text("SELECT 1 FROM database_roles LIMIT 1")).first() is not None


def differences(store: Store, prefix: str) -> list[Difference]:
    """Where the database is not as ``apply`` would make it. It stays as it is."""
    with store.writing() as tx:
        savepoint = tx.connection.begin_nested()
        _run(tx, "SET LOCAL lock_timeout = '5s'")
        before = _reality(tx, prefix)
        apply(tx, prefix)
        after = _reality(tx, prefix)
        savepoint.rollback()
    return _left_standing(after) + [
        Difference(what, before.get(what, ""), after.get(what, ""))
        for what in sorted(before.keys() | after.keys())
        if before.get(what) != after.get(what)
    ]


def may_apply(tx: Tx) -> bool:
    """Whether this connection's role owns the tables and may make roles."""
    query = (
        "SELECT bool_or(r.rolsuper OR (r.rolcreaterole AND pg_has_role(c.relowner, 'USAGE'))) "
        "FROM pg_roles r, pg_class c WHERE r.rolname = current_user AND c.oid = 'public.cases'::regclass"
    )
    return bool(tx.connection.scalar(text(query)))


def in_force(tx: Tx) -> bool:
    """Whether this very connection is held by row security: it is a person's, and nothing lets it pass by."""
    if not tx.on_postgresql:
        return False
    passes, knows = tx.connection.execute(
        text(
            "SELECT rolsuper OR rolbypassrls, to_regprocedure('public.p24_person()') IS NOT NULL "
            "FROM pg_roles WHERE rolname = session_user"
        )
    ).one()
    if passes or not knows or not tx.connection.scalar(text("SELECT row_security_active('cases')")):
        return False
    may_ask = "SELECT has_function_privilege('public.p24_person()', 'EXECUTE')"
    return bool(tx.connection.scalar(text(may_ask))) and bool(tx.connection.scalar(text("SELECT p24_person()")))


def _make_role(tx: Tx, name: str, *, login: bool) -> None:
    wanted = f"{_PLAIN} {'LOGIN' if login else 'NOLOGIN'}"
    query = (
        "SELECT rolcanlogin, rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls "
        "FROM pg_roles WHERE rolname = :name"
    )
    row = tx.connection.execute(text(query), {"name": name}).first()
    if row is None:
        _run(tx, f"CREATE ROLE {_quoted(name)} {wanted}")
    elif row[1]:
        _run(tx, f"ALTER ROLE {_quoted(name)} {wanted}")
    elif row[0] != login:
        _run(tx, f"ALTER ROLE {_quoted(name)} {'LOGIN' if login else 'NOLOGIN'}")


def _belong(tx: Tx, role: str, group: str | None) -> None:
    """The role is in this group, and in no other."""
    query = (
        "SELECT g.rolname FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid "
        "JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = :role"
    )
    found = set(tx.connection.scalars(text(query), {"role": role}))
    for other in found - {group}:
        _run(tx, f"REVOKE {_quoted(other)} FROM {_quoted(role)}")
    if group is not None and group not in found:
        _run(tx, f"GRANT {_quoted(group)} TO {_quoted(role)}")


def _know(tx: Tx, people: list[PersonRole]) -> None:
    wanted = {person.role: person.staff_id for person in people}
    if len(wanted) < len(people):
        raise BadInput("database-role-twice")
    known = {row.role: row.staff_id for row in tx.connection.execute(text("SELECT * FROM database_roles"))}
    for role in [role for role, id in known.items() if wanted.get(role) != id]:
        tx.connection.execute(text("DELETE FROM database_roles WHERE role = :role"), {"role": role})
    for role in [role for role, id in wanted.items() if known.get(role) != id]:
        values = {"role": role, "staff_id": wanted[role]}
        tx.connection.execute(text("INSERT INTO database_roles (role, staff_id) VALUES (:role, :staff_id)"), values)


def _statements(tx: Tx, groups: Groups, everybody: str) -> Iterator[str]:
    database = _quoted(tx.connection.execute(text("SELECT current_database()")).scalar_one())
    owner = tx.connection.execute(text("SELECT tableowner FROM pg_tables WHERE tablename = 'cases'")).scalar_one()
    several = ", ".join(map(_quoted, groups))
    yield f"REVOKE ALL ON DATABASE {database} FROM {everybody}"
    yield f"GRANT CONNECT ON DATABASE {database} TO {several}"
    yield f"REVOKE ALL ON SCHEMA public FROM {everybody}"
    yield f"GRANT USAGE ON SCHEMA public TO {several}"
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {everybody}"
    yield f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {everybody}"
    yield f"GRANT SELECT ON public.alembic_version TO {several}"
    yield (
        assets.path("row_security.sql")
        .read_text(encoding="utf-8")
        .format(staff=_quoted(groups.staff), intake=_quoted(groups.intake), worker=_quoted(groups.worker))
    )
    for table, name in tx.connection.execute(
        text("SELECT tablename, policyname FROM pg_policies WHERE schemaname = 'public'")
    ).all():
        yield f"DROP POLICY {_quoted(name)} ON public.{_quoted(table)}"
    for table in sorted(metadata.tables):
        yield f"ALTER TABLE public.{table} ENABLE ROW LEVEL SECURITY"
        yield f"ALTER TABLE public.{table} FORCE ROW LEVEL SECURITY"
        yield f"CREATE POLICY owner ON public.{table} TO {_quoted(owner)} USING (true) WITH CHECK (true)"
    for table in sorted(metadata.tables.keys() - OWNER_ONLY.keys()):
        yield from policies(table, ACCESS[table], groups)
        yield from privileges(table, ACCESS[table], groups)


def _reality(tx: Tx, prefix: str) -> dict[str, str]:
    """All that ``apply`` rules over, each under a name of its own."""
    own = [*Groups.of(prefix), *(person.role for person in of_people(tx, prefix))]
    query = assets.path("roles_as_they_are.sql").read_text(encoding="utf-8")
    return {row.what: row.value for row in tx.connection.execute(text(query), {"own": own})}


def _left_standing(reality: dict[str, str]) -> list[Difference]:
    """What ``apply`` does not put right, for it is not ours: a strange table that is open, a thing that a role owns."""
    closed = "on forced"
    return [
        Difference(what, value, closed if what.startswith("row") else "")
        for what, value in sorted(reality.items())
        if what.startswith("owned ")
        or (what.startswith("row security of ") and value != closed and what != "row security of alembic_version")
    ]


def _run(tx: Tx, statement: str) -> None:
    tx.connection.exec_driver_sql(statement)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
