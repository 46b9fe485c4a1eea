"""The keys for reading a case of another unit, and for reviewing that somebody has."""

from p24tui.i18n import N_
from p24tui.tui.key import Key, Where

ACCESS_KEYS = (
    Key(
        "ctrl+g",
        "break_glass",
        N_("läs på annan enhet"),
        N_("Läs ett ärende på en enhet där du inte arbetar, med en orsak som någon annan granskar."),
        (Where.EVERYWHERE,),
        in_bar=False,
    ),
    Key(
        "ctrl+b",
        "review_break_glass",
        N_("granska läsning"),
        N_("Granska läsningar som andra har gjort från andra enheter."),
        (Where.EVERYWHERE,),
    ),
)
