"""Tables as aligned lines."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.transfer.markdown_reader import read_markdown
from app.transfer.tables import ROW_LENGTH_MAX, display_width, is_table, table_lines

cells = st.text(st.sampled_from("ab |\\漢🙂é*`-:"), max_size=6)


def test_columns_line_up_also_with_wide_letters():
    assert table_lines([["a", "漢字漢"], ["long", "b"]], ["left", "center"]) == [
        "| a    | 漢字漢 |",
        "| :--- | :----: |",
        "| long | b      |",
    ]


@given(
    st.integers(1, 4).flatmap(
        lambda n: st.lists(st.lists(cells, min_size=n, max_size=n), min_size=1, max_size=4)
    )
)
def test_lines_written_bare_are_read_back_as_the_same_lines(rows):
    lines = table_lines(rows, [])
    if is_table(lines):
        read = read_markdown("\n".join(lines))
        assert [("".join(text for text, _ in spans), a) for spans, a in read] == [
            (line, {"kind": "code", "language": "table"}) for line in lines
        ]


def test_rows_of_different_lengths_are_filled_up():
    assert table_lines([["a"], ["b", "c"]], []) == ["| a   |     |", "| --- | --- |", "| b   | c   |"]


def test_a_very_wide_table_is_not_padded():
    lines = table_lines([["x"] * 3, ["y" * ROW_LENGTH_MAX, "", ""]], [])
    assert len(lines[0]) < 40


def test_other_lines_are_no_table():
    for lines in ([], ["| a |"], ["| a |", "| b |"], ["| a | b |", "| --- |"], ["a | b", "--- | ---"]):
        assert not is_table(lines)


def test_combining_letters_take_no_column():
    assert display_width("e\u0301漢") == 3
