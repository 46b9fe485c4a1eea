"""Why nobody is logged in by a SITHS card, in plain Swedish."""

from p24tui.i18n import N_

CARD_REFUSALS = {
    "card-missing": N_("Inget kort sitter i läsaren. Sätt i ditt SITHS-kort."),
    "card-several": N_("Mer än ett kort för inloggning sitter i. Ta ut det som inte är ditt."),
    "card-pin-wrong": N_("Fel PIN-kod. Försök igen, med koden för legitimering; efter flera fel låses kortet."),
    "card-pin-last": N_("Fel PIN-kod. Ett försök är kvar innan kortet låses. Är du osäker: byt kod med PUK först."),
    "card-locked": N_("Kortet är låst efter för många fel. Lås upp det med PUK, eller hos kortadministratören."),
    "card-not-yet": N_("Kortet börjar gälla {since}. Vänta till dess, och se efter att datorns klocka går rätt."),
    "card-expired": N_("Kortet gällde till {until}. Vänd dig till kortadministratören för att få ett nytt."),
    "card-revoked": N_("Kortet är spärrat och går inte att logga in med. Vänd dig till kortadministratören."),
    "card-untrusted": N_("Kortet är inte utfärdat av någon som är betrodd här ({issuer}). Använd ditt SITHS-kort."),
    "card-no-login": N_("Kortet har inget certifikat för inloggning. Använd ditt SITHS-kort."),
    "card-no-hsa-id": N_("Kortet har inget certifikat med HSA-id. Vänd dig till kortadministratören."),
    "card-revocation-missing": N_(
        "Det går inte att se om kortet är spärrat, för spärrlistan saknas. Säg till den som sköter p24tui."
    ),
    "card-revocation-old": N_(
        "Det går inte att se om kortet är spärrat, för spärrlistan är från {since}. Säg till den som sköter p24tui."
    ),
    "card-gone": N_("Kortet togs ut medan det lästes. Sätt i det igen och försök på nytt."),
    "card-signature": N_(
        "Kortet kan inte visa att certifikatet är dess eget. Använd det inte; vänd dig till kortadministratören."
    ),
}

CARD_PARTS = {
    "card": N_("Kortläsaren svarar inte, eller så är ingen inställd. Kör p24tui doctor: det säger vad som är fel."),
}
