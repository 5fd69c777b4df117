from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

from sync.server import memory
from tests.support.processes import ROOT

HAS_MALLOPT = sys.platform == "linux" and hasattr(ctypes.CDLL(None), "mallopt")

HOLES = """
from pathlib import Path

def resident_mib():
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) // 1024

from sync.server.memory import give_long_blocks_back
assert give_long_blocks_back()
long = bytes(24 << 20)
del long  # from here on the C library takes blocks of that length for ordinary ones
kept, states = [], []
for number in range(50):
    states.append(b"s" * (1 << 20))
    kept.append(b"k" * 4096)
before = resident_mib()
states.clear()
print(before - resident_mib())
"""


def _mib_given_back() -> int:
    done = subprocess.run([sys.executable, "-c", HOLES], cwd=ROOT, capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(not HAS_MALLOPT, reason="this C library has no mallopt")
def test_long_blocks_leave_the_process_whatever_lies_between_them():
    assert _mib_given_back() >= 45


def test_another_c_library_is_left_alone(monkeypatch):
    monkeypatch.setattr(memory.sys, "platform", "darwin")
    assert not memory.give_long_blocks_back()
