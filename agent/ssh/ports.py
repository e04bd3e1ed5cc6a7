"""Names of ports and interfaces: one port has several, by the page and the person that writes it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from inventory.reading import Interface

_SHORT = {
    "fa": "fastethernet",
    "fe": "fastethernet",
    "ge": "gigabitethernet",
    "gi": "gigabitethernet",
    "gei": "gigabitethernet",
    "xge": "xgigabitethernet",
    "te": "tengigabitethernet",
    "tf": "tfgigabitethernet",
    "mge": "multige",
    "twe": "twentyfivegige",
    "fge": "fortygige",
    "fo": "fortygigabitethernet",
    "hge": "hundredgige",
    "hu": "hundredgige",
    "et": "ethernet",
    "eth": "ethernet",
    "vl": "vlan",
    "vlanif": "vlan",
    "vlaninterface": "vlan",
    "bagg": "bridgeaggregation",
    "ragg": "routeaggregation",
    "ag": "aggregateport",
    "po": "portchannel",
    "tengigabitethernet": "xgigabitethernet",
    "tengige": "xgigabitethernet",
}
"""Abbreviations that are no beginnings of the long name, or that two makers use."""

_SPLIT = re.compile(r"^([A-Za-z][A-Za-z-]*?)[-_ ]?(\d[\d/.:]*)$|^(\d+[A-Za-z]+)[ ]?(\d[\d/.:]*)$")
PORT = re.compile(
    r"^(?!(?:icmpv6|ipv6|ipv4|nd6?)$)(?:(?:\d{2,3})?[A-Za-z][A-Za-z-]*[-_. ]?\d+(?:[/.:]\d+)*|\d+(?:/\d+)+)$",
    re.IGNORECASE,
)
"""What a port's name looks like."""

_MAC = re.compile(
    r"(?:[0-9a-f]{1,2}[:-]){5}[0-9a-f]{1,2}|(?:[0-9a-f]{4}[.:-]){2}[0-9a-f]{4}|[0-9a-f]{6}-[0-9a-f]{6}",
    re.IGNORECASE,
)


def tidy_mac(word: str) -> str | None:
    """A MAC address as aa:bb:cc:dd:ee:ff, from any of the ways to write it; None for anything else."""
    if not _MAC.fullmatch(word.strip()):
        return None
    parts = re.split(r"[:.-]", word.strip().lower())
    digits = "".join(part.zfill(2) for part in parts) if len(parts) == 6 else "".join(parts)
    return bytes.fromhex(digits).hex(":")


def key(name: str) -> str:
    """One key for all ways to write a name: "GE1/0/1", "GigabitEthernet 1/0/1", "gi1/0/1"."""
    plain = _plain(name)
    found = _SPLIT.match(plain)
    if found is None:
        return plain
    word, place = (found.group(1) or found.group(3)).replace("-", ""), found.group(2) or found.group(4)
    word = _SHORT.get(word, word)
    return f"{_SHORT.get(word, word)}{place}"


class Ports:
    """Finds the ifIndex of a port by its name. The name as it stands goes before other ways to write it: some
    switches have both an interface Vlan1 and a bridge port VLAN-1."""

    def __init__(self, interfaces: Iterable[Interface]) -> None:
        self._exact: dict[str, set[int]] = {}
        self._by_key: dict[str, set[int]] = {}
        for port in interfaces:
            for name in (port.name, port.descr):
                if name:
                    self._exact.setdefault(_plain(name), set()).add(port.if_index)
                    self._by_key.setdefault(key(name), set()).add(port.if_index)

    def if_index(self, name: str | None) -> int | None:
        """The ifIndex of the one port with this name; None where there is none, or more than one."""
        if not name:
            return None
        found = self._exact.get(_plain(name)) or self._by_key.get(key(name), set())
        return next(iter(found)) if len(found) == 1 else None


def _plain(name: str) -> str:
    return re.sub(r"\s+", "", name.casefold())
