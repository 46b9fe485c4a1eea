"""Settings: the file, the environment and the parts that are made of them. What is bad is said in a sentence."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from unittest import mock

from click.testing import CliRunner
from hypothesis import strategies as st

from p24tui import bootstrap, settings
from p24tui.cli import make_root
from p24tui.clock import SetClock
from p24tui.errors import P24Error
from p24tui.explain import explain
from tests.fuzz.bending import mangled, odd_text
from tests.fuzz.standing import check_sentence
from tests.fuzz.target import Check, Target
from tests.world import MONDAY_NINE

SECRET = "S3KRET-S3KRET-S3KRET-S3KRET-S3KRET"
"""Stands in every secret; no sentence may say it again."""

SECRETS = {one.name for one in fields(settings.Settings) if not one.repr}
KEYS = tuple(one.name for one in fields(settings.Settings) if one.name != "home")

GOOD = {
    "database": f"postgresql://p24_{{person}}:{SECRET}@127.0.0.1/p24",
    "sms": f"46elks://user:{SECRET}@api.46elks.com/a1",
    "mail": f"smtp://user:{SECRET}@127.0.0.1:2525",
    "mail_sender": "vc@example.se",
    "person_data": "https://persondata.example.se/x",
    "person_data_token": SECRET,
    "report_address": "https://intake.example.se",
    "report_secret": SECRET,
    "video": "https://video.example.se/tenant",
    "video_app": "p24tui",
    "video_secret": SECRET,
    "e_id": "https://idp.example.se",
    "e_id_client": "p24tui",
    "e_id_secret": SECRET,
    "staff_oidc": "https://idp.example.se/staff",
    "staff_oidc_client": "p24tui",
    "staff_oidc_secret": SECRET,
    "web_proxy_secret": SECRET,
    "card_library": "/nonexistent/pkcs11.so",
    "card_roots": "/nonexistent/roots.pem",
    "temporary_storage": "storage",
    "reserve_number": "[A-Z]{2}[0-9]{8}",
    "alert_by": "bell, notify",
    "lang": "en",
    "keys": "claim=m send=ctrl+s,ctrl+enter",
    "intake_port": "8424",
    "booking_by_hand": "true",
}  # fmt: skip

ADDRESSES = (
    "smpp://u:p@h:99999", f"smpp://u:{SECRET}@[::1", f"smtp://[::1]:x{SECRET}", f"46elks://{SECRET}", "file", "files",
    f"https://u:{SECRET}@h/", "https://", "https://h:0", "http://h", "https://h?x", "https://å.se", "~nobody/x", "~",
    "/dev/null", "/dev/full", ".", "..", "/", "file:///etc/passwd", "(", "(a+)+$", "[", "*", f"postgresql://{SECRET}@[",
    "postgresql://{x}@h/d", "postgresql://{person", "1e9", "0x10", "yes", "TRUE", "-1", "65536", "1" * 5000, "\udcff",
)  # fmt: skip

LITERALS = ("1", "-1", "1e400", "nan", "inf", "true", "[]", "{}", "[[]]", '["x"]', "{a = 1}", "1979-05-27", "07:32:00",
            "1979-05-27T07:32:00Z", '""', "'''x'''", '"\\uD800"', '"\\u0000"', '"\\x"', "0o777", "9" * 4400, "[" * 3000,
            "{a = " * 2000, '{claim = "m"}', '{claim = [1]}', '{claim = ["m", "n"], x = {}}')  # fmt: skip

_value = st.one_of(st.sampled_from(ADDRESSES), odd_text)


@dataclass(frozen=True, slots=True)
class Given:
    """A settings file and what stands in the environment."""

    file: bytes
    environ: dict[str, str]


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A settings file, its lines in any order and some of them odd."""
    lines = []
    for name in draw(st.lists(st.sampled_from([*KEYS, "home", "", "x.y", '"å"', "[keys]", "[[keys]]"]), max_size=6)):
        value = draw(st.one_of(st.just(GOOD.get(name, "x")), _value))
        literal = draw(st.one_of(st.just(json.dumps(value)), st.sampled_from(LITERALS)))
        lines.append(f"{name} = {literal}" if not name.startswith("[") else name)
    return "\n".join(lines).encode("utf-8", "surrogatepass")


@st.composite
def given(draw: st.DrawFn) -> Given:
    file = draw(mangled(files(), (b"\x00", b"\xff", b"\n", b"=", b'"""', b"[", b"#", b"\xef\xbb\xbf")))
    names = draw(st.lists(st.sampled_from([*GOOD, *KEYS]), max_size=4, unique=True))
    environ = {name: draw(st.one_of(st.just(GOOD.get(name, "x")), _value)) for name in names}
    return Given(file, {f"P24TUI_{name.upper()}": _fit(value) for name, value in environ.items()})


def _fit(value: str) -> str:
    """As a variable of the environment may be: no NUL, and of half characters those that stand for bytes."""
    return value.replace("\x00", "").encode("utf-8", "surrogateescape" if value == "\udcff" else "replace").decode(
        "utf-8", "surrogateescape"
    )  # fmt: skip


@contextmanager
def opened() -> Iterator[Check]:
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        yield lambda example: check(Path(folder), example)


def check(home: Path, given: Given) -> None:
    """They are taken, or said to be bad; by the command line too, with an exit code of ours."""
    (home / settings.FILE_NAME).write_bytes(given.file)
    environ = {"P24TUI_HOME": str(home), **given.environ}
    try:
        loaded = settings.load(environ)
        assert loaded.alerts <= settings.ALERTS
        assert loaded.storage_folder.is_absolute()
        with bootstrap.running(loaded, clock=SetClock(MONDAY_NINE), open_later=True):
            pass
    except P24Error as error:
        _check_said(explain(error), given)
    with mock.patch.dict(os.environ, environ), _kept_out():
        result = CliRunner().invoke(make_root(), ["rules", "--json"])
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    assert result.exit_code in range(6), result.output
    if result.exit_code:
        _check_said(result.output.strip(), given)


@contextmanager
def _kept_out() -> Iterator[None]:
    """What stands in the environment already for the tests themselves."""
    left = {name for name in os.environ if name.startswith("P24TUI_REAL")}
    kept = {name: os.environ.pop(name) for name in left}
    try:
        yield
    finally:
        os.environ.update(kept)


def _check_said(sentence: str, given: Given) -> None:
    check_sentence(sentence)
    if _is_kept_secret(given):
        assert SECRET[:6] not in sentence, "it says a secret"
    assert len(sentence) < 2000, "nobody reads so much"


def _is_kept_secret(given: Given) -> bool:
    """Whether the secret stands where a secret may stand, and nowhere else."""
    stands = [name.removeprefix("P24TUI_").lower() for name, value in given.environ.items() if SECRET[:6] in value]
    text = given.file.decode("utf-8", "replace")
    stands += [line.partition("=")[0].strip() for line in text.splitlines() if SECRET[:6] in line]
    return set(stands) <= SECRETS


TARGET = Target("settings", "the settings file, the environment, and what is made of them", given(), opened, 100)
