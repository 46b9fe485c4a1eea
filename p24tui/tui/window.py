"""What the desk has room for in a window of so many columns and lines."""

TWO_PANES = 100
"""Columns from which the list and the case stand side by side."""

THREE_PANES = 170
"""Columns from which a third one stands beside them: the anamnesis, or another case."""

HIGH = 30
"""Lines from which the tabs of the places stand over the list too."""

SMALLEST = (60, 16)
"""Columns and lines under which nothing sensible can be shown."""

HEIGHTS = [(0, "-low"), (22, "-roomy"), (36, "-tall")]
"""The style class of a dialog by the lines of the window: with few its gaps close, with many its lists are longer."""


def classes(width: int, height: int) -> dict[str, bool]:
    """The style classes of the desk in a window of so many columns and lines."""
    return {
        "-one-pane": width < TWO_PANES,
        "-high": height >= HIGH,
        "-too-small": width < SMALLEST[0] or height < SMALLEST[1],
    }
