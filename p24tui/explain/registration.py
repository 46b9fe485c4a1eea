"""Why a rule about registration says no, in plain Swedish."""

from p24tui.i18n import N_

REGISTRATION_REFUSALS = {
    "nurse-handed-over": N_(
        "Det är triage: besöket hos sjuksköterska registreras inte. Den som tog emot ärendet registrerar sin kontakt."
    ),
    "registration-visit-type": N_("Den besökstypen går inte att registrera så. Välj en av dem som står där."),
    "registration-fee-type": N_("Den avgiftstypen går inte att registrera så. Välj en av dem som står där."),
    "registration-payment": N_("Det betalsättet går inte att registrera så. Välj ett av dem som står där."),
    "registration-way": N_("Välj bevakningspost eller meddelande."),
    "registration-reason": N_("Skriv besöksorsaken: den behövs i VAS."),
    "registration-care-giver": N_("Säg vem i vården kontakten gäller. Den som har haft ärendet registreras i VAS."),
    "registration-unanswered": N_("En fråga är inte besvarad än."),
    "already-registered": N_(
        "{by} har redan gjort det {at}. Har du skapat en till i VAS: ta bort den, annars kan patienten få två fakturor."
    ),
    "already-arrived": N_("Ankomsten är redan registrerad: {by} {at}. Registrera den inte en gång till."),
    "not-arrived": N_("Ankomsten är inte registrerad än. Registrera den i AN5 först, eller ta tillbaka posten."),
    "already-removed": N_("Den är redan borttagen: {by} {at}."),
    "nothing-followed": N_("Det finns ingen bevakningspost och inget meddelande att följa för kontakten."),
    "registration-withdrawn": N_("Den är tillbakatagen: {by} {at}. Vid behov görs en ny."),
    "withdraw-reason": N_("Skriv varför den tas tillbaka, så att nästa förstår."),
}
