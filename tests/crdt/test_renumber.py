import pytest

from crdt.object_ops import ITEM_INSERT, ITEM_MOVE, ITEM_REMOVE, MAKE, REMOVE, SET, TEXT
from crdt.ops import FLIP, MARK
from crdt.renumber import renamed_op, restamped_op

RENAMED = (
    ([SET, 1, 0, 5, 0, 0, "k", 1], [SET, 9, 0, 5, 0, 0, "k", 1]),
    ([SET, 1, 0, 5, 1, 2, [1, 3], 1], [SET, 9, 0, 5, 9, 2, [9, 3], 1]),
    ([MAKE, 2, 0, 5, 1, 2, "k", "map"], [MAKE, 2, 0, 5, 9, 2, "k", "map"]),
    ([REMOVE, 2, 0, 5, 3, 1, (1, 1)], [REMOVE, 2, 0, 5, 3, 1, [9, 1]]),
    ([ITEM_INSERT, 1, 1, 1, 1, 1, "V", 0, 1], [ITEM_INSERT, 9, 1, 1, 9, 1, "V", 0, 1]),
    ([ITEM_MOVE, 2, 0, 1, 1, 2, 1, 3, "V"], [ITEM_MOVE, 2, 0, 1, 9, 2, 9, 3, "V"]),
    ([ITEM_REMOVE, 2, 1, 1, 2, 1, 1, 1], [ITEM_REMOVE, 2, 1, 1, 2, 1, 9, 1]),
    ([FLIP, 1, 1, 1, 1, 1, 2, 1], [FLIP, 9, 1, 1, 9, 1, 2, 1]),
    ([TEXT, 1, 1, [1, 1, 1, "1"]], [TEXT, 9, 1, [1, 9, 1, "1"]]),
    ([TEXT, 2, 1, [0, 2, 1, 1, "x", 1, 1, -2, 1]], [TEXT, 2, 1, [0, 2, 1, 1, "x", 9, 1, -2, 1]]),
    (
        [TEXT, 2, 1, [MARK, 2, 1, 1, 1, "bold", 1, 1, 1, 1, 1, 1, 1]],
        [TEXT, 2, 1, [MARK, 2, 1, 1, 1, "bold", 1, 9, 1, 1, 9, 1, 1]],
    ),
    ([40, 1, 1, 1], [40, 9, 1, 1]),
)


@pytest.mark.parametrize(("op", "expected"), RENAMED)
def test_one_replica_is_renamed_wherever_an_op_names_it(op, expected):
    before = repr(op)
    assert renamed_op(op, 1, 9) == expected
    assert repr(op) == before


def test_every_time_an_op_competes_with_is_replaced():
    assert restamped_op([SET, 1, 0, 5, 0, 0, "k", 5], 77) == [SET, 1, 0, 77, 0, 0, "k", 5]
    assert restamped_op([FLIP, 1, 1, 5, 1, 1, 2, 1], 77) == [FLIP, 1, 1, 77, 1, 1, 2, 1]
    mark = [MARK, 2, 1, 1, 5, "bold", 1, 1, 1, 1, 1, 1, 1]
    assert restamped_op([TEXT, 2, 1, mark], 77) == [TEXT, 2, 1, [*mark[:4], 77, *mark[5:]]]
    assert mark[4] == 5
    for op in ([TEXT, 1, 1, [1, 1, 1, "5"]], [40, 1, 1, 5]):
        assert restamped_op(op, 77) == op
