"""The cases that one has open: in a row of tabs, and in a wide window two side by side."""

from msgspec.structs import replace
from textual import events
from textual.content import Content

from p24tui import services
from p24tui.errors import P24Error
from p24tui.i18n import _
from p24tui.routine import chat as routine_chat
from p24tui.routine.case import Case, SuicideRisk
from p24tui.services.views import OpenCase
from p24tui.store.values import Audience, Doing
from p24tui.text import clean_line
from p24tui.tui.entries import Part, anamnesis
from p24tui.tui.screens.desk_parts import DeskParts
from p24tui.tui.widgets.case_pane import CasePane
from p24tui.tui.widgets.case_strip import CaseStrip, OpenOne
from p24tui.tui.widgets.composer import Composer


class OpenCases(DeskParts):
    """The section of the desk that opens cases and goes between those that are open.

    Going to a case opens it anew: it is read fresh, and logged. Until it is there one is nowhere one can write, so
    that nothing typed ahead lands with another patient (H21).
    """

    _aside_of = ""
    """The case whose anamnesis stands beside."""

    _typed_ahead_of = ""
    """The case that one typed letters ahead of, which reached nobody."""

    _has_said_so = False

    def _open(self, case: Case, pane: int | None = None) -> None:
        """Open a case, in this pane or where one is."""
        self._heading_for = case.id
        self._refusal_bar.keep_for(case.id)
        self._journey += 1
        journey = self._journey
        if isinstance(self.focused, Composer) and (here := self._pane_of_focus()) is not None:
            self.set_focus(here.conversation)
        actor = self._as(case.unit_id)
        self._writes.run(
            lambda: services.cases.open_case(self._system, actor, case.id, read=False),
            lambda opened: self._enter(opened, pane, journey),
        )

    def on_desk_parts_enter(self, message: DeskParts.Enter) -> None:
        self._open(message.case)

    def _enter(self, opened: OpenCase, pane: int | None, journey: int) -> None:
        if journey != self._journey:
            return  # one has gone elsewhere by now
        case, self._heading_for = opened.line.case, ""
        showing = [number for number, one in enumerate(self._panes) if one.case_id == case.id]
        self._active = showing[0] if showing else self._active if pane is None else pane
        self._active = self._active if self._three_panes else 0
        if case.id not in self._open_ids:
            self._open_ids.append(case.id)
        self._show_case(self._with_unkept(opened), self._pane)
        if case.unread:
            self._pane.read(Part.CHAT)  # whatever one looked at here before: it counts as read now
        self._in_case = True
        self._arrange_panes()
        self._show_strip()
        self._whereabouts.be(case, Doing.VIEWING)
        self.set_focus(self._pane.entrance)
        self.call_after_refresh(self._is_read, case)
        if self._typed_ahead_of == case.id:
            self._say_not_taken()

    def _is_read(self, case: Case) -> None:
        """What stands on the screen has been read by whoever's it is to read, and no more than that."""
        if all(pane.case_id != case.id for pane in self._panes):
            return  # one has gone on before it was painted
        actor = self._as(case.unit_id)
        if case.unread and routine_chat.reads(case, actor):
            self._writes.run(lambda: services.cases.mark_read(self._system, actor, case.id))
        if self._aside.display and case.id == self._panes[0].case_id:
            self._free_text_is_read(case)

    def _with_unkept(self, opened: OpenCase) -> OpenCase:
        """The case with what has been typed in it and is not yet saved."""
        case_id = opened.line.case.id
        return replace(
            opened,
            draft=self._unkept.get((case_id, Audience.MESSAGE), opened.draft),
            note_draft=self._unkept.get((case_id, Audience.NOTE), opened.note_draft),
        )

    def _be_in_pane(self, pane: CasePane) -> None:
        """The focus has come to a pane; one that shows no case is none to be in."""
        if not pane.case_id or not pane.display:
            return
        self._active = self._panes.index(pane)
        if isinstance(self.focused, Composer):
            self._heading_for = ""
            self._journey += 1  # one writes here now: nothing that was on its way leads elsewhere
        if pane.case is not None:
            self._whereabouts.be(pane.case, Doing.VIEWING)
        self._show_strip()

    def _show_again(self, opened: OpenCase) -> None:
        """A case has been read again: it is shown where it still stands, and nowhere else (H21)."""
        for pane in self._panes:
            if pane.case_id == opened.line.case.id:
                self._show_case(opened, pane)

    def _show_case(self, opened: OpenCase, pane: CasePane) -> None:
        pane.show(opened, self._as(opened.line.case.unit_id), self._system.clock.now())
        if pane is self._panes[0]:
            self._show_aside(opened)

    def _show_aside(self, opened: OpenCase) -> None:
        """The anamnesis beside the chat, where the window is wide."""
        patient = opened.line.patient
        title = _("Anamnes · {name}").format(name=clean_line(patient.name)) if patient.name else ""
        self._aside.border_title = Content(title)  # a plain string would be read as markup
        another, self._aside_of = self._aside_of != opened.line.case.id, opened.line.case.id
        self._aside.show([] if patient.protected else anamnesis(opened), at_start=another)

    def _free_text_is_read(self, case: Case) -> None:
        actor = self._as(case.unit_id)
        if case.unread_free_text and routine_chat.reads(case, actor):
            self._writes.run(lambda: services.cases.read_free_text(self._system, actor, case.id))

    def action_read_chat(self) -> None:
        self._pane.read(Part.CHAT)

    def action_read_anamnesis(self) -> None:
        self._pane.read(Part.ANAMNESIS)

    def action_read_history(self) -> None:
        self._pane.read(Part.HISTORY)

    def on_case_pane_part_read(self, message: CasePane.PartRead) -> None:
        if message.part is Part.ANAMNESIS and message.pane.case is not None:
            self._free_text_is_read(message.pane.case)

    def on_case_pane_earlier_wanted(self, message: CasePane.EarlierWanted) -> None:
        pane, case_id, before = message.pane, message.case_id, message.before
        line = self._line(case_id)

        def failed(error: P24Error) -> None:
            pane.could_not_fetch()
            self._fail(error)

        if line is not None:
            actor = self._as(line.case.unit_id)
            self._reads.run(
                lambda: services.cases.earlier_messages(self._system, actor, case_id, before),
                lambda found: pane.have_earlier(case_id, found),
                failed,
            )

    def action_next_case(self) -> None:
        self._go_along(1)

    def action_previous_case(self) -> None:
        self._go_along(-1)

    def _go_along(self, step: int) -> None:
        """To the next of the open cases, round and round."""
        here = self._heading_for or (self._pane.case_id if self._in_case else "")
        ids = self._open_ids
        if not ids:
            self._say(_("Du har inget ärende öppet."))
        elif here in ids:
            self._go_to_open(ids[(ids.index(here) + step) % len(ids)])
        else:
            self._go_to_open(self._pane.case_id if self._pane.case_id in ids else ids[0])

    def on_case_strip_chosen(self, message: CaseStrip.Chosen) -> None:
        self._go_to_open(message.case_id)

    def _go_to_open(self, case_id: str, pane: int | None = None) -> None:
        line = self._line(case_id)
        if line is None:  # it has ended, or gone to another unit
            self._forget_open(case_id)
        elif case_id != (self._heading_for or self._pane.case_id) or not self._in_case:
            self._open(line.case, pane)

    def action_close_case(self) -> None:
        """Close the case that one is in; the next open one takes its place."""
        case_id = self._pane.case_id
        if not case_id:
            return
        left = [one for one in self._open_ids if one != case_id]
        place = self._open_ids.index(case_id) if case_id in self._open_ids else 0
        self._forget_open(case_id)
        if left and not self._panes[1].case_id:
            self._go_to_open(left[min(place, len(left) - 1)])

    def _forget_open(self, case_id: str) -> None:
        """The case is no longer open here. The focus moves only where it was in it."""
        self._keep_drafts()
        here = self._pane_of_focus()
        was_here = here is not None and here.case_id == case_id
        if case_id in self._open_ids:
            self._open_ids.remove(case_id)
        for pane in self._panes:
            if pane.case_id == case_id:
                pane.clear()
        if self._panes[1].case_id and not self._panes[0].case_id:
            self._swap_left()
        elif not self._pane.case_id:
            self._active = 0
            self._whereabouts.leave()
            self._in_case = bool(self._panes[0].case_id)
        self._arrange_panes()
        self._show_strip()
        if was_here or (self._one_pane and not self._in_case):
            self.set_focus(self._pane.entrance if self._in_case else self._list)

    def _swap_left(self) -> None:
        """What stood at the side stands alone now."""
        written = self._panes[1].written
        self._panes[1].clear()
        self._stand_alone(written)

    def _stand_alone(self, written: OpenCase | None) -> None:
        """The case in the left pane, with all that has been typed in it."""
        self._active = 0
        if written is not None:
            self._show_case(written, self._panes[0])

    def action_beside(self) -> None:
        """Two cases side by side, or one again."""
        left, right = self._panes
        if not self._three_panes:
            self._say(_("Fönstret är för smalt för två ärenden bredvid varandra."))
        elif right.case_id:
            self._keep_drafts()
            staying = self._pane.written
            right.clear()
            self._stand_alone(staying)
            self._arrange_panes()
            self.set_focus(self._pane.entrance)
        else:
            others = [one for one in self._open_ids if one != left.case_id]
            if not others:
                self._say(_("Öppna ett ärende till, så kan de stå bredvid varandra."))
                return
            self._go_to_open(others[-1], pane=1)

    def _three_panes_or_not(self, three: bool) -> None:
        """The window has become wide enough for three panes, or no longer is."""
        self._three_panes = three
        if not three and self._panes[1].case_id:
            self._keep_drafts()
            here = self._pane_of_focus()
            if self._active == 1:
                self._swap_left()
            else:
                self._panes[1].clear()
            if here is self._panes[1]:
                self.set_focus(self._panes[0].entrance)
        if three and (opened := self._panes[0].opened) is not None:
            self._show_aside(opened)

    def _show_strip(self) -> None:
        """The open cases as they are now."""
        found = []
        for case_id in self._open_ids:
            line = self._line(case_id)
            if line is not None:
                name = line.patient.name or _("Skyddad person")
                risk = line.case.suicide is not SuicideRisk.NONE
                found.append(OpenOne(case_id, name, line.case.unread, risk, case_id == self._pane.case_id))
        self._case_strip.cases = tuple(found)

    def on_key(self, event: events.Key) -> None:
        if self._heading_for and event.is_printable:
            self._typed_ahead_of = self._heading_for
        if self.focused in (self._pane.conversation, self._aside):
            self._somebody_is_there()

    def on_composer_came_early(self) -> None:
        self._say_not_taken()

    def _say_not_taken(self) -> None:
        """Once is enough: whoever knows it waits for the case."""
        if not self._has_said_so:
            self._has_said_so = True
            self._say(_("Det du skrev medan ärendet öppnades togs inte emot."))

    def on_composer_touched(self) -> None:
        self._somebody_is_there()

    def _somebody_is_there(self) -> None:
        """A key in the open case shows it: what the patient wrote meanwhile, and stands there, has been read."""
        if self._pane.case is not None and self._pane.shows_latest:
            self._is_read(self._pane.case)
