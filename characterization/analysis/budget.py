"""A time that a computation may take: the limited process keeps a table whose analysis does not come to an end."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class TookTooLong(BaseException):
    """The time is over. Not an Exception, so that what a computation catches by itself does not swallow it."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raises TookTooLong inside the block when so many seconds have passed.

    Only a main thread can be interrupted, between two steps of Python; a single call of numpy or polars ends first.
    In another thread the block has all the time it takes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handler = signal.signal(signal.SIGALRM, _raise)
    timer = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, *timer)


def _raise(_number: int, _frame: FrameType | None) -> None:
    raise TookTooLong
