"""The keys of registration and of what is left to note, as the console ships with them."""

from p24tui.i18n import N_
from p24tui.tui.key import Key, Where

REGISTRATION_KEYS = (
    Key(
        "7",
        "register",
        N_("registrera"),
        N_("Registrera kontakten i VAS: vad som ska göras, posten att skapa, och att den är borttagen."),
        (Where.LIST, Where.CASE, Where.CLOSING),
        in_bar=False,
    ),
    Key(
        "7",
        "register",
        N_("registrera"),
        N_("Ta nästa steg med radens kontakt: ta ställning, registrera den, ta bort posten."),
        (Where.REGISTRATION,),
        id="register_row",
    ),
    Key(
        "6",
        "journal",
        N_("anteckna"),
        N_("Anteckna för journalen om radens kontakt: det som är kvar att skriva."),
        (Where.REGISTRATION,),
        id="journal_row",
    ),
)
"""What one does with the contact of a case, and of a row on the page of registration."""
