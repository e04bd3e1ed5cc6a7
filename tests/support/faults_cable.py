"""A cable between two network namespaces that a program carries, frame by frame, and can make bad.

Each namespace has a veth into a third one; there this process moves frames between the two by packet sockets.
So packets can be lost, held back, or let through in one direction only, on kernels without netem and hosts
without nft.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import random
import select
import socket
import struct
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from netns import Namespace, namespaces

_NEW_NET = 0x40000000
_ALL = 0x0003  # ETH_P_ALL
_SIOCETHTOOL = 0x8946
_OFFLOADS = (0x17, 0x1F, 0x24, 0x2C)  # ETHTOOL_STXCSUM, _STSO, _SGSO, _SGRO
SCHOOL, COUNTY = "192.0.2.2", "192.0.2.1"


@dataclass(slots=True)
class Cable:
    """``up_loss`` is the share of frames lost on their way to the county, ``down_loss`` on their way back;
    1 is a line that carries nothing."""

    school: Namespace
    county: Namespace
    seed: int
    up_loss: float = 0.0
    down_loss: float = 0.0
    carried: int = 0
    lost: int = 0
    _ends: list[socket.socket] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def set(self, up_loss: float, down_loss: float | None = None) -> None:
        self.up_loss = up_loss
        self.down_loss = up_loss if down_loss is None else down_loss

    def rate(self, bits: str) -> None:
        """Let no more than this through on the school's end, such as 64kbit."""
        self.school.run(
            "tc", "qdisc", "add", "dev", "eth0", "root", "tbf", "rate", bits, "burst", "2kb", "latency", "2s"
        )

    def widen(self) -> None:
        """Full speed again."""
        self.school.run("tc", "qdisc", "del", "dev", "eth0", "root")

    def pull(self) -> None:
        self.school.ip("link", "set", "eth0", "down")

    def plug(self) -> None:
        self.school.ip("link", "set", "eth0", "up")

    def carry(self) -> None:
        """Move frames until told to stop."""
        rng = random.Random(self.seed)
        up, down = self._ends
        while not self._stop.is_set():
            for end in select.select(self._ends, [], [], 0.1)[0]:
                with contextlib.suppress(OSError):
                    frame, address = end.recvfrom(65536)
                    if address[2] == socket.PACKET_OUTGOING:
                        continue
                    if rng.random() < (self.up_loss if end is up else self.down_loss):
                        self.lost += 1
                        continue
                    (down if end is up else up).send(frame)
                    self.carried += 1


@contextlib.contextmanager
def cable(seed: int) -> Iterator[Cable]:
    """A school (192.0.2.2) and a county (192.0.2.1) on one cable."""
    with namespaces("school", "middle", "county") as (school, middle, county):
        for space, name in ((school, "toschool"), (county, "tocounty")):
            command = ["ip", "-n", space.name, "link", "add", "eth0", "type", "veth"]
            subprocess.run([*command, "peer", "name", name, "netns", middle.name], check=True)
            space.ip("link", "set", "eth0", "up")
            middle.ip("link", "set", name, "up")
            with _inside(space):
                _no_offloads("eth0")
        school.ip("addr", "add", f"{SCHOOL}/24", "dev", "eth0")
        county.ip("addr", "add", f"{COUNTY}/24", "dev", "eth0")
        one = Cable(school, county, seed)
        with _inside(middle):
            for name in ("toschool", "tocounty"):
                _no_offloads(name)
                end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL))
                end.bind((name, 0))
                one._ends.append(end)
        thread = threading.Thread(target=one.carry, daemon=True)
        thread.start()
        try:
            yield one
        finally:
            one._stop.set()
            thread.join(10)
            for end in one._ends:
                end.close()


@contextlib.contextmanager
def _inside(space: Namespace) -> Iterator[None]:
    """This thread in another network namespace; a socket made there stays there."""
    libc = ctypes.CDLL(None, use_errno=True)
    with Path("/proc/self/ns/net").open() as home, Path(f"/run/netns/{space.name}").open() as away:
        if libc.setns(away.fileno(), _NEW_NET):
            raise OSError(ctypes.get_errno(), "setns")
        try:
            yield
        finally:
            libc.setns(home.fileno(), _NEW_NET)


def _no_offloads(name: str) -> None:
    """Whole checksums and no joined segments: what a packet socket sees must be what a wire would carry."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        for command in _OFFLOADS:
            value = ctypes.create_string_buffer(struct.pack("II", command, 0))
            request = struct.pack("16sP", name.encode(), ctypes.addressof(value))
            with contextlib.suppress(OSError):
                fcntl.ioctl(any_socket, _SIOCETHTOOL, request)
