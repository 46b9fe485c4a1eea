"""``p24tui patient``: play a patient of the demo that runs, from a second terminal."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from p24tui.cli.base import settings_in_force
from p24tui.cli.console import require_terminal
from p24tui.errors import BadInput
from p24tui.i18n import _
from p24tui.text import clean_line
from p24tui.words.cases import state_word

if TYPE_CHECKING:
    from p24tui.demo.playing import Demo
    from p24tui.services.patient_side import SourceCase
    from p24tui.system import System


@click.command(
    help=_(
        "Spela patienten i ett ärende i demon som körs, från en andra terminal. CASE är början på ärendets id eller på "
        "patientens namn; utan CASE skrivs ärendena ut. Går inte mot riktiga data."
    )
)
@click.argument("case", metavar=_("[ÄRENDE]"), default="")
def patient(case: str) -> None:
    from p24tui.demo import playing
    from p24tui.demo.patients import SOURCE
    from p24tui.services import patient_side

    chosen = settings_in_force()
    demo = playing.running_demo(chosen.home)
    if demo is None:
        raise BadInput("no-demo")
    with playing.joined(chosen, demo) as system:
        cases = patient_side.open_cases(system, SOURCE)
        if case:
            _play(system, demo, playing.choose(cases, case))
        else:
            _print(cases)


def _print(cases: "tuple[SourceCase, ...]") -> None:
    from p24tui.demo.playing import SHOWN_OF_ID

    for one in cases:
        name = clean_line(one.patient_name) or _("Skyddad person")
        matter = clean_line(one.matter)
        click.echo(f"{one.id[:SHOWN_OF_ID]}  {name:<28.28}  {matter:<28.28}  {state_word(one.state)}")
    if cases:
        example = cases[0].id[:SHOWN_OF_ID]
        words = _("Välj vem du spelar med början på id eller namn, till exempel: p24tui patient {example}")
        click.echo(words.format(example=example), err=True)
    else:
        click.echo(_("Demon har inga öppna ärenden just nu."), err=True)


def _play(system: "System", demo: "Demo", case: "SourceCase") -> None:
    """The case is marked as played before it is read, so that no scripted answer comes in between."""
    require_terminal()
    from p24tui.demo import playing
    from p24tui.demo.patients import SOURCE
    from p24tui.services import patient_side
    from p24tui.tui.patient_app import PatientApp

    playing.play(Path(demo.home), case.name)
    written = patient_side.own_messages(system, SOURCE, case.name)
    guardian = playing.guardian_of(demo, case.name)
    person = playing.PlayedPatient(demo, case.name, system.clock, guardian)
    try:
        PatientApp(
            clean_line(case.patient_name) or _("Skyddad person"),
            clean_line(case.unit_name),
            written,
            say=person.say,
            hear=person.hear,
            clock=system.clock,
            theme=system.settings.theme,
        ).run()
    finally:
        person.close()
