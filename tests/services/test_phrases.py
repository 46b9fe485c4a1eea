"""Phrases: the library, what a unit and its staff make of it, how one is found and filled in."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from p24tui.errors import BadInput, Refused
from p24tui.routine.actor import Actor, Profession
from p24tui.routine.phrase import unfilled
from p24tui.routine.protection import Protection
from p24tui.services import phrases, units
from p24tui.services.views import CaseLine, Phrase, PhraseKind, line
from p24tui.store import tables
from p24tui.text import clean_text
from tests.stored import rows
from tests.world import BERGA, UNIT, World

OWN = Phrase("", "Krya på dig", "Hej {patient}, krya på dig.", PhraseKind.OWN)
SHARED = Phrase("", "Parkering", "Du parkerar bakom huset.", PhraseKind.UNIT)
LIBRARY = {one.id: one for one in phrases.library()}
CLOSING = LIBRARY["closing"]


def made(world: World, actor: Actor) -> tuple[Phrase, ...]:
    return tuple(one for one in phrases.all_phrases(world.system, actor) if one.kind is not PhraseKind.LIBRARY)


def happened(world: World) -> list[tuple[str, str | None, dict[str, Any]]]:
    events = sorted(rows(world, tables.events), key=lambda one: int(one["seq"]))
    return [(one["kind"], one["staff_id"], one["details"]) for one in events if one["kind"].startswith("phrase.")]


def test_a_phrase_is_the_swedish_text_filled_in() -> None:
    text = phrases.phrase("closing", patient="Maria Ljungberg", unit="Vårdcentralen Åsen")
    assert text.startswith("Hej Maria Ljungberg. Nu stänger Vårdcentralen Åsen för i dag.")
    assert phrases.phrase("protected").startswith("Hej.")


@pytest.mark.parametrize(("id", "known"), [("closing", {"patient": "Maria"}), ("no-such", {})])
def test_a_phrase_that_is_not_there_or_not_filled_in_is_a_bug(id: str, known: dict[str, str]) -> None:
    with pytest.raises(KeyError):
        phrases.phrase(id, **known)


def test_ones_own_come_first_then_the_units_then_the_library(world: World) -> None:
    maria = world.actor("maria")
    for one in (SHARED, replace(SHARED, title="Adress"), OWN, replace(OWN, title="Åter i morgon")):
        phrases.put_phrase(world.system, maria, one)
    found = phrases.all_phrases(world.system, maria)
    assert [one.title for one in found[:4]] == ["Krya på dig", "Åter i morgon", "Adress", "Parkering"]
    assert found[4:] == phrases.library()


def test_ones_own_are_seen_by_nobody_else_and_the_units_by_all_of_the_unit(world: World) -> None:
    maria = world.actor("maria")
    own = phrases.put_phrase(world.system, maria, OWN)
    shared = phrases.put_phrase(world.system, maria, SHARED)
    assert made(world, maria) == (own, shared)
    assert made(world, world.actor("johan")) == (shared,)
    world.second_unit("maria")
    assert made(world, replace(maria, unit_id=BERGA)) == (own,)


def test_a_phrase_is_changed_and_everybody_gets_to_know_by_whom(world: World) -> None:
    maria, johan = world.actor("maria"), world.actor("johan")
    first = phrases.put_phrase(world.system, maria, SHARED)
    second = phrases.put_phrase(world.system, johan, replace(first, title="Parkering här", text="Parkera framför."))
    assert made(world, maria) == (second,) == (replace(first, title="Parkering här", text="Parkera framför."),)
    details = {"phrase_id": first.id, "phrase_kind": "unit"}
    assert happened(world) == [
        ("phrase.changed", maria.staff_id, {**details, "title": "Parkering"}),
        ("phrase.changed", johan.staff_id, {**details, "title": "Parkering här"}),
    ]


def test_what_is_changed_in_the_library_stands_in_its_place_and_is_found_as_it_was(world: World) -> None:
    maria, johan = world.actor("maria"), world.actor("johan")
    ours = phrases.put_phrase(world.system, maria, replace(CLOSING, title="Vi slutar", kind=PhraseKind.UNIT))
    mine = phrases.put_phrase(world.system, maria, replace(CLOSING, title="Jag slutar", kind=PhraseKind.OWN))
    assert made(world, maria) == (mine,)
    assert made(world, johan) == (ours,)
    assert CLOSING not in phrases.all_phrases(world.system, johan)
    assert ours.id != CLOSING.id
    assert (ours.replaces, ours.keywords) == (CLOSING.id, CLOSING.keywords)
    phrases.drop_phrase(world.system, maria, mine.id)
    assert made(world, maria) == (ours,)
    phrases.drop_phrase(world.system, johan, ours.id)
    assert phrases.all_phrases(world.system, maria) == phrases.library()


def test_what_two_replace_at_once_is_one_phrase_of_the_unit(world: World) -> None:
    for name in ("maria", "johan"):
        theirs = replace(CLOSING, title=f"Stängning, {name}", kind=PhraseKind.UNIT)
        phrases.put_phrase(world.system, world.actor(name), theirs)
    assert [one.title for one in made(world, world.actor("sara"))] == ["Stängning, johan"]
    assert len(rows(world, tables.phrases)) == 1


def test_who_changes_the_units_phrase_for_themself_leaves_the_units_to_the_others(world: World) -> None:
    maria, johan = world.actor("maria"), world.actor("johan")
    shared = phrases.put_phrase(world.system, johan, SHARED)
    mine = phrases.put_phrase(world.system, maria, replace(shared, text="Cykla hit.", kind=PhraseKind.OWN))
    assert made(world, maria) == (mine,)
    assert made(world, johan) == (shared,)


def test_who_shares_a_phrase_of_their_own_has_it_once(world: World) -> None:
    maria = world.actor("maria")
    own = phrases.put_phrase(world.system, maria, OWN)
    shared = phrases.put_phrase(world.system, maria, replace(own, kind=PhraseKind.UNIT))
    assert made(world, maria) == made(world, world.actor("johan")) == (shared,)
    assert shared.id == own.id


def test_a_phrase_that_was_dropped_while_one_wrote_is_kept_again(world: World) -> None:
    maria = world.actor("maria")
    shared = phrases.put_phrase(world.system, maria, SHARED)
    phrases.drop_phrase(world.system, world.actor("johan"), shared.id)
    again = phrases.put_phrase(world.system, maria, replace(shared, text="Du parkerar framför huset."))
    assert made(world, maria) == (again,)


def test_title_and_text_are_cleaned(world: World) -> None:
    hostile = Phrase("", " \x1b[31mRöd\n[b]titel[/b] ", " Rad ett\x00\r\nrad två \u202e", PhraseKind.OWN)
    kept = phrases.put_phrase(world.system, world.actor("maria"), hostile)
    assert (kept.title, kept.text) == ("�[31mRöd [b]titel[/b]", "Rad ett�\nrad två")
    assert made(world, world.actor("maria")) == (kept,)


@pytest.mark.parametrize(
    ("title", "text", "reason"),
    [
        (" \n", "Text", "phrase-title"),
        ("\u200b", "Text", "phrase-title"),
        ("Titel", " \u202e\n", "phrase-text"),
        ("Titel", "å" * 4001, "phrase-length"),
    ],
)
def test_what_cannot_be_a_phrase_is_refused(world: World, title: str, text: str, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        phrases.put_phrase(world.system, world.actor("maria"), Phrase("", title, text, PhraseKind.OWN))
    assert made(world, world.actor("maria")) == ()
    assert happened(world) == []


def test_the_longest_phrase_is_kept_whole(world: World) -> None:
    text = "å" * phrases.LONGEST_TEXT
    assert phrases.put_phrase(world.system, world.actor("maria"), replace(OWN, text=text)).text == text


def test_a_phrase_is_dropped_and_that_is_recorded(world: World) -> None:
    maria, johan = world.actor("maria"), world.actor("johan")
    own, shared = (phrases.put_phrase(world.system, maria, one) for one in (OWN, SHARED))
    phrases.drop_phrase(world.system, maria, own.id)
    phrases.drop_phrase(world.system, johan, shared.id)
    assert made(world, maria) == ()
    assert happened(world)[2:] == [
        ("phrase.dropped", maria.staff_id, {"phrase_id": own.id, "title": own.title, "phrase_kind": "own"}),
        ("phrase.dropped", johan.staff_id, {"phrase_id": shared.id, "title": shared.title, "phrase_kind": "unit"}),
    ]


def test_nobody_touches_what_is_somebody_elses(world: World) -> None:
    maria, johan = world.actor("maria"), world.actor("johan")
    own = phrases.put_phrase(world.system, maria, OWN)
    shared = phrases.put_phrase(world.system, maria, SHARED)
    world.second_unit("johan")
    for who, one in ((johan, own), (replace(johan, unit_id=BERGA), shared)):
        with pytest.raises(BadInput, match="no-phrase"):
            phrases.put_phrase(world.system, who, replace(one, text="Annat."))
        with pytest.raises(BadInput, match="no-phrase"):
            phrases.drop_phrase(world.system, who, one.id)
    assert made(world, maria) == (own, shared)


def test_phrases_are_for_those_who_write_to_patients_to_change(world: World) -> None:
    eva = world.actor("eva")
    shared = phrases.put_phrase(world.system, world.actor("amir"), SHARED)
    for one in (OWN, shared, SHARED):
        with pytest.raises(Refused, match="NA-1: role-may-not"):
            phrases.put_phrase(world.system, eva, one)
    with pytest.raises(Refused, match="NA-1: role-may-not"):
        phrases.drop_phrase(world.system, eva, shared.id)
    assert made(world, eva) == (shared,)


def test_the_library_itself_stands_and_only_staff_make_phrases(world: World) -> None:
    maria = world.actor("maria")
    with pytest.raises(BadInput, match="library-phrase"):
        phrases.put_phrase(world.system, maria, CLOSING)
    with pytest.raises(BadInput, match="library-phrase"):
        phrases.drop_phrase(world.system, maria, CLOSING.id)
    with pytest.raises(BadInput, match="no-phrase"):
        phrases.drop_phrase(world.system, maria, "no-such")
    with pytest.raises(BadInput, match="who-acts"):
        phrases.put_phrase(world.system, world.source, SHARED)
    assert phrases.all_phrases(world.system, world.source) == phrases.library()


AMONG = (
    Phrase("1", "Provsvar", "Läkaren läser.", PhraseKind.OWN),
    Phrase("2", "Ombud för barn", "Hej {patient}.", PhraseKind.UNIT, "förälder vårdnadshavare"),
    Phrase("3", "Väntan på läkaren", "Vi svarar i dag.", PhraseKind.LIBRARY, "doktor"),
    Phrase("4", "Besök (e-legitimation)", "Ta med ett prov.", PhraseKind.LIBRARY),
)


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        ("", "1234"),
        ("  ", "1234"),
        ("prov", "14"),  # a word of the title begins with it; it stands in a text
        ("svar", "13"),  # within the title; in a text
        ("lä", "31"),
        ("VÄN lÄk", "3"),
        ("läk vän", "3"),
        ("förä", "2"),
        ("fora", ""),  # å, ä and ö are letters of their own
        ("lak", ""),
        ("vän barn", ""),
        ("e-leg", "4"),
        ("legit", "4"),
        ("(e", "4"),
        ("patient", "2"),
        (".*", ""),
    ],
)
def test_a_few_letters_find_a_phrase_the_best_first(typed: str, ids: str) -> None:
    assert "".join(one.id for one in phrases.find(AMONG, typed)) == ids


def shown_line(world: World, protection: Protection = Protection.NONE, name: str = "Maria Ljungberg") -> CaseLine:
    row = world.row(world.case(name=name, protection=protection).id)
    return line(row, units.find_unit(world.system, UNIT), world.clock.now())


TEXT = "Hej {patient}, jag är {staff}, {profession} på {unit}, i dag {weekday}. {fråga}"


def filled_text(world: World, who: Actor, one: CaseLine) -> str:
    return phrases.filled(TEXT, one, units.find_unit(world.system, UNIT), who, world.clock.now())


def test_what_the_case_knows_is_filled_in(sqlcipher_world: World) -> None:
    text = filled_text(sqlcipher_world, sqlcipher_world.actor("sara"), shown_line(sqlcipher_world))
    assert text == "Hej Maria Ljungberg, jag är Sara Holm, läkare på Vårdcentralen Åsen, i dag måndag. {fråga}"


def test_the_weekday_is_the_one_in_sweden(sqlcipher_world: World) -> None:
    sqlcipher_world.clock.advance(timedelta(hours=15, minutes=30))  # half past eleven in the evening in UTC
    assert "i dag tisdag" in filled_text(sqlcipher_world, sqlcipher_world.actor("sara"), shown_line(sqlcipher_world))


def test_a_profession_without_a_word_of_its_own_is_left_to_staff(sqlcipher_world: World) -> None:
    other = replace(sqlcipher_world.actor("sara"), profession=Profession.OTHER)
    assert unfilled(filled_text(sqlcipher_world, other, shown_line(sqlcipher_world))) == ("profession", "fråga")


@pytest.mark.rule("PR-1")
@pytest.mark.parametrize("protection", [Protection.MARKED, Protection.POPULATION])
def test_a_protected_persons_name_is_never_filled_in(sqlcipher_world: World, protection: Protection) -> None:
    one = shown_line(sqlcipher_world, protection, "Hemlig Person")
    text = filled_text(sqlcipher_world, sqlcipher_world.actor("maria"), one)
    assert "Hemlig" not in text
    assert unfilled(text)[0] == "patient"


def test_a_name_from_outside_brings_no_line_and_no_control_code(sqlcipher_world: World) -> None:
    one = shown_line(sqlcipher_world, name="Maria\x1b[2J\n\u202eLjungberg")
    assert filled_text(sqlcipher_world, sqlcipher_world.actor("maria"), one).startswith("Hej Maria�[2J Ljungberg, jag")


def test_what_is_filled_in_is_the_text_that_is_sent(sqlcipher_world: World) -> None:
    """Found by ``python -m tests.fuzz phrases``: a mark after a gap joins the last letter of what fills it."""
    world, here = sqlcipher_world, units.find_unit(sqlcipher_world.system, UNIT)
    who, one = world.actor("sara"), shown_line(world)
    text = phrases.filled("{unit}\u0301 svarar.", one, here, who, world.clock.now())
    assert text == "Vårdcentralen Åseń svarar."
    assert text == clean_text(text)


def test_every_phrase_of_the_library_is_whole_once_it_is_filled_in() -> None:
    for one in LIBRARY.values():
        everything = dict.fromkeys(unfilled(one.text), "x")
        assert "{" not in phrases.phrase(one.id, **everything)


@pytest.mark.parametrize(
    ("typed", "id"), [("sam", "handover-consent"), ("förn", "prescription-passed-on"), ("stä", "closing")]
)
def test_the_library_is_found_by_a_few_letters(typed: str, id: str) -> None:
    assert phrases.find(phrases.library(), typed)[0].id == id
