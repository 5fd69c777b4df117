"""Tables as aligned lines."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.transfer.markdown_reader import read_markdown
from app.transfer.tables import LINE_WIDTH_MAX, display_width, is_table, table_lines

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


def test_a_wide_table_is_padded_as_far_as_a_screen_reaches():
    lines = table_lines([["a", "b", "c"], ["x" * 10, "y" * 200, "z" * 50], ["x", "y" * 29, "z"]], [])
    assert lines == [
        f"| a          | b{' ' * 29} | c |",
        f"| {'-' * 10} | {'-' * 30} | {'-' * 30} |",
        f"| {'x' * 10} | {'y' * 200} | {'z' * 50} |",
        f"| x          | {'y' * 29}  | z |",
    ]
    assert len(lines[1]) == LINE_WIDTH_MAX
    assert is_table(lines)


def test_behind_a_long_cell_columns_line_up_again_as_soon_as_they_can():
    head, long, short = ["a", "b", "c", "d"], ["x", "y" * 60, "z" * 30, "v"], ["x", "y" * 40, "z", "w"]
    lines = table_lines([head, long, short, ["x", "y", "z", "w"]], [])
    assert lines[3].index("z") > lines[4].index("z")
    assert lines[3].index("w") == lines[4].index("w") == lines[0].index("d")


def test_a_table_that_just_fits_is_padded_whole_and_one_column_more_is_not():
    fits = LINE_WIDTH_MAX - 2 * 3 - 1
    assert len(table_lines([["a", "b"], ["x" * 3, "y" * (fits - 3)]], [])[0]) == LINE_WIDTH_MAX
    wider = table_lines([["a", "b"], ["x" * 3, "y" * (fits - 2)]], [])
    assert [len(line) for line in wider] == [len("| a   | b |"), LINE_WIDTH_MAX, LINE_WIDTH_MAX + 1]


def test_many_columns_keep_three_places_each():
    lines = table_lines([["a"] * 50, ["long word"] * 50], [])
    assert lines[0] == "| " + "a   | " * 49 + "a |"


def test_other_lines_are_no_table():
    for lines in ([], ["| a |"], ["| a |", "| b |"], ["| a | b |", "| --- |"], ["a | b", "--- | ---"]):
        assert not is_table(lines)


def test_combining_letters_take_no_column():
    assert display_width("e\u0301漢") == 3
