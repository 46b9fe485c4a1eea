"""Days and times as patients read them, in the language that they are written to, whatever the console speaks."""

from datetime import date, datetime

from p24tui.clock import local, local_date

WEEKDAYS = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")

_WEEKDAYS = {
    "sv": WEEKDAYS,
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = {
    "sv": (
        *("januari", "februari", "mars", "april", "maj", "juni"),
        *("juli", "augusti", "september", "oktober", "november", "december"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}


def day_words(day: date, lang: str = "sv") -> str:
    """A day, such as ``måndag 30 november`` or ``Monday 30 November``."""
    return f"{_WEEKDAYS[lang][day.weekday()]} {day.day} {_MONTHS[lang][day.month - 1]}"


def clock_words(instant: datetime, lang: str = "sv") -> str:
    """The time of day in Sweden, such as ``klockan 08.00`` or ``08:00``."""
    return local(instant).strftime("klockan %H.%M" if lang == "sv" else "%H:%M")


def moment_words(instant: datetime, now: datetime, lang: str = "sv") -> str:
    """When something is: ``i dag klockan 13.00``, or with its day, ``måndag 30 november klockan 08.00``."""
    clock, day = clock_words(instant, lang), local_date(instant)
    if day == local_date(now):
        return f"i dag {clock}" if lang == "sv" else f"today at {clock}"
    return f"{day_words(day, lang)} {clock}" if lang == "sv" else f"on {day_words(day, lang)} at {clock}"
