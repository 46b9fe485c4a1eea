"""``p24tui init``, ``staff`` and ``unit``: setting the program up and keeping its people and units right."""

from collections.abc import Mapping

import click

from p24tui import bootstrap
from p24tui import settings as settings_file
from p24tui.cli import passwords, proof, unit_hours
from p24tui.cli.after_hours import after_hours
from p24tui.cli.base import echo_json, operator, running, settings_in_force
from p24tui.cli.card import card
from p24tui.cli.unit_lock import lock_after
from p24tui.cli.unit_protection import protection
from p24tui.errors import BadInput
from p24tui.i18n import _
from p24tui.routine.actor import Profession
from p24tui.routine.hours import describe
from p24tui.routine.role import OFFICES, Role
from p24tui.services import passwords as services_passwords
from p24tui.services import setup as services_setup
from p24tui.services import staff as services_staff
from p24tui.services import units as services_units
from p24tui.settings import Settings
from p24tui.store.values import UnitKind
from p24tui.text import clean_line
from p24tui.words.access import role_word
from p24tui.words.cases import profession_word

KINDS = click.Choice([kind.value for kind in UnitKind])
OFFICE_CHOICE = click.Choice([office.value for office in OFFICES])
PROFESSIONS = click.Choice([profession.value for profession in Profession])
EMAIL = _("E-postadress, dit inbjudningar till videobesök går först; tomt tar bort den.")
SYSTEM_USER = _("Datorns användare som är personens, där den visar vem man är; tomt tar bort den.")
MOBILE = _("Mobil, dit inbjudningar till videobesök går med sms när e-post saknas; tomt tar bort den.")


@click.command(help=_("Ställ in p24tui första gången: en enhet och en person."))
@click.option("--unit-name", required=True, help=_("Enhetens namn."))
@click.option("--unit-hsa-id", required=True, help=_("Enhetens HSA-id."))
@click.option(
    "--unit-kind",
    type=KINDS,
    default=UnitKind.PRIMARY_CARE.value,
    help=_("Vårdcentral eller annan mottagning."),
)
@click.option("--staff-name", required=True, help=_("Personens namn."))
@click.option("--staff-hsa-id", required=True, help=_("Personens HSA-id."))
@click.option("--profession", type=PROFESSIONS, required=True, help=_("Personens yrke."))
@click.option("--password-stdin", is_flag=True, help=_("Läs personens lösenord från standard in."))
def init(
    unit_name: str,
    unit_hsa_id: str,
    unit_kind: str,
    staff_name: str,
    staff_hsa_id: str,
    profession: str,
    password_stdin: bool,
) -> None:
    values = {
        "unit-name": unit_name,
        "unit-hsa-id": unit_hsa_id,
        "unit-kind": unit_kind,
        "staff-name": staff_name,
        "staff-hsa-id": staff_hsa_id,
        "profession": profession,
    }
    chosen = proof.from_standard_input() if password_stdin else ""
    one_time = first_set_up(settings_in_force(), values, chosen)
    click.echo(
        _("Klart: {unit}, {staff}. Öppna konsolen med p24tui.").format(
            unit=clean_line(unit_name), staff=clean_line(staff_name)
        )
    )
    if one_time:
        passwords.show_once(one_time)


def first_set_up(settings: Settings, values: Mapping[str, str], password: str = "") -> str:
    """Make the database where there is none, the unit and the person; the settings file remembers both.

    Returns a password for one login where the person has chosen none and logs in by one. Nothing is made where a value
    does not fit, or the settings file cannot be written: then it raises ``BadInput``, and ``Refused`` for a password
    that is too weak.
    """
    unit = services_units.make_unit(values["unit-hsa-id"], values["unit-name"], values["unit-kind"])
    member = services_staff.make_staff(values["staff-hsa-id"], values["staff-name"], values["profession"])
    settings_file.check_saving(settings.home, unit=unit.id, staff=member.id)
    one_time = ""
    with bootstrap.running(settings, create=True, open_later=True) as system:
        if password:
            services_passwords.check(system, member.name, member.id, password)
        services_setup.set_up(system, operator(system), unit, member)
        if password:
            services_passwords.choose(system, operator(system), member.id, password)
        elif settings.login == "password":
            one_time = services_passwords.give_one_time(system, operator(system), member.id)
    settings_file.save(settings.home, unit=unit.id, staff=member.id)
    return one_time


@click.group(invoke_without_command=True, help=_("Visa, lägg till och ändra personal."))
@click.option("--json", "as_json", is_flag=True, help=_("Som JSON."))
@click.pass_context
def staff(ctx: click.Context, as_json: bool) -> None:
    if ctx.invoked_subcommand is not None:
        return
    with running() as system:
        everybody = services_staff.all_staff(system)
    if as_json:
        echo_json([
            {
                "hsa_id": one.id,
                "name": one.name,
                "profession": one.profession.value,
                "active": one.active,
                "email": one.email,
                "mobile": one.mobile,
                "system_user": one.system_user or "",
                "units": units,
            }
            for one, units in everybody
        ])  # fmt: skip
        return
    for one, units in everybody:
        marks = [clean_line(one.email), clean_line(one.mobile), "" if one.active else _("(inte aktiv)")]
        where = "  ".join(filter(None, [", ".join(units), *marks]))
        click.echo(f"{one.id:<32}{clean_line(one.name):<28}{profession_word(one.profession):<18}{where}")


staff.add_command(card)


@staff.command("add", help=_("Lägg till en person."))
@click.argument("hsa_id", metavar="HSA-ID")
@click.option("--name", required=True, help=_("Personens namn."))
@click.option("--profession", type=PROFESSIONS, required=True, help=_("Personens yrke."))
@click.option("--unit", "units", multiple=True, help=_("Enhet där personen arbetar; kan anges flera gånger."))
@click.option("--email", default="", help=EMAIL)
@click.option("--mobile", default="", help=MOBILE)
@click.option("--system-user", default="", help=SYSTEM_USER)
def staff_add(
    hsa_id: str, name: str, profession: str, units: tuple[str, ...], email: str, mobile: str, system_user: str
) -> None:
    with running() as system:
        member = services_staff.make_staff(
            hsa_id, name, profession, email=email, mobile=mobile, system_user=system_user
        )
        where = units or tuple(filter(None, [system.settings.unit]))
        services_staff.put_staff(system, operator(system), member, where)
    click.echo(_("Sparat: {name}").format(name=clean_line(member.name)))


@staff.command("change", help=_("Ändra en person. Det som inte anges blir som det var."))
@click.argument("hsa_id", metavar="HSA-ID")
@click.option("--name", help=_("Personens namn."))
@click.option("--profession", type=PROFESSIONS, help=_("Personens yrke."))
@click.option("--unit", "units", multiple=True, help=_("Enhet där personen arbetar; kan anges flera gånger."))
@click.option("--active/--inactive", default=None, help=_("Om personen arbetar kvar."))
@click.option("--email", help=EMAIL)
@click.option("--mobile", help=MOBILE)
@click.option("--system-user", help=SYSTEM_USER)
def staff_change(
    hsa_id: str,
    name: str | None,
    profession: str | None,
    units: tuple[str, ...],
    active: bool | None,
    email: str | None,
    mobile: str | None,
    system_user: str | None,
) -> None:
    with running() as system:
        known = {one.id: (one, where) for one, where in services_staff.all_staff(system)}
        if hsa_id not in known:
            raise BadInput("no-staff", staff=hsa_id)
        one, where = known[hsa_id]
        member = services_staff.make_staff(
            hsa_id,
            one.name if name is None else name,
            profession or one.profession,
            active=one.active if active is None else active,
            email=one.email if email is None else email,
            mobile=one.mobile if mobile is None else mobile,
            system_user=one.system_user or "" if system_user is None else system_user,
        )
        services_staff.put_staff(system, operator(system), member, units or where)
    click.echo(_("Sparat: {name}").format(name=clean_line(member.name)))


@staff.command("role", help=_("Visa någons roller, och ge eller ta uppdrag på en enhet."))
@click.argument("hsa_id", metavar="HSA-ID")
@click.option("--unit", "unit_id", metavar="HSA-ID", help=_("Enheten där uppdraget gäller."))
@click.option("--give", type=OFFICE_CHOICE, help=_("Uppdrag att ge."))
@click.option("--take", type=OFFICE_CHOICE, help=_("Uppdrag att ta tillbaka."))
def staff_role(hsa_id: str, unit_id: str | None, give: str | None, take: str | None) -> None:
    with running() as system:
        where = unit_id or system.settings.unit
        if (give or take) and not where:
            raise BadInput("which-unit")
        if give:
            services_staff.give_role(system, operator(system), hsa_id, where, Role(give))
        if take:
            services_staff.take_role(system, operator(system), hsa_id, where, Role(take))
        theirs = services_staff.roles_of(system, hsa_id)
    for unit, roles in theirs.items():
        click.echo(f"{unit:<32}{', '.join(map(role_word, roles))}")


staff.add_command(passwords.password)


@click.group(invoke_without_command=True, help=_("Visa, lägg till och ändra enheter och deras öppettider."))
@click.option("--json", "as_json", is_flag=True, help=_("Som JSON."))
@click.pass_context
def unit(ctx: click.Context, as_json: bool) -> None:
    if ctx.invoked_subcommand is not None:
        return
    with running() as system:
        known = services_units.all_units(system)
    if as_json:
        echo_json([
            {"hsa_id": one.id, "name": one.name, "kind": one.kind.value, "hours": one.hours.to_data(), "message_after": one.message_after}
            for one in known
        ])  # fmt: skip
        return
    for one in known:
        click.echo(f"{one.id:<32}{clean_line(one.name):<32}{one.kind.value:<14}{describe(one.hours)}")


unit.add_command(after_hours)
unit.add_command(protection)
unit.add_command(lock_after)


@unit.command("add", help=_("Lägg till en enhet."))
@click.argument("hsa_id", metavar="HSA-ID")
@click.option("--name", required=True, help=_("Enhetens namn."))
@click.option("--kind", type=KINDS, default=UnitKind.PRIMARY_CARE.value, help=_("Vårdcentral eller annan mottagning."))
@click.option("--hours", default=services_units.USUAL_HOURS, help=_("Öppettider: mon-fri 08:00-12:00,13:00-17:00"))
def unit_add(hsa_id: str, name: str, kind: str, hours: str) -> None:
    with running() as system:
        made = services_units.make_unit(hsa_id, name, kind, hours)
        services_units.put_unit(system, operator(system), made)
    click.echo(_("Sparat: {name}").format(name=clean_line(made.name)))


@unit.command("change", help=_("Ändra en enhet. Det som inte anges blir som det var."))
@click.argument("hsa_id", metavar="HSA-ID")
@click.option("--name", help=_("Enhetens namn."))
@click.option("--kind", type=KINDS, help=_("Vårdcentral eller annan mottagning."))
@click.option("--hours", help=_("Öppettider: mon-fri 08:00-12:00,13:00-17:00"))
@click.option("--message-after", type=click.IntRange(1, 5), help=_("Prioritet som meddelanden utan triage står efter."))
def unit_change(hsa_id: str, name: str | None, kind: str | None, hours: str | None, message_after: int | None) -> None:
    with running() as system:
        changed = services_units.change_unit(
            system, operator(system), hsa_id, name=name, kind=kind, message_after=message_after, written=hours
        )
    click.echo(_("Sparat: {name}").format(name=clean_line(changed.name)))


for command in unit_hours.COMMANDS:
    unit.add_command(command)
