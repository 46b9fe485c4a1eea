"""One typed settings object: the settings file, then the environment, then the command line, the last one wins.

Only how staff prove who they are is not so: what the file says of that stands (NA-1).
"""

import errno
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

import msgspec

from p24tui.errors import BadInput
from p24tui.i18n import Language
from p24tui.text import clean_line

FILE_NAME = "settings.toml"
ENVIRONMENT = "P24TUI_"
STORAGE = "temporary-storage"
"""The folder of the home folder that is the temporary storage where no other is named."""

PATHS = (
    "temporary_storage",
    "person_data",
    "person_data_certificate",
    "card_roots",
    "card_intermediates",
    "card_revocation",
    "seal_file",
)
"""The keys that may be a path, which ~ may begin."""

LONGEST_SAID = 200
"""Characters of what is wrong that a sentence says."""

ALERTS = frozenset({"bell", "notify", "colour"})
"""The ways in which an alarm can be told of."""

PROOF = frozenset({
    "login",
    "staff_oidc", "staff_oidc_client", "staff_oidc_scope", "staff_oidc_acr",
    "card_library", "card_slot", "card_roots", "card_intermediates", "card_revocation", "card_revocation_required",
})  # fmt: skip
"""The keys of how staff prove who they are. Where the file says ``login``, it alone says all of these."""


def _key(doc: str, default: Any = "", *, secret: bool = False) -> Any:
    return field(default=default, repr=not secret, metadata={"doc": doc})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every key of ``settings.toml``; each is also an environment variable: ``P24TUI_`` and its name in capitals."""

    home: Path
    database: str = _key(
        "Where data are kept: empty for the encrypted file in the home folder, or postgresql://…, where {person} "
        "stands for the database role of whoever uses it.",
        secret=True,
    )
    database_roles: str = _key(
        "What the names of this database's roles begin with: a small letter, then small letters, digits and _.", "p24"
    )
    unit: str = _key("HSA-id of the unit that the console opens on.")
    staff: str = _key(
        "HSA-id of the person who gives commands unless --staff names another; they prove it as login says."
    )
    role: str = _key("What they act as: an office that they hold at the unit, such as head; empty: their profession.")
    login: Literal["password", "card", "oidc", "system-user"] = _key(
        "How staff prove who they are: password, card (SITHS), oidc (the region's IdP in the browser), or system-user.",
        "password",
    )
    staff_oidc: str = _key("The OpenID provider at which staff log in by the browser: https://…; empty: none.")
    staff_oidc_client: str = _key("What the provider for staff knows us as (client_id).")
    staff_oidc_secret: str = _key(
        "The secret that the provider for staff has given us; empty for a client without.", secret=True
    )
    staff_oidc_scope: str = _key("What we ask the provider for staff for, words with spaces between.", "openid")
    staff_oidc_acr: str = _key(
        "Levels of assurance that we ask the provider for staff for, and take no other; empty: any."
    )
    staff_oidc_port: int = _key(
        "Port of the loopback address that the provider for staff sends the browser back to; 0: any that is free.", 0
    )
    lang: Language = _key("Language of the interface: sv or en.", "sv")  # noqa: RUF009 - a Literal, as below
    theme: Literal["dark", "light", "contrast"] = _key("Colours of the console: dark, light or contrast.", "dark")
    alert_by: str = _key(
        "How an alarm is told of besides its words, any of these with commas between: bell, notify (OSC 9), colour.",
        "bell,notify,colour",
    )
    keys: dict[str, tuple[str, ...]] = field(
        default_factory=dict,
        metadata={"doc": "Other keys for actions: a table, or in the environment claim=m send=ctrl+s,ctrl+enter."},
    )
    copy_by: Literal["terminal", "file"] = _key(
        "How texts are copied: terminal (OSC 52), or file in the temporary storage, for one that takes no OSC 52.",
        "terminal",
    )
    images: Literal["half-cell", "sixel", "kitty"] = _key(
        "How the terminal draws images: half-cell, which every terminal can, sixel or kitty.", "half-cell"
    )
    temporary_storage: str = _key(
        "Folder of the temporary storage, only for p24tui: owner only, emptied by itself; empty: in the home folder."
    )
    key_from: Literal["file", "keyring", "environment"] = _key(
        "Where the database key lies: file (p24tui.key, mode 0600), keyring, or environment (P24TUI_KEY).",
        "file",
    )
    key: str = _key("The database key, 64 hexadecimal digits; only in the environment, as P24TUI_KEY.", secret=True)
    person_data: str = _key(
        "The person-data service: https://…, or the path of a file that stands for it; empty: protection is unknown."
    )
    person_data_token: str = _key("Token that the person-data service is asked with, as a Bearer.", secret=True)
    person_data_certificate: str = _key(
        "Path of the client certificate for the person-data service, PEM with its key and without password."
    )
    reserve_number: str = _key("Regular expression of the region's reserve numbers; empty: none are taken.")
    sms: str = _key(
        "By what SMS go: empty for none, file, 46elks://USER:PASSWORD@api.46elks.com/a1 or smpp://USER:PASSWORD@HOST:PORT.",
        secret=True,
    )
    sms_sender: str = _key("What an SMS is from: at most 11 letters and digits, or a number.", "Vardcentral")
    sms_link: str = _key("The address that patients get in an SMS.", "https://mitt.regionhalland.se/vard")
    join_address: str = _key(
        "Where the intake's join pages can be reached from outside: https://… without a path; empty: sms_link is sent."
    )
    patient_side: str = _key(
        "Source of the intake by which patients chat: it reads and writes the chats of visits too; empty: none."
    )
    link_opens_before: int = _key("Minutes before a video visit from which its links lead there.", 30)
    booking_by_hand: bool = _key(
        "Whether video visits are booked here by hand: true for a unit that has no feed from VAS.", False
    )
    interpreter_mailbox: str = _key("The interpreter service's mailbox, to which an interpreter's invitation goes.")
    telephone_note_type: str = _key(
        "The type of note in VAS for a contact by telephone, for which the routine names none; empty: none is offered."
    )
    mail: str = _key(
        "By what e-mail goes: empty for none, file, smtp://USER:PASSWORD@HOST:PORT (STARTTLS) or smtps://….",
        secret=True,
    )
    mail_sender: str = _key("The address that e-mail is from.")
    report_address: str = _key(
        "Where the intake can be reached from outside, for delivery reports: https://… without a path; empty: none."
    )
    report_secret: str = _key(
        "What the addresses of delivery reports are made from, at least 16 characters.", secret=True
    )
    video: str = _key(
        "The Jitsi Meet server that video visits are on: https://HOST, or https://HOST/TENANT; empty: none."
    )
    video_app: str = _key("What the video server knows us as (its app_id).")
    video_secret: str = _key(
        "What the video server knows our tokens by (its app_secret), at least 32 characters.", secret=True
    )
    e_id: str = _key(
        "The OpenID provider at which patients log in with BankID or Freja eID Plus: https://…; empty: none."
    )
    e_id_client: str = _key("What the provider of e-ID knows us as (client_id).")
    e_id_secret: str = _key(
        "The secret that the provider of e-ID has given us; empty for a client without.", secret=True
    )
    e_id_scope: str = _key(
        "What we ask the provider of e-ID for, words with spaces between.",
        "openid https://id.oidc.se/scope/naturalPersonNumber",
    )
    e_id_acr: str = _key(
        "Levels of assurance that we ask the provider of e-ID for, and take no other; with spaces between; empty: any."
    )
    card_library: str = _key(
        "Path of the PKCS #11 library of the card reader, by which staff log in with a SITHS card; empty: none is read."
    )
    card_slot: str = _key("Label of the card's slot for login, where a reader has several; empty: the one that has it.")
    card_roots: str = _key("Path of the roots that cards are believed from, certificates in PEM.")
    card_intermediates: str = _key(
        "Path of what lies between the roots and a card, certificates in PEM; empty: it is on the card."
    )
    card_revocation: str = _key(
        "Path of the revocation list, or of the folder with those of all issuers; something else keeps them fresh."
    )
    card_revocation_required: bool = _key(
        "Whether a card is refused while its revocation list is missing or too old.", True
    )
    seal_file: str = _key(
        "File outside the database in which the log's seals are anchored; empty: log-seals in the home folder."
    )
    seal_syslog: bool = _key("Whether the log's seals are anchored in the machine's syslog too.", False)
    intake_host: str = _key("Address that the intake listens on.", "127.0.0.1")
    intake_port: int = _key("Port that the intake listens on.", 8424)
    intake_max_bytes: int = _key("Largest request that the intake reads, in bytes.", 26_214_400)
    mllp_host: str = _key("Address that the intake of HL7 over MLLP listens on.", "127.0.0.1")
    mllp_port: int = _key("Port that the intake of HL7 over MLLP listens on.", 2575)
    web_address: str = _key(
        "Where browsers reach the console, by way of the proxy: https://… without a path; empty: not at all."
    )
    web_host: str = _key("Address that p24tui web listens on.", "127.0.0.1")
    web_port: int = _key("Port that p24tui web listens on.", 8425)
    web_socket: str = _key("Path of a Unix socket that p24tui web listens on, instead of an address and a port.")
    web_proxy_secret: str = _key(
        "What the proxy says in X-Proxy-Secret, so that nobody passes it by, at least 32 characters.", secret=True
    )
    web_certificate_header: str = _key(
        "The header with the certificate that the proxy has seen the card prove: PEM, URL-encoded.",
        "X-Client-Certificate",
    )
    web_consoles: int = _key("How many consoles may be open in browsers at once, of everybody together.", 200)
    web_consoles_each: int = _key("How many consoles one person may have open in browsers at once.", 3)

    @property
    def storage_folder(self) -> Path:
        """Where ``temporary_storage`` is."""
        return Path(self.temporary_storage).expanduser().absolute() if self.temporary_storage else self.home / STORAGE

    @property
    def alerts(self) -> frozenset[str]:
        """What ``alert_by`` names."""
        return frozenset(word.strip() for word in self.alert_by.split(",") if word.strip())


def default_home() -> Path:
    """The platform's own folder for this program's data."""
    from platformdirs import user_data_path

    return user_data_path("p24tui", appauthor=False)


def home_folder(environ: Mapping[str, str] | None = None) -> Path:
    """The folder of this program's data: ``P24TUI_HOME``, or the platform's own.

    Raises ``BadInput`` where there cannot be such a folder.
    """
    environ = os.environ if environ is None else environ
    return _path("home", environ.get(ENVIRONMENT + "HOME") or default_home())


def load(environ: Mapping[str, str] | None = None, **overrides: object) -> Settings:
    """The settings in force. ``overrides`` are from the command line; those that are none do not count.

    Raises ``BadInput`` where the file cannot be read, a key is unknown or a value does not fit.
    """
    environ = os.environ if environ is None else environ
    home = home_folder(environ)
    values, given = _from_file(home / FILE_NAME), _from_environment(environ)
    by_file_alone = PROOF if "login" in values else frozenset[str]()
    values.update({name: value for name, value in given.items() if name not in by_file_alone})
    values.update({name: value for name, value in overrides.items() if value is not None})
    if "keys" in values:
        values["keys"] = _keys(values["keys"])
    try:
        settings = msgspec.convert({**values, "home": home}, Settings, strict=False)
    except msgspec.ValidationError as error:
        what, _at, where = str(error).rpartition(" - at ")
        raise _bad(f"{where.strip('`$.')}: {what}") from error
    for name in PATHS:
        _path(name, getattr(settings, name))
    if unknown := settings.alerts - ALERTS:
        raise _bad(f"alert_by: {', '.join(sorted(unknown))}")
    return settings


def save(home: Path, **values: str) -> None:
    """Write these keys into the settings file; every other line of it stays as it is.

    A file that says so already is let alone: it may be an administrator's. Raises ``BadInput`` where it cannot be
    written.
    """
    path = home / FILE_NAME
    if _says(path, values):
        return
    try:
        home.mkdir(parents=True, exist_ok=True)
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        kept = [line for line in lines if line.split("=")[0].strip() not in values]
        written = [f"{name} = {msgspec.json.encode(value).decode()}" for name, value in values.items()]
        path.touch(mode=0o600)  # it may come to hold secrets
        path.write_text("\n".join([*written, *kept]) + "\n", encoding="utf-8")
    except OSError as error:
        raise _not_writable(path if path.exists() else home, error.strerror or str(error)) from error


def check_saving(home: Path, **values: str) -> None:
    """Raise ``BadInput`` where there is a settings file that ``save`` could not write these keys into."""
    path = home / FILE_NAME
    if path.exists() and not _says(path, values) and not os.access(path, os.W_OK):
        raise _not_writable(path, os.strerror(errno.EACCES))


def _says(path: Path, values: Mapping[str, str]) -> bool:
    said = _from_file(path)
    return all(said.get(name) == value for name, value in values.items())


def _not_writable(path: Path, problem: str) -> BadInput:
    return BadInput("home-not-writable", path=str(path), problem=problem)


def _from_file(path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:  # the reader gives up on long numbers and deep nesting
        problem = getattr(error, "strerror", None) or str(error)
        raise BadInput("settings-file", path=str(path), problem=clean_line(problem, LONGEST_SAID)) from error
    unknown = sorted(set(values) - (_names() - {"key"}))
    if unknown:
        raise BadInput("settings-key", path=str(path), keys=clean_line(", ".join(unknown), LONGEST_SAID))
    return values


def _path(name: str, written: str | Path) -> Path:
    """What stands under a key as a path. Raises ``BadInput`` where it can be none."""
    try:
        path = Path(written).expanduser()
    except RuntimeError as error:  # ~ and a name that nobody here has
        raise _bad(f"{name}: {error}") from error
    if "\0" in str(path):
        raise _bad(f"{name}: embedded null character")
    return path


def _bad(problem: str) -> BadInput:
    """What is wrong with a value, fit to be said on a terminal: it may say again what was given."""
    return BadInput("settings-value", problem=clean_line(problem, LONGEST_SAID))


def _from_environment(environ: Mapping[str, str]) -> dict[str, str]:
    given = {name: value for name in _names() if (value := environ.get(ENVIRONMENT + name.upper()))}
    for name, value in given.items():
        try:
            value.encode()
        except UnicodeEncodeError as error:  # bytes that are no text
            raise _bad(f"{name}: not UTF-8") from error
    return given


def _keys(given: Any) -> Any:
    """The table of keys, each action with a list of keys, from a table or from words such as ``claim=m``."""
    if isinstance(given, str):
        pairs = [word.partition("=") for word in given.split()]
        if wrong := [action for action, _equals, key in pairs if not action or not key]:
            raise _bad(f"keys: {', '.join(wrong)}")
        given = {action: key.split(",") for action, _equals, key in pairs}
    if not isinstance(given, dict):
        return given
    return {action: [keys] if isinstance(keys, str) else keys for action, keys in given.items()}


def _names() -> set[str]:
    return {one.name for one in fields(Settings)} - {"home"}
