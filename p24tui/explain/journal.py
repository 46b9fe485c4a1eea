"""Why something of documentation may not be done, in words."""

from p24tui.i18n import N_

JOURNAL_REFUSALS = {
    "undocumented": N_(
        "Ingen har antecknat något av det patienten har berättat eller skickat. Skriv anteckningen, eller säg varför inget hör till journalen."
    ),
    "undocumented-since": N_(
        "Patienten har skrivit, eller ett samtal har hållits, sedan det senast antecknades. Anteckna det, eller säg att inget mer hör till journalen."
    ),
    "note-owed": N_(
        "Du har gjort en bedömning som inte är antecknad. Skriv anteckningen, eller säg att den redan finns i VAS."
    ),
    "own-assessment": N_(
        "Du tog över ärendet från en sjuksköterska, och din egen bedömning är inte antecknad. Skriv anteckningen."
    ),
    "protected-note": N_(
        "Patienten har skyddade personuppgifter: ingen anteckning skrivs här. Anteckna i VAS, och säg här att det är gjort."
    ),
    "nothing-why": N_("Skriv varför inget av det hör till journalen."),
    "note-fields": N_("Fyll i rad, Avd/mott, anteckningstyp och journaltyp, så som VAS vill ha dem."),
    "note-current": N_("Aktuellt är tomt. Den som gör den första bedömningen antecknar även anamnesen."),
    "note-unreviewed": N_(
        "Aktuellt är hämtat ur ärendet. Läs igenom det, och ändra det eller säg att du har läst det."
    ),
    "note-form": N_("Patienten har fyllt i ett formulär. Välj om frågor och svar tas med, eller sammanfattas."),
    "note-form-result": N_("Skriv vad som kom fram i formuläret: det ska alltid stå i VAS."),
    "note-images": N_(
        "En bild är inläst i Vidiview, men anteckningen säger inte vad den visar. Öppna anteckningen igen."
    ),
    "note-assessment": N_("Bedömning är tom. Bedömningen är din egen."),
    "note-newer": N_(
        "Patienten har skickat mer medan du antecknade. Läs det först: i anteckningen står det sist i Aktuellt."
    ),
    "note-long": N_("En del av anteckningen är för lång: högst {most} tecken får plats."),
}
