"""Other MAC addresses for other people's machines, the same one wherever it stands.

A recording leaves the school. Every MAC address in it but the device's own is replaced, in values, in text
and in indexes, and inside IPv6 addresses made from it (RFC 4291, appendix A), by a locally administered one
that the same address always gets within this recording: tables still join, and nobody can be found.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence

from agent.snmp.engine import Oid, oid

OWN = (oid("1.3.6.1.2.1.2.2.1.6"), oid("1.3.6.1.2.1.17.1.1"))
"""ifPhysAddress, dot1dBaseBridgeAddress: the device's own"""
IN_VALUES = (
    oid("1.3.6.1.2.1.4.22.1.2"),  # ipNetToMediaPhysAddress
    oid("1.3.6.1.2.1.4.35.1.4"),  # ipNetToPhysicalPhysAddress
    oid("1.3.6.1.2.1.55.1.12.1.2"),  # ipv6NetToMediaPhysAddress
    oid("1.3.6.1.2.1.3.1.1.2"),  # atPhysAddress
)
IN_INDEXES = (
    oid("1.3.6.1.2.1.17.4.3.1"),  # dot1dTpFdbTable
    oid("1.3.6.1.2.1.17.7.1.2.2.1"),  # dot1qTpFdbTable
)
_TEXT = re.compile(
    rb"(?i)(?<![0-9a-f])(?:[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}"
    rb"|[0-9a-f]{4}([.-])[0-9a-f]{4}\2[0-9a-f]{4}|[0-9a-f]{12})(?![0-9a-f])"
)
_SEPARATORS = b":-."


class Disguise:
    """Replaces the MAC addresses ``macs`` (six octets each) by others, under a key of this recording."""

    def __init__(self, macs: Iterable[bytes]) -> None:
        key = secrets.token_bytes(32)
        self._by_octets = {mac: _fake(mac, key) for mac in macs}
        self._by_numbers = {tuple(mac): tuple(fake) for mac, fake in self._by_octets.items()}
        pairs = [*self._by_octets.items(), *((_eui64(m), _eui64(f)) for m, f in self._by_octets.items())]
        self._everywhere = dict(pairs)
        self._identifiers = {tuple(real): tuple(fake) for real, fake in pairs if len(real) == 8}

    def __len__(self) -> int:
        return len(self._by_octets)

    def name(self, name: Oid) -> Oid:
        """An OID with the addresses in its index replaced."""
        name = _windows(_windows(name, 6, self._by_numbers), 8, self._identifiers)
        if len(name) < 22 or not _maybe_text(name):
            return name
        head = next(at for at in range(len(name)) if _maybe_text(name[at : at + 12]))
        tail = bytes(number if number < 256 else 0 for number in name[head:])
        text = self._text(tail)
        kept = [new if old < 256 else old for old, new in zip(name[head:], text, strict=True)]
        return (*name[:head], *kept)

    def value(self, octets: bytes) -> bytes:
        """A value with the addresses in it replaced, as octets and as text of any spelling."""
        if len(octets) in (6, 8):
            return self._everywhere.get(octets) or self._text(octets)
        for size in (6, 8) if 6 < len(octets) <= 64 else ():
            for at in range(len(octets) - size + 1):
                if fake := self._everywhere.get(octets[at : at + size]):
                    octets = octets[:at] + fake + octets[at + size :]
        return self._text(octets)

    def _text(self, octets: bytes) -> bytes:
        return _TEXT.sub(self._respelled, octets)

    def _respelled(self, found: re.Match[bytes]) -> bytes:
        said = found.group()
        fake = self._by_octets.get(bytes.fromhex(said.translate(None, _SEPARATORS).decode("ascii")))
        if fake is None:
            return said
        digits = iter(fake.hex().upper() if said.upper() == said else fake.hex())
        return bytes(sign if sign in _SEPARATORS else ord(next(digits)) for sign in said)


def machines_in(
    octets_of: Mapping[Oid, bytes], names: Iterable[Oid], stations: Sequence[Oid] = ()
) -> set[bytes]:
    """The MAC addresses in a walk that are not the device's own.

    ``octets_of`` are the octet strings by OID, ``names`` all OIDs; ``stations`` are the entries of makers'
    tables whose index begins with the MAC address of a wireless client.
    """
    own, found = set[bytes](), set[bytes]()
    for name, octets in octets_of.items():
        if _is_under(name, OWN):
            own.add(octets)
        elif len(octets) == 6 and (_is_under(name, IN_VALUES) or not _is_text(octets)):
            found.add(octets)
        else:
            # Twelve bare digits may be a serial number: replaced only if the address is known elsewhere.
            found |= {_plain(match.group()) for match in _TEXT.finditer(octets) if len(match.group()) > 12}
            found |= _identified(octets)
    for name in names:
        if _is_under(name, IN_INDEXES):
            found |= _octets(name[-6:])
        elif root := next((root for root in stations if name[: len(root)] == root), None):
            index = name[len(root) + 1 :]
            found |= _octets(index[1:7] if len(index) == 7 and index[0] == 6 else index[:6])
        found |= _identified(name)
    return {mac for mac in found - own if any(mac) and not mac[0] & 1}


def _fake(mac: bytes, key: bytes) -> bytes:
    return b"\x02" + hashlib.blake2b(mac, digest_size=5, key=key).digest()


def _eui64(mac: bytes) -> bytes:
    """The interface identifier that a machine makes of its MAC address."""
    return bytes((mac[0] ^ 2, mac[1], mac[2], 0xFF, 0xFE)) + mac[3:]


def _identified(numbers: Sequence[int]) -> set[bytes]:
    """The MAC addresses behind interface identifiers in 16 octets, or in an index that holds them."""
    found = set[bytes]()
    at = -1
    while 0xFF in numbers[at + 1 :]:
        at = numbers.index(0xFF, at + 1)
        part = tuple(numbers[at - 3 : at + 5]) if at >= 11 else ()
        if len(part) == 8 and part[4] == 0xFE:
            found |= _octets((part[0] ^ 2, *part[1:3], *part[5:]))
    return found


def _octets(numbers: Sequence[int]) -> set[bytes]:
    return {bytes(numbers)} if len(numbers) == 6 and all(number < 256 for number in numbers) else set()


def _windows(name: Oid, size: int, fakes: Mapping[Oid, Oid]) -> Oid:
    for at in range(7, len(name) - size + 1):
        if fake := fakes.get(name[at : at + size]):
            name = (*name[:at], *fake, *name[at + size :])
    return name


def _is_under(name: Oid, roots: Iterable[Oid]) -> bool:
    return any(name[: len(root)] == root for root in roots)


def _plain(spelled: bytes) -> bytes:
    return bytes.fromhex(spelled.translate(None, _SEPARATORS).decode("ascii"))


def _is_text(octets: bytes) -> bool:
    return all(0x20 <= octet < 0x7F for octet in octets)


def _maybe_text(numbers: Oid) -> bool:
    signs = b"0123456789abcdefABCDEF:-."
    run = 0
    for number in numbers:
        run = run + 1 if number < 128 and number in signs else 0
        if run >= 12:
            return True
    return False
