"""Who owes a note, what must stand in it, and that no case ends in silence (DO-1 to DO-4, IM-3, IM-4, AP-3, AP-4)."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from p24tui.routine import documentation as rules
from p24tui.routine.actor import Profession
from p24tui.routine.decision import Refusal
from p24tui.routine.documentation import Cause, Debt, Documented, FormWay, NoteText, Scope, Settled, Way
from p24tui.routine.protection import Protection
from tests.routine.cases import NOW, actor, case

ME = "SE2321000016-ML01"
OTHER = "SE2321000016-JB02"
EARLIER = NOW - timedelta(minutes=30)
LATER = NOW + timedelta(minutes=5)

OWED = Debt(ME, Scope.BOTH, Cause.ASSESSED, EARLIER)
OTHERS = Debt(OTHER, Scope.BOTH, Cause.TRIAGED, EARLIER)
NOTED = Settled(OTHER, Way.NOTE, Scope.BOTH, NOW)
MINE = Settled(ME, Way.NOTE, Scope.ASSESSMENT, NOW)
NOTHING = Settled(ME, Way.NOTHING, Scope.BOTH, NOW)


def documented(
    content_at: datetime | None = EARLIER,
    debts: tuple[Debt, ...] = (),
    settled: tuple[Settled, ...] = (),
    handed_to: tuple[tuple[str, datetime], ...] = (),
) -> Documented:
    return Documented(content_at, debts, settled, handed_to)


@pytest.mark.rule("DO-3")
@pytest.mark.parametrize(
    ("before", "owed"),
    [
        (documented(), Debt(ME, Scope.BOTH, Cause.ASSESSED, NOW)),  # the first assessment: anamnesis and assessment
        (documented(debts=(OTHERS,)), Debt(ME, Scope.ASSESSMENT, Cause.ASSESSED, NOW)),  # a colleague made the first
        (documented(settled=(NOTED,)), Debt(ME, Scope.ASSESSMENT, Cause.ASSESSED, NOW)),  # and has noted it
        (documented(settled=(NOTHING,)), Debt(ME, Scope.BOTH, Cause.ASSESSED, NOW)),  # nothing was written down
        (documented(debts=(OWED,)), OWED),  # owed already, since then and for that
        (documented(settled=(NOTED, MINE)), Debt(ME, Scope.ASSESSMENT, Cause.ASSESSED, NOW)),  # each of one's own
    ],
)
def test_the_first_to_assess_owes_both_and_everybody_their_own(before: Documented, owed: Debt) -> None:
    assert rules.owed_by_assessing(before, ME, Cause.ASSESSED, NOW) == owed


@pytest.mark.rule("DO-1", "DO-3")
@pytest.mark.parametrize(
    ("stands", "scope"),
    [
        (documented(), Scope.BOTH),
        (documented(debts=(OWED,)), Scope.BOTH),
        (documented(debts=(OTHERS,)), Scope.ASSESSMENT),
        (documented(settled=(NOTED,)), Scope.ASSESSMENT),
        (documented(settled=(NOTHING,)), Scope.BOTH),
        (documented(debts=(OTHERS, replace(OWED, scope=Scope.ASSESSMENT))), Scope.ASSESSMENT),
    ],
)
def test_what_a_note_is_to_hold(stands: Documented, scope: Scope) -> None:
    assert rules.scope_of(stands, ME) is scope


@pytest.mark.rule("DO-1", "DO-3")
@pytest.mark.parametrize(
    ("stands", "refused"),
    [
        (documented(), Refusal("DO-1", "undocumented")),
        (documented(content_at=None), None),  # nobody has told anything, as where a visit was never held
        (documented(debts=(OWED,)), Refusal("DO-3", "note-owed")),
        (documented(debts=(OTHERS,)), None),  # the colleague's is followed until it is paid
        (documented(settled=(NOTED,)), None),
        (documented(settled=(NOTHING,)), None),  # said, with a reason and a name
        (documented(LATER, settled=(NOTED,)), Refusal("DO-1", "undocumented-since")),
        (documented(LATER, settled=(NOTED, Settled(ME, Way.NOTHING, Scope.ASSESSMENT, LATER))), None),
        (documented(settled=(NOTED,), handed_to=((ME, NOW),)), Refusal("DO-3", "own-assessment")),
        (documented(settled=(NOTED,), handed_to=((OTHER, NOW),)), None),
        (documented(settled=(NOTED, MINE), handed_to=((ME, NOW),)), None),
        (documented(settled=(NOTED, MINE), handed_to=((ME, LATER),)), Refusal("DO-3", "own-assessment")),
        (documented(content_at=None, debts=(OWED,)), Refusal("DO-3", "note-owed")),
        # the colleague answers for what was told until they came to owe it, and for nothing later
        (documented(NOW, debts=(OTHERS,)), Refusal("DO-1", "undocumented-since")),
        (documented(NOW, debts=(OTHERS,), settled=(MINE,)), None),
        # what is stored late bears an earlier time, but is one more
        (replace(documented(settled=(replace(NOTED, told=1),)), told=1), None),
        (replace(documented(settled=(replace(NOTED, told=1),)), told=2), Refusal("DO-1", "undocumented-since")),
    ],
)
def test_no_case_ends_in_silence(stands: Documented, refused: Refusal | None) -> None:
    assert rules.may_end(case(owner_id=ME), stands, actor(), Protection.NONE) == refused


@pytest.mark.rule("AP-4")
@pytest.mark.parametrize("protection", [one for one in Protection if one is not Protection.NONE])
def test_what_is_not_handled_here_ends_without_a_note(protection: Protection) -> None:
    stands = documented(debts=(OWED,))
    if protection is not Protection.UNKNOWN:
        assert rules.may_end(case(), stands, actor(), protection) is None
    assert rules.may_end(case(wrong_patient_at=NOW), stands, actor(), Protection.NONE) is None


@pytest.mark.rule("AP-3", "PR-1", "DO-1")
@pytest.mark.hazard("H15")
def test_nobody_writes_on_the_wrong_patient_or_a_protected_one_and_administration_assesses_nothing() -> None:
    wrong, right = case(wrong_patient_at=NOW), case()
    locked = Refusal("AP-3", "wrong-patient-locked")
    assert rules.may_write(wrong, actor(), Protection.NONE) == locked
    assert rules.may_write(right, actor(), Protection.MARKED) == Refusal("PR-1", "protected-note")
    assert rules.may_write(right, actor(Profession.ADMINISTRATION), Protection.NONE) == Refusal("CH-4", "not-clinician")
    assert rules.may_write(right, actor(), Protection.NONE) is None
    for way in (Way.IN_VAS, Way.NOTHING):
        assert rules.may_settle(wrong, documented(), actor(), way, "varför") == locked


@pytest.mark.rule("DO-1")
@pytest.mark.parametrize(
    ("stands", "way", "why", "refused"),
    [
        (documented(), Way.NOTHING, " ", Refusal("DO-1", "nothing-why")),
        (documented(), Way.NOTHING, "patienten tackade", None),
        (documented(), Way.IN_VAS, "", None),
        (documented(settled=(NOTED,)), Way.NOTHING, "", None),  # it is written down: there is nothing to add
        (documented(settled=(NOTED,), debts=(OWED,)), Way.NOTHING, "", Refusal("DO-1", "nothing-why")),
        (documented(settled=(NOTHING,)), Way.NOTHING, "", Refusal("DO-1", "nothing-why")),
    ],
)
def test_that_nothing_belongs_in_the_record_is_said_with_a_reason(
    stands: Documented, way: Way, why: str, refused: Refusal | None
) -> None:
    assert rules.may_settle(case(), stands, actor(), way, why) == refused


@pytest.mark.rule("DO-1", "DO-2")
@pytest.mark.parametrize(("seen", "refused"), [(2, None), (1, Refusal("DO-1", "note-newer"))])
def test_nothing_is_settled_that_has_not_been_seen(seen: int, refused: Refusal | None) -> None:
    assert rules.may_cover(replace(documented(), told=2), seen) == refused


@pytest.mark.rule("DO-1", "DO-3")
@pytest.mark.parametrize(
    ("stands", "until"),
    [
        (documented(), None),
        (documented(settled=(NOTED, MINE)), NOW),
        (documented(debts=(OTHERS,)), EARLIER),
        (documented(debts=(OWED,)), None),  # one's own is still to be written
        (documented(debts=(replace(OTHERS, scope=Scope.ASSESSMENT),)), None),  # and theirs has no anamnesis
    ],
)
def test_what_a_later_note_begins_from(stands: Documented, until: datetime | None) -> None:
    assert rules.answered_for_until(stands, ME) == until


@pytest.mark.rule("DO-3")
@pytest.mark.parametrize(
    ("settled", "since", "has"),
    [
        ((), None, False),
        ((NOTED,), None, False),  # a colleague's
        ((NOTHING,), None, False),
        ((MINE,), None, True),
        ((MINE,), NOW, True),
        ((MINE,), LATER, False),  # it was opened again after that
    ],
)
def test_whoever_has_noted_their_triage_owes_it_no_more(
    settled: tuple[Settled, ...], since: datetime | None, has: bool
) -> None:
    assert rules.has_noted(documented(settled=settled), ME, since) is has


PREFILLED = "Patienten skriver: Hej, jag har hostat i en vecka."
WHOLE = NoteText(
    "no-visit",
    "Vårdcentralen Åsen",
    "DiSk",
    "Ssk",
    current="Hosta sedan en vecka.",
    assessment="Luftvägsinfektion, egenvård.",
)


@pytest.mark.rule("DO-2", "DO-3", "DO-4", "IM-3", "IM-4")
@pytest.mark.parametrize(
    ("change", "scope", "has_form", "refused"),
    [
        ({}, Scope.BOTH, False, None),
        ({"vas_row": ""}, Scope.BOTH, False, Refusal("DO-4", "note-fields")),
        ({"clinic": "  "}, Scope.BOTH, False, Refusal("DO-4", "note-fields")),
        ({"note_type": ""}, Scope.ASSESSMENT, False, Refusal("DO-4", "note-fields")),
        ({"journal_type": ""}, Scope.BOTH, False, Refusal("DO-4", "note-fields")),
        ({"current": " \n"}, Scope.BOTH, False, Refusal("DO-3", "note-current")),
        ({"current": ""}, Scope.ASSESSMENT, False, None),  # the anamnesis is a colleague's
        ({"current": PREFILLED}, Scope.BOTH, False, Refusal("DO-2", "note-unreviewed")),
        ({"current": f"{PREFILLED}\n "}, Scope.BOTH, False, Refusal("DO-2", "note-unreviewed")),
        ({"current": PREFILLED, "reviewed": True}, Scope.BOTH, False, None),
        (
            {"current": "Hosta. Feber.", "shown": "Hosta. Feber.\n"},
            Scope.BOTH,
            False,
            Refusal("DO-2", "note-unreviewed"),
        ),
        ({"current": PREFILLED}, Scope.ASSESSMENT, False, Refusal("DO-2", "note-unreviewed")),  # what came since
        ({"assessment": ""}, Scope.BOTH, False, Refusal("DO-3", "note-assessment")),
        ({"assessment": ""}, Scope.ASSESSMENT, False, Refusal("DO-3", "note-assessment")),
        ({}, Scope.BOTH, True, Refusal("IM-4", "note-form")),
        ({"form_way": FormWay.COPIED}, Scope.BOTH, True, None),
        ({"form_way": FormWay.SUMMARISED}, Scope.BOTH, True, Refusal("IM-4", "note-form-result")),
        ({"form_way": FormWay.SUMMARISED, "form_result": "ingen feber", "current": ""}, Scope.BOTH, True, None),
        ({}, Scope.ASSESSMENT, True, None),
    ],
)
def test_what_must_stand_in_a_note(
    change: dict[str, object], scope: Scope, has_form: bool, refused: Refusal | None
) -> None:
    note = replace(WHOLE, **change)
    assert rules.may_sign(note, scope, PREFILLED, has_form=has_form, images=()) == refused


@pytest.mark.rule("IM-3")
def test_a_note_says_that_an_image_is_in_vidiview_and_what_it_shows() -> None:
    line = "Bilder finns i Vidiview: utslag på vänster underarm."
    signed = rules.may_sign(replace(WHOLE, images=(line,)), Scope.BOTH, PREFILLED, has_form=False, images=[line])
    assert signed is None
    silent = rules.may_sign(WHOLE, Scope.BOTH, PREFILLED, has_form=False, images=[line])
    assert silent == Refusal("IM-3", "note-images")


SETTLED = st.builds(Settled, st.sampled_from([ME, OTHER]), st.sampled_from(Way), st.sampled_from(Scope), st.just(NOW))
DEBTS = st.lists(st.sampled_from([OWED, OTHERS]), unique=True).map(tuple)


@pytest.mark.rule("DO-1", "DO-3")
@given(st.sampled_from([None, EARLIER, LATER]), DEBTS, st.lists(SETTLED, max_size=3).map(tuple))
def test_whoever_ends_a_case_leaves_nothing_that_nobody_answers_for(
    content_at: datetime | None, debts: tuple[Debt, ...], settled: tuple[Settled, ...]
) -> None:
    stands = documented(content_at, debts, settled)
    if rules.may_end(case(), stands, actor(), Protection.NONE) is None:
        assert stands.debt_of(ME) is None
        assert content_at is None or debts or any(one.at >= content_at for one in settled)


@pytest.mark.rule("DO-1", "DO-3")
def test_the_latest_counts_where_there_are_several() -> None:
    early, late = replace(NOTED, at=EARLIER, told=1), replace(NOTED, at=LATER, told=3)
    told = replace(documented(settled=(early, late)), told=3)
    assert rules.told_since(told) == 0
    assert rules.told_since(replace(told, debts=(OTHERS,), told=9)) == 0  # while somebody owes a note, none
    assert rules.told_since(documented(settled=())) == 0
    assert rules.answered_for_until(told, ME) == LATER
    twice = documented(settled=(NOTED, MINE), handed_to=((ME, EARLIER), (ME, LATER)))
    assert rules.may_end(case(owner_id=ME), twice, actor(), Protection.NONE) == Refusal("DO-3", "own-assessment")
    only_assessed = documented(settled=(replace(MINE, scope=Scope.ASSESSMENT),))
    assert rules.scope_of(only_assessed, OTHER) is Scope.BOTH
