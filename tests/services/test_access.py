"""Every deed that somebody does asks the table, before anything is read; the documents say the same as the table."""

import inspect
import timeit
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import pytest

import p24tui.services
from p24tui import assets
from p24tui.errors import Refused
from p24tui.explain import explain
from p24tui.routine.actor import Actor, Profession
from p24tui.routine.role import OFFICES, Role
from p24tui.services import access
from p24tui.services.access import right
from p24tui.store.engine import Tx
from p24tui.system import System
from p24tui.words.access import role_word

DOCUMENT = Path(__file__).parents[2] / "docs" / "roles.md"

WITHOUT_RIGHT = {
    "access.check": "it is the asking itself",
    "change.change": "a step of deeds, which carry their rights; what it does a rule decides",
    "change.taking_on": "makes a rule's decision out of another, and touches nothing",
    "log_control.acting": "makes the actor: it checks that the role is theirs",
    "log_control.log": "a step of looks at the log, which carry their right",
    "log_control.patient_of": "the same",
    "login.begin_session": "whoever has been let in begins one, whatever they act as",
    "intake.sources.make_token": "set-up from the command line, by the operating system's user, who need not be staff",
    "intake.sources.revoke": "the same",
    "outbox.make_row": "makes a row, and touches nothing",
    "outbox.nobody": "makes an actor",
    "phrases.filled": "fills in a phrase, in memory",
    "staff.acting": "makes the actor: it checks that the role is theirs",
    "staff.where_they_act": "of oneself: at which units one has the role",
}
"""Public functions that know an actor and carry no right, with the reason why."""


UNIT_ALONE = "of units and their staff: hours, rosters, texts, who has how much; nothing of a patient"
PATIENTS_SIDE = "the patient's side, bounded by its own token or link, which the intake checks first"
BY_THE_CLOCK = "the clock's, in nobody's name"
SET_UP = "for who looks after the program: how it fares, and the names of files in this machine's storage"
UNSEEN = "tells an id, a number or whether there is any, and nothing of a patient"

COMING_IN = "of who somebody is, before anybody acts, and of their own session"
LOG_ITSELF = "of the logs as they stand: their chains, seals and days, and nothing of what is in them"

NOBODYS = {
    UNIT_ALONE: """
        after_hours.referrals after_hours.told alerts.pace alerts.unread_limit alerts.responsible duty.duty_of
        overview.overview_of report.inflow_lately roster.week_of roster.gaps roster.responsible_now roster.find
        roster.plan_copy roster_calendar.export shift.find shift.on_shift sms_text.texts_of staff.staff_of
        staff.people_of staff.all_staff staff.roles_of unit_settings.protection_kept unit_settings.of_units
        unit_settings.lock_after
        units.all_units units.find_unit""",
    PATIENTS_SIDE: """
        intake.hl7.take_hl7 intake.hl7.refuse_too_long intake.hl7.load_hl7 intake.load.load intake.load.load_file
        intake.load.take_again intake.quarantine.retry intake.sources.source_of links.use links.address_for
        patient_side.open_cases patient_side.own_messages patient_side.answers delivery.hear""",
    BY_THE_CLOCK: """
        closing.look_for_unsigned delivery.strand delivery.look_up guardians.look_up handover.call holding.wake_due
        images.sweep images.purge presence.expire suicide.call_due ticks.run
        ticks.missed ticks.forget_old units.announce_opening""",
    SET_UP: """
        database_roles.apply database_roles.check database_roles.of_people
        doctor.examine gateways.check images.lying_there intake.quarantine.unsettled intake.sources.all_sources
        outbox.standing setup.is_set_up ticks.every ticks.newest ticks.troubled""",
    COMING_IN: """
        card.holder card.look login.admit login.by_browser login.by_card login.end login.lock login.lock_after
        login.longest login.look_again login.of_system_user login.remember login.remembered login.unlock
        password_tries.count password_tries.was_right passwords.change passwords.check passwords.has_password
        passwords.nobody_has_one passwords.prove passwords.prove_again""",
    LOG_ITSELF: """
        log_control.since_ever log_control.span_of log_seals.agreed log_seals.anchor log_seals.anchored
        log_seals.keep log_seals.seal log_seals.standing log_seals.unsealed_since log_verify.verify""",
    UNSEEN: """
        break_glass.overdue images.kept images.warned_before links.opening patients.number_of""",
}
"""Public functions that work with the system and know no actor, by the reason why they need none."""


def deeds() -> Iterator[tuple[str, Callable[..., object]]]:
    """Every public function of the services, by its name from there on."""
    for module in walk_packages(p24tui.services.__path__, "p24tui.services."):
        loaded = import_module(module.name)
        for name, found in vars(loaded).items():
            if inspect.isfunction(found) and found.__module__ == module.name and not name.startswith("_"):
                yield f"{module.name.removeprefix('p24tui.services.')}.{name}", found


def kinds(deed: Callable[..., object]) -> dict[str, Any]:
    return {one.name: one.annotation for one in inspect.signature(deed).parameters.values()}


def is_by_somebody(deed: Callable[..., object]) -> bool:
    """Whether somebody does it in a transaction of its own; what takes a transaction is a step of another deed."""
    theirs = kinds(deed).values()
    return Tx not in theirs and any(kind is Actor or kind == Actor | None for kind in theirs)


ALL = dict(deeds())
BY_SOMEBODY = {name: deed for name, deed in ALL.items() if is_by_somebody(deed) or name in WITHOUT_RIGHT}
RIGHTS = {name.removeprefix("p24tui.services."): one for name, one in access.deeds().items()}
REFUSED = [(name, role) for name, one in RIGHTS.items() for role in Role if role not in access.table()[one]]


class Untouched:
    """Stands for the system, and whatever else a deed takes: to touch it is to have read something."""

    def __getattribute__(self, name: str) -> object:
        raise AssertionError(f"touched: {name}")

    __iter__ = __len__ = __bool__ = __eq__ = __hash__ = __getattribute__  # type: ignore[assignment]


def actor(role: Role) -> Actor:
    office = role if role in OFFICES else None
    profession = Profession.NURSE if office else Profession(role)
    return Actor("SE2321000016-ML01", "Maria Lind", profession, "unit", "test", office)


@pytest.mark.rule("NA-1")
@pytest.mark.hazard("H20")
def test_every_deed_of_somebody_carries_a_right_of_the_table() -> None:
    assert {name for name in BY_SOMEBODY if name not in RIGHTS} == set(WITHOUT_RIGHT)
    assert set(RIGHTS) <= set(BY_SOMEBODY)
    assert set(RIGHTS.values()) == set(access.table())


@pytest.mark.rule("NA-1", "LO-1")
@pytest.mark.hazard("H20")
def test_what_nobody_in_particular_does_needs_nobody() -> None:
    without = {name for name, deed in ALL.items() if {System} & set(kinds(deed).values()) and not is_by_somebody(deed)}
    steps = {name for name in without if Tx in kinds(ALL[name]).values()}
    assert without - steps - set(WITHOUT_RIGHT) == {name for names in NOBODYS.values() for name in names.split()}


@pytest.mark.rule("NA-1")
@pytest.mark.hazard("H20")
@pytest.mark.parametrize(("name", "role"), REFUSED)
def test_who_lacks_the_right_is_refused_before_anything_is_read(name: str, role: Role) -> None:
    deed = ALL[name]
    given = {one: actor(role) if kind is Actor else Untouched() for one, kind in kinds(deed).items()}
    with pytest.raises(Refused, match="NA-1: role-may-not") as told:
        deed(**given)
    assert f"rollen {role_word(role)}" in explain(told.value)
    positional = [one for one in inspect.signature(deed).parameters.values() if one.kind is not one.KEYWORD_ONLY]
    named = {one: value for one, value in given.items() if one not in {each.name for each in positional}}
    with pytest.raises(Refused, match="NA-1"):
        deed(*(given[one.name] for one in positional), **named)


@pytest.mark.rule("NA-1")
@pytest.mark.hazard("H20")
def test_administration_takes_no_part_in_the_chat_and_an_office_sees_no_care_data() -> None:
    care = {
        "list.read",
        "case.read",
        "chat.send",
        "note.write",
        "risk.read",
        "image.read",
        "visit.read",
        "patient.read",
    }
    of_role = {role: {name for name, roles in access.table().items() if role in roles} for role in Role}
    assert not of_role[Role.ADMINISTRATION] & {"case.read", "chat.send", "risk.read", "image.read"}
    assert of_role[Role.LOG_CONTROLLER] == {"log.own", "log.control", "break-glass.review", "console.leave"}
    assert of_role[Role.TECHNICIAN] == {"log.own", "log.remove", "unit.change", "staff.change", "console.leave"}
    for office in OFFICES:
        assert not of_role[office] & care


def test_the_program_itself_acts_without_a_role_and_is_let_through() -> None:
    @right("case.read")
    def deed(system: str, actor: Actor) -> str:
        return system + actor.place

    assert deed("intake ", Actor(None, "1177", None, "unit", "intake:1177")) == "intake intake:1177"
    assert deed("tick ", actor=Actor(None, "tick", None, "unit", "tick:x")) == "tick tick:x"


def test_a_right_that_is_not_in_the_table_is_found_at_once() -> None:
    with pytest.raises(KeyError):
        right("case.raed")


def test_asking_the_table_costs_next_to_nothing() -> None:
    """Less than 1 µs where it was measured; looking a signature up at each call would take far longer than this."""

    def bare(system: object, actor: Actor) -> None:
        return None

    checked, nurse = right("case.read")(bare), actor(Role.NURSE)
    calls = 2_000
    with_it = min(timeit.repeat(lambda: checked(None, nurse), number=calls, repeat=50)) / calls
    without = min(timeit.repeat(lambda: bare(None, nurse), number=calls, repeat=50)) / calls
    assert with_it - without < 1e-5


def table_in_words() -> str:
    """The table as the document has it."""
    table = access.table()
    rights = assets.load("roles.toml")["right"]
    lines = [
        f"| right | what | {' | '.join(Role)} |",
        f"|---|---|{'|'.join([':-:'] * len(Role))}|",
        *(
            f"| `{name}` | {one['what']} | {' | '.join('✓' if role in table[name] else '' for role in Role)} |"
            for name, one in rights.items()
        ),
    ]
    return "\n".join(lines)


def test_the_document_shows_the_table() -> None:
    assert table_in_words() in DOCUMENT.read_text(encoding="utf-8")


def test_no_deed_without_a_system_is_called_one() -> None:
    assert all(System in kinds(ALL[name]).values() for name in RIGHTS)
