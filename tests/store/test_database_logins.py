"""The operating system or a certificate says who one is: nobody types a password, and the database takes no other."""

import getpass
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from threading import Event

import pytest
from click.testing import CliRunner, Result
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import make_url, text

from p24tui import bootstrap
from p24tui.cli import make_root
from p24tui.clock import SystemClock
from p24tui.errors import Unavailable
from p24tui.routine.actor import Actor
from p24tui.services import doctor, first_screen, passwords, staff
from p24tui.services.doctor import Verdict
from p24tui.settings import Settings
from p24tui.store import database_roles, health
from p24tui.store.connect import PERSON, role_of
from p24tui.store.engine import Store
from p24tui.store.feed import Feed
from p24tui.store.schema import open_store
from p24tui.store.values import Alive, Changed
from p24tui.system import System
from tests import postgres
from tests.database_roles import GROUPS, PREFIX
from tests.postgres import Server
from tests.siege import LARS, MARIA
from tests.world import BERGA, UNIT, make_world

pytestmark = [
    pytest.mark.rule("NA-1"),
    pytest.mark.skipif(sys.platform == "win32", reason="peer is for sockets, which Windows does not have"),
]

WAIT = 60.0
PASSWORD, NEW = "korrekt hast batteri", "annat hast batteri"


class Authority:
    """Signs certificates for one day."""

    def __init__(self, name: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named(name)
        self.certificate = self._signed(self._name, self._key, x509.BasicConstraints(ca=True, path_length=0))

    def issue(self, name: str, folder: Path, file: str) -> None:
        """A certificate and its key, as PEM."""
        key = ec.generate_private_key(ec.SECP256R1())
        address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        _write(folder / f"{file}.crt", self._signed(_named(name), key, address).public_bytes(_PEM))
        plain = serialization.NoEncryption()
        _write(folder / f"{file}.key", key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, plain))

    def _signed(
        self, name: x509.Name, key: ec.EllipticCurvePrivateKey, extension: x509.ExtensionType
    ) -> x509.Certificate:
        now = SystemClock().now()
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(extension, critical=False)
            .sign(self._key, hashes.SHA256())
        )


_PEM = serialization.Encoding.PEM


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(0o600)


@dataclass(frozen=True, slots=True)
class Logins:
    """A server that takes people by socket and by certificate, and where their certificates lie."""

    server: Server
    certificates: Path
    database: str

    def by_socket(self) -> str:
        return f"postgresql://{PERSON}@/{self.database}?host={self.server.folder}&port={self.server.port}"

    def by_certificate(self, holder: str = PERSON) -> str:
        folder = self.certificates
        return (
            f"postgresql://{PERSON}@127.0.0.1:{self.server.port}/{self.database}?sslmode=verify-full"
            f"&sslrootcert={folder}/root.crt&sslcert={folder}/{holder}.crt&sslkey={folder}/{holder}.key"
        )


@pytest.fixture(scope="module")
def logins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Logins]:
    """Maria at Åsen and Lars at Berga, each with a role and a certificate; this user of the machine is Maria."""
    folder = tmp_path_factory.mktemp("certificates")
    authority, stranger = Authority("p24 test authority"), Authority("somebody else")
    _write(folder / "root.crt", authority.certificate.public_bytes(_PEM))
    for staff_id in (MARIA, LARS):
        authority.issue(role_of(PREFIX, staff_id), folder, role_of(PREFIX, staff_id))
    stranger.issue(role_of(PREFIX, MARIA), folder, "stranger")

    def prepare(data: Path) -> None:
        authority.issue("127.0.0.1", data, "server")
        _write(data / "root.crt", authority.certificate.public_bytes(_PEM))
        (data / "pg_hba.conf").write_text(
            f"local   all +{GROUPS.staff}               peer map=p24\n"
            f"hostssl all +{GROUPS.staff} 127.0.0.1/32  cert\n"
            f"host    all +{GROUPS.staff} all           reject\n"
            "host    all all            127.0.0.1/32  scram-sha-256\n"
        )
        (data / "pg_ident.conf").write_text(f"p24 {getpass.getuser()} {role_of(PREFIX, MARIA)}\n")
        with (data / "postgresql.conf").open("a") as conf:
            conf.write("ssl = on\nssl_ca_file = 'root.crt'\n")

    try:
        with postgres.running(prepare) as server, server.fresh() as url:
            with make_world(folder, url) as world:
                world.second_unit()
                staff.put_staff(world.system, world.source, staff.make_staff(LARS, "Lars Norén", "doctor"), (BERGA,))
                world.is_system_user("maria", "mlind")
                world.case(matter="Hosta")
                world.case(matter="Feber", unit_id=BERGA)
                with world.system.store.writing() as tx:
                    database_roles.apply(tx, PREFIX)
            yield Logins(server, folder, make_url(url).database or "")
    except postgres.NoPostgresError as error:
        pytest.skip(f"NOT TESTED ON POSTGRESQL: {error}")


def of(staff_id: str, address: str, home: Path) -> Settings:
    return Settings(home=home, database=address, staff=staff_id, unit=UNIT)


def seen(store: Store) -> tuple[str, list[str]]:
    """Who the database says one is, and the matters of the cases that one sees."""
    with store.reading() as tx:
        who = tx.connection.execute(text("SELECT p24_person()")).scalar_one()
        return who, list(tx.connection.scalars(text("SELECT matter FROM cases ORDER BY matter")))


def opened(settings: Settings) -> tuple[str, list[str]]:
    store = open_store(settings)
    try:
        return seen(store)
    finally:
        store.close()


def test_the_machines_user_is_the_person_and_nobody_else(logins: Logins, tmp_path: Path) -> None:
    assert opened(of(MARIA, logins.by_socket(), tmp_path)) == (MARIA, ["Hosta"])
    with pytest.raises(Unavailable, match="database"):
        opened(of(LARS, logins.by_socket(), tmp_path))


def test_the_holder_of_a_certificate_is_the_person_and_nobody_else(logins: Logins, tmp_path: Path) -> None:
    assert opened(of(MARIA, logins.by_certificate(), tmp_path)) == (MARIA, ["Hosta"])
    assert opened(of(LARS, logins.by_certificate(), tmp_path)) == (LARS, ["Feber"])
    for settings in (
        of(LARS, logins.by_certificate(role_of(PREFIX, MARIA)), tmp_path),  # somebody else's certificate
        of(MARIA, logins.by_certificate("stranger"), tmp_path),  # the right name from another authority
        of(MARIA, logins.by_certificate("none"), tmp_path),
        of(MARIA, f"postgresql://{PERSON}:guess@127.0.0.1:{logins.server.port}/{logins.database}", tmp_path),
    ):
        with pytest.raises(Unavailable):
            opened(settings)


def test_when_the_person_changes_the_database_is_opened_as_the_other(logins: Logins, tmp_path: Path) -> None:
    with bootstrap.running(of(MARIA, logins.by_certificate(), tmp_path)) as system:
        before = system.store
        assert seen(before) == (MARIA, ["Hosta"])
        system.person_changed(LARS)
        assert seen(system.store) == (LARS, ["Feber"])
        system.person_changed(MARIA)
        assert seen(system.store) == (MARIA, ["Hosta"])


def test_the_console_has_all_it_needs_under_a_persons_role(logins: Logins, tmp_path: Path) -> None:
    settings = of(MARIA, logins.by_certificate(), tmp_path)
    screen = first_screen.read(settings, SystemClock(), "console:test:1", "mlind")
    assert screen is not None
    assert [line.matter for line in screen.view.lines] == ["Hosta"]
    with bootstrap.running(settings) as system:
        assert health.look(system.store).kind == "PostgreSQL"
        (finding,) = [one for one in doctor.examine(system) if one.name == "databasroller"]
        assert finding.verdict is Verdict.GOOD
        assert "ser bara sina enheters rader" in finding.sentence
        hears_of_changes(system, logins)


def test_a_command_is_given_under_the_role_of_whoever_has_proven_to_be_its_person(
    logins: Logins, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cheap_passwords: None
) -> None:
    with bootstrap.running(Settings(home=tmp_path, database=logins.server.url(logins.database))) as owner:
        passwords.choose(owner, Actor(None, "test", None, UNIT, "cli:test"), MARIA, PASSWORD)
    for name, value in (("HOME", str(tmp_path)), ("UNIT", UNIT), ("DATABASE", logins.by_socket())):
        monkeypatch.setenv(f"P24TUI_{name}", value)

    def cases(staff_id: str, typed: str) -> Result:
        given = ("--staff", staff_id, "--password-stdin", "cases")
        return CliRunner().invoke(make_root(), given, input=f"{typed}\n")

    listed = cases(MARIA, PASSWORD)
    assert listed.exit_code == 0, listed.output
    assert ("Hosta" in listed.stdout, "Feber" in listed.stdout) == (True, False)
    wrong = cases(MARIA, "fel")
    assert (wrong.exit_code, wrong.stdout) == (3, ""), wrong.output
    assert "stämmer inte" in wrong.stderr
    own = ("--staff", MARIA, "--password-stdin", "staff", "password", "--own")
    assert CliRunner().invoke(make_root(), own, input=f"{PASSWORD}\n{NEW}\n{NEW}\n").exit_code == 0
    assert cases(MARIA, NEW).exit_code == 0
    assert cases(LARS, PASSWORD).exit_code == 5, "the database knows that it is not Lars"


def hears_of_changes(system: System, logins: Logins) -> None:
    listens, told = Event(), Event()
    feed = Feed(system.store, lambda notice: {Alive: listens, Changed: told}[type(notice)].set())
    owner = open_store(Settings(home=system.settings.home, database=logins.server.url(logins.database)))
    try:
        assert listens.wait(WAIT), "only what is told after that is heard"
        owner.tell({(UNIT, "somebody's case")})
        assert told.wait(WAIT)
    finally:
        owner.close()
        feed.stop()
