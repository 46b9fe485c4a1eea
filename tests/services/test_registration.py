"""Registration in VAS: decided once, followed until the post is removed, and never two for a contact (RE, H19)."""

import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from threading import Barrier

import pytest
from msgspec.structs import replace
from sqlalchemy.exc import IntegrityError

from p24tui.errors import BadInput, P24Error, Refused
from p24tui.explain import explain
from p24tui.ids import fresh_id
from p24tui.routine.actor import Profession
from p24tui.routine.protection import Protection
from p24tui.routine.registration import (
    Answers,
    InAN24,
    Nothing,
    Question,
    RegistrationState,
    ToAN5,
    VisitType,
    Wanted,
    Way,
    course,
    permitted,
)
from p24tui.routine.unit_alert import UnitAlert, UnitReason
from p24tui.services import cases, chat, duty, ending, registration, shift, visit_day, wrong_patient
from p24tui.store import events, people, registrations
from p24tui.store.values import PatientRecord
from p24tui.words.events import event_words
from p24tui.words.registration import arrival_fields, told_fields
from tests.outgoing import MOBILE
from tests.registering import FREE, MESSAGE, NOT, POST, REPLACES, ended, handed_over, made
from tests.services.test_read_log import log_of
from tests.visiting import book, stored_visit, with_video
from tests.world import BERGA, MONDAY_NINE, PEOPLE, UNIT, World, make_world, make_world_again

DAY = timedelta(days=1)


def refused(deed: Callable[[], object]) -> tuple[str, str]:
    """The rule that said no, and its reason."""
    with pytest.raises(Refused) as caught:
        deed()
    assert explain(caught.value)[-1] in ".?"
    return caught.value.rule, caught.value.reason


def protect(world: World, patient_id: str) -> None:
    """The patient turns out to be protected."""
    with world.system.store.writing() as tx:
        found = people.patient(tx, id=patient_id)
        assert found is not None
        patient = replace(found.patient, protection=Protection.MARKED)
        people.put_patient(tx, PatientRecord(patient, "personnummer", Protection.MARKED, None), world.clock.now())


def last_words(world: World, case_id: str) -> str:
    with world.system.store.reading() as tx:
        last = events.of_case(tx, case_id)[-1]
    return event_words(last.kind, last.details)


@pytest.mark.rule("RE-3", "RE-4", "RE-6", "RE-7")
@pytest.mark.hazard("H19")
def test_a_watch_post_is_followed_until_it_is_removed(world: World) -> None:
    one, eva, system = made(world), world.actor("eva"), world.system
    assert (one.way, one.state, one.reason, one.care_giver) == (
        Way.WATCH_POST,
        RegistrationState.CREATED,
        "Eksem",
        "Maria Lind",
    )
    assert last_words(world, one.case_id) == "Skapade i VAS för ankomstregistrering (C24): bevakningspost."
    assert [line.registration for line in registration.of_units(system, eva, (UNIT,)).followed] == [one]
    assert shift.ongoing(system, world.actor("maria")).registrations == 1
    assert refused(lambda: registration.removed(system, eva, one.id)) == ("RE-6", "not-arrived")
    world.clock.advance(timedelta(minutes=20))
    done = registration.registered(system, eva, one.id, "L1", "Faktura")
    assert (done.state, done.fee_type, done.payment) == (RegistrationState.REGISTERED, "L1", "Faktura")
    assert (done.registered_by_name, done.registered_at) == ("Eva Nyström", world.clock.now())
    assert len(registration.of_units(system, eva, (UNIT,)).followed) == 1
    gone = registration.removed(system, eva, one.id)
    assert (gone.state, gone.removed_by_name) == (RegistrationState.REMOVED, "Eva Nyström")
    desk = registration.of_units(system, eva, (UNIT,))
    assert (desk.followed, desk.undecided) == ((), ())
    assert shift.ongoing(system, world.actor("maria")).registrations == 0
    kinds = [kind for kind in world.event_kinds(one.case_id) if kind.startswith("registration.")]
    assert kinds == ["registration.made", "registration.registered", "registration.removed"]
    with pytest.raises(Refused) as caught:
        registration.registered(system, world.actor("johan"), one.id, "L1", "Faktura")
    assert explain(caught.value).startswith("Ankomsten är redan registrerad: Eva Nyström 09.20.")


@pytest.mark.rule("RE-1", "RE-6")
def test_a_chat_that_replaces_no_visit_is_not_registered_and_the_decision_can_be_taken_back(world: World) -> None:
    one, maria, system = made(world, wanted=NOT), world.actor("maria"), world.system
    assert (one.state, one.visit_type, one.care_giver_id) == (RegistrationState.NOTHING, None, None)
    assert "ersätter inget besök" in last_words(world, one.case_id)
    desk = registration.of_units(system, maria, (UNIT,))
    assert (desk.followed, desk.undecided) == ((), ())
    assert refused(lambda: registration.make(system, maria, one.case_id, POST)) == ("RE-6", "already-registered")
    assert refused(lambda: registration.withdraw(system, maria, one.id, " ")) == ("RE-6", "withdraw-reason")
    registration.withdraw(system, maria, one.id, "Det ersatte ett besök")
    assert last_words(world, one.case_id).endswith("Det ersatte ett besök")
    assert registration.make(system, maria, one.case_id, MESSAGE).way is Way.MESSAGE


@pytest.mark.rule("RE-2")
def test_who_takes_it_on_from_a_nurse_registers_their_contact_and_the_nurse_none(world: World) -> None:
    case, system = handed_over(world), world.system
    maria, sara, eva = (world.actor(who) for who in ("maria", "sara", "eva"))
    asked = registration.situation(system, maria, case.id)
    assert course(asked.situation, Answers()) == Nothing("RE-2")
    assert refused(lambda: registration.make(system, maria, case.id, POST)) == ("RE-2", "nurse-handed-over")
    assert [one.name for one in registration.situation(system, eva, case.id).care_givers] == ["Sara Holm"]
    by_nurse = replace(POST, care_giver_id=PEOPLE["maria"][0])
    assert refused(lambda: registration.make(system, eva, case.id, by_nurse)) == ("RE-7", "registration-care-giver")
    assert registration.make(system, sara, case.id, POST).care_giver == "Sara Holm"


@pytest.mark.rule("RE-7")
def test_a_colleague_or_administration_registers_it_on_whoever_had_it(world: World) -> None:
    case, system = ended(world, "johan"), world.system
    for who, names in {
        "eva": ["Johan Berg"],
        "maria": ["Johan Berg", "Maria Lind"],
        "johan": ["Johan Berg"],
    }.items():
        asked = registration.situation(system, world.actor(who), case.id)
        assert [one.name for one in asked.care_givers] == names
        assert asked.situation.own is (who == "johan")
    assert registration.make(system, world.actor("eva"), case.id, POST).care_giver == "Johan Berg"
    unseen = world.case()
    nobody = lambda: registration.make(system, world.actor("eva"), unseen.id, POST)  # noqa: E731
    assert refused(nobody) == ("RE-7", "registration-care-giver")
    asked = registration.situation(system, world.actor("maria"), unseen.id)
    assert ([one.name for one in asked.care_givers], asked.situation.own) == (["Maria Lind"], True)


@pytest.mark.rule("RE-8")
def test_who_is_always_free_of_charge_registers_it_in_an24_and_is_asked_with_the_last_answer(world: World) -> None:
    maria, system = world.actor("maria"), world.system
    one = made(world, wanted=FREE)
    assert (one.way, one.state, one.fee_type, one.payment) == (Way.AN24, RegistrationState.OWN, "P0", "Gena")
    assert (one.registered_by_name, one.care_giver, one.always_free) == ("Maria Lind", "Maria Lind", True)
    assert registration.of_units(system, maria, (UNIT,)).followed == ()
    assert refused(lambda: registration.withdraw(system, maria, one.id, "Fel")) == ("RE-6", "already-arrived")
    case = ended(world)
    asked = registration.situation(system, maria, case.id)
    assert asked.always_free is True
    assert registration.situation(system, world.actor("johan"), case.id).always_free is None
    written = Answers(replaces=True, visit_type=VisitType.WRITTEN)
    assert course(asked.situation, written) is Question.ALWAYS_FREE
    assert isinstance(course(asked.situation, replace(written, always_free=True)), InAN24)
    by_invoice = replace(FREE, payment="Faktura")
    assert refused(lambda: registration.make(system, maria, case.id, by_invoice)) == ("RE-8", "registration-payment")
    telephone = replace(FREE, answers=replace(REPLACES, always_free=True))
    assert refused(lambda: registration.make(system, maria, case.id, telephone)) == ("RE-3", "registration-way")


@pytest.mark.rule("RE-7")
def test_only_what_an5_takes_is_registered(world: World) -> None:
    one, eva, system = made(world), world.actor("eva"), world.system
    assert refused(lambda: registration.registered(system, eva, one.id, "P0", "Faktura"))[0] == "RE-7"
    assert refused(lambda: registration.registered(system, eva, one.id, "L1", "Gena"))[0] == "RE-7"
    assert refused(lambda: registration.make(system, eva, ended(world).id, replace(POST, reason=" "))) == (
        "RE-4",
        "registration-reason",
    )
    words = registration.codes(world.clock.now())
    assert set(words.visit_types) == set(VisitType)
    for choices in (words.an5, words.an24):
        for visit_type in choices.visit_types:
            assert permitted(choices, visit_type, choices.fee_types[0], choices.payments[0]) is None


@pytest.mark.rule("RE-4", "RE-5", "RE-7", "RE-8")
def test_the_fields_stand_in_the_order_of_vas(world: World) -> None:
    words = registration.codes(world.clock.now())
    post = told_fields(Way.WATCH_POST, words, "Åsen", new_visit=False, reason="Eksem")
    assert post == (("Typ", "C24"), ("Mottagning", "Åsen"), ("Nybesök", "Nej"), ("Besöksorsak", "Eksem"))
    message = told_fields(Way.MESSAGE, words, "Åsen", new_visit=True, reason="Eksem")
    assert message[::2] == (("Ämne", "C24"), ("Nybesök", "Ja"))
    arrival = arrival_fields(
        words,
        "Åsen",
        new_visit=False,
        reason="Eksem",
        visit_type=VisitType.WRITTEN,
        care_giver="Maria Lind",
        fee_type="P0",
        payment="Gena",
    )
    assert dict(arrival) == {
        "Mottagning": "Åsen",
        "Nybesök": "Nej",
        "Sektion": "Chatt",
        "Besöksorsak": "Eksem",
        "Besökstyp": "Skriftlig distanskontakt",
        "Vårdgivare": "Maria Lind",
        "Avgiftstyp": "P0",
        "Betalsätt": "Gena",
    }


@pytest.mark.rule("PR-1", "AP-3", "RE-6")
@pytest.mark.hazard("H15")
@pytest.mark.hazard("H1")
def test_what_is_not_handled_here_is_not_registered_but_a_post_that_is_there_is_removed(world: World) -> None:
    maria, system = world.actor("maria"), world.system
    wrong = world.case(unread=0)
    world.clock.advance(timedelta(minutes=1))
    wrong_patient.mark(system, maria, wrong.id, wrong.version)
    assert refused(lambda: registration.make(system, maria, wrong.id, POST)) == ("AP-3", "wrong-patient-locked")
    hidden = world.case(protection=Protection.MARKED, unread=0)
    assert refused(lambda: registration.make(system, maria, hidden.id, NOT)) == ("PR-1", "protected")
    one = made(world, name="Hemlig Person", matter="Hemligt")
    left = ended(world, name="Också Hemlig")
    for case_id in (one.case_id, left.id):
        protect(world, world.row(case_id).case.patient_id)
    desk = registration.of_units(system, maria, (UNIT,))
    assert desk.undecided == ()
    (line,) = desk.followed
    assert (line.line.patient.name, line.line.matter, line.registration.reason) == ("", "", "")
    asked = registration.situation(system, maria, one.case_id)
    assert (asked.patient.name, asked.matter, asked.standing and asked.standing.reason) == ("", "", "")
    registration.registered(system, maria, one.id, "L1", "Barn")
    assert registration.removed(system, maria, one.id).state is RegistrationState.REMOVED


@pytest.mark.rule("RE-1", "RE-7")
def test_a_booked_visit_is_known_to_replace_one_or_not(world: World) -> None:
    with_video(world)
    visit = book(world, world.patient(mobile=MOBILE).id, world.clock.now() + timedelta(minutes=5))
    _taken, case = visit_day.take_in(
        world.system, world.actor("maria"), visit.id, stored_visit(world, visit.id).version
    )
    asked = registration.situation(world.system, world.actor("maria"), case.id)
    assert (asked.situation.booked, asked.situation.own) == (None, True)
    assert isinstance(course(replace(asked.situation, booked=True, by_video=True), Answers()), ToAN5)


@pytest.mark.rule("RE-6")
@pytest.mark.hazard("H19")
def test_two_who_register_the_same_contact_at_once_make_one(world: World) -> None:
    for _round in range(5):
        case, together = ended(world), Barrier(2)

        def make(who: str, case_id: str = case.id, together: Barrier = together) -> str:
            together.wait()
            try:
                return registration.make(world.system, world.actor(who), case_id, POST).id
            except Refused as error:
                return explain(error)

        with ThreadPoolExecutor(2) as pool:
            first, second = sorted(pool.map(make, ("maria", "johan")), key=lambda said: " " in said)
        with world.system.store.reading() as tx:
            standing = registrations.standing(tx, case.id)
        assert standing is not None
        assert standing.id == first
        assert second.startswith(f"{standing.made_by_name} har redan gjort det 09.00.")
        assert world.event_kinds(case.id).count("registration.made") == 1


@pytest.mark.rule("RE-6")
@pytest.mark.hazard("H19")
def test_the_database_itself_takes_no_second_one(world: World) -> None:
    one = made(world)
    with pytest.raises(IntegrityError), world.system.store.writing() as tx:
        registrations.add(tx, replace(one, id=fresh_id()))


@pytest.mark.rule("RE-6")
@pytest.mark.hazard("H19")
def test_two_who_take_the_same_step_take_it_once(world: World) -> None:
    one, together = made(world), Barrier(2)

    def register(who: str) -> str:
        together.wait()
        try:
            return registration.registered(world.system, world.actor(who), one.id, "L1", "Faktura").state
        except Refused as error:
            return error.reason

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(register, ("eva", "johan"))) == ["already-arrived", "registered"]


def interrupted(home: Path, case_id: str, *, after: bool) -> None:
    """A process that is killed in the middle of making a registration, or when it has just been made."""
    with make_world_again(home) as world:
        if not after:
            registration.events.append = lambda *_args, **_more: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[attr-defined]
        registration.make(world.system, world.actor("maria"), case_id, POST)
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.rule("RE-6")
@pytest.mark.hazard("H19")
@pytest.mark.skipif(os.name != "posix", reason="a process is killed by a POSIX signal")
@pytest.mark.parametrize("after", [False, True])
def test_who_is_killed_over_it_leaves_nothing_or_all_of_it(tmp_path: Path, after: bool) -> None:
    with make_world(tmp_path) as world:
        case = ended(world)
        process = get_context("spawn").Process(target=interrupted, args=(tmp_path, case.id), kwargs={"after": after})
        process.start()
        process.join(60)
        assert process.exitcode == -signal.SIGKILL
        with world.system.store.reading() as tx:
            stands = registrations.standing(tx, case.id) is not None
        assert (stands, "registration.made" in world.event_kinds(case.id)) == (after, after)


@pytest.mark.rule("RE-6")
@pytest.mark.hazard("H19")
def test_what_is_old_calls_at_the_unit_each_day_until_it_is_removed(world: World) -> None:
    one, system = made(world), world.system
    world.rostered(days=5)

    def called(*, unseen: bool = False) -> list[UnitAlert]:
        found = duty.duty_of(system, [UNIT])[UNIT]
        alerts = found.unseen if unseen else found.alerts
        return [alert for alert in alerts if alert.reason is UnitReason.UNREMOVED]

    world.clock.advance(DAY - timedelta(minutes=1))
    assert called() == []
    world.clock.advance(timedelta(minutes=1))
    first = [UnitAlert(UNIT, UnitReason.UNREMOVED, MONDAY_NINE + DAY)]
    assert called(unseen=True) == first
    (line,) = registration.of_units(system, world.actor("eva"), (UNIT,)).followed
    assert line.old
    duty.acknowledge(system, world.actor("eva"), first)
    assert (called(unseen=True), called()) == ([], first)
    world.clock.advance(DAY)
    assert called(unseen=True) == [UnitAlert(UNIT, UnitReason.UNREMOVED, MONDAY_NINE + 2 * DAY)]
    registration.registered(system, world.actor("eva"), one.id, "L1", "Faktura")
    assert called() != []
    registration.removed(system, world.actor("eva"), one.id)
    assert called() == []


@pytest.mark.rule("RE-3", "RE-6")
def test_what_is_in_vas_comes_oldest_first_and_what_nobody_has_decided_on_latest_first(world: World) -> None:
    first, system = made(world), world.system
    world.clock.advance(timedelta(minutes=5))
    second = made(world, "johan", MESSAGE)
    early = ended(world, name="Tidigt")
    world.clock.advance(DAY)
    late, still_open = ended(world, "johan", name="Sent"), world.case(unread=0)
    desk = registration.of_units(system, world.actor("eva"), (UNIT,))
    assert [one.registration for one in desk.followed] == [first, second]
    assert [one.old for one in desk.followed] == [True, True]
    assert [(one.line.case.id, one.by) for one in desk.undecided] == [(late.id, "Johan Berg"), (early.id, "Maria Lind")]
    assert still_open.id not in {one.line.case.id for one in desk.undecided}
    world.clock.advance(7 * DAY)
    assert [one.line.case.id for one in registration.of_units(system, world.actor("eva"), (UNIT,)).undecided] == [
        late.id
    ]


@pytest.mark.rule("RE-3")
def test_a_case_that_came_back_and_ended_again_was_ended_by_the_latter(world: World) -> None:
    one, johan, system = ended(world), world.actor("johan"), world.system
    world.writes(one.id)
    assert registration.of_units(system, johan, (UNIT,)).undecided == ()
    chat.claim(system, johan, one.id, world.row(one.id).case.version)
    cases.mark_read(system, johan, one.id)
    case = ending.request_end(system, johan, one.id, world.row(one.id).case.version)
    ending.confirm_end(system, johan, one.id, case.version)
    (shown,) = registration.of_units(system, johan, (UNIT,)).undecided
    assert shown.by == "Johan Berg"


@pytest.mark.rule("LO-1")
def test_reading_it_is_logged_once_and_then_only_who_is_new(world: World) -> None:
    maria, system = world.actor("maria"), world.system
    assert registration.of_units(system, maria, (UNIT,)).undecided == ()
    assert [one[:3] for one in log_of(world, "maria")] == [("registrations", UNIT, [])]
    first = made(world, "johan")
    patient = world.row(first.case_id).case.patient_id
    view = registration.of_units(system, maria, (UNIT,))
    assert registration.of_units(system, maria, (UNIT,), view=view.id, shown_patients={patient}) == view
    second = ended(world, "johan")
    registration.of_units(system, maria, (UNIT,), view=view.id, shown_patients={patient})
    registration.situation(system, maria, second.id)
    assert log_of(world, "maria")[1:] == [
        ("registrations", UNIT, [patient], view.id),
        ("arrivals", UNIT, [second.patient_id], view.id),
        ("registration", UNIT, [], ""),
    ]


@pytest.mark.rule("RE-6")
def test_a_unit_has_its_own(world: World) -> None:
    world.second_unit("johan")
    one, system = made(world), world.system
    elsewhere = replace(world.actor("johan"), unit_id=BERGA)
    deeds: list[Callable[[], object]] = [
        lambda: registration.situation(system, elsewhere, one.case_id),
        lambda: registration.make(system, elsewhere, one.case_id, POST),
        lambda: registration.removed(system, elsewhere, one.id),
        lambda: registration.removed(system, elsewhere, "?"),
    ]
    for deed in deeds:
        with pytest.raises(BadInput):
            deed()
    assert registration.of_units(system, elsewhere, (BERGA,)).followed == ()


@pytest.mark.rule("RE-6")
@pytest.mark.hazard("H19")
def test_a_post_stays_with_its_unit_where_the_case_is_handed_to_another(world: World) -> None:
    world.second_unit("sara")
    case, system, eva = world.case(unread=0), world.system, world.actor("eva")
    one = registration.make(system, world.actor("maria"), case.id, POST)
    moved = handed_over(world, "sara", case=case, unit_id=BERGA)
    assert moved.unit_id == BERGA
    assert [line.registration for line in registration.of_units(system, eva, (UNIT,)).followed] == [one]
    sara = replace(world.actor("sara"), unit_id=BERGA)
    assert refused(lambda: registration.make(system, sara, case.id, POST)) == ("RE-6", "already-registered")
    for actor in (eva, sara):
        assert registration.situation(system, actor, case.id).unit_id == UNIT
    registration.registered(system, eva, one.id, "L1", "Faktura")
    assert registration.removed(system, eva, one.id).state is RegistrationState.REMOVED


@pytest.mark.rule("RE-6", "SH-1")
@pytest.mark.hazard("H19")
def test_the_end_of_a_shift_says_how_many_of_ones_posts_are_in_vas_still(world: World) -> None:
    made(world)
    made(world, wanted=FREE)
    ongoing = shift.ongoing(world.system, world.actor("maria"))
    assert (ongoing.lines, ongoing.registrations) == ((), 1)
    assert shift.ongoing(world.system, world.actor("johan")).registrations == 0


def test_every_sentence_of_a_refusal_can_be_said(world: World) -> None:
    source = replace(world.source, profession=Profession.NURSE)
    with pytest.raises(P24Error, match="who-acts"):
        registration.make(world.system, source, ended(world).id, Wanted(Answers(replaces=False)))
