"""Which way this computer would send: the kernel's own answer, policy routes included, over rtnetlink.

Nothing is sent to anybody. On a system other than Linux the way is unknown, and tests go without it.
"""

from __future__ import annotations

import errno
import socket
import struct
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from pathlib import Path

_GET_ROUTE, _NEW_ROUTE, _ERROR = 26, 24, 2  # RTM_GETROUTE, RTM_NEWROUTE, NLMSG_ERROR (linux/rtnetlink.h)
_REQUEST = 1  # NLM_F_REQUEST
_DST, _OIF, _GATEWAY, _PREFSRC = 1, 4, 5, 7  # RTA_*
_BAD_TYPES = {6: "no_route", 7: "no_route", 8: "prohibited"}  # RTN_BLACKHOLE, _UNREACHABLE, _PROHIBIT
_HEADER = struct.Struct("=IHHII")
_ROUTE = struct.Struct("=BBBBBBBBI")
_ATTRIBUTE = struct.Struct("=HH")
_NO_ROUTE = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EINVAL})

_SPEEDS = Path("/sys/class/net")
_ADDRESSES = Path("/proc/net/if_inet6")


@dataclass(frozen=True, slots=True)
class Route:
    """The way to an address. ``reason`` is set where there is none; all None: not known on this system."""

    interface: str | None = None
    source: str | None = None
    gateway: str | None = None
    reason: str | None = None


UNKNOWN = Route()


def route_to(address: str) -> Route:
    """The kernel's route to an address (RTM_GETROUTE)."""
    if not hasattr(socket, "AF_NETLINK"):
        return UNKNOWN
    packed = ip_address(address.partition("%")[0]).packed
    family = socket.AF_INET if len(packed) == 4 else socket.AF_INET6
    route = _ROUTE.pack(family, len(packed) * 8, 0, 0, 0, 0, 0, 0, 0)
    body = route + _ATTRIBUTE.pack(_ATTRIBUTE.size + len(packed), _DST) + packed
    question = _HEADER.pack(_HEADER.size + len(body), _GET_ROUTE, _REQUEST, 1, 0) + body
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, 0) as link:
            link.settimeout(1.0)
            link.send(question)
            return _parsed(link.recv(65536))
    except (OSError, struct.error):
        return UNKNOWN


def nic_mbps(interface: str | None, speeds: Path = _SPEEDS) -> float | None:
    """Mbit/s of a network card as the kernel tells it (/sys/class/net/*/speed); None where it does not:
    virtual machines, loopback, wireless, a link that is down."""
    if not interface:
        return None
    try:
        mbps = int((speeds / interface / "speed").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    return float(mbps) if 0 < mbps < 2**31 else None


def own_ipv6(addresses: Path = _ADDRESSES) -> list[IPv6Address]:
    """This computer's own IPv6 addresses (/proc/net/if_inet6), link-local ones too; empty elsewhere."""
    try:
        lines = addresses.read_text(encoding="ascii").splitlines()
        return [IPv6Address(bytes.fromhex(line.split()[0])) for line in lines if line.strip()]
    except (OSError, ValueError):
        return []


def _parsed(answer: bytes) -> Route:
    _length, kind, _flags, _seq, _pid = _HEADER.unpack_from(answer)
    if kind == _ERROR:
        number = -struct.unpack_from("=i", answer, _HEADER.size)[0]
        if number in _NO_ROUTE:
            return Route(reason="no_route")
        return Route(reason="prohibited" if number == errno.EACCES else None)
    if kind != _NEW_ROUTE:
        return UNKNOWN
    route_type = _ROUTE.unpack_from(answer, _HEADER.size)[7]
    if reason := _BAD_TYPES.get(route_type):
        return Route(reason=reason)
    found = _attributes(answer[_HEADER.size + _ROUTE.size :])
    oif = found.get(_OIF)
    return Route(
        interface=_interface(struct.unpack("=I", oif)[0]) if oif else None,
        source=_text(found.get(_PREFSRC)),
        gateway=_text(found.get(_GATEWAY)),
    )


def _attributes(data: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    while len(data) >= _ATTRIBUTE.size:
        length, kind = _ATTRIBUTE.unpack_from(data)
        if length < _ATTRIBUTE.size:
            break
        found[kind] = data[_ATTRIBUTE.size : length]
        data = data[(length + 3) & ~3 :]
    return found


def _interface(index: int) -> str | None:
    try:
        return socket.if_indextoname(index)
    except OSError:
        return None


def _text(packed: bytes | None) -> str | None:
    return str(ip_address(packed)) if packed else None
