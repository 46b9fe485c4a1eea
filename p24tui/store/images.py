"""Files that have been taken out of cases."""

from datetime import datetime

from msgspec.structs import asdict
from sqlalchemy import ColumnElement, delete, insert, or_, select, update

from p24tui.routine.images import Exported
from p24tui.store.engine import Tx
from p24tui.store.tables import exported_files

_FILES = select(*(exported_files.c[one] for one in Exported.__struct_fields__))


def add(tx: Tx, exported: Exported) -> None:
    """One more file that is taken out."""
    tx.connection.execute(insert(exported_files).values(**asdict(exported)))


def save(tx: Tx, exported: Exported) -> None:
    """Write it back."""
    which = exported_files.c.id == exported.id
    tx.connection.execute(update(exported_files).where(which).values(**asdict(exported)))


def withdraw(tx: Tx, exported: Exported) -> None:
    """It never came to lie there."""
    tx.connection.execute(delete(exported_files).where(exported_files.c.id == exported.id))


def one(tx: Tx, export_id: str) -> Exported | None:
    """One file that has been taken out. Whoever writes it has its case locked."""
    row = tx.connection.execute(_FILES.where(exported_files.c.id == export_id)).first()
    return None if row is None else Exported(*row)


def of_case(tx: Tx, case_id: str) -> list[Exported]:
    """What has been taken out of a case, by whomever, the oldest first."""
    return _listed(tx, exported_files.c.case_id == case_id)


def there(tx: Tx, place: str) -> list[Exported]:
    """What is not known to be gone from a place, the oldest first."""
    return _listed(tx, (exported_files.c.place == place) & exported_files.c.deleted_at.is_(None))


def unjournalled(tx: Tx, staff_id: str, since: datetime) -> list[Exported]:
    """What somebody has taken out that is not in the record: what lies there still, and what has gone since then.

    Not what the same file's later taking out, or anybody's word that it is in the record, has overtaken.
    """
    table, other = exported_files.c, exported_files.alias()
    overtaken = select(other.c.id).where(
        other.c.attachment_id == table.attachment_id,
        or_(
            other.c.journalled_at.is_not(None),
            (other.c.staff_id == table.staff_id) & (other.c.exported_at > table.exported_at),
        ),
    )
    return _listed(
        tx,
        (table.staff_id == staff_id)
        & table.journalled_at.is_(None)
        & (table.delete_at >= since)
        & or_(table.deleted_at.is_(None), table.deleted_at >= since)
        & ~overtaken.exists(),
    )


def _listed(tx: Tx, which: ColumnElement[bool]) -> list[Exported]:
    query = _FILES.where(which).order_by(exported_files.c.exported_at, exported_files.c.id)
    return [Exported(*row) for row in tx.connection.execute(query)]
