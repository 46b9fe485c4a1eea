"""The roles of a PostgreSQL database: made as ``row_security`` says, and held against it.

Whoever applies them owns the tables and may create roles. What stands in the database besides is taken away, so that
to look is to apply, compare what was with what is, and take it all back.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import text

from p24tui import assets
from p24tui.errors import BadInput
from p24tui.store.columns import metadata
from p24tui.store.connect import role_of
from p24tui.store.engine import Store, Tx
from p24tui.store.row_security import ACCESS, OWNER_ONLY, Groups, policies, privileges

_LOCK = 0x70323472  # "p24r": one process at a time
_PLAIN = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"


@dataclass(frozen=True, slots=True)
class PersonRole:
    """Somebody's role. ``exists`` says whether the server has it; ``active`` whether the person may log in."""

    staff_id: str
    name: str
    role: str
    active: bool
    exists: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it should be: what the database has of it, and what it should have; empty for nothing."""

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
    _run(tx, f"SELECT pg_advisory_xact_lock({_LOCK})")
    for group in groups:
        _make_role(tx, group, login=False)
    people = of_people(tx, prefix)
    for person in people:
        _make_role(tx, person.role, login=person.active)
        _belong(tx, person.role, groups.staff)
    for group in groups:
        _belong(tx, group, None)
    _know(tx, people)
    everybody = ", ".join(["PUBLIC", *map(_quoted, [*groups, *(person.role for person in people)])])
    for statement in _statements(tx, groups, everybody):
        _run(tx, statement)


def renew(tx: Tx, prefix: str) -> None:
    """After an upgrade: where people have roles of their own, new tables are closed at once."""
    if tx.on_postgresql and tx.connection.execute(text("SELECT 1 FROM database_roles LIMIT 1")).first():
        apply(tx, prefix)


def differences(store: Store, prefix: str) -> list[Difference]:
    """Where the database is not as ``apply`` would make it. It stays as it is."""
    with store.writing() as tx:
        savepoint = tx.connection.begin_nested()
        _run(tx, "SET LOCAL lock_timeout = '5s'")
        before = _reality(tx, prefix)
        apply(tx, prefix)
        after = _reality(tx, prefix)
        savepoint.rollback()
    owned = _owned(before)
    return owned + [
        Difference(what, before.get(what, ""), after.get(what, ""))
        for what in sorted(before.keys() | after.keys())
        if before.get(what) != after.get(what)
    ]


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
    known = {role: staff_id for role, staff_id in tx.connection.execute(text("SELECT role, staff_id FROM database_roles"))}
    for role in known.keys() - wanted.keys():
        tx.connection.execute(text("DELETE FROM database_roles WHERE role = :role"), {"role": role})
    for role in wanted.keys() - known.keys():
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
    yield assets.path("row_security.sql").read_text(encoding="utf-8").format(
        staff=_quoted(groups.staff), intake=_quoted(groups.intake), worker=_quoted(groups.worker)
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
    own = {*Groups.of(prefix), *(person.role for person in of_people(tx, prefix))}
    found = {
        what: value
        for query, mine in _LOOKS
        for what, whose, value in tx.connection.execute(text(query))
        if not mine or whose in own
    }
    return found


def _owned(reality: dict[str, str]) -> list[Difference]:
    """What belongs to a role that should own nothing: whoever owns a thing changes it."""
    return [Difference(what, "owner", "") for what in sorted(reality) if what.startswith("owned ")]


def _run(tx: Tx, statement: str) -> None:
    tx.connection.exec_driver_sql(statement)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


_GRANTEE = "CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee) END"
_NOT_OWNER = "a.grantee <> {owner}"

# Each gives a name, whose it is, and how it is; the mark says whether only our own roles count.
_LOOKS: tuple[tuple[str, bool], ...] = (
    (
        "SELECT 'role ' || rolname, rolname, concat_ws(' ', CASE WHEN rolcanlogin THEN 'login' END, "
        "CASE WHEN rolsuper THEN 'superuser' END, CASE WHEN rolcreatedb THEN 'createdb' END, "
        "CASE WHEN rolcreaterole THEN 'createrole' END, CASE WHEN rolreplication THEN 'replication' END, "
        "CASE WHEN rolbypassrls THEN 'bypassrls' END, 'there') FROM pg_roles",
        True,
    ),
    (
        "SELECT 'member ' || r.rolname || ' of ' || g.rolname, r.rolname, CASE WHEN bool_or(m.admin_option) "
        "THEN 'admin' ELSE 'member' END FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid "
        "JOIN pg_roles r ON r.oid = m.member GROUP BY r.rolname, g.rolname",
        True,
    ),
    (
        "SELECT 'row security of ' || relname, '', concat_ws(' ', CASE WHEN relrowsecurity THEN 'on' ELSE 'off' END, "
        "CASE WHEN relforcerowsecurity THEN 'forced' END) FROM pg_class "
        "WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')",
        False,
    ),
    (
        "SELECT 'policy ' || tablename || '.' || policyname, '', concat_ws(' ', permissive, cmd, roles::text, "
        "'USING', qual, 'CHECK', with_check) FROM pg_policies WHERE schemaname = 'public'",
        False,
    ),
    (
        f"SELECT 'grant ' || c.relname || ' to ' || {_GRANTEE}, '', "
        "string_agg(a.privilege_type || CASE WHEN a.is_grantable THEN '*' ELSE '' END, ' ' ORDER BY a.privilege_type) "
        "FROM pg_class c, aclexplode(c.relacl) a WHERE c.relnamespace = 'public'::regnamespace "
        "AND a.grantee <> c.relowner GROUP BY c.relname, a.grantee",
        False,
    ),
    (
        f"SELECT 'grant ' || c.relname || '.' || t.attname || ' to ' || {_GRANTEE}, '', "
        "string_agg(a.privilege_type, ' ' ORDER BY a.privilege_type) "
        "FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid, aclexplode(t.attacl) a "
        "WHERE c.relnamespace = 'public'::regnamespace AND a.grantee <> c.relowner "
        "GROUP BY c.relname, t.attname, a.grantee",
        False,
    ),
    (
        f"SELECT 'grant schema public to ' || {_GRANTEE}, '', string_agg(a.privilege_type, ' ' "
        "ORDER BY a.privilege_type) FROM pg_namespace n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a "
        "WHERE n.nspname = 'public' AND a.grantee <> n.nspowner GROUP BY a.grantee",
        False,
    ),
    (
        f"SELECT 'grant database to ' || {_GRANTEE}, '', string_agg(a.privilege_type, ' ' ORDER BY a.privilege_type) "
        "FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a "
        "WHERE d.datname = current_database() AND a.grantee <> d.datdba GROUP BY a.grantee",
        False,
    ),
    (
        "SELECT 'function ' || p.oid::regprocedure, '', md5(concat_ws(' ', p.prosrc, p.prosecdef, p.provolatile, "
        "p.proconfig::text, (SELECT string_agg(pg_get_userbyid(a.grantee), ' ' ORDER BY a.grantee) "
        "FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a "
        "WHERE a.grantee <> p.proowner))) FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace "
        "AND p.proname LIKE 'p24\\_%'",
        False,
    ),
    ("SELECT 'person ' || role, '', staff_id FROM database_roles", False),
    (
        "SELECT 'owned ' || relname, pg_get_userbyid(relowner), 'owner' FROM pg_class WHERE relkind IN ('r', 'v', 'S', 'm')",
        True,
    ),
)
