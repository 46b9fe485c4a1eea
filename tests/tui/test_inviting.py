"""Inviting to a video visit at the desk: by what it goes, and what is refused."""

from dataclasses import replace

import pytest
from msgspec import structs

from p24tui.gateways.person_data import Guardian as PersonGuardian
from p24tui.routine.protection import Protection
from p24tui.routine.visit import Summons
from p24tui.services import guardians, patients, staff, visits
from p24tui.store import participants
from p24tui.tui.screens.inviting import WhoToInviteScreen
from tests.outgoing import MOBILE
from tests.services.test_patients import CHILD, knowing
from tests.tui.booking_kit import (
    A_CHILD,
    FATHERS,
    MOTHERS,
    SIZES,
    Size,
    a_child,
    an_adult,
    choose,
    in_two_hours,
    offered,
    plain,
    write,
)
from tests.tui.kit import OPERATOR, at_desk, press, screen_text
from tests.tui.visit_kit import half_ended, open_day
from tests.visiting import FATHER, MOTHER, roles
from tests.world import BERGA, PEOPLE, UNIT, World

pytestmark = pytest.mark.anyio


@SIZES
@pytest.mark.rule("VI-10")
async def test_a_colleague_is_invited_by_the_way_that_comes_first(sqlcipher_world: World, size: Size) -> None:
    visit = in_two_hours(sqlcipher_world, an_adult(sqlcipher_world))
    reached(sqlcipher_world, "sara", email="sara.holm@example.se", mobile=MOBILE)
    reached(sqlcipher_world, "amir", mobile=MOBILE)
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await press(pilot, "f3", "l")
        assert isinstance(pilot.app.screen, WhoToInviteScreen)
        assert "en länk till just det här besöket, aldrig patientens namn" in plain(pilot)
        assert "vårdnadshavaren" not in plain(pilot)
        await press(pilot, "1")
        assert offered(pilot, "part-staff") == [
            "Amir Karimi, psykolog · med sms",
            "Eva Nyström, administration · syns i hens egen lista",
            "Johan Berg, sjuksköterska · syns i hens egen lista",
            "Sara Holm, läkare · med e-post",
        ]
        await choose(pilot, "part-staff", PEOPLE["sara"][0])
        await press(pilot, "ctrl+s")
        assert "Inbjuden: Sara Holm. Länken går med e-post." in plain(pilot)
        await press(pilot, "l", "1")
        await choose(pilot, "part-staff", PEOPLE["johan"][0])
        await press(pilot, "ctrl+s")
        assert "Inbjuden: Johan Berg. Besöket syns i hens egen lista." in plain(pilot)
    assert ("colleague", "Sara Holm") in roles(sqlcipher_world, visit.id)


@pytest.mark.rule("VI-10")
async def test_colleagues_of_all_ones_units_can_be_invited(sqlcipher_world: World) -> None:
    sqlcipher_world.second_unit("maria", "sara")
    in_two_hours(sqlcipher_world, an_adult(sqlcipher_world))
    far = staff.make_staff("SE2321000016-BB09", "Bo [b]Ek", "doctor")
    staff.put_staff(sqlcipher_world.system, OPERATOR, far, (BERGA,))
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f3", "l", "1")
        assert "Bo [b]Ek, läkare · syns i hens egen lista" in offered(pilot, "part-staff")


@pytest.mark.rule("VI-12")
async def test_an_interpreter_goes_to_the_mailbox_of_the_settings_and_there_is_one(sqlcipher_world: World) -> None:
    visit = in_two_hours(sqlcipher_world, an_adult(sqlcipher_world))
    system = sqlcipher_world.system
    system.settings = replace(system.settings, interpreter_mailbox="tolk@example.se")
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f3", "l", "2")
        assert "tolk@example.se" in screen_text(pilot)
        assert "Namnet blir alltid ”tolk digital”." in plain(pilot)
        await press(pilot, "ctrl+s")
        assert "Inbjuden: tolk digital. Länken går med e-post." in plain(pilot)
        await press(pilot, "l", "2", "end", "ctrl+u")
        await write(pilot, "annan@example.se")
        await press(pilot, "ctrl+s")
        assert "En tolk är redan inbjuden till besöket. Ta tillbaka den inbjudan först. (VI-12)" in plain(pilot)
        assert "annan@example.se" in screen_text(pilot)
    assert ("interpreter", "tolk digital") in roles(sqlcipher_world, visit.id)


@pytest.mark.rule("VI-8", "PR-1")
async def test_the_other_guardian_is_a_guest_and_a_protected_one_is_not_invited(sqlcipher_world: World) -> None:
    one = a_child(sqlcipher_world, mobiles=(MOTHER.number, FATHER.number))
    visit = in_two_hours(sqlcipher_world, one, summons=Summons.CHILD_SAVED)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f3", "l", "3")
        assert "Albert Hammar · 070-174 06 05" in plain(pilot)
        await press(pilot, "escape")
        knowing(sqlcipher_world, A_CHILD, MOTHERS, structs.replace(FATHERS, protection=Protection.MARKED))
        guardians.look_up(sqlcipher_world.system, one.patient_id)
        await press(pilot, "l", "3")
        shown = plain(pilot)
        assert "Regel PR-1 Den andra vårdnadshavaren har skyddade personuppgifter, och bjuds inte in här." in shown
        assert "Albert" not in shown
        knowing(sqlcipher_world, A_CHILD, MOTHERS, FATHERS)
        patients.register(sqlcipher_world.system, sqlcipher_world.actor("maria"), CHILD, "")
        await press(pilot, "l", "3", "tab")
        await write(pilot, "albert@example.se")
        await press(pilot, "ctrl+s")
        assert "Inbjuden: Albert Hammar. Länken går med e-post." in plain(pilot)
    assert ("guardian", "Albert Hammar") in roles(sqlcipher_world, visit.id)


@pytest.mark.rule("VI-8")
@pytest.mark.parametrize("is_there", [True, False])
async def test_the_other_guardian_is_offered_only_where_there_is_one(sqlcipher_world: World, is_there: bool) -> None:
    if is_there:
        one = a_child(sqlcipher_world)
    else:
        alone = structs.replace(A_CHILD, guardians=(PersonGuardian(MOTHER.number, MOTHER.name),))
        knowing(sqlcipher_world, alone, MOTHERS)
        one = patients.register(sqlcipher_world.system, sqlcipher_world.actor("maria"), CHILD, "")
        guardians.put_mobile(
            sqlcipher_world.system, sqlcipher_world.actor("maria"), one.patient_id, MOTHER.number, MOBILE
        )
    in_two_hours(sqlcipher_world, one, summons=Summons.CHILD_SAVED)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f3", "l")
        assert isinstance(pilot.app.screen, WhoToInviteScreen)
        assert ("den andra vårdnadshavaren" in plain(pilot)) is is_there
        assert "en extern gäst" in plain(pilot)


@pytest.mark.rule("VI-11")
async def test_nobody_is_asked_for_where_the_visit_is_called_off(sqlcipher_world: World) -> None:
    visit = in_two_hours(sqlcipher_world, an_adult(sqlcipher_world))
    visits.cancel(sqlcipher_world.system, sqlcipher_world.actor("johan"), visit.id)
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f3", "l")
        assert not isinstance(pilot.app.screen, WhoToInviteScreen)
        assert "Regel VI-11" in plain(pilot)
        assert "Besöket är över" in plain(pilot)


@pytest.mark.rule("VI-11", "VI-14")
async def test_whoever_is_invited_to_a_half_ended_visit_is_said_to_wait(sqlcipher_world: World) -> None:
    half_ended(open_day(sqlcipher_world))
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "f3", "l")
        assert isinstance(pilot.app.screen, WhoToInviteScreen)
        assert "Videon är avslutad: den som bjuds in väntar tills den startas igen." in plain(pilot)


@SIZES
@pytest.mark.rule("VI-11")
async def test_a_guest_is_invited_by_sms_or_mail_and_must_show_who_they_are(sqlcipher_world: World, size: Size) -> None:
    visit = in_two_hours(sqlcipher_world, an_adult(sqlcipher_world))
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await press(pilot, "f3", "l", "4")
        assert "Bjud in en extern gäst · mån 23 nov 11.00 · Katja Hennig" in plain(pilot)
        await write(pilot, "Bo Ek")
        await press(pilot, "ctrl+s")
        assert "Skriv en e-postadress eller ett mobilnummer: dit går länken." in plain(pilot)
        assert "Bo Ek" in screen_text(pilot)
        await press(pilot, "tab")
        await write(pilot, "bo@")
        await press(pilot, "ctrl+s")
        assert "”bo@” går inte att skicka till" in plain(pilot)
        pilot.app.screen.query_one("#part-address").focus()
        await press(pilot, "end")
        await write(pilot, "example.se")
        await press(pilot, "tab", "space", "down", "enter", "ctrl+s")
        assert "Inbjuden: Bo Ek. Länken går med e-post." in plain(pilot)
    with sqlcipher_world.system.store.reading() as tx:
        there = participants.of_visits(tx, [visit.id])[visit.id]
    assert [one.must_identify for one in there if one.name == "Bo Ek"] == [True]


def reached(world: World, name: str, *, email: str = "", mobile: str = "") -> None:
    """One of the people is reached so."""
    member = staff.make_staff(*PEOPLE[name], email=email, mobile=mobile)
    staff.put_staff(world.system, OPERATOR, member, (UNIT,))
