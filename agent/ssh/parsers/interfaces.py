"""IPv6 on the interfaces: addresses, and whether router advertisements go out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.mibs.inet import scope_of
from agent.ssh.text import ipv6, says_none
from agent.ssh.told import OnPort, RaState, Told
from inventory.reading import Ipv6Address

_HEAD = re.compile(
    r"^(?:[Ii]nterface\s+)?(?!IPv6\b|Line\b|Internet\b|MTU\b|No\b|Description\b)"
    r"(?P<name>(?:\d{2,3})?[A-Za-z][\w./:-]*(?: \d[\w./:-]*)?),?"
    r"(?:\s+current state\b.*|\s+is\b.*|\s+\[.*|, Interface status.*|\s*\(.*\)\s+is.*|:\s.*\bmtu\b.*)$"
)
_ADDRESS = re.compile(r"(?<![\w:])(?=\S*:\S*:)([0-9A-Fa-f:.]{3,45})(?:/(\d{1,3}))?(?![\w:])")
_SUBNET = re.compile(r"subnet is\s+\S+?/(\d{1,3})", re.IGNORECASE)
_OTHERS = re.compile(
    r"group address|multicast|FF0\d:|^\s*prefix\b|joined|ND |neighbou?r addr|resolver|dns|virtual",
    re.IGNORECASE,
)
_GLOBAL_HEAD = re.compile(r"(?:unicast )?address(?:es|\(es\))?:?\s*$|INET6:", re.IGNORECASE)
_SENT = re.compile(
    r"router advertisements? (?:are sent|live for|max interval|interval)"
    r"|suppress RA\s*:\s*(?:disabled|false|no)\b",
    re.IGNORECASE,
)
_NOT_SENT = re.compile(
    r"(?:RAs?|router advertisements?) (?:are|is) (?:suppressed|not sent|disabled|halted)"
    r"|suppress RA\s*:\s*(?:enabled|true|yes)\b",
    re.IGNORECASE,
)
_ND = re.compile(r"\bND (?:DAD|reachable|NUD|retransmit)", re.IGNORECASE)
_MANAGED = re.compile(
    r"hosts use DHCP(?:v6)? to (?:obtain|get) (?:routable |global )?address"
    r"|\"managed address configuration\" flag\s*:\s*true|^Flags: M",
    re.IGNORECASE | re.MULTILINE,
)
_STATELESS = re.compile(
    r"hosts use stateless autoconfig|\"managed address configuration\" flag\s*:\s*false|^Flags: !M",
    re.IGNORECASE | re.MULTILINE,
)
_OTHER = re.compile(
    r"hosts use DHCP(?:v6)? to (?:obtain|get) other|\"other stateful configuration\" flag\s*:\s*true"
    r"|^Flags: !?MO",
    re.IGNORECASE | re.MULTILINE,
)
_TIMER = re.compile(r"RA timer is (stopped|\w+)", re.IGNORECASE)
_ORIGINS = (("DHCP", "dhcp"), ("AUTOCFG", "linklayer"), ("CAL", None))


def blocks(lines: Sequence[str]) -> Told | None:
    """ "display ipv6 interface", "show ipv6 interface": one block an interface."""
    heads = [(place, found) for place, line in enumerate(lines) if (found := _HEAD.match(line))]
    if not heads:
        return Told(addresses=[], ra=[]) if says_none(lines) else None
    addresses: list[OnPort[Ipv6Address]] = []
    states = []
    ends = [place for place, _found in heads[1:]] + [len(lines)]
    for (start, found), end in zip(heads, ends, strict=True):
        block = list(lines[start:end])
        own = [(found["name"], address) for address in _addresses(block[1:])]
        addresses += own
        states.append(_ra(found["name"], block, bool(own)))
    return Told(addresses=addresses, ra=states)


def _addresses(block: Sequence[str]) -> list[Ipv6Address]:
    found: dict[str, Ipv6Address] = {}
    foreign = False
    for line in block:
        if re.match(r"(?i)\s*IPv6 subnet:", line):
            continue
        if _OTHERS.search(line) and "link-local address is" not in line.lower():
            foreign = not _GLOBAL_HEAD.search(line) or "group" in line.lower()
            continue
        if _GLOBAL_HEAD.search(line):
            foreign = False
        if foreign and not line[:1].strip() and not re.search(r"(?i)link-local address|subnet is", line):
            continue
        for address in _of_line(line):
            found.setdefault(address.address, address)
    return list(found.values())


def _of_line(line: str) -> list[Ipv6Address]:
    """The address of a line; what follows "subnet is" is its network."""
    head = re.split(r"subnet is", line, flags=re.IGNORECASE)[0]
    match = _ADDRESS.search(head)
    address = ipv6(match.group(1)) if match else None
    if match is None or address is None or address.is_multicast or address.is_unspecified:
        return []
    subnet = _SUBNET.search(line)
    length = int(match.group(2) or (subnet.group(1) if subnet else 0))
    marks = " ".join(re.findall(r"\[([^\]]*)\]", line)).upper()
    origin = next((word for mark, word in _ORIGINS if mark in marks), None)
    scope = scope_of(address)
    return [Ipv6Address(address=str(address), prefix_length=length or None, scope=scope, origin=origin)]


def _ra(name: str, block: Sequence[str], has_address: bool) -> RaState:
    text = "\n".join(block)
    off = re.search(r"(?i)ipv6 is (?:disabled|down)|no ipv6 address", text) is not None
    sends: bool | None = None
    if _NOT_SENT.search(text):
        sends = False
    elif _SENT.search(text):
        sends = True
    elif _ND.search(text):
        # Systems that speak of neighbour discovery here add these lines only where advertisements go out.
        sends = False
    managed = True if _MANAGED.search(text) else (False if _STATELESS.search(text) else None)
    other = _OTHER.search(text) is not None
    return RaState(
        interface=name,
        enabled=False if off else (True if has_address else None),
        sends_ra=sends,
        managed=managed if sends else None,
        other_config=other if sends else None,
    )


def plain(lines: Sequence[str]) -> Told | None:
    """The addresses of ``blocks`` alone, for systems that print the interval of advertisements whether any go
    out or not."""
    told = blocks(lines)
    return told and Told(addresses=told.addresses)


def ra_info(lines: Sequence[str]) -> Told | None:
    """ "show ipv6 interface PORT ra-info": the timer runs while advertisements go out."""
    text = "\n".join(lines)
    head = re.search(r"(?m)^\s*(\w[\w/ -]*?):\s*(?:UP|DOWN)\b", text)
    timer = _TIMER.search(text)
    if head is None or timer is None:
        return None
    sends = timer.group(1).lower() != "stopped"
    state = RaState(
        interface=head.group(1),
        sends_ra=sends,
        managed=_MANAGED.search(text) is not None if sends else None,
        other_config=_OTHER.search(text) is not None if sends else None,
    )
    return Told(ra=[state])


def linux(lines: Sequence[str]) -> Told | None:
    """ "ip -6 address show": a line with the interface, lines with "inet6 ADDRESS/LENGTH scope ..."."""
    addresses: list[OnPort[Ipv6Address]] = []
    name = ""
    for line in lines:
        head = re.match(r"\d+: ([^:@]+)[@:]", line)
        found = re.match(r"\s+inet6 ([0-9a-fA-F:.]+)/(\d+) (?:peer \S+ )?scope (\w+)(.*)", line)
        name = head.group(1) if head else name
        address = ipv6(found.group(1)) if found else None
        if found is None or address is None or address.is_loopback:
            continue
        origin = "linklayer" if "mngtmpaddr" in found.group(4) or "kernel_ra" in found.group(4) else None
        length = int(found.group(2))
        told = Ipv6Address(address=str(address), prefix_length=length, scope=scope_of(address), origin=origin)
        addresses.append((name, told))
    return Told(addresses=addresses) if name or says_none(lines) else None
