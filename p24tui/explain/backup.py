"""Why nothing was backed up or restored, in words."""

from p24tui.i18n import N_

BACKUP_PROBLEMS = {
    "backup-exists": N_("{path} finns redan. Välj ett annat namn; en säkerhetskopia skrivs aldrig över."),
    "backup-not-written": N_("Det går inte att skriva {path}: {problem}. Inget har ändrats."),
    "backup-missing": N_("Säkerhetskopian {path} finns inte."),
    "backup-not-read": N_("Det går inte att läsa {path}: {problem}. Inget har ändrats."),
    "backup-none": N_("{path} är ingen säkerhetskopia, eller så är den avbruten. Inget har ändrats."),
    "backup-passphrase": N_(
        "Lösenfrasen passar inte {path}, eller så är filen ingen säkerhetskopia. Inget har ändrats."
    ),
    "backup-damaged": N_(
        "Säkerhetskopian {path} är skadad och går inte att återställa. Inget har ändrats; ta en annan."
    ),
    "backup-passphrase-short": N_("Lösenfrasen ska ha minst {least} tecken. Flera ord efter varandra är bra."),
    "backup-no-terminal": N_(
        "Här går det inte att fråga efter lösenfrasen. Kör kommandot i en terminal, eller ge den med --passphrase-stdin. Inget har ändrats."
    ),
    "backup-passphrase-differs": N_("De två lösenfraserna är inte lika. Inget har gjorts."),
    "backup-other-kind": N_(
        "Säkerhetskopian är av den andra sortens databas: en inbyggd återställs till en inbyggd, PostgreSQL till PostgreSQL."
    ),
    "backup-database-there": N_(
        "Det finns redan en databas i {path}. Med --replace ställs den åt sidan under ett annat namn; inget har ändrats."
    ),
    "backup-not-empty": N_(
        "Databasen är inte tom. Gör en ny, tom databas på servern, låt database visa dit, och återställ igen."
    ),
    "backup-in-use": N_("Någon har databasen öppen. Stäng alla konsoler, p24tui worker och intake, och försök igen."),
    "backup-no-program": N_("{program} finns inte här. Installera PostgreSQL:s klientprogram, och försök igen."),
    "backup-program-older": N_("{program} är äldre än servern. Installera klientprogram av serverns version."),
    "backup-not-tried": N_(
        "Säkerhetskopian är skriven men inte prövad: databasrollen får inte göra en databas att återställa till. Ge den CREATEDB, eller säg --no-try."
    ),
    "backup-failed": N_(
        "Säkerhetskopian gick inte att återställa hel, och heter nu {path}. Den duger inte; gör en ny, och undersök databasen (p24tui doctor)."
    ),
}
