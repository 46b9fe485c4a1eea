"""A person-data service that is asked over HTTP; docs/intake.md describes what is asked and answered.

It fails closed (PR-1, PR-2): only one whole person of the shape, of the number that was asked for and in time, is an
answer. Whatever else comes, or does not come, is ``Unavailable``, and never says more than what went wrong.
"""

import re
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from p24tui.errors import BadInput, Unavailable
from p24tui.gateways.http_asking import JSON, Asking, Reply, TooLargeError
from p24tui.gateways.outgoing.attempt import Attempt
from p24tui.gateways.person_data import FAULTS, NUMBER, PART, Person, cleaned, parsed
from p24tui.gateways.web_address import check_service
from p24tui.routine.rule import rule
from p24tui.settings import Settings

ANSWERS_WITHIN = 4.0
"""Seconds that a question may take as a whole, from looking the service's name up to the last byte of the answer."""

RESTS_FOR = 5.0
"""Seconds for which a service that has just been silent is not asked: who asks about many would wait for each."""

MOST_READ = 64 * 1024
"""Bytes that are read of an answer; a person with ten guardians takes a fiftieth of it."""

_TOKEN = re.compile(r"\A[!-~]*\Z")

_WHAT_BROKE: tuple[tuple[type[Exception], str], ...] = (
    (TimeoutError, "it does not answer in time"),
    (ssl.SSLError, "its certificate, ours or the encryption does not hold"),
    (socket.gaierror, "its name is not found"),
    (ConnectionRefusedError, "nobody listens there"),
)
_STATUS = {
    401: "it does not accept the token",
    403: "it does not let us ask",
    404: "there is no such service at the address",
}


class HttpPersonData:
    """The service at an address. It may be used by many threads at once.

    ``timeout`` is in seconds and bounds each question as a whole; after one that was not answered in that time nothing
    is asked for ``rests`` seconds. ``certificate`` is a file with our certificate and its key.
    """

    def __init__(
        self,
        address: str,
        *,
        token: str = "",
        certificate: Path | None = None,
        timeout: float = ANSWERS_WITHIN,
        rests: float = RESTS_FOR,
    ) -> None:
        self._address = address.rstrip("/")
        self._token = token
        self._timeout = timeout
        self._rests = rests
        self._asked_again_at = 0.0
        self._asking = Asking(address, timeout=timeout, most=MOST_READ, certificate=certificate)

    @rule("PR-1", "PR-2")
    def look_up(self, number: str) -> Person:
        """The person with that number. Raises ``Unavailable`` where it is not clearly told."""
        if not re.match(NUMBER, number):
            raise Unavailable(PART, "that is no number to ask for")
        # In the body alone: addresses are logged, here and by every machine on the way.
        reply = self._exchange("POST", "/persons", msgspec.json.encode({"number": number}))
        if reply.status == 404:
            raise Unavailable(PART, "the person is not known to the service")
        _accepted(reply)
        if reply.media_type != JSON:
            raise Unavailable(PART, "the answer is not JSON")
        try:
            person = cleaned(parsed(reply.body, Person))
        except FAULTS:
            raise Unavailable(PART, "the answer is not a person") from None  # its text may hold personal data
        if person.number != number:
            raise Unavailable(PART, "the answer is about somebody else")
        return person

    def check(self) -> None:
        """Raises ``Unavailable`` where the service cannot be asked at all. Asks about nobody."""
        _accepted(self._exchange("GET", "/health"))

    def _exchange(self, method: str, path: str, body: bytes | None = None) -> Reply:
        if time.monotonic() < self._asked_again_at:
            raise Unavailable(PART, "it was silent just now and is not asked for some seconds")
        attempt = Attempt()
        try:
            return attempt.run(lambda: self._ask(attempt, method, path, body), self._timeout)
        except TooLargeError:
            raise Unavailable(PART, f"the answer is over {MOST_READ} bytes") from None
        except Exception as error:  # noqa: BLE001 - whatever broke: nothing was learnt
            broke = list(_causes(error))
            if any(isinstance(one, TimeoutError) for one in broke):
                self._asked_again_at = time.monotonic() + self._rests
            raise Unavailable(PART, _problem(broke)) from None

    def _ask(self, attempt: Attempt, method: str, path: str, body: bytes | None) -> Reply:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        if body is not None:
            headers["Content-Type"] = JSON
        # Of the check nothing is read but how it went, and of a refusal neither.
        read = () if body is None else (200,)
        return self._asking.ask(attempt, method, self._address + path, headers, body, reads=read)


def from_settings(settings: Settings) -> HttpPersonData:
    """The service that the settings name. Nothing is connected yet.

    Raises ``BadInput`` where they cannot be used, naming the setting and never what stands in it.
    """
    if not _TOKEN.match(settings.person_data_token):
        raise BadInput("settings-value", problem="person_data_token: letters, digits and signs, without spaces")
    certificate = Path(settings.person_data_certificate).expanduser() if settings.person_data_certificate else None
    if certificate is not None and not certificate.is_file():
        raise BadInput("settings-value", problem="person_data_certificate: no such file")
    address = settings.person_data
    check_service("person_data", address)
    return HttpPersonData(address, token=settings.person_data_token, certificate=certificate)


def _accepted(reply: Reply) -> None:
    """Raises ``Unavailable`` where the service did not do as it was asked."""
    if reply.status == 200:
        return
    if 300 <= reply.status < 400:
        raise Unavailable(PART, "it refers to another address, where we do not go")
    raise Unavailable(PART, _STATUS.get(reply.status, f"it answers with status {reply.status}"))


def _problem(broke: list[BaseException]) -> str:
    """What broke, in words of ours: a library's may hold personal data."""
    for kind, words in _WHAT_BROKE:
        if any(isinstance(one, kind) for one in broke):
            return words
    return f"the exchange broke: {type(broke[0]).__name__}"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
