"""The words for registration, the same on every screen; what VAS calls its fields stands as VAS has it."""

from collections.abc import Mapping

from p24tui.i18n import N_, _
from p24tui.routine.registration import Codes, RegistrationState, VisitType, Way

WAYS: Mapping[Way, str] = {
    Way.WATCH_POST: N_("bevakningspost"),
    Way.MESSAGE: N_("meddelande"),
    Way.AN24: N_("AN24"),
    Way.NOTHING: N_("registreras inte"),
}

THE_POST: Mapping[Way, str] = {
    Way.WATCH_POST: N_("bevakningsposten"),
    Way.MESSAGE: N_("meddelandet"),
}
"""What is to be removed, as a sentence has it."""

STATES: Mapping[RegistrationState, str] = {
    RegistrationState.CREATED: N_("Att registrera i AN5"),
    RegistrationState.REGISTERED: N_("Registrerad i AN5, inte borttagen"),
    RegistrationState.REMOVED: N_("Registrerad i AN5 och borttagen"),
    RegistrationState.OWN: N_("Registrerad i AN24"),
    RegistrationState.NOTHING: N_("Registreras inte"),
    RegistrationState.WITHDRAWN: N_("Tillbakatagen"),
}

NOTHING: Mapping[str, str] = {
    "RE-1": N_("Kontakten ersätter inget besök på mottagningen, så den ankomstregistreras inte."),
    "RE-2": N_(
        "En sjuksköterska som lämnar över gör triage: inget sjuksköterskebesök registreras. "
        "Den som tog emot ärendet registrerar sin kontakt."
    ),
}
"""Why there is nothing to register, by the rule."""

Fields = tuple[tuple[str, str], ...]
"""The fields of one of VAS's forms, in its order: what it calls each, and what goes into it."""


def yes_or_no(yes: bool) -> str:
    """As VAS has it."""
    return "Ja" if yes else "Nej"


def told_fields(way: Way, codes: Codes, unit: str, *, new_visit: bool, reason: str) -> Fields:
    """What a watch post (RE-4) or a message (RE-5) says."""
    first = ("Typ", codes.watch_post_type) if way is Way.WATCH_POST else ("Ämne", codes.message_subject)
    return (first, ("Mottagning", unit), ("Nybesök", yes_or_no(new_visit)), ("Besöksorsak", reason))


def arrival_fields(
    codes: Codes,
    unit: str,
    *,
    new_visit: bool,
    reason: str,
    visit_type: VisitType | None,
    care_giver: str,
    fee_type: str,
    payment: str,
) -> Fields:
    """What AN5 (RE-7) or AN24 (RE-8) wants to know."""
    return (
        ("Mottagning", unit),
        ("Nybesök", yes_or_no(new_visit)),
        ("Sektion", codes.section),
        ("Besöksorsak", reason),
        ("Besökstyp", codes.visit_types[visit_type] if visit_type is not None else ""),
        ("Vårdgivare", care_giver),
        ("Avgiftstyp", fee_type),
        ("Betalsätt", payment),
    )


def way_words(way: str) -> str:
    """A way of registering by its key, in words; an unknown one stands for itself."""
    return _(WAYS[Way(way)]) if way in set(Way) else way
