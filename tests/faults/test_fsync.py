"""The short part of what ``python -m tests.faults.fsync`` shows; and that it would see a hasty acknowledgement."""

import os

import pytest

from tests.faults import fsync, traced
from tests.faults.traced import acknowledged, calls, committed, flushed, hasty_commits

SOUND = """\
7 1.000000 recvfrom(5<socket:[1]>, "POST /fhir", 4096, 0, NULL, NULL) = 10 <0.000010>
8 1.100000 pwrite64(6</home/p24tui.db-wal>, "\\0\\0\\0\\5\\0\\0\\0\\271", 24, 0) = 24 <0.000010>
8 1.200000 fdatasync(6</home/p24tui.db-wal> <unfinished ...>
7 1.250000 read(3</dev/null>, "", 1) = 0 <0.000010>
8 1.300000 <... fdatasync resumed>) = 0 <0.100000>
7 1.400000 sendto(5<socket:[1]>, "HTTP/1.1 200 OK", 15, 0, NULL, 0) = 15 <0.000010>
"""
SERVER = """\
9 1.000000 recvfrom(5<socket:[1]>, "Q\\\\0\\\\0\\\\0\\\\vCOMMIT\\\\0", 8192, 0, NULL, NULL) = 12 <0.000010>
9 1.100000 pwrite64(6</data/pg_wal/0001>, "x", 1, 0) = 1 <0.000010>
9 1.200000 fdatasync(6</data/pg_wal/0001>) = 0 <0.000010>
9 1.300000 sendto(5<socket:[1]>, "C\\\\0\\\\0\\\\0\\\\vCOMMIT\\\\0Z\\\\0", 18, 0, NULL, 0) = 18 <0.000010>
""".replace("\\\\", "\\")


def lags(trace: list[str]) -> list[float | None]:
    seen = acknowledged(calls(trace), "POST /fhir", r"HTTP/1\.1 200", flushed("p24tui.db-wal"))
    return [one.after for one in seen]


def test_what_is_flushed_before_it_is_acknowledged_is_seen() -> None:
    assert lags(SOUND.splitlines()) == [pytest.approx(0.1)]


@pytest.mark.parametrize(
    "order", [(0, 1, 5, 2, 3, 4), (0, 1, 2, 3, 5, 4), (0, 5, 1, 2, 3, 4), (0, 2, 3, 4, 1, 5), (1, 2, 3, 4, 0, 5)]
)
def test_an_acknowledgement_before_the_flush_is_seen(order: tuple[int, ...]) -> None:
    lines = SOUND.splitlines()
    assert lags([lines[number] for number in order]) == [None]


def frame(at: float, pages: str) -> list[str]:
    """How one page comes into the WAL: its head, which says in a commit's last frame how many pages there are."""
    head = f'"\\0\\0\\0\\5{pages}\\36\\315_\\16gA\\253\\233\\262\\327\\256\\256\\200yqN"'
    return [
        f"8 {at} pwrite64(6</home/p24tui.db-wal>, {head}, 24, 0) = 24 <0.000010>",
        f'8 {at + 0.01} pwrite64(6</home/p24tui.db-wal>, "x"..., 4096, 24) = 4096 <0.000010>',
    ]


UNDER_WAY, COMMIT = "\\0\\0\\0\\0", "\\0\\0\\0\\271"


def test_what_the_next_transaction_has_begun_to_write_takes_no_flush_away() -> None:
    asked, *_, said = SOUND.splitlines()
    flush = "8 1.200000 fsync(6</home/p24tui.db-wal>) = 0 <0.010000>"
    own = [asked, *frame(1.10, UNDER_WAY), *frame(1.15, COMMIT)]
    assert lags([*own, flush, *frame(1.30, UNDER_WAY), said]) == [pytest.approx(0.19)]
    assert lags([*own, flush, *frame(1.30, COMMIT), said]) == [None], "the later one may be what is acknowledged"
    assert lags([*own, said, flush]) == [None]
    assert lags([asked, *frame(1.10, UNDER_WAY), flush, said]) == [None], "nothing is committed"


def test_a_flush_that_failed_is_none() -> None:
    assert lags(SOUND.replace("resumed>) = 0", "resumed>) = -1 EIO").splitlines()) == [None]


def test_a_commit_that_the_server_answers_before_it_flushes_is_seen() -> None:
    lines = SERVER.splitlines()
    assert hasty_commits(calls(lines)) == (1, 0)
    assert hasty_commits(calls([lines[number] for number in (0, 1, 3, 2)])) == (1, 1)
    assert committed(calls([lines[3].replace("sendto", "recvfrom")])) is not None
    assert committed(calls(lines)) is None


@pytest.mark.slow
@pytest.mark.hazard("H24")
@pytest.mark.skipif(os.name != "posix", reason="strace is Linux's")
@pytest.mark.parametrize("way", ["HTTP", "MLLP"])
def test_what_the_intake_acknowledges_is_on_the_disk(way: str) -> None:
    path = traced.strace()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("strace is needed here, and must be let look at processes", pytrace=False)
        pytest.skip("NOT SHOWN: there is no strace here, or it may not look at processes")
    seen = fsync.look(path, "sqlcipher", 2, (way,))
    assert seen.good(2), seen
