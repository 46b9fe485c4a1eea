"""The keys of the closing check (F4), as the console ships with them."""

from p24tui.i18n import N_
from p24tui.tui.key import Key, Where

CLOSING_KEYS = (
    Key(
        "s", "closing_tell", N_("stängning"), N_("Säg till patienten att enheten stänger för dagen."), (Where.CLOSING,)
    ),
    Key(
        "m",
        "closing_tell_many",
        N_("många"),
        N_("Säg det till alla som det är säkert för. Först visas vem som får vad."),
        (Where.CLOSING,),
    ),
    Key(
        "i",
        "closing_keep",
        N_("inga tider"),
        N_("Behåll ärendet: patienten får veta att en tid erbjuds, och det blir först nästa vardag."),
        (Where.CLOSING,),
    ),
    Key(
        "d",
        "closing_end_with_day",
        N_("avsluta +1 dag"),
        N_("Avsluta där patienten inte har svarat: hen kan svara hela nästa dag."),
        (Where.CLOSING,),
    ),
    Key(
        "v",
        "closing_sign",
        N_("signera"),
        N_("Signera med ditt namn att inget är bortglömt, eller vad som är kvar och vem som har det."),
        (Where.CLOSING,),
    ),
    Key(
        "n",
        "closing_next",
        N_("nästa"),
        N_("Gå till nästa ärende som är kvar att göra något åt."),
        (Where.CLOSING,),
    ),
)
"""What is done about the cases that are open before closing."""
