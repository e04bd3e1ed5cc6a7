"""IPv6 neighbour tables: one line, or one block, a machine."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.ssh.ntc import STATES, state_word
from agent.ssh.ports import PORT, tidy_mac
from agent.ssh.text import ipv6, says_none
from agent.ssh.told import NeighborSeen, Told

_HEAD = re.compile(r"ipv6 addr|link-?layer|neighbou?r|address\s*=|lladdr|\bmac\b|ifname=", re.IGNORECASE)
_PAIR = re.compile(r"([A-Z][A-Za-z0-9 /-]*?)\s*:\s+(\S+)")


def rows(lines: Sequence[str]) -> Told | None:
    """Tables with an IPv6 address, a MAC address, a port and perhaps a state in every line; a line that is
    too long for the screen goes on in the next."""
    if not _HEAD.search("\n".join(lines)) and not says_none(lines) and not _any_state(lines):
        return None
    found = []
    carried: list[str] = []
    for line in lines:
        words = line.replace("=", " ").replace('"', " ").split()
        if carried and not _with_address(words):
            words = [*carried, *words]
        carried = []
        seen = _row(words)
        if seen is not None:
            found.append(seen)
        elif _with_address(words):
            carried = words
    return Told(neighbors=found)


def blocks(lines: Sequence[str]) -> Told | None:
    """Tables of one block a machine: "IPv6 Address : ...", "Link-layer : ...", "Interface : ..."."""
    text = "\n".join(lines)
    if not re.search(r"(?i)ipv6 address\s*:", text):
        return rows(lines)
    found = []
    for block in re.split(r"(?mi)^(?=\s*IPv6 Address\s*:)", text):
        pairs = {name.strip().casefold(): value for name, value in _PAIR.findall(block)}
        address = ipv6(pairs.get("ipv6 address", ""))
        mac = tidy_mac(pairs.get("link-layer", ""))
        if address is not None and mac is not None and not address.is_multicast:
            state = state_word(pairs.get("state", ""))
            port = pairs.get("interface")
            found.append(NeighborSeen(interface=port, address=str(address), mac=mac, state=state))
    return Told(neighbors=found)


def _any_state(lines: Sequence[str]) -> bool:
    """Whether a line has an address and a state, as tables without a head have them."""
    split = (line.split() for line in lines)
    return any(_with_address(words) and any(w.lower() in STATES for w in words) for words in split)


def _with_address(words: Sequence[str]) -> bool:
    return any(ipv6(word) is not None for word in words)


def _row(words: Sequence[str]) -> NeighborSeen | None:
    address = next((at for word in words if (at := ipv6(word)) is not None), None)
    mac = next((own for word in words if (own := tidy_mac(word)) is not None), None)
    if address is None or mac is None or address.is_multicast:
        return None
    state = next((said for word in words if (said := state_word(word.strip("()*"))) is not None), None)
    return NeighborSeen(interface=_port(words), address=str(address), mac=mac, state=state)


def _port(words: Sequence[str]) -> str | None:
    for place, word in enumerate(words):
        if word in ("dev", "interface", "ifname") and place + 1 < len(words):
            return words[place + 1]
        joined = f"{word} {words[place + 1]}" if place + 1 < len(words) else ""
        if re.fullmatch(r"(?i)(?:vlan|\w*ethernet|aggregateport|loopback) \d[\d/.]*", joined):
            return joined
        plain = ipv6(word) is None and tidy_mac(word) is None
        if plain and PORT.match(word) and not re.fullmatch(r"\d+[smhdw]?|(?:\d+[wdhms])+", word):
            return word
    return None
