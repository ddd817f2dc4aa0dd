"""Files that one process holds at a time."""

import sys
from typing import BinaryIO


def locked(stream: BinaryIO) -> bool:
    """Whether this process could take the lock of an open file. The system lets go of it when the process ends."""
    try:
        if sys.platform == "win32":
            import msvcrt

            stream.seek(1 << 30)  # a byte that nothing is written at
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
