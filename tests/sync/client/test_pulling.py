"""The way in: only what continues the cursor, states whole or not at all, credit for what is on disk."""

from hypothesis import given
from hypothesis import strategies as st

from crdt import Document, Stamp
from sync.client import events as e
from sync.client.pulling import stamp_of
from sync.protocol import messages as m
from sync.protocol.chain import CHAIN_START, chain_next
from sync.protocol.rows import Head, LoggedDelta, StateChunk, StateEnd
from tests.support.engine_bench import EPOCH, NOTES, Bench
from tests.support.library import FOREIGN, foreign_note, named


def logged(first=1):
    _, bodies = foreign_note()
    return tuple(LoggedDelta(seq, FOREIGN, body) for seq, body in enumerate(bodies, first))


def page(state, start=0, stop=None, **changed):
    """A page with a piece of one document's state."""
    name, body = state
    chunk = StateChunk(name, 5, start, len(body), body[start:stop])
    return m.State(**{"stream": NOTES, "epoch": EPOCH, "to": 40, "documents": (chunk,), **changed})


def digest(*states):
    link = CHAIN_START
    for name, state in states:
        link = chain_next(link, name, state)
    return link


def state_of(document=FOREIGN):
    return document, foreign_note()[0].encode()


def test_deltas_that_continue_the_cursor_are_stored_and_shown(bench):
    bench.live()
    bench.hear(m.Deltas(NOTES, 0, 2, "1.0", logged()))
    (remote,) = bench.did(e.Remote)
    assert (remote.document, len(remote.deltas)) == (FOREIGN, 2)
    assert bench.store.stream(NOTES).cursor == 2
    assert bench.desk.body(FOREIGN) == "from elsewhere"


def test_what_is_written_after_a_remote_delta_is_later_than_it(bench):
    bench.live()
    bench.desk.wall.ms = 1_000_000_000
    bench.desk.ticker.correct(0)
    bench.hear(m.Deltas(NOTES, 0, 0, "1.0", ()))
    bench.desk.wall.ms = 1_760_000_000_000 - 100
    bench.hear(m.Deltas(NOTES, 0, 2, "1.0", logged()))
    assert bench.desk.ticker.stamp().ms >= 1_760_000_000_001


def test_a_duplicate_is_dropped_and_a_gap_is_pulled_once(bench):
    bench.live()
    bench.hear(m.Deltas(NOTES, 0, 2, "1.0", logged()))
    bench.did(e.Remote)
    bench.sent()
    bench.hear(m.Deltas(NOTES, 0, 2, "1.0", logged()))
    assert bench.did(e.Remote) == []
    bench.hear(m.Deltas(NOTES, 5, 7, "1.0", logged(6)), m.Deltas(NOTES, 7, 9, "1.0", logged(8)))
    (pull,) = bench.sent(m.Pull)
    assert (pull.cursor, pull.epoch) == (2, EPOCH)
    assert bench.store.stream(NOTES).cursor == 2
    assert bench.engine.status.inbound == "behind"


def test_what_a_poke_promised_is_asked_for_when_it_does_not_come_by_itself(bench):
    bench.live()
    bench.hear(m.Poke((Head(NOTES, 4), Head("unknown" * 3 + "x/notes", 9))))
    assert bench.engine.status.inbound == "behind"
    bench.wait(4_900)
    bench.hear(m.Deltas(NOTES, 0, 2, "1.0", logged()))
    bench.wait(4_900)
    assert bench.sent(m.Pull) == []
    bench.wait(200)
    assert [(pull.stream, pull.cursor) for pull in bench.sent(m.Pull)] == [(NOTES, 2)]
    bench.hear(m.Deltas(NOTES, 2, 4, "1.0", ()))
    bench.wait(10_000)
    assert bench.sent(m.Pull) == []
    assert bench.engine.status.inbound == "up_to_date"


def test_credit_goes_back_when_enough_has_gathered_or_after_half_a_second(bench):
    bench.live()
    bench.sent()
    bench.hear(m.Deltas(NOTES, 0, 2, "1.0", logged()))
    assert bench.sent(m.Received) == []
    bench.wait(600)
    (received,) = bench.sent(m.Received)
    assert received.cursors == ((NOTES, 2),)
    assert received.bytes > 100


def test_the_cursor_past_our_own_deltas_is_stored_with_the_credit(bench):
    bench.live()
    bench.hear(m.Deltas(NOTES, 0, 9, "1.0", (), ((1, 10),)))
    assert bench.store.stream(NOTES).cursor == 0
    assert bench.engine.status.inbound == "up_to_date"
    bench.wait(600)
    assert bench.store.stream(NOTES).cursor == 9


def test_the_first_transfer_shows_page_by_page_and_sets_the_cursor_at_its_end(bench):
    bench.live(via="state", head=40)
    one, two = state_of(named(1, "s")), state_of(named(2, "s"))
    bench.hear(page(one, after=one[0]))
    assert bench.did(e.Reset) == [e.Reset(one[0])]
    assert bench.store.has(one[0])
    assert bench.store.stream(NOTES).cursor == 0
    half = len(two[1]) // 2
    bench.hear(page(two, 0, half, after=one[0]))
    end = StateEnd(40, 2, digest(one, two))
    bench.hear(page(two, half, after=two[0], end=end))
    assert bench.store.stream(NOTES).cursor == 40
    assert bench.desk.body(two[0]) == "from elsewhere"
    assert bench.engine.status.inbound == "up_to_date"


def test_a_later_transfer_stays_invisible_until_its_end_and_goes_on_after_a_break(tmp_path):
    bench = Bench(tmp_path / "library.sqlite3")
    bench.live(head=2)
    bench.hear(m.Deltas(NOTES, 0, 2, "1.0", logged()))
    bench.feed(e.Lost(""))
    bench.now = bench.engine.wake_ms
    bench.feed(e.Ticked())
    bench.feed(e.Opened())
    bench.sent()
    bench.hear(bench.welcome(), bench.notice())
    bench.grant(via="state", head=40, last_n=0)
    one, two = state_of(named(1, "s")), state_of(named(2, "s"))
    bench.hear(page(one, after=one[0]))
    assert not bench.store.has(one[0])
    bench.feed(e.Lost(""))
    bench.now = bench.engine.wake_ms
    bench.feed(e.Ticked())
    bench.feed(e.Opened())
    bench.sent()
    bench.hear(bench.welcome(), bench.notice())
    bench.grant(via="state", head=40)
    assert (bench.asked[NOTES].to, bench.asked[NOTES].after) == (40, one[0])
    end = StateEnd(40, 1, digest(two))
    bench.hear(page(two, after=two[0], end=end))
    assert bench.store.has(one[0])
    assert bench.store.has(two[0])
    assert bench.store.stream(NOTES).cursor == 40
    bench.desk.crash()


def test_a_document_that_begins_again_within_a_transfer_counts_once_as_it_is_then(bench):
    bench.live(via="state", head=40)
    before = state_of()
    theirs, _ = foreign_note()
    theirs.edit(Stamp(1_760_000_000_009, 0, 99), lambda edit: edit.text(("body",)).insert(0, "news "))
    now = (FOREIGN, theirs.encode())
    bench.hear(page(before, 0, len(before[1]) // 2))
    bench.hear(page(now, 0, len(now[1]) // 2))
    bench.hear(page(now, len(now[1]) // 2, after=FOREIGN, end=StateEnd(40, 1, digest(now))))
    assert bench.store.stream(NOTES).cursor == 40
    assert bench.desk.body(FOREIGN) == "news from elsewhere"
    assert bench.engine.status.inbound == "up_to_date"


def test_a_transfer_that_does_not_add_up_starts_again(bench):
    bench.live(via="state", head=40)
    one = state_of()
    end = StateEnd(40, 1, bytes(8))
    bench.hear(page(one, after=one[0], end=end))
    assert bench.store.stream(NOTES).cursor == 0
    bench.wait(1_000)
    assert [row.epoch for one in bench.sent(m.Subscribe) for row in one.streams] == [0]


def test_states_asked_for_by_name_are_merged_and_leave_the_cursor(bench):
    bench.live()
    one = state_of()
    end = StateEnd(0, 1, digest(one))
    bench.hear(page(one, to=0, end=end, id=1))
    assert bench.did(e.Reset) == [e.Reset(FOREIGN)]
    assert bench.store.stream(NOTES).cursor == 0
    assert bench.desk.body(FOREIGN) == "from elsewhere"


def test_a_remote_delta_leaves_unsent_edits_of_the_same_note_alone(bench):
    bench.live()
    bench.hear(m.Deltas(NOTES, 0, 2, "1.0", logged()))
    bench.desk.notebook = NOTES[:22]
    bench.desk.type(FOREIGN, "mine ", 0)
    bench.feed(e.Written(now=True))
    (push,) = bench.sent(m.Push)
    theirs, _ = foreign_note()
    more = theirs.edit(Stamp(1_760_000_000_009, 0, 99), lambda edit: edit.set(("pinned",), True))
    bench.hear(m.Deltas(NOTES, 2, 3, "1.0", (LoggedDelta(3, FOREIGN, more.encode()),)))
    assert bench.desk.body(FOREIGN) == "mine from elsewhere"
    assert bench.store.unsent(NOTES, 0, count=9, size=1 << 20)[0].body == push.deltas[0].body


@given(
    st.integers(1, (1 << 63) - 1), st.integers(2, (1 << 47) - 1), st.integers(0, 65_535), st.integers(0, 300)
)
def test_the_stamp_of_a_delta_is_read_without_its_ops(rid, ms, count, before):
    note = Document(rid)
    if before:
        note.edit(Stamp(1, 0, rid), lambda edit: [edit.set(("pinned",), n % 2 == 0) for n in range(before)])
    stamp = Stamp(ms, count, rid)
    delta = note.edit(stamp, lambda edit: edit.set(("created_ms",), 1))
    assert stamp_of(delta.encode()) == stamp


@given(st.binary(max_size=40))
def test_bytes_that_are_no_delta_have_no_stamp_or_a_harmless_one(body):
    stamp = stamp_of(body)
    assert stamp is None or isinstance(stamp, Stamp)


def test_a_stamp_that_nobody_believes_does_not_hide_the_others(bench):
    bench.live()
    _, bodies = foreign_note()
    far, _ = foreign_note(rid=77)
    odd = far.edit(Stamp(1_990_000_000_000, 0, 77), lambda edit: edit.set(("pinned",), True))
    bench.desk.wall.ms = 1_760_000_000_000 - 200_000
    rows = tuple(LoggedDelta(seq, FOREIGN, body) for seq, body in enumerate([*bodies, odd.encode()], 1))
    bench.hear(m.Deltas(NOTES, 0, 3, "1.0", rows))
    assert 1_760_000_000_001 <= bench.desk.ticker.stamp().ms < 1_800_000_000_000
