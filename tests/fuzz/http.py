"""HTTP: the intake as its own description (``assets/intake.openapi.json``) says it is, and requests that are none."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
import schemathesis
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from p24tui import assets
from p24tui.intake.endpoints import DESCRIPTION
from p24tui.services import intake
from p24tui.text import clean_text
from tests import samples
from tests.fuzz import fhir
from tests.fuzz.bending import mangled
from tests.fuzz.standing import Stored, unit
from tests.fuzz.target import Check, Target
from tests.intake.serving import SOURCE, served

WAITS = 30.0
ENDLESS = "stream"
"""The operation whose answer never ends: its bad questions are asked by ``_RAW`` alone."""

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
    ignored_auth,
]

_RAW = (
    (
        b"POST /fhir HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer TOKEN\r\nContent-Type: application/json\r\n"
        b"Content-Length: 2\r\nConnection: close\r\n\r\n{}"
    ),
    (
        b"POST /fhir HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer TOKEN\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
    ),
    (
        b"GET /fhir/Communication/$stream?after=x HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer TOKEN\r\n"
        b"Connection: close\r\n\r\n"
    ),
    (
        b"GET /v/abcdefghijklmnopqrstuvwxyz HTTP/1.1\r\nHost: x\r\nCookie: p24tui_who=e30\r\nAccept-Language: en\r\n"
        b"Connection: close\r\n\r\n"
    ),
    b"POST /reports/46elks/x/y HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nConnection: close\r\n\r\nid=x",
    b"GET /after-hours?unit=SE2321000016-ASEN HTTP/1.0\r\nAuthorization: Bearer TOKEN\r\n\r\n",
)
PIECES = (
    b"\r\n", b"\n", b"\x00", b"\xff", b":", b" ", b"%00", b"%ff", b"%", b"/../", b"//", b"HTTP/9.9",
    b"Content-Length: 99\r\n", b"Content-Length: -1\r\n", b"Transfer-Encoding: x\r\n", b"Expect: 100-continue\r\n",
    b"Upgrade: websocket\r\n", b"Host: [::1\r\n", b"Cookie: p24tui_login=\xff\r\n", b"X: " + b"y" * 9000 + b"\r\n",
    b"?" + b"&" * 2000,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Raw:
    """The bytes of a request, with ``TOKEN`` for a source's token."""

    request: bytes


@dataclass(frozen=True, slots=True)
class Posted:
    """A body to the intake, with what it is said to be."""

    sent: fhir.Sent
    type: str


def _described() -> st.SearchStrategy[Any]:
    """Cases of the description, good and bad; what each takes is drawn by schemathesis."""
    description = schemathesis.openapi.from_dict(json.loads(assets.path(DESCRIPTION).read_bytes()))
    operations = [one.ok() for one in description.get_all_operations() if isinstance(one, Ok)]
    return st.one_of(
        [
            one.as_strategy(generation_mode=mode)
            for one in operations
            if one.definition.raw.get("operationId") != ENDLESS
            for mode in schemathesis.GenerationMode
        ]
    )


_types = [
    "application/fhir+json", "application/json; charset=utf-8", "application/fhir+ndjson", "text/plain", "", "x;y=\xff",
    "application/json; charset=utf-16", 'application/json; charset="utf-8"',
]  # fmt: skip
examples = st.one_of(
    st.deferred(_described),
    mangled(st.sampled_from(_RAW), PIECES).map(Raw),
    st.builds(Posted, fhir.sent(), st.sampled_from(_types)),
)


@contextmanager
def opened() -> Iterator[Check]:
    with unit() as world:
        token = intake.make_token(world.system, SOURCE)
        intake.load(world.system, SOURCE, samples.body(samples.bundle(*samples.contact())))
        stored = Stored(world)
        with served(world.system) as base, requests.Session() as session:
            session.trust_env = False
            asked = _Asked(base, token, session)
            yield lambda example: check(asked, stored, example)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The intake that is asked, and who asks."""

    base: str
    token: str
    session: requests.Session


def check(asked: _Asked, stored: Stored, example: Any) -> None:
    """Every request gets an answer that the description has, and the next good one is answered as if nothing was."""
    match example:
        case Raw():
            _check_raw(asked, example)
        case Posted():
            _check_posted(asked, example)
        case _:
            login = {"Authorization": f"Bearer {asked.token}"} if example.operation.definition.raw["security"] else {}
            example.call_and_validate(
                base_url=asked.base, session=asked.session, headers=login, checks=CHECKS, timeout=WAITS
            )
    stored.new()
    assert asked.session.get(f"{asked.base}/health", timeout=WAITS).json() == {"status": "ok"}


def _check_raw(asked: _Asked, raw: Raw) -> None:
    """Whatever bytes come, what is answered is HTTP, and no fault of ours; where less came than was said, nothing."""
    host, port = asked.base.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=WAITS) as connection:
        connection.sendall(raw.request.replace(b"TOKEN", asked.token.encode()))
        connection.shutdown(socket.SHUT_WR)
        answered = b""
        try:
            while part := connection.recv(65536):
                answered += part
        except ConnectionResetError:
            return
    assert not answered or answered.startswith(b"HTTP/1.1 "), answered[:100]
    assert not answered.startswith(b"HTTP/1.1 5") or answered.startswith(b"HTTP/1.1 503"), answered[:1000]


def _check_posted(asked: _Asked, posted: Posted) -> None:
    type = f"/{posted.sent.type}" if posted.sent.type else ""
    headers: dict[str, str | bytes] = {
        "Authorization": f"Bearer {asked.token}",
        "Content-Type": posted.type.encode("latin-1"),
    }
    answer = asked.session.post(f"{asked.base}/fhir{type}", posted.sent.body, headers=headers, timeout=WAITS)
    assert answer.status_code in (200, 201, 400, 404, 413, 415, 422), answer.text
    said = answer.json()
    assert said["resourceType"] in ("OperationOutcome", "Bundle")
    for issue in said.get("issue", ()):
        assert issue.get("diagnostics", "x").strip()
        assert clean_text(issue.get("diagnostics", "")) == issue.get("diagnostics", "")
    if answer.status_code == 201:
        assert answer.headers["Location"].startswith(f"{asked.base}/fhir/")


TARGET = Target("http", "the intake over HTTP, by its own description and beyond", examples, opened, 40)
