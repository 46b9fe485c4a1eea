"""Every key, its action, its label and its sentence for the help: what the console ships with."""

from dataclasses import dataclass
from enum import StrEnum

from p24tui.i18n import N_
from p24tui.tui.key_names import shown


class Where(StrEnum):
    """Where a key acts. Letters act on the list and on an open case, never while one types."""

    EVERYWHERE = "everywhere"
    LIST = "list"
    CASE = "case"
    COMPOSER = "composer"
    PLACE = "place"
    CLOSING = "closing"
    OVERVIEW = "overview"


@dataclass(frozen=True, slots=True)
class Key:
    """A key, the action of the desk that it leads to, its label in the key bar and a sentence for the help.

    ``key`` may be several with commas between. ``id`` is needed only where an action has several rows.
    """

    key: str
    action: str
    label: str
    help: str
    where: tuple[Where, ...]
    in_bar: bool = True
    id: str = ""

    @property
    def setting(self) -> str:
        """What the row is called in the settings."""
        return self.id or self.action

    @property
    def of_app(self) -> bool:
        """Whether the action is the console's, and not one of its screens'."""
        return self.action in {"command_palette", "help", "quit"}

    @property
    def target(self) -> str:
        """The action as Textual finds it."""
        return f"app.{self.action}" if self.of_app else f"screen.{self.action}"

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key of the row, by Textual's names."""
        return tuple(self.key.split(","))

    @property
    def name(self) -> str:
        """How the key is written on the screen; the first where there are several."""
        return shown(self.keys[0])

    @property
    def names(self) -> str:
        """How every key of the row is written."""
        return ", ".join(map(shown, self.keys))


_BOTH = (Where.LIST, Where.CASE)
_ON_A_CASE = (*_BOTH, Where.CLOSING)
_IN_PLACES = (Where.PLACE, Where.CLOSING)

KEYS = (
    Key(
        "enter",
        "open_case",
        N_("öppna"),
        N_("Öppna ärendet under markören. Bara det läser, och loggas."),
        (Where.LIST,),
    ),
    Key("enter", "write", N_("skriv"), N_("Skriv svar till patienten."), (Where.CASE,)),
    Key(
        "escape",
        "back",
        N_("tillbaka"),
        N_("Ett steg tillbaka: från det man skriver till ärendet, därifrån till listan. Utkastet finns kvar."),
        (Where.CASE, Where.COMPOSER),
    ),
    Key("n", "next_unread", N_("nästa olästa"), N_("Gå till nästa ärende med något oläst."), _BOTH),
    Key(
        "s", "closing_tell", N_("stängning"), N_("Säg till patienten att enheten stänger för dagen."), (Where.CLOSING,)
    ),
    Key(
        "m",
        "closing_tell_many",
        N_("många"),
        N_("Säg det till alla som det är säkert för. Först visas vem som får vad."),
        (Where.CLOSING,),
    ),
    Key(
        "i",
        "closing_keep",
        N_("inga tider"),
        N_("Behåll ärendet: patienten får veta att en tid erbjuds, och det blir först nästa vardag."),
        (Where.CLOSING,),
    ),
    Key(
        "d",
        "closing_end_with_day",
        N_("avsluta +1 dag"),
        N_("Avsluta där patienten inte har svarat: hen kan svara hela nästa dag."),
        (Where.CLOSING,),
    ),
    Key(
        "v",
        "closing_sign",
        N_("signera"),
        N_("Signera med ditt namn att inget är bortglömt, eller vad som är kvar och vem som har det."),
        (Where.CLOSING,),
    ),
    Key(
        "n",
        "closing_next",
        N_("nästa"),
        N_("Gå till nästa ärende som är kvar att göra något åt."),
        (Where.CLOSING,),
    ),
    Key(
        "t",
        "claim",
        N_("ta emot"),
        N_("Ta emot ärendet: det blir ditt. Har någon annan det, be att få ta över."),
        _ON_A_CASE,
    ),
    Key("x", "release", N_("släpp"), N_("Släpp ärendet: det går tillbaka till kön."), _ON_A_CASE),
    Key(
        "l",
        "hand_over",
        N_("lämna över"),
        N_("Lämna över ärendet till en yrkesroll, en kollega eller en annan enhet. Är det erbjudet: ta tillbaka det."),
        _ON_A_CASE,
    ),
    Key(
        "s",
        "remind",
        N_("sms"),
        N_("Påminn patienten med sms. Först visas till vem, vilket nummer och texten."),
        _BOTH,
    ),
    Key("h", "hold", N_("håll"), N_("Låt ärendet vila till en dag, med en orsak."), _ON_A_CASE),
    Key("a", "end", N_("avsluta"), N_("Avsluta ärendet, i två steg."), _ON_A_CASE),
    Key(
        "j",
        "assess",
        N_("bedöm"),
        N_("Bedöm: hur brådskande, och vad som söks. Prioriteten som kom står kvar."),
        _ON_A_CASE,
        in_bar=False,
    ),
    Key(
        "z",
        "undo",
        N_("ångra"),
        N_("Ångra det du senast gjorde med ett ärende, om inget har hänt sedan dess."),
        _BOTH,
        in_bar=False,
    ),
    Key(
        "i",
        "note",
        N_("intern"),
        N_("Skriv en intern anteckning till kollegor. Patienten ser den aldrig."),
        (Where.CASE,),
    ),
    Key("1", "read_chat", N_("chatt"), N_("Läs chatten."), (Where.CASE,), in_bar=False),
    Key("2", "read_anamnesis", N_("anamnes"), N_("Läs anamnesen: formulärets svar och fritext."), (Where.CASE,)),
    Key(
        "3",
        "read_history",
        N_("händelser"),
        N_("Läs vad som har hänt i ärendet, och vem som gjorde det."),
        (Where.CASE,),
        in_bar=False,
    ),
    Key(
        "4",
        "risk",
        N_("suicidrisk"),
        N_("Suicidrisk: misstanke, bedömning och vad som är sagt, steg för steg, och vad som saknas för att avsluta."),
        _ON_A_CASE,
        in_bar=False,
    ),
    Key(
        "y",
        "wrong_patient",
        N_("fel patient"),
        N_("Kontakten gäller någon annan än den inloggade: förklara, anteckna OBS FEL PATIENT, avsluta och lås."),
        _BOTH,
        in_bar=False,
    ),
    Key("m", "attachments", N_("bilagor"), N_("Se ärendets bilagor."), (Where.CASE,), in_bar=False),
    Key(
        "d",
        "beside",
        N_("bredvid"),
        N_("Ställ ärendet bredvid ett annat, i ett brett fönster."),
        (Where.CASE,),
        in_bar=False,
    ),
    Key(
        "c",
        "close_case",
        N_("stäng"),
        N_("Stäng ärendet. Det är fortfarande ditt, och utkastet finns kvar."),
        (Where.CASE,),
    ),
    Key(
        "b",
        "answer_colleague",
        N_("svara kollega"),
        N_("Svara den som ber att få ta över ett ärende av dig, eller vill lämna över ett till dig."),
        _ON_A_CASE,
        in_bar=False,
    ),
    Key(
        "e",
        "outgoing",
        N_("utskick"),
        N_("Sms att avgöra och planerade; i ett ärende patientens alla. Där stoppar man och skickar igen."),
        (*_BOTH, *_IN_PLACES, Where.OVERVIEW),
        in_bar=False,
    ),
    Key("enter", "open_row", N_("gå till ärendet"), N_("Gå till ärendet på raden, och öppna det."), _IN_PLACES),
    Key(
        "f2",
        "show_list",
        N_("patientlista"),
        N_("Patientlistan, och det öppna ärendet."),
        (Where.EVERYWHERE,),
        in_bar=False,
    ),
    Key("1", "overview_day", N_("dag"), N_("Översikten över en dag."), (Where.OVERVIEW,)),
    Key("2", "overview_week", N_("vecka"), N_("Översikten över en vecka, måndag till söndag."), (Where.OVERVIEW,)),
    Key("3", "overview_month", N_("månad"), N_("Översikten över en månad."), (Where.OVERVIEW,)),
    Key("left", "overview_earlier", N_("förra"), N_("Dagen, veckan eller månaden före."), (Where.OVERVIEW,)),
    Key(
        "right",
        "overview_later",
        N_("nästa"),
        N_("Dagen, veckan eller månaden efter."),
        (Where.OVERVIEW,),
    ),
    Key("home", "overview_now", N_("nu"), N_("Tillbaka till nu: den här dagen, veckan, månaden."), (Where.OVERVIEW,)),
    Key("u", "overview_unit", N_("enhet"), N_("Visa enheterna tillsammans eller en i taget."), (Where.OVERVIEW,)),
    Key(
        "escape",
        "show_list",
        N_("till listan"),
        N_("Tillbaka till listan."),
        (*_IN_PLACES, Where.OVERVIEW),
        id="leave_place",
    ),
    Key(
        "f3",
        "show_video",
        N_("videobesök"),
        N_("Öppna videobesök, i den ordning de kom."),
        (Where.EVERYWHERE,),
        in_bar=False,
    ),
    Key(
        "f4",
        "show_closing",
        N_("stängning"),
        N_("Alla öppna ärenden inför stängning, de äldre först, oavsett filter."),
        (Where.EVERYWHERE,),
        in_bar=False,
    ),
    Key(
        "f5",
        "show_registration",
        N_("registrering"),
        N_("Det som har avslutats idag och kan behöva antecknas och registreras."),
        (Where.EVERYWHERE,),
        in_bar=False,
    ),
    Key(
        "f6",
        "show_overview",
        N_("översikt"),
        N_("Inflöde, väntan och vem som har vad, för en dag, en vecka eller en månad."),
        (Where.EVERYWHERE,),
        in_bar=False,
    ),
    Key(
        "f7",
        "show_log",
        N_("loggkontroll"),
        N_("Det du själv har läst idag."),
        (Where.EVERYWHERE,),
        in_bar=False,
    ),
    Key(
        "ctrl+o",
        "show_hours",
        N_("öppettider"),
        N_("Se och ändra enhetens öppettider, helgdagar och varningar före stängning."),
        (Where.EVERYWHERE,),
        in_bar=False,
    ),
    Key(
        "f8",
        "show_roster",
        N_("bemanning"),
        N_("Vem som är chattansvarig när, vecka för vecka, och var ingen är inlagd."),
        (Where.EVERYWHERE,),
        in_bar=False,
    ),
    Key(
        "f9",
        "show_shift",
        N_("skift"),
        N_("Ditt skift: vad som pågår, och att avsluta det. Inget får bli kvar."),
        (Where.EVERYWHERE,),
        in_bar=False,
    ),
    Key(
        "ctrl+pagedown",
        "next_case",
        N_("nästa öppna"),
        N_("Gå till nästa ärende som du har öppet. Utkastet finns kvar där det skrevs."),
        (Where.EVERYWHERE,),
        in_bar=False,
    ),
    Key(
        "ctrl+pageup",
        "previous_case",
        N_("förra öppna"),
        N_("Gå till förra ärendet som du har öppet."),
        (Where.EVERYWHERE,),
        in_bar=False,
    ),
    Key(
        "slash",
        "search",
        N_("sök"),
        N_("Sök på namn, nummer, ärende och text medan du skriver."),
        (Where.LIST,),
    ),
    Key("f", "filter", N_("filter"), N_("Välj vilka ärenden som visas. Vad som inte visas räknas upp."), (Where.LIST,)),
    Key("w", "longest_waiting", N_("längst väntan"), N_("Gå till den som har väntat längst."), (Where.LIST,)),
    Key("o", "next_unowned", N_("nästa utan ägare"), N_("Gå till nästa som väntar utan att någon har ärendet."), _BOTH),
    Key("v", "views", N_("vyer"), N_("Välj, spara eller glöm en vy: ett filter med namn."), (Where.LIST,)),
    Key(
        "u", "next_unit", N_("enhet"), N_("Visa enheterna var för sig eller tillsammans."), (Where.LIST,), in_bar=False
    ),
    Key(
        "escape",
        "show_all",
        N_("visa alla"),
        N_("Ta bort sökningen, eller filtret."),
        (Where.LIST,),
        in_bar=False,
    ),
    Key(
        "k",
        "acknowledge",
        N_("kvittera larm"),
        N_("Kvittera det som larmar: det tystnar på alla konsoler."),
        _ON_A_CASE,
        in_bar=False,
    ),
    Key("g", "go_to_alarm", N_("gå till larm"), N_("Gå till det ärende som larmar."), _ON_A_CASE, in_bar=False),
    Key(
        "r",
        "take_responsibility",
        N_("chattansvar"),
        N_("Ta över chattansvaret: larm ljuder först hos dig."),
        _ON_A_CASE,
        in_bar=False,
    ),
    Key(
        "ctrl+s",
        "send",
        N_("skicka"),
        N_("Skicka svaret till den som namnet ovanför rutan säger."),
        (Where.COMPOSER,),
    ),
    Key("ctrl+t", "phrases", N_("fraser"), N_("Hitta en fras med några bokstäver och sätt in den."), (Where.COMPOSER,)),
    Key(
        "p",
        "phrases",
        N_("fraser"),
        N_("Hitta en fras med några bokstäver."),
        (Where.CASE,),
        in_bar=False,
        id="phrases_in_case",
    ),
    Key(
        "ctrl+r", "better", N_("byt ordet"), N_("Byt det understrukna mot det bättre som föreslås."), (Where.COMPOSER,)
    ),
    Key(
        "ctrl+p",
        "command_palette",
        N_("alla kommandon"),
        N_("Sök bland alla kommandon."),
        (Where.EVERYWHERE,),
    ),
    Key("question_mark", "help", N_("hjälp"), N_("Den här hjälpen."), (*_BOTH, *_IN_PLACES, Where.OVERVIEW)),
    Key(
        "f1",
        "help",
        N_("hjälp"),
        N_("Den här hjälpen, även medan man skriver."),
        (Where.EVERYWHERE,),
        in_bar=False,
        id="help_anywhere",
    ),
    Key(
        "ctrl+q",
        "quit",
        N_("avsluta p24tui"),
        N_("Avsluta skiftet och stäng konsolen. Är något kvar visas det först. Utkast finns kvar."),
        (Where.EVERYWHERE,),
        in_bar=False,
    ),
)


ACTIONS = frozenset(key.action for key in KEYS)
"""Everything that a key of the table leads to."""
