"""A process that is shut in has no way to the network, and keeps what it had."""

import platform
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in {"x86_64", "aarch64"},
    reason="the kernel has no such filter",
)
TRIES = """
import ctypes, os, socket, subprocess, sys, threading
import pyoxigraph
from kg.store.shut_in import shut_in

here, there = socket.socketpair()
listener = socket.create_server(("127.0.0.1", 0))
url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
assert shut_in()
said = []

def tried(name, what):
    try:
        what()
    except (OSError, subprocess.CalledProcessError) as error:
        said.append(f"{name}: refused")
    else:
        said.append(f"{name}: it has a way out")

def in_thread():
    thread = threading.Thread(target=tried, args=("thread", lambda: socket.socket()))
    thread.start()
    thread.join()

def in_child():
    code = "import socket; socket.socket(socket.AF_INET6)"
    subprocess.run([sys.executable, "-c", code], check=True, stderr=subprocess.DEVNULL)

def io_uring():
    if ctypes.CDLL(None, use_errno=True).syscall(425, 1, ctypes.create_string_buffer(256)) < 0:
        raise OSError(ctypes.get_errno())

tried("internet", lambda: socket.socket(socket.AF_INET))
tried("datagrams", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
tried("local", lambda: socket.socket(socket.AF_UNIX))
tried("raw", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))
tried("engine", lambda: pyoxigraph.Store().query("SELECT * { SERVICE <%s> { ?a ?b ?c } }" % url).serialize(
    format=pyoxigraph.QueryResultsFormat.JSON))
in_thread()
tried("child", in_child)
tried("io_uring", io_uring)
here.send(b"kept")
said.append(there.recv(9).decode())
print("\\n".join(said))
"""


def test_no_socket_is_opened_by_whatever_means_and_open_ones_stay():
    done = subprocess.run([sys.executable, "-c", TRIES], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    *tries, last = done.stdout.splitlines()
    assert [t for t in tries if not t.endswith(": refused")] == []
    assert len(tries) == 8
    assert last == "kept"


WITH_PORT = """
import ctypes, socket, sys
from kg.store.shut_in import shut_in

one, other = (socket.create_server(("127.0.0.1", 0)) for _ in range(2))
assert shut_in(one.getsockname()[1])
said = {}

def tried(name, what):
    try:
        what()
    except OSError:
        said[name] = "refused"
    else:
        said[name] = "open"

tried("relay", lambda: socket.create_connection(one.getsockname()[:2]))
tried("port", lambda: socket.create_connection(other.getsockname()[:2]))
tried("listen", lambda: socket.create_server(("127.0.0.1", 0)))
for name, family, kind in (("datagrams", socket.AF_INET, socket.SOCK_DGRAM), ("six", socket.AF_INET6, 1),
                           ("local", socket.AF_UNIX, 1)):
    tried(name, lambda: socket.socket(family, kind))
landlock = ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1)
print(landlock, *(f"{name}={how}" for name, how in said.items()))
"""


def test_with_a_port_no_other_way_is_left():
    done = subprocess.run([sys.executable, "-c", WITH_PORT], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    landlock, *said = done.stdout.split()
    ways = {"relay=open", "datagrams=refused", "six=refused", "local=refused"}
    assert ways <= set(said)
    if int(landlock) >= 4:
        assert set(said) - ways == {"port=refused", "listen=refused"}


def test_without_it_the_engine_does_dial():
    # Else the test above could say nothing.
    free = TRIES.replace("assert shut_in()", "listener.close()")
    done = subprocess.run([sys.executable, "-c", free], capture_output=True, text=True, check=False)

    assert "internet: it has a way out" in done.stdout
