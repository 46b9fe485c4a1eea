"""The demo: a throw-away unit whose patients write and answer through the real intake, and whose staff work."""
