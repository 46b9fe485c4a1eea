"""What holds in every situation that suicide risk can come to, and that docs/suicide.md says what the rules do."""

import ast
import inspect
import re
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from p24tui.routine import acting_outside, risk_path, suicide
from p24tui.routine.actor import ASSESSORS, Actor
from p24tui.routine.case import Case, CaseState, RiskLevel, SuicideRisk
from p24tui.routine.decision import Refusal
from p24tui.routine.list_filter import ListFilter, passes
from p24tui.routine.protection import is_protected
from p24tui.routine.queue import order_key
from p24tui.routine.risk_course import Entry, HandedOn, Looked, Overdue
from tests import risk_states
from tests.risk_states import Move, Situation
from tests.routine.cases import NOW, PACE, alert, case
from tests.routine.risks import NO_ANSWER, PSYCHOLOGIST, REACHED, is_through

MOVES = risk_states.found().moves
SITUATIONS = risk_states.situations()
OPEN = [at for at in SITUATIONS if at.case.state is not CaseState.ENDED]
ROOT = Path(__file__).resolve().parents[2]


def ends(move: Move) -> bool:
    return move.after.case.state is CaseState.ENDED is not move.before.case.state


def may_end(at: Situation) -> bool:
    """What the second telling says of it: the path, and that somebody has said a word where one is asked for."""
    entries = [one.entry for one in at.stated]
    suspected, left = is_suspected(at), risk_states.is_left(at)
    if not is_through(entries, is_suspected=suspected, is_left=left):
        return False
    unsaid = at.case.mental_health and at.case.risk is RiskLevel.UNSAID
    if left:
        return suspected or not at.case.risk_words  # of a marked contact somebody says what the words are
    return not (at.case.risk_words or unsaid)


def is_suspected(at: Situation) -> bool:
    """Told anew: risk is at hand, or words stand there that nobody reads."""
    return at.case.suicide is not SuicideRisk.NONE or (is_protected(at.protection) and at.case.risk_words)


def test_the_document_says_what_the_rules_do() -> None:
    assert risk_states.is_current(), "python -m tests.risk_states --write"


def test_what_is_drawn_stands_between_the_marks_and_leaves_the_rest() -> None:
    begin, end = risk_states.BEGIN, risk_states.END
    fresh = risk_states.with_drawing(f"Before\n{begin}\nold\n{end}\nAfter\n")
    assert fresh == f"Before\n{begin}\n\n{risk_states.drawn()}\n\n{end}\nAfter\n"
    with pytest.raises(ValueError, match="made from the code"):
        risk_states.with_drawing("Only text")


def test_the_document_names_the_limits_that_apply() -> None:
    document = risk_states.DOCUMENT.read_text(encoding="utf-8")
    said = re.findall(r"^\| `(\w+)` \| (\d+) (\w+) \| ([A-Z]+-\d+) \|", document, re.MULTILINE)
    limits = tomllib.loads((ROOT / "assets" / "limits.toml").read_text(encoding="utf-8"))["limit"]
    in_force = {one["name"]: one for one in sorted(limits, key=lambda one: one["valid_from"])}
    assert len(said) == 6
    for name, value, unit, rule in said:
        one = in_force[name]
        assert (str(one["value"]), one["unit"], one["rule"]) == (value, unit, rule)


def test_every_step_is_taken_and_every_place_is_reached_and_left() -> None:
    assert {move.step for move in MOVES} == set(risk_states.STEPS)
    assert {risk_states.place(at) for at in SITUATIONS} == set(risk_states.PLACES)
    changes = [(risk_states.place(move.before), risk_states.place(move.after)) for move in MOVES]
    assert {before for before, after in changes if before != after} == set(risk_states.PLACES)


def test_every_refusal_of_the_rules_on_suicide_risk_is_met() -> None:
    tree = ast.parse("\n".join(map(inspect.getsource, (suicide, risk_path, acting_outside))))
    calls = [one for one in ast.walk(tree) if isinstance(one, ast.Call) and ast.unparse(one.func) == "Refusal"]
    named = {(ast.unparse(one.args[0]), ast.literal_eval(one.args[1])) for one in calls}
    met = risk_states.found().refusals
    assert {reason for _rule, reason in named} <= {one.reason for one in met}
    assert {ast.literal_eval(rule) for rule, _reason in named if rule != "rule_id"} <= {one.rule for one in met}
    assert {Refusal("SU-1", "risk-unread"), Refusal("SU-3", "risk-unread")} <= set(met)


@pytest.mark.rule("SU-1", "SU-3", "SU-5", "SU-6", "SU-7", "SU-8", "SU-10", "SU-11", "SU-12", "SU-13", "AP-4")
@pytest.mark.hazard("H8", "H9")
def test_no_case_ends_before_its_path_has_been_gone_to_the_end() -> None:
    endings = [move for move in MOVES if ends(move)]
    assert endings
    for move in endings:
        entries = [one.entry for one in move.before.stated]
        at_risk = move.before.case.suicide is not SuicideRisk.NONE
        raised = at_risk and move.before.case.risk in (RiskLevel.MODERATE, RiskLevel.HIGH)
        left = risk_states.is_left(move.before) or (move.step == "mark" and not raised)
        assert is_through(entries, is_suspected=is_suspected(move.before), is_left=left), move


@pytest.mark.rule("SU-3", "SU-13")
@pytest.mark.hazard("H8", "H9")
def test_ending_lacks_something_exactly_where_the_second_telling_says_so() -> None:
    for at in OPEN:
        lacks = risk_path.missing(at.case, at.course, at.protection, PACE)
        assert (lacks is None) is may_end(at), (lacks, at)


@pytest.mark.rule("SU-2", "SU-3")
@pytest.mark.hazard("H7")
def test_suspected_risk_that_is_handled_here_ends_by_a_psychologist_or_doctor_alone() -> None:
    for move in MOVES:
        if ends(move) and not risk_states.is_left(move.after) and move.before.case.suicide is not SuicideRisk.NONE:
            assert move.actor is not None
            assert move.actor.profession in ASSESSORS


@pytest.mark.rule("SU-2")
@pytest.mark.hazard("H7")
def test_risk_that_waits_does_so_until_a_psychologist_or_doctor_has_it_or_it_was_acted_on_outside() -> None:
    for move in MOVES:
        if move.before.case.suicide is not SuicideRisk.AWAITING:
            continue
        if move.after.case.suicide is not SuicideRisk.AWAITING:
            assert move.actor is not None
            assert move.actor.profession in ASSESSORS
            assert move.step in ("claim", "assess", "book", "decide", "prolong")
        elif ends(move) and risk_states.is_left(move.after) and move.before.case.risk is RiskLevel.UNSAID:
            entries = [one.entry for one in move.before.stated]
            assert REACHED in entries or any(isinstance(one, HandedOn) for one in entries)


@pytest.mark.rule("SU-3")
@pytest.mark.hazard("H7")
def test_suspicion_is_taken_back_by_an_assessment_of_low_risk_alone() -> None:
    for move in MOVES:
        if move.before.case.suicide is not SuicideRisk.NONE and move.after.case.suicide is SuicideRisk.NONE:
            assert (move.step, move.after.case.risk) == ("assess", RiskLevel.LOW)


@pytest.mark.rule("SU-6", "SU-9")
@pytest.mark.hazard("H8", "H9")
def test_what_is_followed_has_no_owner_a_time_and_nothing_unread() -> None:
    followed = [at.case for at in OPEN if at.case.suicide is SuicideRisk.FOLLOWED]
    assert followed
    for one in followed:
        assert one.owner_id is None
        assert one.risk_due_at is not None
        assert one.risk is RiskLevel.MODERATE
        assert not one.unread


@pytest.mark.rule("SU-2")
@pytest.mark.hazard("H7")
def test_raised_risk_is_taken_on_by_a_psychologist_or_doctor_or_followed_or_it_calls() -> None:
    for at in OPEN:
        if at.case.suicide is SuicideRisk.TAKEN_ON:
            assert at.case.owner_id == PSYCHOLOGIST.staff_id
        if at.case.suicide is SuicideRisk.AWAITING:
            assert alert(at.case, None) is not None


@pytest.mark.rule("SU-7", "SU-9")
@pytest.mark.hazard("H9")
def test_a_patient_who_writes_makes_raised_risk_that_nobody_has_wait() -> None:
    written = [move.after.case for move in MOVES if move.step == "write"]
    assert {move.before for move in MOVES if move.step == "write"} == SITUATIONS
    for one in written:
        assert one.state is not CaseState.ENDED
        assert one.unread
        if one.owner_id is None:
            assert one.suicide in (SuicideRisk.NONE, SuicideRisk.AWAITING)


@pytest.mark.rule("SU-6", "SU-7")
@pytest.mark.hazard("H8")
def test_after_the_last_day_for_the_visit_nothing_that_waits_for_one_is_quiet() -> None:
    late = [at.case for at in OPEN if at.case.visit_by is not None and at.case.visit_by < NOW.date()]
    assert {one.suicide for one in late} == {SuicideRisk.AWAITING, SuicideRisk.TAKEN_ON, SuicideRisk.FOLLOWED}
    for one in late:
        assert one.suicide is SuicideRisk.AWAITING or suicide.is_due(one, NOW)


@pytest.mark.rule("SU-6", "SU-7")
@pytest.mark.hazard("H8")
def test_moderate_risk_has_a_last_day_until_the_visit_has_been_or_is_decided_on_or_that_day_has_called() -> None:
    waits = [
        at
        for at in OPEN
        if at.case.risk is RiskLevel.MODERATE
        and not (risk_states.is_left(at) or at.course.visited or at.course.decision)
    ]
    assert waits
    assert all(at.case.visit_by is not None or Overdue() in [one.entry for one in at.stated] for at in waits)


@pytest.mark.rule("SU-13")
def test_high_risk_is_never_followed_and_waits_for_no_day() -> None:
    high = [at.case for at in OPEN if at.case.risk is RiskLevel.HIGH]
    assert high
    for one in high:
        assert one.suicide in (SuicideRisk.AWAITING, SuicideRisk.TAKEN_ON)
        assert (one.risk_due_at, one.visit_by) == (None, None)


@pytest.mark.rule("SU-7")
@pytest.mark.hazard("H8")
def test_in_every_situation_raised_risk_comes_before_lower_and_no_filter_hides_it() -> None:
    gravest, plain = order_key(case(priority=1, waiting_since=NOW)), order_key(case(priority=None))
    for at in OPEN:
        if at.case.suicide is not SuicideRisk.NONE:
            assert passes(ListFilter(mine=True, held=True), at.case, "nobody", NOW)
        if at.case.suicide is SuicideRisk.AWAITING or at.case.risk in (RiskLevel.MODERATE, RiskLevel.HIGH):
            assert order_key(at.case)[:2] < min(gravest, plain)[:2]


@pytest.mark.rule("AP-4")
def test_a_protected_person_is_looked_up_by_one_person_where_suicide_is_suspected() -> None:
    looks = [move for move in MOVES if move.step == "look"]
    assert looks
    for move in looks:
        assert is_protected(move.before.protection)
        assert is_suspected(move.before)
        assert len({one.staff_id for one in move.after.stated if isinstance(one.entry, Looked)}) == 1


def test_from_every_situation_some_way_leads_to_an_ending() -> None:
    into: defaultdict[Situation, set[Situation]] = defaultdict(set)
    for move in MOVES:
        into[move.after].add(move.before)
    leads = {at for at in SITUATIONS if at.case.state is CaseState.ENDED}
    waiting = list(leads)
    while waiting:
        news = into[waiting.pop()] - leads
        leads |= news
        waiting.extend(news)
    assert leads == SITUATIONS


def test_a_protected_persons_risk_that_was_not_looked_at_can_still_be_acted_on() -> None:
    for at in OPEN:
        if is_protected(at.protection) and at.case.suicide is not SuicideRisk.NONE:
            steps = {step for step, _who, _entry, outcome in risk_states.tried(at) if not isinstance(outcome, Refusal)}
            assert {"call", "hand_on", "look"} & steps


@pytest.mark.rule("SU-3", "SU-5", "SU-7", "SU-8", "SU-9", "SU-10", "SU-11", "SU-12", "SU-13", "AP-4")
@pytest.mark.hazard("H8", "H9")
@settings(max_examples=150)
@given(st.sampled_from(risk_states.starts()), st.data())
def test_on_no_way_however_long_does_ending_lack_less_or_more_than_the_second_telling(
    start: Situation, data: st.DataObject
) -> None:
    at = start
    for _step in range(25):
        allowed: dict[str, list[tuple[Actor | None, Entry | None, Case]]] = defaultdict(list)
        for step, who, entry, outcome in risk_states.tried(at):
            if not isinstance(outcome, Refusal):
                allowed[step].append((who, entry, outcome))
        step = data.draw(st.sampled_from(sorted(allowed)))
        who, entry, after = data.draw(st.sampled_from(allowed[step]))
        if step == "call":  # the drawing keeps no calls while the risk is raised
            entry = data.draw(st.sampled_from([NO_ANSWER, REACHED]))
        if step == "write" and data.draw(st.booleans()):
            after = replace(after, risk_words=True)
        at = risk_states.led_on(at, step, who, entry, after)
        if at.case.state is not CaseState.ENDED:
            lacks = risk_path.missing(at.case, at.course, at.protection, PACE)
            assert (lacks is None) is may_end(at), (lacks, at)
