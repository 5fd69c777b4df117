"""What is wrong with an input: one family, so that a caller can catch all of it and nothing else."""

import pytest

from crdt.errors import CausalGap, ClockAhead, CrdtError, LimitExceeded, MalformedOp, OutOfRange


@pytest.mark.parametrize("error", [CausalGap, ClockAhead, LimitExceeded, MalformedOp, OutOfRange])
def test_every_error_of_ours_is_a_crdt_error_and_a_value_error(error):
    assert issubclass(error, CrdtError)
    assert issubclass(error, ValueError)
    assert not issubclass(error, AssertionError)


def test_an_index_out_of_range_is_what_callers_of_sequences_expect():
    with pytest.raises(IndexError):
        raise OutOfRange("index 5 is outside a text of 3 characters")


def test_errors_that_ask_for_different_answers_do_not_catch_each_other():
    kinds = (CausalGap, ClockAhead, LimitExceeded, MalformedOp)
    assert not any(issubclass(one, other) for one in kinds for other in kinds if one is not other)
