"""The three themes, and the cursor's mark."""

from textual.theme import Theme

DARK = Theme(
    name="dark",
    primary="#5fb3d9",
    secondary="#8fbf8f",
    accent="#e0b050",
    warning="#e0a030",
    error="#ff6b6b",
    success="#7fc97f",
    foreground="#dfe3e6",
    background="#14181b",
    surface="#1b2024",
    panel="#242b30",
    dark=True,
)

LIGHT = Theme(
    name="light",
    primary="#005f87",
    secondary="#3a6b3a",
    accent="#7a4f00",
    warning="#7a4f00",
    error="#b00020",
    success="#2e6b2e",
    foreground="#0c1013",
    background="#f6f7f5",
    surface="#ffffff",
    panel="#e6eaea",
    dark=False,
)

CONTRAST = Theme(
    name="contrast",
    primary="#00ffff",
    secondary="#00ff00",
    accent="#ffff00",
    warning="#ffff00",
    error="#ff8a8a",
    success="#00ff00",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1a1a1a",
    dark=True,
)

THEMES = (DARK, LIGHT, CONTRAST)

CURSOR = "▌"
ARRIVED = "+"
"""Beside a case that has come in and that nobody here has looked at yet."""
