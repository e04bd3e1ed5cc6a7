"""Access points of a controller, where no template fits."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from agent.ssh.ntc import ap_state
from agent.ssh.ports import tidy_mac
from agent.ssh.text import says_none
from agent.ssh.told import Told
from inventory.wifi import AccessPoint, ApState, Radio, Wireless

_ONLINE = re.compile(
    r"(?i)(?:online ap number|total number of (?:connected aps|configured aps connected))\s*:\s*(\d+)"
)
_OFFLINE = re.compile(r"(?i)offline ap number\s*:\s*(\d+)")
_TOTAL = re.compile(r"(?i)total number of aps(?: configured)?\s*:\s*(\d+)")
_RADIO = re.compile(r"\b(\d)[ |]+([EDNV])[ |]+(\d+)[ |]+(\d+)\*?[ |]+(\d+)\*?")
_AP_ROW = re.compile(
    r"\s*\d+\s+(?P<mac>(?:[0-9a-f]{4}-){2}[0-9a-f]{4})\s+(?P<name>\S.*?)\s+(?P<group>\S+)\s+"
    r"(?P<ip>\d+(?:\.\d+){3}|-)\s+(?:(?P<model>\S+)\s+)?(?P<state>[a-z-]{2,8})\s+(?P<clients>\d+)\s",
    re.IGNORECASE,
)
_ROW_STATES: Mapping[str, ApState] = {"run": "online", "quit": "offline"}
_IPV4 = re.compile(r"\d+(?:\.\d+){3}")
_BANDS = {1: "2.4", 2: "5"}
_SHORT_STATES = {"r/m", "r/b", "i", "j", "ja", "il", "c", "dc", "r"}


def radios_in_row(lines: Sequence[str]) -> Told | None:
    """ "show ap-config summary": name, address, MAC, two radios of five cells, time, state."""
    text = "\n".join(lines)
    if not _ONLINE.search(text) and "mac address" not in text.lower():
        return Told(wireless=Wireless(aps=[])) if says_none(lines) else None
    aps = []
    for line in lines:
        words = line.split()
        place = next((at for at, word in enumerate(words) if tidy_mac(word)), None)
        if place is not None and place >= 1:
            aps.append(_in_row(line, words, place))
    return Told(
        wireless=Wireless(aps=aps, aps_online=_count(_ONLINE, text), aps_offline=_count(_OFFLINE, text))
    )


def _in_row(line: str, words: Sequence[str], place: int) -> AccessPoint:
    radios = [
        Radio(
            index=int(number),
            band=_BANDS.get(int(number)),
            channel=int(channel),
            clients=int(clients),
            state="up" if enabled == "E" else "down",
        )
        for number, enabled, clients, channel, _power in _RADIO.findall(line)
        if enabled != "N"
    ]
    address = words[place - 1] if _IPV4.fullmatch(words[place - 1]) else None
    has_column = address is not None or words[place - 1] in ("N/A", "-", "--")
    name = " ".join(words[: place - 1] if has_column else words[:place])
    return AccessPoint(
        name=name or None,
        mac=tidy_mac(words[place]),
        ip=address,
        state="online"
        if words[-1].lower() == "run"
        else ("offline" if words[-1].lower() == "quit" else "unknown"),
        clients=sum(radio.clients or 0 for radio in radios) if radios else None,
        radios=radios,
    )


def states_in_row(lines: Sequence[str]) -> Told | None:
    """ "display ap all": number, MAC address, name, group, IP address, model, state, clients, time."""
    text = "\n".join(lines)
    if not re.search(r"(?i)^id\s+mac\b|total ap information", text, re.MULTILINE):
        return Told(wireless=Wireless(aps=[])) if says_none(lines) else None
    found = [_AP_ROW.match(line) for line in lines]
    aps = [
        AccessPoint(
            name=row["name"].strip(),
            mac=tidy_mac(row["mac"]),
            group=row["group"],
            ip=row["ip"] if row["ip"] != "-" else None,
            model=row["model"] if row["model"] not in (None, "-") else None,
            state=ap_state(row["state"]),
            clients=int(row["clients"]),
        )
        for row in found
        if row is not None
    ]
    return Told(wireless=Wireless(aps=aps))


def serial_in_row(lines: Sequence[str]) -> Told | None:
    """ "display wlan ap all": name, number, state (R/M: it runs, at the master), model, serial number."""
    text = "\n".join(lines)
    if not re.search(r"(?i)ap name|total number of aps", text):
        return Told(wireless=Wireless(aps=[])) if says_none(lines) else None
    aps = []
    for line in lines:
        words = line.split()
        state_at = next((at for at, word in enumerate(words) if at and word.lower() in _SHORT_STATES), None)
        if state_at is not None and len(words) >= state_at + 2 and "=" not in words:
            at = state_at - 1 if words[state_at - 1].isdigit() and state_at > 1 else state_at
            aps.append(
                AccessPoint(
                    name=" ".join(words[:at]) or None,
                    model=words[state_at + 1],
                    serial=words[state_at + 2] if len(words) > state_at + 2 else None,
                    state="online" if words[state_at].lower().startswith("r") else _short(words[state_at]),
                )
            )
    return Told(wireless=Wireless(aps=aps, aps_online=_count(_ONLINE, text), aps_total=_count(_TOTAL, text)))


def _short(word: str) -> ApState:
    return "offline" if word.lower() in ("i", "il") else ap_state(word)


def _count(pattern: re.Pattern[str], text: str) -> int | None:
    found = pattern.search(text)
    return int(found.group(1)) if found else None
