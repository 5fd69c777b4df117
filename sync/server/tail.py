"""
The end of one stream's log in memory: what was just committed, as frames that are encoded once for everybody.

What it is not: the log. Anything may be missing here; then it is read from the store. Invariants: bounded by
bytes; pieces are gapless among themselves; a frame is the same bytes for all who get it.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import Final

from sync.protocol.messages import Deltas
from sync.protocol.wire import encode
from sync.server.core import SEGMENT_ROWS_MAX, SEGMENT_SIZE_MAX, Segment

TAIL_SIZE_MAX: Final = 512 * 1024
"""Bytes of bodies kept of one stream: a minute of a hundred typists."""

PIECES_MAX: Final = 32
"""Merged stretches and pages kept besides: what readers at different places are being sent now."""

ROW_COST: Final = 64


class Piece:
    """Some gapless rows of a log, and their frame once somebody needed it."""

    __slots__ = ("_frames", "first", "last", "segment", "size_bytes")

    def __init__(self, segment: Segment) -> None:
        """Stand for a segment."""
        self.segment: Final = segment
        self.first: Final = segment.first
        self.last: Final = segment.last
        self.size_bytes: Final = sum([len(row.body) + ROW_COST for row in segment.rows])
        self._frames: dict[tuple[int, bool], bytes] = {}

    def frame(self, cursor: int, more: bool) -> bytes:
        """Return the frame for a reader at a cursor, encoding it only the first time."""
        frame = self._frames.get((cursor, more))
        if frame is None:
            frame = self._frames[(cursor, more)] = self._encoded(cursor, more, [])
        return frame

    def frame_without(self, cursor: int, more: bool, own: list[tuple[int, int]]) -> bytes:
        """Return the frame for a reader who pushed some of it itself."""
        return self._encoded(cursor, more, own)

    def _encoded(self, cursor: int, more: bool, own: list[tuple[int, int]]) -> bytes:
        rows = self.segment.rows
        if cursor >= self.first or own:
            rows = tuple(
                [row for row in rows if row.seq > cursor and not any(a <= row.seq < b for a, b in own)]
            )
        segment = self.segment
        return encode(Deltas(segment.stream, cursor, self.last, segment.model, rows, tuple(own), more))


class Tail:
    """What is in memory of one stream's log."""

    def __init__(self) -> None:
        """Start empty."""
        self._pieces: deque[Piece] = deque()
        self._size = 0
        self._others: OrderedDict[tuple[int, int], Piece] = OrderedDict()
        self._left = 0

    def add(self, segment: Segment) -> None:
        """Append what was just committed."""
        self._look_for_leavers(segment)
        last = self._pieces[-1] if self._pieces else None
        if last is not None and (last.last + 1, last.segment.model) != (segment.first, segment.model):
            self._pieces.clear()
            self._size = 0
        piece = Piece(segment)
        self._pieces.append(piece)
        self._size += piece.size_bytes
        while self._size > TAIL_SIZE_MAX and len(self._pieces) > 1:
            self._size -= self._pieces.popleft().size_bytes

    def remember(self, segment: Segment) -> None:
        """Keep a page that was read from the store for the readers that are at the same place."""
        self._look_for_leavers(segment)
        self._put(Piece(segment))

    def _look_for_leavers(self, segment: Segment) -> None:
        """Forget all when a document has left the stream: whoever comes now is not sent what it held."""
        left = max((row.seq for row in segment.rows if not row.body), default=0)
        if left > self._left:
            self._left = left
            self._pieces.clear()
            self._others.clear()
            self._size = 0

    def after(self, cursor: int) -> Piece | None:
        """
        Return what a reader at a cursor gets next: as much as one frame holds; None: read it from the store.

        Cost: O(pieces merged), once for all readers at the same place.
        """
        if not self._pieces or cursor + 1 < self._pieces[0].first:
            return self._other(cursor)
        merged: list[Piece] = []
        size = 0
        for piece in reversed(self._pieces):  # readers are mostly at the very end
            if piece.last <= cursor:
                break
            merged.append(piece)
        merged.reverse()
        count = 0
        for place, piece in enumerate(merged):
            size += piece.size_bytes
            count += len(piece.segment.rows)
            if place and (size > SEGMENT_SIZE_MAX or count > SEGMENT_ROWS_MAX):
                del merged[place:]
                break
        if not merged:  # what follows was written by another process
            return self._other(cursor)
        if len(merged) == 1:
            return merged[0]
        return self._merge(merged)

    def _merge(self, pieces: list[Piece]) -> Piece:
        key = (pieces[0].first, pieces[-1].last)
        known = self._others.get(key)
        if known is None:
            segment = pieces[0].segment
            rows = tuple([row for piece in pieces for row in piece.segment.rows])
            known = Piece(Segment(segment.stream, key[0], key[1], segment.model, rows))
            self._put(known)
        return known

    def _other(self, cursor: int) -> Piece | None:
        for piece in self._others.values():
            if piece.first <= cursor + 1 <= piece.last:
                return piece
        return None

    def _put(self, piece: Piece) -> None:
        self._others[(piece.first, piece.last)] = piece
        if len(self._others) > PIECES_MAX:
            self._others.popitem(last=False)
