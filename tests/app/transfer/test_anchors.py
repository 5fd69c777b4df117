"""Names that Markdown gives to headings besides their text."""

from __future__ import annotations

import pytest

from app.transfer.anchors import anchors_of

TEXT = """<!-- Old headings. -->

<a id="old"></a>
<a name='older'></a>

## New <a id=inner></a>words

<a id="lost"></a>
Some text.

## Next of `Box<T>` and [a *link*](x.md) {#own}

```
<a id="code"></a>
## not this
```

### Last ##
#### Deeper {#old}
"""


def test_a_name_stands_for_the_heading_behind_it():
    assert anchors_of(TEXT) == {
        "old": "New words",
        "older": "New words",
        "inner": "New words",
        "own": "Next of `Box<T>` and a *link* {#own}",
    }


@pytest.mark.parametrize(
    "text", ["", "<a id=x></a>", "## Heading", "<a id='x y'></a>\n# H", "~~~\n<a id=x></a>\n# H"]
)
def test_where_no_heading_has_a_name_there_is_none(text):
    assert anchors_of(text) == {}


def test_a_fence_ends_with_its_own_sign_alone():
    assert anchors_of("````\n```\n<a id=x></a>\n# H\n````\n<a id=y></a>\n# I") == {"y": "I"}


def test_a_hostile_line_costs_little():
    for line in (
        "<a id=" * 100_000,
        "[" * 300_000,
        "# " + "{#" * 200_000,
        "# " + "[a](" * 100_000,
        "<a " + " " * 500_000,
    ):
        assert anchors_of(line) == {}
