"""The keys of the video visits (F3), as the console ships with them."""

from p24tui.i18n import N_
from p24tui.tui.key import Key, Where

VISIT_KEYS = (
    Key("enter", "open_visit", N_("öppna"), N_("Öppna besöket: allt om det, och alla steg."), (Where.VIDEO,)),
    Key(
        "t",
        "visit_step",
        N_("nästa steg"),
        N_("Ta nästa steg i besöket: ta in, starta, starta videon, avsluta den, avsluta besöket."),
        (Where.VIDEO,),
    ),
    Key("g", "visit_chat", N_("chatt"), N_("Gå till besökets chatt."), (Where.VIDEO,)),
    Key(
        "j",
        "call_patient",
        N_("ring"),
        N_("Ring den som inte har kommit: numret visas, och vad som hände antecknas. Sedan kan besöket avslutas."),
        (Where.VIDEO,),
    ),
    Key("b", "book_visit", N_("boka"), N_("Boka ett videobesök, eller ett samtal med en anhörig."), (Where.VIDEO,)),
    Key(
        "l",
        "invite",
        N_("bjud in"),
        N_("Bjud in en kollega, en gäst, en tolk, en anhörig eller den andra vårdnadshavaren."),
        (Where.VIDEO,),
    ),
    Key("m", "move_visit", N_("flytta"), N_("Ge besöket en ny tid."), (Where.VIDEO,)),
    Key("c", "cancel_visit", N_("avboka"), N_("Avboka besöket."), (Where.VIDEO,)),
    Key("k", "summons", N_("kallelse"), N_("Anteckna vilken kallelse som är vald i VAS."), (Where.VIDEO,)),
    Key(
        "n",
        "booking_tasks",
        N_("uppgifter"),
        N_("Bokningar som inte har blivit besök: se till det som saknas."),
        (Where.VIDEO,),
    ),
    Key("left", "visits_earlier", N_("förra dagen"), N_("Dagen före."), (Where.VIDEO,)),
    Key("right", "visits_later", N_("nästa dag"), N_("Dagen efter."), (Where.VIDEO,)),
    Key("i", "visits_today", N_("i dag"), N_("Tillbaka till i dag."), (Where.VIDEO,)),
)
"""What one does with the visit of the row, and which day is shown."""
