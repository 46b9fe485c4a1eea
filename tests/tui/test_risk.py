"""Suicide risk at the desk: suspected and handed over, assessed, followed, and ended when its course allows it."""

from datetime import timedelta

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from p24tui.routine.case import Case, CaseState, RiskLevel, SuicideRisk
from p24tui.routine.protection import Protection
from p24tui.routine.risk_course import Assessment, Basis, Call, Outcome
from p24tui.services import cases, chat, protections, suicide, wrong_patient
from p24tui.tui.screens.form import FormScreen
from p24tui.tui.screens.handover import HandoverScreen
from p24tui.tui.screens.risk import RiskScreen
from p24tui.tui.screens.wrong_patient import ReachScreen, WrongPatientScreen
from p24tui.tui.widgets.field import Area
from p24tui.tui.widgets.patient_list import PatientList
from p24tui.tui.window import SMALLEST
from tests.outgoing import Persons
from tests.tui.kit import at_desk, desk_of, fill, press, screen_text, settled
from tests.world import World

pytestmark = [pytest.mark.anyio, pytest.mark.rule("SU-1")]

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])


async def stand_on(pilot: Pilot[None], case: Case, *keys: str) -> None:
    patients = desk_of(pilot).query_one(PatientList)
    patients.focus()
    patients.move_to(case.id)
    await press(pilot, *keys)


async def write(pilot: Pilot[None], words: str) -> None:
    await pilot.press(*words)
    await press(pilot)


def hint_of(pilot: Pilot[None]) -> str:
    """What stands where one would write, in one line."""
    return " ".join(str(desk_of(pilot)._pane._hint.render()).split())


def taken_on(world: World, name: str = "Erik Lund") -> Case:
    one = world.case(name=name, matter="Nedstämdhet", suicide=SuicideRisk.AWAITING, has_form=True, unread=0)
    return chat.claim(world.system, world.actor("amir"), one.id, one.version)


def moderate(world: World) -> Case:
    one = taken_on(world)
    said = Assessment(RiskLevel.MODERATE, (Basis.ANAMNESIS,), "suicidal-thoughts", "ensam", "syster")
    return suicide.state(world.system, world.actor("amir"), one.id, one.version, said)


@SIZES
@pytest.mark.rule("SU-2")
@pytest.mark.hazard("H7")
async def test_a_nurse_who_suspects_is_led_to_the_handover_at_once(
    sqlcipher_world: World, size: tuple[int, int]
) -> None:
    one = sqlcipher_world.case(name="Karin Öberg", unread=0)
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await stand_on(pilot, one, "4")
        assert isinstance(pilot.app.screen, RiskScreen)
        assert "Inget är antecknat om suicidrisk än." in screen_text(pilot)
        await press(pilot, "1")
        await write(pilot, "orkar inte leva")
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, HandoverScreen)
        assert "behövs inte (SU-2)" in screen_text(pilot)
        assert pilot.app.screen.query_one("#handover-message", Area).text == "orkar inte leva"
        await press(pilot, "escape")
        assert "SUI" in screen_text(pilot)
    row = sqlcipher_world.row(one.id)
    assert (row.case.suicide, row.owner) == (SuicideRisk.AWAITING, "Maria Lind")


@SIZES
@pytest.mark.rule("SU-3", "SU-4")
async def test_the_psychologist_signs_the_overall_assessment(sqlcipher_world: World, size: tuple[int, int]) -> None:
    one = taken_on(sqlcipher_world)
    async with at_desk(sqlcipher_world, "amir", size=size) as pilot:
        await stand_on(pilot, one, "4", "1")
        assert isinstance(pilot.app.screen, FormScreen)
        await press(pilot, "ctrl+s")
        assert "Välj nivå: ingen eller låg, måttlig eller hög." in screen_text(pilot)
        second = ("space", "down", "down", "enter", "tab")
        await press(pilot, *second, *second, "down", "down", "space", "tab")
        await write(pilot, "ensam, nyss skild")
        await press(pilot, "tab")
        await write(pilot, "syster, arbete")
        await press(pilot, "ctrl+s")
        shown = " ".join(screen_text(pilot).split())
        assert isinstance(pilot.app.screen, RiskScreen)
        assert "måttlig risk · besök senast 25 nov" in shown
        assert "syster, arbete" in str(pilot.app.screen.query_one("#risk-entries", Static).visual)
        assert "Innan det avslutas (SU-6)" in shown
    row = sqlcipher_world.row(one.id).case
    assert (row.risk, row.suicide) == (RiskLevel.MODERATE, SuicideRisk.TAKEN_ON)


@pytest.mark.rule("SU-3")
async def test_what_is_refused_comes_again_with_what_was_typed(sqlcipher_world: World) -> None:
    one = taken_on(sqlcipher_world)
    async with at_desk(sqlcipher_world, "amir") as pilot:
        await stand_on(pilot, one, "4", "1", "tab", "tab", "tab")
        await write(pilot, "ensam")
        await press(pilot, "ctrl+s")
        shown = screen_text(pilot)
        assert "Välj nivå: ingen eller låg, måttlig eller hög." in shown
        assert "ensam" in shown
        assert "● anamnesrapporten" in shown
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, RiskScreen)


@SIZES
@pytest.mark.rule("SU-3", "CH-7", "CH-11")
@pytest.mark.parametrize(
    ("who", "unread", "owner", "key", "why"),
    [
        ("maria", 0, "maria", ("4", "3"), "Det får bara en psykolog eller läkare göra."),
        ("amir", 1, None, ("4", "3"), "Läs det först, och bedöm sedan suicidrisken."),
        ("amir", 0, "maria", ("4", "3"), "Maria Lind har ärendet"),
        ("maria", 0, None, ("h",), "Ingen har tagit emot ärendet. Ta emot det först."),
        ("maria", 1, "maria", ("h",), "som ingen har läst"),
        ("maria", 1, None, ("y",), "som ingen har läst"),
        ("johan", 0, "maria", ("y",), "Maria Lind har ärendet"),
    ],
)
async def test_what_one_may_not_do_is_said_before_one_fills_anything_in(
    sqlcipher_world: World,
    size: tuple[int, int],
    who: str,
    unread: int,
    owner: str | None,
    key: tuple[str, ...],
    why: str,
) -> None:
    one = sqlcipher_world.case(name="Karin Öberg", unread=unread)
    if owner:
        chat.claim(sqlcipher_world.system, sqlcipher_world.actor(owner), one.id, one.version)
    async with at_desk(sqlcipher_world, who, size=size) as pilot:
        await stand_on(pilot, one, *key)
        assert pilot.app.screen_stack[-1] is desk_of(pilot)
        assert why in " ".join(screen_text(pilot).split())


async def test_what_is_typed_goes_by_a_second_escape_alone(sqlcipher_world: World) -> None:
    one = sqlcipher_world.case(unread=0)
    async with at_desk(sqlcipher_world) as pilot:
        await stand_on(pilot, one, "4", "1")
        await write(pilot, "hej")
        await press(pilot, "escape")
        assert "Esc en gång till kastar" in screen_text(pilot)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, RiskScreen)
        await press(pilot, "escape")
        assert pilot.app.screen_stack[-1] is desk_of(pilot)


@pytest.mark.rule("SU-6", "SU-7")
@pytest.mark.hazard("H8")
async def test_the_visit_is_booked_followed_and_recorded(sqlcipher_world: World) -> None:
    one = moderate(sqlcipher_world)
    async with at_desk(sqlcipher_world, "amir") as pilot:
        assert "SUI MÅTTLIG" in screen_text(pilot)
        await stand_on(pilot, one, "4", "1")
        assert "senast ons 25 nov" in screen_text(pilot)
        await press(pilot, "ctrl+s")
        assert "Skriv en tid vid ”När”, som 14.30, 24 nov 09.00 eller 24/11 09.00." in screen_text(pilot)
        await write(pilot, "2026-11-24 10.00")
        await press(pilot, "ctrl+s")
        assert "Välj ett av alternativen vid ”Hos”." in screen_text(pilot)
        await press(pilot, "end", "ctrl+u")
        await write(pilot, "i morgon")
        await press(pilot, "tab", "space", "down", "enter", "tab")
        await write(pilot, "Sara Holm")
        await press(pilot, "tab")
        await write(pilot, "rum 4")
        await press(pilot, "ctrl+s")
        assert "i morgon är ingen tid. Skriv som 14.30, 24 nov 09.00, 24/11 09.00" in screen_text(pilot)
        await press(pilot, "end", "ctrl+u")
        await write(pilot, "24 nov 10.00")
        await press(pilot, "ctrl+s")
        shown = " ".join(screen_text(pilot).split())
        assert "besök 24 nov 10.00 hos Sara Holm" in shown or "besök tis 10.00 hos Sara Holm" in shown
        await press(pilot, "escape", "x")
        assert sqlcipher_world.row(one.id).case.suicide is SuicideRisk.FOLLOWED
        sqlcipher_world.clock.advance(timedelta(days=1, hours=2))
        await stand_on(pilot, one, "4", "1", "space", "down", "enter", "ctrl+s")
        assert "besöket har ägt rum" in screen_text(pilot)
        assert "hindrar inte att ärendet avslutas" in screen_text(pilot)


@SIZES
@pytest.mark.rule("SU-6")
@pytest.mark.hazard("H8")
async def test_that_the_unit_is_closed_at_the_time_of_the_visit_is_said_before_it_is_booked(
    sqlcipher_world: World, size: tuple[int, int]
) -> None:
    sqlcipher_world.clock.advance(timedelta(days=4))
    one = moderate(sqlcipher_world)
    async with at_desk(sqlcipher_world, "amir", size=size) as pilot:
        await stand_on(pilot, one, "4", "1")
        await write(pilot, "2026-11-28 10.00")
        await press(pilot, "tab", "space", "down", "enter", "tab")
        await write(pilot, "Sara Holm")
        await press(pilot, "tab")
        await write(pilot, "rum 4")
        await press(pilot, "ctrl+s")
        shown = " ".join(screen_text(pilot).replace("│", " ").split())
        assert "Enheten är stängd lör 28 nov 10.00." in shown
        assert "Ctrl+S en gång till" in shown
        assert sqlcipher_world.row(one.id).case.risk_due_at is None
        await press(pilot, "end", "ctrl+u")
        await write(pilot, "2026-11-29 10.00")
        await press(pilot, "ctrl+s")
        assert "Enheten är stängd sön 29 nov 10.00." in screen_text(pilot), "another time is said anew"
        assert sqlcipher_world.row(one.id).case.risk_due_at is None
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, RiskScreen)
    assert sqlcipher_world.row(one.id).case.risk_due_at is not None


@pytest.mark.rule("SU-7")
@pytest.mark.hazard("H3", "H8")
async def test_whatever_the_filter_raised_risk_is_seen_by_word_symbol_and_place(sqlcipher_world: World) -> None:
    fill(sqlcipher_world)
    one = moderate(sqlcipher_world)
    async with at_desk(sqlcipher_world, "johan") as pilot:
        await stand_on(pilot, one, "f", "m")
        await press(pilot, "escape")
        shown = [line for line in screen_text(pilot).splitlines() if "SUI" in line]
        assert any("!" in line and "SUI MÅTTLIG" in line for line in shown)


@pytest.mark.rule("SU-1", "SU-5")
@pytest.mark.hazard("H9")
async def test_ending_says_what_is_missing(sqlcipher_world: World) -> None:
    one = sqlcipher_world.case(name="Karin Öberg", unread=0, mental_health=True)
    chat.claim(sqlcipher_world.system, sqlcipher_world.actor("maria"), one.id, one.version)
    async with at_desk(sqlcipher_world) as pilot:
        await stand_on(pilot, one, "a")
        assert "Säg, innan det avslutas, om du misstänker suicidrisk" in screen_text(pilot)
        await press(pilot, "4", "2", "ctrl+s", "escape", "a", "enter")
        assert "Ärendet är avslutat." in screen_text(pilot)
    assert sqlcipher_world.row(one.id).case.state is CaseState.ENDED


@SIZES
@pytest.mark.rule("AP-4", "PR-1")
@pytest.mark.hazard("H20")
async def test_how_to_reach_a_protected_person_is_shown_once_and_stands_nowhere_else(
    sqlcipher_world: World, size: tuple[int, int]
) -> None:
    one = sqlcipher_world.case(
        name="Hemlig Person", suicide=SuicideRisk.AWAITING, protection=Protection.MARKED, mobile="+46701740605"
    )
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await stand_on(pilot, one, "enter")
        assert "se hur personen nås" in " ".join(str(desk_of(pilot)._pane._hint.render()).split())
        await press(pilot, "a")
        assert "Agera först utanför plattformen" in screen_text(pilot)
        await press(pilot, "4", "1")
        await write(pilot, "skriver om suicid")
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, ReachScreen)
        assert "Hemlig Person" in screen_text(pilot)
        assert "+46701740605" in screen_text(pilot)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, RiskScreen)
        assert "Hemlig" not in screen_text(pilot)
        await press(pilot, "3", "space", "down", "down", "enter", "tab")
        await write(pilot, "SOS 4711")
        await press(pilot, "ctrl+s")
        assert "112 tog över" in screen_text(pilot)
        await press(pilot, "escape", "a", "enter")
        assert "Ärendet är avslutat." in screen_text(pilot)
        assert "Hemlig" not in screen_text(pilot)


@SIZES
@pytest.mark.rule("AP-1", "AP-2", "AP-3")
@pytest.mark.hazard("H15")
async def test_one_key_explains_marks_ends_and_locks(sqlcipher_world: World, size: tuple[int, int]) -> None:
    one = sqlcipher_world.case(name="Karin Öberg", unread=0)
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await stand_on(pilot, one, "y")
        assert isinstance(pilot.app.screen, WrongPatientScreen)
        assert "logga in med sin egen e-legitimation" in " ".join(screen_text(pilot).replace("│", " ").split())
        await press(pilot, "2")
        assert "ombud för ditt barn" in " ".join(screen_text(pilot).replace("│", " ").split())
        await press(pilot, "1", "enter")
        assert "OBS FEL PATIENT är antecknat" in screen_text(pilot)
    row = sqlcipher_world.row(one.id).case
    assert (row.state, row.wrong_patient_at) == (CaseState.ENDED, sqlcipher_world.clock.now())


@pytest.mark.rule("AP-1", "AP-3")
@pytest.mark.hazard("H15")
async def test_a_marked_case_that_opens_again_says_so_and_is_not_taken_on(sqlcipher_world: World) -> None:
    one = sqlcipher_world.case(name="Karin Öberg", unread=0)
    wrong_patient.mark(sqlcipher_world.system, sqlcipher_world.actor("maria"), one.id, one.version)
    sqlcipher_world.writes(one.id, "Hallå?")
    async with at_desk(sqlcipher_world) as pilot:
        await stand_on(pilot, one, "enter")
        assert "OBS FEL PATIENT" in screen_text(pilot)
        await press(pilot, "escape", "t")
        assert "Fel patient: ärendet gäller någon annan" in screen_text(pilot)


@pytest.mark.parametrize("size", [SMALLEST, (80, 24), (120, 40)], ids=["60x16", "80x24", "120x40"])
@pytest.mark.rule("AP-1", "AP-3", "AP-4")
@pytest.mark.hazard("H9", "H15")
async def test_what_one_may_do_where_the_wrong_person_writes_on_stands_where_one_would_answer(
    sqlcipher_world: World, size: tuple[int, int]
) -> None:
    one = sqlcipher_world.case(name="Karin Öberg", unread=0)
    wrong_patient.mark(sqlcipher_world.system, sqlcipher_world.actor("maria"), one.id, one.version)
    sqlcipher_world.clock.advance(timedelta(minutes=5))
    sqlcipher_world.writes(one.id, "Hallå?")
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await stand_on(pilot, one, "enter")
        said = hint_of(pilot)
        assert "Fel patient: läs det nya, men svara och anteckna inget." in said
        assert "Suicidrisk: tryck 4, vid fara 112. Annars a: avsluta igen." in said
        assert "avsluta igen." in screen_text(pilot), "the end of it is in sight too"
        assert "Hallå?" in screen_text(pilot), "what is to be read is"
        await press(pilot, "4", "1")
        await write(pilot, "vill dö")
        await press(pilot, "ctrl+s", "escape")
        assert "Suicidrisk är misstänkt: ring personen eller 112, och anteckna det med 4." in hint_of(pilot)


@pytest.mark.rule("SU-2")
async def test_words_to_be_read_with_suicide_in_mind_are_marked_and_alarm_nobody(sqlcipher_world: World) -> None:
    one = sqlcipher_world.case(name="Karin Öberg", risk_words=True)
    sqlcipher_world.rostered("maria")
    async with at_desk(sqlcipher_world, "maria") as pilot:
        shown = screen_text(pilot)
        assert "LÄS: SUICID" in shown
        assert "LARM" not in shown
        await stand_on(pilot, one, "enter")
        assert "ord som kan tyda på suicidrisk" in screen_text(pilot)


@pytest.mark.rule("PR-1")
@pytest.mark.hazard("H2")
async def test_a_flag_that_comes_while_one_writes_takes_the_case_from_the_screen(sqlcipher_world: World) -> None:
    one = sqlcipher_world.case(name="Hemlig Person", unread=0)
    async with at_desk(sqlcipher_world) as pilot:
        await stand_on(pilot, one, "t")
        assert "Hemlig Person" in screen_text(pilot)
        await write(pilot, "Hej")
        number = sqlcipher_world.row(one.id).patient.number
        sqlcipher_world.system.person_data = Persons({number: Protection.MARKED})
        protections.look_up(sqlcipher_world.system, sqlcipher_world.actor("johan"), one.patient_id)
        await settled(pilot)
        assert "Hemlig Person" not in screen_text(pilot)
        assert sqlcipher_world.row(one.id).owner == ""
    opened = cases.look_again(sqlcipher_world.system, sqlcipher_world.actor("maria"), one.id)
    assert opened.messages == ()


@pytest.mark.rule("SU-3")
async def test_what_was_refused_is_there_again_also_after_one_has_left_to_read(sqlcipher_world: World) -> None:
    one = sqlcipher_world.case(name="Erik Lund", suicide=SuicideRisk.AWAITING, unread=0)
    chat.claim(sqlcipher_world.system, sqlcipher_world.actor("amir"), one.id, one.version)
    async with at_desk(sqlcipher_world, "amir") as pilot:
        second = ("space", "down", "down", "enter", "tab")
        await stand_on(pilot, one, "4", "1", *second, *second, "space", "tab")
        await write(pilot, "ensam, nyss skild")
        sqlcipher_world.writes(one.id, "En sak till")
        await press(pilot, "tab")
        await write(pilot, "syster")
        await press(pilot, "ctrl+s", "ctrl+s")
        assert "Läs det först, och bedöm sedan" in screen_text(pilot)
        await press(pilot, "escape", "escape", "enter", "escape", "4", "1")
        assert "ensam, nyss skild" in screen_text(pilot)
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, RiskScreen)
    assert sqlcipher_world.row(one.id).case.risk is RiskLevel.MODERATE


@pytest.mark.rule("SU-3")
async def test_what_changed_meanwhile_is_said_and_the_same_form_saves_then(sqlcipher_world: World) -> None:
    one = taken_on(sqlcipher_world)
    async with at_desk(sqlcipher_world, "amir") as pilot:
        second = ("space", "down", "down", "enter", "tab")
        await stand_on(pilot, one, "4", "1", *second, *second, "tab")
        await write(pilot, "ensam")
        await press(pilot, "tab")
        await write(pilot, "syster")
        call = Call(sqlcipher_world.clock.now(), Outcome.NO_ANSWER)
        suicide.state(sqlcipher_world.system, sqlcipher_world.actor("maria"), one.id, None, call)
        await press(pilot, "ctrl+s")
        assert "Ärendet ändrades nyss av Maria Lind" in screen_text(pilot)
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, RiskScreen)
    assert sqlcipher_world.row(one.id).case.risk is RiskLevel.MODERATE


@pytest.mark.rule("AP-4")
@pytest.mark.hazard("H9")
async def test_a_marked_case_with_risk_shows_the_way_on(sqlcipher_world: World) -> None:
    one = sqlcipher_world.case(name="Karin Öberg", unread=0)
    wrong_patient.mark(sqlcipher_world.system, sqlcipher_world.actor("maria"), one.id, one.version)
    sqlcipher_world.writes(one.id, "Mamma vill dö")
    async with at_desk(sqlcipher_world) as pilot:
        await stand_on(pilot, one, "enter", "4", "1")
        await write(pilot, "skriver att modern vill dö")
        await press(pilot, "ctrl+s")
        assert "Agera först utanför plattformen" in screen_text(pilot)
        assert "Beredskapsjour eller 112 har tagit över" in screen_text(pilot)


@pytest.mark.rule("SU-9")
async def test_a_time_of_day_that_is_still_ahead_was_yesterdays(sqlcipher_world: World) -> None:
    one = taken_on(sqlcipher_world)
    async with at_desk(sqlcipher_world, "amir") as pilot:
        await stand_on(pilot, one, "4", "3", "end", "ctrl+u")
        await write(pilot, "23.50")
        await press(pilot, "tab", "space", "down", "enter", "ctrl+s")
        assert "ringde sön 22 nov 23.50" in screen_text(pilot)
