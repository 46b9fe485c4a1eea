"""The closing check at the desk: one key for each thing that one does with a case at closing, and the signature."""

from collections.abc import Callable, Collection
from datetime import date

from p24tui import services
from p24tui.clock import local_date
from p24tui.i18n import _, ngettext
from p24tui.routine import closing
from p24tui.routine.actor import Actor
from p24tui.routine.case import Case, CaseState
from p24tui.routine.closing import Remaining
from p24tui.routine.decision import Refusal
from p24tui.routine.protection import Protection
from p24tui.services.views import CaseLine
from p24tui.store.duty_values import Closing, OnShift
from p24tui.tui.closing_page import is_done
from p24tui.tui.places import name_of
from p24tui.tui.screens.assessing import Assessing
from p24tui.tui.screens.duties import Duties
from p24tui.tui.screens.places_of_desk import Places
from p24tui.tui.screens.questions import AskTellScreen, SignScreen
from p24tui.tui.screens.telling import Recipient, TellManyScreen
from p24tui.words.times import day_words

May = Callable[[Case, Actor, Protection], Refusal | None]
Deed = Callable[[Case, Actor], None]


class ClosingCheck(Places, Assessing, Duties):
    """The section of the desk that closes for the day."""

    def action_closing_tell(self) -> None:
        """Say to the patient of the row that the unit closes; the text is shown first."""

        def may(case: Case, actor: Actor, protection: Protection) -> Refusal | None:
            return closing.may_tell(case, actor, protection, self._day_of(case))

        self._ask_first(services.closing.PHRASE, may, self._tell)

    def action_closing_keep(self) -> None:
        """Keep the case for the next weekday, because there were no times."""
        self._ask_first(services.closing.NO_TIMES_PHRASE, closing.may_keep, self._keep)

    def action_closing_end_with_day(self) -> None:
        """End the chat of a patient who has not answered, with the day that they can answer in."""
        self._ask_first(services.closing.ENDED_PHRASE, closing.may_end_with_day, self._end_with_day)

    def _ask_first(self, phrase: str, may: May, deed: Deed) -> None:
        """Where one may, show what the patient of the row will be told before it is done."""
        if (case := self._chosen()) is None or (line := self._line(case.id)) is None:
            return
        actor = self._as(case.unit_id)
        if (refusal := may(case, actor, line.patient.protection)) is not None:
            self._refuse(refusal, line.owner)
            return
        name = self._patient_name(case)

        def have(texts: dict[str, str]) -> None:
            if self.app.screen is self and case.id in texts:
                screen = AskTellScreen(phrase, name, texts[case.id])
                self.app.push_screen(screen, lambda yes: deed(case, actor) if yes else None)

        self._reads.run(lambda: services.closing.text_for(self._system, actor, [case.id], phrase), have)

    def action_closing_next(self) -> None:
        """Go to the next row at which something is left to do."""
        ids = self._closing_list.ids
        if not ids:
            return
        here, (days, today) = ids.index(self._closing_list.cursor_id), self._days()
        for id in (*ids[here + 1 :], *ids[:here]):
            line = self._live.line(id)
            if line is not None and not is_done(line, days.get(line.case.unit_id, today)):
                self._closing_list.move_to(id)
                return
        self._say(_("Inget mer är kvar att åtgärda."))

    def action_closing_tell_many(self) -> None:
        """Say it to all whom it is safe to say it to, after a look at who gets what."""
        lines = [line for line in self._live.every_line_in_order if line.case.state is not CaseState.ENDED]
        days, today = self._days()
        recipients = [self._recipient(line, days.get(line.case.unit_id, today)) for line in lines]
        will_get = [one.case.id for one in recipients if one.refusal is None]

        def have(texts: dict[str, str]) -> None:
            if self.app.screen is self:
                self.app.push_screen(TellManyScreen(self._system, self._as, recipients, texts))

        def read() -> dict[str, str]:
            units = {one.case.unit_id for one in recipients if one.refusal is None}
            found: dict[str, str] = {}
            for unit_id in units:
                ids = [one.case.id for one in recipients if one.refusal is None and one.case.unit_id == unit_id]
                found |= services.closing.text_for(self._system, self._as(unit_id), ids)
            return found

        if will_get:
            self._reads.run(read, have)
        else:
            self._say(_("Det finns ingen att säga det till: gå igenom dem som är kvar en för en."))

    def action_closing_sign(self) -> None:
        """Sign the closing of the unit of the row, or of one's own."""
        case = self._chosen()
        unit_id = case.unit_id if case else self._actor.unit_id
        actor = self._as(unit_id)
        found = self._duties.get(unit_id)
        if found is None or found.closes_at is None:
            self._refuse(Refusal("CH-7", "sign-early"))
            return
        day = local_date(found.closes_at)
        still_open = [
            line
            for line in self._live.every_line
            if line.case.unit_id == unit_id
            and line.case.state is not CaseState.ENDED
            and line.case.received_at < found.closes_at  # what has come since is for the next day
        ]
        remaining = closing.may_sign([line.case for line in still_open], actor, day)
        if isinstance(remaining, Refusal):
            self._refuse(remaining)
            in_the_way = (line for line in still_open if closing.may_sign([line.case], actor, day) == remaining)
            if (first := next(in_the_way, None)) is not None:
                self._closing_list.move_to(first.case.id)
            return
        still_here = self._still_here()

        def ask(there: list[OnShift]) -> None:
            if still_here():
                self._ask_to_sign(actor, day, still_open, remaining, {one.shift.staff_id for one in there})

        self._reads.run(lambda: services.shift.on_shift(self._system, [unit_id]), ask)

    def _ask_to_sign(
        self, actor: Actor, day: date, still_open: list[CaseLine], left: Collection[Remaining], there: Collection[str]
    ) -> None:
        """Show what is signed; ``there`` are the ids of those who are on shift."""
        lines = {line.case.id: line for line in still_open}
        said = [(name_of(lines[one.case_id]), lines[one.case_id].owner, one.owner_id in there) for one in left]
        unit = self._unit(actor.unit_id)

        def answered(signs: bool | None) -> None:
            if signs:
                self._writes.run(lambda: services.closing.sign(self._system, actor), self._signed)

        self.app.push_screen(SignScreen(unit.name if unit else "", day, len(still_open), said, actor.name), answered)

    def _signed(self, signed: Closing) -> None:
        self._look_at_duties(at_once=True)
        many = len(signed.remaining)
        rest = (
            ngettext(
                "{count} ärende är kvar hos den som har det.", "{count} ärenden är kvar hos dem som har dem.", many
            )
            if many
            else _("Inget är bortglömt.")
        )
        self._say(_("Stängningen är signerad. {rest}").format(rest=rest.format(count=many)))

    def _tell(self, case: Case, actor: Actor) -> None:
        self._writes.run(
            lambda: services.closing.tell(self._system, actor, case.id, case.version),
            lambda after: self._closing_did(
                after, _("{name} vet att enheten stänger.").format(name=self._patient_name(case))
            ),
        )

    def _keep(self, case: Case, actor: Actor) -> None:
        def kept(after: Case) -> None:
            day = day_words(after.held_until) if after.held_until else ""
            self._closing_did(after, _("Ärendet kommer först {day}.").format(day=day))

        self._writes.run(lambda: services.closing.keep_for_tomorrow(self._system, actor, case.id, case.version), kept)

    def _end_with_day(self, case: Case, actor: Actor) -> None:
        self._writes.run(
            lambda: services.closing.end_with_day(self._system, actor, case.id, case.version),
            lambda after: self._closing_did(after, _("Avslutat. Patienten kan svara hela nästa dag.")),
        )

    def _closing_did(self, after: Case, words: str) -> None:
        self._say(words)
        self._duties_are_old = True
        self._closing_list.has_seen_to(after.id)

    def _did(self, case: Case, words: str) -> None:
        super()._did(case, words)
        self._closing_list.has_seen_to(case.id)

    def _recipient(self, line: CaseLine, day: date) -> Recipient:
        refusal = closing.may_tell_among_many(line.case, self._as(line.case.unit_id), line.patient.protection, day)
        return Recipient(line.case, name_of(line), refusal)

    def _day_of(self, case: Case) -> date:
        days, today = self._days()
        return days.get(case.unit_id, today)

    def _days(self) -> tuple[dict[str, date], date]:
        """The local day that is closed, by unit, and the one of any other."""
        return self._closing_days(), local_date(self._system.clock.now())
