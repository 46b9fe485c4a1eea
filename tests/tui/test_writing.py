"""Writing at the desk: tone, phrases, notes, undo, and what passes between colleagues."""

from datetime import timedelta
from threading import Event

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from p24tui.errors import Unavailable
from p24tui.routine.actor import Profession
from p24tui.routine.case import Case, CaseState, SuicideRisk
from p24tui.services import cases as case_service
from p24tui.services import chat, takeover, tone
from p24tui.store import messages
from p24tui.store.values import Alive, Author, Lost
from p24tui.tui.entries import Part
from p24tui.tui.screens import desk_parts
from p24tui.tui.screens.phrases import PhrasesScreen
from p24tui.tui.screens.takeover import AnswerScreen, AskedScreen, AskScreen
from p24tui.tui.widgets.ask_bar import AskBar
from p24tui.tui.widgets.case_pane import CasePane
from p24tui.tui.widgets.composer import KEPT_AFTER, Composer
from p24tui.tui.widgets.patient_list import PatientList
from tests.tui.kit import at_desk, desk_of, fill, press, screen_text, settled
from tests.world import PEOPLE, World

pytestmark = pytest.mark.anyio


def sent(world: World, case_id: str) -> list[str]:
    with world.system.store.reading() as tx:
        return [one.text for one in messages.of_case(tx, case_id) if one.author is Author.STAFF]


def composer(pilot: Pilot[None]) -> Composer:
    return desk_of(pilot).query_one("#case-pane-composer", Composer)


async def take(pilot: Pilot[None], case: Case) -> None:
    desk_of(pilot).query_one(PatientList).move_to(case.id)
    await press(pilot, "t")


@pytest.mark.rule("SE-1")
async def test_what_breaks_the_tone_is_said_as_one_types_and_can_be_changed(sqlcipher_world: World) -> None:
    cough = fill(sqlcipher_world)["cough"]
    async with at_desk(sqlcipher_world) as pilot:
        await take(pilot, cough)
        await pilot.press(*"Vi ringer ASAP")
        await settled(pilot)
        assert '"ASAP": förkortning.' in screen_text(pilot)
        await press(pilot, "ctrl+r")
        assert composer(pilot).text == "Vi ringer så snart som möjligt"
        assert "förkortning" not in screen_text(pilot)
        await press(pilot, "ctrl+z")
        assert composer(pilot).text == "Vi ringer ASAP"
        await press(pilot, "ctrl+s")
        assert sent(sqlcipher_world, cough.id) == ["Vi ringer ASAP"], "the remark never gets in the way"


async def test_one_who_writes_beside_the_anamnesis_sees_in_the_chat_that_it_went(sqlcipher_world: World) -> None:
    cough = fill(sqlcipher_world)["cough"]
    async with at_desk(sqlcipher_world) as pilot:
        await take(pilot, cough)
        await press(pilot, "escape", "2", "enter")
        await pilot.press(*"Kom i dag")
        await press(pilot, "ctrl+s")
        assert desk_of(pilot).query_one("#case-pane", CasePane).part is Part.CHAT
        assert "Kom i dag" in screen_text(pilot)


async def test_what_the_tone_is_checked_by_is_made_ready_before_anybody_types(sqlcipher_world: World) -> None:
    """It took a third of the first opening of a case, with nothing to check: its patterns are long."""
    cough = fill(sqlcipher_world)["cough"]
    tone.words.cache_clear()
    async with at_desk(sqlcipher_world) as pilot:
        await settled(pilot)
        await pilot.app.workers.wait_for_complete()
        words = vars(tone.words())
        assert {"abbreviation_pattern", "ask_pattern", "not_asked_pattern"} <= words.keys()
        tone.words.cache_clear()
        await take(pilot, cough)
        assert composer(pilot).text == ""
        assert "ask_pattern" not in vars(tone.words())


async def test_the_letter_that_one_typed_is_in_sight_when_a_line_wraps_below_the_box(sqlcipher_world: World) -> None:
    cough = fill(sqlcipher_world)["cough"]
    async with at_desk(sqlcipher_world, size=(80, 24)) as pilot:
        await take(pilot, cough)
        box = composer(pilot)
        box.insert("hosta " * 52)
        for letter in "hosta " * 14:
            await pilot.press(letter)
            row = box.wrapped_document.location_to_offset(box.cursor_location).y
            assert box.scroll_offset.y <= row < box.scroll_offset.y + box.scrollable_content_region.height


@pytest.mark.rule("SE-5")
async def test_asking_the_patient_to_seek_anew_is_said(sqlcipher_world: World) -> None:
    cough = fill(sqlcipher_world)["cough"]
    async with at_desk(sqlcipher_world, size=(80, 24)) as pilot:
        await take(pilot, cough)
        await pilot.press(*"Sök igen i morgon")
        await settled(pilot)
        assert "SE-5" in screen_text(pilot)
        assert "Svar till Ali Noor" in screen_text(pilot)


@pytest.mark.rule("SE-1")
async def test_a_phrase_is_found_by_a_few_letters_and_its_gap_blocks_sending(sqlcipher_world: World) -> None:
    cough = fill(sqlcipher_world)["cough"]
    async with at_desk(sqlcipher_world) as pilot:
        await take(pilot, cough)
        await press(pilot, "ctrl+t")
        assert isinstance(pilot.app.screen, PhrasesScreen)
        await pilot.press(*"videobes")
        await press(pilot, "enter")
        assert composer(pilot).text.startswith("Hej Ali Noor.")
        assert composer(pilot).selected_text.startswith("{")
        await press(pilot, "ctrl+s")
        assert sent(sqlcipher_world, cough.id) == []
        assert "Svaret har en lucka kvar" in screen_text(pilot)
        while composer(pilot).selected_text.startswith("{"):
            await pilot.press(*"tisdag")
            composer(pilot).select_gap()
        await press(pilot, "ctrl+s")
        (text,) = sent(sqlcipher_world, cough.id)
        assert "tisdag" in text
        assert "{" not in text


async def test_a_phrase_of_ones_own_is_kept_and_used(sqlcipher_world: World) -> None:
    cough = fill(sqlcipher_world)["cough"]
    async with at_desk(sqlcipher_world) as pilot:
        await take(pilot, cough)
        await press(pilot, "ctrl+t", "ctrl+n")
        await pilot.press(*"Godnatt", "tab", "tab", *"Hej {patient}")
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, PhrasesScreen)
        await press(pilot, *"godn", "enter")
        assert composer(pilot).text == "Hej Ali Noor"


async def test_a_note_goes_to_colleagues_and_never_to_the_patient(sqlcipher_world: World) -> None:
    cough = fill(sqlcipher_world)["cough"]
    async with at_desk(sqlcipher_world) as pilot:
        await take(pilot, cough)
        await pilot.press(*"Hej")
        await press(pilot, "escape", "i")
        assert "patienten ser den inte" in screen_text(pilot)
        await pilot.press(*"Låter RÄDD!")
        await settled(pilot)
        assert "SE-1" not in screen_text(pilot), "the tone is for patients"
        await press(pilot, "escape")
        assert "Hej" in screen_text(pilot)
        await press(pilot, "i", "ctrl+s")
        assert "Låter RÄDD!" in screen_text(pilot)
        assert composer(pilot).text == "Hej"
    assert sent(sqlcipher_world, cough.id) == []
    (note,) = case_service.look_again(sqlcipher_world.system, sqlcipher_world.actor("maria"), cough.id).notes
    assert note.text == "Låter RÄDD!"


@pytest.mark.rule("CH-12")
@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
async def test_after_another_deed_it_is_named_what_would_be_undone_before_it_is(
    sqlcipher_world: World, size: tuple[int, int]
) -> None:
    """What one did last may be something that cannot be undone: then an older deed goes by no single key."""
    cases = fill(sqlcipher_world)
    cough, chest = cases["cough"], cases["chest"]
    async with at_desk(sqlcipher_world, size=size) as pilot:
        await take(pilot, cough)
        await press(pilot, "escape", "escape")
        patients = desk_of(pilot).query_one(PatientList)
        patients.focus()
        patients.move_to(chest.id)
        await press(pilot, "k", "z")
        assert sqlcipher_world.row(cough.id).owner == "Maria Lind"
        shown = " ".join(screen_text(pilot).split())
        assert "gäller Ali Noor: ”Du har tagit emot ärendet.” z en gång till ångrar just det." in shown
        await press(pilot, "z")
        assert sqlcipher_world.row(cough.id).owner == ""
        assert "Ångrat för Ali Noor" in screen_text(pilot)
        assert "just det" not in screen_text(pilot)


@pytest.mark.rule("CH-12")
async def test_a_slip_of_the_hand_is_undone(sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_parts, "SAID_FOR", 60.0)
    cough = fill(sqlcipher_world)["cough"]
    async with at_desk(sqlcipher_world) as pilot:
        await press(pilot, "z")
        assert "Det finns inget att ångra" in screen_text(pilot)
        await take(pilot, cough)
        await press(pilot, "escape", "a", "enter")
        assert sqlcipher_world.row(cough.id).case.state is CaseState.ENDED
        await press(pilot, "z")
        assert "ärendet är öppet igen" in screen_text(pilot)
        assert sqlcipher_world.row(cough.id).owner == "Maria Lind"
        assert desk_of(pilot).query_one(PatientList).live.line(cough.id) is not None


@pytest.mark.rule("CH-11")
async def test_one_asks_for_a_case_that_a_colleague_has(sqlcipher_world: World) -> None:
    world, cough = sqlcipher_world, fill(sqlcipher_world)["cough"]
    johan = world.actor("johan")
    chat.claim(world.system, johan, cough.id, cough.version)
    async with at_desk(world) as pilot:
        await take(pilot, cough)
        assert isinstance(pilot.app.screen, AskScreen)
        await press(pilot, "enter")
        assert "Skriv varför" in screen_text(pilot)
        await pilot.press(*"Han ringde mig")
        await press(pilot, "enter")
        case = world.row(cough.id).case
        assert (case.owner_id, case.asked_reason) == (johan.staff_id, "Han ringde mig")
        takeover.let_go(world.system, johan, cough.id, world.actor("maria").staff_id or "")
        await settled(pilot)
        assert "Ali Noor är nu ditt ärende." in screen_text(pilot)
        await press(pilot, "b")
        assert not desk_of(pilot).query_one(AskBar).display


@pytest.mark.rule("CH-11")
async def test_a_colleague_who_keeps_the_case_is_heard(sqlcipher_world: World) -> None:
    world, cough = sqlcipher_world, fill(sqlcipher_world)["cough"]
    johan = world.actor("johan")
    chat.claim(world.system, johan, cough.id, cough.version)
    async with at_desk(world) as pilot:
        await take(pilot, cough)
        await pilot.press(*"Får jag")
        await press(pilot, "enter")
        takeover.keep(world.system, johan, cough.id)
        await settled(pilot)
        assert "Johan Berg behåller Ali Noor." in screen_text(pilot)


@pytest.mark.rule("CH-11")
async def test_a_colleague_who_is_silent_is_waited_for(sqlcipher_world: World) -> None:
    world, cough = sqlcipher_world, fill(sqlcipher_world)["cough"]
    chat.claim(world.system, world.actor("johan"), cough.id, cough.version)
    async with at_desk(world) as pilot:
        await take(pilot, cough)
        await pilot.press(*"Johan har gått")
        await press(pilot, "enter", "t")
        assert isinstance(pilot.app.screen, AskedScreen)
        await press(pilot, "enter")
        assert "har inte hunnit svara än" in screen_text(pilot)
        world.clock.advance(timedelta(minutes=2))
        await press(pilot, "t", "enter")
        assert world.row(cough.id).owner == "Maria Lind"
        assert "Svar till Ali Noor" in screen_text(pilot)
        assert not desk_of(pilot).query_one(AskBar).display, "one knows what one has done oneself"


@pytest.mark.rule("CH-11")
async def test_what_one_does_oneself_is_not_told_also_where_the_list_hears_of_it_first(sqlcipher_world: World) -> None:
    world, cough = sqlcipher_world, fill(sqlcipher_world)["cough"]
    chat.claim(world.system, world.actor("johan"), cough.id, cough.version)
    async with at_desk(world) as pilot:
        await take(pilot, cough)
        await pilot.press(*"Oj")
        await press(pilot, "enter")
        desk = desk_of(pilot)
        asked = desk._live.line(cough.id)
        assert asked is not None
        withdrawn = takeover.withdraw(world.system, world.actor("maria"), cough.id)
        desk._look_for_questions([replace(asked, case=withdrawn)])
        assert desk.query_one(AskBar).display
        desk._done(withdrawn, "Din fråga är tillbakatagen.")
        await settled(pilot)
        assert not desk.query_one(AskBar).display


@pytest.mark.rule("CH-11")
async def test_who_asked_can_change_their_mind(sqlcipher_world: World) -> None:
    world, cough = sqlcipher_world, fill(sqlcipher_world)["cough"]
    chat.claim(world.system, world.actor("johan"), cough.id, cough.version)
    async with at_desk(world) as pilot:
        await take(pilot, cough)
        await pilot.press(*"Oj")
        await press(pilot, "enter", "t", "delete")
        assert world.row(cough.id).case.asked_by is None
        assert not desk_of(pilot).query_one(AskBar).display


@pytest.mark.rule("CH-11")
@pytest.mark.parametrize(("key", "owner"), [("enter", "Johan Berg"), ("n", "Maria Lind"), ("escape", "Maria Lind")])
async def test_one_answers_a_colleague_who_asks(sqlcipher_world: World, key: str, owner: str) -> None:
    world, cough = sqlcipher_world, fill(sqlcipher_world)["cough"]
    async with at_desk(world) as pilot:
        await take(pilot, cough)
        await pilot.press(*"halvfärdigt")
        version = world.row(cough.id).case.version
        takeover.ask(world.system, world.actor("johan"), cough.id, version, "Hon ringde mig")
        await settled(pilot)
        assert "Johan Berg vill ta över Ali Noor: Hon ringde mig" in screen_text(pilot)
        await press(pilot, "escape", "b")
        assert isinstance(pilot.app.screen, AnswerScreen)
        await press(pilot, key)
        assert world.row(cough.id).owner == owner
        assert desk_of(pilot).query_one(AskBar).display == (key == "escape")
        kept = case_service.look_again(world.system, world.actor("maria"), cough.id).draft
        assert kept == "halvfärdigt"


@pytest.mark.rule("CH-11", "SU-2")
@pytest.mark.parametrize("risk", [SuicideRisk.NONE, SuicideRisk.TAKEN_ON])
async def test_that_there_is_suicide_risk_is_said_to_whoever_is_asked_for_the_case(
    sqlcipher_world: World, risk: SuicideRisk
) -> None:
    world = sqlcipher_world
    case = world.case(name="Erik Lund", owner_id=PEOPLE["amir"][0], suicide=risk, unread=0)
    async with at_desk(world, "amir") as pilot:
        takeover.ask(world.system, world.actor("johan"), case.id, world.row(case.id).case.version, "Han ringde mig")
        await settled(pilot)
        await press(pilot, "b")
        shown = " ".join(screen_text(pilot).split())
        assert isinstance(pilot.app.screen, AnswerScreen)
        assert ("hos den som inte är psykolog" in shown) == (risk is not SuicideRisk.NONE)


@pytest.mark.rule("CH-11")
async def test_one_is_told_when_a_case_has_been_taken_over(sqlcipher_world: World) -> None:
    world, cough = sqlcipher_world, fill(sqlcipher_world)["cough"]
    johan = world.actor("johan")
    async with at_desk(world) as pilot:
        await take(pilot, cough)
        asked = takeover.ask(world.system, johan, cough.id, world.row(cough.id).case.version, "Maria svarar inte")
        world.clock.advance(timedelta(minutes=3))
        takeover.take(world.system, johan, cough.id, asked.version)
        await settled(pilot)
        assert "Johan Berg har tagit över Ali Noor." in screen_text(pilot)
        assert composer(pilot).read_only, "only the owner writes"
        await press(pilot, "escape", "b")
        assert not desk_of(pilot).query_one(AskBar).display


@pytest.mark.rule("SU-2")
async def test_the_psychologist_takes_suicide_risk_with_one_key(sqlcipher_world: World) -> None:
    world, risk = sqlcipher_world, fill(sqlcipher_world)["suicide"]
    chat.claim(world.system, world.actor("maria"), risk.id, risk.version)
    async with at_desk(world, "amir") as pilot:
        await take(pilot, risk)
        row = world.row(risk.id)
        assert (row.owner, row.case.suicide) == ("Amir Karimi", SuicideRisk.TAKEN_ON)
        assert world.actor("amir").profession is Profession.PSYCHOLOGIST
        assert "Svar till Erik Lund" in screen_text(pilot)


@pytest.mark.hazard("H21")
async def test_what_could_not_be_saved_is_there_when_one_comes_back_and_saved_when_it_can_be(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, cases = sqlcipher_world, fill(sqlcipher_world)
    maria = world.actor("maria")
    async with at_desk(world) as pilot:
        await take(pilot, cases["chest"])
        await press(pilot, "escape", "escape")
        await take(pilot, cases["cough"])

        def locked(*_args: object) -> None:
            raise Unavailable("database", "locked")

        with monkeypatch.context() as patch:
            patch.setattr(chat, "save_draft", locked)
            await pilot.press(*"halvt")
            await press(pilot, "ctrl+pagedown")
            assert "Svar till Karin Öberg" in screen_text(pilot)
            await press(pilot, "ctrl+pageup")
            assert composer(pilot).text == "halvt"
        desk = desk_of(pilot)
        desk.hear(Lost("gone"))
        desk.hear(Alive())
        await settled(pilot)
        assert case_service.look_again(world.system, maria, cases["cough"].id).draft == "halvt"


@pytest.mark.hazard("H21")
async def test_a_text_that_has_been_sent_leaves_no_draft_and_what_is_typed_behind_it_stays(
    sqlcipher_world: World,
) -> None:
    world, cases = sqlcipher_world, fill(sqlcipher_world)
    cough, maria = cases["cough"], world.actor("maria")
    async with at_desk(world) as pilot:
        await take(pilot, cough)
        slow, desk = Event(), desk_of(pilot)
        await pilot.press(*"Har du feber?")
        desk._writes.run(lambda: slow.wait(5))
        await pilot.press("ctrl+s", *" PS")
        await pilot.pause(KEPT_AFTER + 0.2)  # what stands there is kept meanwhile
        slow.set()
        await settled(pilot)
        assert sent(world, cough.id) == ["Har du feber?"]
        assert composer(pilot).text == " PS"
        assert case_service.look_again(world.system, maria, cough.id).draft == " PS"
        await press(pilot, "ctrl+s")
        assert case_service.look_again(world.system, maria, cough.id).draft == ""


@pytest.mark.hazard("H21")
async def test_a_text_sent_as_one_leaves_its_case_leaves_no_draft_there(sqlcipher_world: World) -> None:
    world, cases = sqlcipher_world, fill(sqlcipher_world)
    maria = world.actor("maria")
    async with at_desk(world) as pilot:
        await take(pilot, cases["chest"])
        await press(pilot, "escape", "escape")
        await take(pilot, cases["cough"])
        await pilot.press(*"Har du feber?", "ctrl+s", "ctrl+pagedown")
        await settled(pilot)
        assert sent(world, cases["cough"].id) == ["Har du feber?"]
        assert "Svar till Karin Öberg" in screen_text(pilot)
        assert case_service.look_again(world.system, maria, cases["cough"].id).draft == ""


@pytest.mark.hazard("H21")
async def test_a_text_that_is_on_its_way_when_one_leaves_and_comes_back_is_not_sent_twice(
    sqlcipher_world: World,
) -> None:
    world, cases = sqlcipher_world, fill(sqlcipher_world)
    async with at_desk(world) as pilot:
        await take(pilot, cases["chest"])
        await press(pilot, "escape", "escape")
        await take(pilot, cases["cough"])
        desk = desk_of(pilot)
        await pilot.press(*"Har du feber?")
        message = Composer.Sent(composer(pilot), cases["cough"].id, "Har du feber?", "m1")
        await press(pilot, "ctrl+pagedown", "ctrl+pageup")
        assert composer(pilot).text == "Har du feber?"
        desk.on_composer_sent(message)
        await settled(pilot)
        assert composer(pilot).text == ""
        assert sent(world, cases["cough"].id) == ["Har du feber?"]
        await pilot.press(*"Och hosta?")
        await press(pilot, "ctrl+s")
        assert sorted(sent(world, cases["cough"].id)) == ["Har du feber?", "Och hosta?"]
