"""Documents in another shape; the laws on generated histories are in tests/sync/model/test_lenses.py."""

from crdt import Delta, Document, Stamp
from crdt.object_ops import MAKE
from crdt.reshape import Target, reshape, reshape_delta


class Upper:
    """Every key of the root in capitals; numbers doubled."""

    genesis = None

    def target(self, place, key):
        return Target(None, key.upper() if not place else key)

    def convert(self, path, value, time_ms):
        return value * 2 if isinstance(value, int) else value

    def origin(self, place):
        return (place[0].lower(), *place[1:]) if place else ()


def written(rid: int = 5) -> tuple[Document, list]:
    document = Document(rid)
    deltas = []

    def edit(ms, intent) -> None:
        deltas.append(document.edit(Stamp(ms, 0, rid), intent))

    edit(1, lambda e: (e.make(("map",), "map"), e.make(("text",), "text"), e.make(("list",), "array")))
    edit(2, lambda e: (e.set(("map", "n"), 2), e.set(("n",), 3), e.text(("text",)).insert(0, "words")))
    edit(3, lambda e: e.append(("list",), 4))
    edit(4, lambda e: e.append(("list",), kind="map"))
    item = document.items(("list",))[1][0]
    edit(5, lambda e: e.set(("list", item, "k"), 5))
    return document, deltas


def test_every_container_and_value_is_found_at_its_new_place() -> None:
    document, _ = written()
    found = reshape(document, Upper())
    assert found.to_value() == {"LIST": [8, {"k": 10}], "MAP": {"n": 4}, "N": 6, "TEXT": "words"}
    found.check()


def test_deltas_arrive_where_the_state_went() -> None:
    document, deltas = written()
    arrived = Document(9)
    for delta in deltas:
        arrived.apply(reshape_delta(arrived, delta, Upper()))
    assert arrived.encode() == reshape(document, Upper()).encode()


def test_what_was_typed_can_still_be_undone() -> None:
    document, _ = written()
    found = reshape(document, Upper())
    found.undo(Stamp(9, 0, 5))
    assert found.value(("TEXT",)) == ""


def test_an_op_on_a_container_of_an_unknown_kind_stays_as_it_is() -> None:
    document = Document(5)
    document.edit(Stamp(1, 0, 5), lambda e: e.set(("n",), 1))
    made = Delta(5, 1, 2, Stamp(2, 0, 5), [[17, 5, 1, Stamp(2, 0, 5).time, 0, 0, "odd", "graph"]])
    inside = Delta(5, 2, 3, Stamp(3, 0, 5), [[16, 5, 2, Stamp(3, 0, 5).time, 5, 1, "n", 1]])
    document.apply(made)
    arrived = reshape(Document.decode(document.encode(), 5), Upper())
    document.apply(inside)
    arrived.apply(reshape_delta(arrived, inside, Upper()))
    assert arrived.encode() == reshape(document, Upper()).encode()


class Grouped(Upper):
    """Marks of the root move into a map that the shape makes; numbers that are odd become nothing."""

    genesis = Delta(7, 0, 1, Stamp(1, 0, 7), [[MAKE, 7, 0, Stamp(1, 0, 7).time, 0, 0, "marks", "map"]])

    def target(self, place, key):
        return Target((7, 0), key) if not place and key in ("red", "blue") else Target(None, key)

    def convert(self, path, value, time_ms):
        return None if isinstance(value, int) and value % 2 else value

    def origin(self, place):
        return place[1:] if place[:1] == ("marks",) else place


def test_slots_go_into_a_container_that_the_shape_makes_and_values_may_become_nothing() -> None:
    document, deltas = Document(5), []
    deltas.append(document.edit(Stamp(2, 0, 5), lambda e: (e.set(("red",), 2), e.set(("blue",), 3))))
    deltas.append(document.edit(Stamp(3, 0, 5), lambda e: (e.set(("n",), 4), e.make(("list",), "array"))))

    def within(e):
        e.append(("list",), 6)
        e.append(("list",), None)
        e.make(("map",), "map")
        e.set(("map", "k"), 10)

    deltas.append(document.edit(Stamp(4, 0, 5), within))
    item = document.items(("list",))[1][0]
    deltas.append(document.edit(Stamp(5, 0, 5), lambda e: e.set(("list", item), 8)))
    deltas.append(document.edit(Stamp(6, 0, 5), lambda e: e.remove(("n",))))
    found = reshape(document, Grouped())
    assert found.to_value() == {"marks": {"red": 2}, "list": [6, 8], "map": {"k": 10}}
    arrived = Document(9)
    arrived.apply(Grouped.genesis)
    for delta in deltas:
        arrived.apply(reshape_delta(arrived, delta, Grouped()))
    assert arrived.to_value() == found.to_value()
    assert arrived.encode() == found.encode()
    found.check()
