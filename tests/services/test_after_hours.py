"""Who makes contact while the unit is closed is answered at once, and what they sent lies in the queue."""

import itertools
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from p24tui import assets
from p24tui.errors import BadInput
from p24tui.ids import fresh_id
from p24tui.routine.after_hours import Referral, RefersTo, Severity
from p24tui.routine.case import Case, CaseState
from p24tui.routine.phrase import PLACEHOLDER
from p24tui.routine.protection import Protection
from p24tui.routine.tone import Fault
from p24tui.services import after_hours, cases, chat, ending, intake, patient_side, phrases, queue, tone, units
from p24tui.services.intake import Verdict
from p24tui.services.views import line
from p24tui.store import events, messages, people, tables
from p24tui.store.values import Author, Event, Message, UnitKind
from tests import samples, stored
from tests.routine.test_hours import at
from tests.samples import Json, encounter, form, message, patient
from tests.services.test_intake import SOURCE, operator, post, send, told
from tests.world import UNIT, World, make_world, noted

AT_RISK: Json = {"extension": [{"url": "urn:p24tui:suicide-risk", "valueBoolean": True}]}
EVENING = ("2026-11-23", "20:00")
"""A Monday; the unit opens on Tuesday at eight."""


@pytest.fixture
def closed(world: World) -> World:
    """The unit in the evening, on each database in turn."""
    return shut(world)


@pytest.fixture
def closed_sqlcipher(sqlcipher_world: World) -> World:
    """The same on the embedded database alone."""
    return shut(sqlcipher_world)


def shut(world: World) -> World:
    told(world)
    world.clock.instant = at(*EVENING)
    return world


def only_case(world: World) -> Case:
    (row,) = stored.rows(world, tables.cases)
    return world.row(row["id"]).case


def automatic(world: World) -> list[Message]:
    """The automatic answers in the only case, as they are read."""
    with world.system.store.reading() as tx:
        found = messages.of_case(tx, only_case(world).id)
    return [one for one in found if one.author is Author.SYSTEM]


def referred(world: World) -> list[Event]:
    with world.system.store.reading() as tx:
        return [one for one in events.of_case(tx, only_case(world).id) if one.kind == after_hours.KIND]


def to(world: World) -> list[str]:
    return [one.details["numbers"] for one in referred(world)]


# Answered at once


@pytest.mark.rule("CH-1", "CH-8", "CH-9")
@pytest.mark.hazard("H4")
def test_a_contact_in_the_evening_is_answered_at_once_and_lies_in_the_queue(closed: World) -> None:
    sent = at("2026-11-23", "19:50").isoformat()
    send(closed, patient(), encounter(period={"start": sent}), message(sent=sent))
    (answer,) = automatic(closed)
    assert answer.text.startswith(
        "Tack för ditt meddelande, det har kommit fram. Vårdcentralen Åsen har stängt just nu. "
        "Vi läser ditt ärende när vi öppnar tisdag 24 november klockan 08.00."
    )
    assert "1177" in answer.text
    assert "112" in answer.text
    assert "Hosta" not in answer.text
    (event,) = referred(closed)
    assert (event.rule, event.details["numbers"]) == ("CH-9", "1177")
    case = only_case(closed)
    assert (case.state, case.unread, case.answered_at, case.owner_id) == (CaseState.NEW, 1, None, None)
    assert case.waiting_since == at("2026-11-23", "19:50")
    closed.clock.instant = at("2026-11-24", "08:00")
    (line,) = queue.open_list(closed.system, closed.actor("maria")).lines
    assert line.case.waiting_since == at("2026-11-23", "19:50")


@pytest.mark.rule("CH-1", "CH-9")
@pytest.mark.hazard("H4")
@pytest.mark.parametrize(
    ("now", "words"),
    [
        (("2026-11-27", "17:01"), "måndag 30 november klockan 08.00"),
        (("2026-11-29", "12:00"), "måndag 30 november klockan 08.00"),
        (("2026-12-23", "17:01"), "måndag 28 december klockan 08.00"),
        (("2024-12-23", "17:01"), "fredag 27 december klockan 08.00"),
        (("2026-06-18", "18:00"), "måndag 22 juni klockan 08.00"),
        (("2026-11-24", "03:00"), "i dag klockan 08.00"),
    ],
)
def test_the_patient_is_told_when_it_is_read(closed_sqlcipher: World, now: tuple[str, str], words: str) -> None:
    world = closed_sqlcipher
    world.clock.instant = at(*now)
    sent = at(*now).isoformat()
    send(world, patient(), encounter(period={"start": sent}), message(sent=sent))
    assert f"Vi läser ditt ärende när vi öppnar {words}." in automatic(world)[0].text
    assert only_case(world).waiting_since == at(*now)


@pytest.mark.rule("CH-8")
@pytest.mark.parametrize(
    ("bent", "numbers", "first"),
    [
        ({"priority": "1"}, "112", "Det du har berättat kan behöva hjälp direkt. Ring 112 nu"),
        ({"priority": "2"}, "112, 1177", "Tack för"),
        ({"priority": "3"}, "1177", "Tack för"),
        ({"priority": "5"}, "1177", "Tack för"),
        ({"priority": "9"}, "112, 1177", "Tack för"),
        ({"priority": None, "kind": "message"}, "112, 1177", "Tack för"),
        ({"priority": "5", **AT_RISK}, "112", "Det du har berättat kan behöva hjälp direkt. Ring 112 nu"),
    ],
)
def test_it_is_referred_by_its_severity(closed_sqlcipher: World, bent: Json, numbers: str, first: str) -> None:
    send(closed_sqlcipher, patient(), encounter(**bent))
    assert to(closed_sqlcipher) == [numbers]
    (answer,) = automatic(closed_sqlcipher)
    assert answer.text.startswith(first)
    assert {"112", "1177"} <= set(re.findall(r"\d+", answer.text))


@pytest.mark.rule("CH-1")
def test_while_it_is_open_nothing_is_answered(world: World) -> None:
    told(world)
    outcome = send(world, *samples.contact())
    assert [one.problem for one in outcome.notes] == []
    (case,) = stored.rows(world, tables.cases)
    assert {one["author"] for one in stored.rows(world, tables.messages)} == {Author.PATIENT}
    assert after_hours.KIND not in world.event_kinds(case["id"])


@pytest.mark.rule("CH-1", "CH-9")
def test_in_a_lunch_break_one_is_told_that_it_opens_the_same_day(closed_sqlcipher: World) -> None:
    world = closed_sqlcipher
    set_hours(world, "mon-fri 08:00-12:00,13:00-17:00")
    world.clock.instant = at("2026-11-23", "12:10")
    send(world, patient(), encounter())
    assert "när vi öppnar i dag klockan 13.00." in automatic(world)[0].text
    world.clock.instant = at("2026-11-23", "17:10")
    post(world, message())
    assert len(automatic(world)) == 2  # another stretch


@pytest.mark.rule("CH-8")
@pytest.mark.hazard("H4")
def test_a_unit_without_hours_promises_no_time(closed_sqlcipher: World) -> None:
    set_hours(closed_sqlcipher, "mon-sun closed")
    outcome = send(closed_sqlcipher, patient(), encounter())
    (answer,) = automatic(closed_sqlcipher)
    assert "vi kan inte säga när vi läser ditt ärende" in answer.text
    assert "1177" in answer.text
    assert "read from no known time on" in outcome.notes[0].problem
    post(closed_sqlcipher, message())
    assert len(automatic(closed_sqlcipher)) == 1


@pytest.mark.rule("CH-8")
@pytest.mark.hazard("H4")
def test_at_another_clinic_one_is_referred_too_and_nothing_is_lost(closed: World) -> None:
    with closed.system.store.writing() as tx:
        unit = people.unit(tx, UNIT)
        assert unit is not None
        people.put_unit(tx, structs.replace(unit, kind=UnitKind.OTHER))
    assert send(closed, patient(), encounter(), message()).accepted == 3
    assert [(one.rule, one.details["numbers"]) for one in referred(closed)] == [("CH-8", "1177")]
    assert only_case(closed).unread == 1


# Once, and the graver one too


@pytest.mark.rule("CH-8")
@pytest.mark.hazard("H4")
def test_one_answer_for_a_stretch_of_closed_time_and_one_for_the_next(closed: World) -> None:
    send(closed, patient(), encounter(), message(), form())
    for number in range(3):
        closed.clock.advance(timedelta(minutes=40))
        post(closed, message(f"m{number}", sent=closed.clock.now().isoformat()))
    assert len(automatic(closed)) == 1
    closed.clock.instant = at("2026-11-24", "10:00")
    post(closed, message("open", sent=closed.clock.now().isoformat()))
    assert len(automatic(closed)) == 1
    closed.clock.instant = at("2026-11-24", "17:00")
    post(closed, message("next", sent=closed.clock.now().isoformat()))
    assert len(automatic(closed)) == 2
    assert "onsdag 25 november" in automatic(closed)[1].text


@pytest.mark.rule("CH-8")
@pytest.mark.hazard("H24")
def test_what_is_sent_again_is_answered_once(closed: World) -> None:
    sent = [patient(), encounter(), message(), form()]
    send(closed, *sent)
    before = stored.everything(closed)
    closed.clock.advance(timedelta(hours=1))
    for again in (send(closed, *sent), send(closed, *reversed(sent)), *(post(closed, one) for one in sent)):
        assert (again.accepted, again.rejected) == (0, ())
    assert stored.everything(closed) == before
    assert len(automatic(closed)) == 1


@pytest.mark.rule("CH-8", "SU-9")
@pytest.mark.hazard("H4", "H7")
def test_suicide_risk_that_is_known_later_gives_the_graver_answer_too(closed: World) -> None:
    send(closed, patient(), encounter(priority="4"), message())
    assert to(closed) == ["1177"]
    closed.clock.advance(timedelta(minutes=1))
    post(closed, encounter(priority="4", **AT_RISK))
    assert to(closed) == ["1177", "112"]
    assert automatic(closed)[-1].text.startswith("Det du har berättat kan behöva hjälp direkt. Ring 112 nu")
    post(closed, message("m2", text="Hej igen"))
    post(closed, form())
    assert len(automatic(closed)) == 2


@pytest.mark.rule("CH-8")
@pytest.mark.hazard("H4", "H6")
@pytest.mark.parametrize(
    ("first", "then", "numbers"),
    [
        ({"priority": "9"}, {"priority": "1"}, ["112, 1177", "112"]),
        ({"priority": "9"}, {"priority": "4"}, ["112, 1177"]),
        ({"priority": "4"}, {"priority": "2"}, ["1177", "112, 1177"]),
        ({"priority": "1"}, {"priority": "5"}, ["112"]),
        ({"priority": "4", **AT_RISK}, {"priority": "4"}, ["112"]),
        ({"priority": "4"}, {"priority": "4", "reasonCode": [{"text": "Feber"}]}, ["1177"]),
    ],
)
def test_a_priority_that_comes_late_is_answered_where_it_is_graver(
    closed_sqlcipher: World, first: Json, then: Json, numbers: list[str]
) -> None:
    send(closed_sqlcipher, patient(), encounter(**first))
    post(closed_sqlcipher, encounter(**then))
    assert to(closed_sqlcipher) == numbers


@pytest.mark.rule("CH-8")
@pytest.mark.hazard("H4", "H7")
def test_in_one_parcel_the_graver_answer_is_there_and_read_last(closed_sqlcipher: World) -> None:
    body = samples.lines(message(), encounter(priority="4"), encounter(priority="4", **AT_RISK), form(), patient())
    intake.load(closed_sqlcipher.system, SOURCE, body)
    assert automatic(closed_sqlcipher)[-1].text.startswith("Det du har berättat kan behöva hjälp direkt. Ring 112 nu")
    assert len(automatic(closed_sqlcipher)) <= 2


@pytest.mark.rule("CH-8")
@pytest.mark.hazard("H4", "H6")
def test_every_order_of_arrival_ends_with_the_same_answer(tmp_path: Path) -> None:
    sent = [patient(), encounter(priority=None, kind=None), form(), message()]
    seen = []
    for number, order in enumerate(itertools.permutations(sent)):
        with make_world(tmp_path / str(number)) as world:
            shut(world)
            for resource in order:
                post(world, resource)
            seen.append(([one.text for one in automatic(world)], to(world), only_case(world).kind))
    assert len(seen[0][0]) == 1
    assert all(one == seen[0] for one in seen)


@pytest.mark.rule("CH-8")
def test_news_from_the_source_alone_are_no_contact(closed: World) -> None:
    closed.clock.instant = at("2026-11-23", "10:00")
    send(closed, patient(), encounter())
    closed.clock.instant = at(*EVENING)
    assert post(closed, encounter(reasonCode=[{"text": "Feber"}])).results[0].verdict is Verdict.UPDATED
    post(closed, patient(name=[{"text": "Maria Nygift"}]))
    assert automatic(closed) == []
    post(closed, encounter(reasonCode=[{"text": "Feber"}], priority="1"))
    assert to(closed) == ["112"]


# It is no answer of staff's


@pytest.mark.rule("CH-6", "CH-8")
@pytest.mark.hazard("H4", "H10")
def test_a_message_that_wakes_a_case_is_answered_and_the_case_waits_for_staff(closed: World) -> None:
    case = answered_in_the_day(closed)
    closed.clock.instant = at("2026-11-23", "21:00")
    post(closed, message("m2", sent=closed.clock.now().isoformat()))
    woken = closed.row(case.id).case
    assert (woken.state, woken.unread) == (CaseState.ANSWERED, 1)
    assert woken.waiting_since == at("2026-11-23", "21:00")
    assert (woken.answered_at, woken.owner_id) == (case.answered_at, case.owner_id)
    assert woken.version == case.version + 1  # the message's own
    assert len(automatic(closed)) == 1
    assert closed.event_kinds(case.id)[-2:] == ["message.received", after_hours.KIND]


@pytest.mark.rule("CH-6", "CH-8")
@pytest.mark.hazard("H4", "H10")
def test_a_case_that_had_ended_opens_and_is_answered(closed: World) -> None:
    case, maria = answered_in_the_day(closed), closed.actor("maria")
    noted(closed.system, maria, case.id)
    version = ending.request_end(closed.system, maria, case.id, case.version).version
    ending.confirm_end(closed.system, maria, case.id, version)
    closed.clock.instant = at("2026-11-23", "21:00")
    post(closed, message("m2", sent=closed.clock.now().isoformat()))
    assert closed.row(case.id).case.state is CaseState.ANSWERED
    assert len(automatic(closed)) == 1


@pytest.mark.rule("CH-1")
def test_staff_who_answer_after_closing_are_not_interrupted(closed_sqlcipher: World) -> None:
    world, maria = closed_sqlcipher, closed_sqlcipher.actor("maria")
    case = answered_in_the_day(world)
    world.clock.instant = at("2026-11-23", "17:05")
    chat.answer(world.system, maria, case.id, case.version, "Jag är kvar en stund.", fresh_id())
    world.clock.advance(timedelta(minutes=10))
    post(world, message("m2", sent=world.clock.now().isoformat()))
    assert automatic(world) == []
    world.clock.instant = at("2026-11-23", "23:00")
    post(world, message("m3", sent=world.clock.now().isoformat()))
    assert len(automatic(world)) == 1


def answered_in_the_day(world: World) -> Case:
    """A case that a nurse has read and answered at ten."""
    maria = world.actor("maria")
    world.clock.instant = at("2026-11-23", "10:00")
    send(world, patient(), encounter(), message())
    case = only_case(world)
    chat.claim(world.system, maria, case.id, case.version)
    cases.open_case(world.system, maria, case.id)
    return chat.answer(world.system, maria, case.id, only_case(world).version, "Har du feber?", fresh_id())


# Protected persons


@pytest.mark.rule("PR-1", "PR-3")
@pytest.mark.hazard("H1", "H2")
@pytest.mark.parametrize("how", ["patient", "encounter", "looked up"])
def test_a_protected_person_is_told_no_unit_and_no_place(closed_sqlcipher: World, how: str) -> None:
    world = closed_sqlcipher
    flag: Json = {"meta": {"security": [{"code": "sekretessmarkering"}]}}
    if how == "looked up":
        told(world, **{f"n{samples.MARIA[0]}": Protection.POPULATION})
    on = {name: flag if how == name else {} for name in ("patient", "encounter")}
    outcome = send(world, patient(**on["patient"]), encounter(**on["encounter"]), message(), form())
    (answer,) = automatic(world)
    assert answer.text == phrases.phrase("protected")
    assert "Åsen" not in answer.text
    assert [(one.rule, one.details["numbers"]) for one in referred(world)] == [("PR-3", "112, 1177")]
    (note,) = outcome.notes
    assert note.problem == "the unit is closed; the patient has been answered automatically"


@pytest.mark.rule("PR-3")
@pytest.mark.hazard("H2")
def test_who_turns_out_to_be_protected_is_told_so_once_more_and_nothing_else_then(closed: World) -> None:
    send(closed, patient(), encounter(priority="4"), message())
    closed.system = replace(closed.system, person_data=told(closed, **{f"n{samples.MARIA[0]}": Protection.MARKED}))
    post(closed, encounter("e2"))
    post(closed, message("m2"))
    post(closed, encounter(priority="1"))
    (first,) = [one for one in stored.rows(closed, tables.cases) if one["source_id"] == "Encounter/e"]
    with closed.system.store.reading() as tx:
        texts = [one.text for one in messages.of_case(tx, first["id"]) if one.author is Author.SYSTEM]
    assert len(texts) == 2
    assert texts[-1] == phrases.phrase("protected")


# What others see of it


@pytest.mark.rule("CH-8")
def test_the_source_hears_it_as_an_automatic_message(closed: World) -> None:
    send(closed, patient(), encounter(), message())
    page = patient_side.answers(closed.system, SOURCE)
    ((_cursor, answer),) = page.answers
    assert (answer.automatic, answer.author, answer.unit_name) == (True, "", "Vårdcentralen Åsen")
    assert answer.text == automatic(closed)[0].text


@pytest.mark.rule("CH-8")
def test_staff_read_it_in_the_chat_after_what_it_answers(closed: World) -> None:
    sent = message()
    del sent["sent"]
    send(closed, patient(), encounter(), sent)
    assert only_case(closed).unread == 1
    opened = cases.open_case(closed.system, closed.actor("maria"), only_case(closed).id)
    assert [one.author for one in opened.messages] == [Author.PATIENT, Author.SYSTEM]


@pytest.mark.rule("CH-8")
def test_a_search_finds_what_people_wrote_and_not_what_every_evening_is_answered(closed: World) -> None:
    send(closed, patient(), encounter(), message(text="Det gör ont"))
    view = queue.open_list(closed.system, closed.actor("maria"))
    assert queue.find_text(closed.system, closed.actor("maria"), view, "ont") == {only_case(closed).id}
    assert queue.find_text(closed.system, closed.actor("maria"), view, "stängt") == frozenset()


@pytest.mark.rule("CH-8", "CH-9")
def test_the_answer_to_an_encounter_says_it_in_short_also_when_it_is_sent_again(closed: World) -> None:
    post(closed, patient())
    for _turn in range(2):
        (note,) = post(closed, encounter(priority="1")).notes
        assert note.path == "Encounter.serviceProvider"
        assert note.problem == (
            "the unit is closed: the patient is referred to 112, and this is read from 2026-11-24T08:00+01:00 on"
        )
    (event,) = [one for one in stored.rows(closed, tables.events) if one["kind"] == "case.received"]
    assert "issues" not in event["details"]


# What a unit decides for itself


@pytest.mark.rule("CH-8")
def test_what_is_usual_is_the_careful_way() -> None:
    assert after_hours.usual(at(*EVENING)) == {
        Severity.SUICIDE: RefersTo.EMERGENCY,
        Severity.PRIORITY_1: RefersTo.EMERGENCY,
        Severity.PRIORITY_2: RefersTo.BOTH,
        Severity.PRIORITY_3: RefersTo.ADVICE,
        Severity.PRIORITY_4: RefersTo.ADVICE,
        Severity.PRIORITY_5: RefersTo.ADVICE,
        Severity.FAILED: RefersTo.BOTH,
        Severity.MESSAGE: RefersTo.BOTH,
    }


@pytest.mark.rule("CH-8")
def test_a_later_date_replaces_an_earlier_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def row(refers_to: str, valid_from: date) -> dict[str, Any]:
        return {"severity": "3", "refers_to": refers_to, "rule": "CH-8", "valid_from": valid_from}

    dated = {"referral": [row("112", date(2026, 12, 1)), row("1177", date(2024, 3, 11)), row("both", date(2027, 1, 1))]}
    monkeypatch.setattr(assets, "load", lambda name: dated)
    for day, expected in (("2026-11-30", "1177"), ("2026-12-01", "112"), ("2027-01-01", "both")):
        assert after_hours.usual(at(day, "00:00")) == {Severity.PRIORITY_3: RefersTo(expected)}
    assert after_hours.usual(at("2024-03-10", "12:00")) == {}


@pytest.mark.rule("CH-8")
def test_a_unit_refers_as_it_has_decided_until_it_lets_the_usual_apply(closed: World) -> None:
    put = after_hours.put_referral
    put(closed.system, operator(), UNIT, Severity.PRIORITY_3, RefersTo.BOTH)
    put(closed.system, operator(), UNIT, Severity.PRIORITY_3, RefersTo.EMERGENCY)
    found = after_hours.referrals(closed.system, UNIT)
    assert found[Severity.PRIORITY_3] == (RefersTo.EMERGENCY, True)
    assert found[Severity.PRIORITY_4] == (RefersTo.ADVICE, False)
    send(closed, patient(), encounter(priority="3"))
    assert to(closed) == ["112"]
    put(closed.system, operator(), UNIT, Severity.PRIORITY_3, None)
    assert after_hours.referrals(closed.system, UNIT)[Severity.PRIORITY_3] == (RefersTo.ADVICE, False)
    said = [one["details"] for one in stored.rows(closed, tables.events) if one["kind"] == "unit.after-hours"]
    assert {"severity": "3", "refers_to": "112"} in said
    assert {"severity": "3", "refers_to": None} in said


def test_a_unit_that_is_not_there_is_said(closed_sqlcipher: World) -> None:
    system = closed_sqlcipher.system
    with pytest.raises(BadInput, match="no-unit"):
        after_hours.put_referral(system, operator(), "SE2321000016-NONE", Severity.MESSAGE, None)
    with pytest.raises(BadInput, match="no-unit"):
        after_hours.referrals(system, "SE2321000016-NONE")
    with pytest.raises(BadInput, match="no-unit"):
        after_hours.told(system, "SE2321000016-NONE", Severity.MESSAGE)


# The texts

TEXTS = assets.load("after_hours.toml")


@pytest.mark.rule("SE-1", "SE-5")
@pytest.mark.parametrize("lang", ["sv", "en"])
@pytest.mark.parametrize("name", TEXTS["sv"])
def test_a_text_keeps_the_tone_and_has_only_known_gaps(lang: str, name: str) -> None:
    text = TEXTS[lang][name]
    assert faults(text, lang) == []
    assert set(PLACEHOLDER.findall(text)) <= {"unit", "opens", "closes", "day"}
    assert PLACEHOLDER.findall(text) == PLACEHOLDER.findall(TEXTS["sv"][name])


@pytest.mark.rule("CH-8", "CH-9", "SE-1", "PR-1")
@pytest.mark.parametrize("lang", ["sv", "en"])
@pytest.mark.parametrize("never", [False, True])
def test_every_answer_is_whole_calm_and_names_both_numbers(sqlcipher_world: World, lang: str, never: bool) -> None:
    unit = units.find_unit(sqlcipher_world.system, UNIT)
    read_at = None if never else at("2026-11-30", "08:00")
    for refers_to in RefersTo:
        referral = Referral(refers_to, may_send=True, read_at=read_at)
        text = after_hours.answer_text(unit, referral, at("2026-11-27", "20:00"), lang)
        assert "{" not in text
        assert faults(text, lang) == []
        assert {"112", "1177"} <= set(re.findall(r"\b\d+\b", text))
        assert "Vårdcentralen Åsen" in text
        assert ("30 november" in text.lower()) is not never
        assert not re.search("suicid|självmord|suicide|prio", text, re.IGNORECASE)


def faults(text: str, lang: str) -> list[str]:
    """What breaks the tone. The abbreviations that it knows are Swedish ones."""
    return [one.found for one in tone.remarks(text) if lang == "sv" or one.fault is not Fault.ABBREVIATION]


def test_the_texts_of_both_languages_are_the_same_ones() -> None:
    assert set(TEXTS["sv"]) == set(TEXTS["en"])


def test_the_phrase_and_the_automatic_answer_have_one_source(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    world.clock.instant = at("2026-11-27", "20:00")
    unit = units.find_unit(world.system, UNIT)
    now = world.clock.now()
    row = world.row(world.case().id)
    library = next(one for one in phrases.library() if one.id == after_hours.PHRASE)
    by_hand = phrases.filled(library.text, line(row, unit, now), unit, world.actor("maria"), now)
    referral = Referral(RefersTo.ADVICE, may_send=True, read_at=at("2026-11-30", "08:00"))
    assert by_hand == f"Hej Maria Ljungberg. {after_hours.answer_text(unit, referral, now)}"


# What a page shows before anything is sent


@pytest.mark.rule("CH-8", "CH-9", "GA-1")
@pytest.mark.hazard("H4")
def test_before_sending_one_is_told_that_it_is_closed_and_when_it_is_read(closed_sqlcipher: World) -> None:
    world = closed_sqlcipher
    world.clock.instant = at("2026-11-27", "17:01")
    told = after_hours.told(world.system, UNIT, Severity.PRIORITY_3)
    assert told.referral is not None
    assert (told.open, told.referral.may_send, told.changes_at) == (False, True, at("2026-11-30", "08:00"))
    assert told.heading == "Vårdcentralen Åsen har stängt just nu"
    assert told.paragraphs[0] == (
        "Du kan skicka ditt ärende ändå. Vi läser det när vi öppnar måndag 30 november klockan 08.00, "
        "och din väntetid räknas från när du skickar."
    )
    assert [one.number for one in told.telephones] == ["1177", "112"]
    assert told.assessed_by == date(2026, 11, 30)
    assert told.guarantee.endswith("medicinsk bedömning senast måndag 30 november.")


@pytest.mark.rule("GA-1")
def test_elsewhere_than_in_primary_care_no_assessment_is_promised(closed_sqlcipher: World) -> None:
    world = closed_sqlcipher
    with world.system.store.writing() as tx:
        unit = people.unit(tx, UNIT)
        assert unit is not None
        people.put_unit(tx, structs.replace(unit, kind=UnitKind.OTHER))
    told = after_hours.told(world.system, UNIT, Severity.PRIORITY_3)
    assert (told.assessed_by, told.guarantee) == (None, "")


@pytest.mark.rule("CH-8")
@pytest.mark.parametrize("severity", [Severity.PRIORITY_1, Severity.SUICIDE])
def test_what_is_most_severe_is_told_to_ring_112_before_anything_else(
    closed_sqlcipher: World, severity: Severity
) -> None:
    told = after_hours.told(closed_sqlcipher.system, UNIT, severity, "en")
    assert told.paragraphs[0].startswith("What you have told us may need help at once. Call 112 now")
    assert "on Tuesday 24 November at 08:00" in told.paragraphs[1]
    assert [one.number for one in told.telephones] == ["112", "1177"]


@pytest.mark.rule("CH-9")
def test_at_another_clinic_one_is_told_when_it_opens_and_not_asked_to_send(closed_sqlcipher: World) -> None:
    units.put_unit(closed_sqlcipher.system, operator(), units.make_unit("SE2321000016-BVC1", "BVC Åsen", "other"))
    told = after_hours.told(closed_sqlcipher.system, "SE2321000016-BVC1", Severity.MESSAGE)
    assert told.referral is not None
    assert not told.referral.may_send
    assert told.paragraphs[0].startswith("Vi öppnar igen tisdag 24 november klockan 08.00.")


@pytest.mark.rule("CH-1")
def test_while_it_is_open_one_is_told_until_when(sqlcipher_world: World) -> None:
    told = after_hours.told(sqlcipher_world.system, UNIT, Severity.PRIORITY_1)
    assert (told.open, told.referral, told.telephones) == (True, None, ())
    assert told.changes_at == at("2026-11-23", "17:00")
    assert told.paragraphs == ("Du kan skicka ditt ärende nu. Personal är på plats till klockan 17.00 i dag.",)


def set_hours(world: World, typed: str) -> None:
    unit = units.find_unit(world.system, UNIT)
    units.put_unit(world.system, operator(), structs.replace(unit, hours=units.opening_hours(typed)))
