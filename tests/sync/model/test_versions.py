"""Which models there are, and the way between them."""

import pytest

from sync.model import v1, v2, versions


def test_new_stores_get_the_newest_model() -> None:
    assert versions.NEWEST == v2.MODEL
    assert versions.model_of("2.7") is v2
    assert versions.model_of("1.0") is v1


def test_a_major_that_this_program_does_not_know_is_known_as_such() -> None:
    assert not versions.is_known("3.0")
    assert versions.is_known("2.9")


def test_a_person_may_name_a_version_by_its_major() -> None:
    assert versions.version_named("1") == "1.0"
    with pytest.raises(ValueError, match=r"1\.0, 2\.0"):
        versions.version_named("3")


def test_there_is_no_way_to_go_where_one_is_already() -> None:
    assert versions.chain("notes", "2.0", "2.0").is_empty
    assert versions.chain("folders", "1.0", "2.0").is_empty
    assert len(versions.chain("notes", "1.0", "2.0").lenses) == 1
