"""Stage 6, how a query worker loses the network: the kernel refuses it every new socket.

Strangers' queries are read before they run, so that none asks another server; this holds if that reading is
ever wrong. It needs no rights, and is kept by whatever the process starts. Where the kernel has no such
filter, the reading alone holds.
"""

import ctypes
import errno
import platform
import struct
import sys
from typing import Final

_NO_NEW_PRIVILEGES: Final = 38
_SECCOMP: Final = 22
_FILTER: Final = 2
_ARCHITECTURES: Final = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
"""By machine: what the kernel calls it, and its number of the call `socket`."""
_IO_URING: Final = 425
"""By which a socket can be had too."""
_OTHER_NUMBERS: Final = 0x40000000
"""From here on the calls of x86_64 have other names for themselves (x32)."""
_LOAD, _EQUAL, _LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER, _ARCHITECTURE = 0, 4
"""Where the kernel puts them for the filter."""
_ALLOW: Final = 0x7FFF0000
_REFUSE: Final = 0x00050000 | errno.EACCES


def shut_in() -> bool:
    """Let this process, its threads to come and its children open no socket; return whether that is so now.

    What is open stays open. It must be called before other threads are started.
    """
    known = _ARCHITECTURES.get(platform.machine())
    if sys.platform != "linux" or known is None:
        return False
    code = _program(*known)
    held = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("@HP", len(code) // 8, ctypes.addressof(held))
    prctl = ctypes.CDLL(None).prctl
    zero = ctypes.c_ulong(0)
    if prctl(_NO_NEW_PRIVILEGES, ctypes.c_ulong(1), zero, zero, zero):
        return False
    return not prctl(_SECCOMP, ctypes.c_ulong(_FILTER), program, zero, zero)


def _program(architecture: int, socket: int) -> bytes:
    """Return the filter: a jump goes on so many lines further, when it is so and when not."""
    lines = (
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 0, 5, architecture),
        (_LOAD, 0, 0, _NUMBER),
        (_LEAST, 3, 0, _OTHER_NUMBERS),
        (_EQUAL, 2, 0, socket),
        (_EQUAL, 1, 0, _IO_URING),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    )
    return b"".join(struct.pack("=HBBI", *line) for line in lines)
