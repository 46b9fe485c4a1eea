"""The two logs are chained and only added to, and have seals; what was there before is a chain of its own."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import context, op

from p24tui.store.log_chain import BEFORE, ZERO, linked

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")

COLUMNS = {
    "events": (
        *("seq", "at", "kind", "case_id", "unit_id", "staff_id", "actor", "profession", "place", "rule"),
        "details",
    ),
    "read_log": (
        *("seq", "at", "kind", "staff_id", "actor", "profession", "unit_id", "place", "view", "case_id", "patient_id"),
        *("patients", "role", "why"),
    ),
}
"""What is hashed of each log as it is at this revision."""

KEPT = "5 years"
"""What is younger is never deleted, whatever the program says (LO-2)."""

_PAGE = 2000


def upgrade() -> None:
    _make_tables()
    for log in COLUMNS:
        _chain_what_is_there(log)
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()
        _refuse_unchained_sqlite()


def _make_tables() -> None:
    for name in ("chain_heads", "sealed_heads"):
        op.create_table(
            name,
            sa.Column("log", sa.Text(), nullable=False, comment="events or read_log"),
            sa.Column("chain", sa.Text(), nullable=False),
            sa.Column("position", sa.BigInteger(), nullable=False),
            *([sa.Column("hash", sa.LargeBinary(), nullable=False)] if name == "chain_heads" else []),
            sa.PrimaryKeyConstraint("log", "chain", name=op.f(f"pk_{name}")),
        )
    op.create_table(
        "log_seals",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("heads", sa.JSON(), nullable=False, comment="log, chain, position, hash of each that has moved"),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_log_seals")),
    )
    op.create_table(
        "log_stumps",
        sa.Column("log", sa.Text(), nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column(
            "position", sa.BigInteger(), autoincrement=False, nullable=False, comment="of the last row that is removed"
        ),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False, comment="how many were removed from the chain"),
        sa.Column("removed_at", INSTANT, nullable=False),
        sa.Column("removed_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("log", "chain", "position", name=op.f("pk_log_stumps")),
    )


def _chain_what_is_there(log: str) -> None:
    """In the order of their numbers; a row that says it is of a chain already is left for ``verify`` to find."""
    run, position, previous = op.get_bind().execute, 0, ZERO
    many = run(sa.text(f"SELECT count(*) FROM {log}")).scalar_one()
    change = sa.text(
        f"UPDATE {log} SET chain = '{BEFORE}', chain_position = :position, previous_hash = :previous, hash = :hash "
        "WHERE seq = :seq"
    )
    for page in _pages(log):
        changes = []
        for row in page:
            position += 1
            digest = linked(previous, [log, BEFORE, str(position), *row])
            changes.append({"seq": int(row[0] or 0), "position": position, "previous": previous, "hash": digest})
            previous = digest
        run(change, changes)
        if position < many:
            context.config.attributes["part_told"]((list(COLUMNS).index(log) + position / many) / len(COLUMNS))
    if position:
        head = sa.text("INSERT INTO chain_heads (log, chain, position, hash) VALUES (:log, :chain, :position, :hash)")
        run(head, {"log": log, "chain": BEFORE, "position": position, "hash": previous})


def _pages(log: str) -> Iterator[list[list[str | None]]]:
    """The rows without a chain, each column as the text that is hashed."""
    columns = ", ".join(_text(name) for name in COLUMNS[log])
    query = sa.text(
        f"SELECT {columns} FROM {log} WHERE chain IS NULL AND seq > :seq "
        f"ORDER BY {log}.seq LIMIT {_PAGE}"  # plain seq is the text of it to PostgreSQL, which puts 10 before 2
    )
    seq = -(2**63)
    while page := [list(row) for row in op.get_bind().execute(query, {"seq": seq})]:
        yield page
        seq = int(page[-1][0] or 0)


def _text(name: str, row: str = "") -> str:
    """A column, of ``row`` or of the table, as text in SQL."""
    if name == "at" and op.get_bind().dialect.name == "postgresql":
        return f"CAST(CAST(extract(epoch FROM {row}at) * 1000000 AS bigint) AS text)"
    return f"CAST({row}{name} AS text)"


def _guard_sqlite() -> None:
    """Nothing is changed; only what is older than it is kept can be deleted, and of seals nothing."""
    young = f"old.at > CAST(strftime('%s', 'now', '-{KEPT}') AS integer) * 1000000"
    for table in (*COLUMNS, "log_seals", "log_stumps"):
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
        when = f"WHEN {young} " if table in COLUMNS else ""
        op.execute(f"CREATE TRIGGER {table}_not_changed BEFORE UPDATE ON {table} {refuse}")
        op.execute(f"CREATE TRIGGER {table}_not_deleted BEFORE DELETE ON {table} {when}{refuse}")


def _refuse_unchained_sqlite() -> None:
    """A program from before the chains that is still open writes nothing beside them."""
    for log in COLUMNS:
        refuse = f"BEGIN SELECT RAISE(ABORT, '{log} is chained'); END"
        op.execute(f"CREATE TRIGGER {log}_chained BEFORE INSERT ON {log} WHEN NEW.chain IS NULL {refuse}")


def _guard_postgresql() -> None:
    """The same, and the chains: what a client says of them does not count.

    The functions run as who owns the tables and look for names nowhere else, so that who writes a row needs no right to
    the heads. One connection is one chain: no two transactions ever wait for the same head.
    """
    schema = op.get_bind().execute(sa.text("SELECT quote_ident(current_schema())")).scalar_one()
    secured = f"LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {schema}, pg_temp"
    op.execute(_PART)
    for log, columns in COLUMNS.items():
        parts = " || ".join(f"p24_part({_text(name, 'NEW.')})" for name in columns)
        op.execute(_CHAIN.format(log=log, parts=parts, secured=secured))
        op.execute(
            f"CREATE TRIGGER {log}_chained BEFORE INSERT ON {log} FOR EACH ROW EXECUTE FUNCTION p24_chain_{log}()"
        )
    op.execute(_REFUSE.format(kept=KEPT, secured=secured))
    for table in (*COLUMNS, "log_seals", "log_stumps"):
        op.execute(
            f"CREATE TRIGGER {table}_not_changed BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION p24_only_added()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION p24_only_added()"
        )


_PART = """
CREATE FUNCTION p24_part(part text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE WHEN part IS NULL THEN '-;' ELSE pg_catalog.length(part)::text || ':' || part || ';' END
"""

_CHAIN = """
CREATE FUNCTION p24_chain_{log}() RETURNS trigger {secured} AS $$
DECLARE
    head record;
BEGIN
    NEW.chain := session_user || ':' || pg_backend_pid();
    SELECT position, hash INTO head FROM chain_heads WHERE log = '{log}' AND chain = NEW.chain;
    NEW.chain_position := coalesce(head.position, 0) + 1;
    NEW.previous_hash := coalesce(head.hash, decode(repeat('00', 32), 'hex'));
    NEW.hash := sha256(NEW.previous_hash || convert_to(
        p24_part('{log}') || p24_part(NEW.chain) || p24_part(NEW.chain_position::text) || {parts}, 'UTF8'));
    INSERT INTO chain_heads AS known (log, chain, position, hash)
    VALUES ('{log}', NEW.chain, NEW.chain_position, NEW.hash)
    ON CONFLICT (log, chain) DO UPDATE SET position = excluded.position, hash = excluded.hash;
    RETURN NEW;
END $$
"""

_REFUSE = """
CREATE FUNCTION p24_only_added() RETURNS trigger {secured} AS $$
BEGIN
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME IN ('events', 'read_log') THEN
        IF OLD.at < now() - interval '{kept}' THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION '% is only added to', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$
"""
