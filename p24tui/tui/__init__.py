"""Textual and nothing else: app, screens, widgets, styles."""
