"""p24tui: the staff's console for chat and video in Swedish primary care."""

__version__ = "0.1.0"
