"""One case: who the patient is, what there is to read in its parts, and where one writes."""

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace
from textual import events
from textual.app import ComposeResult, RenderResult
from textual.content import Content
from textual.message import Message as Happening
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from p24tui.i18n import N_, _
from p24tui.routine.actor import Actor
from p24tui.routine.case import Case, CaseState
from p24tui.routine.tone import Remark
from p24tui.services.views import OpenCase
from p24tui.store.values import Audience, Message
from p24tui.tui.case_heading import hint, who
from p24tui.tui.entries import Part, entries
from p24tui.tui.keys import key_name
from p24tui.tui.widgets.composer import Composer
from p24tui.tui.widgets.conversation import Conversation
from p24tui.tui.widgets.frame import Frame
from p24tui.words.cases import (
    FREE_TEXT,
    remark_words,
)

PARTS = {Part.CHAT: N_("Chatt"), Part.ANAMNESIS: N_("Anamnes"), Part.HISTORY: N_("Händelser")}


class PartLine(Widget):
    """Which parts the case has, and which of them one reads; they can be clicked."""

    chosen: reactive[Part] = reactive(Part.CHAT)
    unread: reactive[bool] = reactive(False)

    class Chosen(Happening):
        """A part is to be read."""

        def __init__(self, part: Part) -> None:
            super().__init__()
            self.part = part

    def render(self) -> RenderResult:
        words = [
            (label, "bold reverse" if part is self.chosen else "$foreground 80%") for part, label in self._labels()
        ]
        return Content(" ").join(Content.styled(label, style) for label, style in words)

    def on_click(self, event: events.Click) -> None:
        at = 0
        for part, label in self._labels():
            at += len(label) + 1
            if event.x < at:
                self.post_message(self.Chosen(part))
                return

    def _labels(self) -> list[tuple[Part, str]]:
        marks = {Part.ANAMNESIS: f" {FREE_TEXT}" if self.unread else ""}
        return [(part, f" {key_name(f'read_{part}')} {_(name)}{marks.get(part, '')} ") for part, name in PARTS.items()]


class CasePane(Frame):
    """Shows an open case. Values in by ``show``; what one writes goes out from the composers in it."""

    class EarlierWanted(Happening):
        """One has scrolled up to the first message: those before it are to be read."""

        def __init__(self, pane: "CasePane", case_id: str, before: Message) -> None:
            super().__init__()
            self.pane = pane
            self.case_id = case_id
            self.before = before

    class PartRead(Happening):
        """One has turned to a part of the case."""

        def __init__(self, pane: "CasePane", part: Part) -> None:
            super().__init__()
            self.pane = pane
            self.part = part

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._opened: OpenCase | None = None
        self._messages: list[Message] = []
        self._more = self._fetching = False
        self._shown_at: datetime | None = None
        self.part = Part.CHAT
        self._who = Static(classes="case-who")
        self._part_line = PartLine(classes="part-line")
        self.conversation = Conversation(id=f"{id}-conversation")
        self._hint = Static(classes="case-hint")
        self._remark_line = Static(classes="remark-line")
        self.composer = Composer(id=f"{id}-composer")
        self.note = Composer(Audience.NOTE, id=f"{id}-note")
        self._noting = self._may_write = False

    @property
    def opened(self) -> OpenCase | None:
        """The case that is shown."""
        return self._opened

    @property
    def written(self) -> OpenCase | None:
        """The case with what stands in its boxes now: what was saved of that may not have been read again yet."""
        if self._opened is None:
            return None
        return replace(self._opened, draft=self.composer.text, note_draft=self.note.text)

    @property
    def case(self) -> Case | None:
        """Its facts."""
        return self._opened.line.case if self._opened else None

    @property
    def case_id(self) -> str:
        """Its id; empty where none is shown."""
        return self._opened.line.case.id if self._opened else ""

    @property
    def composers(self) -> tuple[Composer, Composer]:
        """The one for the patient, and the one for colleagues."""
        return self.composer, self.note

    @property
    def shows_latest(self) -> bool:
        """Whether the end of the chat is what one sees."""
        return self.part is Part.CHAT and self.conversation.follows

    @property
    def entrance(self) -> Composer | Conversation:
        """Where one goes on: where one writes, or where one reads."""
        return self.composer if self.composer.display else self.conversation

    def compose(self) -> ComposeResult:
        yield self._who
        yield self._part_line
        yield self.conversation
        yield self._hint
        yield self._remark_line
        yield self.composer
        yield self.note

    def on_mount(self) -> None:
        self.composer.display = self.note.display = self._remark_line.display = False

    def show(self, opened: OpenCase, actor: Actor, now: datetime) -> None:
        """Show a case, or the same one as it is now."""
        another = self.case_id != opened.line.case.id
        self._take_messages(opened, another)
        self._opened, self._shown_at = opened, now
        case, patient = opened.line.case, opened.line.patient
        if another:
            self.part, self._noting = Part.CHAT, False
        self._who.update(who(opened, now))
        self._hint.update(hint(opened, actor, now))
        mine = case.owner_id == actor.staff_id and case.state is not CaseState.ENDED and not patient.protected
        self.composer.write_in(case.id, patient.name, opened.draft)
        self.note.write_in(case.id, patient.name, opened.note_draft)
        self._arrange(may_write=mine)
        self._show_part(at_end=another)

    def read(self, part: Part) -> None:
        """Turn to a part of the case."""
        self.part = part
        self._show_part(at_end=part is not Part.ANAMNESIS, at_start=part is Part.ANAMNESIS)
        self.post_message(self.PartRead(self, part))

    def have_earlier(self, case_id: str, earlier: Sequence[Message]) -> None:
        """These messages come before those that are shown."""
        if case_id == self.case_id:
            self._more, self._fetching = bool(earlier), False
            self._messages = [*earlier, *self._messages]
            self._show_part()

    def could_not_fetch(self) -> None:
        """They can be asked for again."""
        self._fetching = False

    def write_note(self, noting: bool) -> None:
        """Write to colleagues, or to the patient again."""
        self._noting = noting
        self._arrange(may_write=self._may_write)

    def clear(self) -> None:
        """Show no case."""
        for one in self.composers:
            one.put_away()
        self._opened, self._messages = None, []

    def on_part_line_chosen(self, message: PartLine.Chosen) -> None:
        self.read(message.part)

    def on_conversation_top_reached(self) -> None:
        if self.part is Part.CHAT and self._more and self._messages and not self._fetching:
            self._fetching = True
            self.post_message(self.EarlierWanted(self, self.case_id, self._messages[0]))

    def on_composer_remarked(self, message: Composer.Remarked) -> None:
        self._say_remark(message.remark)

    def _arrange(self, *, may_write: bool) -> None:
        """A box that one writes in does not vanish under one's fingers: it stays, and takes nothing more (H21).

        Of a protected person nothing stays, and the letters go nowhere.
        """
        self._may_write = may_write
        protected = self._opened is not None and self._opened.line.patient.protected
        if protected and any(one.has_focus for one in self.composers):
            self.screen.set_focus(None)
        self.composer.read_only = not may_write
        self.composer.display = (may_write or (self.composer.has_focus and not protected)) and not self._noting
        self.note.display = self._noting and not protected
        self._hint.display = bool(str(self._hint.render())) and not self._noting
        if not self.composer.display:
            self._remark_line.display = False

    def _show_part(self, *, at_end: bool = False, at_start: bool = False) -> None:
        if self._opened is None or self._shown_at is None:
            return
        self._part_line.chosen = self.part
        self._part_line.unread = bool(self._opened.line.case.unread_free_text)
        self._part_line.display = not self._opened.line.patient.protected
        shown = entries(self._opened, self.part, self._messages, self._shown_at, more=self._more)
        self.conversation.show(shown, at_end=at_end, at_start=at_start)

    def _take_messages(self, opened: OpenCase, another: bool) -> None:
        """The messages as they are now, and before them those that have been read on the way up."""
        latest = list(opened.messages)
        first = latest[0].id if latest else ""
        places = {one.id: place for place, one in enumerate(self._messages)}
        if another or first not in places:
            self._messages, self._more, self._fetching = latest, opened.earlier, False
        else:
            self._messages = self._messages[: places[first]] + latest

    def _say_remark(self, remark: Remark | None) -> None:
        self._remark_line.display = remark is not None and self.composer.display
        if remark is not None:
            offer = _("  {key} byter").format(key=key_name("better")) if remark.better else ""
            words = Content.assemble((f"{remark.rule} ", "bold $warning"), remark_words(remark), (offer, "$primary"))
            self._remark_line.update(words)
