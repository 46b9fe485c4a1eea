"""Registering a patient: found by the whole number, made from the person-data service, a child with its guardians."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from msgspec import structs

from p24tui.errors import BadInput, Refused, Unavailable
from p24tui.gateways.person_data import PART, Guardian, Person
from p24tui.routine import proxy
from p24tui.routine.protection import Protection
from p24tui.services import guardians, patients, read_log, visit_list, visits
from tests.outgoing import MOBILE, rows_of, with_gateway
from tests.visiting import FATHER, MOTHER, book, child, roles, stored_visit
from tests.world import World

KATJA = "200302022389"
MARIA = "196101182803"
CHILD = "201605049806"


@dataclass
class Register:
    """A person-data service that knows these people; it is silent about all others."""

    people: dict[str, Person] = field(default_factory=dict)

    def look_up(self, number: str) -> Person:
        if number not in self.people:
            raise Unavailable(PART, "nobody")
        return self.people[number]

    def check(self) -> None:
        pass


def knowing(world: World, *known: Person) -> None:
    world.system.person_data = Register({one.number: one for one in known})


def person(number: str, name: str, protection: Protection = Protection.NONE, *theirs: Guardian) -> Person:
    return Person(number, name, protection, theirs)


MOTHER_OF = Guardian(MOTHER.number, MOTHER.name)
A_CHILD = person(CHILD, "Katja Hennig", Protection.NONE, MOTHER_OF, Guardian(FATHER.number, FATHER.name))
PARENTS = (person(MOTHER.number, MOTHER.name), person(FATHER.number, FATHER.name))


@pytest.mark.rule("VI-1", "VI-6")
def test_who_is_not_here_is_not_found_and_is_registered_with_the_name_of_the_service(world: World) -> None:
    knowing(world, person(KATJA, "Katja Hennig"))
    maria = world.actor("maria")
    assert patients.find(world.system, maria, KATJA) is None
    made = patients.register(world.system, maria, "20030202-2389", MOBILE, name="Något annat")
    assert (made.patient.name, made.mobile, made.number) == ("Katja Hennig", MOBILE, KATJA)
    assert patients.find(world.system, maria, "030202-2389") == made


@pytest.mark.rule("VI-1")
@pytest.mark.parametrize(
    ("typed", "mobile", "name", "reason"),
    [
        (KATJA, "", "Katja Hennig", "mobile"),
        (KATJA, "035-12 34 56", "Katja Hennig", "mobile"),
        (KATJA, "hej", "Katja Hennig", "mobile"),
        ("200302022380", MOBILE, "Katja Hennig", "identity-number"),
        ("2003", MOBILE, "Katja Hennig", "identity-number"),
        (KATJA, MOBILE, "  ", "patient-name"),
    ],
)
def test_what_cannot_be_used_is_said_and_nobody_is_made(
    world: World, typed: str, mobile: str, name: str, reason: str
) -> None:
    knowing(world)
    with pytest.raises(BadInput, match=reason):
        patients.register(world.system, world.actor("maria"), typed, mobile, name=name)
    assert patients.find(world.system, world.actor("maria"), KATJA) is None


@pytest.mark.rule("VI-1")
def test_while_the_service_is_silent_the_name_is_typed_and_protection_is_unknown(world: World) -> None:
    knowing(world)
    made = patients.register(world.system, world.actor("maria"), KATJA, MOBILE, name="Katja Hennig")
    assert (made.patient.name, made.patient.protection) == ("Katja Hennig", Protection.UNKNOWN)


@pytest.mark.rule("VI-1")
def test_who_is_here_already_gets_the_mobile_that_holds_now(world: World) -> None:
    knowing(world, person(KATJA, "Katja Hennig"))
    maria = world.actor("maria")
    first = patients.register(world.system, maria, KATJA, MOBILE)
    again = patients.register(world.system, maria, KATJA, "070-174 06 99")
    assert (again.patient_id, again.mobile) == (first.patient_id, "+46701740699")


@pytest.mark.rule("PR-1")
@pytest.mark.hazard("H1", "H2")
@pytest.mark.parametrize("kind", [Protection.MARKED, Protection.POPULATION])
def test_nobody_protected_is_registered_or_found(world: World, kind: Protection) -> None:
    knowing(world, person(KATJA, "Katja Hennig"))
    maria = world.actor("maria")
    knowing(world, person(KATJA, "Katja Hennig", kind))
    with pytest.raises(Refused, match="PR-1: protected-booking"):
        patients.register(world.system, maria, KATJA, MOBILE)
    assert patients.find(world.system, maria, KATJA) is None
    knowing(world, person(KATJA, "Katja Hennig"))
    patients.register(world.system, maria, KATJA, MOBILE)
    knowing(world, person(KATJA, "Katja Hennig", kind))
    with pytest.raises(Refused, match="PR-1: protected-booking"):
        patients.find(world.system, maria, KATJA)


@pytest.mark.rule("VI-6", "VI-7")
def test_a_child_comes_with_its_guardians_and_needs_no_mobile_of_its_own(world: World) -> None:
    knowing(world, A_CHILD, *PARENTS)
    made = patients.register(world.system, world.actor("maria"), CHILD, "")
    assert [(one.name, one.mobile) for one in made.guardians] == [("Albert Hammar", ""), ("Maria Ljungberg", "")]
    assert made.preselected == FATHER.number  # nobody is primary yet: the first by name
    guardians.make_primary(world.system, world.actor("maria"), made.patient_id, MOTHER.number)
    guardians.put_mobile(world.system, world.actor("maria"), made.patient_id, MOTHER.number, "070-174 06 06")
    after = patients.profile(world.system, world.actor("maria"), made.patient_id)
    assert after.preselected == MOTHER.number
    assert {one.name: one.mobile for one in after.guardians}["Maria Ljungberg"] == MOTHER.mobile
    patients.register(world.system, world.actor("maria"), CHILD, "")  # once more, and nothing is forgotten
    assert patients.profile(world.system, world.actor("maria"), made.patient_id) == after


@pytest.mark.rule("VI-7", "PR-1")
@pytest.mark.hazard("H1", "H14")
def test_a_protected_guardian_is_shown_as_no_more_than_that_and_can_be_no_proxy(world: World) -> None:
    knowing(world, A_CHILD, PARENTS[1], person(MOTHER.number, MOTHER.name, Protection.MARKED))
    made = patients.register(world.system, world.actor("maria"), CHILD, "")
    hidden = next(one for one in made.guardians if one.protection is Protection.MARKED)
    assert hidden.name == "Skyddad person"
    assert MOTHER.number not in repr(made)
    assert made.preselected == FATHER.number
    for deed in (
        lambda: guardians.make_primary(world.system, world.actor("maria"), made.patient_id, hidden.number),
        lambda: guardians.put_mobile(world.system, world.actor("maria"), made.patient_id, hidden.number, MOBILE),
    ):
        with pytest.raises(BadInput, match="no-guardian"):
            deed()


@pytest.mark.rule("VI-1")
def test_a_proxys_new_mobile_counts_for_what_is_booked_already(world: World) -> None:
    from p24tui.routine.visit import Summons

    with_gateway(world)
    one = child(world)
    when = world.clock.now() + timedelta(hours=2)
    visit = book(world, one.id, when, summons=Summons.CHILD_SAVED)
    guardians.put_mobile(world.system, world.actor("maria"), one.id, MOTHER.number, "070-174 06 99")
    assert stored_visit(world, visit.id).mobile == "+46701740699"


@pytest.mark.rule("LO-1", "PR-1")
@pytest.mark.hazard("H20")
def test_that_a_profile_was_read_is_logged(world: World) -> None:
    knowing(world, person(KATJA, "Katja Hennig"))
    maria = world.actor("maria")
    patients.register(world.system, maria, KATJA, MOBILE)
    assert "profile" in [one.kind for one in read_log.own_today(world.system, maria).reads]


def test_a_reserve_number_without_a_day_of_birth_gets_it_from_who_registers(world: World) -> None:
    knowing(world)
    world.system.settings = replace(world.system.settings, reserve_number=r"\d{6}R\d{4}")
    born = world.clock.now().date() - timedelta(days=20 * 365)
    made = patients.register(world.system, world.actor("maria"), "061119r1234", MOBILE, name="Okänd", born=born)
    assert (made.number, made.born) == ("061119R1234", born)


@pytest.mark.rule("VI-6", "PR-1")
@pytest.mark.hazard("H1")
def test_registering_again_shows_no_hidden_guardian_while_nobody_says_that_they_are_unprotected(world: World) -> None:
    maria, hidden_mother = world.actor("maria"), person(MOTHER.number, MOTHER.name, Protection.POPULATION)
    knowing(world, A_CHILD, PARENTS[1], hidden_mother)
    first = patients.register(world.system, maria, CHILD, "")
    knowing(world, A_CHILD, PARENTS[1])  # of the mother nothing can be learnt just now
    again = patients.register(world.system, maria, CHILD, "")
    assert again.guardians == first.guardians
    assert MOTHER.name not in repr(again)
    knowing(world, A_CHILD, *PARENTS)
    after = patients.register(world.system, maria, CHILD, "")
    assert [one.name for one in after.guardians] == [FATHER.name, MOTHER.name]


@pytest.mark.rule("VI-6", "PR-2")
@pytest.mark.hazard("H2")
def test_a_guardian_of_whom_the_service_says_nothing_is_of_unknown_protection(world: World) -> None:
    knowing(world, A_CHILD, PARENTS[0])
    made = patients.register(world.system, world.actor("maria"), CHILD, "")
    assert {one.name: one.protection for one in made.guardians} == {
        FATHER.name: Protection.UNKNOWN,
        MOTHER.name: Protection.NONE,
    }


@pytest.mark.rule("VI-7", "PR-1")
@pytest.mark.hazard("H1", "H14")
@pytest.mark.parametrize("way", ["looked up", "registered again"])
def test_a_proxy_who_turns_out_to_be_protected_leaves_the_visits_and_staff_see_that_one_is_lacking(
    world: World, way: str
) -> None:
    from p24tui.routine.visit import Summons

    with_gateway(world)
    maria, one = world.actor("maria"), child(world)
    visit = book(world, one.id, world.clock.now() + timedelta(days=1), summons=Summons.CHILD_SAVED)
    said = person(MOTHER.number, MOTHER.name, Protection.MARKED)
    knowing(world, structs.replace(A_CHILD, number=one.number), PARENTS[1], said)
    if way == "looked up":
        visits.look_up(world.system, maria, one.id)
    else:
        patients.register(world.system, maria, one.number, "")
    line = visit_list.one(world.system, maria, visit.id)
    assert proxy.lacks_proxy(line.visit)
    assert roles(world, visit.id) == []
    for known in (MOTHER.name, MOTHER.number, MOTHER.mobile):
        assert known not in repr((line.visit, line.participants))
    assert {row.recipient for row in rows_of(world, one.id)} == {""}
