"""The patients' side: a portal that sends bunches until each is acknowledged, and a booking system that does so too."""

import json
import random
import socket
import time
from contextlib import suppress
from typing import Any

import httpx

from tests import siu
from tests.faults.storm.acknowledged import Acknowledged, Log, What
from tests.faults.storm.orders import SOURCE, Orders
from tests.samples import Json, bundle, encounter, message, patient

PERSONS = 200
"""How many there are for each portal; after that they come again, with another matter."""

RESERVE_NUMBERS = r"RH[0-9]{6}"
RESERVE_SYSTEM = "http://electronichealth.se/identifier/nationelltReservnummer"
ANSWERS_WITHIN = 30.0
"""Seconds after which a sender believes that what it sent is lost, and sends it again."""

BUNCH = 12
OPEN = 12
"""In how many of the latest contacts patients go on writing."""

TELEPHONES = 95
_PROTECTED = 10
"""One in so many is protected."""


def number_of(portal: int, person: int) -> str:
    """The reserve number of a person."""
    return f"RH{portal}{person % PERSONS:05d}"


def persons(portals: int) -> list[dict[str, str]]:
    """Everybody, as the person-data service tells of them."""
    return [
        {
            "number": number_of(portal, person),
            "name": f"Testperson {portal}{person:05d}",
            "protection": "sekretessmarkering" if person % _PROTECTED == _PROTECTED - 1 else "none",
        }
        for portal in range(portals)
        for person in range(PERSONS)
    ]


def send(orders: Orders, name: str, portal: int) -> None:
    """New contacts, and messages in those that have been acknowledged, in bunches; each until it is acknowledged."""
    chance = random.Random(f"{orders.seed}:{name}")
    log = Log(orders.acknowledged, name)
    known: list[tuple[str, str]] = []
    with httpx.Client(
        base_url=orders.intake,
        headers={"Authorization": f"Bearer {orders.token}", "Content-Type": "application/fhir+json"},
        timeout=ANSWERS_WITHIN,
        trust_env=False,
    ) as client:
        count = 0
        while True:
            resources, count = _bunch(chance, name, portal, count, known)
            entries = _until_answered(client, bundle(*resources), log)
            pairs = list(zip(resources, entries, strict=True))
            log.add(*(_acknowledged(sent, entry) for sent, entry in pairs if sent["resourceType"] != "Patient"))
            contact = resources[1]
            known = [*known, (contact["id"], contact["subject"]["reference"])][-OPEN:]
            time.sleep(chance.uniform(0.05, 0.3))


def _bunch(
    chance: random.Random, name: str, portal: int, count: int, known: list[tuple[str, str]]
) -> tuple[list[Json], int]:
    """One new contact, and many messages in the latest."""
    number, id = number_of(portal, count), f"{name}-e{count}"
    system = {"system": RESERVE_SYSTEM, "value": number}
    mobile = {"system": "phone", "use": "mobile", "value": f"+467017406{5 + count % TELEPHONES:02d}"}
    person = f"{name}-p{count % PERSONS}"
    resources = [
        patient(person, identifier=[system], name=[{"text": f"Testperson {number}"}], telecom=[mobile]),
        encounter(id, person, str(chance.randint(1, 5))),
    ]
    cases = [*known, (id, f"Patient/{person}")]
    for at in range(BUNCH):
        case, sender = chance.choice(cases)
        own = f"{name}-m{count}-{at}"
        resources.append(message(own, case, f"Hej, det här är {own}.", sender))
    return resources, count + 1


def _until_answered(client: httpx.Client, sent: Json, log: Log) -> list[Json]:
    """Send it again and again until it is acknowledged, as the intake asks for."""
    body = json.dumps(sent).encode()
    while True:
        with suppress(httpx.HTTPError, ValueError):
            answer = client.post("/fhir", content=body)
            if answer.status_code == 200:
                entries: list[Json] = answer.json()["entry"]
                return entries
            if answer.status_code != 503:
                log.add(Acknowledged(What.REFUSED, f"{answer.status_code} {answer.text[:300]}"))
        time.sleep(0.1)


def _acknowledged(sent: Json, entry: Json) -> Acknowledged:
    response: dict[str, Any] = entry["response"]
    if not str(response["status"]).startswith(("200", "201")):
        return Acknowledged(What.REFUSED, f"{sent['id']}: {json.dumps(response)[:300]}")
    what = What.CONTACT if sent["resourceType"] == "Encounter" else What.MESSAGE
    return Acknowledged(what, sent["id"], str(response.get("location", "")).rpartition("/")[2])


def book(orders: Orders, name: str) -> None:
    """Bookings over MLLP, one after the other, each until it is acknowledged."""
    chance, log, count = random.Random(f"{orders.seed}:{name}"), Log(orders.acknowledged, name), 0
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", orders.mllp), ANSWERS_WITHIN) as connection:
            while True:
                booking = f"{name}-{count}"
                connection.sendall(b"\x0b" + siu.siu(control=f"K{booking}", booking=booking) + b"\x1c\r")
                code = _code(_answer(connection))
                if code == "AA":
                    log.add(Acknowledged(What.BOOKING, booking))
                    count += 1
                elif code == "AR":
                    log.add(Acknowledged(What.REFUSED, booking))
                    count += 1
                time.sleep(chance.uniform(0.1, 0.4))
        time.sleep(0.1)


def _answer(connection: socket.socket) -> bytes:
    """One whole block. Raises ``OSError`` where the connection ends before it has come."""
    answer = b""
    while not answer.endswith(b"\x1c\r"):
        part = connection.recv(4096)
        if not part:
            raise ConnectionResetError
        answer += part
    return answer


def _code(answer: bytes) -> str:
    segments = answer.strip(b"\x0b\x1c\r").split(b"\r")
    return next((one.split(b"|")[1].decode() for one in segments if one.startswith(b"MSA|")), "")


__all__ = ["RESERVE_NUMBERS", "SOURCE", "book", "number_of", "persons", "send"]
