"""What the peers are given to show: 10,000 of what each has a list of."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from tests.bench.filled import MATTERS, PATIENT, SURNAMES

COUNT = 10_000


def lines(count: int = COUNT) -> Iterator[tuple[int, str, str]]:
    """The number of each, who it is about, and what."""
    for number in range(1, count + 1):
        yield number, f"{PATIENT} {number:05d} {SURNAMES[number % len(SURNAMES)]}", MATTERS[number % len(MATTERS)]


def make_log(file: Path) -> None:
    """A log of an event a second."""
    with file.open("w", encoding="utf-8") as log:
        for number, who, what in lines():
            hours, seconds = divmod(number, 3600)
            at = f"2026-11-23T{6 + hours:02d}:{seconds // 60:02d}:{seconds % 60:02d}"
            log.write(f"{at} INFO case {number:05d} received from {who}: {what}\n")


def make_database(file: Path) -> None:
    """A table of cases in SQLite."""
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("CREATE TABLE waiting (number INTEGER PRIMARY KEY, who TEXT NOT NULL, what TEXT NOT NULL)")
        database.executemany("INSERT INTO waiting VALUES (?, ?, ?)", lines())


def make_maildir(folder: Path) -> None:
    """A mailbox of read mails, as another program would have left it."""
    for part in ("cur", "new", "tmp"):
        (folder / part).mkdir(parents=True)
    for number, who, what in lines():
        at = f"{6 + number // 3600:02d}:{number // 60 % 60:02d}:{number % 60:02d}"
        mail = (
            f'From: "{who}" <{number:05d}@example.org>\nTo: desk@example.org\nSubject: {what} {number:05d}\n'
            f"Date: Mon, 23 Nov 2026 {at} +0000\nMessage-ID: <{number:05d}@example.org>\n"
            f"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{what}\n"
        )
        (folder / "cur" / f"{1764000000 + number}.{number:05d}.desk:2,S").write_text(mail, encoding="utf-8")


def make_requests(folder: Path, count: int) -> None:
    """A collection of requests for posting, one a file."""
    folder.mkdir(parents=True)
    for number, who, what in lines(count):
        (folder / f"{number:05d}.posting.yaml").write_text(
            f"name: {who}\nmethod: GET\nurl: http://127.0.0.1:9/cases/{number:05d}\ndescription: {what}\n",
            encoding="utf-8",
        )


def make_mail_settings(folder: Path, shared: Path, maildirs: Path) -> None:
    """aerc's own settings as it is shipped, and an account that reads the mailbox."""
    shutil.copytree(shared / "aerc", folder)
    accounts = folder / "accounts.conf"
    accounts.write_text(
        f"[desk]\nsource = maildir://{maildirs}\ndefault = INBOX\nfrom = Desk <desk@example.org>\n", encoding="utf-8"
    )
    accounts.chmod(0o600)
