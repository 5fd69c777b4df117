"""
A question from one thread to another, asked once and answered at most once.

The asker waits for a bounded time; an answer that would come after that is not given at all, so that nothing
happens for somebody who has gone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Unanswered(Exception):
    """Nobody answered in time, and nobody will."""


class Question(Generic[T]):
    """One question. `answer` on one thread, `wait` on another."""

    def __init__(self, work: Callable[[], T]) -> None:
        """`work` gives the answer, on the thread of whoever answers."""
        self._work = work
        self._lock = threading.Lock()
        self._answered = threading.Event()
        self._taken = False
        self._given: list[T] = []
        self._error: Exception | None = None

    def answer(self, world: tuple[type[Exception], ...]) -> None:
        """
        Do the work, unless the asker has gone.

        Args:
            world: Errors that are passed to the asker; any other is raised here, and the asker waits in vain.
        """
        with self._lock:
            if self._taken:
                return
            self._taken = True
        try:
            self._given.append(self._work())
        except world as error:
            self._error = error
        self._answered.set()

    def wait(self, seconds: float) -> T:
        """
        The answer.

        Args:
            seconds: How long to wait for somebody to begin with it; work that has begun is waited for again
                as long.

        Raises:
            Unanswered: Nobody did; nobody will.
            Whatever of `world` the work raised.
        """
        if not self._answered.wait(seconds):
            with self._lock:
                begun, self._taken = self._taken, True
            if not begun or not self._answered.wait(seconds):
                raise Unanswered
        if self._error is not None:
            raise self._error
        return self._given[0]
