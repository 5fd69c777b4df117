"""Which faults a world has, drawn from its seed: each seed has some, one in ten none, one in ten all."""

from __future__ import annotations

from dataclasses import dataclass, fields
from random import Random


@dataclass(frozen=True)
class Faults:
    """Chances per step of the world, 0 when the fault does not exist in it."""

    delay_ms_max: int = 20
    cut: float = 0.0
    twice: float = 0.0
    client_crash: float = 0.0  # at some commit to come, before or after it
    client_kill: float = 0.0  # between two events
    server_crash: float = 0.0
    clock_jump: float = 0.0
    offline: float = 0.0
    roles: float = 0.0
    restore: float = 0.0  # a client's file goes back to an earlier copy
    clone: float = 0.0  # a copy of a client's file is put to use on another computer
    disk_full: float = 0.0
    token: float = 0.0  # the sign-in expires


ALL = Faults(
    delay_ms_max=400, cut=0.06, twice=0.04, client_crash=0.04, client_kill=0.03, server_crash=0.02,
    clock_jump=0.02, offline=0.04, roles=0.02, restore=0.01, clone=0.004, disk_full=0.02, token=0.02,
)  # fmt: skip


def drawn(dice: Random) -> Faults:
    """The faults of one seed."""
    luck = dice.random()
    if luck < 0.1:
        return Faults()
    chosen = {
        field.name: getattr(ALL, field.name) for field in fields(Faults) if luck > 0.9 or dice.random() < 0.45
    }
    return Faults(**chosen)
