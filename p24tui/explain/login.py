"""Why nobody was let in, or no password taken, in words."""

from p24tui.i18n import N_

LOGIN_REFUSALS = {
    "login-wrong": N_("HSA-id och lösenord stämmer inte med varandra."),
    "login-wait": N_("Lösenordet har varit fel för många gånger. Vänta {seconds} sekunder och försök igen."),
    "login-other": N_("Konsolen är låst av {name}. Bara {name} kan låsa upp den; någon annan loggar in i stället."),
    "login-unknown": N_("{name} finns inte bland personalen här. Be den som sköter p24tui att lägga till dig."),
    "login-inactive": N_("{name} arbetar inte kvar här. Stämmer det inte: be den som sköter p24tui att ändra det."),
    "login-no-unit": N_("{name} arbetar inte på någon enhet här. Be den som sköter p24tui att lägga till den."),
    "login-taken-away": N_("Din behörighet har ändrats. Logga in igen; det du har skrivit finns kvar."),
    "login-system-user": N_(
        "Datorns användare {user} är ingen i personalen. Be den som sköter p24tui att ange den (p24tui staff change)."
    ),
    "login-broken-off": N_("Inloggningen avbröts i webbläsaren. Försök igen."),
    "login-unproven": N_("Det gick inte att visa vem du är: svaret från inloggningstjänsten håller inte. Försök igen."),
    "login-level": N_("Inloggningen var inte så stark som krävs. Logga in med SITHS-kort eller SITHS eID."),
    "login-late": N_("Ingen loggade in i webbläsaren i tid. Försök igen."),
    "password-one-time": N_("Lösenordet gäller bara en gång. Välj ett eget."),
    "password-one-time-cli": N_(
        "Lösenordet gäller bara en gång. Välj ett eget först: i konsolen, eller med p24tui staff password --own."
    ),
    "password-old": N_("Engångslösenordet har gått ut. Be den som sköter p24tui om ett nytt."),
    "password-short": N_("Lösenordet är för kort: minst {least} tecken. Fyra vanliga ord är lätta att minnas."),
    "password-personal": N_("Lösenordet innehåller ditt namn eller HSA-id. Välj ett annat."),
    "password-common": N_("Lösenordet är ett av dem som alla provar först. Välj ett annat."),
    "password-same": N_("Det nya lösenordet är det gamla. Välj ett annat."),
}

LOGIN_PARTS = {
    "staff-idp": N_("Inloggningstjänsten svarar inte, eller är inte inställd. Försök igen."),
}
