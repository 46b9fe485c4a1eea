"""What somebody tries, with their own login and plain SQL, around the one way of reading beyond their units."""

from p24tui.store.columns import metadata
from p24tui.store.connect import role_of
from p24tui.store.row_security import ACCESS
from tests.database_roles import PREFIX
from tests.siege import LARS, MARIA, Siege
from tests.world import BERGA, UNIT

OTHER = role_of(PREFIX, LARS)


def breaks(siege: Siege, **otherwise: str) -> str:
    """A statement that breaks the glass to the other unit's patient, with these arguments another."""
    number = siege.rows[BERGA]["patients"].get("number", "")
    said = {
        "id": "'glass'",
        "wanted": f"'{number}'",
        "ground": "'life'",
        "words": "'x'",
        "minutes": "60",
        "at_unit": f"'{UNIT}'",
        "place": "''",
    }
    return f"SELECT p24_break_glass({', '.join({**said, **otherwise}.values())})"


def breaking(siege: Siege) -> dict[str, str]:
    """Attacks that would read elsewhere for longer, as another, without saying why, or without anybody's knowing."""
    later = "now() + interval '1 day'"
    return {
        "break the glass for longer": breaks(siege, minutes="61"),
        "break the glass for no time or any": f"{breaks(siege, minutes='0')};; {breaks(siege, minutes='NULL')}",
        "break the glass without a number": f"{breaks(siege, wanted='NULL')};; {breaks(siege, wanted=repr(''))}",
        "break the glass without a reason": f"{breaks(siege, words=repr('  '))};; {breaks(siege, ground=repr('x'))};; "
        f"{breaks(siege, words='NULL')};; {breaks(siege, ground='NULL')}",
        "break the glass from another unit": f"{breaks(siege, at_unit=repr(BERGA))};; {breaks(siege, at_unit='NULL')}",
        "break the glass as somebody else": f'SET SESSION AUTHORIZATION "{OTHER}";; SET ROLE "{OTHER}";; '
        f"SET p24.person = '{LARS}';; {breaks(siege, at_unit=repr(BERGA))}",
        "break the glass by hand": "INSERT INTO break_glass SELECT * FROM break_glass;; "
        f"{siege.insert('break_glass', UNIT, id='x')};; {siege.insert('break_glass', id='x', staff_id=MARIA)}",
        "read for longer": f"UPDATE break_glass SET ends_at = {later};; UPDATE break_glass SET begun_at = {later}",
        "read more": f"UPDATE break_glass SET units = '[\"{BERGA}\"]';; UPDATE break_glass SET patient_id = 'x'",
        "read without a trace": "DELETE FROM break_glass;; TRUNCATE break_glass",
        "sign without an office": "UPDATE break_glass SET reviewed_at = now(), outcome = 'justified'",
        "another's reading": f"UPDATE break_glass SET review_words = 'x' WHERE staff_id = '{LARS}'",
    }


def writes(siege: Siege) -> list[str]:
    """What would be written into the other unit's case, under one's own name as where one works there."""
    berga = siege.rows[BERGA]
    case, patient = berga["cases"]["id"], berga["patients"]["id"]
    mine = ("staff_id", "author_id", "made_by", "from_staff")
    added = [
        siege.insert(
            table,
            unit,
            case_id=case,
            **{column: MARIA for column in mine if column in metadata.tables[table].columns},
            **{key.name: "new" for key in metadata.tables[table].primary_key if key.name in ("id", "place", "rank")},
        )
        for table, access in ACCESS.items()
        if "INSERT" in access.staff and "case_id" in metadata.tables[table].columns and table != "read_log"
        for unit in (UNIT, BERGA)
    ]
    changed = [
        statement
        for table, access in ACCESS.items()
        for which, whose in (("case_id", case), ("patient_id", patient))
        if which in metadata.tables[table].columns and table != "break_glass"
        for column in ((*access.changes, which)[0],)
        for deed, statement in (
            ("UPDATE", f"UPDATE {table} SET {column} = {column} WHERE {which} = '{whose}'"),
            ("DELETE", f"DELETE FROM {table} WHERE {which} = '{whose}'"),
        )
        if deed in access.staff
    ]
    return [
        *added,
        *changed,
        siege.insert("guardians", number="x"),
        f"UPDATE patients SET name = 'x' WHERE id = '{patient}'",
        f"UPDATE cases SET unit_id = '{UNIT}', owner_id = '{MARIA}' WHERE id = '{case}'",
        f"UPDATE cases SET matter = 'x' WHERE id = '{case}'",
        f"SELECT id FROM cases WHERE id = '{case}' FOR UPDATE",
        f"{siege.insert('cases', unit_id=UNIT)} ON CONFLICT (id) DO UPDATE SET unit_id = excluded.unit_id",
        siege.insert("visits", UNIT, id="new", booking_id="new", patient_id=patient, case_id=None),
        siege.insert("cases", UNIT, id="new", source_id="new", patient_id=patient),
        "UPDATE break_glass SET ends_at = now() + interval '1 day'",
    ]
