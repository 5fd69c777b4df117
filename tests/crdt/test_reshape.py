"""Documents in another shape; the laws on generated histories are in tests/sync/model/test_lenses.py."""

from crdt import Document, Stamp
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
    from crdt import Delta

    made = Delta(5, 1, 2, Stamp(2, 0, 5), [[17, 5, 1, Stamp(2, 0, 5).time, 0, 0, "odd", "graph"]])
    inside = Delta(5, 2, 3, Stamp(3, 0, 5), [[16, 5, 2, Stamp(3, 0, 5).time, 5, 1, "n", 1]])
    document.apply(made)
    arrived = reshape(Document.decode(document.encode(), 5), Upper())
    document.apply(inside)
    arrived.apply(reshape_delta(arrived, inside, Upper()))
    assert arrived.encode() == reshape(document, Upper()).encode()
