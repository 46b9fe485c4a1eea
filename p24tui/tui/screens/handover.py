"""Handing a case over: to whom, with what message and which consent."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Grid
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label, OptionList, Select, Static
from textual.widgets.option_list import Option

from p24tui.i18n import _
from p24tui.routine.handover import NO_CONSENT, Consent, ConsentState, ConsentWay, Target
from p24tui.services.views import TargetLine
from p24tui.text import clean_line, clean_text
from p24tui.tui.widgets.dialog import Dialog
from p24tui.tui.widgets.field import Area, Field
from p24tui.words.cases import CONSENT_WAYS, SHIFT_WARNINGS, profession_word, short_name
from p24tui.words.times import clock_time, read_moment


class Give(Struct, frozen=True):
    """Offer the case to them, with these words and this consent."""

    target: Target
    message: str
    consent: Consent


class AskPatient(Struct, frozen=True):
    """Ask the patient first whether the case may go to them."""

    target: Target


class Chosen(StrEnum):
    """What one says of the patient's consent."""

    CHAT = "chat"
    TELEPHONE = "telephone"
    VISIT = "visit"
    ASK = "ask"
    NOT_NEEDED = "not-needed"


class HandoverScreen(ModalScreen[Give | AskPatient | None]):
    """Ends with an offer to make, with the patient to be asked, or with nothing. What is typed finds receivers.

    With suspected suicide risk no consent is needed, and the form says what is recorded instead (SU-2). ``before`` is
    what was refused, with the sentence that said why.
    """

    AUTO_FOCUS = "#handover-search"
    BINDINGS = [
        Binding("escape", "leave", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("ctrl+s", "give", show=False, priority=True),
    ]

    def __init__(
        self,
        name: str,
        now: datetime,
        *,
        suicide: bool,
        message: str = "",
        before: Give | None = None,
        problem: str = "",
    ) -> None:
        super().__init__()
        self._patient = name
        self._now = now
        self._suicide = suicide
        self._known = message  # it stands elsewhere too
        self._before = before
        self._problem = problem
        self._targets: tuple[TargetLine, ...] = ()
        self._found: tuple[TargetLine, ...] = ()
        self._unit_id = ""
        self._loaded = self._leaving = False

    def offer(self, targets: tuple[TargetLine, ...], unit_id: str) -> None:
        """These are the receivers, of whom those of this unit stand without its name."""
        self._targets, self._unit_id, self._loaded = targets, unit_id, True
        if self.is_mounted and self.is_running:  # one may have left before they were read
            self._find(self.query_one("#handover-search", Field).value)

    def compose(self) -> ComposeResult:
        with Dialog(classes="wide", id="handover-dialog"):
            title = _("Lämna över ärendet för {name}").format(name=self._patient)
            yield Static(Content.styled(title, "bold"))
            yield Field(placeholder=_("Till vem: namn, yrke eller enhet   ↑ ↓ välj"), id="handover-search")
            yield Targets(id="handover-targets", markup=False)
            yield Static(id="handover-warning")
            yield Area(
                self._before.message if self._before else self._known,
                placeholder=_("Meddelande till den som tar emot: varför, och vad som är gjort"),
                id="handover-message",
            )
            with Grid(classes="form"):
                yield Label(_("Samtycke"))
                yield Select(
                    self._choices(),
                    value=self._chosen_before(),
                    allow_blank=False,
                    compact=True,
                    id="handover-consent",
                )
                yield Label(_("När"))
                at = self._before.consent.at if self._before else None
                yield Field(clock_time(at or self._now), id="handover-when")
            yield Static(id="handover-note")
            yield Static(Content(self._problem), id="handover-problem", classes="dialog-problem")
            yield Static(_("Tab nästa fält   Ctrl+S lämna över   Esc låt bli"), id="handover-keys")

    def on_mount(self) -> None:
        self._find("")
        self._say_consent()

    def on_input_changed(self, event: Field.Changed) -> None:
        if event.input.id == "handover-search":
            self._find(event.value)

    def on_input_submitted(self, event: Field.Submitted) -> None:
        self.focus_next()

    def on_text_area_changed(self) -> None:
        self._leaving = False

    def on_select_changed(self) -> None:
        self._say_consent()

    def on_option_list_option_highlighted(self) -> None:
        self._warn()

    def action_move(self, step: int) -> None:
        targets = self.query_one(Targets)
        if step < 0:
            targets.action_cursor_up()
        else:
            targets.action_cursor_down()

    def action_give(self) -> None:
        line, consent = self._chosen, self._consent()
        if line is None:
            self._say(_("Välj vem som ska ta emot ärendet."))
        elif self._choice is Chosen.ASK:
            self.dismiss(AskPatient(line.target))
        elif consent is None:
            self._say(
                _("Skriv när patienten samtyckte, som {at}, 23 nov 09.00, 23/11 09.00 eller 2026-11-23 09.00.").format(
                    at=self._at_now
                )
            )
        elif consent.at is not None and consent.at > self._now:  # said here, where one still stands on the time
            self._say(_("Tiden för samtycket ligger framåt. Skriv när patienten samtyckte."))
        else:
            self.dismiss(Give(line.target, self._message, consent))

    def action_leave(self) -> None:
        """What has been written is thrown away only by a second press."""
        if self._leaving or self._message.strip() in ("", self._known.strip()):
            self.dismiss(None)
        else:
            self._say(_("Ärendet är inte överlämnat. Esc en gång till kastar det du skrev."))
            self._leaving = True

    @property
    def _message(self) -> str:
        return self.query_one("#handover-message", Area).text

    @property
    def _chosen(self) -> TargetLine | None:
        index = self.query_one(Targets).highlighted
        return None if index is None else self._found[index]

    @property
    def _choice(self) -> Chosen:
        return Chosen(str(self.query_one("#handover-consent", Select).value))

    @property
    def _at_now(self) -> str:
        return clock_time(self._now)

    def _consent(self) -> Consent | None:
        """What is said of it; none where the time cannot be read."""
        if self._choice in (Chosen.ASK, Chosen.NOT_NEEDED):
            return NO_CONSENT
        at = read_moment(self.query_one("#handover-when", Field).value, self._now, has_been=True)
        return None if at is None else Consent(ConsentState.GIVEN, ConsentWay(self._choice), at)

    def _choices(self) -> list[tuple[str, Chosen]]:
        given = [(_("ja, {how}").format(how=_(words)), Chosen(way)) for way, words in CONSENT_WAYS.items()]
        ask = (_("inte frågat: fråga patienten först"), Chosen.ASK)
        return [(_("behövs inte (SU-2)"), Chosen.NOT_NEEDED), *given] if self._suicide else [ask, *given]

    def _chosen_before(self) -> Chosen:
        how = self._before.consent.how if self._before else None
        if how is not None:
            return Chosen(how)
        return Chosen.NOT_NEEDED if self._suicide else Chosen.ASK

    def _find(self, typed: str) -> None:
        """Show who fits. Nobody is chosen for one, but where only one fits; who was chosen stays so while they do."""
        words = clean_text(typed).casefold().split()
        chosen = self._chosen.target if self._chosen else self._before.target if self._before else None
        self._found = tuple(one for one in self._targets if all(word in _sought(one) for word in words))
        targets = self.query_one(Targets)
        targets.clear_options()
        targets.add_options(Option(_target_words(one, self._unit_id)) for one in self._found)
        only = len(self._found) == 1
        targets.highlighted = next((n for n, one in enumerate(self._found) if only or one.target == chosen), None)
        self._warn()

    def _warn(self) -> None:
        line = self._chosen
        if line is None:
            words = _("Hämtar …") if not self._loaded else _("Välj vem med ↑ ↓.") if self._found else _("Ingen passar.")
            self.query_one("#handover-warning", Static).update(Content.styled(words, "$foreground 70%"))
            return
        said = "  ".join(f"▲ {_(SHIFT_WARNINGS[key])}" for key in line.warnings)
        style = "bold $error" if "other-unit" in line.warnings else "$warning"
        self.query_one("#handover-warning", Static).update(Content.styled(said, style))

    def _say_consent(self) -> None:
        choice = self._choice
        when = self.query_one("#handover-when", Field)
        when.disabled = choice in (Chosen.ASK, Chosen.NOT_NEEDED)
        notes: Mapping[Chosen, str] = {
            Chosen.ASK: _(
                "Ctrl+S sätter in frågan i svaret till patienten. Ärendet lämnas över när hen har svarat ja."
            ),
            Chosen.NOT_NEEDED: _(
                "Misstänkt suicidrisk väntar inte på samtycke. Att det saknas antecknas med grunden SU-2."
            ),
        }
        given = _("Samtycket sparas med överlämningen. Ärendet är ditt tills någon tar emot det.")
        self.query_one("#handover-note", Static).update(Content(notes.get(choice, given)))
        keys = (
            _("Tab nästa fält   Ctrl+S fråga patienten   Esc låt bli")
            if choice is Chosen.ASK
            else _("Tab nästa fält   Ctrl+S lämna över   Esc låt bli")
        )
        self.query_one("#handover-keys", Static).update(Content(keys))

    def _say(self, words: str) -> None:
        self.query_one("#handover-problem", Static).update(Content(words))


class Targets(OptionList, can_focus=False):
    """The receivers. The cursor is moved from the line one types in, which keeps the focus."""


def _sought(line: TargetLine) -> str:
    """What a search looks in."""
    return f"{line.target.name} {profession_word(line.target.profession)} {line.unit_name}".casefold()


def _target_words(line: TargetLine, unit_id: str) -> Content:
    target = line.target
    profession = profession_word(target.profession)
    name = (
        clean_line(target.name) if target.staff_id else _("{profession}, vem som helst").format(profession=profession)
    )
    there = (_("i tjänst"), "bold $success") if line.on_shift else ("", "")
    unit = short_name(clean_line(line.unit_name)) if target.unit_id != unit_id else ""
    column = Content(name).truncate(34, ellipsis=True, pad=True)
    second = Content(profession if target.staff_id else "").truncate(18, ellipsis=True, pad=True)
    return Content.assemble(column, second, (f"{unit:<14}" if unit else "", "$warning"), there)
