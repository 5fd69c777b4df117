"""
A world from one integer: people, devices, a server, a network, clocks and faults, all in one thread and one
heap.

A run is safety (actions and faults, cheap checks all the while), then healing (no more faults), then the full
check: every outbox is empty, all replicas and the server hold the same bytes, every token that was written is
there exactly once. A failing seed prints the line that replays it.
"""

from __future__ import annotations

import hashlib
import heapq
import itertools
import shutil
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

from crdt import Document
from sync.client import events as e
from sync.client.driver import LIVE, MANUAL, Driver
from sync.server import auth
from sync.server.backup import back_up
from sync.server.hub import ReadLog, ReadStates
from sync.server.people import Device as Seen
from sync.server.session import Close
from sync.storage.server_store import FILE_NAME
from tests.simulation.devices import Device
from tests.simulation.faults import Faults, drawn
from tests.simulation.network import Wire
from tests.support.peer import Author
from tests.support.session_world import SessionWorld, Talk

HEAL_MS = 240_000
"""
Back-off may have come to a minute, and a held stream waits; then everything must be level within a minute.
"""
DAY_MS = 24 * 3_600_000


class World:
    """One run."""

    def __init__(
        self, seed: int, folder: Path, faults: Faults | None = None, *, visits: bool = False
    ) -> None:
        """`visits`: some of the devices connect now and then only."""
        self.seed = seed
        self.visits = visits
        self.folder = folder
        self.now = 1_000_000
        self.wall_ms = 1_760_000_000_000
        self._heap: list[tuple[int, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self.dice = {
            name: Random(f"{seed}:{name}")
            for name in ("network", "faults", "people", "devices", "server", "steps", "drivers")
        }
        self.faults = faults if faults is not None else drawn(self.dice["faults"])
        self.drawn = self.faults
        self.trace = hashlib.sha256()
        self.notes = 0
        self.tokens: dict[str, str] = {}  # token -> note
        self.excused: set[str] = set()
        self.safe: set[str] = set()
        self.copies: Counter[str] = Counter()
        self.twins: set[str] = set()
        self.reachable = True
        self._wires: dict[int, tuple[Device, Wire, Talk]] = {}
        self._patches = self._fixed_ids()
        self.server = SessionWorld(folder)
        self.server.commits = False
        self.server.now_ms = self.wall_ms
        self._make_people()
        self.devices = [Device(self, 0, 0, folder / "d0.sqlite3")]
        for number in range(1, self.dice["steps"].randint(2, 4)):
            person = self.dice["steps"].randint(0, 1)
            self.devices.append(Device(self, number, person, folder / f"d{number}.sqlite3"))
        self.after(1_000, self._second)

    def _fixed_ids(self) -> list[Any]:
        """The server's ids come from the seed too."""
        dice = self.dice["server"]
        ids = itertools.count()
        made: list[Any] = [
            patch.object(auth, "new_id", lambda: f"S{next(ids):05d}".ljust(22, "_")),
            patch.object(auth, "new_rid", lambda: dice.getrandbits(62) + 1),
            patch.object(auth, "new_epoch", lambda: dice.getrandbits(30) + 1),
            patch.object(auth, "new_token", lambda: f"token{next(ids)}"),
        ]
        for one in made:
            one.start()
        return made

    def close(self) -> None:
        """Leave no file open."""
        for one in self._patches:
            one.stop()
        for device in self.devices:
            device.die()
        self.server.close()

    def _make_people(self) -> None:
        people = self.server.opened.people
        self.accounts = [
            people.sign_up(f"p{number}@example.org", f"P{number}", "-", self.wall_ms) for number in range(2)
        ]
        people.set_role(self.accounts[0].personal, self.accounts[1].id, "editor")

    def drawn_driver(self) -> Driver:
        """What drives a device."""
        if not self.visits:
            return LIVE
        dice = self.dice["drivers"]
        return dice.choice((LIVE, MANUAL, MANUAL, Driver("every", 1), Driver("every", dice.randint(1, 5))))

    def mint(self, person: int, inst: str) -> str:
        """Sign a device in."""
        account = self.accounts[person]
        seen = Seen(inst, "any", "sim", 1, "-")
        return self.server.opened.people.sign_in(account, seen, self.wall_ms)[0]

    # --- time ------------------------------------------------------------------------------------

    def after(self, ms: int, do: Callable[[], None]) -> None:
        """Have something happen later."""
        heapq.heappush(self._heap, (self.now + max(0, ms), next(self._order), do))

    def run_until(self, at: int) -> None:
        """Let everything happen that is due by then."""
        while self._heap and self._heap[0][0] <= at:
            due, _, do = heapq.heappop(self._heap)
            self.wall_ms += due - self.now
            self.now = due
            self.server.now_ms = self.wall_ms
            do()
        self.wall_ms += at - self.now
        self.now = at

    def note(self, who: int, what: str) -> None:
        """Remember what happened, for the hash that two runs of a seed must share."""
        self.trace.update(f"{self.now} {who} {what}\n".encode())

    # --- the server ------------------------------------------------------------------------------

    def accept(self, device: Device, wire: Wire) -> Talk:
        """A device connects."""
        talk = self.server.talk(Author(1))
        self._wires[talk.link.conn] = (device, wire, talk)
        return talk

    def receive(self, talk: Talk, frame: bytes) -> None:
        """A frame reaches the server."""
        if talk in self.server.talks and talk.closed is None:
            talk.do_bytes(frame)
            if self.server.queue:
                self.after(self.dice["server"].randint(0, 15), self._commit)
            self._deliver()

    def _commit(self) -> None:
        if self.server.queue:
            self.server.commit()
            self._deliver()

    def gone(self, talk: Talk) -> None:
        """The server notices that a connection is gone."""
        self._wires.pop(talk.link.conn, None)
        if self.server.hub.links.get(talk.link.conn) is talk.link:
            self.server.hub.disconnect(talk.link.conn)
        talk.closed = talk.closed or Close(1001, "gone")

    def _deliver(self) -> None:
        """Send whatever the hub names, to everybody."""
        for device, wire, talk in list(self._wires.values()):
            if talk.link.conn not in self.server.hub.links:
                continue
            for frame in self._frames(talk):
                wire.send_down(self.now, frame, twice=self.dice["network"].random() < self.faults.twice)
            if talk.closed is not None:
                self.gone(talk)
                # What the server said before it closed still arrives.
                self.after(self.faults.delay_ms_max + 5, partial(device.lose, wire, drain_up=True))

    def _frames(self, talk: Talk) -> list[bytes]:
        frames: list[bytes] = []
        core, hub = self.server.opened.core, self.server.hub
        while (out := hub.next(talk.link)) is not None:
            if isinstance(out, ReadLog):
                hub.log_read(talk.link, out, core.log_page(out.stream, out.after))
            elif isinstance(out, ReadStates):
                of = out.transfer
                hub.states_read(
                    talk.link,
                    out,
                    core.states.page(out.stream, of.since, of.place, of.documents, fresh=of.fresh),
                )
            else:
                frames.append(out)
        return frames

    def _second(self) -> None:
        for _, _, talk in list(self._wires.values()):
            talk.tick()
        self.server.hub.tick(self.wall_ms)
        self.server.hub.sweep()
        self._deliver()
        self.after(1_000, self._second)

    def crash_server(self) -> None:
        """Kill the server and start it again."""
        self.note(-1, "server crash")
        broken = list(self._wires.values())
        self._wires.clear()
        self.server.restart()
        self.server.commits = False
        for device, wire, _ in broken:
            wire.up_open = False
            self.after(2, partial(device.lose, wire, drain_up=False))

    def keep_server(self) -> None:
        """Back the server up while it runs."""
        back_up(self.server.folder, self.folder / "server-copy.sqlite3")

    def restore_server(self) -> None:
        """Stop the server, put the backup in the place of its data, start it."""
        self.server.opened.store.close()
        path = self.folder / FILE_NAME
        for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
            name.unlink(missing_ok=True)
        shutil.copy(self.folder / "server-copy.sqlite3", path)
        self.crash_server()

    # --- the oracle ------------------------------------------------------------------------------

    def wrote(self, token: str, note: str) -> None:
        """A token is on a device's disk from now on."""
        self.tokens[token] = note
        self.note(-2, token)

    def may_be_lost(self, token: str) -> None:
        """The file that held a token was replaced by an older one: only the server may have it."""
        if token not in self.safe:
            self.excused.add(token)

    def _mark_safe(self) -> None:
        """What a device was told is on the server must be there for ever (Y1)."""
        for device in self.devices:
            if device.alive and not device.store.outbox_count() and not device.store.quarantine_count():
                self.safe.update(device.written)
                self.excused.difference_update(device.written)

    # --- a run -----------------------------------------------------------------------------------

    def step(self) -> None:
        """One action of somebody, perhaps a fault, and a little time."""
        dice, faults = self.dice["faults"], self.faults
        self.dice["steps"].choice(self.devices).act()
        device = dice.choice(self.devices)
        for name in ("cut", "client_crash", "client_kill", "server_crash", "clock_jump", "offline", "roles",
                     "restore", "clone", "disk_full", "token"):  # fmt: skip
            if dice.random() < getattr(faults, name):
                self.note(device.number, name)
                getattr(self, f"_do_{name}")(device)
        if self.visits:
            self._drive()
        self.run_until(self.now + self.dice["steps"].choice((1, 5, 20, 50, 200, 1_000, 4_000)))
        self._mark_safe()

    def _drive(self) -> None:
        """Somebody syncs now, looks at a dialog that needs the server, or wants another driver."""
        dice = self.dice["drivers"]
        device = dice.choice(self.devices)
        luck = dice.random()
        if luck < 0.3:
            device.feed(e.Nudged(asked=luck < 0.2))
        elif luck < 0.35:
            device.feed(e.Needed())
            self.after(dice.randint(1, 90_000), lambda: device.feed(e.Needed(False)))
        elif luck < 0.38:
            device.drive(self.drawn_driver())

    def _do_cut(self, device: Device) -> None:
        device.cut(drain_up=self.dice["faults"].random() < 0.5)

    def _do_client_crash(self, device: Device) -> None:
        if device.alive:
            device.store.fuse = self.dice["faults"].randint(1, 6)
            device.store.after_commit = self.dice["faults"].random() < 0.5
            self.after(self.dice["faults"].randint(500, 20_000), lambda: self._revive(device))

    def _do_client_kill(self, device: Device) -> None:
        device.die()
        self.after(self.dice["faults"].randint(1, 20_000), lambda: self._revive(device))

    def _revive(self, device: Device) -> None:
        if not device.alive:
            device.boot()

    def _do_server_crash(self, device: Device) -> None:
        self.crash_server()

    def _do_clock_jump(self, device: Device) -> None:
        device.skew_ms += self.dice["faults"].choice((-1, 1)) * self.dice["faults"].choice(
            (1_000, 3_600_000, 400 * DAY_MS, 3_650 * DAY_MS)
        )

    def _do_offline(self, device: Device) -> None:
        device.online = False
        device.cut(drain_up=False)
        self.after(self.dice["faults"].randint(1_000, 60_000), lambda: setattr(device, "online", True))

    def _do_roles(self, device: Device) -> None:
        role = self.dice["faults"].choice(("viewer", None, "editor", "editor"))
        self.server.set_role(self.accounts[0].personal, self.accounts[1].id, role)
        self._deliver()

    def _do_restore(self, device: Device) -> None:
        if device.copy is None:
            device.keep_copy()
        else:
            device.go_back()
            self._revive(device)

    def _do_clone(self, device: Device) -> None:
        if len(self.devices) < 6 and device.alive:
            path = self.folder / f"d{len(self.devices)}.sqlite3"
            device.snapshot_to(path)
            clone = Device(self, len(self.devices), device.person, path)
            clone.written = list(device.written)
            # What was unsent then is unsent on both, and neither can know of the other in time.
            unsent = device.unsent()
            self.copies.update(token for token in device.written if token.encode() in unsent)
            # A note that nobody else had seen is made twice under one id; the loser's text is kept, but not
            # shown.
            seen = self._bodies_on_the_server()
            self.twins.update(note for token, note in self.tokens.items() if note not in seen)
            self.devices.append(clone)

    def _do_disk_full(self, device: Device) -> None:
        if device.alive:
            store = device.store
            store.full = True
            self.after(self.dice["faults"].randint(100, 5_000), lambda: setattr(store, "full", False))

    def _do_token(self, device: Device) -> None:
        """The sign-in ends; some time later the person signs in again."""
        old = device.key
        identity = self.server.opened.people._store.sign_in(auth.token_hash(old))
        if identity is not None:
            self.server.opened.people._store.extend(identity.key, self.wall_ms - 1)
            for _, _, talk in self._wires.values():
                if talk.session.identity is not None and talk.session.identity.sign_in == identity.key:
                    talk.session.lapse("expired")
        self._deliver()
        self.after(self.dice["faults"].randint(1_000, 30_000), lambda: self._sign_in(device))

    def _sign_in(self, device: Device) -> None:
        device.key = self.mint(device.person, device.inst)
        device.feed(e.TokenSet("ws://server", device.key))

    def heal(self) -> None:
        """No more faults; everybody is there and has time."""
        self.faults = Faults(delay_ms_max=20)
        self.server.set_role(self.accounts[0].personal, self.accounts[1].id, "editor")
        for device in self.devices:
            device.online = True
            if device.alive:
                device.store.fuse, device.store.full = None, False
            self._revive(device)
            self._sign_in(device)
            device.feed(e.Needed(False))
        self.run_until(self.now + HEAL_MS)
        if self.visits:
            self._heal_visitors()

    def _heal_visitors(self) -> None:
        """Whoever connects now and then sends what is theirs, then fetches what the others have sent."""
        for _ in range(2):
            for device in self.devices:
                device.feed(e.Nudged(asked=True))
            self.run_until(self.now + HEAL_MS)
        end = self.now + HEAL_MS
        while self.now < end and not all(device.is_level for device in self.devices):
            self.run_until(self.now + 500)  # a schedule has just begun another visit

    # --- the check -------------------------------------------------------------------------------

    def check(self) -> None:
        """Everything that must hold when all is quiet."""
        for device in self.devices:
            status = device.engine.status
            assert device.is_level, f"device {device.number} is not level: {status}"
            assert status.outbox == 0, status
        shown = self._bodies_on_the_server()
        for device in self.devices:
            self._check_device(device)
        kept = b"".join(row.body for device in self.devices for row in device.store.quarantine())
        # Whoever may not write (any more) keeps the edits in a note of their own.
        copies = "".join(shown.values()) if self.drawn.roles else ""
        for token, note in self.tokens.items():
            if note in self.twins:
                continue
            count = shown.get(note, "").count(token)
            assert count <= 1 + self.copies[token], f"{token} is in {note} {count} times"
            on_server = count or token in copies
            there = on_server or token.encode() in kept
            assert there or token in self.excused, f"{token} is lost from {note}"
            assert on_server or token not in self.safe, f"{token} was on the server and is not"

    def _bodies_on_the_server(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for account in self.accounts:
            for name, state in self.server.states(f"{account.personal}/notes").items():
                document = Document.decode(state, 1)
                found[name] = document.text(("title",)).text() + document.text(("body",)).text()
        return found

    def _check_device(self, device: Device) -> None:
        """A device holds the server's bytes, and its views show its store."""
        for row in device.store.streams():
            if row.collection != "notes" or row.role == "none":
                continue
            states = self.server.states(row.id)
            for name in device.store.document_ids(row.id):
                if name in states:
                    mine = device.store.document(name, device.store.rid)
                    assert mine.encode() == states[name], f"{name} differs on device {device.number}"
                    if name in device.views:
                        assert device.views[name].encode() == states[name], f"the view of {name} differs"
            missing = states.keys() - set(device.store.document_ids(row.id))
            assert not missing, f"device {device.number} lacks {sorted(missing)}"


def play(
    seed: int, folder: Path, steps: int = 120, faults: Faults | None = None, *, visits: bool = False
) -> str:
    """Run one seed; return the hash of what happened."""
    world = World(seed, folder, faults, visits=visits)
    drawn_faults = world.faults
    try:
        for _ in range(steps):
            world.step()
        world.heal()
        world.check()
        return world.trace.hexdigest()
    except Exception as error:
        again = f"SIMULATION_SEED={seed} SIMULATION_STEPS={steps} python -m pytest tests/simulation"
        error.add_note(f"replay: {again}{' -k visits' if visits else ''}\nfaults: {drawn_faults}")
        raise
    finally:
        world.close()
