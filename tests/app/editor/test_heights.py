"""Rows of different heights: a list of numbers is the model."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.editor.heights import Heights

changes = st.lists(
    st.tuples(st.integers(0, 400), st.integers(0, 400), st.integers(0, 300), st.integers(1, 60)), max_size=8
)


@given(changes, st.integers(-10, 20_000))
def test_rows_begin_where_those_before_them_end(made, place):
    rows, model = Heights(), []
    for first, length, count, height in made:
        first = min(first, len(model))
        stop = min(first + length, len(model))
        rows.splice(first, stop, count, float(height))
        kept = min(count, stop - first)
        model[first:stop] = model[first : first + kept] + [height] * (count - kept)
        if model:
            rows.set(first % len(model), height + 1.0)
            model[first % len(model)] = height + 1
    assert len(rows) == len(model)
    assert [rows[number] for number in range(len(rows))] == model
    assert rows.total == sum(model)
    assert all(rows.top(number) == sum(model[:number]) for number in range(0, len(model) + 1, 37))
    number = rows.at(place)
    if not model or place < 0:
        assert number == 0
    elif place >= sum(model):
        assert number == len(model) - 1
    else:
        assert sum(model[:number]) <= place < sum(model[: number + 1])
