"""The phrase library: texts for patients that are ready to send."""

from p24tui import assets


def phrase(id: str, **placeholders: str) -> str:
    """A phrase in Swedish, the patients' language, with its placeholders filled in.

    Raises ``KeyError`` where there is no such phrase, or a placeholder is left over.
    """
    texts = {one["id"]: one["text_sv"] for one in assets.load("phrases.toml")["phrase"]}
    filled: str = texts[id].strip().format(**placeholders)
    return filled
