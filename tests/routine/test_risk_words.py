"""The words that make somebody read with suicide in mind, in the way in which people write (SU-1, SU-2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p24tui import assets
from p24tui.routine.risk_words import names_any

WORDS = assets.load("suicide.toml")["words"]
RISK, MENTAL_HEALTH = tuple(WORDS["risk"]), tuple(WORDS["mental_health"])

FLAGGED = [
    "jag vill dö",
    "Jag VILL DÖ.",
    "vill\ndö",
    "Jag vill   bara dö",
    "jag vill inte leva",
    "jag orkar inte leva längre",
    "jag tänker på självmord",
    "Självmordstankar varje kväll",
    "har haft suicidtankar sedan i våras",
    "Jag är suicidal",
    "jag har försökt ta livet av mig",
    "jag ska ta mitt liv",
    "vill ta mitt eget liv",
    "jag vill göra slut på allt",
    "det vore bättre om jag inte fanns",
    "alla skulle ha det bättre utan mig",
    "jag vill somna och inte vakna mer",
    "vill bara slippa leva",
    "livet är inte värt att leva",
    "det känns meningslöst att leva",
    "jag skär mig",
    "jag vill skada mig själv",
    "Självskadebeteende sedan tonåren",
    "jag tog en överdos i går",
    "jag har skrivit ett avskedsbrev",
    "jag tänker hoppa framför tåget",
    "jag tänker hänga mig",
    "har planer på att skjuta mig",
    "I want to die",
    "I want to kill myself",
    "I'm going to end my life",
    "I don't want to live anymore",
    "i dont want to live",
    "I am suicidal",
    "thinking about suicide",
    "I hurt myself",
    "self-harm",
    "Ibland vill jag dö",
    "ibland vill jag bara dö",
    "jag orkar inte längre leva",
    "jag vill inte längre leva",
    "jag vill inte finnas längre",
    "jag vill inte finnas mer",
    "jag önskar att jag var död",
    "jag tar livet av mig",
    "jag tog nästan livet av mig i fjol",
    "jag vill avsluta allt",
    "livet känns meningslöst",
    "jag ser ingen mening med att leva",
    "jag har inget att leva för",
    "livet är inte längre värt något",
    "jag har skurit mig i armarna igen",
    "jag skadar mig själv",
    "jag har tagit alla tabletter",
    "tankar på döden hela tiden",
    "dödstankar",
    "jag har en dödslängtan",
    "hoppar framför tåget i morgon",
    "sjalvmord",
    "I don’t want to live anymore",  # with the apostrophe that a telephone writes
    "I no longer want to live",
    "I want to end it all",
    "I took an overdose",
    "everyone would be better off without me",
    "I wish I was dead",
    "self harm",
    "I cut myself on purpose",
    "I will take my own life",
]

EVERYDAY = [
    "",
    "Jag har ont i halsen sedan i går",
    "Min dotter är ett år och skär tänder",
    "Jag skar mig i fingret när jag lagade mat",
    "Jag är rädd att dö i hjärtinfarkt",
    "Jag vill inte dö av det här, säger pappa och skrattar",
    "Vill hänga med på provtagningen",
    "Min mamma dog i våras",
    "Vi har haft dödsfall i familjen",
    "Batteriet i hörapparaten dör",
    "Jag har hoppat över en dos",
    "Kan jag skjuta upp besöket?",
    "Jag har gjort slut på medicinen",
    "Jag orkar inte gå i trappor",
    "Livet är hektiskt, kan ni ringa efter fem?",
    "I cut my finger yesterday",
    "I'm dying of this cough",
    "Can I get something to kill the pain?",
    "I hurt my back",
    "I want to live closer to the clinic",
    "Barnet kan inte vakna på morgnarna",
]

MATTERS = [
    *(
        "Nedstämdhet",
        "Trött och nedstämd",
        "Depression",
        "Deprimerad",
        "Ångest",
        "Oro",
        "Oro och ångest",
        "Oroskänslor",
    ),
    *("Panikattacker", "Psykisk ohälsa", "Utmattningssyndrom", "Utbränd", "Stress", "Stressad", "Sömnproblem"),
    *("Sömnsvårigheter", "Sömnlöshet", "Självskadebeteende", "Självmordstankar", "Suicidtankar", "Kris", "Livskris"),
    *("Ätstörning", "Tvång", "Mående", "Psykiskt mående", "Mår psykiskt dåligt", "Anxiety", "Mental health"),
    *("Svårt att sova", "Sorg", "Ledsen", "Gråter mycket", "OCD", "PTSD", "Bipolär", "Psykos", "Insomnia"),
    *("Förlossningsdepression", "Panic attack"),
]
MATTERS_IN_VAIN = ["Oro i magen", "Mår dåligt efter mat"]
"""One is asked about suicide risk in vain there: better once too often than once too little."""
OTHER_MATTERS = [
    *(
        "Hosta",
        "Stressfraktur",
        "Hudutslag",
        "Orolig mage",
        "Mår illa",
        "Kristallsjuka",
        "Förnya recept",
        "Psoriasis",
        "Sömnapné",
    ),
    *("Urolog", "Kontakt BVC", "Öronvärk", "Astma", "Krispigt ljud i örat", "Tonsillit"),
]


@pytest.mark.rule("SU-1", "SU-2")
@pytest.mark.hazard("H7")
@pytest.mark.parametrize("said", FLAGGED)
def test_what_somebody_must_read_with_suicide_in_mind_is_flagged(said: str) -> None:
    assert names_any(said, RISK)


@pytest.mark.rule("SU-1")
@pytest.mark.parametrize("said", EVERYDAY)
def test_everyday_words_are_not(said: str) -> None:
    assert not names_any(said, RISK)


@pytest.mark.rule("SU-1")
@pytest.mark.parametrize("matter", MATTERS)
def test_which_matters_lie_within_mental_health(matter: str) -> None:
    assert names_any(matter, MENTAL_HEALTH)


@pytest.mark.rule("SU-1")
@pytest.mark.parametrize("matter", OTHER_MATTERS)
def test_which_matters_do_not(matter: str) -> None:
    assert not names_any(matter, MENTAL_HEALTH)


@pytest.mark.parametrize("matter", MATTERS_IN_VAIN)
def test_where_a_word_stands_for_both_one_is_asked(matter: str) -> None:
    assert names_any(matter, MENTAL_HEALTH)


@pytest.mark.rule("SU-1")
@pytest.mark.parametrize("words", [RISK, MENTAL_HEALTH])
def test_every_word_of_a_list_is_one_that_it_finds_alone_and_among_others(words: tuple[str, ...]) -> None:
    assert len(set(words)) == len(words)
    for one in words:
        assert one.strip("* ") == one.rstrip("*")
        assert one.rstrip("*")
        for text in (one, one.upper(), f"Hej, {one.rstrip('*')}. Tack", f"({one.rstrip('*')})"):
            assert names_any(text, words), text


@pytest.mark.rule("SU-1")
@pytest.mark.parametrize(
    ("text", "words", "is_named"),
    [
        ("oro", ["oro"], True),
        ("Oro!", ["oro"], True),
        ("oron", ["oro"], False),
        ("euro", ["oro"], False),
        ("oro_", ["oro"], False),
        ("ett oro", ["oro"], True),
        ("självmordstankar", ["självmord*"], True),
        ("mitt självmord", ["självmord*"], True),
        ("barnsjälvmord", ["självmord*"], False),
        ("vill  \n\t dö", ["vill dö"], True),
        ("villdö", ["vill dö"], False),
        ("vill inte dö", ["vill dö"], False),
        ("vill dö*", ["vill dö*"], True),
        ("vill döda", ["vill dö"], False),
        ("vill döda", ["vill dö*"], True),
        ("STRASSE", ["straße"], True),
        ("a.b", ["a.b"], True),
        ("axb", ["a.b"], False),
        ("dö", ["leva", "dö"], True),
        ("", ["dö"], False),
        ("dö", [], False),
        ("~", ["dö~"], False),
        ("dö", ["dö~"], False),
        ("", [], False),
    ],
)
def test_whole_words_are_found_and_the_beginning_of_those_that_say_so(
    text: str, words: list[str], is_named: bool
) -> None:
    assert names_any(text, words) is is_named


@pytest.mark.rule("SU-1")
@given(st.text(max_size=60), st.text(max_size=60), st.sampled_from(RISK))
def test_a_word_is_found_wherever_it_stands_in_a_text(before: str, after: str, word: str) -> None:
    assert names_any(f"{before} {word.rstrip('*')} {after}", RISK)
    assert not names_any(before, ()) or not before
