"""What stands between two colleagues about a case: asking for it, answering, and being told what became of it."""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from p24tui import services
from p24tui.errors import P24Error
from p24tui.i18n import _
from p24tui.routine.case import Case, SuicideRisk
from p24tui.routine.takeover import is_free_to_take
from p24tui.services.views import CaseLine
from p24tui.text import clean_line
from p24tui.tui.screens.desk_parts import DeskParts
from p24tui.tui.screens.takeover import Answer, AnswerScreen, Asked, AskedScreen, AskScreen
from p24tui.words.times import clock_time


class Said(Struct, frozen=True):
    """Something to be answered or taken note of: in which case, in words, and whether it is a question.

    ``offer_id`` is the handover that is offered, where that is the question.
    """

    case_id: str
    words: str
    question: bool
    offer_id: str = ""


class TakingOver(DeskParts):
    """The section of the desk where colleagues agree who has a case (CH-11)."""

    _said: tuple[Said, ...] = ()
    _offered: tuple[Said, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._done_here: set[tuple[str, int]] = set()

    def _take_over(self, case: Case) -> None:
        """Somebody else has the case: ask for it, or where it is free to take, take it."""
        actor = self._as(case.unit_id)
        if is_free_to_take(case, actor):
            self._take(case)
        elif case.asked_by == actor.staff_id and case.asked_at is not None:
            said = AskedScreen(self._patient_name(case), self._owner_name(case), clock_time(case.asked_at))
            self.app.push_screen(said, lambda answer: self._asked_before(case, answer))
        else:
            asking = AskScreen(self._patient_name(case), self._owner_name(case))
            self.app.push_screen(asking, lambda reason: self._ask(case, reason))

    def _ask(self, case: Case, reason: str | None) -> None:
        if reason:
            actor, owner = self._as(case.unit_id), self._owner_name(case)

            def not_asked(error: P24Error) -> None:
                self._fail(error)
                now = self._line(case.id)
                again = AskScreen(self._patient_name(case), owner, reason)
                self.app.push_screen(again, lambda reason: self._ask(now.case if now else case, reason))

            self._writes.run(
                lambda: services.takeover.ask(self._system, actor, case.id, case.version, reason),
                lambda _case: self._say(_("{owner} har fått din fråga.").format(owner=owner)),
                not_asked,
            )

    def _asked_before(self, case: Case, answer: Asked | None) -> None:
        actor = self._as(case.unit_id)
        if answer is Asked.TAKE:
            self._take(case)
        elif answer is Asked.WITHDRAW:
            self._writes.run(
                lambda: services.takeover.withdraw(self._system, actor, case.id),
                lambda after: self._done(after, _("Din fråga är tillbakatagen.")),
            )

    def _take(self, case: Case) -> None:
        actor, owner, here = self._as(case.unit_id), self._owner_name(case), self._still_here()

        def taken(after: Case) -> None:
            self._done(after, _("Du har tagit över ärendet från {owner}.").format(owner=owner))
            if here():
                self.post_message(self.Enter(after))

        self._writes.run(lambda: services.takeover.take(self._system, actor, case.id, case.version), taken)

    def action_answer_colleague(self) -> None:
        """Answer the first question, or take note of the first thing that was told."""
        if not self._said:
            self._say(_("Ingen kollega frågar något."))
            return
        first = self._said[0]
        line = self._line(first.case_id)
        if not first.question or line is None:
            self._said = self._said[1:]
            self._show_said()
            return
        case = line.case
        asker, reason = clean_line(case.asked_by_name), clean_line(case.asked_reason)
        suicide = case.suicide is not SuicideRisk.NONE
        asking = AnswerScreen(self._patient_name(case), asker, reason, suicide=suicide)
        self.app.push_screen(asking, lambda answer: self._answered(case, answer))

    def _answered(self, case: Case, answer: Answer | None) -> None:
        actor, who = self._as(case.unit_id), clean_line(case.asked_by_name)
        if answer is Answer.LET_GO:
            self._keep_drafts()
            self._writes.run(
                lambda: services.takeover.let_go(self._system, actor, case.id, case.asked_by or ""),
                lambda after: self._done(after, _("{who} har ärendet nu.").format(who=who)),
            )
        elif answer is Answer.KEEP:
            self._writes.run(
                lambda: services.takeover.keep(self._system, actor, case.id),
                lambda _case: self._say(_("Du behåller ärendet. {who} får veta det.").format(who=who)),
            )

    def _look_for_questions(self, lines: Iterable[CaseLine]) -> None:
        """These lines are about to take the place of what the list knows: what is asked or told by it is kept."""
        said = {one.case_id: one for one in self._said}
        for line in lines:
            if line.patient.protected:
                said.pop(line.case.id, None)
                continue
            told = self._told(self._live.line(line.case.id), line)
            if told is not None:
                said[line.case.id] = told
            elif (known := said.get(line.case.id)) is not None and known.question:
                del said[line.case.id]
        if len(said) != len(self._said) or set(said.values()) != set(self._said):
            self._said = tuple(sorted(said.values(), key=lambda one: not one.question))
            self._show_said()

    def _told(self, before: CaseLine | None, now: CaseLine) -> Said | None:
        """What a colleague asks of one, or has done with what one had or asked for."""
        me, case = self._actor.staff_id, now.case
        name, owner = clean_line(now.patient.name), clean_line(now.owner)
        if case.owner_id == me and case.asked_by is not None:
            words = _("{who} vill ta över {name}: {reason}")
            asked = words.format(who=clean_line(case.asked_by_name), name=name, reason=clean_line(case.asked_reason))
            return Said(case.id, asked, True)
        if before is None or (case.id, case.version) in self._done_here:
            return None
        was = before.case
        if was.owner_id == me and case.owner_id not in (me, None) and was.handed_at is not None:
            return Said(case.id, _("{who} har tagit emot {name}.").format(who=owner, name=name), False)
        if was.owner_id == me and case.owner_id not in (me, None):
            return Said(case.id, _("{who} har tagit över {name}.").format(who=owner, name=name), False)
        if was.asked_by == me and case.asked_by != me and case.owner_id == me:
            return Said(case.id, _("{name} är nu ditt ärende.").format(name=name), False)
        if was.asked_by == me and case.asked_by != me and case.owner_id == was.owner_id:
            return Said(case.id, _("{who} behåller {name}.").format(who=owner, name=name), False)
        return None

    @property
    def _to_answer(self) -> tuple[Said, ...]:
        """Everything that is asked, told or offered, the questions first."""
        return tuple(sorted((*self._said, *self._offered), key=lambda one: not one.question))

    def _show_said(self) -> None:
        said = self._to_answer
        self._ask_bar.is_question = bool(said) and said[0].question
        self._ask_bar.said = tuple(one.words for one in said)

    def _done(self, case: Case, words: str) -> None:
        """One has done this oneself: one need not be told of it, nor where the list has heard of it before this."""
        self._done_here.add((case.id, case.version))
        self._said = tuple(one for one in self._said if one.question or one.case_id != case.id)
        self._show_said()
        self._say(words)

    def _owner_name(self, case: Case) -> str:
        line = self._line(case.id)
        return clean_line(line.owner) if line else ""
