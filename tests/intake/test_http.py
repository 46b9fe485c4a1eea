"""The intake over HTTP, as the patient's side uses it: a real server on a real port."""

import json
import logging
import queue as queues
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import httpx
import pytest

from p24tui.errors import Unavailable
from p24tui.ids import fresh_id
from p24tui.intake import stream
from p24tui.services import chat, intake, queue
from p24tui.store import tables
from p24tui.store.schema import open_store
from p24tui.text import clean_line
from tests import samples, stored
from tests.intake.serving import SOURCE, client, raw, wait_until
from tests.samples import bundle, contact, encounter, message, patient
from tests.world import World


@pytest.fixture
def portal(world: World) -> Iterator[httpx.Client]:
    with client(world.system) as one:
        yield one


@pytest.fixture
def small_portal(sqlcipher_world: World) -> Iterator[httpx.Client]:
    with client(sqlcipher_world.system) as one:
        yield one


def diagnostics(answer: httpx.Response) -> list[str]:
    assert answer.headers["content-type"].startswith("application/fhir+json")
    outcome = answer.json()
    assert outcome["resourceType"] == "OperationOutcome"
    return [" ".join([*issue.get("expression", []), issue["diagnostics"]]) for issue in outcome["issue"]]


def answer(world: World, text: str) -> None:
    """A nurse answers in the only case."""
    maria = world.actor("maria")
    case = queue.open_list(world.system, maria).lines[0].case
    if case.owner_id is None:
        case = chat.claim(world.system, maria, case.id, case.version)
    chat.answer(world.system, maria, case.id, case.version, text, fresh_id())


class TestSending:
    @pytest.mark.hazard("H23")
    def test_a_type_that_there_is_not_is_said_clean_and_short(
        self, sqlcipher_world: World, small_portal: httpx.Client
    ) -> None:
        """Found by ``python -m tests.fuzz http``: the address was kept in quarantine as it came, and shown so."""
        answered = small_portal.post("/fhir/%C2%9B2J" + "A" * 3000, json=patient())
        assert answered.status_code == 400
        (kept,) = intake.unsettled(sqlcipher_world.system)
        assert diagnostics(answered) == [kept.problem]
        assert clean_line(kept.problem, 1000) == kept.problem
        assert len(kept.problem) < 200

    def test_a_contact_in_one_transaction(self, world: World, portal: httpx.Client) -> None:
        first = portal.post("/fhir", json=bundle(*contact(), type="transaction"))
        assert first.status_code == 200
        assert first.json()["type"] == "transaction-response"
        assert [one["response"]["status"] for one in first.json()["entry"]] == ["201 Created"] * 4
        again = portal.post("/fhir", json=bundle(*contact(), type="transaction"))
        assert [one["response"]["status"] for one in again.json()["entry"]] == ["200 OK"] * 4
        assert len(queue.open_list(world.system, world.actor("maria")).lines) == 1

    def test_one_resource_at_a_time(self, world: World, portal: httpx.Client) -> None:
        for resource in (patient(), encounter(), message()):
            done = portal.post(f"/fhir/{resource['resourceType']}", json=resource)
            assert done.status_code == 201
            assert f"/fhir/{resource['resourceType']}/" in done.headers["location"]
            assert portal.post(f"/fhir/{resource['resourceType']}", json=resource).status_code == 200
        assert portal.post("/fhir/Patient", json=patient(name=[{"text": "Ny"}])).status_code == 200
        assert len(stored.rows(world, tables.messages)) == 1

    def test_what_is_refused_says_place_and_problem(self, world: World, portal: httpx.Client) -> None:
        refused = portal.post("/fhir/Communication", json=message())
        assert refused.status_code == 422
        assert diagnostics(refused) == [
            "Communication.encounter Encounter/e has not been received from this source; this is taken when it comes"
        ]
        assert len(intake.unsettled(world.system)) == 1

    def test_what_is_taken_with_a_remark_says_it(self, small_portal: httpx.Client) -> None:
        small_portal.post("/fhir/Patient", json=patient())
        done = small_portal.post("/fhir/Encounter", json=encounter(priority="7"))
        assert done.status_code == 201
        assert diagnostics(done)[0].startswith('Encounter.priority.coding[0].code "7" is no priority')

    def test_a_transaction_is_refused_as_one(self, world: World, portal: httpx.Client) -> None:
        sent = bundle(*contact(), message("x", "nowhere"), type="transaction")
        refused = portal.post("/fhir", json=sent)
        assert refused.status_code == 422
        assert diagnostics(refused)[0].startswith("Bundle.entry[4].resource.encounter")
        assert stored.rows(world, tables.cases) == []

    def test_a_batch_is_answered_entry_by_entry(self, portal: httpx.Client) -> None:
        done = portal.post("/fhir", json=bundle(*contact(), {"resourceType": "Appointment"}, message("x", "nowhere")))
        assert (done.status_code, done.json()["type"]) == (200, "batch-response")
        statuses = [one["response"]["status"][:3] for one in done.json()["entry"]]
        assert statuses == ["201", "201", "201", "201", "422", "422"]
        assert done.json()["entry"][4]["response"]["outcome"]["issue"][0]["expression"] == ["Bundle.entry[4].resource"]

    def test_lines(self, small_portal: httpx.Client) -> None:
        headers = {"Content-Type": "application/fhir+ndjson"}
        done = small_portal.post("/fhir", content=samples.lines(*contact()) + b"\n{", headers=headers)
        assert [one["response"]["status"][:3] for one in done.json()["entry"]] == ["201"] * 4 + ["422"]

    @pytest.mark.parametrize(
        ("path", "body", "said"),
        [
            ("/fhir", b'{"resourceType":', "not JSON"),
            ("/fhir", b"", "nothing in it"),
            ("/fhir/Patient", samples.body(encounter()), '"Encounter" was sent where one Patient is taken'),
            ("/fhir/Patient", samples.body(bundle(patient())), '"Bundle" was sent where one Patient is taken'),
        ],
    )
    def test_what_is_not_even_that_is_a_bad_request(
        self, small_portal: httpx.Client, path: str, body: bytes, said: str
    ) -> None:
        refused = small_portal.post(path, content=body)
        assert refused.status_code == 400
        assert said in diagnostics(refused)[0]

    def test_the_same_message_at_once_is_stored_once(self, world: World, portal: httpx.Client) -> None:
        portal.post("/fhir", json=bundle(patient(), encounter()))
        with ThreadPoolExecutor(8) as pool:
            sent = [pool.submit(portal.post, "/fhir/Communication", json=message()) for _one in range(8)]
        assert sorted(one.result().status_code for one in sent) == [200] * 7 + [201]
        assert len(stored.rows(world, tables.messages)) == 1
        assert queue.open_list(world.system, world.actor("maria")).lines[0].case.unread == 1

    def test_different_sources_at_once_make_one_patient(self, world: World) -> None:
        with client(world.system, "a") as one:
            tokens = [intake.make_token(world.system, f"s{number}") for number in range(6)]
            with ThreadPoolExecutor(6) as pool:
                sent = [
                    pool.submit(
                        one.post, "/fhir", json=bundle(*contact()), headers={"Authorization": f"Bearer {token}"}
                    )
                    for token in tokens
                ]
        assert [done.result().status_code for done in sent] == [200] * 6
        assert len(stored.rows(world, tables.patients)) == 1
        assert len(stored.rows(world, tables.cases)) == 6


class TestTheDoor:
    @pytest.mark.parametrize("authorization", [None, "Bearer x", "Basic abc", "Bearer", ""])
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("POST", "/fhir"),
            ("POST", "/fhir/Patient"),
            ("GET", "/fhir/Communication"),
            ("GET", "/fhir/Communication/$stream"),
        ],
    )
    def test_nobody_comes_in_without_a_token(
        self, small_portal: httpx.Client, method: str, path: str, authorization: str | None
    ) -> None:
        headers = {} if authorization is None else {"Authorization": authorization}
        refused = httpx.request(method, f"{small_portal.base_url}{path}", headers=headers)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == "Bearer"
        assert "token" in diagnostics(refused)[0]

    def test_a_revoked_token_is_no_longer_good(self, sqlcipher_world: World, small_portal: httpx.Client) -> None:
        assert small_portal.get("/fhir/Communication").status_code == 200
        intake.revoke(sqlcipher_world.system, SOURCE)
        assert small_portal.get("/fhir/Communication").status_code == 401

    def test_what_it_can_do_and_how_it_is_are_open(self, small_portal: httpx.Client) -> None:
        statement = httpx.get(f"{small_portal.base_url}/fhir/metadata").json()
        assert statement["fhirVersion"] == "4.0.1"
        assert {one["type"] for one in statement["rest"][0]["resource"]} == {
            "Patient",
            "RelatedPerson",
            "Encounter",
            "QuestionnaireResponse",
            "Communication",
            "Appointment",
        }
        assert httpx.get(f"{small_portal.base_url}/health").json() == {"status": "ok"}

    @pytest.mark.parametrize(
        "content_type", ["text/plain", "", "application/fhir+xml", "application/json; charset=latin-1"]
    )
    def test_another_content_type_is_refused(self, small_portal: httpx.Client, content_type: str) -> None:
        refused = small_portal.post("/fhir", content=b"{}", headers={"Content-Type": content_type})
        assert refused.status_code == 415

    def test_a_charset_of_utf_8_is_taken(self, small_portal: httpx.Client) -> None:
        headers = {"Content-Type": 'application/json; charset="UTF-8"'}
        assert small_portal.post("/fhir/Patient", content=samples.body(patient()), headers=headers).status_code == 201

    @pytest.mark.parametrize("declared", [b"Content-Length: 99999999999", b"Transfer-Encoding: chunked"])
    def test_a_body_that_is_too_large_is_not_read(
        self, sqlcipher_world: World, small_portal: httpx.Client, declared: bytes
    ) -> None:
        token = small_portal.headers["authorization"].encode()
        head = b"POST /fhir HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: " + token
        sent = head + b"\r\n" + declared + b"\r\n\r\n"
        if b"chunked" in declared:
            chunk = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
            sent += chunk * 26
        assert raw(str(small_portal.base_url), sent).startswith(b"HTTP/1.1 413")

    @pytest.mark.parametrize(("method", "path", "status"), [("GET", "/", 404), ("PUT", "/fhir/Patient", 405)])
    def test_there_is_nothing_elsewhere(self, small_portal: httpx.Client, method: str, path: str, status: int) -> None:
        refused = small_portal.request(method, path)
        assert refused.status_code == status
        assert diagnostics(refused)

    @pytest.mark.hazard("H24")
    def test_without_the_database_nothing_is_acknowledged(
        self, small_portal: httpx.Client, sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away(*args: object) -> None:
            raise Unavailable("database", "full")

        monkeypatch.setattr(type(sqlcipher_world.system.store), "writing", away)
        for path, body in (("/fhir/Patient", samples.body(patient())), ("/fhir", b"trams")):
            refused = small_portal.post(path, content=body)
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
            assert "send it again" in diagnostics(refused)[0]
        monkeypatch.setattr(type(sqlcipher_world.system.store), "reading", away)
        assert httpx.get(f"{small_portal.base_url}/health").status_code == 503

    def test_a_fault_of_ours_is_answered_and_says_nothing_of_the_patient(
        self, small_portal: httpx.Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(*args: object, **kwargs: object) -> None:
            raise ValueError("Maria Ljungberg 196101182803")

        monkeypatch.setattr("p24tui.services.intake.load", fail)
        with caplog.at_level(logging.DEBUG):
            refused = small_portal.post("/fhir/Patient", json=patient())
        assert refused.status_code == 500
        assert "Ljungberg" not in refused.text + caplog.text
        assert "ValueError" in caplog.text

    def test_the_log_holds_no_token_no_query_and_no_patient(
        self, small_portal: httpx.Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.INFO, "p24tui"):
            small_portal.post("/fhir", json=bundle(*contact()))
            small_portal.get("/fhir/Communication?encounter=e0")
            small_portal.get("/fhir/Patient/196101182803")
            small_portal.post("/fhir/196101182803", json=patient())
        ours = "\n".join(one.getMessage() for one in caplog.records if one.name.startswith("p24tui"))
        assert f"POST send {SOURCE} 200" in ours
        for secret in ("196101182803", "e0", "Ljungberg", "p24_"):
            assert secret not in ours


class TestReadingBack:
    def test_page_by_page_by_the_next_link(self, world: World, portal: httpx.Client) -> None:
        portal.post("/fhir", json=bundle(*contact()))
        for number in range(3):
            answer(world, f"Svar {number}")
        heard: list[str] = []
        address = "/fhir/Communication?_count=2"
        for _page in range(3):
            page = portal.get(address).json()
            heard += [one["resource"]["payload"][0]["contentString"] for one in page.get("entry", [])]
            address = next(one["url"] for one in page["link"] if one["relation"] == "next")
        assert heard == ["Svar 0", "Svar 1", "Svar 2"]
        answer(world, "Svar 3")
        page = portal.get(address).json()
        assert page["entry"][0]["resource"]["encounter"]["reference"] == "Encounter/e0"

    @pytest.mark.parametrize(
        ("query", "said"),
        [("after=zzz", "no cursor"), ("encounter=none", "no such Encounter"), ("after=%00", "no cursor")],
    )
    @pytest.mark.parametrize("path", ["/fhir/Communication", "/fhir/Communication/$stream"])
    def test_a_question_that_is_none_is_said(
        self, small_portal: httpx.Client, path: str, query: str, said: str
    ) -> None:
        refused = small_portal.get(f"{path}?{query}")
        assert refused.status_code == 400
        assert said in diagnostics(refused)[0]


class Listener:
    """A client of the stream: what it hears goes into a queue."""

    def __init__(self, portal: httpx.Client, after: str | None = None) -> None:
        self.heard: queues.Queue[tuple[str, dict[str, Any]]] = queues.Queue()
        self.comments = 0
        self._headers = dict(portal.headers) | ({"Last-Event-ID": after} if after else {})
        self._address = f"{portal.base_url}/fhir/Communication/$stream"
        self.ended = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def text(self) -> tuple[str, str]:
        """The cursor and the text of the next message."""
        cursor, resource = self.heard.get(timeout=10)
        return cursor, resource["payload"][0]["contentString"]

    def _listen(self) -> None:
        cursor = ""
        try:
            with httpx.stream("GET", self._address, headers=self._headers, timeout=30) as answer:
                for line in answer.iter_lines():
                    if line.startswith("id: "):
                        cursor = line[4:]
                    elif line.startswith("data: "):
                        self.heard.put((cursor, json.loads(line[6:])))
                    elif line.startswith(":"):
                        self.comments += 1
        except httpx.HTTPError:
            pass
        finally:
            self.ended.set()


class TestTheStream:
    @pytest.mark.hazard("H22")
    def test_it_tells_of_what_was_and_of_what_comes(self, world: World, portal: httpx.Client) -> None:
        portal.post("/fhir", json=bundle(*contact()))
        answer(world, "Före")
        listener = Listener(portal)
        first, text = listener.text()
        assert text == "Före"
        for number in range(5):
            answer(world, f"Under {number}")
            assert listener.text()[1] == f"Under {number}"
        again = Listener(portal, after=first)
        assert [again.text()[1] for _one in range(5)] == [f"Under {number}" for number in range(5)]

    def test_silence_is_told_from_death_and_a_revoked_token_ends_it(
        self, sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(stream, "LOOK_EVERY", 0.02)
        monkeypatch.setattr(stream, "KEEP_ALIVE", 0.1)
        with client(sqlcipher_world.system) as portal:
            listener = Listener(portal)
            wait_until(lambda: listener.comments >= 2)
            intake.revoke(sqlcipher_world.system, SOURCE)
            assert listener.ended.wait(10)

    def test_a_lost_notice_only_delays(self, sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(stream, "LOOK_EVERY", 0.05)
        monkeypatch.setattr(stream.Hub, "_hear", lambda self, notice: None)
        with client(sqlcipher_world.system) as portal:
            portal.post("/fhir", json=bundle(*contact()))
            listener = Listener(portal)
            answer(sqlcipher_world, "Ändå")
            assert listener.text()[1] == "Ändå"

    def test_a_database_that_is_away_for_a_while_loses_nothing(
        self, sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(stream, "LOOK_EVERY", 0.05)
        from p24tui.services import patient_side

        whole = patient_side.answers
        away = threading.Event()

        def answers(*args: Any) -> Any:
            if away.is_set():
                raise Unavailable("database", "away")
            return whole(*args)

        monkeypatch.setattr(patient_side, "answers", answers)
        with client(sqlcipher_world.system) as portal:
            portal.post("/fhir", json=bundle(*contact()))
            listener = Listener(portal)
            answer(sqlcipher_world, "Ett")
            assert listener.text()[1] == "Ett"
            away.set()
            answer(sqlcipher_world, "Två")
            threading.Event().wait(0.3)
            assert listener.heard.empty()
            away.clear()
            assert listener.text()[1] == "Två"

    def test_it_ends_when_the_server_stops(self, sqlcipher_world: World) -> None:
        with client(sqlcipher_world.system) as portal:
            listener = Listener(portal)
            portal.post("/fhir", json=bundle(*contact()))
            answer(sqlcipher_world, "Hej")
            listener.text()
        assert listener.ended.wait(5)


def test_an_answer_from_another_process_is_heard(world: World) -> None:
    """Consoles are processes of their own; here they have a store of their own."""
    with client(world.system) as portal:
        portal.post("/fhir", json=bundle(*contact()))
        listener = Listener(portal)
        store = open_store(world.system.settings)
        elsewhere = replace(world, system=replace(world.system, open_store=lambda: store))
        try:
            for text in ("Hej", "Hur mår du?"):
                answer(elsewhere, text)
                assert listener.text()[1] == text
        finally:
            elsewhere.system.store.close()
