"""Patches: compared by what they say, shown as they are written."""

import pytest

from crdt.patch import (
    BlockSet,
    Deleted,
    Formatted,
    Inserted,
    ItemPlaced,
    ItemRemoved,
    ValueSet,
)

PATCHES = [
    (Inserted, (3, "abc", {"bold": True})),
    (Deleted, (3, 2)),
    (Formatted, (3, 5, {"bold": True})),
    (BlockSet, (3, {"kind": "quote"})),
    (ValueSet, ("title", [1, {"a": None}])),
    (ItemPlaced, ("12-3f", 4)),
    (ItemRemoved, ("12-3f", 4)),
]
OTHER = {3: 4, 2: 9, 5: 6, 4: 7, "abc": "abd", "title": "other", "12-3f": "12-40"}


def changed(value):
    return {"italic": True} if isinstance(value, dict) else None if isinstance(value, list) else OTHER[value]


@pytest.mark.parametrize(("kind", "fields"), PATCHES)
def test_patches_are_equal_when_they_say_the_same(kind, fields):
    one, other = kind(*fields), kind(*fields)
    assert one == other
    assert hash(one) == hash(other)
    for place, value in enumerate(fields):
        differs = kind(*fields[:place], changed(value), *fields[place + 1 :])
        assert one != differs
    assert one != fields
    assert all(one != other_kind(*others) for other_kind, others in PATCHES if other_kind is not kind)


@pytest.mark.parametrize(("kind", "fields"), PATCHES)
def test_a_patch_shows_how_to_make_it_again(kind, fields):
    patch = kind(*fields)
    assert eval(repr(patch)) == patch
    assert [getattr(patch, name) for name in kind.__match_args__] == list(fields)


def test_patches_can_be_matched():
    found: list[object] = []
    for kind, fields in PATCHES:
        match kind(*fields):
            case Inserted(index, text, _):
                found.append((index, text))
            case Deleted(index, count):
                found.append((index, count))
            case Formatted(start, end, _):
                found.append((start, end))
            case BlockSet(index, _) | ItemPlaced(_, index) | ItemRemoved(_, index):
                found.append(index)
            case ValueSet(key, _):
                found.append(key)
    assert found == [(3, "abc"), (3, 2), (3, 5), 3, "title", 4, 4]
