"""Stage 6, how a query worker loses the network: the kernel refuses it every new socket, or all but one way.

Strangers' queries are read before they run, so that none asks another server; this holds if that reading is
ever wrong. It needs no rights, and is kept by whatever the process starts. Where the kernel has no such
filter, the reading alone holds.
"""

import ctypes
import errno
import os
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
_LOAD, _AND, _EQUAL, _LEAST, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
_NUMBER, _ARCHITECTURE, _FIRST, _SECOND = 0, 4, 16, 24
"""Where the kernel puts call, machine and arguments for the filter."""
_INTERNET, _STREAM, _KINDS = 2, 1, 0xF
_ALLOW: Final = 0x7FFF0000
_REFUSE: Final = 0x00050000 | errno.EACCES
_RULES, _RULE, _RESTRICT = 444, 445, 446
"""The calls of Landlock, by which the kernel (6.7 and later) tells one port from another."""
_BIND, _CONNECT, _PORTS = 1, 2, 2


def shut_in(port: int = 0) -> bool:
    """Let this process, its threads to come and its children open no socket; return whether that is so now.

    With a port, TCP over IPv4 is left to it, and where the kernel can tell, to that port only. What is open
    stays open. It must be called before other threads are started.
    """
    known = _ARCHITECTURES.get(platform.machine())
    if sys.platform != "linux" or known is None:
        return False
    zero = ctypes.c_ulong(0)
    prctl = ctypes.CDLL(None).prctl
    if prctl(_NO_NEW_PRIVILEGES, ctypes.c_ulong(1), zero, zero, zero):
        return False
    if port:
        _leave_port(port)
    code = _program(*known, streams=bool(port))
    held = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("@HP", len(code) // 8, ctypes.addressof(held))
    return not prctl(_SECCOMP, ctypes.c_ulong(_FILTER), program, zero, zero)


def _leave_port(port: int) -> None:
    """Let TCP go to this port only, where the kernel knows how."""
    call = ctypes.CDLL(None).syscall
    rules = call(_RULES, struct.pack("=QQ", 0, _BIND | _CONNECT), ctypes.c_size_t(16), 0)
    if rules < 0:
        return
    if not call(_RULE, rules, _PORTS, struct.pack("=QQ", _CONNECT, port), 0):
        call(_RESTRICT, rules, 0)
    os.close(rules)


def _program(architecture: int, socket: int, *, streams: bool) -> bytes:
    """Return the filter: a jump goes on so many lines further, when it is so and when not."""
    lines = (
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 0, 10, architecture),
        (_LOAD, 0, 0, _NUMBER),
        (_LEAST, 8, 0, _OTHER_NUMBERS),
        (_EQUAL, 7, 0, _IO_URING),
        (_EQUAL, 0 if streams else 6, 5, socket),
        (_LOAD, 0, 0, _FIRST),
        (_EQUAL, 0, 4, _INTERNET),
        (_LOAD, 0, 0, _SECOND),
        (_AND, 0, 0, _KINDS),
        (_EQUAL, 0, 1, _STREAM),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    )
    return b"".join(struct.pack("=HBBI", *line) for line in lines)
