"""Addresses in table indexes, in the dialects that devices speak, and what an address is for."""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple, TypeAlias

from agent.mibs.text import mac
from agent.snmp.engine import Oid, Value
from inventory.reading import Scope6

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

# InetAddressType (RFC 4001): octets of the address, octets of the zone index that follows it.
_SIZES = {1: (4, 0), 2: (16, 0), 3: (4, 4), 4: (16, 4)}
_SPARSE_MAC = re.compile(rb"[0-9a-fA-F]{1,2}(?:[:-][0-9a-fA-F]{1,2}){5}")
_ULA = ipaddress.IPv6Network("fc00::/7")
_GLOBAL = ipaddress.IPv6Network("2000::/3")


class Indexed(NamedTuple):
    """An address read from an index, and how many sub-identifiers it took."""

    address: Address
    used: int


def inet_index(index: Oid) -> Indexed | None:
    """The InetAddressType.InetAddress at the start of an index.

    By RFC 4293 the address has its length before it: 1.4.a.b.c.d and 2.16.<16>, with a zone 3.8 and 4.20.
    Some agents leave the length out (1.a.b.c.d, 2.<16>, 4.<16>), or write the zone as one number
    (4.<16>.zone). A length that fits is believed first: no such address begins with that octet in use.
    """
    if not index or index[0] not in _SIZES:
        return None
    octets, zone = _SIZES[index[0]]
    rest = index[1:]
    if rest and rest[0] in (octets, octets + zone) and len(rest) > rest[0]:
        found = _address(rest[1 : 1 + octets])
        return None if found is None else Indexed(found, 2 + rest[0])
    found = _address(rest[:octets])
    if found is None:
        return None
    after = len(rest) - octets
    return Indexed(found, 1 + octets + (after if zone and after in (1, zone) else 0))


def plain_index(index: Oid) -> ipaddress.IPv6Address | None:
    """Sixteen octets of an index, with or without a length octet before them (RFC 2465 has none)."""
    octets = index[1:17] if len(index) == 17 and index[0] == 16 else index[:16]
    found = _address(octets) if len(index) in (16, 17) else None
    return found if isinstance(found, ipaddress.IPv6Address) else None


def prefix_of_pointer(pointer: Value, address: Address) -> int | None:
    """The prefix length at the end of a RowPointer into ipAddressPrefixTable; 0.0 says unknown."""
    if not isinstance(pointer, tuple) or len(pointer) <= 2:
        return None
    return pointer[-1] if 0 <= pointer[-1] <= address.max_prefixlen else None


def prefix_of_mask(mask: Value) -> int | None:
    """The prefix length of an IPv4 netmask; None when its ones are not in front."""
    if not isinstance(mask, bytes) or len(mask) != 4:
        return None
    bits = f"{int.from_bytes(mask, 'big'):032b}"
    return bits.count("1") if "01" not in bits else None


def mac_octets(value: Value) -> bytes:
    """The six octets of a MAC address, or none: raw, or as text, in which single digits may stand for
    octets ("0:1b:c:fb:28:18", the display hint of PhysAddress in RFC 2579)."""
    if not isinstance(value, bytes) or len(value) == 6:
        return value if isinstance(value, bytes) else b""
    if _SPARSE_MAC.fullmatch(value):
        return bytes(int(octet, 16) for octet in value.replace(b"-", b":").split(b":"))
    plain = mac(value)
    return bytes.fromhex(plain.replace(":", "")) if plain else b""


def scope_of(address: ipaddress.IPv6Address) -> Scope6:
    """What an IPv6 address proves: "global" (2000::/3), "ula", "link_local", or "other".

    2001:db8::/32 counts as global, so that the addresses of documents and laboratories behave as real ones.
    """
    if address in _GLOBAL:
        return "global"
    if address in _ULA:
        return "ula"
    return "link_local" if address.is_link_local else "other"


def _address(octets: Oid) -> Address | None:
    if len(octets) not in (4, 16) or not all(0 <= octet <= 255 for octet in octets):
        return None
    return ipaddress.ip_address(bytes(octets))
