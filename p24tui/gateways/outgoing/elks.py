"""SMS by 46elks' HTTP API.

Source: https://46elks.com/docs, its pages send-sms, sms-delivery-reports, show-sms-id, sms-history and get-account.
"""

import logging
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import msgspec

from p24tui.errors import Unavailable
from p24tui.gateways.outgoing.attempt import Attempt, follow_http, is_silence
from p24tui.gateways.outgoing.model import (
    ANSWERS_WITHIN,
    RETRY_AFTER,
    Accepted,
    Answer,
    Fate,
    NotNow,
    Outgoing,
    Problem,
    Rejected,
    Report,
    Uncertain,
)
from p24tui.text import clean_line, clean_text

if TYPE_CHECKING:
    import httpx

PART = "sms"

_CREDITS_AFTER = timedelta(minutes=5)
_LONGEST_WAIT = 600
"""The most seconds that 46elks can ask us to wait."""

_MOST_READ = 256 * 1024
"""Bytes that are read of an answer; a hundred messages of history take a fifth of it."""

_CLOCKS_DIFFER = timedelta(seconds=5)
"""By how much 46elks' clock may be behind ours."""

_TAKEN_WITHIN = timedelta(minutes=10)
"""How long after ``since`` a message found in the history may have been created and still be taken for ours."""

_NUMBER = re.compile(r"\A\+[1-9][0-9]{5,14}\Z")
_ID = r"\A[A-Za-z0-9_-]{1,100}\Z"
_CREDITS = re.compile(rb"\bcredits?\b", re.IGNORECASE)
_ABOUT_NUMBER = re.compile(rb"\b(to|recipient|number)\b", re.IGNORECASE)
_ABOUT_SENDER = re.compile(rb"\b(from|sender)\b", re.IGNORECASE)

_FATES = {"created": Fate.TAKEN, "sent": Fate.TAKEN, "delivered": Fate.DELIVERED, "failed": Fate.FAILED}

_log = logging.getLogger(__name__)

Id = Annotated[str, msgspec.Meta(pattern=_ID)]
S = TypeVar("S", bound=msgspec.Struct)


class Elks:
    """Sends SMS by 46elks.

    ``sender`` is a number or at most 11 letters and digits; ``report_to`` gives the address that delivery reports
    on our id go to. They come over HTTP to another part, which reads them with ``read_report``. ``timeout`` is in
    seconds and bounds each call as a whole.
    """

    name = "46elks"
    leaves_machine = True

    def __init__(
        self,
        *,
        user: str,
        password: str,
        sender: str,
        address: str,
        report_to: Callable[[str], str] | None = None,
        timeout: float = ANSWERS_WITHIN,
    ) -> None:
        self._login = (user, password)
        self._sender = sender
        self._address = address.rstrip("/")
        self._report_to = report_to
        self._timeout = timeout
        self._made: httpx.Client | None = None
        self._making = threading.Lock()

    def send(self, outgoing: Outgoing) -> Answer:
        """Hand the SMS over. A text that only has to be cleaned goes as ``clean_text`` leaves it."""
        if not _NUMBER.match(outgoing.to):
            return Rejected(Problem.ADDRESS)
        text = clean_text(outgoing.text)
        # Their history need not know what we wrote.
        form = {"from": self._sender, "to": outgoing.to, "message": text, "dontlog": "message"}
        if self._report_to is not None:
            form["whendelivered"] = self._report_to(outgoing.id)
        return _answer(self._exchange("POST", "/sms", data=form), text)

    def look_up(self, outgoing: Outgoing, gateway_id: str, since: datetime) -> Report | None:
        """What has become of it, by 46elks' id, else by their history.

        The history names a message by its number only. It tells something where exactly one message has gone to
        the number since then, at about that time and from our sender: between two nobody can choose.
        """
        if not gateway_id:
            return self._look_in_history(outgoing, since)
        if not re.match(_ID, gateway_id):
            return None
        found = _read(self._exchange("GET", f"/sms/{gateway_id}"), _Sms)
        return None if found is None or found.id != gateway_id else _report(found, outgoing.id)

    def listen(self, heard: Callable[[Report], None]) -> None:
        """Nothing comes by itself: 46elks calls the address that ``report_to`` gives."""

    def check(self) -> str:
        """The account's name and balance. Sends nothing."""
        reply = self._exchange("GET", "/me")
        account = _read(reply, _Account)
        if account is None:
            raise Unavailable(PART, _problem(reply))
        # The balance is in ten thousandths of the currency.
        return clean_line(f"{account.displayname}, {account.balance / 10_000:.2f} {account.currency}")

    def close(self) -> None:
        with self._making:
            client, self._made = self._made, None
        if client is not None:
            client.close()

    def _look_in_history(self, outgoing: Outgoing, since: datetime) -> Report | None:
        earliest = since.astimezone(UTC) - _CLOCKS_DIFFER
        # Their history runs backwards: it starts before ``start`` and ends after ``end``. Its instants are naive UTC.
        end = earliest.replace(tzinfo=None).isoformat(timespec="microseconds")
        reply = self._exchange("GET", "/sms", params={"to": outgoing.to, "end": end, "limit": "100"})
        history = _read(reply, _History)
        if history is None or (history.next is not None and _utc(history.next) >= earliest):
            return None
        ours = [one for one in history.data if one.direction == "outgoing" and one.to == outgoing.to]
        dated = [(one, _utc(one.created)) for one in ours if one.created is not None]
        since_then = [(one, at) for one, at in dated if at >= earliest]
        if len(since_then) != 1:
            return None
        ((found, created),) = since_then
        if found.sender != self._sender or created > since + _TAKEN_WITHIN:
            return None
        return _report(found, outgoing.id)

    def _exchange(self, method: str, path: str, **what: Mapping[str, str]) -> "_Reply":
        """What came back within the time, however little. Never raises."""
        reply = _Reply()
        attempt = Attempt()
        try:
            attempt.run(lambda: self._converse(attempt, reply, method, path, what), self._timeout)
        except Exception as error:  # noqa: BLE001 - whatever broke: how far it came decides
            _log.warning("46elks: %s", type(error).__name__)  # its text may hold the number
            reply.broke = Problem.SILENCE if is_silence(error) else Problem.CUT_OFF
        reply.left = attempt.left
        return reply

    def _converse(self, attempt: Attempt, reply: "_Reply", method: str, path: str, what: Mapping[str, Any]) -> None:
        # Compressed answers could be small here and huge unpacked.
        headers = {"Accept-Encoding": "identity", "Connection": "close"}
        follow = {"trace": lambda event, details: follow_http(attempt, event, details)}
        client = self._client()
        with client.stream(method, self._address + path, headers=headers, extensions=follow, **what) as response:
            reply.retry_after = response.headers.get("retry-after", "")
            reply.status = response.status_code
            for part in response.iter_raw():
                reply.body += part
                if len(reply.body) > _MOST_READ:
                    return
        reply.whole = True

    def _client(self) -> "httpx.Client":
        import httpx  # 60 ms, which the start of the console does not have

        with self._making:
            if self._made is None:
                # At INFO it writes every address that is asked, and the history's bears the number.
                logging.getLogger("httpx").setLevel(logging.WARNING)
                # A connection that is kept may end in the moment it is used again, and nobody knows what was taken.
                # Of many threads one may yet be given another's, but for the header that says that it ends.
                limits = httpx.Limits(max_keepalive_connections=0)
                self._made = httpx.Client(auth=self._login, timeout=self._timeout, limits=limits)
            return self._made


def read_report(form: Mapping[str, str], id: str) -> Report | None:
    """The delivery report in a form that 46elks has posted, on what we call ``id``; none where it says nothing.

    The fields are ``id`` (theirs), ``status`` (sent, delivered or failed) and ``delivered`` (when, in UTC). The form
    is not signed: whoever calls this has made sure that it came to an address that only 46elks knows.
    """
    gateway_id, fate = form.get("id", ""), _FATES.get(form.get("status", ""))
    if fate is None or not re.match(_ID, gateway_id):
        return None
    return Report(fate, id=id, gateway_id=gateway_id)


@dataclass(slots=True)
class _Reply:
    """What came back: ``status`` is 0 where nothing did, and ``broke`` says how what is not ``whole`` ended."""

    left: bool = False
    status: int = 0
    retry_after: str = ""
    body: bytes = b""
    whole: bool = False
    broke: Problem = Problem.CUT_OFF


class _Handed(msgspec.Struct):
    id: Id
    status: Any = None
    parts: Any = None


class _Sms(msgspec.Struct):
    id: Id
    direction: str = ""
    status: str = ""
    to: str = ""
    sender: str = msgspec.field(name="from", default="")
    created: datetime | None = None


class _History(msgspec.Struct):
    data: list[_Sms]
    next: datetime | None = None


class _Account(msgspec.Struct):
    displayname: str = ""
    balance: float = 0
    currency: str = ""


def _answer(reply: _Reply, text: str) -> Answer:
    if not reply.left:
        return NotNow(Problem.UNREACHABLE)
    if reply.status == 0:
        return Uncertain(reply.broke)
    if 200 <= reply.status < 300:
        return _taken(reply, text)
    if 400 <= reply.status < 500:
        return _not_taken(reply)
    if reply.status in {301, 307, 308}:
        # To be asked for elsewhere, so not done here. We do not go there: nobody chose that address for the number,
        # the text and the password. After 302 and 303 it may have been done: they also say where its result is.
        return Rejected(Problem.REFUSED)
    return Uncertain(Problem.FAULT)


def _taken(reply: _Reply, text: str) -> Answer:
    from p24tui.gateways.outgoing import gsm

    handed = _read(reply, _Handed)
    if handed is None:
        return Uncertain(Problem.CUT_OFF if reply.whole else reply.broke)
    if handed.status == "failed":
        return Rejected(Problem.REFUSED)
    told = type(handed.parts) is int and handed.parts > 0
    return Accepted(handed.id, handed.parts if told else gsm.size(text).parts)


def _not_taken(reply: _Reply) -> Answer:
    match reply.status:
        case 401 | 407:
            return NotNow(Problem.LOGIN)
        case 403 if _CREDITS.search(reply.body):
            return NotNow(Problem.CREDITS, _CREDITS_AFTER)
        case 408:
            return NotNow(Problem.BUSY)  # the request did not arrive whole
        case 429:
            return NotNow(Problem.BUSY, _wait(reply.retry_after))
        case 400 | 422 if _ABOUT_NUMBER.search(reply.body) and not _ABOUT_SENDER.search(reply.body):
            return Rejected(Problem.ADDRESS)
        case _:
            return Rejected(Problem.REFUSED)


def _problem(reply: _Reply) -> Problem:
    """Why a question was not answered."""
    if not reply.left:
        return Problem.UNREACHABLE
    if reply.status in {401, 403, 407}:
        return Problem.LOGIN
    if reply.status == 429:
        return Problem.BUSY
    if reply.status >= 500:
        return Problem.FAULT
    return Problem.REFUSED if reply.status >= 300 else reply.broke


def _wait(retry_after: str) -> timedelta:
    """Seconds as 46elks asks for them, within bounds; a date, or nothing, is a minute."""
    if not re.match(r"\A[0-9]{1,9}\Z", retry_after):
        return RETRY_AFTER
    return timedelta(seconds=min(max(int(retry_after), 1), _LONGEST_WAIT))


def _read(reply: _Reply, what: type[S]) -> S | None:
    """The answer as ``what``; none where it is not a whole, good answer of that shape."""
    if not reply.whole or not 200 <= reply.status < 300:
        return None
    try:
        return msgspec.json.decode(reply.body, type=what)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _report(found: _Sms, id: str) -> Report | None:
    fate = _FATES.get(found.status)
    return None if fate is None else Report(fate, id=id, gateway_id=found.id)


def _utc(instant: datetime) -> datetime:
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant
