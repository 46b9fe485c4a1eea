"""Reading beyond one's units: logged before anything is said, by time, and reviewed by somebody else."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from p24tui.clock import local
from p24tui.errors import BadInput, P24Error, Refused
from p24tui.explain import BAD_INPUT, REFUSALS
from p24tui.routine.actor import Actor
from p24tui.routine.break_glass import Ground, Outcome
from p24tui.routine.protection import Protection
from p24tui.routine.role import Role
from p24tui.services import break_glass, cases, read_log
from p24tui.store import events, tables
from p24tui.words.events import event_words
from tests.breaking_glass import NUMBER, WHY, begun, elsewhere, give
from tests.world import BERGA, PEOPLE, World

HOUR = timedelta(hours=1)


def log_of(world: World, who: str) -> list[tuple[str, str | None, str | None, str]]:
    """What the log has of this person: kind, case, patient and why, in order; not that the number was looked up."""
    table = tables.read_log.c
    query = select(table.kind, table.case_id, table.patient_id, table.why).where(
        table.staff_id == PEOPLE[who][0], table.kind != "profile"
    )
    with world.system.store.reading() as tx:
        return [tuple(row) for row in tx.connection.execute(query.order_by(table.seq))]


def said(deed: Callable[[], object]) -> str:
    """Why it was not done."""
    with pytest.raises(P24Error) as told:
        deed()
    assert isinstance(told.value, Refused | BadInput)
    assert told.value.reason in REFUSALS | BAD_INPUT
    return told.value.reason


def head(world: World) -> Actor:
    """Johan as head of Berga."""
    world.second_unit("sara", "johan")
    give(world, "johan", Role.HEAD, BERGA)
    return replace(world.actor("johan"), unit_id=BERGA, role=Role.HEAD)


@pytest.mark.rule("LO-1")
@pytest.mark.hazard("H20")
def test_a_case_elsewhere_is_read_for_a_reason_and_each_reading_says_so(world: World) -> None:
    case, maria = elsewhere(world), world.actor("maria")
    assert said(lambda: cases.open_case(world.system, maria, case.id)) == "no-case"
    one = begun(world)
    (found,) = break_glass.cases_of(world.system, maria, one.id)
    assert (found.line.matter, found.unit.name) == ("Tryck i bröstet", "Vårdcentralen Berga")
    read = break_glass.read(world.system, maria, one.id, case.id)
    assert [message.text for message in read.messages] == ["Det trycker över bröstet."]
    why = f"break-glass:{one.id}"
    patient = case.patient_id
    assert log_of(world, "maria") == [
        ("break-glass", None, patient, why),
        ("break-glass", None, patient, why),
        ("case", case.id, patient, why),
    ]
    after = world.row(case.id).case
    assert (after.version, after.unread, after.opened_at) == (case.version, case.unread, case.opened_at)
    with world.system.store.reading() as tx:
        (event,) = [each for each in events.of_case(tx, case.id) if each.kind == "break-glass.begun"]
    assert (event.actor, event.rule) == ("Maria Lind", "LO-1")
    until = local(one.ends_at).strftime("%H.%M")
    told = event_words(event.kind, event.details)
    assert "Fara för liv eller hälsa" in told
    assert until in told
    assert "case" in [each.kind for each in read_log.own_today(world.system, maria).reads]


@pytest.mark.rule("LO-1")
@pytest.mark.hazard("H20")
def test_where_the_log_cannot_be_written_nothing_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    case = elsewhere(world)
    one = begun(world)

    def broken(*_args: object, **_kwargs: object) -> None:
        raise OSError("the log")

    monkeypatch.setattr("p24tui.store.read_log.log_reading", broken)
    for deed in (
        lambda: begun(world),
        lambda: break_glass.cases_of(world.system, world.actor("maria"), one.id),
        lambda: break_glass.read(world.system, world.actor("maria"), one.id, case.id),
    ):
        with pytest.raises(OSError, match="the log"):
            deed()


@pytest.mark.rule("LO-1", "PR-1")
@pytest.mark.parametrize("who", ["nobody", "only-here", "protected"])
def test_that_there_is_nothing_to_read_is_logged_too_and_nothing_begins(world: World, who: str) -> None:
    if who == "protected":
        elsewhere(world, Protection.MARKED)
    elif who == "only-here":
        elsewhere(world)
        world.second_unit("maria")
    assert said(lambda: begun(world)) == ("break-glass-protected" if who == "protected" else "nothing-elsewhere")
    ((kind, _case, _patient, why),) = log_of(world, "maria")
    assert kind == "break-glass"
    assert why.startswith("break-glass:")
    assert break_glass.overdue(world.system, [BERGA]) == 0
    with world.system.store.reading() as tx:
        assert tx.connection.execute(select(tables.break_glass)).first() is None


@pytest.mark.rule("LO-1", "PR-1")
def test_it_ends_by_time_is_nobody_elses_and_ends_when_the_person_is_protected(world: World) -> None:
    case, maria = elsewhere(world), world.actor("maria")
    other = world.case(name="Någon annan", unit_id=BERGA)
    one = begun(world)

    def read(who: str = "maria", case_id: str = case.id) -> Callable[[], object]:
        return lambda: break_glass.read(world.system, world.actor(who), one.id, case_id)

    assert said(read("johan")) == "break-glass-not-yours"
    assert said(read(case_id=other.id)) == "no-case"
    assert said(lambda: break_glass.read(world.system, maria, "none", case.id)) == "no-break-glass"
    world.clock.advance(HOUR - timedelta(seconds=1))
    read()()
    world.clock.advance(timedelta(seconds=1))
    assert said(read()) == "break-glass-over"
    assert said(lambda: break_glass.cases_of(world.system, maria, one.id)) == "break-glass-over"
    again = begun(world)
    world.second_unit("sara", "maria")  # she works there now: what she may read she reads as anybody there
    assert said(lambda: begun(world)) == "nothing-elsewhere"
    assert again.ends_at > one.ends_at


@pytest.mark.rule("NA-1", "LO-1")
@pytest.mark.parametrize(
    ("typed", "words", "reason"), [(NUMBER, " \n", "break-glass-why"), ("1961", WHY, "identity-number")]
)
def test_it_takes_a_whole_number_and_a_reason(world: World, typed: str, words: str, reason: str) -> None:
    elsewhere(world)
    maria, eva = world.actor("maria"), world.actor("eva")
    assert said(lambda: break_glass.begin(world.system, maria, typed, Ground.HERE, words)) == reason
    assert said(lambda: break_glass.begin(world.system, eva, NUMBER, Ground.HERE, WHY)) == "role-may-not"
    assert log_of(world, "maria") == log_of(world, "eva") == []


@pytest.mark.rule("LO-1", "LO-2")
def test_the_head_of_the_unit_reviews_it_within_a_day_and_nobody_their_own(world: World) -> None:
    elsewhere(world)
    one, johan = begun(world), head(world)
    world.clock.advance(one.begun_at - world.clock.now())  # where the database's own clock says when it began
    (found,) = break_glass.to_review(world.system, johan, [BERGA])
    assert (found.one, found.patient.name, found.from_unit, found.late) == (
        one,
        "Karin Öberg",
        "Vårdcentralen Åsen",
        False,
    )
    assert log_of(world, "johan") == [("break-glass-review", None, None, "control")]
    assert break_glass.to_review(world.system, johan, [one.unit_id]) == ()
    world.clock.advance(timedelta(hours=24))
    assert break_glass.overdue(world.system, [BERGA]) == 0
    world.clock.advance(timedelta(seconds=1))
    assert break_glass.overdue(world.system, [BERGA]) == 1
    assert break_glass.overdue(world.system, [one.unit_id]) == 0
    (late,) = break_glass.to_review(world.system, johan, [BERGA])
    assert late.late

    def review(actor: Actor, words: str = "Ringde Maria: ambulans tillkallad.") -> Callable[[], object]:
        return lambda: break_glass.review(world.system, actor, one.id, Outcome.JUSTIFIED, words)

    give(world, "maria", Role.HEAD, one.unit_id)
    assert said(review(replace(world.actor("maria"), role=Role.HEAD))) == "break-glass-own"
    assert said(review(replace(johan, unit_id=one.unit_id))) == "break-glass-elsewhere"
    assert said(review(replace(johan, role=None))) == "role-may-not"
    assert said(review(johan, " ")) == "break-glass-outcome"
    review(johan)()
    assert said(review(johan)) == "break-glass-reviewed"
    assert break_glass.to_review(world.system, johan, [BERGA]) == ()
    assert break_glass.overdue(world.system, [BERGA]) == 0
    with world.system.store.reading() as tx:
        last = events.last_of_unit(tx, BERGA, ["break-glass.reviewed"])
    assert last is not None
    assert (last.actor, last.details["outcome"]) == ("Johan Berg", "justified")
    assert said(lambda: break_glass.review(world.system, johan, "none", Outcome.JUSTIFIED, "x")) == "no-break-glass"
