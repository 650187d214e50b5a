"""Children that do not outlive their parent, even one killed with -9.

Linux sends a child the signal it asked for when its parent dies (prctl, PR_SET_PDEATHSIG). Elsewhere the next
start finds what was left and ends it.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def follow_parent(signum: int = signal.SIGTERM) -> None:
    """Asks the kernel to send this process `signum` when its parent ends."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, signum, 0, 0, 0)


def tied(signum: int = signal.SIGTERM) -> Callable[[], None]:
    """A `preexec_fn`: the child follows its parent, and ends at once if that died in between."""
    parent = os.getpid()

    def before_exec() -> None:
        follow_parent(signum)
        if LIBC is not None and os.getppid() != parent:
            os._exit(1)

    return before_exec
