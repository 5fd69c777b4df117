"""A call answers whoever asked, once they want it, and says when nobody listens."""

from app.call import Call


def test_the_result_goes_to_whoever_asked():
    seen = []
    Call(lambda library: None, seen.append, None).answer(3)
    Call(lambda library: None, None, None).answer(4)
    assert seen == [3]


def test_a_failure_that_nobody_takes_is_said():
    seen, error = [], OSError()
    assert Call(lambda library: None, None, seen.append).answer_failed(error)
    assert seen == [error]
    assert not Call(lambda library: None, None, None).answer_failed(error)


def test_after_cancelling_nothing_is_told():
    seen = []
    call = Call(lambda library: None, seen.append, seen.append)
    call.cancel()
    call.answer(1)
    assert call.answer_failed(OSError())
    assert seen == []
