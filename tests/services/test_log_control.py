"""Log control on both databases: who has read what, what stands out, samples, and that whoever looks is logged."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import event, insert, text

from p24tui.clock import local_date
from p24tui.errors import BadInput, Refused
from p24tui.explain import explain
from p24tui.routine.log_control import CheckKind, Reason
from p24tui.routine.protection import Protection
from p24tui.routine.role import Role
from p24tui.services import cases, log_checks, log_control, log_extract, queue, staff
from p24tui.services.log_control_views import LogView
from p24tui.store import log_control as store
from p24tui.store import read_log, tables
from p24tui.store.log_control_values import Criteria, Span
from tests.controlling import NUMBERS, a_day_of_reading, log_rows, make_controller, number_of, read
from tests.world import BERGA, MONDAY_NINE, PEOPLE, UNIT, World

pytestmark = pytest.mark.rule("LO-2")

MONDAY = local_date(MONDAY_NINE)
DAY = timedelta(days=1)


def seen(view: LogView) -> list[tuple[str, str, str]]:
    """Who has read what of whom."""
    return [(one.reader, one.kind, one.patient) for one in view.lines]


def test_the_unusual_stand_first_and_say_why(world: World) -> None:
    a_day_of_reading(world)
    view = log_control.unusual(world.system, make_controller(world))
    assert [(one.patient, one.reasons) for one in view.lines] == [
        ("Sara Holm", (Reason.COLLEAGUE, Reason.NO_CARE)),
        ("Nils Björk", (Reason.BREAK_GLASS, Reason.NO_CARE)),
        ("Erik Lind", (Reason.SURNAME, Reason.NO_CARE)),
        ("Ali Noor", (Reason.NO_CARE,)),
    ]
    assert view.considered == 5
    assert {one.unit for one in view.lines} == {"Vårdcentralen Åsen"}
    assert view.lines[0].place == "console:test:maria"


def test_whoever_has_the_case_or_has_done_something_in_it_has_a_care_relation(world: World) -> None:
    one, other = world.case(name="Karin Öberg"), world.case(name="Ali Noor")
    cases.open_case(world.system, world.actor("maria"), one.id)  # reading what is unread is nothing done
    read(world, "johan", other)
    eva = make_controller(world)
    assert [one.reader for one in log_control.unusual(world.system, eva).lines] == ["Johan Berg", "Maria Lind"]
    with world.system.store.writing() as tx:
        tx.connection.execute(text("UPDATE cases SET owner_id = :who"), {"who": PEOPLE["johan"][0]})
    assert [one.reader for one in log_control.unusual(world.system, eva).lines] == ["Maria Lind"]


def test_reading_when_the_unit_is_closed_and_many_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_control, "limit", lambda name, _now: 1 if name == "log_many_patients" else 10)
    world.clock.advance(timedelta(hours=12))
    read(world, "maria", world.case(name="Ali Noor"))
    read(world, "maria", world.case(name="Karin Öberg"))
    view = log_control.unusual(world.system, make_controller(world))
    assert {one.reasons for one in view.lines} == {(Reason.NO_CARE, Reason.MANY, Reason.OUTSIDE_HOURS)}


@pytest.mark.rule("PR-1")
@pytest.mark.hazard("H1")
def test_a_protected_person_stands_first_and_is_never_named(world: World) -> None:
    one = world.case(name="Hemlig Lind", protection=Protection.MARKED)
    read(world, "maria", one)
    eva, number = make_controller(world), number_of(world, one)
    views = [
        log_control.unusual(world.system, eva),
        log_control.by_patient(world.system, eva, number),
        log_control.by_person(world.system, eva, PEOPLE["maria"][0]),
    ]
    for view in views:
        (line,) = [line for line in view.lines if line.kind == "case"]
        assert (line.patient, line.number, line.protected, view.subject) in [
            ("", "", True, ""),
            ("", "", True, "Maria Lind"),
        ]
    assert views[0].lines[0].reasons == (Reason.PROTECTED, Reason.NO_CARE)
    assert "Hemlig" not in log_extract.extract_text(log_extract.extract(world.system, eva, number))


def test_by_patient_finds_lists_too(world: World) -> None:
    one, _other = world.case(name="Karin Öberg"), world.case(name="Ali Noor")
    maria = world.actor("maria")
    queue.open_list(world.system, maria)
    world.clock.advance(timedelta(minutes=1))
    cases.open_case(world.system, maria, one.id)
    world.case(name="Nils Björk")
    world.clock.advance(timedelta(minutes=1))
    queue.find_text(world.system, maria, queue.open_list(world.system, maria, view="shown"), "hostat")
    view = log_control.by_patient(world.system, make_controller(world), number_of(world, one))
    assert seen(view) == [
        *(("Maria Lind", kind, "") for kind in ("search", "arrivals")),
        *(("Maria Lind", "case", "Karin Öberg"), ("Maria Lind", "list", "")),
    ]
    assert [line.listed for line in view.lines] == [3, 3, 0, 2]
    assert view.subject == f"Karin Öberg {NUMBERS[0]}"


def test_by_person_and_by_unit_on_days(world: World) -> None:
    world.second_unit("maria")
    one, there = world.case(name="Karin Öberg"), world.case(name="Ali Noor", unit_id=BERGA)
    maria = world.actor("maria")
    cases.open_case(world.system, maria, one.id)
    world.clock.advance(DAY)
    cases.open_case(world.system, maria, one.id)
    cases.open_case(world.system, replace(maria, unit_id=BERGA), there.id)
    eva, system = make_controller(world), world.system
    mine = PEOPLE["maria"][0]
    assert len(log_control.by_person(system, eva, mine).lines) == 2, "not what is read at a unit of others"
    assert len(log_control.by_person(system, eva, mine, MONDAY, MONDAY).lines) == 1
    assert [line.kind for line in log_control.by_unit(system, eva, UNIT, MONDAY, MONDAY).lines] == ["case"]
    with pytest.raises(BadInput):
        log_control.by_unit(system, eva, BERGA, MONDAY, MONDAY)
    make_controller(world, unit_id=BERGA)
    assert len(log_control.by_person(system, eva, mine).lines) == 3
    assert seen(log_control.by_unit(system, eva, BERGA, MONDAY, MONDAY + DAY)) == [("Maria Lind", "case", "Ali Noor")]


def test_pages_go_on_where_they_ended_and_leave_nothing_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_control, "PAGE", 3)
    one = world.case(name="Karin Öberg")
    for _number in range(4):
        read(world, "maria", one)  # all at the same instant
        read(world, "johan", one)
    queue.open_list(world.system, world.actor("maria"))
    eva, number = make_controller(world), number_of(world, one)
    for view in (
        log_control.by_patient(world.system, eva, number),
        log_control.by_unit(world.system, eva, UNIT, MONDAY, MONDAY),
    ):
        shown, page = [line.seq for line in view.lines], view
        while page.next is not None:
            page = log_control.look(world.system, eva, view.criteria, page.next)
            shown += [line.seq for line in page.lines]
        assert shown == sorted(set(shown), reverse=True)
        assert set(shown) >= set(range(1, 10))


def test_a_sample_is_drawn_again_by_its_seed_whoever_looked_meanwhile(world: World) -> None:
    number = number_of(world, a_day_of_reading(world)["care"])
    world.clock.advance(DAY)
    eva, system = make_controller(world), world.system
    first = log_control.sample(system, eva, MONDAY, MONDAY, 3, " ek ")
    log_control.by_patient(system, eva, number)
    again = log_control.sample(system, replace(eva, name="Någon annan"), MONDAY, MONDAY, 3, "ek")
    assert again == first
    assert first.considered == 6
    assert [line.seq for line in first.lines] == [6, 2, 3], "the same on both databases"


@pytest.mark.parametrize(
    ("days", "count", "seed", "reason"),
    [
        (0, 3, "gran", "sample-days"),
        (1, 3, " ", "sample-seed"),
        (1, 0, "x", "sample-count"),
        (1, 501, "x", "sample-count"),
    ],
)
def test_what_is_no_sample(sqlcipher_world: World, days: int, count: int, seed: str, reason: str) -> None:
    sqlcipher_world.clock.advance(DAY * days)
    with pytest.raises(BadInput) as error:
        log_control.sample(sqlcipher_world.system, make_controller(sqlcipher_world), MONDAY, MONDAY, count, seed)
    assert error.value.reason == reason
    assert "{" not in explain(error.value)


@pytest.mark.rule("LO-1")
def test_whoever_looks_is_logged_and_whom_they_saw(world: World) -> None:
    found = a_day_of_reading(world)
    eva = make_controller(world)
    log_control.unusual(world.system, eva)
    log_control.by_patient(world.system, eva, number_of(world, found["care"]))
    unusual, of_patient = log_rows(world, "control")
    opened = {found[key].patient_id for key in ("colleague", "surname", "stranger", "glass")}
    assert (unusual.staff_id, unusual.why, unusual.role, unusual.view) == (
        PEOPLE["eva"][0],
        "control",
        "log-controller",
        "unusual",
    )
    assert set(unusual.patients) == opened
    assert (of_patient.patient_id, of_patient.patients) == (found["care"].patient_id, [])
    again = log_control.by_patient(world.system, eva, number_of(world, found["glass"], NUMBERS[1]))
    assert "control" in {line.kind for line in again.lines}, "a look at the log is a reading too"


NOTHING = Criteria(CheckKind.UNUSUAL, Span(MONDAY_NINE, MONDAY_NINE))
Deed = Callable[[World, Any, str], object]

DEEDS: dict[str, Deed] = {
    "unusual": lambda w, who, _n: log_control.unusual(w.system, who),
    "patient": lambda w, who, n: log_control.by_patient(w.system, who, n),
    "person": lambda w, who, _n: log_control.by_person(w.system, who, PEOPLE["maria"][0]),
    "unit": lambda w, who, _n: log_control.by_unit(w.system, who, UNIT, MONDAY, MONDAY),
    "sample": lambda w, who, _n: log_control.sample(w.system, who, MONDAY, MONDAY, 3, "gran"),
    "look": lambda w, who, _n: log_control.look(
        w.system, who, Criteria(CheckKind.UNUSUAL, Span(MONDAY_NINE, MONDAY_NINE))
    ),
    "begin": lambda w, who, _n: log_checks.begin(w.system, who, NOTHING, [1]),
    "say": lambda w, who, _n: log_checks.say(w.system, who, "x", None, ""),
    "sign": lambda w, who, _n: log_checks.sign(w.system, who, "x", None, ""),
    "checks": lambda w, who, _n: log_checks.checks(w.system, who),
    "again": lambda w, who, _n: log_checks.again(w.system, who, "x"),
    "extract": lambda w, who, n: log_extract.extract(w.system, who, n),
    "extract to storage": lambda w, who, n: log_extract.extract_to_storage(w.system, who, n, pdf=True),
    "export": lambda w, who, _n: log_extract.audit_events(w.system, who, MONDAY, MONDAY),
    "export to storage": lambda w, who, _n: log_extract.export_to_storage(w.system, who, MONDAY, MONDAY),
}


@pytest.mark.rule("NA-1")
@pytest.mark.parametrize("deed", DEEDS)
def test_nobody_but_a_log_controller_sees_what_others_have_read(sqlcipher_world: World, deed: str) -> None:
    one = sqlcipher_world.case()
    number, maria = number_of(sqlcipher_world, one), sqlcipher_world.actor("maria")
    for role in (None, *(role for role in Role if role is not Role.LOG_CONTROLLER)):
        with pytest.raises(Refused) as error:
            DEEDS[deed](sqlcipher_world, replace(maria, role=role), number)
        assert (error.value.rule, error.value.reason) == ("NA-1", "role-may-not")
    assert log_rows(sqlcipher_world, "control") == log_rows(sqlcipher_world, "export") == []


@pytest.mark.rule("NA-1")
def test_who_holds_the_role_at_the_unit_acts_in_it(world: World) -> None:
    world.second_unit("eva")
    make_controller(world)
    assert log_control.acting(world.system, world.actor("eva")).acts_as is Role.LOG_CONTROLLER
    for other in (world.actor("maria"), replace(world.actor("eva"), unit_id=BERGA), world.source):
        with pytest.raises((Refused, BadInput)):
            log_control.acting(world.system, other)


@pytest.mark.hazard("H20")
def test_what_cannot_be_logged_is_not_shown(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    a_day_of_reading(world)
    eva, number = make_controller(world), number_of(world, world.case(name="Karin Öberg"))

    def fails(*_args: object, **_kwargs: object) -> None:
        raise OSError("full")

    with monkeypatch.context() as patch:
        patch.setattr(read_log, "log_reading", fails)
        for name in ("unusual", "patient", "person", "unit", "extract"):
            with pytest.raises(OSError, match="full"):
                DEEDS[name](world, eva, number)
        lines = log_extract.audit_events(world.system, eva, MONDAY, MONDAY)
        with pytest.raises(OSError, match="full"):
            next(lines)
    assert log_rows(world, "control") == []


def test_who_or_what_there_is_not(sqlcipher_world: World) -> None:
    eva, system = make_controller(sqlcipher_world), sqlcipher_world.system
    with pytest.raises(BadInput, match="log-no-patient"):
        log_control.by_patient(system, eva, "19500907-2553")
    with pytest.raises(BadInput, match="identity-number"):
        log_control.by_patient(system, eva, "hej")
    with pytest.raises(BadInput, match="no-staff"):
        log_control.by_person(system, eva, "ingen")
    with pytest.raises(BadInput, match="log-days"):
        log_control.by_unit(system, eva, UNIT, MONDAY, MONDAY - DAY)


PAYLOADS = ("\x1b]52;c;AAAA\x07Eva", "[red]Erik[/red] \u202etxt", "=HYPERLINK(1)\r\n=2", "\x00\x9b31m", "a" * 900)


@pytest.mark.hazard("H23")
@pytest.mark.parametrize("hostile", PAYLOADS)
def test_hostile_text_of_the_log_is_cleaned_wherever_it_leads(sqlcipher_world: World, hostile: str) -> None:
    world, row = sqlcipher_world, tables.read_log
    case = world.case(name="Karin Öberg")
    with world.system.store.writing() as tx:
        values = {"at": MONDAY_NINE, "kind": "case", "staff_id": PEOPLE["maria"][0], "actor": hostile, "profession": ""}
        values |= {"unit_id": UNIT, "place": hostile, "view": "", "patients": [], "why": hostile, "role": ""}
        tx.connection.execute(insert(row).values(patient_id=case.patient_id, case_id=case.id, chain="test", **values))
        tx.connection.execute(text("UPDATE patients SET name = :name"), {"name": hostile})
    eva, number = make_controller(world), number_of(world, case)
    (line,) = log_control.by_patient(world.system, eva, number).lines
    said = [
        line.reader,
        line.place,
        line.patient,
        log_extract.extract_text(log_extract.extract(world.system, eva, number)),
    ]
    said += list(log_extract.audit_events(world.system, eva, MONDAY, MONDAY))[:1]
    for one in said:
        assert not {"\x1b", "\x00", "\x9b", "\r", "\u202e"} & set(one)


def test_a_look_goes_by_an_index(world: World) -> None:
    span, found = Span(MONDAY_NINE, MONDAY_NINE + DAY), dict[str, str]()

    def explained(connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        if "read_log" in statement and not statement.startswith("EXPLAIN"):
            how = "EXPLAIN " if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
            plan = connection.exec_driver_sql(how + statement, values)
            found[looking] = found.get(looking, "") + "\n".join(str(row) for row in plan)

    with world.system.store.writing() as tx:
        if tx.on_postgresql:
            tx.connection.execute(text("SET LOCAL enable_seqscan = off"))  # of a few rows it would be faster
        event.listen(tx.connection, "before_cursor_execute", explained)
        looks: dict[str, Callable[[], object]] = {
            "patient": lambda: store.of_patient(tx, [UNIT], "x", span, 9, (MONDAY_NINE, 7)),
            "person": lambda: store.of_person(tx, [UNIT], "x", span, 9, (MONDAY_NINE, 7)),
            "unit": lambda: store.of_units(tx, [UNIT], span, 9, (MONDAY_NINE, 7)),
            "sample": lambda: store.seqs(tx, [UNIT], span),
            "unusual": lambda: store.opened(tx, [UNIT], span),
        }
        for looking, look in looks.items():
            look()
            assert "ix_read_log" in found[looking]
            assert "SCAN read_log" not in found[looking].replace("Seq Scan on read_log", "SCAN read_log")
        if tx.on_postgresql:
            assert "ix_read_log_patients" in found["patient"]


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 40), max_size=1200))
def test_rows_come_in_the_order_they_are_asked_for(sqlcipher_world: World, wanted: list[int]) -> None:
    one = sqlcipher_world.case()
    if not log_rows(sqlcipher_world, "case"):
        for _number in range(30):
            read(sqlcipher_world, "maria", one)
    with sqlcipher_world.system.store.reading() as tx:
        found = [row.seq for row in store.by_seq(tx, [UNIT], wanted)]
    assert found == [seq for seq in wanted if seq <= 30]


def test_a_person_who_has_left_is_found(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    read(world, "johan", world.case())
    staff.put_staff(world.system, world.source, staff.make_staff(*PEOPLE["johan"], active=False), (UNIT,))
    assert len(log_control.by_person(world.system, make_controller(world), PEOPLE["johan"][0]).lines) == 1


def test_every_reason_has_a_weight() -> None:
    assert set(log_control.weights()) == set(Reason)
    assert all(weight >= 0 for weight in log_control.weights().values())
