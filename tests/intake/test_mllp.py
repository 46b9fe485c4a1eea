"""Bookings over MLLP, sent by real clients on this machine."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import hl7
import pytest
from click.testing import CliRunner
from hl7.client import MLLPClient
from hl7.mllp import open_hl7_connection

from p24tui.cli import make_root
from p24tui.gateways.hl7.framing import frame
from p24tui.gateways.hl7.message import LONGEST_MESSAGE
from p24tui.intake.mllp import MOST_CONNECTIONS, Mllp
from p24tui.intake.serve import listen
from p24tui.services import intake
from p24tui.store import tables
from tests import samples, stored
from tests.intake.serving import wait_until
from tests.samples import bundle, patient
from tests.siu import ail, cancelled, message, moved, msh, pid, sch, siu
from tests.world import World

VAS = "vas"
MOBILE = [{"system": "phone", "use": "mobile", "value": "070-174 06 07"}]
FAR = "203011251000"
"""A time to come for commands too, whose clock is the machine's."""


class Served:
    """A listener in a thread of its own."""

    def __init__(self, world: World, **times: float) -> None:
        self._world = world
        self._times = times
        self._ready = threading.Event()
        self._listener = listen("127.0.0.1", 0)
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._mllp = Mllp(self._world.system, VAS, **self._times)
        self._ready.set()
        await self._mllp.serve(self._listener)

    def __enter__(self) -> "Served":
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def stop(self) -> None:
        """Tell it to stop."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._mllp.stop)

    def __exit__(self, *_exception: object) -> None:
        self.stop()
        self._thread.join(timeout=20)
        assert not self._thread.is_alive()
        self._listener.close()

    def client(self) -> MLLPClient:
        """The library's own client, connected."""
        one = MLLPClient("127.0.0.1", self.port)
        one.socket.settimeout(10)
        return one

    @contextmanager
    def connected(self) -> Iterator[socket.socket]:
        """A bare connection, for what no client would do."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as one:
            yield one


@pytest.fixture
def feed(sqlcipher_world: World) -> World:
    """A world in which Maria is registered with her mobile."""
    intake.load(sqlcipher_world.system, VAS, samples.body(bundle(patient(telecom=MOBILE))))
    return sqlcipher_world


@pytest.fixture
def served(feed: World) -> Iterator[Served]:
    with Served(feed) as one:
        yield one


def code(answer: bytes) -> str:
    """The acknowledgement in a whole block."""
    assert answer[:1] + answer[-2:] == b"\x0b\x1c\r"
    return str(hl7.parse(answer[1:-2], encoding="iso-8859-1")["MSA.1"])


def _drip(connection: socket.socket, body: bytes) -> None:
    for number in body:
        connection.sendall(bytes([number]))
        time.sleep(0.1)


def answers(connection: socket.socket, count: int) -> list[str]:
    """So many acknowledgements, as their control ids."""
    came = b""
    while came.count(b"\x1c\r") < count:
        data = connection.recv(65_536)
        assert data
        came += data
    return [str(hl7.parse(one.lstrip(b"\x0b"), encoding="utf-8")["MSA.2"]) for one in came.split(b"\x1c\r")[:-1]]


def visits(world: World) -> list[dict[str, object]]:
    return stored.rows(world, tables.visits)


@pytest.mark.rule("VI-2")
class TestClients:
    def test_the_library_s_client_is_answered_message_by_message(self, feed: World, served: Served) -> None:
        with served.client() as client:
            assert code(client.send_message(siu())) == "AA"
            assert code(client.send_message(hl7.parse(moved("K2", "202611251100", "20261123085600").decode()))) == "AA"
            assert code(client.send_message(siu("S99", "K3"))) == "AR"
            assert code(client.send_message(cancelled("K4", "20261123085700"))) == "AA"
        assert [one["state"] for one in visits(feed)] == ["cancelled"]

    def test_the_library_s_streams(self, feed: World, served: Served) -> None:
        async def talk() -> list[str]:
            reader, writer = await open_hl7_connection("127.0.0.1", served.port, encoding="iso-8859-1")
            found = []
            for control in ("K1", "K2"):
                name = (samples.KATJA[0], "Åsa Öberg")
                body = message(msh(control=control, charset="8859/1"), sch(f"B{control}"), pid(name), ail())
                writer.writemessage(hl7.parse(body.decode()))
                await writer.drain()
                found.append(str((await asyncio.wait_for(reader.readmessage(), 10))["MSA.2"]))
            writer.close()
            return found

        assert asyncio.run(talk()) == ["K1", "K2"]
        names = [row["booking"]["name"] for row in stored.rows(feed, tables.booking_tasks)]
        assert names == ["Åsa Öberg", "Åsa Öberg"]

    def test_the_library_s_command(self, feed: World, served: Served, tmp_path: Path) -> None:
        file = tmp_path / "bokningar.hl7"
        file.write_bytes(b"\x0b" + siu() + b"\x1c\r\x0b" + siu(control="K2", booking="B2") + b"\x1c\r")
        command = [
            str(Path(sys.executable).with_name("mllp_send")),
            "-p",
            str(served.port),
            "-f",
            str(file),
            "127.0.0.1",
        ]
        done = subprocess.run(command, capture_output=True, timeout=30, check=True)
        assert done.stdout.count(b"MSA|AA|K") == 2
        assert len(visits(feed)) == 2

    def test_what_is_acknowledged_is_durable(self, feed: World, served: Served) -> None:
        with served.client() as client:
            for number in range(5):
                answer = client.send_message(siu(control=f"K{number}", booking=f"B{number}"))
                assert code(answer) == "AA"
                assert len(visits(feed)) == number + 1

    def test_many_connections_at_once(self, feed: World, served: Served) -> None:
        found: list[str] = []

        def send(number: int) -> None:
            with served.client() as client:
                found.append(code(client.send_message(siu(control=f"K{number % 4}", booking=f"B{number % 4}"))))

        threads = [threading.Thread(target=send, args=(number,)) for number in range(12)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert found == ["AA"] * 12
        assert len(visits(feed)) == 4


class TestConnections:
    def test_several_messages_in_one_go_are_answered_in_order(self, feed: World, served: Served) -> None:
        sent = [siu(control=f"K{number}", booking=f"B{number}") for number in range(8)]
        with served.connected() as connection:
            connection.sendall(b"\r\n".join(map(frame, sent)))
            assert answers(connection, 8) == [f"K{number}" for number in range(8)]

    def test_a_message_that_comes_byte_by_byte(self, feed: World, served: Served) -> None:
        with served.connected() as connection:
            for number in frame(siu()):
                connection.sendall(bytes([number]))
            assert answers(connection, 1) == ["K1"]

    @pytest.mark.hazard("H24")
    def test_of_a_message_that_is_broken_off_nothing_is_taken(self, feed: World, served: Served) -> None:
        with served.connected() as connection:
            connection.sendall(frame(siu(control="K0", booking="B0")) + frame(siu())[:-20])
            assert answers(connection, 1) == ["K0"]
        with served.client() as client:
            assert [row["booking_id"] for row in visits(feed)] == ["B0"]
            assert code(client.send_message(siu())) == "AA"
        assert len(visits(feed)) == 2
        assert intake.unsettled(feed.system) == []

    def test_one_who_leaves_before_the_answer_finds_it_taken(self, feed: World, served: Served) -> None:
        with served.connected() as connection:
            connection.sendall(frame(siu()))
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        wait_until(lambda: len(visits(feed)) == 1)
        with served.client() as client:
            assert code(client.send_message(siu())) == "AA"
        assert len(visits(feed)) == 1

    @pytest.mark.parametrize("sent", [b"GET / HTTP/1.1\r\n\r\n", siu(), b"\x00" * 100, b"\x1c\r"])
    def test_who_does_not_speak_mllp_is_shown_out(self, feed: World, served: Served, sent: bytes) -> None:
        with served.connected() as connection:
            connection.sendall(sent)
            assert connection.recv(100) == b""
        assert visits(feed) == []

    def test_a_message_that_is_too_long_is_refused_before_it_has_come(self, feed: World, served: Served) -> None:
        with served.connected() as connection:
            connection.sendall(b"\x0b" + siu() + b"x" * LONGEST_MESSAGE)
            answer = hl7.parse(connection.recv(65_536)[1:], encoding="utf-8")
            assert (answer["MSA.1"], answer["MSA.2"]) == ("AR", "K1")
            assert connection.recv(100) == b""

    def test_the_slow_and_the_silent_are_not_waited_for(self, feed: World) -> None:
        with Served(feed, idle=0.3, within=0.3) as served:
            for sent in (b"", b"\x0b", frame(siu())[:-1]):
                with served.connected() as connection:
                    connection.sendall(sent)
                    began = time.monotonic()
                    assert connection.recv(100) == b""
                    assert time.monotonic() - began < 5
        assert visits(feed) == []

    def test_one_who_drips_is_not_waited_for_either(self, feed: World) -> None:
        with Served(feed, idle=5.0, within=0.5) as served, served.connected() as connection:
            began = time.monotonic()
            with pytest.raises(ConnectionError):
                _drip(connection, frame(siu()))
            assert time.monotonic() - began < 5

    def test_there_is_a_most_of_connections(self, feed: World, served: Served) -> None:
        held = [socket.create_connection(("127.0.0.1", served.port), timeout=10) for _number in range(MOST_CONNECTIONS)]
        try:
            held[-1].sendall(frame(siu()))
            assert answers(held[-1], 1) == ["K1"]
            with served.connected() as connection:
                assert connection.recv(100) == b""
        finally:
            for one in held:
                one.close()

    def test_no_word_of_a_patient_is_logged(
        self, feed: World, served: Served, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level("DEBUG"), served.client() as client:
            for body in (siu(), siu("S99", "K2"), message(msh(), sch(), pid(f5=r"^Maria\Q\Ljung\Zx\berg"), "trams")):
                client.send_message(body)
        assert "mllp vas AA" in caplog.text
        assert not {"Ljung", samples.MARIA[0], "1740607"} & set(caplog.text.split())
        assert "Ljung" not in caplog.text


class TestStopping:
    def test_the_message_in_hand_is_finished_and_answered(self, feed: World, monkeypatch: pytest.MonkeyPatch) -> None:
        begun, go_on = threading.Event(), threading.Event()
        take = intake.take_hl7

        def slowly(*args: object) -> object:
            begun.set()
            assert go_on.wait(10)
            return take(*args)  # type: ignore[arg-type]

        monkeypatch.setattr(intake, "take_hl7", slowly)
        with Served(feed) as served, served.connected() as connection, served.connected() as idle:
            connection.sendall(frame(siu()) + frame(siu(control="K2", booking="B2")))
            assert begun.wait(10)
            served.stop()
            assert idle.recv(100) == b""
            go_on.set()
            assert answers(connection, 1) == ["K1"]
            assert connection.recv(100) == b""
        assert [row["booking_id"] for row in visits(feed)] == ["B1"]


@pytest.mark.parametrize(
    ("name", "value", "args"),
    [
        ("MLLP_HOST", "0.0.0.0", ()),
        ("MLLP_HOST", "nosuchhost.invalid", ("--to-network",)),
        ("MLLP_PORT", "99999", ()),
        ("MLLP_PORT", "0", ("--source", "Stora Bokstäver")),
    ],
)
def test_an_address_that_cannot_be_served_is_said(
    feed: World, monkeypatch: pytest.MonkeyPatch, name: str, value: str, args: tuple[str, ...]
) -> None:
    monkeypatch.setenv("P24TUI_HOME", str(feed.system.settings.home))
    monkeypatch.setenv(f"P24TUI_{name}", value)
    assert CliRunner().invoke(make_root(), ["intake", "mllp", *args], prog_name="p24tui").exit_code == 2


class Command:
    """``p24tui intake mllp`` in a process of its own."""

    def __init__(self, home: Path, *args: str) -> None:
        env = {**os.environ, "P24TUI_HOME": str(home), "P24TUI_MLLP_PORT": "0"}
        command = [sys.executable, "-m", "p24tui", "intake", "mllp", *args]
        self.process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        address = next((word.rstrip(".") for word in line.split() if word.startswith("127.0.0.1:")), "")
        assert address, self.process.stderr and self.process.stderr.read()
        self.port = int(address.partition(":")[2])

    def client(self) -> MLLPClient:
        one = MLLPClient("127.0.0.1", self.port)
        one.socket.settimeout(10)
        return one


@pytest.mark.skipif(sys.platform == "win32", reason="signals are another matter there")
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_stop(feed: World, sent: signal.Signals) -> None:
    served = Command(feed.system.settings.home)
    with served.client() as client:
        assert code(client.send_message(siu(at=FAR))) == "AA"
        served.process.send_signal(sent)
        _out, said = served.process.communicate(timeout=20)
    assert served.process.returncode == 0
    assert "Traceback" not in said
    assert samples.MARIA[0] not in said
    assert len(visits(feed)) == 1


@pytest.mark.slow
@pytest.mark.hazard("H24")
@pytest.mark.skipif(sys.platform == "win32", reason="signals are another matter there")
def test_what_was_acknowledged_survives_every_kill(feed: World) -> None:
    """Killed in the middle of its work, again and again: every booking that it acknowledged is there, once."""
    acknowledged: set[str] = set()
    number = 0
    for turn in range(6):
        served = Command(feed.system.settings.home)
        dies = threading.Timer(0.05 + 0.07 * turn, served.process.kill)
        with served.client() as client:
            while True:
                number += 1
                try:
                    answer = client.send_message(siu(control=f"K{number}", booking=f"B{number}", at=FAR))
                except OSError:
                    break
                if not answer:
                    break
                assert code(answer) == "AA"
                acknowledged.add(f"B{number}")
                if dies.ident is None:
                    dies.start()
        dies.join()
        served.process.communicate(timeout=10)
    found = [row["booking_id"] for row in visits(feed)]
    assert len(acknowledged) >= 6
    assert acknowledged <= set(found)
    assert len(found) == len(set(found))
