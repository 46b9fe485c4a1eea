"""The check of the manual's table of keys finds what it is there to find."""

import re
from collections.abc import Iterator
from importlib import import_module

import pytest
from msgspec.structs import replace
from textual.binding import Binding
from textual.dom import DOMNode

from p24tui.tui.key_names import shown
from p24tui.tui.key_table import KEYS
from tests import documents, manual
from tests.manual_scenes import SCENES

SWEDISH, ENGLISH = manual.MANUALS["sv"], manual.MANUALS["en"]
DEEDS = {
    "Begin the shift": "show_shift",
    "Read the list": "next_unread longest_waiting next_unowned show_all",
    "Take on a case": "open_case claim release",
    "Read what has come": "read_chat read_anamnesis read_history attachments",
    "Assess": "assess",
    "Answer": "write send back",
    "Use phrases": "phrases phrases_in_case",
    "Keep the tone": "better",
    "Several cases at once": "next_case previous_case close_case beside",
    "Ask a colleague": "note send",
    "Take over from a colleague": "claim answer_colleague",
    "Hand over": "hand_over answer_colleague claim",
    "Suicide risk": "risk",
    "Protected persons": "end risk",
    "Wrong patient": "wrong_patient",
    "Video visits": "show_video visits_earlier visits_later visits_today open_visit visit_chat show_list filter",
    "Hold a visit": "visit_step video end",
    "The patient does not come": "call_patient",
    "Book a visit": "summons move_visit cancel_visit booking_tasks book_visit",
    "Invite an interpreter, a guest or a colleague": "invite show_video",
    "Images and attachments": "attachments",
    "Write notes for the record": "journal show_registration assess end",
    "Register in VAS": "register register_row show_registration",
    "Remind by SMS": "remind outgoing",
    "Let a case rest": "hold",
    "End": "end",
    "Undo": "undo",
    "Alarms": "acknowledge go_to_alarm",
    "Be responsible for the inflow": "take_responsibility show_roster acknowledge",
    "The care guarantee": "assess",
    "Close for the day": "show_closing closing_next open_row closing_tell_many closing_sign",
    "What is left today": "closing_tell closing_tell_many closing_keep closing_end_with_day assess hold end hand_over"
    " claim release",
    "Lock": "lock",
    "End the shift and log out": "show_shift quit",
    "Check the log": "show_log control_unusual control_patient control_person control_unit control_sample control_open"
    " control_more control_begin control_sign control_checks control_extract control_export",
    "Read a case at another unit": "break_glass review_break_glass",
    "Find": "search filter views next_unit show_all command_palette help",
    "Places": "show_list show_video show_closing show_registration show_overview show_log show_roster show_shift"
    " show_hours leave_place",
    "Opening hours": "show_hours",
    "The overview": "show_overview overview_day overview_week overview_month overview_earlier overview_later"
    " overview_now overview_unit",
}
"""Which of the program's actions each task of the manual tells of: there it names their keys."""
DIALOGS = {
    "Begin the shift": "screens.shift",
    "Assess": "screens.assessing",
    "Use phrases": "screens.phrases",
    "Hand over": "screens.handover",
    "Suicide risk": "screens.form",
    "Wrong patient": "screens.wrong_patient",
    "Video visits": "widgets.filter_bar",
    "Hold a visit": "screens.video",
    "Book a visit": "screens.booking_form screens.booking_tasks",
    "Children and proxies": "screens.booking_form screens.booking_guardians",
    "Invite an interpreter, a guest or a colleague": "screens.visit_dialogs",
    "Images and attachments": "screens.attachments",
    "Write notes for the record": "screens.journal screens.form",
    "Register in VAS": "screens.registration",
    "Remind by SMS": "screens.outgoing screens.questions",
    "Be responsible for the inflow": "screens.roster",
    "Lock": "screens.locked",
    "End the shift and log out": "screens.shift",
    "Check the log": "screens.form",
    "Read a case at another unit": "screens.form",
    "Opening hours": "screens.unit_hours",
}
"""Where the other keys that a task names are bound: those of the dialogs that it leads to."""
OF_BROWSERS = "In a browser"
NOT_TOLD = {"help_anywhere", "journal_row"}
"""The same deed by another key, or from another row."""


@pytest.fixture
def fresh() -> str:
    return manual.with_table(f"Före\n{manual.BEGIN}\n{manual.END}\nEfter\n", "sv")


def test_the_table_stands_between_its_marks_and_leaves_the_rest(fresh: str) -> None:
    assert fresh.startswith("Före\n")
    assert fresh.endswith("\nEfter\n")
    assert manual.with_table(fresh, "sv") == fresh


def test_every_key_stands_there(fresh: str) -> None:
    for row in KEYS:
        assert f"| `{row.names}` | {row.help} | `{row.setting}` |" in fresh


def test_a_key_that_has_changed_makes_it_stale(fresh: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manual, "KEYS", (replace(KEYS[0], key="f12"), *KEYS[1:]))
    assert manual.with_table(fresh, "sv") != fresh


def test_a_manual_without_marks_is_said() -> None:
    with pytest.raises(ValueError, match="keys"):
        manual.with_table("Bara text", "sv")


def tasks(language: str) -> Iterator[tuple[str, str]]:
    """Each heading of a manual with the words under it, up to the tables of keys."""
    text = manual.MANUALS[language].read_text(encoding="utf-8").partition(manual.BEGIN)[0]
    for part in re.split(r"^##+ ", text, flags=re.MULTILINE):
        title, _newline, words = part.partition("\n")
        yield title, words


def keys_named(words: str) -> set[str]:
    """What is named as code, in the way that keys are."""
    known = {name for row in KEYS for name in row.names.split(", ")}
    return {one for one in re.findall(r"`([^`]+)`", words) if one in known or re.fullmatch(r"\w|(Ctrl\+)\w+", one)}


def test_both_languages_have_the_same_tasks_pictures_and_keys() -> None:
    assert [level for level, _ in documents.headings(SWEDISH)] == [level for level, _ in documents.headings(ENGLISH)]
    swedish, english = list(tasks("sv")), list(tasks("en"))
    for (title, words), (_, said) in zip(swedish, english, strict=True):
        assert re.findall(r"pictures/sv/([\w-]+)", words) == re.findall(r"pictures/en/([\w-]+)", said), title
        assert keys_named(words) == keys_named(said), title


@pytest.mark.parametrize("language", manual.MANUALS)
def test_every_picture_is_shown_once_and_no_other_lies_there(language: str) -> None:
    folder = documents.ROOT / "docs" / "pictures" / language
    assert {one.stem for one in folder.iterdir()} == set(SCENES)
    shown = [one for one in documents.targets(manual.MANUALS[language]) if one.endswith(".svg")]
    assert shown == [f"pictures/{language}/{name}.svg" for name in SCENES]


def test_each_task_names_the_keys_of_its_deeds() -> None:
    told = dict(tasks("en"))
    for title, actions in DEEDS.items():
        for action in actions.split():
            (row, *_) = [one for one in KEYS if action in {one.action, one.setting}]
            for name in row.names.split(", "):
                assert f"`{name}`" in told[title], f"{title}: {action}"


def test_every_deed_is_told_of() -> None:
    told = {action for actions in DEEDS.values() for action in actions.split()}
    assert {row.setting for row in KEYS} == told | NOT_TOLD


def test_every_other_key_is_bound_in_the_dialog_that_the_task_leads_to() -> None:
    everywhere = {row.name for row in KEYS if row.setting in {"command_palette", "help_anywhere", "quit"}}
    for title, words in tasks("en"):
        of_deeds = {row.name for row in KEYS if {row.action, row.setting} & set(DEEDS.get(title, "").split())}
        others = {
            one for one in re.findall(r"`([^`]+)`", words) if re.fullmatch(r"\w|F\d+|Ctrl\+\w+|Delete|Pg\w+", one)
        }
        bound = {name for module in DIALOGS.get(title, "").split() for name in bound_in(module)}
        assert title == OF_BROWSERS or others <= of_deeds | bound | everywhere, title


def bound_in(module: str) -> Iterator[str]:
    """The keys that the screens of a module bind, as they are written."""
    for part in vars(import_module(f"p24tui.tui.{module}")).values():
        if isinstance(part, type) and issubclass(part, DOMNode):
            yield from (shown(one.key) for one in Binding.make_bindings(part.BINDINGS))
