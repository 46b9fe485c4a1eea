"""One table of keys. Bindings, the key bar, the help and the command palette are all made from it."""

from dataclasses import dataclass
from enum import StrEnum

from textual.binding import Binding, BindingType

from p24tui.i18n import N_


class Where(StrEnum):
    """Where a key acts. Letters act on the list and on an open case, never while one types."""

    EVERYWHERE = "everywhere"
    LIST = "list"
    CASE = "case"
    COMPOSER = "composer"


@dataclass(frozen=True, slots=True)
class Key:
    """A key, the action of the desk that it leads to, its label in the key bar and a sentence for the help."""

    key: str
    action: str
    label: str
    help: str
    where: tuple[Where, ...]
    in_bar: bool = True
    shown_as: str = ""

    @property
    def name(self) -> str:
        """How the key is written on the screen."""
        return self.shown_as or self.key


_BOTH = (Where.LIST, Where.CASE)

KEYS = (
    Key(
        "enter",
        "open_case",
        N_("öppna"),
        N_("Öppna ärendet under markören. Bara det läser, och loggas."),
        (Where.LIST,),
        shown_as="Enter",
    ),
    Key("enter", "write", N_("skriv"), N_("Skriv svar till patienten."), (Where.CASE,), shown_as="Enter"),
    Key(
        "escape",
        "back",
        N_("tillbaka"),
        N_("Tillbaka till listan. Utkastet finns kvar."),
        (Where.CASE, Where.COMPOSER),
        shown_as="Esc",
    ),
    Key("n", "next_unread", N_("nästa olästa"), N_("Gå till nästa ärende med något oläst."), _BOTH),
    Key("t", "claim", N_("ta emot"), N_("Ta emot ärendet: det blir ditt."), _BOTH),
    Key("x", "release", N_("släpp"), N_("Släpp ärendet: det går tillbaka till kön."), _BOTH),
    Key("h", "hold", N_("håll"), N_("Låt ärendet vila till en dag, med en orsak."), _BOTH),
    Key("a", "end", N_("avsluta"), N_("Avsluta ärendet, i två steg."), _BOTH),
    Key(
        "slash",
        "search",
        N_("sök"),
        N_("Sök på namn, nummer, ärende och text medan du skriver."),
        (Where.LIST,),
        shown_as="/",
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
        shown_as="Esc",
    ),
    Key(
        "k",
        "acknowledge",
        N_("kvittera larm"),
        N_("Kvittera det som larmar: det tystnar på alla konsoler."),
        _BOTH,
        in_bar=False,
    ),
    Key("g", "go_to_alarm", N_("gå till larm"), N_("Gå till det ärende som larmar."), _BOTH, in_bar=False),
    Key(
        "r",
        "take_responsibility",
        N_("chattansvar"),
        N_("Ta över chattansvaret: larm ljuder först hos dig."),
        (Where.LIST,),
        in_bar=False,
    ),
    Key(
        "ctrl+s",
        "send",
        N_("skicka"),
        N_("Skicka svaret till den som namnet ovanför rutan säger."),
        (Where.COMPOSER,),
        shown_as="Ctrl+S",
    ),
    Key(
        "ctrl+p",
        "command_palette",
        N_("alla kommandon"),
        N_("Sök bland alla kommandon."),
        (Where.EVERYWHERE,),
        shown_as="Ctrl+P",
    ),
    Key("question_mark", "help", N_("hjälp"), N_("Den här hjälpen."), _BOTH, shown_as="?"),
    Key(
        "f1",
        "help",
        N_("hjälp"),
        N_("Den här hjälpen, även medan man skriver."),
        (Where.EVERYWHERE,),
        in_bar=False,
        shown_as="F1",
    ),
    Key(
        "ctrl+q",
        "quit",
        N_("avsluta p24tui"),
        N_("Stäng konsolen. Utkast finns kvar."),
        (Where.EVERYWHERE,),
        in_bar=False,
        shown_as="Ctrl+Q",
    ),
)


def bindings(where: Where) -> list[BindingType]:
    """The bindings of one place. They lead to actions of the screen; Textual's own display shows none."""
    app_actions = ("quit", "command_palette")
    return [
        Binding(key.key, key.action if key.action in app_actions else f"screen.{key.action}", show=False)
        for key in KEYS
        if where in key.where
    ]


def bar(where: Where) -> tuple[Key, ...]:
    """The keys that the key bar shows while the focus is there, the one for help last."""
    here = [key for key in KEYS if key.in_bar and (where in key.where or Where.EVERYWHERE in key.where)]
    return tuple(sorted(here, key=lambda key: key.action == "help"))
