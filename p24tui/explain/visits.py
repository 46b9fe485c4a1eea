"""Why a rule about a video visit says no, in plain Swedish."""

from p24tui.i18n import N_

BOOKING_TASKS = {
    "no-patient": N_("Patienten finns inte här. Registrera hen, så bokas besöket."),
    "no-mobile": N_("Patienten saknar mobilnummer här. Lägg in det, så bokas besöket."),
    "proxy-no-mobile": N_("Ombudet saknar mobilnummer här. Lägg in det på barnets profil, så bokas besöket."),
    "no-guardian": N_("Barnet har ingen vårdnadshavare här. Hämta uppgifterna på barnets profil, så bokas besöket."),
    "not-guardian": N_("Ombudet i bokningen är ingen av barnets vårdnadshavare. Boka om i VAS."),
    "guardian-protected": N_("Ingen vårdnadshavare kan vara ombud här. Boka av i VAS, och ring om en annan väg."),
    "age-unknown": N_("Åldern går inte att veta, så det går inte att säga om barnet behöver ett ombud."),
    "protected": N_("Bokningen gäller en person med skyddade personuppgifter. Boka av i VAS, och ring."),
    "group-visit": N_("Gruppbesök med flera patienter görs inte här. Följ manualen för gruppbesök via video."),
    "no-number": N_("Bokningen saknar ett identitetsnummer som går att använda. Rätta den i VAS."),
    "visit-past": N_("Bokningen kom först när tiden hade passerat. Ring patienten."),
    "visit-length": N_("Besöket är längre än ett videobesök kan vara, eller slutar före sin början. Rätta det i VAS."),
    "moved-late": N_("Tiden ändrades i VAS när besöket redan var intaget, eller tiden inne. Här är det som det var."),
    "cancelled-late": N_("Besöket avbokades i VAS sedan det hade tagits in här. Besöket här är som det var."),
    "cancelled-begun": N_("Besöket ströks i VAS när tiden redan var inne. Här står det kvar: ring patienten."),
    "proxy-late": N_("Ombudet byttes i VAS när besöket redan var intaget, eller tiden inne. Här är det som det var."),
    "unit-late": N_("Besöket bytte enhet i VAS när det redan var intaget, eller tiden inne. Här är det som det var."),
    "group-late": N_("Besöket blev gruppbesök i VAS när det var intaget, eller tiden inne. Här är det som det var."),
    "not-video-late": N_(
        "Besöket är inget videobesök längre i VAS, men var redan intaget, eller tiden inne. Här är det som det var."
    ),
    "other-patient-late": N_(
        "Bokningen bytte patient i VAS när besöket redan var intaget, eller tiden inne. Se efter vem som är med."
    ),
    "other-patient": N_("Bokningen har bytt patient i VAS. Besöket här är avbokat; boka på nytt i VAS."),
}
"""What somebody must see to, by the problem of a booking task."""

VISIT_REFUSALS = {
    "booked-in-vas": N_("Videobesök bokas i VAS med kontakttyp DIVL och kommer hit därifrån. Här bokas anhörigsamtal."),
    "summons-missing": N_("Välj den kallelse som är vald i VAS: sparad, eller utskriven för post."),
    "summons-child": N_("Ett barn under 13 år ska ha kallelsen för barn. Välj den i VAS, och här."),
    "summons-adult": N_("Patienten är 13 år eller mer den dagen: välj kallelsen för vuxen i VAS, och här."),
    "no-guardian": N_(
        "Barnet har ingen vårdnadshavare här, så ingen kan vara ombud. Hämta uppgifterna på nytt, eller ring."
    ),
    "not-guardian": N_("Den valda är inte vårdnadshavare för barnet. Välj någon annan som ombud."),
    "guardian-protected": N_(
        "Ingen vårdnadshavare kan vara ombud: den som har skyddade personuppgifter kan inte det. Ring om en annan väg."
    ),
    "proxy-no-mobile": N_("Ombudet har inget mobilnummer här. Skriv in det: dit går länken till besöket."),
    "age-unknown": N_("Åldern går inte att veta, så det går inte att säga om ett ombud behövs. Ring om en annan väg."),
    "protected-booking": N_(
        "Personen har skyddade personuppgifter och handläggs inte här. Hänvisa till 1177.se, telefon eller besök."
    ),
    "one-proxy": N_("Patienten eller ombudet är redan med. Den andra vårdnadshavaren bjuds in som gäst."),
    "interpreter-mail": N_("Tolken bjuds in med e-post, till tolkförmedlingens brevlåda."),
    "interpreter-there": N_("En tolk är redan inbjuden till besöket. Ta tillbaka den inbjudan först."),
    "guest-address": N_("Skriv en e-postadress eller ett mobilnummer: dit går länken."),
    "visit-begun": N_(
        "Besöket har redan tagits in eller startat, så det går inte att göra om. Öppna det och gå vidare därifrån."
    ),
    "visit-not-open": N_("Besöket är över, eller avbokat. Boka ett nytt om det behövs."),
    "take-in-first": N_("Ta in besöket först: då blir det ditt, och får sin chatt."),
    "start-first": N_("Starta besöket först, och sedan videon: det görs bland videobesöken (F3)."),
    "video-on": N_("Videon är på. Avsluta den först: ett besök avslutas i två steg, videon och sedan besöket."),
    "video-on-already": N_("Videon är redan på. Öppna den igen i stället."),
    "video-off": N_("Videon är inte på. Starta den först."),
    "not-holder": N_(
        "En kollega håller besöket, och ringer patienten. Den som tar in det, eller startar videon, håller det."
    ),
    "call-when": N_("Besöket har inte börjat än: den som uteblir rings upp när tiden är inne."),
    "call-first": N_("Patienten har inte kommit. Ring först och anteckna samtalet; sedan går besöket att avsluta."),
    "came-or-call": N_(
        "Det är inte sagt om patienten kom till videon. Säg att hen var med, eller ring och anteckna samtalet (F3)."
    ),
    "chat-unread": N_(
        "Det du skriver här når inte patienten: ingen patientsida är inställd. Ring, eller starta videon igen."
    ),
    "end-in-case": N_("Besöket är intaget och har ett ärende: avsluta det där, i två steg."),
    **{f"task-{problem}": words for problem, words in BOOKING_TASKS.items()},
}
