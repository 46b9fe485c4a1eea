"""Telephone numbers, kept in E.164."""

from functools import lru_cache

HOME = "SE"
"""Where a number without a country code belongs."""


@lru_cache(maxsize=4096)
def e164(typed: str) -> str:
    """The number in E.164; empty where it is none that could be called."""
    import phonenumbers

    try:
        number = phonenumbers.parse(typed, HOME)
    except phonenumbers.NumberParseException:
        return ""
    valid = phonenumbers.is_valid_number(number)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if valid else ""


def is_mobile(number: str) -> bool:
    """Whether a number in E.164 is a mobile's, as far as its plan tells."""
    import phonenumbers

    kind = phonenumbers.number_type(phonenumbers.parse(number, HOME))
    return kind in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)


def shown(number: str) -> str:
    """A number in E.164 as people here write it, such as ``070-123 45 67``; what is none, as it stands."""
    import phonenumbers

    if not e164(number):
        return number
    parsed = phonenumbers.parse(number, HOME)
    at_home = phonenumbers.region_code_for_number(parsed) == HOME
    form = phonenumbers.PhoneNumberFormat.NATIONAL if at_home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, form)
