"""Cells of wireless tables as quantities; what cannot be true is None.

Makers mark "not known" each in their own way (255, -1, 0, 65535, -110 of a radio that is off). The bounds
here are those of physics and of the standards, so that a new maker's mark needs no rule of its own.
"""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Mapping

from agent.mibs.text import ip, number, text
from agent.snmp.engine import Value

_NUMBER = re.compile(r"\s*(-?\d+(?:\.\d+)?)")
_TIME_PART = re.compile(r"(\d+)\s*(d|h|m|s)", re.IGNORECASE)
_CLOCK = re.compile(r"\s*(\d+):(\d\d):(\d\d)\s*")
_CHANNEL = re.compile(r"\s*(\d+)([A-Za-z+-]?)")
_ADDRESS_SIGNS = frozenset(b"0123456789abcdefABCDEF:.%/")
_SECONDS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_MAX_UPTIME_S = 20 * 365 * 86400

GENERATIONS = {"n": 4, "ac": 5, "ax": 6, "be": 7}
"""The generation of a radio by its newest standard (Wi-Fi Alliance's numbers)."""


def decimal(value: Value) -> float | None:
    """A number, also from text with a unit after it: "20dBm", "1.00%", "2437 MHz"."""
    if isinstance(value, int):
        return float(value)
    if not isinstance(value, bytes):
        return None
    found = _NUMBER.match(value.decode("latin-1"))
    return float(found[1]) if found else None


def count(value: Value) -> int | None:
    """A number of things; None for negative ones and for 65535 and 2**31-1 upwards, which mean nothing."""
    found = number(value)
    return found if found is not None and 0 <= found < 65535 else None


def within(found: float | None, least: float, most: float) -> float | None:
    """The quantity, if it lies between the bounds."""
    return found if found is not None and least <= found <= most else None


def power_dbm(value: Value, scale: float = 1.0) -> float | None:
    """dBm of a transmitter, -20 to 40; 255 is seen for "not known"."""
    found = decimal(value)
    return within(None if found is None else found * scale, -20, 40)


def dbm_of_mw(value: Value) -> float | None:
    """dBm from milliwatts, to one decimal; None for 0 and less."""
    found = decimal(value)
    return within(round(10 * math.log10(found), 1), -20, 40) if found and found > 0 else None


def noise_dbm(value: Value, scale: float = 1.0) -> float | None:
    """dBm of a noise floor or a signal: -1 to -120; 0 and positive numbers are "not known" or ratios."""
    found = decimal(value)
    return within(None if found is None else found * scale, -120, -1)


def percent(value: Value, scale: float = 1.0) -> float | None:
    """0 to 100; 255 and -1 are seen for "not known"."""
    found = decimal(value)
    return within(None if found is None else round(found * scale, 2), 0, 100)


def seconds(value: Value, scale: float = 1.0) -> float | None:
    """A duration in seconds: a number, "13 day17 hour44 minute4 second" or "293:50:00" (hours)."""
    said = value.decode("latin-1") if isinstance(value, bytes) else ""
    if clock := _CLOCK.fullmatch(said):
        found: float | None = sum(
            int(part) * size for part, size in zip(clock.groups(), (3600, 60, 1), strict=True)
        )
    elif parts := _TIME_PART.findall(said):
        found = sum(int(part) * _SECONDS[unit.lower()] for part, unit in parts)
    else:
        found = decimal(value)
        found = None if found is None else found * scale
    return within(found, 0, _MAX_UPTIME_S)


def channel(value: Value) -> int | None:
    """A channel number, 1 to 233; text may have a letter after it ("36+", "52E")."""
    found = _channel_parts(value)
    return found[0] if found and 1 <= found[0] <= 233 else None


def width_of_channel(value: Value, suffixes: Mapping[str, int]) -> int | None:
    """MHz by the letter after the channel, as far as the maker uses such letters."""
    found = _channel_parts(value)
    return suffixes.get(found[1].upper()) if found and found[0] else None


def band_of_channel(found: int | None, width_mhz: int | None = None) -> str | None:
    """The band of a channel where the device does not tell it (IEEE 802.11, annex E).

    Channels of 6 GHz are 1, 5, 9 to 233. Where a number is used in two bands the older one is meant, but
    nothing of 80 MHz fits into 2.4 GHz.
    """
    if found is None:
        return None
    if found <= 14:
        return "6" if (width_mhz or 20) > 40 else "2.4"
    in_5_ghz = found in range(34, 145, 2) or found in range(149, 178, 2)
    return "5" if in_5_ghz else "6" if found % 4 == 1 else None


def of_frequency(mhz: float | None) -> tuple[str | None, int | None]:
    """Band and channel of a centre frequency in MHz (IEEE 802.11, annex E)."""
    if mhz is None:
        return None, None
    whole = int(mhz)
    if 2412 <= whole <= 2484:
        return "2.4", 14 if whole == 2484 else (whole - 2407) // 5
    if 5160 <= whole <= 5925:
        return "5", (whole - 5000) // 5
    if 5945 <= whole <= 7125:
        return "6", (whole - 5950) // 5
    return None, None


def generation(mode: str | None) -> int | None:
    """The Wi-Fi generation of a radio by its standards ("a/n/ac": 5); None for older or unknown ones."""
    if not mode:
        return None
    words = re.findall(r"[a-z]+", mode.lower())
    found = [GENERATIONS[word] for word in words if word in GENERATIONS]
    return max(found) if found else None


def mode(value: Value, modes: Mapping[str, str], *, bits: bool = False) -> str | None:
    """The standards of a radio in words, "b/g/n"; with ``bits`` the value is the sum of the modes' numbers.

    A sum with a bit that the table does not know says nothing certain: a newer standard than it lists.
    """
    if not bits:
        said = text(value)
        if not said or modes:
            return modes.get(said.lower()) if said else None
        return said.lower() if any(sign.isalpha() for sign in said) else None
    total = number(value)
    if not total or total < 0 or total & ~sum(map(int, modes)):
        return None
    words = [word for bit, word in sorted(modes.items(), key=lambda item: int(item[0])) if total & int(bit)]
    return "/".join(dict.fromkeys(words))


def address6(value: Value) -> str | None:
    """An IPv6 address from 16 octets, from 20 (with a zone, InetAddressIPv6z) or from text; None if unset."""
    if not isinstance(value, bytes):
        return None
    if _is_text(value) or len(value) not in (16, 20):
        return _address_text(value)
    return ip(value[:16])


def holds_ipv6(value: Value) -> bool | None:
    """Whether a station holds an IPv6 address beyond the link: several may stand in one text. None where the
    device has no such cell; an unset or link-local address is a no."""
    if not isinstance(value, bytes):
        return None
    parts = re.split(rb"[ ,;|\r\n\0]+", value) if _is_text(value) else [value]
    return any(_beyond_link(address6(part)) for part in parts)


def holds_ipv4(value: Value) -> bool | None:
    """Whether a station has an IPv4 address (not unset, not 169.254.0.0/16); None without such a cell."""
    if not isinstance(value, bytes):
        return None
    found = ip(value)
    return found is not None and "." in found and not ipaddress.ip_address(found).is_link_local


def _beyond_link(address: str | None) -> bool:
    if address is None:
        return False
    found = ipaddress.IPv6Address(address)
    return not (found.is_link_local or found.is_multicast or found.is_loopback or found.is_unspecified)


def _is_text(value: bytes) -> bool:
    """Sixteen octets are an address; sixteen signs may be one too ("2001:da8::1:2:34")."""
    return b":" in value and _ADDRESS_SIGNS.issuperset(value.translate(None, b" ,;|\r\n\0"))


def _address_text(value: bytes) -> str | None:
    try:
        said = value.strip(b" \0\r\n").split(b"/")[0].split(b"%")[0].decode("ascii")
        found = ipaddress.IPv6Address(said)
    except ValueError:
        return None
    return None if found.is_unspecified else str(found)


def _channel_parts(value: Value) -> tuple[int, str] | None:
    if isinstance(value, int):
        return value, ""
    if not isinstance(value, bytes):
        return None
    found = _CHANNEL.match(value.decode("latin-1"))
    return (int(found[1]), found[2]) if found else None
