"""What is wrong with an installation, and what to do about it."""

from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum

from msgspec import Struct

from p24tui.errors import BadInput, P24Error, Unavailable
from p24tui.explain import explain
from p24tui.i18n import _, ngettext
from p24tui.routine import hours
from p24tui.routine.role import Role
from p24tui.services import break_glass, card, duty, gateways, log_seals, outbox, staff, ticks, units
from p24tui.settings import Settings
from p24tui.store import database_roles, health, login, roles
from p24tui.store.connect import FILE_NAME, shown_address
from p24tui.store.ticks import TickRecord
from p24tui.store.values import Staff
from p24tui.system import System
from p24tui.words.access import role_word
from p24tui.words.cases import job_words, outgoing_problem_words
from p24tui.words.duty import unit_alert_words

LATE_AFTER = timedelta(minutes=10)
"""How long ago a tick may have ended before it is said to stand still."""


class Verdict(StrEnum):
    """How a finding is to be taken."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


class Finding(Struct, frozen=True):
    """One thing looked at, how it is, and a sentence with what to do where it is not good."""

    name: str
    verdict: Verdict
    sentence: str


def examine(system: System) -> list[Finding]:
    """Look at everything that the program stands on, one thing after the other; none stops the next."""
    looks: tuple[tuple[str, Callable[[System], Finding]], ...] = (
        (_("databas"), _database),
        (_("plats"), _place),
        (_("databasroller"), _roles),
        (_("enhet"), _unit),
        (_("inloggning"), _login),
        (_("uppdrag"), _offices),
        (_("personuppgifter"), _person_data),
        (_("klockan"), _ticks),
        (_("utskick"), _outbox),
        (_("bemanning"), _duty),
        (_("läsningar"), _reviews),
        (_("sigill"), _seals),
        (_("mellanlagring"), _storage),
        (_("kort"), _card),
    )
    return [_look(system, name, look) for name, look in looks]


def without_database(settings: Settings, error: Unavailable) -> str:
    """Why nothing can be looked at, in words: which database, and what to try."""
    if error.detail in ("locked", "full"):
        return explain(error)
    if not settings.database:
        words = _("{said} Databasen är {path}: den som kör p24tui ska äga filen och få skriva i mappen.")
        return words.format(said=explain(error), path=settings.home / FILE_NAME)
    words = _(
        "Databasen svarar inte, eller släpper inte in oss: {address}. Se efter att PostgreSQL går där och att adressen "
        "i database är rätt. psql med samma adress säger varför."
    )
    return words.format(address=shown_address(settings))


def _look(system: System, name: str, look: Callable[[System], Finding]) -> Finding:
    try:
        return look(system)
    except P24Error as error:
        if isinstance(error, BadInput) and error.reason == "database-refuses" and not system.store.personal:
            words = _(
                "Den här databasrollen ser inte det. Kör p24tui doctor som databasens ägare, eller som en person."
            )
            return Finding(name, Verdict.WARNING, words)
        return Finding(name, Verdict.BAD, explain(error))


def _database(system: System) -> Finding:
    found = health.look(system.store)
    name = _("databas")
    if found.problems:
        problems = ", ".join(found.problems)
        words = _("Databasen har fel: {problems}. Sluta använda den och återställ en säkerhetskopia.")
        return Finding(name, Verdict.BAD, words.format(problems=problems))
    return Finding(name, Verdict.GOOD, _("{kind} {version}, hel.").format(kind=found.kind, version=found.version))


def _place(system: System) -> Finding:
    name = _("plats")
    if system.store.path is None:
        return Finding(name, Verdict.GOOD, _("Data ligger på servern."))
    if (kind := health.network_file_system(system.store.path)) is not None:
        words = _("Databasen ligger på en nätverksenhet ({kind}), där den kan skadas. Flytta den till en lokal disk.")
        return Finding(name, Verdict.BAD, words.format(kind=kind))
    return Finding(name, Verdict.GOOD, str(system.store.path))


def _roles(system: System) -> Finding:
    """Whether whoever holds this login is held to the rows of their own units (LO-2)."""
    name = _("databasroller")
    if system.store.path is not None:
        return Finding(name, Verdict.GOOD, _("Den inbyggda databasen har en nyckel och inga roller."))
    with system.store.reading() as tx:
        held = database_roles.in_force(tx)
    if held:
        return Finding(name, Verdict.GOOD, _("Radskyddet gäller: den här rollen ser bara sina enheters rader."))
    words = _("Radskyddet gäller inte för den här rollen: den ser alla enheters rader. Se docs/database.md.")
    return Finding(name, Verdict.WARNING if system.store.personal else Verdict.GOOD, words)


def _storage(system: System) -> Finding:
    """Without it nothing else is worse: images are shown, and not taken out."""
    name = _("mellanlagring")
    try:
        system.storage.prepare()
    except BadInput as error:
        return Finding(name, Verdict.WARNING, explain(error))
    return Finding(name, Verdict.GOOD, str(system.storage.folder))


def _unit(system: System) -> Finding:
    name = _("enhet")
    found = units.all_units(system)
    if not found:
        return Finding(name, Verdict.BAD, _("Ingen enhet finns. Kör p24tui init."))
    never = [one.name for one in found if hours.openness(one.hours, system.clock.now()).changes_at is None]
    if never:
        words = _("Öppettiderna är tomma för {units}. Ändra med p24tui unit change.")
        return Finding(name, Verdict.WARNING, words.format(units=", ".join(never)))
    return Finding(name, Verdict.GOOD, ", ".join(one.name for one in found))


def _login(system: System) -> Finding:
    """Whether those who work here can prove who they are (NA-1)."""
    name, active = _("inloggning"), [one for one, at in staff.all_staff(system) if one.active and at]
    if not active:
        return Finding(
            name, Verdict.BAD, _("Ingen kan logga in: ingen aktiv person har en enhet. Kör p24tui staff add.")
        )
    if (missing := _missing_for_login(system)) is not None:
        words = _("Ingen kan logga in: login är {login}, men {setting} är tomt. Se docs/settings.md.")
        return Finding(name, Verdict.BAD, words.format(login=system.settings.login, setting=missing))
    without = _without_means(system, active)
    if len(without) == len(active):
        words = _("Ingen kan logga in: login är {login}, och ingen har {what}. Ge dem det med {command}.")
    elif without:
        words = ngettext(
            "{count} av {all} aktiva kan inte logga in: hen har inte {what}. Ge det med {command}.",
            "{count} av {all} aktiva kan inte logga in: de har inte {what}. Ge dem det med {command}.",
            len(without),
        )
    else:
        said = ngettext("{count} aktiv kan logga in ({login}).", "{count} aktiva kan logga in ({login}).", len(active))
        return Finding(name, Verdict.GOOD, said.format(count=len(active), login=system.settings.login))
    what, command = {
        "password": (_("något lösenord"), "p24tui staff password HSA-ID"),
        "system-user": (_("någon användare i operativsystemet"), "p24tui staff change HSA-ID --system-user"),
    }[system.settings.login]
    said = words.format(count=len(without), all=len(active), login=system.settings.login, what=what, command=command)
    return Finding(name, Verdict.BAD if len(without) == len(active) else Verdict.WARNING, said)


def _missing_for_login(system: System) -> str | None:
    """The setting without which nobody can prove who they are."""
    settings = system.settings
    match settings.login:
        case "card" if not settings.card_roots:
            return "card_roots"
        case "card" if not (settings.card_library or settings.web_address):
            return "card_library"
        case "oidc" if not settings.staff_oidc:
            return "staff_oidc"
    return None


def _without_means(system: System, active: list[Staff]) -> list[Staff]:
    """Those who lack what they log in by. Of a password each database role of a person's own knows only theirs."""
    match system.settings.login:
        case "password" if not system.store.personal:
            with system.store.reading() as tx:
                have = login.with_password(tx)
            return [one for one in active if one.id not in have]
        case "system-user":
            return [one for one in active if one.system_user is None]
    return []


def _offices(system: System) -> Finding:
    """Whether each unit has somebody who answers for it and somebody who controls its log (LO-2)."""
    name, wanted = _("uppdrag"), (Role.HEAD, Role.LOG_CONTROLLER)
    with system.store.reading() as tx:
        held = roles.held_at(tx)
    lacking = {
        unit.name: [one for one in wanted if one not in held.get(unit.id, ())] for unit in units.all_units(system)
    }
    said = "; ".join(f"{unit}: {', '.join(map(role_word, missing))}" for unit, missing in lacking.items() if missing)
    if not said:
        return Finding(name, Verdict.GOOD, _("Varje enhet har verksamhetschef och loggkontrollant."))
    words = _("Uppdrag som ingen har: {said}. Ge dem med p24tui staff role HSA-ID --unit HSA-ID --give {give}.")
    give = " | ".join(one for one in wanted if any(one in missing for missing in lacking.values()))
    return Finding(name, Verdict.WARNING, words.format(said=said, give=give))


def _person_data(system: System) -> Finding:
    name = _("personuppgifter")
    if not system.settings.person_data:
        words = _(
            "Ingen personuppgiftstjänst är inställd: skyddet är okänt för alla, och inga sms skickas. Sätt person_data."
        )
        return Finding(name, Verdict.WARNING, words)
    try:
        system.person_data.check()
    except Unavailable as error:
        words = _("Personuppgiftstjänsten svarar inte ({problem}): skyddet räknas som okänt.")
        return Finding(name, Verdict.BAD, words.format(problem=error.detail))
    return Finding(name, Verdict.GOOD, _("Personuppgiftstjänsten svarar."))


def _ticks(system: System) -> Finding:
    name = _("klockan")
    records = ticks.newest(system)
    if not records:
        return Finding(
            name, Verdict.WARNING, _("Inget tidsstyrt har gått ännu. Kör p24tui worker, eller ha en konsol öppen.")
        )
    failed = [one for one in records if ticks.fails(one)]
    if failed:
        said = "; ".join(f"{job_words(one.name)}: {one.problem}" for one in failed)
        return Finding(name, Verdict.BAD, _("Tidsstyrda jobb misslyckas: {said}").format(said=said))
    missed = [one for one in records if ticks.is_missed(one)]
    if missed:
        said = ", ".join(sorted(job_words(one.name) for one in missed))
        return Finding(name, Verdict.WARNING, _("Tidsstyrda jobb hann inte gå i tid: {said}.").format(said=said))
    newest = max(one.finished_at for one in records if one.finished_at)
    if system.clock.now() - newest > LATE_AFTER:
        words = _("Inget tidsstyrt har gått sedan {at} (UTC). Kör p24tui worker, eller ha en konsol öppen.")
        return Finding(name, Verdict.WARNING, words.format(at=f"{newest:%Y-%m-%d %H:%M}"))
    count = len({one.name for one in records})
    words = ngettext("{count} tidsstyrt jobb går.", "{count} tidsstyrda jobb går.", count)
    return Finding(name, Verdict.GOOD, words.format(count=count))


def _duty(system: System) -> Finding:
    name = _("bemanning")
    names = {unit.id: unit.name for unit in units.all_units(system)}
    calls = [alert for one in duty.duty_of(system, names).values() for alert in one.alerts]
    if not calls:
        return Finding(name, Verdict.GOOD, _("Någon är chattansvarig, och senaste stängningen är signerad."))
    now = system.clock.now()
    said = ", ".join(f"{names[one.unit_id]}: {unit_alert_words(one, now)}" for one in calls)
    words = _("{said}. Rätta i bemanningen (p24tui roster) eller i stängningskontrollen.")
    return Finding(name, Verdict.WARNING, words.format(said=said))


def _reviews(system: System) -> Finding:
    """Readings from other units that nobody else has looked at in time (LO-2)."""
    name = _("läsningar")
    late = break_glass.overdue(system, [unit.id for unit in units.all_units(system)])
    if not late:
        return Finding(name, Verdict.GOOD, _("Läsningar från andra enheter är granskade i tid."))
    words = ngettext(
        "{count} läsning från en annan enhet skulle redan ha granskats, av enhetens chef eller loggkontrollant.",
        "{count} läsningar från andra enheter skulle redan ha granskats, av enhetens chef eller loggkontrollant.",
        late,
    )
    return Finding(name, Verdict.WARNING, words.format(count=late))


def _seals(system: System) -> Finding:
    """Whether the log is sealed, and the seals are anchored on this machine (LO-2)."""
    if system.store.personal:
        return _worker_seals(system)
    name, found = _("sigill"), log_seals.standing(system)
    since = log_seals.unsealed_since(system)
    path, at = str(found.path), "–" if found.at is None else f"{found.at:%Y-%m-%d %H:%M}"
    if not found.agrees and found.sealed < found.anchored:
        words = _(
            "Databasen är äldre än loggens sigill i {path}: där är det sista {anchored}, i databasen {sealed}. Är den "
            "återställd ur en säkerhetskopia? Kör p24tui log verify, och sedan p24tui log anchor --accept-restore."
        )
        said = words.format(path=path, anchored=found.anchored, sealed=found.sealed)
        return Finding(name, Verdict.BAD, said)
    if not found.agrees:
        words = _(
            "Loggens sigill är ett annat i {path} än i databasen. Kör p24tui log verify, och utred det. Är databasen "
            "återställd ur en säkerhetskopia: p24tui log anchor --accept-restore."
        )
        return Finding(name, Verdict.BAD, words.format(path=path))
    if since is not None and system.clock.now() - since > LATE_AFTER:
        words = _("Loggen är inte förseglad sedan {at} (UTC). Kör p24tui worker, eller ha en konsol öppen.")
        return Finding(name, Verdict.WARNING, words.format(at=at))
    if not found.there and found.sealed:
        if _sealed_by_workers(system):
            return _worker_seals(system)
        words = _(
            "Filen med loggens sigill finns inte här: {path}. Den görs när en konsol eller p24tui worker går på "
            "den här datorn. Fanns den förut: ta reda på vem som tog bort den."
        )
        return Finding(name, Verdict.WARNING, words.format(path=path))
    if not found.sealed:
        words = _("Loggen är inte förseglad ännu. Det görs inom en minut när en konsol eller p24tui worker går.")
        return Finding(name, Verdict.GOOD, words)
    return Finding(
        name, Verdict.GOOD, _("Loggen är förseglad till {at} (UTC), med filen {path}.").format(at=at, path=path)
    )


def _worker_seals(system: System) -> Finding:
    """Where people have database roles of their own, the workers alone seal; what they do stands among the ticks."""
    name, seals = _("sigill"), [one for one in ticks.every(system) if one.name == "log-seals" and _by_worker(one)]
    newest = max((one.finished_at for one in seals if one.finished_at), default=None)
    if newest is None or system.clock.now() - newest > LATE_AFTER:
        words = _("Ingen p24tui worker går, så loggen förseglas inte. Låt en gå hela tiden på servern.")
        return Finding(name, Verdict.WARNING, words)
    return Finding(name, Verdict.GOOD, _("p24tui worker förseglar loggen."))


def _sealed_by_workers(system: System) -> bool:
    """Whether people have database roles: then whoever owns the database has no file of their own to miss."""
    with system.store.reading() as tx:
        return database_roles.in_use(tx)


def _by_worker(one: TickRecord) -> bool:
    return one.place.startswith("worker:")


def _outbox(system: System) -> Finding:
    name = _("utskick")
    checks = gateways.check(system)
    broken = [one for one in checks if not one.works]
    if broken:
        said = "; ".join(f"{one.channel} ({one.gateway}): {outgoing_problem_words(one.said)}" for one in broken)
        words = _("Vägen ut fungerar inte: {said}. Rätta inställningen och pröva med p24tui gateway test.")
        return Finding(name, Verdict.BAD, words.format(said=said))
    found = outbox.standing(system, [unit.id for unit in units.all_units(system)])
    if found.overdue and found.problem:
        words = _("{count} utskick skulle ha gått: {problem}.")
        problem = outgoing_problem_words(found.problem)
        return Finding(name, Verdict.BAD, words.format(count=found.overdue, problem=problem))
    if not checks:
        words = _("Ingen väg ut är inställd: inga sms skickas. Sätt sms i inställningarna.")
        return Finding(name, Verdict.WARNING, words)
    if found.overdue:
        words = _("{count} utskick skulle ha gått, och inget skickar dem. Kör p24tui worker, eller ha en konsol öppen.")
        return Finding(name, Verdict.BAD, words.format(count=found.overdue))
    if found.uncertain or found.failed:
        words = _("{uncertain} osäkra och {failed} misslyckade väntar på att någon i personalen avgör.")
        return Finding(name, Verdict.WARNING, words.format(uncertain=found.uncertain, failed=found.failed))
    ways = ", ".join(f"{one.channel}: {one.gateway}" for one in checks)
    words = ngettext("{ways}; {count} planerat.", "{ways}; {count} planerade.", found.planned)
    return Finding(name, Verdict.GOOD, words.format(ways=ways, count=found.planned))


def _card(system: System) -> Finding:
    name = _("kort")
    try:
        found = card.look(system)
    except Unavailable as error:
        words = _("Kortläsaren går inte att använda ({problem}). Se över card_library och läsarens eget program.")
        return Finding(name, Verdict.BAD, words.format(problem=error.detail))
    if found is None:
        return Finding(name, Verdict.GOOD, _("Ingen kortläsare är inställd."))
    if not found.lists and found.revocation_required:
        words = _("Spärrlistan saknas, så inga kort tas emot. Hämta den till det som card_revocation anger.")
        return Finding(name, Verdict.BAD, words)
    if not found.lists:
        return Finding(name, Verdict.WARNING, _("Ingen spärrlista finns: även spärrade kort tas emot."))
    if found.too_old:
        words = _("Spärrlistan är för gammal: {issuers}. Hämta en ny till det som card_revocation anger.")
        verdict = Verdict.BAD if found.revocation_required else Verdict.WARNING
        return Finding(name, verdict, words.format(issuers=", ".join(found.too_old)))
    if not system.settings.card_library:
        words = _("Korten kommer genom proxyn. Rotcertifikat: {roots}; spärrlistor: {lists}, ingen för gammal.")
        return Finding(name, Verdict.GOOD, words.format(roots=found.roots, lists=found.lists))
    if not found.readers:
        return Finding(name, Verdict.WARNING, _("Ingen kortläsare är ansluten."))
    words = _("Läsaren fungerar. I den: {cards}. Rotcertifikat: {roots}; spärrlistor: {lists}, ingen för gammal.")
    cards = ", ".join(found.cards) or _("inget kort")
    return Finding(name, Verdict.GOOD, words.format(cards=cards, roots=found.roots, lists=found.lists))
