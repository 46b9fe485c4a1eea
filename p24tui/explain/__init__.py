"""Errors in words: what happened, what was kept, and what to do."""

from p24tui.errors import BadInput, P24Error, Refused, Stale, Unavailable
from p24tui.explain.backup import BACKUP_PROBLEMS
from p24tui.explain.card import CARD_PARTS, CARD_REFUSALS
from p24tui.explain.images import FILE_PROBLEMS, IMAGE_REFUSALS, STORAGE_PARTS, STORAGE_PROBLEMS
from p24tui.explain.journal import JOURNAL_REFUSALS
from p24tui.explain.login import LOGIN_PARTS, LOGIN_REFUSALS
from p24tui.explain.registration import REGISTRATION_REFUSALS
from p24tui.explain.risk import RISK_REFUSALS
from p24tui.explain.system import SYSTEM_WORDS
from p24tui.explain.visits import VISIT_REFUSALS
from p24tui.i18n import N_, _
from p24tui.text import clean_line

LONGEST_NAMED = 1000
"""Characters of what a sentence names: a list, a path or a name."""

REFUSALS = (
    RISK_REFUSALS
    | VISIT_REFUSALS
    | JOURNAL_REFUSALS
    | IMAGE_REFUSALS
    | REGISTRATION_REFUSALS
    | CARD_REFUSALS
    | LOGIN_REFUSALS
    | {
        "protected": N_(
            "Patienten har skyddade personuppgifter och handläggs inte här. Avsluta ärendet: patienten får veta var vård kan sökas."
        ),
        "handoff": N_("Det gick inte att säga säkert vem konsolen är öppnad för. Ladda om sidan."),
        "handoff-late": N_("Konsolen hann inte öppnas i tid. Ladda om sidan."),
        "web-proxy": N_("Konsolen nås bara genom den inloggning som kräver ditt kort. Gå dit, och öppna den därifrån."),
        "web-no-card": N_("Inloggningen har inte sett något kort. Sätt i ditt SITHS-kort, och ladda om sidan."),
        "not-clinician": N_(
            "Det är alltid legitimerad personal som bedömer. Din yrkesroll tar inte emot eller besvarar chattar."
        ),
        "ended": N_("Ärendet är avslutat. Om patienten skriver öppnas det igen av sig självt."),
        "owned": N_("{owner} har ärendet. Det går över till någon annan när det lämnas över eller släpps."),
        "unclaimed": N_("Ingen har tagit emot ärendet. Ta emot det först."),
        "suicide-risk": N_(
            "Misstänkt suicidrisk: en psykolog eller läkare tar över och bedömer innan ärendet kan avslutas."
        ),
        "suicide-hold": N_(
            "Misstänkt suicidrisk: ärendet får inte vila utan att någon har det. Behåll det, eller be en kollega ta över."
        ),
        "unread": N_(
            "Patienten har skrivit något som ingen har läst. Öppna ärendet, och läs chatten och anamnesen först."
        ),
        "assess-unread": N_("Läs först det som patienten har skrivit, i chatten och i anamnesen. Bedöm sedan."),
        "need-ahead": N_("Den dagen har inte varit: skriv vilken dag behandlingen beslutades."),
        "need-since": N_("Skriv vilken dag behandlingen beslutades. Det behövs bara då."),
        "closing-suicide": N_(
            "Vid misstänkt suicidrisk räcker inte frasen Stängning. Låt en psykolog eller läkare svara, eller lämna över ärendet."
        ),
        "closing-urgent": N_(
            "Ärendet är brådskande: det får inte lämnas med Stängning. Svara, lämna över, eller bedöm att det kan vänta."
        ),
        "closing-early": N_("Det är för tidigt att säga att enheten stänger. Det går under den sista timmen."),
        "closing-told": N_("Patienten har redan fått veta i dag att enheten stänger."),
        "closing-rests": N_("Ärendet vilar till en senare dag. Patienten behöver inte få veta mer i dag."),
        "closing-priority": N_("Prioritet 1 är aldrig med när flera får Stängning. Gör det ärendet för sig."),
        "patient-waits": N_(
            "Patienten väntar på enheten. En dag läggs till bara när det är patienten som inte har svarat."
        ),
        "sign-early": N_("Det är för tidigt att signera stängningen. Den kan signeras under den sista timmen."),
        "sign-suicide": N_(
            "Ett ärende med misstänkt suicidrisk väntar på psykolog eller läkare. Det går inte att stänga förrän någon har tagit emot det."
        ),
        "sign-urgent": N_("Ett brådskande ärende är inte åtgärdat. Svara, lämna över, eller bedöm att det kan vänta."),
        "sign-unread": N_(
            "Något som en patient har skrivit är oläst. Den som har ärendet läser det, annars du, i chatten och i "
            "anamnesen. Hörs kollegan inte, ta över ärendet."
        ),
        "sign-visits": N_(
            "Bokade videobesök har börjat utan att någon har hållit dem: {count}. Ta in dem eller ring, på F3, så går det att signera."
        ),
        "sign-left": N_(
            "Ett ärende är kvar utan att någon har det. Skicka frasen Stängning, låt det vila, avsluta det eller ta emot det."
        ),
        "not-confirmed": N_("Ärendet är inte avslutat: avslutet bekräftas i ett andra steg, av samma person."),
        "yours": N_("Du har redan ärendet."),
        "asked": N_("En kollega ber redan att få ta över ärendet."),
        "ask-reason": N_("Skriv varför du vill ta över, så att den som har ärendet kan svara."),
        "ask-first": N_("{owner} har ärendet. Be först att få ta över det."),
        "ask-wait": N_("{owner} har inte hunnit svara än. Vänta en stund till, eller ring."),
        "suicide-handover": N_(
            "Ärendet lämnas över med misstänkt suicidrisk. Det varken avslutas eller släpps förrän någon har tagit emot det, eller du tar tillbaka överlämningen."
        ),
        "suicide-receiver": N_("Misstänkt suicidrisk: ärendet lämnas bara till en psykolog eller läkare, direkt."),
        "consent": N_("Patientens samtycke saknas. Fråga patienten först: det krävs för att lämna över ärendet."),
        "consent-when": N_("Säg hur och när patienten samtyckte; tiden kan inte ligga i framtiden."),
        "receiver": N_("Ärendet lämnas till legitimerad personal. Den yrkesrollen tar inte emot chattar."),
        "handed": N_(
            "Ärendet är redan erbjudet till någon. Ta tillbaka det först, så kan du lämna det till någon annan."
        ),
        "handed-self": N_("Du har redan ärendet. Välj någon annan att lämna det till."),
        "not-handed": N_("Överlämningen gäller inte längre: den är besvarad, eller tillbakatagen."),
        "not-for-you": N_("Ärendet är erbjudet till någon annan."),
        "decline-reason": N_("Skriv varför du avböjer, så att den som har ärendet kan gå vidare."),
        "not-asked": N_("Ingen ber längre att få ta över ärendet."),
        "shift-ongoing": N_(
            "Skiftet kan inte avslutas än: {count} kvar. Avsluta, lämna över, släpp eller låt varje ärende vila först, så att ingen patient blir övergiven."
        ),
        "shift-visits": N_(
            "Skiftet kan inte avslutas än: videobesök som du håller har börjat ({count}). Ta in dem, ring, eller låt en kollega hålla dem (F3)."
        ),
        "nothing-to-undo": N_("Det finns inget av dig att ångra i ärendet."),
        "too-late-to-undo": N_("Något har hänt i ärendet sedan dess, så det går inte längre att ångra."),
        "patient-told": N_("Personen har redan fått veta att chatten är slut. Det går inte att ångra."),
        "hold-past": N_("Ärendet kan vila till tidigast i morgon."),
        "hold-reason": N_("Skriv varför ärendet vilar, så att den som tar upp det vet."),
        "unfilled": N_("Svaret har en lucka kvar: {names}. Fyll i den eller ta bort den."),
        "nothing-to-remind": N_("Ingen väntar på patientens svar: det är enheten som har ordet."),
        "no-mobile": N_(
            "Patienten har inget mobilnummer här, så inget sms går att skicka. Ring, eller lägg in numret."
        ),
        "reminded": N_("Patienten påmindes redan {at}. En påminnelse om dagen räcker; ring om det brådskar."),
        "reminder-planned": N_("En påminnelse är redan på väg: den går {at}."),
        "reminder-late": N_(
            "En påminnelse skulle ha gått {at} men väntar fortfarande. Se efter varför bland utskicken."
        ),
        "never-open": N_("Enheten har inga öppettider, så påminnelsen har ingen tid att gå på."),
        "sms-gone": N_("Det finns inget att stoppa: bara det som är planerat går att stoppa."),
        "sms-decided": N_("Det finns inget att avgöra: någon annan har gjort det, eller så har besked kommit."),
        "sms-link-spent": N_(
            "Länken i det sparades inte när det gick ut, så det kan inte skickas igen. Bjud in på nytt från besöket, eller ring."
        ),
        "sms-too-late": N_("Det är inte till nytta längre: tiden har gått. Ring patienten i stället."),
        "visit-cancelled": N_("Besöket är redan avbokat."),
        "protection-unknown": N_("Det går inte att få veta om personuppgifterna är skyddade. Inget sms skickas."),
        "seals-agree": N_("Databasen har de sigill som filen har: det finns inget att godta. Inget har ändrats."),
        "log-none-old": N_("Inget i loggarna är gammalt nog att ta bort. Inget har ändrats."),
        "log-altered": N_(
            "Loggen är inte som den skrevs, så inget tas bort ur den. Kör p24tui log verify och utred det som den visar."
        ),
        "log-not-sealed": N_(
            "Det som är gammalt nog är inte förseglat. Ha en konsol eller p24tui worker igång en stund, och försök igen."
        ),
        "log-not-anchored": N_(
            "Sigillen finns inte i den här datorns fil. Ha en konsol eller p24tui worker igång här en stund, och försök igen."
        ),
        "roster-order": N_("Passet måste sluta efter att det har börjat."),
        "roster-long": N_("Passet får vara högst {hours} timmar. Dela upp det."),
        "roster-person": N_("Personen är inte aktiv eller arbetar inte på enheten. Välj någon som gör det."),
        "roster-there": N_("Personen står redan i bemanningen just den tiden."),
        "check-not-yours": N_("Kontrollen är någon annans. Den som började på den signerar den."),
        "check-outcome": N_("Välj vad kontrollen gav, så går den att signera."),
        "check-words": N_("Skriv vad som sades, eller till vem det är anmält. Det hör till kontrollen."),
        "check-signed": N_("Kontrollen är signerad, och ändras inte mer."),
        "roster-hand": N_("Chattansvaret lämnas över av den som har det, eller av enhetens legitimerade personal."),
        "role-may-not": N_("Det ingår inte i rollen {role}. Det ingår i: {roles}."),
        "break-glass-protected": N_(
            "Personen har skyddade personuppgifter. Sådana ärenden läses aldrig från en annan enhet; ring enheten."
        ),
        "break-glass-why": N_("Skriv varför du behöver läsa. Det granskas av någon annan."),
        "break-glass-not-yours": N_("Det är någon annan som har öppnat för läsning. Öppna själv, med din egen orsak."),
        "break-glass-over": N_("Tiden för läsning är slut. Behöver du läsa mer, ange orsaken igen."),
        "break-glass-reviewed": N_("Läsningen är redan granskad."),
        "break-glass-own": N_("Det är din egen läsning. Den granskas av någon annan."),
        "break-glass-elsewhere": N_("Läsningen gäller en annan enhet och granskas där."),
        "break-glass-outcome": N_("Skriv vad du har kommit fram till. Det sparas med ditt namn."),
    }
)

BAD_INPUT = {
    "no-note": N_("Anteckningen finns inte."),
    **FILE_PROBLEMS,
    **STORAGE_PROBLEMS,
    **BACKUP_PROBLEMS,
    "view-name": N_("Ge vyn ett namn."),
    "phrase-title": N_("Ge frasen en rubrik."),
    "phrase-text": N_("Frasen är tom. Skriv en text."),
    "phrase-length": N_("Frasen är {length} tecken lång. Den får ha högst {most}."),
    "no-phrase": N_("Frasen finns inte längre. Inget har ändrats."),
    "library-phrase": N_("Bibliotekets fraser står fast. Ändra (Ctrl+E) gör en som står i stället."),
    "not-set-up": N_("p24tui är inte inställt ännu ({path}). Kör p24tui för guiden, eller p24tui init."),
    "already-set-up": N_("Enheten finns redan. Ändra den med p24tui unit, personal med p24tui staff."),
    "settings-file": N_("Inställningsfilen {path} går inte att läsa: {problem}. Rätta den; inget har ändrats."),
    "settings-key": N_("Inställningsfilen {path} har okända namn: {keys}. Ta bort eller rätta dem."),
    "settings-value": N_("En inställning har fel värde: {problem}. Se docs/settings.md."),
    "keys-action": N_("Tangentinställningen {action} finns inte. De som finns är {known}."),
    "keys-none": N_("{action} måste ha minst en tangent. Ta bort raden i keys, så gäller den vanliga."),
    "keys-unknown": N_("{key} för {action} är ingen tangent. Skriv som m, ctrl+s, f2 eller ?."),
    "keys-letter": N_("{key} för {action} skulle verka medan man skriver. Välj en med Ctrl, eller en av F1–F12."),
    "keys-needed": N_("{key} för {action} behövs till att flytta eller skriva. Välj en annan tangent."),
    "keys-clash": N_("{key} för {action} är redan tangenten för {other} på samma ställe. Välj en annan."),
    "home-not-writable": N_("Det går inte att skriva i {path}: {problem}. Ändra rättigheterna eller sätt P24TUI_HOME."),
    "key-missing": N_("Databasens nyckel saknas ({source}). Utan den går data inte att läsa; återställ nyckeln."),
    "key-malformed": N_("Databasens nyckel ({source}) ska vara 64 hexadecimala tecken. Återställ den rätta."),
    "key-readable": N_("Nyckelfilen {path} kan läsas av andra. Kör chmod 600 på den."),
    "key-unreadable": N_("Nyckelfilen {path} går inte att läsa: {problem}. Den ska ägas av den som kör p24tui."),
    "keyring-missing": N_("Nyckelringen kräver tillvalet p24tui[keyring], som inte är installerat."),
    "wrong-key": N_("Nyckeln passar inte databasen, eller så är filen ingen databas. Inget har ändrats."),
    "database-corrupt": N_("Databasen är skadad. Inget mer skrivs i den; återställ en säkerhetskopia."),
    "database-newer": N_(
        "Databasen är gjord av ett nyare p24tui ({found}, här {known}). Uppgradera; inget har ändrats."
    ),
    "database-older": N_(
        "Databasen ({found}) är äldre än programmet ({known}). Den som äger databasen kör p24tui db roles --apply."
    ),
    "database-no-roles": N_("Roller finns bara i PostgreSQL. Den inbyggda databasen är en fil med en nyckel."),
    "database-apply-or-check": N_("Antingen --apply eller --check, inte båda."),
    "database-refuses": N_("Din databasroll får inte göra det här. Inget skrevs. Den som äger databasen kan."),
    "database-not-owner": N_("Databasrollen får inte göra det. Anslut som den som äger databasen och får göra roller."),
    "database-roles-prefix": N_(
        "database_roles är {value}. Börja med en liten bokstav, sedan små bokstäver, siffror och _, högst 16 tecken."
    ),
    "database-role-twice": N_("Två personer har HSA-id som blir samma databasroll. Rätta dem; inget har ändrats."),
    "database-address": N_(
        "P24TUI_DATABASE är ingen adress som går att använda. Skriv postgresql://…, eller lämna tomt."
    ),
    "no-unit": N_("Enheten {unit} finns inte. p24tui unit visar dem som finns."),
    "no-staff": N_("Personen {staff} finns inte eller är inte aktiv. p24tui staff visar dem som finns."),
    "not-of-unit": N_("{staff} arbetar inte på enheten {unit}."),
    "not-ones-role": N_("{staff} har inte rollen {role} på enheten {unit}."),
    "no-role": N_("Rollen {role} finns inte. De som finns är {known}."),
    "no-office": N_("Rollen {role} följer av yrket och ges inte för sig."),
    "no-break-glass": N_("Läsningen finns inte."),
    "nothing-elsewhere": N_("Det finns inget att läsa på andra enheter för det numret."),
    "who-acts": N_("Säg vem du är: --staff HSA-ID, P24TUI_STAFF eller staff i inställningsfilen."),
    "which-unit": N_("Säg vilken enhet: --unit HSA-ID, P24TUI_UNIT eller unit i inställningsfilen."),
    "unit-name": N_("Enheten behöver ett namn."),
    "hsa-id": N_("{value} är inget HSA-id. Skriv SE, tio siffror, bindestreck och tecken: SE2321000016-ASEN."),
    "hours": N_("Öppettiderna går inte att använda vid {text}. Skriv som mon-fri 08:00-12:00,13:00-17:00."),
    "day-hours": N_("Öppettiderna går inte att använda: {problem}."),
    "day-past": N_("{day} har redan varit. Väntetider är räknade på hur den var, så den går inte att ändra."),
    "choose-one": N_("Välj ett av alternativen vid ”{part}”."),
    "no-moment": N_("Skriv en tid vid ”{part}”, som 14.30, 24 nov 09.00 eller 24/11 09.00."),
    "moment": N_("{value} är ingen tid. Skriv som 14.30, 24 nov 09.00, 24/11 09.00 eller 2026-11-24 09.00."),
    "no-rung": N_("{rung} är inget steg på suicidstegen."),
    "closing-warnings": N_(
        "Varningarna före stängning ska vara {fewest} till {most} fallande tal, minuter mellan {latest} och {earliest}: 60 30 15 5."
    ),
    "protection-kept": N_("Ett svar om skydd får gälla i högst {most} minuter. Skriv ett tal från 0."),
    "lock-after": N_("Konsolen kan låsas efter 1 till {most} minuter utan tangent. Skriv ett tal."),
    "system-user-taken": N_("Datorns användare {user} hör redan till någon annan. Ett konto delas aldrig."),
    "no-password": N_("Inget lösenord kom på standard in. Inget har ändrats."),
    "proof-no-terminal": N_(
        "Här går det inte att fråga vem du är. Kör kommandot i en terminal, eller ge lösenord eller PIN-kod med --password-stdin."
    ),
    "proof-by-browser": N_(
        "Här loggar man in i webbläsaren, och det går bara från en terminal. Kör kommandot där, utan --password-stdin."
    ),
    "standard-input-taken": N_("Både lösenordet och filen kan inte komma på standard in. Ange filen med namn."),
    "choose-password": N_("Välj ett lösenord: du loggar in med det."),
    "password-again": N_("Lösenorden är inte lika. Skriv det nya två gånger."),
    "staff-name": N_("Personen behöver ett namn."),
    "no-case": N_("Ärendet {case} finns inte på den här enheten."),
    "no-attachment": N_("Bilagan finns inte."),
    "empty-message": N_("Meddelandet är tomt. Inget skickades."),
    "no-shift": N_("Du har inget skift som pågår på enheten."),
    "no-sms": N_("Utskicket finns inte på den här enheten."),
    "no-visit": N_("Besöket finns inte på den här enheten."),
    "no-patient": N_("Patienten finns inte här. Registrera hen först."),
    "visit-past": N_("Tiden har redan passerat. Välj en som kommer."),
    "visit-length": N_("Längden ska vara hela minuter, minst en, och tillsammans högst {most} timmar."),
    "visit-closed": N_("Enheten är stängd då. Ctrl+S en gång till, så gäller tiden ändå."),
    "no-holder": N_("Den valda arbetar inte på enheten längre. Välj någon annan som håller besöket."),
    "guest-name": N_("Skriv namnet på den som bjuds in."),
    "email": N_("Skriv en e-postadress, som namn@exempel.se; ”{value}” går inte att skicka till."),
    "mobile": N_("Skriv ett mobilnummer, som 070-123 45 67; ”{value}” är inget."),
    "mobile-missing": N_(
        "Skriv patientens mobilnummer: dit går påminnelser och länken. Ett barn nås genom sitt ombud."
    ),
    "identity-number": N_(
        "Numret stämmer inte. Skriv hela identitetsnumret, som 19500907-2553, och se över siffrorna."
    ),
    "patient-name": N_("Personuppgiftstjänsten kan inte säga namnet. Skriv det själv."),
    "no-guardian": N_("Barnet har ingen sådan vårdnadshavare, eller så är hen skyddad och kan inte vara ombud."),
    "no-participant": N_("Den inbjudna finns inte på besöket."),
    "no-registration": N_("Registreringen finns inte på den här enheten."),
    "no-booking-task": N_("Uppgiften finns inte längre: någon har redan sett till den."),
    "sms-purpose": N_("{purpose} är inget syfte. De som finns är {known}."),
    "sms-placeholders": N_(
        "Texten ska ha {{link}}, och utöver det högst {{unit}}; här står {used}. Inget har ändrats."
    ),
    "sms-length": N_("Texten blir {parts} sms. Den får bli högst {most}; korta den. Inget har ändrats."),
    "gateway-address": N_(
        "Inställningen {setting} är ingen väg ut. Skriv file, 46elks://, smpp:// eller smtp:// som docs/settings.md visar."
    ),
    "mail-sender": N_("E-post behöver en avsändare: sätt mail_sender i inställningarna."),
    "report-secret": N_("Leveransbesked behöver en hemlighet: sätt report_secret till minst {least} tecken."),
    "clock-time": N_("{value} är inget klockslag. Skriv som 07:45."),
    "roots-of-cards": N_(
        "SITHS-kort känns igen på sin utfärdare: sätt card_roots till filen med utfärdarens rotcertifikat (PEM). Se docs/card.md."
    ),
    "revocation-of-cards": N_(
        "Spärrade kort ska nekas: sätt card_revocation till spärrlistan, eller card_revocation_required till false. Se docs/card.md."
    ),
    "web-missing": N_("Konsolen i webbläsare kräver tillvalet p24tui[web], som inte är installerat."),
    "web-not-loopback": N_(
        "{host} nås utifrån, och här finns ingen kryptering. Lyssna på 127.0.0.1, eller säg --behind-proxy om en proxy står framför."
    ),
    "web-listen": N_("Det går inte att lyssna på {where}: {problem}."),
    "web-secrets": N_(
        "Hemligheter i miljön följer inte med till konsolerna: {names}. Flytta dem till inställningsfilen; inget har startats."
    ),
    "no-terminal": N_("Konsolen behöver en terminal. Kör p24tui i ett terminalfönster; p24tui cases fungerar utan."),
    "no-source": N_("Källan {source} finns inte. p24tui intake token --list visar dem som finns."),
    "source-name": N_("{source} går inte som namn på en källa: små bokstäver, siffror och ._-, högst 64 tecken."),
    "no-quarantined": N_("{id} ligger inte i karantän. p24tui intake quarantine visar det som gör det."),
    "many-quarantined": N_("Flera i karantän börjar på {id}. Skriv fler tecken."),
    "quarantine-settled": N_("{id} är redan avgjort."),
    "intake-not-loopback": N_("Mottagningen lyssnar inte på {host} utan --to-network, bakom en proxy med TLS."),
    "intake-address": N_("Det går inte att lyssna på {host}:{port}: {problem}. Välj en annan adress eller port."),
    "bad-date": N_("{value} är inget datum. Skriv som 28 nov, 28/11 eller 2026-11-28."),
    "bad-birth": N_("{value} är ingen födelsedag. Skriv hela datumet, som 2016-05-04."),
    "week": N_("{value} är ingen vecka. Skriv år och vecka, som 2026-48."),
    "days": N_("Antalet dagar ska vara 1–{most}, inte {value}."),
    "no-roster-entry": N_("Passet finns inte, eller så har någon annan tagit bort det."),
    "many-roster-entries": N_("Flera pass börjar på {id}. Skriv fler tecken."),
    "calendar": N_("Filen är ingen kalender (iCalendar), eller så är den inte hel. Inget har ändrats."),
    "calendar-large": N_("Kalendern är för stor: högst {most} går att läsa på en gång. Dela upp den."),
    "no-file": N_("Filen {path} går inte att läsa eller skriva: {problem}."),
    "report-week": N_("{value} är ingen vecka som går att visa. Skriv år och vecka: 2026-48."),
    "report-month": N_("{value} är ingen månad som går att visa. Skriv år och månad: 2026-11."),
    "report-choice": N_("Välj en av --day, --week och --month, och en av --json och --csv."),
    "log-no-patient": N_("Ingen patient med det numret finns här, så det finns inget om hen i loggen."),
    "log-days": N_("Den första dagen måste komma före den sista."),
    "sample-days": N_(
        "Ett stickprov dras ur dagar som är slut, så att vem som helst kan dra det igen. Välj till i går."
    ),
    "sample-seed": N_("Ett stickprov behöver ett frö: ett ord eller ett tal som det dras med."),
    "sample-count": N_("Ett stickprov är 1 till {most} läsningar."),
    "check-nothing": N_("Det finns inga läsningar här att kontrollera."),
    "no-log-check": N_("Kontrollen finns inte på dina enheter."),
    "no-demo": N_("Ingen demo körs. Patienten går bara att spela där, aldrig mot riktiga data: kör p24tui demo först."),
    "no-demo-to-join": N_(
        "Ingen demo körs. Kör p24tui demo i en annan terminal först, och sedan p24tui demo --join här."
    ),
    "no-such-patient": N_("Inget öppet ärende i demon börjar på {typed}. p24tui patient visar dem som finns."),
    "many-patients": N_("Flera passar {typed}: {found}. Skriv fler tecken."),
    "seal-differs": N_(
        "Loggens sigill {seal} är ett annat i databasen än i {path}. Någon kan ha ändrat loggen, eller så är databasen återställd: kör p24tui log verify, och är den återställd p24tui log anchor --accept-restore."
    ),
    "restore-why": N_('Säg varför databasen är återställd: --reason "säkerhetskopian från i går, disken gick sönder".'),
    "message-refused": N_("Mottagningen tog inte emot meddelandet. Det du skrev finns kvar."),
}

UNAVAILABLE = {
    "locked": N_("Databasen är upptagen av någon annan. Inget skrevs; försök igen."),
    "full": N_("Disken är full. Inget skrevs; frigör utrymme och försök igen."),
    "readonly": N_("Databasen går inte att skriva i (skrivskyddad). Inget ändrades; se över rättigheterna."),
}

PARTS = {
    **STORAGE_PARTS,
    **CARD_PARTS,
    **LOGIN_PARTS,
    "database": N_("Databasen svarar inte. Inget skrevs; det du skriver finns kvar på skärmen."),
    "seal-file": N_("Filen med loggens sigill går inte att läsa eller skriva. Sigillen skrivs dit så snart det går."),
    "syslog": N_("Syslog tar inte emot loggens sigill. De skrivs dit så snart det går."),
    "intake": N_("Mottagningen svarar inte: det du skrev finns kvar. Försök igen."),
    "person-data": N_("Personuppgiftstjänsten svarar inte. Skyddet räknas som okänt tills den gör det."),
    "video": N_("Det finns ingen video att öppna: ingen videotjänst är inställd. Använd chatten, eller ring."),
    "e-id": N_("Det går inte att logga in med e-legitimation just nu: tjänsten svarar inte, eller är inte inställd."),
}


def explain(error: P24Error) -> str:
    """The sentence for people, in the language in use. What it names may be text from outside (H23)."""
    match error:
        case Refused():
            return _fill(REFUSALS, error.reason, error.details)
        case BadInput():
            return _fill(BAD_INPUT, error.reason, error.details)
        case Stale():
            return _(
                "Ärendet ändrades nyss av {by}. Det du skrev finns kvar; se vad som är nytt och försök igen."
            ).format(by=_shown(error.by) or _("någon annan"))
        case Unavailable():
            sentence = UNAVAILABLE.get(error.detail) or PARTS.get(error.part)
            return _(sentence) if sentence else _("{part} svarar inte.").format(part=_shown(error.part))
    return str(error)


def _fill(sentences: dict[str, str], key: str, details: dict[str, object]) -> str:
    sentence = sentences.get(key)
    shown = {name: _shown(value) for name, value in details.items()}
    return _(sentence).format(**shown) if sentence else f"{key} {shown or ''}".strip()


def _shown(value: object) -> object:
    """As it may be named in a sentence."""
    if not isinstance(value, str):
        return value
    return _(SYSTEM_WORDS[value]) if value in SYSTEM_WORDS else clean_line(value, LONGEST_NAMED)
