"""A question is answered once or not at all."""

import threading

import pytest

from app.question import Question, Unanswered


def test_the_answer_comes_from_the_other_thread():
    question = Question(threading.get_ident)
    thread = threading.Thread(target=question.answer, args=((),))
    thread.start()
    assert question.wait(5) == thread.ident
    thread.join()


def test_an_error_of_the_world_is_raised_where_it_was_asked():
    def work():
        raise OSError("disk")

    question = Question(work)
    question.answer((OSError,))
    with pytest.raises(OSError, match="disk"):
        question.wait(1)


def test_nobody_answers_somebody_who_has_gone():
    done = []
    question = Question(lambda: done.append(1))
    with pytest.raises(Unanswered):
        question.wait(0.01)
    question.answer(())
    assert done == []


def test_work_that_has_begun_is_waited_for():
    begun, go = threading.Event(), threading.Event()

    def work():
        begun.set()
        go.wait(5)
        return 3

    question = Question(work)
    thread = threading.Thread(target=question.answer, args=((),))
    thread.start()
    begun.wait(5)
    threading.Timer(0.05, go.set).start()
    assert question.wait(0.02 * 10) == 3
    thread.join()


def test_a_bug_in_the_work_is_raised_where_it_happens():
    def work():
        raise AssertionError("ours")

    question = Question(work)
    with pytest.raises(AssertionError):
        question.answer((OSError,))
    with pytest.raises(Unanswered):
        question.wait(0.01)
