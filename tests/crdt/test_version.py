import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt.errors import MalformedOp
from crdt.version import Version

versions = st.dictionaries(st.integers(1, 5), st.integers(0, 4)).map(Version)


@given(versions, versions, versions)
def test_join_is_the_least_version_that_dominates_both(one, other, third):
    joined = one.join(other)
    assert joined == other.join(one)
    assert joined.dominates(one)
    assert joined.dominates(other)
    assert one.join(other.join(third)) == joined.join(third)
    if third.dominates(one) and third.dominates(other):
        assert third.dominates(joined)


@given(versions, versions)
def test_versions_are_partly_ordered(one, other):
    assert (one <= other) == all(one.end(rid) <= other.end(rid) for rid in range(1, 6)) == (other >= one)
    assert (one <= other and other <= one) == (one == other)
    assert (one < other) == (one <= other and one != other) == (other > one)


@given(versions)
def test_a_version_is_a_value_that_survives_encoding(version):
    again = Version(version.encode())
    assert again == version
    assert hash(again) == hash(version)
    assert list(again) == sorted(again)
    assert len(again) == len(list(again))
    assert 0 not in again.encode().values()
    assert repr(version) == f"Version({version.encode()})"


@given(versions, st.integers(1, 6), st.integers(0, 5))
def test_has_says_whether_an_op_was_seen(version, rid, counter):
    assert version.has(rid, counter) == (counter < version.end(rid))


def test_the_encoded_form_is_a_copy():
    version = Version({1: 2})
    version.encode()[1] = 9
    assert version.end(1) == 2
    assert version != {1: 2}
    assert Version() == Version({7: 0})


@pytest.mark.parametrize(
    "ends", [{-1: 1}, {1 << 63: 1}, {1: -1}, {1: 1 << 41}, {True: 1}, {1: 1.5}, {"1": 1}, 7]
)
def test_what_is_out_of_range_is_malformed(ends):
    with pytest.raises(MalformedOp):
        Version(ends)
