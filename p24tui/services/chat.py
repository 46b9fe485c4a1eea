"""What staff do in a chat: claim, release, answer, hold; and the draft that is kept while they write."""

from datetime import date

from p24tui.clock import local_date
from p24tui.errors import BadInput
from p24tui.routine import chat, holding, visit
from p24tui.routine.actor import Actor
from p24tui.routine.case import Case
from p24tui.routine.decision import Refusal
from p24tui.routine.phrase import may_send, unfilled
from p24tui.services.access import right
from p24tui.services.change import change, change_in, locked, permitted, taking_on
from p24tui.store import cases, drafts, messages
from p24tui.store.values import Audience, Author, CaseRow, Message
from p24tui.system import System
from p24tui.text import clean_text


@right("case.take")
def claim(system: System, actor: Actor, case_id: str, version: int) -> Case:
    """Take the case on. Raises ``Refused`` where another has it or the actor may not (CH-4, PR-1), or ``Stale``."""
    return change(
        system,
        actor,
        case_id,
        "case.claimed",
        lambda row: chat.claim(row.case, actor, row.patient.protection),
        version=version,
    )


@right("case.take")
def release(system: System, actor: Actor, case_id: str, version: int) -> Case:
    """Give the case back to the queue. Raises ``Refused`` where the actor does not have it, or ``Stale``."""
    return change(system, actor, case_id, "case.released", lambda row: chat.release(row.case, actor), version=version)


@right("chat.send")
def answer(system: System, actor: Actor, case_id: str, version: int, text: str, message_id: str) -> Case:
    """Write to the patient, and drop the draft. ``message_id`` makes a second press store nothing more.

    Raises ``Refused`` where the actor does not have the case or a gap in the text is not filled in (SE-1), ``Stale``
    where the patient or a colleague came in between, or another text has gone by this id though nobody was told,
    ``BadInput`` for an empty text; the draft is kept then.
    """
    cleaned = clean_text(text).strip()
    if not cleaned:
        raise BadInput("empty-message")
    permitted(may_send(cleaned), names=", ".join(unfilled(cleaned)))
    now = system.clock.now()
    with system.store.writing() as tx:
        if (known := messages.one(tx, message_id)) is not None:
            if known.text != cleaned:
                raise cases.stale(tx, case_id)
            return locked(tx, case_id).case
        permitted(visit.reaches(cases.contact(tx, case_id).source))
        case = change_in(
            tx,
            system,
            actor,
            case_id,
            "message.sent",
            lambda row: chat.answer(row.case, actor, row.patient.protection, now),
            version=version,
            message_id=message_id,
        )
        messages.add(tx, Message(message_id, case_id, Author.STAFF, actor.staff_id, actor.name, cleaned, now, now))
        if actor.staff_id:
            drafts.save(tx, case_id, actor.staff_id, "", now)
        return case


@right("case.take")
def hold(
    system: System, actor: Actor, case_id: str, version: int, until: date, reason: str, *, takes_on: bool = False
) -> Case:
    """Let the case rest until a day, with a reason; ``takes_on`` lets what nobody has be taken on for it.

    Raises ``Refused`` where the rules forbid it, or ``Stale``.
    """
    today = local_date(system.clock.now())
    said = clean_text(reason).strip()

    def decide(row: CaseRow) -> Case | Refusal:
        return holding.hold(row.case, actor, until, said, today)

    return change(
        system,
        actor,
        case_id,
        "case.held",
        taking_on(actor, decide) if takes_on else decide,
        version=version,
        rule="SE-4",
        until=until.isoformat(),
        reason=said,
    )


@right("chat.send")
def save_draft(system: System, actor: Actor, case_id: str, text: str, audience: Audience = Audience.MESSAGE) -> None:
    """Keep what the actor has begun to write in this case, and in no other, to the patient or to colleagues."""
    if actor.staff_id:
        with system.store.writing() as tx:
            drafts.save(tx, case_id, actor.staff_id, text, system.clock.now(), audience)
