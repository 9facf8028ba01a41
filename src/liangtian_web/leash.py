"""Run a program that cannot outlive us: `python -I -S leash.py SIGNAL UID GID PARENT PROGRAM [ARG…]`.

The kernel sends SIGNAL to the program when our thread that started it ends, even by kill −9. A small program of its
own, not `preexec_fn`, because code between fork and exec is unsafe beside threads. It imports nothing of the project:
it also starts the database as another user, who need not be able to read us. UID −1 keeps the user.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Drop privileges first: changing the user clears the parent-death signal."""
    signal_number, uid, gid, parent = (int(value) for value in sys.argv[1:5])
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    if os.getppid() != parent:  # the parent died before the leash was on
        sys.exit(1)
    os.execv(sys.argv[5], sys.argv[5:])  # noqa: S606


if __name__ == "__main__":
    main()
