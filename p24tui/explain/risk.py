"""Why a rule about suicide risk, protected persons or somebody else's contact says no, in plain Swedish."""

from p24tui.i18n import N_

RISK_REFUSALS = {
    "risk-known": N_(
        "Suicidrisken är redan känd i ärendet. Skriv det nya i en intern anteckning, eller i bedömningen om du är "
        "psykolog eller läkare."
    ),
    "risk-why": N_("Skriv vad misstanken bygger på, så att den som tar emot vet."),
    "risk-unread": N_("Patienten har skrivit något som ingen har läst. Läs det först, och bedöm sedan suicidrisken."),
    "risk-suspected": N_(
        "Suicidrisk är misstänkt. Den kan inte avskrivas så här: en psykolog eller läkare gör den samlade bedömningen."
    ),
    "risk-assessed": N_("Suicidrisken är redan bedömd av psykolog eller läkare. Bedömningen gäller."),
    "risk-words": N_(
        "Patienten har använt ord som kan tyda på suicidrisk. Säg, innan ärendet avslutas, om du misstänker suicidrisk."
    ),
    "risk-words-anew": N_(
        "Patienten har efter bedömningen använt ord som kan tyda på suicidrisk. Gör en ny samlad bedömning först."
    ),
    "risk-unsaid": N_("Ärendet gäller psykisk hälsa. Säg, innan det avslutas, om du misstänker suicidrisk."),
    "risk-unassessed": N_("Suicidrisk är misstänkt och inte bedömd. En psykolog eller läkare bedömer den först."),
    "not-assessor": N_("Det får bara en psykolog eller läkare göra. Lämna över ärendet: samtycke behövs inte."),
    "assessment-level": N_("Välj nivå: ingen eller låg, måttlig eller hög."),
    "assessment-basis": N_("Säg vad bedömningen bygger på. Finns en anamnesrapport ska den vara med."),
    "assessment-rung": N_("Säg var på suicidstegen patienten befinner sig."),
    "assessment-factors": N_("Skriv både risk- och skyddsfaktorer. Saknas de, skriv det."),
    "safety-not-low": N_("Frågan om det känns tryggt online ställs när risken är bedömd som ingen eller låg."),
    "safety-instead": N_("Patienten känner sig inte trygg online. Skriv vad ni gör i stället."),
    "safety-unasked": N_(
        "Fråga patienten om det känns tryggt att fortsätta online, och anteckna svaret. Svarar hen inte: ring."
    ),
    "calls-left": N_("Patienten svarar inte. Ring fler gånger, och anteckna varje försök, innan ärendet avslutas."),
    "not-certain": N_(
        "Patienten har inte nåtts. Bedöm om risken är låg med rimlig säkerhet; annars kontakta beredskapsjouren."
    ),
    "visit-missing": N_(
        "Måttlig suicidrisk: boka besök på mottagning inom två dagar. Går det inte, skriv det individuella beslutet."
    ),
    "visit-awaits": N_(
        "Måttlig suicidrisk: patienten är kvar i chatten tills besöket har ägt rum och det är antecknat."
    ),
    "high-hand-on": N_("Hög suicidrisk: beredskapsjouren eller 112 tar över först. Anteckna vem, och när."),
    "high-booking": N_("Hög suicidrisk: en bokad tid räcker aldrig. Agera nu: beredskapsjour, eller 112 vid fara."),
    "high-prolong": N_("Hög suicidrisk: vänta inte. Kontakta beredskapsjouren, eller ring 112 vid fara."),
    "booking-not-moderate": N_("Besöket bokas när risken är bedömd som måttlig."),
    "booking-profession": N_("Besöket ska vara hos läkare eller psykolog."),
    "booking-where": N_("Skriv hos vem, och var på mottagningen."),
    "booking-past": N_("Tiden har passerat. Skriv en tid som ligger framåt."),
    "booking-late": N_(
        "Det är senare än två dagar efter bedömningen. Hitta en tidigare tid, eller kontakta beredskapsjouren. Vid "
        "helg, eller om patienten inte vill, fattar psykolog eller läkare ett individuellt beslut. Har dagarna gått: "
        "bedöm på nytt."
    ),
    "no-visit": N_("Inget besök är bokat i ärendet."),
    "visit-ahead": N_("Besöket har inte ägt rum än."),
    "decision-not-moderate": N_("Det individuella beslutet gäller besöket vid måttlig risk."),
    "decision-reason": N_("Skriv både vad som är beslutat och varför."),
    "no-weekend": N_("Enheten har öppet de närmaste två dagarna. Boka besöket."),
    "prolong-unassessed": N_(
        "Bedöm först risken så långt det går. Är den måttlig kan chatten förlängas; är den låg behövs det inte."
    ),
    "prolong-reason": N_("Skriv varför det är säkert att vänta."),
    "prolong-until": N_("Chatten förlängs högst ett dygn åt gången, räknat från nu."),
    "no-risk": N_("Ingen suicidrisk är misstänkt i ärendet."),
    "call-ahead": N_("Samtalet kan inte ligga i framtiden."),
    "call-note": N_("Patienten nåddes. Skriv vad som kom fram."),
    "handed-on-whom": N_("Skriv namnet på den som tog över."),
    "handed-on-ahead": N_("Tiden kan inte ligga i framtiden."),
    "handed-on-level": N_(
        "Beredskapsjouren kontaktas när risken bedöms som minst måttlig. Bedöm först; vid fara ring 112 nu."
    ),
    "act-outside": N_(
        "Suicidrisk är misstänkt. Agera först utanför plattformen: ring 112 eller personen, och anteckna det."
    ),
    "look-not-needed": N_("Uppgifterna finns i ärendet. Det behövs bara för skyddade personer."),
    "look-no-risk": N_("Ingen suicidrisk är misstänkt. Då visas inget om personen."),
    "look-why": N_("Skriv varför du behöver nå personen. Det loggas med ditt namn."),
    "looked": N_("{who} har redan sett hur personen nås. Uppgifterna visas bara en gång. Vid fara ring 112."),
    "look-first": N_("Se först hur personen nås. Det loggas med ditt namn."),
    "wrong-patient": N_(
        "Fel patient: ärendet gäller någon annan än den inloggade, och handläggs inte. Läs det nya, och avsluta igen."
    ),
    "wrong-patient-locked": N_("OBS FEL PATIENT: inget mer dokumenteras i ärendet."),
    "guardian-proxy": N_("En vårdnadshavare är ombud för sitt eget barn. Det är tillåtet: handlägg som vanligt."),
}
