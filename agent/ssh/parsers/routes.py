"""IPv6 default routes from routing tables; other routes are read past."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agent.ssh.ports import PORT
from agent.ssh.text import ipv6, says_none
from agent.ssh.told import OnPort, Told
from inventory.reading import Ipv6Route

_FIRST = "Destination|Prefix|Dest"
_PAIR = re.compile(r"([A-Z][A-Za-z ]*?)\s*:\s+(\S+)")
_TABLE = re.compile(
    r"rout(?:e|ing) (?:table|entries)|destinations?\b|codes:|\bvia\b|^inet6?\.0|ipv6 routes|forwarding table"
    r"|^vrf|nexthop|dst-address",
    re.IGNORECASE | re.MULTILINE,
)
_PREFIX = re.compile(r"(?<![\w:.%])((?:[0-9A-Fa-f]{0,4}:){1,7}[0-9A-Fa-f:.]*)/(\d{1,3})(?![\w/])")
_DEFAULT = re.compile(
    r"(?<![\w:])::/0(?!\d)|^\s*default (?=via\b|dev\b|proto\b|$)", re.IGNORECASE | re.MULTILINE
)
_VIA = re.compile(r"(?:\bvia\b|>?\s+to\b)\s+(\S+)(.*)", re.IGNORECASE)
_DIRECT = re.compile(r"directly connected,?\s+(\S.*)|\bdev\s+(\S+)|\bvia\s+(\S+)\s*$", re.IGNORECASE)
_LOST = re.compile(r"\s*\[[A-Z]\w*/\d+\]")
"""A route that lost to another protocol's has no asterisk before [Protocol/Preference]."""
_NOT_A_PORT = re.compile(
    r"^\[|^\d|^(?:metric|weight|static|proto|pref|expires|onlink|[0-9wdhms:]+)$", re.IGNORECASE
)


def blocks(lines: Sequence[str]) -> Told | None:
    """Tables of one block a route: "Destination : ::", "PrefixLength : 0", "NextHop : ..."."""
    text = "\n".join(lines)
    parts = re.split(rf"(?m)^(?=\s*(?:{_FIRST})\s*:)", text)
    if len(parts) == 1:
        return via(lines)
    found: list[OnPort[Ipv6Route]] = []
    for block in parts:
        pairs = {name.strip().casefold().replace(" ", ""): value for name, value in _PAIR.findall(block)}
        where = pairs.get("destination") or pairs.get("prefix") or pairs.get("dest", "")
        if where == "::/0" or (where == "::" and pairs.get("prefixlength") == "0"):
            gate, _mark, zone = (pairs.get("nexthop") or pairs.get("gateway", "")).partition("%")
            found.append((pairs.get("interface") or zone or None, Ipv6Route(next_hop=_next_hop(gate))))
    return _sure(found, text)


def via(lines: Sequence[str]) -> Told | None:
    """Tables where the prefix stands before "via NEXT-HOP, PORT" (or "> to NEXT-HOP via PORT"), in one line
    or in the lines below it."""
    if not _TABLE.search("\n".join(lines)) and not _DEFAULT.search("\n".join(lines)) and not says_none(lines):
        return None
    found = [route for line in _of_default(lines) if (route := _route(line)) is not None]
    return _sure(found, "\n".join(lines))


def columns(lines: Sequence[str]) -> Told | None:
    """Tables of one line a route, with the prefix in it, then next hop and port in some order."""
    if not _TABLE.search("\n".join(lines)) and not says_none(lines):
        return None
    found: list[OnPort[Ipv6Route]] = []
    for place, line in enumerate(lines):
        after = _DEFAULT.split(line, maxsplit=1)
        if len(after) == 2:
            words = after[1].split()
            if not any(ipv6(word) for word in words):
                words = " ".join(lines[place + 1 : place + 2]).split()
            found.append(_of_words(words))
    return _sure(found, "\n".join(lines))


def pairs(lines: Sequence[str]) -> Told | None:
    """Records of name=value: dst-address=::/0 gateway=fe80::1%ether1 immediate-gw=..."""
    text = "\n".join(lines)
    if "=" not in text and not says_none(lines):
        return None
    records = re.split(r"(?m)^(?=[^=\n]*\bdst-address=)", text)
    found: list[OnPort[Ipv6Route]] = []
    for record in records:
        cells = dict(re.findall(r"([\w-]+)=(\"[^\"]*\"|\S+)", record))
        flags = re.match(r"\s*(?:\d+\s+)?([A-Za-z ]*?)\s*dst-address=", record)
        active = flags is not None and "A" in flags.group(1)
        if cells.get("dst-address") == "::/0" and active:
            gate, _mark, port = cells.get("gateway", "").strip('"').partition("%")
            found.append((port or None, Ipv6Route(next_hop=_next_hop(gate))))
    return Told(routes=_each_once(found))


def _sure(found: Sequence[OnPort[Ipv6Route]], text: str) -> Told | None:
    """The routes; None where a default route is mentioned and was not understood: that is no empty table."""
    mentioned = any(_LOST.match(text[hit.end() :]) is None for hit in _DEFAULT.finditer(text))
    return None if mentioned and not found else Told(routes=_each_once(found))


def _of_default(lines: Sequence[str]) -> Iterator[str]:
    """The lines that belong to the default route."""
    inside = False
    for line in lines:
        here = _DEFAULT.search(line)
        if here:
            rest = line[here.end() :]
            inside = _LOST.match(rest) is None
            if inside and rest.strip():
                yield rest
        elif _PREFIX.search(line.split(" via ")[0]) or _LOST.match(line):
            inside = False
        elif inside and line.strip():
            yield line


def _route(line: str) -> OnPort[Ipv6Route] | None:
    found = _VIA.search(line)
    if found is None:
        direct = _DIRECT.search(line)
        words = next((group for group in direct.groups() if group), "") if direct else ""
        port = _port(re.split(r"[,\s]+", words)) if words else None
        return (port, Ipv6Route()) if port else None
    hop = _next_hop(found.group(1).rstrip(","))
    rest = [word for word in re.split(r"[,\s]+", found.group(2)) if word not in ("", "via", "dev")]
    zone = found.group(1).rstrip(",").partition("%")[2]
    if hop is None and ipv6(found.group(1)) is None:
        rest = [found.group(1).rstrip(","), *rest]
    return zone or _port(rest), Ipv6Route(next_hop=hop)


def _of_words(words: Sequence[str]) -> OnPort[Ipv6Route]:
    hop = next((found for word in words if (found := _next_hop(word)) is not None), None)
    return _port([word for word in words if ipv6(word) is None]), Ipv6Route(next_hop=hop)


def _port(words: Sequence[str]) -> str | None:
    """The first word, or word and number ("VLAN 10"), that may be a port."""
    for place, word in enumerate(words):
        joined = f"{word} {words[place + 1]}" if place + 1 < len(words) else ""
        if joined and re.fullmatch(r"[A-Za-z][A-Za-z-]+ \d[\d/.:]*", joined):
            return joined
        if word and not _NOT_A_PORT.match(word) and (PORT.match(word) or "/" in word or place == 0):
            return word
    return None


def _next_hop(word: str) -> str | None:
    found = ipv6(word)
    return None if found is None or found.is_unspecified else str(found)


def _each_once(routes: Sequence[OnPort[Ipv6Route]]) -> list[OnPort[Ipv6Route]]:
    return list({(port, route.next_hop): (port, route) for port, route in routes}.values())
