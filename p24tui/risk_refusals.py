"""Why a rule about suicide risk, protected persons or somebody else's contact says no, in plain Swedish."""

from p24tui.i18n import N_

RISK_REFUSALS = {
    "risk-known": N_("Suicidrisken är redan känd i ärendet. Det som är nytt skrivs i bedömningen."),
    "risk-why": N_("Skriv vad misstanken bygger på, så att den som tar emot vet."),
    "risk-unread": N_("Patienten har skrivit något som ingen har läst. Läs det först, och bedöm sedan suicidrisken."),
    "risk-suspected": N_(
        "Suicidrisk är misstänkt. Den avskrivs inte så: en psykolog eller läkare gör den samlade bedömningen."
    ),
    "risk-assessed": N_("Suicidrisken är redan bedömd av psykolog eller läkare. Bedömningen gäller."),
    "risk-words": N_(
        "Patienten har använt ord som ska läsas med tanke på suicid. Säg om misstanke finns innan ärendet avslutas."
    ),
    "risk-unsaid": N_("Ärendet gäller psykisk hälsa. Säg om misstanke om suicidrisk finns innan det avslutas."),
    "risk-unassessed": N_("Suicidrisk är misstänkt och inte bedömd. En psykolog eller läkare bedömer den först."),
    "not-assessor": N_("Bara psykolog eller läkare gör det. Lämna över ärendet: samtycke behövs inte."),
    "assessment-level": N_("Välj ingen eller låg, måttlig, eller hög suicidrisk."),
    "assessment-basis": N_("Säg vad bedömningen bygger på. Finns en anamnesrapport ska den vara med."),
    "assessment-rung": N_("Säg var på suicidstegen patienten befinner sig."),
    "assessment-factors": N_("Skriv både risk- och skyddsfaktorer. Saknas de, skriv det."),
    "safety-not-low": N_("Frågan om trygghet online ställs när risken är bedömd som ingen eller låg."),
    "safety-instead": N_("Patienten känner sig inte trygg online. Skriv vad ni gör i stället."),
    "safety-unasked": N_(
        "Fråga patienten om det känns tryggt att fortsätta online, och skriv in svaret. Svarar hen inte: ring."
    ),
    "calls-left": N_("Patienten svarar inte. Ring fler gånger, och skriv in varje försök, innan ärendet avslutas."),
    "not-certain": N_(
        "Patienten har inte nåtts. Bedöm om risken är låg med rimlig säkerhet; annars kontakta beredskapsjouren."
    ),
    "visit-missing": N_(
        "Måttlig suicidrisk: boka besök på mottagning inom två dagar. Går det inte, skriv det individuella beslutet."
    ),
    "visit-awaits": N_("Måttlig suicidrisk: patienten är kvar i chatten tills besöket har ägt rum och är inskrivet."),
    "high-hand-on": N_("Hög suicidrisk: beredskapsjouren eller 112 tar över först. Skriv in vem, och när."),
    "high-booking": N_("Hög suicidrisk: en bokad tid räcker aldrig. Handla nu: beredskapsjour, eller 112 vid fara."),
    "high-prolong": N_("Hög suicidrisk: vänta inte. Kontakta beredskapsjouren, eller ring 112 vid fara."),
    "booking-not-moderate": N_("Besöket bokas när risken är bedömd som måttlig."),
    "booking-profession": N_("Besöket ska vara hos läkare eller psykolog."),
    "booking-where": N_("Skriv hos vem, och var på mottagningen."),
    "booking-past": N_("Tiden har varit. Skriv en tid som ligger framåt."),
    "booking-late": N_(
        "Det är senare än två dagar. Finns ingen tid före, fattar psykolog eller läkare ett individuellt beslut."
    ),
    "no-visit": N_("Inget besök är inskrivet."),
    "visit-ahead": N_("Besöket har inte varit än."),
    "decision-not-moderate": N_("Det individuella beslutet gäller besöket vid måttlig risk."),
    "decision-reason": N_("Skriv både vad som är beslutat och varför."),
    "no-weekend": N_("Enheten har öppet de närmaste två dagarna. Boka besöket."),
    "prolong-unassessed": N_(
        "Bedöm först risken så långt det går. Chatten förlängs när den är måttlig; är den låg behövs det inte."
    ),
    "prolong-reason": N_("Skriv varför det är säkert att vänta."),
    "prolong-until": N_("Chatten förlängs högst ett dygn åt gången, räknat från nu."),
    "no-risk": N_("Ingen suicidrisk är misstänkt i ärendet."),
    "call-ahead": N_("Samtalet kan inte ligga i framtiden."),
    "call-note": N_("Patienten nåddes. Skriv vad som kom fram."),
    "handed-on-whom": N_("Skriv vem som tog över, där."),
    "handed-on-ahead": N_("Tiden kan inte ligga i framtiden."),
    "handed-on-level": N_(
        "Beredskapsjouren kontaktas när risken bedöms som minst måttlig. Bedöm först; vid fara ring 112 nu."
    ),
    "act-outside": N_(
        "Suicidrisk är misstänkt. Handla först utanför plattformen, på 112 eller telefon, och skriv in det."
    ),
    "look-not-needed": N_("Uppgifterna finns i ärendet. Titten gäller bara skyddade personer."),
    "look-no-risk": N_("Ingen suicidrisk är misstänkt. Då visas inget om personen."),
    "look-why": N_("Skriv varför du behöver nå personen. Det loggas med ditt namn."),
    "looked": N_("{who} har redan tittat på hur personen nås. Mer än en titt ges inte: fråga hen, eller ring 112."),
    "look-first": N_("Titta först på hur personen nås. Titten loggas med ditt namn."),
    "wrong-patient": N_("Fel patient: ärendet gäller någon annan än den inloggade, och handläggs inte."),
    "wrong-patient-locked": N_("OBS FEL PATIENT: inget mer dokumenteras i ärendet."),
    "guardian-proxy": N_("En vårdnadshavare är ombud för sitt eget barn. Det är tillåtet: handlägg som vanligt."),
}
