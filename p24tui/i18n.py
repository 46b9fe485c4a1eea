"""The interface's languages. The source speaks Swedish; every other one is a complete translation of it.

``_`` is imported by name where it is used and never put into builtins. It is looked up when it is called, so a
sentence that is made before the language is chosen must be marked with ``N_`` and translated when it is shown.
"""

import gettext as _gettext
from typing import Literal, get_args

from p24tui import assets

Language = Literal["sv", "en"]
"""The one list of the interface's languages, by ISO 639-1; the source's own is the first."""

LANGUAGES: tuple[str, ...] = get_args(Language)

_catalogue = _gettext.NullTranslations()
_language = LANGUAGES[0]


def use_language(language: str) -> None:
    """Speak one of ``LANGUAGES`` from now on. An unknown language leaves Swedish."""
    global _catalogue, _language
    _language = language if language in LANGUAGES else LANGUAGES[0]
    if _language == LANGUAGES[0]:
        _catalogue = _gettext.NullTranslations()
    else:
        _catalogue = _gettext.translation("p24tui", assets.path("locale"), [_language], fallback=True)


def language() -> str:
    """The language that is spoken: one of ``LANGUAGES``."""
    return _language


def _(message: str) -> str:
    """The message in the chosen language."""
    return _catalogue.gettext(message)


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for a message translated later
    """Mark a message for translation where it is written; it is translated where it is shown."""
    return message


def ngettext(one: str, many: str, count: int) -> str:
    """The singular or the plural in the chosen language."""
    return _catalogue.ngettext(one, many, count)
