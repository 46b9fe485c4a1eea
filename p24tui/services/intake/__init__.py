"""The intake: what the patient's side sends is taken, known when it is sent again, or kept aside with a reason."""

from p24tui.services.intake.hl7 import refuse_too_long, take_hl7
from p24tui.services.intake.load import load, load_file
from p24tui.services.intake.outcome import Outcome, Rejection, Result, Verdict
from p24tui.services.intake.quarantine import look_at, retry, settle, unsettled
from p24tui.services.intake.sources import all_sources, make_token, revoke, source_of

__all__ = [
    "Outcome",
    "Rejection",
    "Result",
    "Verdict",
    "all_sources",
    "load",
    "load_file",
    "look_at",
    "make_token",
    "refuse_too_long",
    "retry",
    "revoke",
    "settle",
    "source_of",
    "take_hl7",
    "unsettled",
]
