"""
Delivery: which connection is sent what next. Decisions only; service.py moves the bytes.

``next`` names the next thing for one connection: a frame, or something to read for it. Control frames go
first, then presence (the latest of each person), then one frame of one stream in turn, as far as the
connection has credit. What it is not: sessions or rights; whoever attaches a stream has checked them.

Invariants:
- A feed's cursor only moves by what was put into a frame, without gaps.
- What a commit added is encoded once, however many follow the stream.
- Without credit a connection gets hints (poke), not a queue.
- A lost wake is harmless: ``sweep`` compares cursors with heads.

Source: README, "Delivery".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Final

from sync.limits import ARRAY_LENGTH_MAX, CREDIT_SIZE_MAX, PRESENCE_INTERVAL_MS_MIN
from sync.protocol.codes import EndWhy
from sync.protocol.messages import Poke, Presence, State, Unsubscribe
from sync.protocol.presence import Roster
from sync.protocol.rows import Head, StateEnd
from sync.protocol.wire import encode
from sync.server.core import Gone, Segment
from sync.server.link import Feed, Link, Transfer
from sync.server.state_pages import StatePage
from sync.server.tail import Tail


@dataclass(frozen=True, slots=True)
class ReadLog:
    """Read a page of a stream's log for a connection, then call ``Hub.log_read``."""

    stream: str
    after: int


@dataclass(frozen=True, slots=True)
class ReadStates:
    """Read a page of document states for a connection, then call ``Hub.states_read``."""

    stream: str
    transfer: Transfer


Out = bytes | ReadLog | ReadStates | None


class Hub:
    """All connections of one process."""

    def __init__(self) -> None:
        """Start with nobody connected."""
        self.links: Final[dict[int, Link]] = {}
        self._heads: dict[str, int] = {}
        self._readers: dict[str, set[int]] = {}
        self._tails: dict[str, Tail] = {}
        self._roster: Final = Roster()
        self._held: set[int] = set()
        self.tell: Callable[[Mapping[str, int]], object] = _nobody
        """Told the heads of streams that this process has made grow."""
        self.tell_presence: Callable[[bytes], object] = _nobody
        """Told where the people of this process are."""

    # --- connections and what they follow --------------------------------------------------------

    def connect(self, link: Link) -> None:
        """Take a connection in. A later connection never replaces an earlier one: numbers are not reused."""
        assert link.conn not in self.links
        self.links[link.conn] = link

    def disconnect(self, conn: int) -> None:
        """Forget a connection; others see its person leave. Unknown numbers are ignored."""
        link = self.links.pop(conn, None)
        if link is None:
            return
        for stream in list(link.feeds):
            self._leave(link, stream)
        self._say_gone(self._roster.leave(conn))

    def attach(self, link: Link, feed: Feed, head: int) -> None:
        """
        Let a connection follow a stream, replacing how it followed it before.

        Args:
            link: Connected.
            feed: From where on, and how.
            head: The stream's head when the feed was decided.
        """
        self.detach(link, feed.stream)
        link.feeds[feed.stream] = feed
        self._readers.setdefault(feed.stream, set()).add(link.conn)
        self._heads[feed.stream] = max(head, self._heads.get(feed.stream, 0))
        if feed.want == "content":
            for said in self._roster.in_stream(feed.stream):
                if said.conn != link.conn:
                    link.presence[(feed.stream, said.conn)] = encode(said)
            link.touch(feed.stream)
        elif feed.cursor < self._heads[feed.stream]:
            self._poke(link, feed.stream)

    def detach(self, link: Link, stream: str, why: EndWhy | None = None) -> None:
        """Stop sending a stream to a connection, at once; ``why`` is told to it when given."""
        if stream not in link.feeds:
            return
        self._leave(link, stream)
        gone = [said for said in self._roster.in_stream(stream) if said.conn == link.conn]
        for said in gone:
            self._roster.take(replace(said, gone=True), 0)
        self._say_gone(gone)
        if why is not None:
            link.say(Unsubscribe(stream, why))

    def end(self, stream: str, why: EndWhy) -> None:
        """Stop sending a stream to everybody, at once."""
        for conn in list(self._readers.get(stream, ())):
            self.detach(self.links[conn], stream, why)

    def pull(self, link: Link, stream: str, transfer: Transfer) -> None:
        """Send the states of some documents of a stream that the connection follows."""
        transfer.head = self._heads[stream]
        link.feeds[stream].pulls.append(transfer)
        link.touch(stream)

    def restart(self, link: Link, stream: str, cursor: int, transfer: Transfer | None) -> None:
        """Go on sending a stream from another cursor, or by states."""
        feed = link.feeds[stream]
        feed.cursor = cursor
        feed.transfer = transfer
        feed.own.clear()  # whoever asks again is told everything again
        link.touch(stream)

    def received(self, link: Link, size_bytes: int) -> None:
        """Return credit to a connection that has committed what it was sent."""
        link.credit = min(CREDIT_SIZE_MAX, link.credit + size_bytes)
        for feed in link.feeds.values():
            feed.poked = False
        link.wake()

    def everyone(self, account: str) -> list[Link]:
        """Return the connections of an account."""
        return [link for link in self.links.values() if link.account == account]

    # --- commits ---------------------------------------------------------------------------------

    def committed(self, segments: Iterable[Segment]) -> None:
        """Wake everybody who follows a stream that has grown."""
        heads: dict[str, int] = {}
        for segment in segments:
            stream = segment.stream
            heads[stream] = segment.last
            self._heads[stream] = max(segment.last, self._heads.get(stream, 0))
            readers = self._readers.get(stream)
            if not readers:
                continue
            if segment.by_state:
                self._tails.pop(stream, None)
            else:
                self._tails.setdefault(stream, Tail()).add(segment)
            self._drop(stream, {row.document for row in segment.rows if not row.body})
            self._wake(stream)
        if heads:
            self.tell(heads)

    def heard(self, heads: Mapping[str, int]) -> None:
        """Wake everybody who follows a stream that has grown in another process; known heads are ignored."""
        for stream, head in self.behind(heads).items():
            self._heads[stream] = head
            self._wake(stream)

    def behind(self, heads: Mapping[str, int]) -> dict[str, int]:
        """Return those heads of followed streams that nobody here knows of yet."""
        return {
            stream: head
            for stream, head in heads.items()
            if stream in self._readers and head > self._heads.get(stream, 0)
        }

    def followed(self) -> list[str]:
        """Return the streams that somebody follows."""
        return list(self._readers)

    def _wake(self, stream: str) -> None:
        for conn in self._readers[stream]:
            link = self.links[conn]
            feed = link.feeds[stream]
            if feed.want == "content" and feed.poked and link.credit <= 0:
                link.dirty[stream] = None  # it has its hint, and can be sent nothing: its writer sleeps on
            elif feed.want == "content":
                link.touch(stream)
            else:
                self._poke(link, stream)

    def _drop(self, stream: str, gone: Set[str]) -> None:
        """Forget states of documents that have left a stream, where they wait to be sent."""
        for conn in self._readers[stream] if gone else ():
            feed = self.links[conn].feeds[stream]
            for transfer in (*feed.pulls, *([feed.transfer] if feed.transfer else [])):
                transfer.drop(gone)

    def own(self, conn: int, stream: str, own: tuple[int, int]) -> None:
        """Note which seqs [first, end) a connection pushed itself, so that they are not sent back to it."""
        link = self.links.get(conn)
        feed = link.feeds.get(stream) if link is not None else None
        if feed is not None:
            feed.add_own(*own)

    def sweep(self) -> None:
        """Find feeds that lag without being marked: what a lost wake would leave behind."""
        for link in self.links.values():
            for stream, feed in link.feeds.items():
                if feed.want == "content" and feed.cursor < self._heads[stream] and stream not in link.dirty:
                    link.touch(stream)

    # --- what goes next --------------------------------------------------------------------------

    def next(self, link: Link) -> Out:
        """
        Return what to send to a connection now: a frame, something to read first, or None.

        Cost: O(1), or encoding one frame.
        """
        if link.control:
            return link.control.popleft()
        if link.parked:
            return None
        if link.presence:
            return link.presence.popitem(last=False)[1]
        while link.dirty and link.credit > 0:
            stream = next(iter(link.dirty))
            feed = link.feeds.get(stream)
            out = None if feed is None else self._next_of(link, feed)
            if out is None:
                link.dirty.pop(stream, None)
                if link.control:  # that it ends
                    return link.control.popleft()
                continue
            if isinstance(out, bytes):  # what was read for it is sent before anything is read for another
                link.dirty.move_to_end(stream)
                link.credit -= len(out)
            return out
        for stream in link.dirty:  # out of credit: a hint for each, once, and nothing held
            feed = link.feeds[stream]
            feed.forget_pages()
            if not feed.poked and (feed.transfer is not None or feed.cursor < self._heads[stream]):
                feed.poked = True
                link.pokes[stream] = self._heads[stream]
        return self._next_poke(link)

    def log_read(self, link: Link, read: ReadLog, segment: Segment | Gone | None) -> None:
        """
        Take what was read; the next ``next`` sends it, if it is still wanted. Where the log was cut in the
        meantime, states are sent instead.
        """
        if segment is None:
            self._heads[read.stream] = min(self._heads.get(read.stream, 0), read.after)
        elif isinstance(segment, Gone):
            feed = link.feeds.get(read.stream)
            if feed is not None and feed.cursor == read.after and feed.transfer is None:
                feed.transfer = Transfer(to=segment.head, since=feed.cursor)
        elif read.stream in self._readers:
            self._tails.setdefault(read.stream, Tail()).remember(segment)
        link.wake()

    def states_read(self, link: Link, read: ReadStates, page: StatePage) -> None:
        """Take what was read; the next ``next`` sends it."""
        feed, transfer = link.feeds.get(read.stream), read.transfer
        if feed is not None and not feed.is_of(page.model):
            self.detach(link, read.stream, "migrated")
            return
        transfer.page = page
        link.wake()

    def _next_of(self, link: Link, feed: Feed) -> Out:
        """Return what comes next of one stream."""
        transfer = feed.pulls[0] if feed.pulls else feed.transfer
        if transfer is not None:
            if transfer.page is None:
                return ReadStates(feed.stream, transfer)
            return self._state_frame(feed, transfer, transfer.page)
        head = self._heads[feed.stream]
        if feed.cursor >= head or feed.want != "content":
            return None
        tail = self._tails.get(feed.stream)
        found = tail.after(feed.cursor) if tail is not None else None
        if found is None:
            return ReadLog(feed.stream, feed.cursor)
        if not feed.is_of(found.segment.model):  # another process has migrated it
            self.detach(link, feed.stream, "migrated")
            return None
        own = feed.own_between(feed.cursor + 1, found.last)
        more = found.last < head
        frame = found.frame(feed.cursor, more) if not own else found.frame_without(feed.cursor, more, own)
        feed.cursor = found.last
        return frame

    def _state_frame(self, feed: Feed, transfer: Transfer, page: StatePage) -> bytes:
        """Put a page of a transfer into a frame; end the transfer when it was the last."""
        transfer.page, transfer.place = None, page.place
        for chunk in page.chunks:
            transfer.count(chunk)
        end = None
        if page.last:
            end = StateEnd(transfer.to, transfer.sent, transfer.digest)
            if feed.pulls and feed.pulls[0] is transfer:
                feed.pulls.popleft()
            else:
                feed.transfer = None
                feed.cursor = transfer.to
        return encode(
            State(feed.stream, feed.epoch, transfer.to, page.chunks, transfer.sent_after, end, transfer.id)
        )

    def _next_poke(self, link: Link) -> Out:
        if not link.pokes:
            return None
        taken = list(link.pokes)[:ARRAY_LENGTH_MAX]
        return encode(Poke(tuple([Head(stream, link.pokes.pop(stream)) for stream in taken])))

    # --- presence --------------------------------------------------------------------------------

    def present(self, link: Link, said: Presence, now_ms: int) -> None:
        """
        Tell those who follow a stream where somebody is, at most ten times a second; the latest wins.

        The identity is that of the connection, whatever the message says.
        """
        stamped = replace(said, conn=link.conn, account=link.account, name=link.name)
        self._roster.take(stamped, now_ms)
        if now_ms - link.presence_ms.get(said.stream, -PRESENCE_INTERVAL_MS_MIN) < PRESENCE_INTERVAL_MS_MIN:
            link.presence_held[said.stream] = stamped
            self._held.add(link.conn)
        else:
            link.presence_held.pop(said.stream, None)
            link.presence_ms[said.stream] = now_ms
            self._spread(stamped)

    def heard_presence(self, said: Presence, now_ms: int) -> None:
        """Take where somebody of another process is."""
        self._roster.take(said, now_ms)
        self._spread_here(said)

    @property
    def holds_presence(self) -> bool:
        """Whether ``tick`` has something to send that came too fast."""
        return bool(self._held)

    def tick(self, now_ms: int) -> None:
        """Send presence that was held back, and say goodbye for those who went silent."""
        for conn in list(self._held):
            link = self.links.get(conn)
            for stream, said in list(link.presence_held.items()) if link is not None else ():
                assert link is not None
                if now_ms - link.presence_ms.get(stream, 0) >= PRESENCE_INTERVAL_MS_MIN:
                    del link.presence_held[stream]
                    link.presence_ms[stream] = now_ms
                    self._spread(said)
            if link is None or not link.presence_held:
                self._held.discard(conn)
        self._say_gone(self._roster.fade(now_ms))

    def _say_gone(self, gone: Sequence[Presence]) -> None:
        for said in gone:
            self._spread(
                Presence(said.stream, gone=True, conn=said.conn, account=said.account, name=said.name)
            )

    def _spread(self, said: Presence) -> None:
        """Tell where somebody of this process is, here and to the other processes."""
        frame = encode(said)
        self._spread_here(said, frame)
        self.tell_presence(frame)

    def _spread_here(self, said: Presence, frame: bytes | None = None) -> None:
        """Put a presence into the lanes of all others who follow the stream's content."""
        for conn in self._readers.get(said.stream, ()):
            link = self.links[conn]
            if conn != said.conn and link.feeds[said.stream].want == "content":
                frame = frame or encode(said)
                link.presence[(said.stream, said.conn)] = frame
                link.wake()

    def _poke(self, link: Link, stream: str) -> None:
        link.pokes[stream] = self._heads[stream]
        link.wake()

    def _leave(self, link: Link, stream: str) -> None:
        """Remove every trace of a stream from a connection, frames not yet sent included."""
        del link.feeds[stream]
        link.dirty.pop(stream, None)
        link.pokes.pop(stream, None)
        link.presence_held.pop(stream, None)
        link.presence_ms.pop(stream, None)
        for key in [key for key in link.presence if key[0] == stream]:
            del link.presence[key]
        readers = self._readers[stream]
        readers.discard(link.conn)
        if not readers:
            del self._readers[stream]
            self._tails.pop(stream, None)


def _nobody(_told: object) -> None:
    """This process is alone."""
