"""A database that falls silent without a word is noticed in seconds, also by whoever waits for an answer."""

import os
import shutil
import subprocess
import sys

import pytest

WITHIN = 30.0
"""Seconds; without keep-alive probes of our own it is eighty, and for ever where the system's are off."""

ALONE = ["unshare", "--net"]


def _can_be_alone() -> bool:
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which(ALONE[0]) is None:
        return False
    return subprocess.run([*ALONE, "true"], capture_output=True, check=False).returncode == 0


@pytest.mark.slow
@pytest.mark.hazard("H22")
@pytest.mark.skipif(not _can_be_alone(), reason="NOT TRIED: no network of one's own can be had here")
def test_whoever_waits_for_an_answer_of_a_silent_server_is_told_in_seconds() -> None:
    command = [*ALONE, sys.executable, "-m", "tests.faults.silence"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode == 0, ran.stderr
    assert float(ran.stdout) < WITHIN
