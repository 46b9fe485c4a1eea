"""Handing cases over at the desk: offering one, taking it back, and answering what is offered to oneself."""

import time
from collections.abc import Iterable
from datetime import datetime

from p24tui import services
from p24tui.errors import P24Error
from p24tui.explain import explain
from p24tui.i18n import _
from p24tui.routine.case import Case, SuicideRisk
from p24tui.routine.chat import may_handle, owned_by
from p24tui.routine.handover import OfferState, Target
from p24tui.routine.phrase import fill
from p24tui.services.views import CaseLine, OfferLine, Phrase
from p24tui.store.duty_values import HandoverRow
from p24tui.text import clean_line
from p24tui.tui.screens.handover import AskPatient, Give, HandoverScreen
from p24tui.tui.screens.offered import AcceptScreen, Answered, OfferedScreen
from p24tui.tui.screens.taking_over import Said, TakingOver
from p24tui.words.cases import SUICIDE, handed_word
from p24tui.words.times import short_moment

OFFERS_READ_EVERY = 30.0
"""Seconds between readings of what is offered, where nothing has been heard of a change."""

OFFERS_READ_APART = 1.0
"""Seconds between two readings while much changes."""

CONSENT_PHRASE = "handover-consent"


class HandingOver(TakingOver):
    """The section of the desk where a case is handed over (CH-11)."""

    _offers: tuple[OfferLine, ...] = ()
    _offers_are_old = True
    _offers_at = float("-inf")
    _rung: frozenset[tuple[str, datetime | None]] = frozenset()

    def action_hand_over(self) -> None:
        """Offer the case to somebody, or take back what one has offered."""
        if (case := self._chosen()) is not None:
            self._hand_over(case)

    def _hand_over(self, case: Case) -> None:
        line, actor = self._line(case.id), self._as(case.unit_id)
        if line is None:
            return
        refusal = may_handle(actor, line.patient.protection)
        if refusal is None and not self._takes_on(case):
            refusal = owned_by(case, actor)
        if refusal is not None:
            self._refuse(refusal, self._owner_name(case))
        elif case.handed_at is not None:
            at = short_moment(case.handed_at, self._system.clock.now())
            screen = OfferedScreen(self._patient_name(case), handed_word(case.handed_to), at)
            self.app.push_screen(screen, lambda back: self._take_back(case) if back else None)
        else:
            self._keep_drafts()
            self._ask_to_whom(case)

    def _ask_to_whom(self, case: Case, before: Give | None = None, problem: str = "", message: str = "") -> None:
        """``message`` is what one has said already of why; ``before`` is what was refused for that ``problem``."""
        actor, risk = self._as(case.unit_id), case.suicide
        screen = HandoverScreen(
            self._patient_name(case),
            self._system.clock.now(),
            suicide=risk is not SuicideRisk.NONE,
            message=message,
            before=before,
            problem=problem,
        )

        def answered(answer: Give | AskPatient | None) -> None:
            newest = self._line(case.id) if problem else None  # one has been told that it changed meanwhile
            self._to_whom(newest.case if newest is not None else case, answer)

        self.app.push_screen(screen, answered)
        assessors = risk is SuicideRisk.AWAITING
        self._reads.run(
            lambda: services.handover.targets(self._system, actor, assessors_only=assessors),
            lambda found: screen.offer(found, case.unit_id),
        )

    def _to_whom(self, case: Case, answer: Give | AskPatient | None) -> None:
        if isinstance(answer, AskPatient):
            self._ask_patient(case, answer.target)
        elif isinstance(answer, Give):
            self._give(case, answer)

    def _give(self, case: Case, give: Give) -> None:
        actor = self._as(case.unit_id)

        def offered(after: Case) -> None:
            self._own_versions[after.id] = after.version
            words = _("Erbjudet till {to}. Ärendet är ditt tills någon tar emot det.")
            self._done(after, words.format(to=handed_word(after.handed_to)))

        def refused(error: P24Error) -> None:
            now = self._line(case.id)
            self._ask_to_whom(now.case if now else case, give, explain(error))

        takes_on, told = self._takes_on(case), (give.target, give.message, give.consent)
        self._writes.run(
            lambda: services.handover.offer(self._system, actor, case.id, case.version, *told, takes_on=takes_on),
            offered,
            refused,
        )

    def _take_back(self, case: Case) -> None:
        actor = self._as(case.unit_id)
        self._writes.run(
            lambda: services.handover.withdraw(self._system, actor, case.id),
            lambda after: self._done(after, _("Överlämningen är tillbakatagen.")),
        )

    def _ask_patient(self, case: Case, target: Target) -> None:
        """The question goes into the answer to the patient, for one to read and send."""
        line, actor, unit = self._line(case.id), self._as(case.unit_id), self._unit(case.unit_id)
        if line is None or unit is None:
            return
        now = self._system.clock.now()

        def insert(found: tuple[Phrase, ...]) -> None:
            phrase = next(one for one in found if CONSENT_PHRASE in (one.id, one.replaces))
            text = services.phrases.filled(phrase.text, line, unit, actor, now)
            self.post_message(self.PhraseWanted(case, fill(text, _receiver(target))))

        self._reads.run(lambda: services.phrases.all_phrases(self._system, actor), insert)

    def action_answer_colleague(self) -> None:
        """Answer the first question or offer, or take note of the first thing that was told."""
        first = next(iter(self._to_answer), None)
        offer = next((one for one in self._offers if first is not None and one.row.id == first.offer_id), None)
        if offer is not None:
            self._ask_about(offer)
        else:
            super().action_answer_colleague()

    def _take_over(self, case: Case) -> None:
        """What is offered to one is answered: to take it over would be to pass by what the colleague has said."""
        offer = next((one for one in self._offers if one.row.case_id == case.id), None)
        if offer is not None:
            self._ask_about(offer)
        else:
            super()._take_over(case)

    def _ask_about(self, offer: OfferLine, reason: str = "") -> None:
        screen = AcceptScreen(offer, self._system.clock.now(), reason)
        self.app.push_screen(screen, lambda answer: self._offer_answered(offer, answer))

    def _offer_answered(self, offer: OfferLine, answer: Answered | None) -> None:
        if answer is None:
            return
        row, actor, here = offer.row, self._as(offer.row.to_unit), self._still_here()

        def taken(after: Case) -> None:
            self._done(after, _("Du har tagit emot ärendet från {who}.").format(who=clean_line(row.from_name)))
            self._offers_are_old = True
            if here():
                self.post_message(self.Enter(after))

        def declined(after: Case) -> None:
            self._done(after, _("Du har avböjt. {who} får veta varför.").format(who=clean_line(row.from_name)))
            self._offers_are_old = True

        if answer.takes:
            self._keep_drafts()
            self._writes.run(lambda: services.handover.accept(self._system, actor, row.case_id, row.id), taken)
        else:
            self._writes.run(
                lambda: services.handover.decline(self._system, actor, row.case_id, row.id, answer.reason), declined
            )

    def _look_at_offers(self) -> None:
        """Looked at each second: what is offered to one is read anew where it is time to."""
        passed = time.monotonic() - self._offers_at
        if self._live.whole and passed >= (OFFERS_READ_APART if self._offers_are_old else OFFERS_READ_EVERY):
            self._read_offers()

    def _read_offers(self) -> None:
        self._offers_at, self._offers_are_old = time.monotonic(), False
        ids = [unit.id for unit in self._units]
        seen = {one.row.id for one in self._offers}
        self._reads.run(
            lambda: services.handover.offers_for(self._system, self._actor, ids, seen=seen),
            self._have_offers,
            lambda _error: None,
        )

    def _have_offers(self, found: tuple[OfferLine, ...]) -> None:
        """Whatever is new, or has called again, rings."""
        self._show_offers(found)
        calls = frozenset((one.row.id, one.row.called_at) for one in found)
        if calls - self._rung:
            self.post_message(self.RingWanted(len(found)))
        self._rung = calls

    def _show_offers(self, found: tuple[OfferLine, ...]) -> None:
        self._offers = found
        self._offered = tuple(map(_offer_said, found))
        self._show_said()

    def _look_for_questions(self, lines: Iterable[CaseLine]) -> None:
        """What one has offered and has not been taken is told of too; of a protected person nothing is."""
        lines = tuple(lines)
        hidden = {line.case.id for line in lines if line.patient.protected}
        if any(one.row.case_id in hidden for one in self._offers):
            self._show_offers(tuple(one for one in self._offers if one.row.case_id not in hidden))
        for line in lines:
            if line.case.id not in hidden and self._was_declined(line):
                self._tell_declined(line)
        super()._look_for_questions(lines)

    def _was_declined(self, now: CaseLine) -> bool:
        before, me = self._live.line(now.case.id), self._actor.staff_id
        if before is None or before.case.handed_at is None or now.case.handed_at is not None:
            return False
        return before.case.owner_id == me == now.case.owner_id

    def _tell_declined(self, line: CaseLine) -> None:
        case, actor, name = line.case, self._as(line.case.unit_id), clean_line(line.patient.name)

        def tell(rows: tuple[HandoverRow, ...]) -> None:
            if rows and rows[-1].state is OfferState.DECLINED:
                last = rows[-1]
                words = _("{who} avböjde {name}: {reason}").format(
                    who=clean_line(last.answered_by_name), name=name, reason=clean_line(last.reason)
                )
                self._said = (*self._said, Said(case.id, words, False))
                self._show_said()

        self._reads.run(lambda: services.handover.of_case(self._system, actor, case.id), tell)

    def _look_for_gone(self, case_ids: Iterable[str]) -> None:
        """These cases have gone to another unit: who had one is told."""
        for line in map(self._live.line, case_ids):
            if line is not None and line.case.owner_id == self._actor.staff_id and line.case.handed_at is not None:
                words = _("{name} är mottagen på den andra enheten.").format(name=clean_line(line.patient.name))
                self._said = (
                    *(one for one in self._said if one.case_id != line.case.id),
                    Said(line.case.id, words, False),
                )
        self._show_said()


def _offer_said(one: OfferLine) -> Said:
    words = _("{who} vill lämna över {name}: {message}").format(
        who=clean_line(one.row.from_name),
        name=clean_line(one.patient.name),
        message=clean_line(one.row.message) or clean_line(one.matter),
    )
    return Said(one.row.case_id, f"{SUICIDE} {words}" if one.suicide else words, True, one.row.id)


def _receiver(target: Target) -> dict[str, str]:
    """To whom, as the patient is asked, in Swedish; a profession that says nothing to them is left to be filled in."""
    profession = services.phrases.said_to_patients(target.profession)
    if target.staff_id is not None:
        return {"mottagare": ", ".join(filter(None, [clean_line(target.name), profession]))}
    return {"mottagare": f"en {profession}"} if profession else {}
