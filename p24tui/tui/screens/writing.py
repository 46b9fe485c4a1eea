"""Writing at the desk: to the patient, to colleagues, with phrases; kept as one types, sent to whom it names."""

from functools import partial

from p24tui import services
from p24tui.errors import BadInput, P24Error, Refused
from p24tui.explain import explain
from p24tui.i18n import _
from p24tui.routine.case import Case
from p24tui.routine.chat import may_note
from p24tui.routine.phrase import unfilled
from p24tui.services.views import Phrase
from p24tui.store.values import Audience, Doing
from p24tui.tui.entries import Part
from p24tui.tui.screens.desk_parts import DeskParts
from p24tui.tui.screens.phrases import Drop, Insert, PhraseScreen, PhrasesScreen, Put
from p24tui.tui.widgets.composer import Composer


class Writing(DeskParts):
    """The section of the desk where one writes. What is typed belongs to the case it was typed in (H21)."""

    def action_write(self) -> None:
        if self._pane.composer.display:
            self._pane.composer.focus()
        elif self._pane.case is not None:
            self.post_message(self.ClaimWanted())

    def action_note(self) -> None:
        """Write to colleagues; the patient never sees it."""
        opened = self._pane.opened
        if opened is None:
            return
        if (refusal := may_note(opened.line.case, opened.line.patient.protection)) is not None:
            self._refuse(refusal)
        else:
            self._pane.write_note(True)
            self.set_focus(self._pane.note)

    def action_send(self) -> None:
        if isinstance(self.focused, Composer):
            self.focused.send()

    def on_composer_sent(self, message: Composer.Sent) -> None:
        line = self._line(message.case_id)
        if line is None:
            self._fail(BadInput("no-case", case=message.case_id))
        elif message.composer.audience is Audience.NOTE:
            self._write_note(line.case, message)
        elif gaps := unfilled(message.text):
            message.composer.select_gap()
            self._fail(Refused("SE-1", "unfilled", names=", ".join(gaps)))
        else:
            self._answer(line.case, message)

    def _answer(self, case: Case, message: Composer.Sent) -> None:
        def sent(after: Case) -> None:
            self._own_versions[after.id] = after.version
            self._has_gone(message)
            for pane in self._panes:
                if pane.case_id == after.id and pane.part is not Part.CHAT:
                    pane.read(Part.CHAT)  # where what was sent now stands
            self._say(_("Skickat."))

        self._header.notice = ""  # that the one before has gone is not to be taken for this one
        actor, version = self._as(case.unit_id), self._seen_version(case)
        text, message_id = message.text, message.message_id
        self._writes.run(lambda: services.chat.answer(self._system, actor, case.id, version, text, message_id), sent)

    def _seen_version(self, case: Case) -> int:
        """The version that one has before one's eyes: the list may know of something that is not shown yet."""
        shown = [pane.case.version for pane in self._panes if pane.case is not None and pane.case.id == case.id]
        return max(self._own_versions.get(case.id, 0), *shown) if shown else case.version

    def _has_gone(self, message: Composer.Sent) -> None:
        """Nothing of what was sent stays behind as a draft, wherever one is by now."""
        case_id, text, audience = message.case_id, message.text, message.composer.audience
        there = [one for pane in self._panes for one in pane.composers if one.case_id == case_id]
        for composer in (one for one in there if one.audience is audience):
            composer.sent(case_id, text)
        if not there:
            written_since = self._unkept.get((case_id, audience), "").removeprefix(text)
            self._keep_draft(case_id, written_since, audience)

    def _write_note(self, case: Case, message: Composer.Sent) -> None:
        def written(_nothing: None) -> None:
            self._has_gone(message)
            self._say(_("Anteckningen är sparad. Bara personalen ser den."))
            pane = self._pane_of_focus()
            if pane is not None and pane.case_id == case.id and pane.note.has_focus and not pane.note.text:
                pane.write_note(False)
                self.set_focus(pane.conversation)  # never where one writes to the patient

        actor = self._as(case.unit_id)
        text, note_id = message.text, message.message_id
        self._writes.run(lambda: services.notes.write_note(self._system, actor, case.id, text, note_id), written)

    def on_composer_draft_changed(self, message: Composer.DraftChanged) -> None:
        if message.composer.has_overtaken(message):
            return
        message.composer.is_kept(message.case_id, message.text)
        self._keep_draft(message.case_id, message.text, message.composer.audience)
        if (line := self._line(message.case_id)) is not None and message.case_id == self._pane.case_id:
            self._whereabouts.be(line.case, Doing.TYPING if message.text else Doing.VIEWING)

    def action_better(self) -> None:
        if isinstance(self.focused, Composer):
            self.focused.better()

    def action_phrases(self) -> None:
        """Choose a phrase for the case that one is in."""
        if self._pane.case is not None:
            self._offer_phrases()

    def _offer_phrases(self, at: str = "") -> None:
        """At once, so that what one types goes to the search; the phrases follow."""
        opened = self._pane.opened
        if opened is None:
            return
        line, case, now = opened.line, opened.line.case, self._system.clock.now()
        actor, unit = self._as(case.unit_id), self._unit(case.unit_id)
        if unit is None:
            return

        def preview(one: Phrase) -> str:
            return services.phrases.filled(one.text, line, unit, actor, now)

        screen = PhrasesScreen(preview, at=at)
        self.app.push_screen(screen, lambda answer: self._phrase_answered(case, answer))
        self._reads.run(lambda: services.phrases.all_phrases(self._system, actor), screen.offer)

    def _phrase_answered(self, case: Case, answer: Insert | Put | Drop | None) -> None:
        actor = self._as(case.unit_id)
        if isinstance(answer, Insert):
            self._insert_phrase(case, answer.text)
        elif isinstance(answer, Put):
            self._put_phrase(case, answer)
        elif isinstance(answer, Drop):
            self._writes.run(
                lambda: services.phrases.drop_phrase(self._system, actor, answer.id),
                lambda _nothing: self._offer_phrases(),
            )

    def _insert_phrase(self, case: Case, text: str, *, apart: bool = False) -> None:
        """Into the case that it was chosen and filled in for, and no other (H21); ``apart`` from what stands there."""
        pane = next((one for one in self._panes if one.case_id == case.id), None)
        here = next((one for one in pane.composers if one.display and not one.read_only), None) if pane else None
        if here is not None:
            self.set_focus(here)
            if apart and here.text.strip():
                self._say(_("Frågan står efter det som redan var skrivet. Läs det innan du skickar."))
            here.add_paragraph(text) if apart else here.put_phrase(text)
        else:
            self._say(_("Ta emot ärendet först, så kan du skriva i det."))

    def on_desk_parts_phrase_wanted(self, message: DeskParts.PhraseWanted) -> None:
        """Going to a case is an errand too: what comes after it finds the case open, or one has gone elsewhere."""
        case, text = message.case, message.text
        if any(pane.case_id == case.id and pane.display for pane in self._panes):
            self._insert_phrase(case, text, apart=True)
            return
        self.post_message(self.Enter(case))
        insert = partial(self._insert_phrase, case, text, apart=True)
        self.call_later(lambda: self._writes.run(lambda: None, lambda _nothing: insert()))

    def _put_phrase(self, case: Case, put: Put) -> None:
        actor = self._as(case.unit_id)

        def not_kept(error: P24Error) -> None:
            again = PhraseScreen(put.phrase, explain(error))
            self.app.push_screen(again, lambda answer: self._phrase_answered(case, answer))

        self._writes.run(
            lambda: services.phrases.put_phrase(self._system, actor, put.phrase),
            lambda kept: self._offer_phrases(at=kept.id),
            not_kept,
        )
