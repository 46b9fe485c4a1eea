"""What in an answer breaks the tone (SE-1) and asks the patient to seek care anew (SE-5), and what does not."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from p24tui.routine.tone import Ask, Fault, Remark, ToneWords, remarks

WORDS = ToneWords(
    abbreviations={
        "t.ex.": "till exempel",
        "tex": "till exempel",
        "bl.a.": "bland annat",
        "ev.": "eventuellt",
        "p.g.a.": "på grund av",
        "m.m": "med mera",
        "osv": "och så vidare",
        "mvh": "Med vänliga hälsningar",
        "ca": "cirka",
        "kl.": "klockan",
        "asap": "så snart som möjligt",
        "oxå": "också",
        "us": "undersökning",
        "vc": "vårdcentralen",
        "vc:n": "vårdcentralen",
        "ssk": "sjuksköterska",
        "bt": "blodtryck",
    },
    after_number={"min": "minuter", "st": "stycken", "v": "veckor"},
    before_number={"v.": "vecka"},
    capitals=frozenset({"BVC", "EKG", "CRP", "KBT", "ADHD"}),
    asks=(
        Ask("sök(?: gärna| vård)* (?:igen|på nytt)", "skriv här igen"),
        Ask("(?:du får |)söka(?: vård)* igen", "du kan skriva här igen"),
        Ask("ring oss(?= i morgon)", "vi hör av oss"),
        Ask("återkom via (?:appen|_+)", "skriv här"),
    ),
    not_asked="(?:inte|slipper)(?: (?:behöva|längre))*",
)

NASTY = [
    *("t. ", "m.", "m m ", "a.b.", "A-", "A ", "AA, ", "VI I ", "!", " ", "1 ", "{", "{a ", "x@....", "a@", "www."),
    *("http:/!!", "sök ", "sök gärna ", "du får ", "inte behöva ", "å", "ß", "İ", "\u0301", "\n"),
]
"""What would be slow to search were a pattern to try the same letters again and again."""

nasty_text = st.lists(
    st.sampled_from([*NASTY, "t.ex.", "ASAP", "NU!", "igen", "10 min", "återkom via ", "\ud800"])
).map("".join)


def found(text: str) -> list[tuple[Fault, str, str]]:
    return [(one.fault, one.found, one.better) for one in remarks(text, WORDS)]


@pytest.mark.rule("SE-1")
@pytest.mark.parametrize(
    ("text", "capitals", "better"),
    [
        ("Det är VIKTIGT att du svarar.", "VIKTIGT", "viktigt"),
        ("VÅRDCENTRALEN är stängd.", "VÅRDCENTRALEN", "Vårdcentralen"),
        ("VÅRDCENTRALEN ÄR STÄNGD I DAG.", "VÅRDCENTRALEN ÄR STÄNGD I DAG", "Vårdcentralen är stängd i dag"),
        ("Tack. RING NU, TACK.", "RING NU, TACK", "Ring nu, tack"),
        ("Vi tar EKG OCH CRP I DAG.", "EKG OCH CRP I DAG", "EKG och CRP i dag"),
        ("Nu kan VI INTE vänta.", "VI INTE", "vi inte"),
        ("Svara NU", "NU", "nu"),
        ("hej\nSVARA här", "SVARA", "Svara"),
        ("Det gäller BVC-BESÖKET.", "BVC-BESÖKET", "BVC-besöket"),
        ("Ta D-VITAMIN.", "D-VITAMIN", "D-vitamin"),
        ("TA B12 NU.", "TA B12 NU", "Ta B12 nu"),
        ("ÅTER i dag", "ÅTER", "Åter"),
    ],
)
def test_capitals_for_emphasis_are_found(text: str, capitals: str, better: str) -> None:
    assert found(text) == [(Fault.CAPITALS, capitals, better)]


@pytest.mark.rule("SE-1")
@pytest.mark.parametrize(
    ("text", "marks", "better"),
    [
        ("Hej!", "!", "."),
        ("Vad bra!!!", "!!!", "."),
        ("Hej! Vi har läst.", "!", "."),
        ("Verkligen?!", "!", ""),
        ("Verkligen!?", "!", ""),
        ("{patient}!", "!", "."),
        ("Läs på https://www.1177.se!", "!", "."),
    ],
)
def test_exclamation_marks_are_found(text: str, marks: str, better: str) -> None:
    assert found(text) == [(Fault.EXCLAMATION, marks, better)]


@pytest.mark.rule("SE-1")
@pytest.mark.parametrize(
    ("text", "short", "better"),
    [
        ("Ta t.ex. paracetamol.", "t.ex.", "till exempel"),
        ("Ta t.ex. Alvedon.", "t.ex.", "till exempel"),
        ("Ta t. ex. Alvedon.", "t. ex.", "till exempel"),
        ("Ta t.ex Alvedon.", "t.ex", "till exempel"),
        ("Ta t ex Alvedon.", "t ex", "till exempel"),
        ("Ta tex Alvedon.", "tex", "till exempel"),
        ("T.ex. i morgon.", "T.ex.", "Till exempel"),
        ("Feber, hosta m.m. Vi ses.", "m.m.", "med mera."),
        ("Feber, hosta m.m. och snuva.", "m.m.", "med mera"),
        ("Feber, hosta osv.", "osv.", "och så vidare."),
        ("Feber, hosta osv.\nVi ses.", "osv.", "och så vidare."),
        ("Tack.\nMVH\nMaria", "MVH", "Med vänliga hälsningar"),
        ("Svara ASAP, tack.", "ASAP", "så snart som möjligt"),
        ("ca tio dagar", "ca", "cirka"),
        ("Ca tio dagar", "Ca", "Cirka"),
        ("(ca tio dagar)", "ca", "cirka"),
        ("Vi ses kl. 10.", "kl.", "klockan"),
        ("Vi ses kl 10.", "kl", "klockan"),
        ("Vi ses kl.10.", "kl.", "klockan "),
        ("Det tar 10 min.", "min.", "minuter."),
        ("Det tar 10min och är klart.", "min", "minuter"),
        ("Om 3 v är det klart.", "v", "veckor"),
        ("Vi ses v. 34.", "v.", "vecka"),
        ("Vi ses v 34.", "v", "vecka"),
        ("Vi vill oxå veta.", "oxå", "också"),
        ("Kom till vc.", "vc.", "vårdcentralen."),
        ("Kom till vc. Det är öppet.", "vc.", "vårdcentralen."),
        ("Ring vc:n i dag.", "vc:n", "vårdcentralen"),
        ("Ett BT är taget.", "BT", "blodtryck"),
        ("P.g.a. sjukdom.", "P.g.a.", "På grund av"),
    ],
)
def test_abbreviations_are_found(text: str, short: str, better: str) -> None:
    assert found(text) == [(Fault.ABBREVIATION, short, better)]


@pytest.mark.rule("SE-5")
@pytest.mark.parametrize(
    ("text", "ask", "better"),
    [
        ("Sök vård igen.", "Sök vård igen", "Skriv här igen"),
        ("Vi har fullt, så sök gärna på nytt.", "sök gärna på nytt", "skriv här igen"),
        ("SÖK IGEN I MORGON", "SÖK IGEN", "Skriv här igen"),
        ("Sök vård\n  på nytt.", "Sök vård\n  på nytt", "Skriv här igen"),
        ("Vi har stängt. Du får söka igen.", "Du får söka igen", "Du kan skriva här igen"),
        ("Vi hinner inte, ring oss i morgon.", "ring oss", "vi hör av oss"),
        ("Återkom via https://www.1177.se.", "Återkom via https://www.1177.se", "Skriv här"),
    ],
)
def test_asking_the_patient_to_seek_anew_is_found(text: str, ask: str, better: str) -> None:
    assert found(text) == [(Fault.SEEK_ANEW, ask, better)]


@pytest.mark.rule("SE-1", "SE-5")
@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hej Anna. Tack för ditt meddelande.",
        "BVC tar EKG, CRP.",
        "EKG:t och BVC-sköterskan och HPV-prov.",
        "Ta B12, T4 och A1C. Har du haft COVID-19?",
        "Diabetes typ II, kranialnerv VI och XII.",
        "Fru McDonald har BankID och HbA1c.",
        "A, O och Ö. Å. I.",
        "Vitamin D och grupp A.",
        "cancer, ocan, kalender, usel, Stina, ascites",
        "min dotter, min son",
        "Jag har 2 minuter och 10 st-läkare.",
        "Texten. Evert. Mvhx.",
        "500 mg, 2 ml, 3 cm och 5 mm.",
        "caé cå ücat",
        "{MVH} {t.ex.} {ASAP!}",
        "https://www.1177.se/RING-NU!/mvh och www.vc.se/ASAP",
        "ASAP.NU@vc.example.se",
        "Du behöver inte söka igen, och du slipper behöva söka igen.",
        "Skriv här igen om du blir sämre.",
        "Ring 1177 eller 112. Sök akut om du får ont.",
        "Sök vård direkt. Ring oss om det är något.",
        "Sök vård. Igen har det hänt.",
        "10 000 steg, 070-174 06 05",
    ],
)
def test_what_keeps_the_tone_is_left_alone(text: str) -> None:
    assert found(text) == []


@pytest.mark.rule("SE-1", "SE-5")
@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        (Fault.CAPITALS, "SE-1"),
        (Fault.EXCLAMATION, "SE-1"),
        (Fault.ABBREVIATION, "SE-1"),
        (Fault.SEEK_ANEW, "SE-5"),
    ],
)
def test_a_remark_names_its_rule(fault: Fault, rule: str) -> None:
    assert Remark(0, 1, fault, "x", "y").rule == rule


@pytest.mark.rule("SE-1", "SE-5")
def test_remarks_come_in_the_order_of_the_text_and_the_graver_wins() -> None:
    assert found("Hej! RING MVH NU. Du får SÖKA IGEN NU t.ex. i dag!") == [
        (Fault.EXCLAMATION, "!", "."),
        (Fault.CAPITALS, "RING MVH NU", "Ring mvh nu"),
        (Fault.SEEK_ANEW, "Du får SÖKA IGEN", "Du kan skriva här igen"),
        (Fault.ABBREVIATION, "t.ex.", "till exempel"),
        (Fault.EXCLAMATION, "!", "."),
    ]


@pytest.mark.rule("SE-1", "SE-5")
@given(st.text() | nasty_text)
def test_remarks_say_where_they_are_and_do_not_overlap(text: str) -> None:
    last = 0
    for one in remarks(text, WORDS):
        assert last <= one.start < one.end
        assert text[one.start : one.end] == one.found
        assert one.better != one.found
        last = one.end


@pytest.mark.rule("SE-1", "SE-5")
@given(
    st.sampled_from(["Hej Anna.\n", "Tack för svaret. ", "Vi har läst det du skrev.\n\n", "Ta 500 mg i dag. "]),
    nasty_text | st.sampled_from(["MVH", "Ca 10 min!", "SÖK IGEN", "RING NU. Du får söka igen.", "10 MIN"]),
)
def test_what_stands_before_changes_nothing(before: str, text: str) -> None:
    moved = [(one.start - len(before), one.found, one.better) for one in remarks(before + text, WORDS)]
    assert moved == [(one.start, one.found, one.better) for one in remarks(text, WORDS)]


def seconds(text: str) -> float:
    """The least that the check takes of the processor in several turns, whoever else wants it meanwhile."""
    taken = []
    for _ in range(7):
        began = time.thread_time()
        remarks(text, WORDS)
        taken.append(time.thread_time() - began)
    return min(taken)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(NASTY), min_size=1, max_size=4).map("".join))
def test_ten_times_the_text_takes_about_ten_times_as_long(part: str) -> None:
    long = (part * 10_000)[:10_000]
    assert seconds(long) <= 25 * seconds(long[:1_000])
