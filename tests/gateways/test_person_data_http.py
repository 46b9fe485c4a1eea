"""The person-data service over HTTP: whatever goes wrong, nobody passes for unprotected (H1, H2)."""

import gzip
import json
import logging
import random
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from p24tui import bootstrap
from p24tui.errors import BadInput, Unavailable
from p24tui.explain import explain
from p24tui.gateways.person_data import (
    FilePersonData,
    Guardian,
    NoPersonData,
    Person,
    PersonData,
    look_up_protection,
)
from p24tui.gateways.person_data_http import ANSWERS_WITHIN, MOST_READ, RESTS_FOR, HttpPersonData
from p24tui.routine.protection import Protection
from p24tui.settings import Settings
from tests.gateways.outgoing.elks_server import peer, self_signed
from tests.gateways.person_service import Asked, PersonService, answer, is_silent, person_service, says

JOHN = "195009072553"
MARIA = "196101182803"
HYPHENATED = "19610118-2803"
KATJA = "200302022389"
TOKEN = "hemligt-0123456789"
SHORT = 0.4

GOOD: dict[str, Any] = {"number": MARIA, "name": "Maria Ljungberg", "protection": "none"}


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def service() -> Iterator[PersonService]:
    with person_service() as one:
        yield one


def at(service: PersonService, **more: Any) -> HttpPersonData:
    return HttpPersonData(service.address, **{"timeout": 5.0, "rests": 0.0} | more)


def assert_unknown(person_data: PersonData, number: str = MARIA) -> str:
    """Nothing is learnt, and what is said of that names nobody. What is said."""
    with pytest.raises(Unavailable) as caught:
        person_data.look_up(number)
    assert caught.value.part == "person-data"
    assert look_up_protection(person_data, number) is Protection.UNKNOWN
    for hidden in (number, "Maria", "Ljungberg", "sekretess", TOKEN):
        assert hidden not in str(caught.value)
    return caught.value.detail


# What is asked, and what is told


@pytest.mark.rule("PR-1")
def test_a_person_with_guardians_and_protection(service: PersonService) -> None:
    service.persons[KATJA] = {"name": "Katja Hennig", "guardians": [{"number": MARIA, "name": "Maria Ljungberg"}]}
    service.persons[JOHN] = {"name": "John", "protection": "sekretessmarkering"}
    one = at(service)
    assert one.look_up(KATJA) == Person(KATJA, "Katja Hennig", Protection.NONE, (Guardian(MARIA, "Maria Ljungberg"),))
    assert one.look_up(JOHN) == Person(JOHN, "John", Protection.MARKED)
    assert look_up_protection(one, MARIA) is Protection.NONE
    for said in Protection:
        service.persons[MARIA] = {"protection": said.value}
        assert look_up_protection(one, MARIA) is said


def test_the_question_is_in_the_body_with_the_token_and_the_number_is_nowhere_else(service: PersonService) -> None:
    at(service, token=TOKEN).look_up(MARIA)
    (asked,) = service.asked
    assert asked.line == "POST /pu/persons HTTP/1.1"
    assert json.loads(asked.body) == {"number": MARIA}
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    assert asked.headers["content-type"] == asked.headers["accept"] == "application/json"
    assert asked.headers["accept-encoding"] == "identity"
    assert asked.headers["connection"] == "close", "no other thread's question goes over it just as it ends"
    assert MARIA not in asked.line + str(asked.headers)


def test_without_a_token_none_is_sent_and_a_slash_at_the_end_changes_nothing(service: PersonService) -> None:
    HttpPersonData(service.address + "/").look_up(MARIA)
    (asked,) = service.asked
    assert "authorization" not in asked.headers
    assert asked.line == "POST /pu/persons HTTP/1.1"


def test_numbers_may_be_answered_with_a_hyphen(service: PersonService) -> None:
    guardians = [{"number": "19610118-2803", "name": "Maria"}]
    service.persons[JOHN] = {"number": "19500907-2553", "name": "John", "guardians": guardians}
    assert at(service).look_up(JOHN) == Person(JOHN, "John", Protection.NONE, (Guardian(MARIA, "Maria"),))


@pytest.mark.hazard("H23")
def test_names_are_cleaned(service: PersonService) -> None:
    hostile = "\u202eMaria\x1b]0;x\x07\ud800\n" + "M" * 5000
    service.persons[KATJA] = {"name": "Ka\x1b[2Jtja\n", "guardians": [{"number": MARIA, "name": "\u202eMaria"}]}
    person = at(service).look_up(KATJA)
    assert person.name.isprintable()
    assert person.guardians == (Guardian(MARIA, "Maria"),)
    service.persons[KATJA] = {"name": hostile.replace("\ud800", "")}
    name = at(service).look_up(KATJA).name
    assert name.isprintable()
    assert len(name) <= 200


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H1")
def test_a_flag_raised_while_running_is_seen_at_the_next_look(service: PersonService) -> None:
    one = at(service)
    assert look_up_protection(one, MARIA) is Protection.NONE
    service.persons[MARIA] = {"protection": "skyddad-folkbokforing"}
    assert look_up_protection(one, MARIA) is Protection.POPULATION


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H2")
@pytest.mark.parametrize("number", ["", "\ud800", "1961 0118", "../health", MARIA + "\n", "å" * 12])
def test_what_is_no_number_is_never_asked_for(service: PersonService, number: str) -> None:
    with pytest.raises(Unavailable):
        at(service).look_up(number)
    assert service.asked == []


# Every way in which it can fail


def _json(value: Any) -> bytes:
    return answer(json.dumps(value).encode())


def _good(**other: Any) -> bytes:
    return _json(GOOD | other)


_BODY = json.dumps(GOOD).encode()
_TWICE = _BODY.replace(b'"none"', b'"sekretessmarkering", "protection": "none"')
_LONG = _BODY[:-1] + b', "x": "' + b"x" * MOST_READ + b'"}'
_CHUNKS = b"".join(b"%x\r\n%s\r\n" % (1000, b" " * 1000) for _ in range(100))
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
_SOMEBODY_ELSE = "the answer is about somebody else"
_NO_PERSON = "the answer is not a person"

_FAULTY: list[tuple[str, bytes, str]] = [
    ("not known", answer(b'{"number": "%s"}' % MARIA.encode(), 404), "the person is not known to the service"),
    ("not known, yet told", answer(_BODY, 404), "the person is not known to the service"),
    ("created", answer(_BODY, 201), "status 201"),
    ("accepted", answer(_BODY, 202), "status 202"),
    ("no authority", answer(_BODY, 203), "status 203"),
    ("part of it", answer(_BODY, 206), "status 206"),
    ("no content", b"HTTP/1.1 204 No Content\r\n\r\n", "status 204"),
    ("bad question", answer(_BODY, 400), "status 400"),
    ("token", answer(_BODY, 401), "does not accept the token"),
    ("forbidden", answer(_BODY, 403), "does not let us ask"),
    ("busy", answer(_BODY, 429), "status 429"),
    ("fault", answer(_BODY, 500), "status 500"),
    ("no service behind it", answer(_BODY, 502), "status 502"),
    ("not now", answer(_BODY, 503), "status 503"),
    ("a status of its own", answer(_BODY, 299), "status 299"),
    ("not changed", b"HTTP/1.1 304 Not Modified\r\n\r\n", "where we do not go"),
    ("a page", answer(b"<html>Log in</html>", media_type="text/html"), "not JSON"),
    ("a person as a page", answer(_BODY, media_type="text/html"), "not JSON"),
    ("no type", answer(_BODY, media_type=""), "not JSON"),
    ("two types", answer(_BODY, more="Content-Type: text/plain\r\n"), "not JSON"),
    ("nothing", answer(b""), _NO_PERSON),
    ("null", answer(b"null"), _NO_PERSON),
    ("no JSON", answer(b"none"), _NO_PERSON),
    ("a word", answer(b'"none"'), _NO_PERSON),
    ("not UTF-8", answer(_BODY.replace(b"Maria", b"M\xe5ria")), _NO_PERSON),
    ("UTF-16", answer(json.dumps(GOOD).encode("utf-16")), _NO_PERSON),
    ("byte order mark", answer(b"\xef\xbb\xbf" + _BODY), _NO_PERSON),
    ("cut off JSON", answer(_BODY[:-1]), _NO_PERSON),
    ("more after it", answer(_BODY + b"x"), _NO_PERSON),
    ("two persons", answer(_BODY + _BODY), _NO_PERSON),
    ("a list", _json([GOOD]), _NO_PERSON),
    ("wrapped", _json({"person": GOOD}), _NO_PERSON),
    ("too deep", answer(b"[" * 60_000), _NO_PERSON),
    ("deep in an unknown key", answer(b'{"x":' + b"[" * 60_000), _NO_PERSON),
    ("lone surrogate", _good(name="\ud800"), _NO_PERSON),
    ("packed", answer(gzip.compress(_BODY), more="Content-Encoding: gzip\r\n"), _NO_PERSON),
    ("no number", _json({"name": "Maria", "protection": "none"}), _NO_PERSON),
    ("no name", _json({"number": MARIA, "protection": "none"}), _NO_PERSON),
    ("no protection", _json({"number": MARIA, "name": "Maria"}), _NO_PERSON),
    ("protection twice", answer(_TWICE), _NO_PERSON),
    ("protection null", _good(protection=None), _NO_PERSON),
    ("protection false", _good(protection=False), _NO_PERSON),
    ("protection nothing", _good(protection=""), _NO_PERSON),
    ("protection in capitals", _good(protection="NONE"), _NO_PERSON),
    ("protection with a space", _good(protection="none "), _NO_PERSON),
    ("protection misspelt", _good(protection="sekretess"), _NO_PERSON),
    ("protection of a newer kind", _good(protection="skyddad-identitet"), _NO_PERSON),
    ("protection as a list", _good(protection=["none"]), _NO_PERSON),
    ("a number as a number", _good(number=int(MARIA)), _NO_PERSON),
    ("a number with a line break", _good(number=MARIA + "\n"), _NO_PERSON),
    ("an empty number", _good(number=""), _NO_PERSON),
    ("guardians misshapen", _good(guardians=[MARIA]), _NO_PERSON),
    ("guardians null", _good(guardians=None), _NO_PERSON),
    ("somebody else", _good(number=JOHN), _SOMEBODY_ELSE),
    ("somebody else's guardian", _good(number=JOHN, guardians=[{"number": MARIA, "name": "M"}]), _SOMEBODY_ELSE),
    ("a longer number", _good(number=MARIA + "0"), _SOMEBODY_ELSE),
    ("ten digits", _good(number=MARIA[2:]), _SOMEBODY_ELSE),
    ("too large", answer(_LONG), f"over {MOST_READ} bytes"),
    ("too large in chunks", _HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + _CHUNKS, f"over {MOST_READ} bytes"),
    ("too large without an end", _HEAD + b"\r\n" + b" " * (2 * MOST_READ), f"over {MOST_READ} bytes"),
    ("longer than it comes", _HEAD + b"Content-Length: 9999\r\n\r\n" + _BODY, "the exchange broke"),
    ("shorter than it comes", _HEAD + b"Content-Length: 20\r\n\r\n" + _BODY, _NO_PERSON),
    ("two lengths", _HEAD + b"Content-Length: 20\r\nContent-Length: 30\r\n\r\n" + _BODY, "the exchange broke"),
    ("broken chunks", _HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + _BODY, "the exchange broke"),
    ("chunks without an end", _HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n" % (len(_BODY), _BODY), "broke"),
    ("no answer", b"", "the exchange broke"),
    ("no HTTP", _BODY, "the exchange broke"),
    ("another protocol", b"SSH-2.0-OpenSSH_9.6\r\n", "the exchange broke"),
    ("cut off in the head", _HEAD[:30], "the exchange broke"),
    ("a head without an end", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 60_000, "the exchange broke"),
    ("only wait", b"HTTP/1.1 100 Continue\r\n\r\n", "the exchange broke"),
]


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H1", "H2")
@pytest.mark.parametrize(("_name", "whole", "words"), _FAULTY, ids=[name for name, *_ in _FAULTY])
def test_a_faulty_answer_means_unknown_and_forgets_what_was_said(
    service: PersonService, _name: str, whole: bytes, words: str
) -> None:
    one = at(service)
    assert look_up_protection(one, MARIA) is Protection.NONE
    service.treat = says(whole)
    assert words in assert_unknown(one)
    service.treat = None
    assert look_up_protection(one, MARIA) is Protection.NONE


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H1", "H2")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed(service: PersonService, status: int) -> None:
    with person_service() as elsewhere:
        more = f"Location: {elsewhere.address}/persons\r\n"
        service.treat = says(answer(_BODY, status, more=more))
        one = at(service, token=TOKEN)
        assert "where we do not go" in assert_unknown(one)
        with pytest.raises(Unavailable):
            one.check()
        assert elsewhere.asked == []
    assert len(service.asked) == 3


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H1", "H2")
def test_where_nobody_listens_it_is_unknown() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        one = HttpPersonData(f"http://127.0.0.1:{closed.getsockname()[1]}")
        assert assert_unknown(one) == "nobody listens there"
    assert assert_unknown(HttpPersonData("https://nobody.invalid")) in {"its name is not found", "nobody listens there"}


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H1", "H2")
@pytest.mark.parametrize("address", ["gopher://127.0.0.1", "http://", "http://[", "127.0.0.1", ""])
def test_an_address_that_cannot_be_asked_means_unknown(address: str) -> None:
    assert_unknown(HttpPersonData(address))


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H1", "H2")
def test_a_connection_that_is_torn_down_means_unknown(service: PersonService) -> None:
    def tear(_asked: Asked, connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")

    service.treat = tear
    assert "the exchange broke" in assert_unknown(at(service))


# Time


def _drips(start: bytes, ended: threading.Event) -> Any:
    def treat(_asked: Asked, connection: socket.socket) -> None:
        try:
            connection.sendall(start)
            while True:
                connection.sendall(b" ")
                time.sleep(0.02)
        except OSError:
            ended.set()

    return treat


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H1", "H2")
@pytest.mark.parametrize(
    "start",
    [
        b"HTTP/1.1 200 OK\r\nX: ",
        _HEAD + b"Content-Length: 9999\r\n\r\n" + _BODY,
        _HEAD + b"\r\n" + _BODY,
        _HEAD + b"\r\n",
    ],
    ids=["head", "a whole person, then blanks", "a whole person without an end", "body"],
)
def test_a_drip_ends_with_the_time_and_ends_the_connection(service: PersonService, start: bytes) -> None:
    ended = threading.Event()
    service.treat = _drips(start, ended)
    one, began = at(service, timeout=SHORT), time.monotonic()
    assert assert_unknown(one) == "it does not answer in time"
    assert time.monotonic() - began < 2 * SHORT + 1  # it is asked twice
    assert ended.wait(2)


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H1", "H2")
def test_silence_ends_with_the_time(service: PersonService) -> None:
    service.treat = is_silent
    one, began = at(service, timeout=SHORT), time.monotonic()
    assert assert_unknown(one) == "it does not answer in time"
    with pytest.raises(Unavailable, match="in time"):
        one.check()
    assert time.monotonic() - began < 3 * SHORT + 1
    assert ANSWERS_WITHIN <= 5


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H1", "H2")
def test_a_machine_that_takes_the_connection_and_never_speaks_tls_ends_with_the_time() -> None:
    with peer(lambda connection: time.sleep(2)) as port:
        one, began = HttpPersonData(f"https://127.0.0.1:{port}", timeout=SHORT, rests=0), time.monotonic()
        assert assert_unknown(one) == "it does not answer in time"
        assert time.monotonic() - began < 2 * SHORT + 1


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H1", "H2")
def test_a_name_server_that_keeps_silent_is_given_up_and_nobody_is_asked_later(
    service: PersonService, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, right = threading.Event(), socket.getaddrinfo

    def find_late(*what: Any, **more: Any) -> Any:
        found.wait(5)
        return right(*what, **more)

    monkeypatch.setattr(socket, "getaddrinfo", find_late)
    one, began = at(service, timeout=SHORT), time.monotonic()
    assert_unknown(one)
    assert time.monotonic() - began < 2 * SHORT + 1
    found.set()
    time.sleep(0.3)
    assert service.asked == []


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H1", "H2")
def test_who_asks_about_many_waits_once_for_a_service_that_is_silent_and_then_asks_anew(
    service: PersonService,
) -> None:
    service.treat = is_silent
    rests = 4 * SHORT  # what is asked meanwhile takes a while on a busy machine
    one, began = at(service, timeout=SHORT, rests=rests), time.monotonic()
    with pytest.raises(Unavailable):
        one.look_up(MARIA)
    for number in (MARIA, JOHN, KATJA) * 20:
        with pytest.raises(Unavailable, match="silent just now"):
            one.look_up(number)
    with pytest.raises(Unavailable, match="silent just now"):
        one.check()
    assert time.monotonic() - began < SHORT + rests
    assert len(service.asked) == 1
    service.treat = None
    time.sleep(rests)
    assert look_up_protection(one, MARIA) is Protection.NONE
    assert 0 < RESTS_FOR <= 10


# Many threads


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H1", "H2")
def test_of_many_threads_each_gets_the_answer_to_its_own_question(service: PersonService) -> None:
    numbers = [f"19610118{n:04d}" for n in range(160)]
    marked = {number for number in numbers if int(number) % 3 == 0}
    lost = {number for number in numbers if int(number) % 5 == 0}

    def treat(asked: Asked, connection: socket.socket) -> None:
        time.sleep(random.Random(asked.number).random() / 50)
        if asked.number in lost:
            return
        said = "sekretessmarkering" if asked.number in marked else "none"
        connection.sendall(_json({"number": asked.number, "name": asked.number, "protection": said}))

    service.treat = treat
    one = at(service)
    with ThreadPoolExecutor(8) as pool:
        said = dict(zip(numbers, pool.map(lambda number: look_up_protection(one, number), numbers), strict=True))
    for number, protection in said.items():
        expected = Protection.MARKED if number in marked else Protection.NONE
        assert protection is (Protection.UNKNOWN if number in lost else expected)
    assert Counter(asked.number for asked in service.asked) == Counter(numbers)


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H1", "H2")
def test_a_service_that_mixes_its_answers_up_is_believed_about_nobody(service: PersonService) -> None:
    meet = threading.Barrier(2)
    swapped: dict[str, str] = {MARIA: JOHN, JOHN: MARIA}

    def treat(asked: Asked, connection: socket.socket) -> None:
        meet.wait(5)
        connection.sendall(_good(number=swapped[asked.number]))

    service.treat = treat
    one = at(service)
    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(lambda number: look_up_protection(one, number), (MARIA, JOHN)))
    assert said == [Protection.UNKNOWN, Protection.UNKNOWN]


# TLS, proxies, logs


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return self_signed(tmp_path_factory.mktemp("certificate"))


def server_side(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    return context


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H1", "H2")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_certificate_that_nobody_vouches_for_is_asked_nothing(certificate: tuple[Path, Path]) -> None:
    with person_service(server_side(certificate)) as service:
        one = at(service, token=TOKEN)
        assert "certificate" in assert_unknown(one)
        with pytest.raises(Unavailable, match="certificate"):
            one.check()
        assert service.asked == []


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H1", "H2")
def test_a_service_in_clear_where_it_is_to_be_encrypted_is_asked_nothing(service: PersonService) -> None:
    one = HttpPersonData(service.address.replace("http:", "https:"), timeout=SHORT)
    assert_unknown(one)
    assert service.asked == []


def test_encrypted_as_in_clear(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with person_service(server_side(certificate)) as service:
        one = at(service, token=TOKEN)
        one.check()
        assert look_up_protection(one, MARIA) is Protection.NONE
        service.persons[MARIA] = {"protection": "sekretessmarkering"}
        assert look_up_protection(one, MARIA) is Protection.MARKED
        assert service.asked[-1].headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_service_that_asks_who_we_are_is_shown_the_certificate(
    certificate: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    ours = self_signed(tmp_path)
    both = tmp_path / "both.pem"
    both.write_bytes(ours[0].read_bytes() + ours[1].read_bytes())
    context = server_side(certificate)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(ours[0])
    with person_service(context) as service:
        assert look_up_protection(at(service, certificate=both), MARIA) is Protection.NONE
        assert_unknown(at(service))
        assert len(service.asked) == 1


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H1", "H2")
def test_a_certificate_that_cannot_be_used_means_unknown_and_asks_nobody_for_a_password(
    service: PersonService, tmp_path: Path
) -> None:
    locked, none = tmp_path / "locked.pem", tmp_path / "none.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-passout", "pass:hemligt", "-subj", "/CN=p24tui"]
    subprocess.run([*command, "-keyout", str(locked), "-out", str(none)], check=True, capture_output=True)
    locked.write_bytes(locked.read_bytes() + none.read_bytes())
    none.write_text("no certificate", encoding="ascii")
    for path in (locked, none, tmp_path / "missing.pem", tmp_path):
        assert_unknown(at(service, certificate=path))
    assert service.asked == []


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H1", "H2")
def test_a_proxy_hears_nothing_of_what_goes_to_this_machine(
    service: PersonService, monkeypatch: pytest.MonkeyPatch
) -> None:
    with person_service() as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
            monkeypatch.setenv(name.lower(), f"http://127.0.0.1:{proxy.port}")
        assert look_up_protection(at(service), MARIA) is Protection.NONE
        assert proxy.asked == []
        assert_unknown(HttpPersonData("https://persons.invalid", token=TOKEN, timeout=2))
        assert {asked.line for asked in proxy.asked} <= {"CONNECT persons.invalid:443 HTTP/1.1"}
        assert all(TOKEN not in str(asked.headers) and not asked.body for asked in proxy.asked)


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H1", "H2")
def test_nothing_that_is_logged_names_anybody(service: PersonService, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    one = at(service, token=TOKEN)
    echo = MARIA.encode()
    for whole in (
        _good(),
        _good(protection="Maria Ljungberg " + MARIA),
        answer(echo, 500, more=f"X-Number: {MARIA}\r\n"),
        answer(b"", 302, more=f"Location: http://127.0.0.1:9/{MARIA}\r\n"),
        b"HTTP/1.1 " + echo + b"\r\n\r\n",
        _good(number=JOHN),
        b"",
    ):
        service.treat = says(whole)
        look_up_protection(one, MARIA)
    with suppress(Unavailable):
        one.check()
    assert "the exchange broke: RemoteProtocolError" in caplog.text
    for hidden in (MARIA, JOHN, "Ljungberg", TOKEN):
        assert hidden not in caplog.text


# The check


def test_the_check_asks_about_nobody(service: PersonService) -> None:
    at(service, token=TOKEN).check()
    (asked,) = service.asked
    assert (asked.line, asked.body) == ("GET /pu/health HTTP/1.1", b"")
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    ("whole", "words"),
    [
        (answer(b"", 401), "token"),
        (answer(b"", 404), "no such service"),
        (answer(b"", 503), "status 503"),
        (answer(b"", 302), "where we do not go"),
        (b"", "the exchange broke"),
    ],
)
def test_a_check_that_fails_says_why(service: PersonService, whole: bytes, words: str) -> None:
    service.treat = says(whole)
    with pytest.raises(Unavailable, match=words):
        at(service).check()


def test_the_check_does_not_wait_for_a_long_answer(service: PersonService) -> None:
    service.treat = _drips(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", threading.Event())
    began = time.monotonic()
    at(service).check()
    assert time.monotonic() - began < 2


def test_it_imports_no_client_by_itself() -> None:
    program = "import sys, p24tui.gateways.person_data_http; print('httpx' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"


# Arbitrary answers


@pytest.fixture(scope="module")
def any_service() -> Iterator[PersonService]:
    with person_service() as one:
        yield one


@pytest.fixture(scope="module")
def asking(any_service: PersonService) -> HttpPersonData:
    return at(any_service)


def is_whole_and_unprotected(body: bytes) -> bool:
    """Whether the answer says, whole and clearly, that the person who was asked for is not protected."""
    try:
        said = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        return False
    return (
        isinstance(said, dict)
        and said.get("number") in (MARIA, HYPHENATED)
        and isinstance(said.get("name"), str)
        and said.get("protection") == "none"
    )


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
_NUMBERS = st.sampled_from([MARIA, MARIA, MARIA, HYPHENATED, MARIA[2:], JOHN, int(MARIA), MARIA + "\n"])
_PROTECTIONS = st.sampled_from(
    ["none", "none", "none", "None", "none ", "sekretessmarkering", "unknown", None, False, ""]
)
_PERSONS = st.fixed_dictionaries(
    {},
    optional={
        "number": _NUMBERS | _VALUES,
        "name": st.text(max_size=20) | _VALUES,
        "protection": _PROTECTIONS | _VALUES,
        "guardians": st.lists(st.fixed_dictionaries({"number": _NUMBERS, "name": st.text(max_size=5)})) | _VALUES,
        "x": _VALUES,
    },
)
_WHOLE = st.fixed_dictionaries({"number": st.just(MARIA), "name": st.text(max_size=20), "protection": _PROTECTIONS})
_BENT = (_PERSONS | _WHOLE | st.lists(_PERSONS, max_size=2) | _VALUES).map(lambda one: json.dumps(one).encode())


@st.composite
def _damaged(draw: st.DrawFn) -> bytes:
    """A good answer in which some bytes are others, or are missing."""
    body = bytearray(_BODY)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(body) - 1))
        body[at : at + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(body)


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H1", "H2")
@settings(max_examples=300)
@given(body=st.binary(max_size=200) | _BENT | _damaged())
def test_no_body_passes_for_unprotected_unless_it_says_so_of_that_person(
    any_service: PersonService, asking: HttpPersonData, body: bytes
) -> None:
    any_service.treat = says(answer(body))
    assert look_up_protection(asking, MARIA) is not Protection.NONE or is_whole_and_unprotected(body)


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H1", "H2")
@given(name=st.text(max_size=300), said=st.sampled_from(Protection), number=st.sampled_from([MARIA, HYPHENATED]))
def test_every_whole_answer_is_believed(
    any_service: PersonService, asking: HttpPersonData, name: str, said: Protection, number: str
) -> None:
    any_service.treat = says(_json({"number": number, "name": name, "protection": said.value}))
    person = asking.look_up(MARIA)
    assert (person.number, person.protection) == (MARIA, said)
    assert "\n" not in person.name
    assert "\x1b" not in person.name


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H1", "H2")
@settings(max_examples=200)
@given(data=st.data())
def test_no_bytes_on_the_line_pass_for_unprotected(
    any_service: PersonService, asking: HttpPersonData, data: st.DataObject
) -> None:
    """A right answer of somebody marked, and of nobody, in which any bytes are others."""
    marked = json.dumps(GOOD | {"protection": "sekretessmarkering"}).encode()
    whole = bytearray(data.draw(st.sampled_from([answer(marked), answer(b"{}"), b""])))
    for _ in range(data.draw(st.integers(0, 5))):
        at_byte = data.draw(st.integers(0, len(whole)))
        whole[at_byte : at_byte + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=40))
    any_service.treat = says(bytes(whole))
    said = look_up_protection(asking, MARIA)
    assert said in {Protection.UNKNOWN, Protection.MARKED}


# The settings


def person_data_of(home: Path, **values: str) -> PersonData:
    with bootstrap.running(Settings(home=home, **values), open_later=True) as system:  # type: ignore[arg-type]
        return system.person_data


def test_an_address_is_asked_over_http_a_path_is_read_and_nothing_is_nobody(
    service: PersonService, tmp_path: Path
) -> None:
    found = person_data_of(tmp_path, person_data=service.address, person_data_token=TOKEN)
    assert isinstance(found, HttpPersonData)
    assert look_up_protection(found, MARIA) is Protection.NONE
    assert service.asked[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert isinstance(person_data_of(tmp_path, person_data=str(tmp_path / "persons.json")), FilePersonData)
    assert isinstance(person_data_of(tmp_path, person_data=r"C:\p24\persons.json"), FilePersonData)
    assert isinstance(person_data_of(tmp_path), NoPersonData)


@pytest.mark.parametrize(
    "address",
    [
        "https://persons.example.se",
        "HTTPS://persons.example.se:8443/pu/v1/",
        "https://[2001:db8::1]/pu",
        "http://localhost:8080",
        "http://127.0.0.7/pu",
        "http://[::1]:8080/pu",
    ],
)
def test_addresses_that_may_be_asked(tmp_path: Path, address: str) -> None:
    assert isinstance(person_data_of(tmp_path, person_data=address), HttpPersonData)


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H1", "H2")
@pytest.mark.parametrize(
    "address",
    [
        "http://persons.example.se",
        "http://10.0.0.1/pu",
        "http://127.0.0.1.example.se",
        "http://localhost.example.se",
        "http://localhost@example.se",
        "https://",
        "https:///pu",
        "https:/persons.example.se",
        "https:persons.example.se",
        "https://user:hemligt@persons.example.se",
        "https://persons.example.se?number=",
        "https://persons.example.se/pu?",
        "https://persons.example.se#hemligt",
        "https://persons.example.se:0",
        "https://persons.example.se:70000",
        "https://persons.example.se:hemligt",
        "https://[hemligt",
        "https://persons.example.se/p u",
        " https://persons.example.se",
        "https://persons.example.se\n",
        "https://pers\tons.example.se",
        "https://åsen.example.se",
        "ftp://persons.example.se",
        "file:///etc/persons.json",
    ],
)
def test_an_address_that_cannot_or_may_not_be_asked_is_said_at_the_start(tmp_path: Path, address: str) -> None:
    with pytest.raises(BadInput) as caught:
        person_data_of(tmp_path, person_data=address)
    assert caught.value.reason == "settings-value"
    assert "person_data: " in explain(caught.value)
    assert "hemligt" not in explain(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("person_data_token", "hemligt mer"),
        ("person_data_token", "hemligt\r\nX: y"),
        ("person_data_token", "hemlig€"),
        ("person_data_certificate", "/no/such/hemligt.pem"),
    ],
)
def test_a_token_or_a_certificate_that_cannot_be_used_is_said_at_the_start(
    tmp_path: Path, name: str, value: str
) -> None:
    with pytest.raises(BadInput) as caught:
        person_data_of(tmp_path, person_data="https://persons.example.se", **{name: value})
    assert caught.value.reason == "settings-value"
    assert f"{name}: " in explain(caught.value)
    assert "hemlig" not in explain(caught.value)
    assert value not in repr(Settings(home=tmp_path, person_data_token=value))
