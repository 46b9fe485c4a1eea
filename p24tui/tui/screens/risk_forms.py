"""The forms of the steps about suicide risk, and what their answers state."""

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import Struct

from p24tui.errors import BadInput
from p24tui.i18n import _
from p24tui.routine.actor import ASSESSORS, Profession
from p24tui.routine.case import RiskLevel
from p24tui.routine.risk_course import (
    Assessment,
    Basis,
    Booking,
    Call,
    Decision,
    Entry,
    HandedOn,
    InsteadOfVisit,
    NoSuspicion,
    Outcome,
    Prolonged,
    Safety,
    Service,
    Suspicion,
    Visited,
)
from p24tui.routine.suicide import is_booked_while_closed
from p24tui.services.views import RiskView
from p24tui.text import clean_line
from p24tui.tui.screens.form import Answers, Choice, Line, Part, Several, Text
from p24tui.tui.screens.risk import Step
from p24tui.words.cases import profession_word
from p24tui.words.risk import BASES, INSTEAD, LEVELS, OUTCOMES, SERVICES, rungs
from p24tui.words.times import clock_time, day_and_time, day_words, read_moment

YES, NO = "yes", "no"


class Form(Struct, frozen=True):
    """A step's form: its parts, and what stands under them."""

    parts: tuple[Part, ...]
    note: str = ""
    saves: str = ""


def form_of(step: Step, view: RiskView, now: datetime) -> Form:
    """The form of a step."""
    return _FORMS[step](view, now)


def _suspect(_view: RiskView, _now: datetime) -> Form:
    note = _("Patienten blir kvar hos dig, överst i listan, tills en psykolog eller läkare har tagit emot.")
    return Form((Line("why", _("Vad det bygger på"), hint=_("patientens ord, formuläret, ett samtal")),), note)


def _no_suspicion(_view: RiskView, _now: datetime) -> Form:
    note = _("Alla yrken får säga det, när allt är läst. Vid misstanke behövs den samlade bedömningen.")
    return Form((Line("why", _("I egna ord"), hint=_("frivilligt")),), note)


def _assess(view: RiskView, _now: datetime) -> Form:
    levels = {level.value: _(LEVELS[level]) for level in (RiskLevel.LOW, RiskLevel.MODERATE, RiskLevel.HIGH)}
    basis = (Basis.ANAMNESIS.value,) if view.case.has_form else ()
    return Form(
        (
            Choice("level", _("Suicidrisk"), levels),
            Choice("rung", _("Suicidstegen"), rungs()),
            Several("basis", _("Bygger på"), {one.value: _(words) for one, words in BASES.items()}, basis),
            Text("risk", _("Riskfaktorer")),
            Text("protective", _("Skyddsfaktorer")),
            Choice("certain", _("Låg fast ej nådd?"), _yes_no(), NO),
        ),
        _(
            "Låg fast ej nådd: patienten svarar inte, och risken är låg med rimlig säkerhet. Suicidstegen avgör aldrig "
            "nivån."
        ),
        _("signera"),
    )


def _safety(_view: RiskView, _now: datetime) -> Form:
    note = _("Ställ frågan med frasen ”Tryggt att fortsätta online?”. Skriv patientens eget svar här.")
    return Form(
        (
            Choice("safe", _("Känns det tryggt?"), _yes_no()),
            Line("instead", _("Om inte tryggt"), hint=_("vad ni gör i stället")),
        ),
        note,
    )


def _book(view: RiskView, _now: datetime) -> Form:
    last = view.case.visit_by
    professions = {one.value: profession_word(one) for one in sorted(ASSESSORS)}
    note = _("Besöket ska äga rum senast {day}. Patienten är kvar i chatten tills det är antecknat.").format(
        day=day_words(last) if last else "–"
    )
    return Form(
        (
            Line("at", _("När"), hint=_("som 24 nov 09.30")),
            Choice("profession", _("Hos"), professions),
            Line("whom", _("Namn")),
            Line("where", _("Var"), hint=_("mottagning, rum")),
        ),
        note,
    )


def _visited(_view: RiskView, _now: datetime) -> Form:
    return Form(
        (
            Choice("came", _("Besöket"), {YES: _("har ägt rum"), NO: _("patienten kom inte")}),
            Line("note", _("Att veta"), hint=_("frivilligt")),
        ),
        _("Kom patienten inte larmar ärendet igen: sök hen per telefon."),
    )


def _decide(_view: RiskView, _now: datetime) -> Form:
    note = _("Psykolog eller läkare beslutar, i dialog med patienten, utifrån vad som bedöms säkert.")
    because = {one.value: _(words) for one, words in INSTEAD.items()}
    return Form(
        (
            Choice("because", _("Därför att"), because),
            Text("decision", _("Beslut")),
            Text("reason", _("Varför säkert")),
        ),
        note,
        _("signera"),
    )


def _call(_view: RiskView, now: datetime) -> Form:
    return Form(
        (
            Line("at", _("När"), clock_time(now)),
            Choice("outcome", _("Utfall"), {one.value: _(words) for one, words in OUTCOMES.items()}),
            Line("note", _("Vad som kom fram"), hint=_("behövs när patienten svarade")),
        )
    )


def _prolong(_view: RiskView, now: datetime) -> Form:
    at = clock_time(now + timedelta(hours=1))
    return Form(
        (Line("until", _("Till"), at, hint=_("som 15.30 eller 24 nov 09.00")), Text("why", _("Varför säkert"))),
        _("Högst ett dygn åt gången. Då larmar ärendet igen; skriver patienten dessförinnan larmar det genast."),
        _("signera"),
    )


def _hand_on(_view: RiskView, now: datetime) -> Form:
    services = {one.value: _(words) for one, words in SERVICES.items()}
    return Form(
        (
            Choice("service", _("Vem tog över"), services),
            Line("whom", _("Talade med"), hint=_("jourens läkare, eller SOS Alarm och ärendenummer")),
            Line("at", _("När"), clock_time(now)),
            Line("why", _("Att veta"), hint=_("frivilligt")),
        ),
        _("Ring först, vid fara 112. Här antecknas att de har tagit över."),
    )


def _look(_view: RiskView, _now: datetime) -> Form:
    note = _(
        "Namn, nummer och telefon visas för dig en gång, med ditt namn i loggen. De sparas ingenstans och får inte "
        "skrivas i ärendet."
    )
    return Form((Line("why", _("Varför")),), note, _("visa"))


_FORMS: dict[Step, Callable[[RiskView, datetime], Form]] = {
    Step.SUSPECT: _suspect,
    Step.NO_SUSPICION: _no_suspicion,
    Step.ASSESS: _assess,
    Step.SAFETY: _safety,
    Step.BOOK: _book,
    Step.VISITED: _visited,
    Step.DECIDE: _decide,
    Step.CALL: _call,
    Step.PROLONG: _prolong,
    Step.HAND_ON: _hand_on,
    Step.LOOK: _look,
}


def stated(step: Step, said: Answers, now: datetime) -> Entry:
    """What a step's form states. Raises ``BadInput`` where nothing is chosen, or there is no time that can be read."""
    return _STATES[step](said, now)


def warning_of(entry: Entry, view: RiskView) -> str:
    """What is said once before an entry is stated; empty where there is nothing to say."""
    if not isinstance(entry, Booking) or not is_booked_while_closed(view.hours, entry):
        return ""
    words = _(
        "Enheten är stängd {at}. Välj en annan tid, eller det individuella beslutet (SU-8). Är det ordnat att någon "
        "tar emot patienten då: Ctrl+S en gång till."
    )
    return words.format(at=day_and_time(entry.at))


def _assessment(said: Answers, _now: datetime) -> Entry:
    level = RiskLevel(_text(said, "level") or RiskLevel.UNSAID)
    basis = tuple(Basis(one) for one in said["basis"])
    factors = _text(said, "risk"), _text(said, "protective")
    return Assessment(level, basis, _text(said, "rung"), *factors, certain=said["certain"] == YES)


def _booking(said: Answers, now: datetime) -> Entry:
    at = _moment(said, "at", now)
    return Booking(at, Profession(_chosen(said, "profession")), _text(said, "whom"), _text(said, "where"))


def _prolonged(said: Answers, now: datetime) -> Entry:
    until = _moment(said, "until", now)
    if until <= now and _is_bare(said, "until"):
        until += timedelta(days=1)  # a time of day that has been is tomorrow's
    return Prolonged(until, _text(said, "why"))


_STATES: dict[Step, Callable[[Answers, datetime], Entry]] = {
    Step.SUSPECT: lambda said, _: Suspicion(_text(said, "why")),
    Step.NO_SUSPICION: lambda said, _: NoSuspicion(_text(said, "why")),
    Step.ASSESS: _assessment,
    Step.SAFETY: lambda said, _: Safety(_chosen(said, "safe") == YES, _text(said, "instead")),
    Step.BOOK: _booking,
    Step.VISITED: lambda said, _: Visited(_chosen(said, "came") == YES, _text(said, "note")),
    Step.DECIDE: lambda said, _: Decision(
        InsteadOfVisit(_chosen(said, "because")), _text(said, "decision"), _text(said, "reason")
    ),
    Step.CALL: lambda said, now: Call(_been(said, "at", now), Outcome(_chosen(said, "outcome")), _text(said, "note")),
    Step.PROLONG: _prolonged,
    Step.HAND_ON: lambda said, now: HandedOn(
        Service(_chosen(said, "service")), _text(said, "whom"), _been(said, "at", now), _text(said, "why")
    ),
}


def _yes_no() -> dict[str, str]:
    return {YES: _("ja"), NO: _("nej")}


def _text(said: Answers, name: str) -> str:
    return str(said[name])


def _chosen(said: Answers, name: str) -> str:
    if not said[name]:
        raise BadInput("choose-one", part=name)
    return _text(said, name)


def _been(said: Answers, name: str, now: datetime) -> datetime:
    """When something was: a time of day that is still ahead was yesterday's."""
    at = _moment(said, name, now, has_been=True)
    return at - timedelta(days=1) if at > now and _is_bare(said, name) else at


def _is_bare(said: Answers, name: str) -> bool:
    """Whether a time of day was written without its day."""
    return " " not in _text(said, name).strip()


def _moment(said: Answers, name: str, now: datetime, *, has_been: bool = False) -> datetime:
    typed = clean_line(_text(said, name), 40)
    if not typed:
        raise BadInput("no-moment", part=name)
    found = read_moment(_text(said, name), now, has_been=has_been)
    if found is None:
        raise BadInput("moment", value=typed)
    return found
